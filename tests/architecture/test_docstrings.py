"""Docstrings of public names keep the form that numpydoc checks; prose is British."""

import inspect
import re
from pathlib import Path

import numpydoc.validate
import pytest

import fondo

ROOT = Path(__file__).parents[2]

# What is not asked for, and why.
PASSED_OVER = {
    "GL01": "summaries start on the line of the quotes",
    "GL02": "and end where they end",
    "GL03": "blank lines group what belongs together",
    "GL08": "methods without a docstring inherit one",
    "ES01": "one line may say it all",
    "SA01": "there is a list of words and a tutorial instead",
    "EX01": "examples stand where they are the shortest explanation",
    "RT01": "a summary that says what comes back is enough for small things",
    "RT03": "likewise",
    "YD01": "likewise",
    "SS06": "summaries may take two lines",
    "PR06": "types are written as a person would say them",
    "PR08": "descriptions may start with a name, a formula or a small word",
    "PR09": "tables of words need no period",
    "PR10": "colons are spaced as in the rest of the line",
    "RT02": "results are named where the name says something",
    "RT04": "as for parameters",
    "RT05": "as for parameters",
    "PR01": "checked in test_surface, where lazy packages are looked through",
    "PR02": "likewise",
}
AMERICAN = (
    "behavior", "color", "favor", "neighbor", "labeled", "modeling", "analyze", "optimize ",
    "normalize ", "artifact", "gray", "center ", "catalog ", "fulfill",
)  # fmt: skip


def faults(thing: object) -> list[str]:
    document = inspect.getdoc(thing)
    assert document
    module = inspect.unwrap(thing).__module__
    name = inspect.unwrap(thing).__qualname__
    found = numpydoc.validate.validate(f"{module}.{name}")["errors"]
    return [f"{code} {words}" for code, words in found if code not in PASSED_OVER]


@pytest.mark.parametrize("name", fondo.__all__)
def test_public_docstrings_keep_the_form(name: str) -> None:
    assert faults(inspect.unwrap(getattr(fondo, name))) == []


def test_prose_is_british() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
    found = []
    for page in [*pages, *(ROOT / "docs").rglob("*.md")]:
        text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [f"{page.name}: {word}" for word in AMERICAN if word in text.lower()]
    assert found == []


def test_no_reason_is_left_for_a_code_that_does_not_exist() -> None:
    assert set(PASSED_OVER) <= set(numpydoc.validate.ERROR_MSGS)
    assert all(PASSED_OVER.values())
