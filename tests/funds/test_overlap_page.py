"""fondo.funds.overlap_page: one well-formed file that says the numbers of its study."""

import re
import xml.etree.ElementTree as ET

import pytest

from fondo.funds.overlap import OverlapStudy, overlap_study
from fondo.funds.overlap_page import called, coverage, overlap_page, pictures, precisions


@pytest.fixture(scope="module")
def study() -> OverlapStudy:
    return overlap_study(
        ["iid", "style"], [52, 26], simulations=4, funds=20, years=14, model="linear"
    )


def plain(page: str) -> str:
    words = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", words))
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_is_one_well_formed_file_that_loads_nothing(study: OverlapStudy) -> None:
    page = overlap_page(study)
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert overlap_page(study) == page


def test_the_page_says_what_was_found_in_numbers(study: OverlapStudy) -> None:
    words = plain(overlap_page(study))
    for line in study.lines():
        assert line.replace("\N{NO-BREAK SPACE}", " ") in words
    assert "4 universes of each kind, of 20 funds and 14 years, seed 0." in words
    assert "ranked by: linear" in words
    worst = min(study.rows, key=lambda row: row.naive.covered)
    share = f"{100 * worst.naive.covered:.0f} %, {worst.kind}, every {worst.step} weeks."
    assert f"Lowest: {share}" in words


def test_the_tables_have_a_row_for_each_kind_and_step(study: OverlapStudy) -> None:
    for make in (precisions, coverage, called):
        head, rows = make(study)
        assert [row[:2] for row in rows] == [(row.kind, row.step) for row in study.rows]
        assert {len(row) for row in rows} == {len(head)}
    row = study.row("style", 26)
    _, rows = coverage(study)
    assert str(rows[-1][2]).startswith(f"{100 * row.naive.covered:.1f}")
    assert str(rows[-1][4]).startswith(f"{100 * row.year.covered:.1f}")
    _, rows = called(study)
    assert str(rows[-1][3]).startswith(f"{100 * row.date.called:.1f}")


def test_the_pictures_have_a_line_for_each_kind_by_rising_step(study: OverlapStudy) -> None:
    charts = pictures(study)
    assert [chart.title for chart in charts] == [
        "Coverage, picks as independent",
        "Coverage, picks by year",
        "Noise called skill, picks as independent",
        "How much more a precision varies",
    ]
    for chart in charts:
        for name in ("iid", "style"):
            assert f">{name}<" in chart.svg
    assert ">promised<" in charts[0].svg
    lines = re.findall(r'd="(M[^"]*)" class="stroke1"', charts[0].svg)
    places = [float(x) for x in re.findall(r"[ML]([\d.]+) ", lines[0])]
    assert len(places) == 2
    assert places[0] < places[1]
