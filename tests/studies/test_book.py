"""The list of studies, how one is run, and how it is written to a file."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from fondo.errors import BadParameter, OutputError
from fondo.studies.book import StudyResult, catalogue, find, study
from fondo.studies.page import study_page, write
from fondo.studies.parts import Table

NAMES = [
    "initialisation", "learning-rate", "optimizers", "batch-size", "regularisation", "spirals",
    "memory",
]  # fmt: skip


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return study("learning-rate", seed=3)


def test_all_studies_are_listed_with_their_titles() -> None:
    assert [each.name for each in catalogue()] == NAMES
    assert len({each.title for each in catalogue()}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_function_has_the_name_of_its_study_and_is_told(name: str) -> None:
    chosen = find(name)
    assert chosen.numbers.__name__ == name.replace("-", "_")
    document = chosen.numbers.__doc__ or ""
    for section in ("Parameters\n", "Returns\n", "seed : int"):
        assert section in document


def test_a_study_is_found_however_it_is_written() -> None:
    assert find(" Learning_Rate").name == "learning-rate"


def test_an_unknown_study_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(
        BadParameter,
        match=r"study\(name='spiral'\): there is no such study. Did you mean 'spirals'",
    ):
        study("spiral")
    with pytest.raises(BadParameter, match=r"Known: initialisation, .* `fondo study` lists them"):
        study("x")


def test_a_seed_below_0_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"study\(seed=-1\): seed must be .* at least 0"):
        study("learning-rate", seed=-1)


def test_a_result_is_plain_json(result) -> None:
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert set(document) == {
        "name", "title", "sentence", "seed", "seconds", "numbers", "captions",
    }  # fmt: skip
    assert document["numbers"] == result.numbers
    assert (document["name"], document["seed"]) == ("learning-rate", 3)
    assert result.sentence.endswith(".")


def test_a_page_stands_alone_and_lets_nothing_run(result) -> None:
    page = study_page(result)
    root = ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    policy = next(e for e in root.iter("meta") if "http-equiv" in e.attrib)
    assert policy.attrib["content"].startswith("default-src 'none'; style-src 'sha256-")
    assert not list(root.iter("script"))
    assert not re.search(r'(?:src|href)="', page)
    assert len([e for e in root.iter() if e.tag.endswith("svg")]) == len(result.charts)
    words = [" ".join(e.itertext()) for e in root.iter() if e.tag in ("h1", "p", "td")]
    for told in (result.title, result.sentence, *map(str, result.table.rows[1])):
        assert told in words
    assert "fondo study learning-rate --seed 3 --json" in page
    assert "In brackets" not in page  # nothing is drawn here, so there are no intervals


def test_a_page_explains_intervals_and_escapes_what_it_shows(result) -> None:
    hostile = Table(("a", "<b>"), [("<script>", "1 (0 to 2)")])
    facts = {**vars(result), "table": hostile, "title": "<img>"}
    page = study_page(StudyResult(**facts))
    assert "In brackets: 95 % intervals." in page
    assert "<script>" not in page
    assert "<img>" not in page


def test_the_ending_says_page_or_picture(result, tmp_path) -> None:
    page, picture = tmp_path / "new" / "a.html", tmp_path / "a.SVG"
    assert write(result, page) == page
    assert page.read_text(encoding="utf-8") == study_page(result)
    write(result, str(picture))
    root = ET.fromstring(picture.read_text(encoding="utf-8"))
    assert root.findtext("{http://www.w3.org/2000/svg}title") == result.charts[0].title
    with pytest.raises(BadParameter, match=r"must end in \.html .* or \.svg"):
        write(result, tmp_path / "a.png")


def test_a_place_that_cannot_be_written_is_named(result, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="could not be written"):
        write(result, tmp_path / "file" / "a.html")
