"""fondo.recipes.page: a page of its own, that loads nothing, and where it is written."""

import html
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from fondo.errors import BadParameter, OutputError
from fondo.recipes.book import CookResult, find
from fondo.recipes.kitchen import Figure
from fondo.recipes.page import place_of, recipe_page, write
from fondo.report.charts import Line, lines
from fondo.report.scales import MISSING
from fondo.report.svg import Axis

CHART = lines("Curves", Axis("epoch"), Axis("accuracy", "%"), [Line("a", [1, 2], [3, 4])], "Rises.")
RESULT = CookResult(
    id="C02-1",
    title="A title <b>",
    published="about 97 %",
    faults=("One run.",),
    naive="11.35 %",
    lesson="Count by hand.",
    data="a folder",
    source="a sample",
    figures=(
        Figure("accuracy (%)", 97.123, 97.01, 97.24, 11.35, 96.5),
        Figure("parameters", 795_010, published=795_010),
        Figure("never", 0.0, 0.0, 0.0),
    ),
    notes=("A remark & more.",),
    seed=3,
    seconds=1.6,
    charts=(CHART, replace(CHART, title="More")),
)


def test_a_page_tells_everything_and_is_well_formed() -> None:
    text = recipe_page(RESULT)
    page = ET.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
    told = " ".join(" ".join(page.itertext()).split())
    for words in (
        "C02-1 A title <b>", "Count by hand.", "Rises.", "accuracy (%) 96.50 97.12 97.01 to 97.24",
        "parameters 795,010 795,010", f"never {MISSING} 0 every seed", "One run.",
        "A remark & more.", "fondo cook C02-1 --seed 3,",
    ):  # fmt: skip
        assert words in told, words
    assert len([e for e in page.iter() if e.tag.endswith("svg")]) == 2


def test_a_page_loads_and_runs_nothing() -> None:
    text = recipe_page(RESULT)
    assert "default-src 'none'" in html.unescape(text)
    for word in ("<script", " src=", "@import", "<link"):
        assert word not in text


def test_without_charts_and_faults_there_are_no_empty_places() -> None:
    text = recipe_page(replace(RESULT, charts=(), faults=(), notes=()))
    assert 'class="grid"' not in text
    assert "What is wrong" not in text
    assert "Remarks" not in text


def test_full_is_told_in_how_to_cook_it_again() -> None:
    assert "--seed 3 --full" in recipe_page(replace(RESULT, full=True))


@pytest.mark.parametrize(
    ("out", "place"),
    [("a/b.html", "a/b.html"), ("a/b.HTML", "a/b.HTML"), ("pages", "pages/C02-1.html")],
)
def test_a_name_is_a_page_or_a_folder(out: str, place: str) -> None:
    assert place_of(Path(out), find("C02-1")) == Path(place)


def test_a_folder_that_is_there_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "v1.2"
    folder.mkdir()
    assert place_of(folder, find("C02-1")) == folder / "C02-1.html"


def test_other_endings_and_files_in_the_way_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("kept")
    for out in ("page.pdf", tmp_path / "notes"):
        with pytest.raises(BadParameter, match=r"must end in .html, or be a folder"):
            place_of(Path(out), find("C02-1"))


def test_writing_makes_folders_and_says_where_it_cannot(tmp_path: Path) -> None:
    place = tmp_path / "new" / "C02-1.html"
    write(RESULT, place)
    assert place.read_text(encoding="utf-8") == recipe_page(RESULT)
    with pytest.raises(OutputError, match="could not be written"):
        write(RESULT, place / "below.html")
