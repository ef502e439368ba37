import xml.etree.ElementTree as ET

from fondo.report.markup import Markup
from fondo.report.tables import LONGEST, MOST_ROWS, bullets, pairs, table


def test_numbers_stand_right() -> None:
    root = ET.fromstring(table(["name", "rows"], [["a", 1234]], numbers=(1,)))
    cells = list(root.iter("td"))
    assert [cell.text for cell in cells] == ["a", "1,234"]
    assert [cell.get("class") for cell in cells] == [None, "number"]
    assert root.find(".//th[2]").get("class") == "number"  # type: ignore[union-attr]


def test_long_tables_are_cut_and_say_so() -> None:
    root = ET.fromstring(table(["n"], [[i] for i in range(MOST_ROWS + 7)]))
    assert len(list(root.iter("td"))) == MOST_ROWS
    assert root.findtext("p") == "7 more rows are not shown."


def test_long_cells_are_cut_and_kept_for_hovering() -> None:
    cell = next(ET.fromstring(table(["n"], [["x" * 500]])).iter("td"))
    assert len(cell.text or "") == LONGEST
    assert cell.get("title") == "x" * 500


def test_cells_are_text(hostile: str) -> None:
    for made in (table([hostile], [[hostile]]), pairs({hostile: hostile}), bullets([hostile])):
        assert not list(ET.fromstring(made).iter("script"))


def test_markup_stays_markup() -> None:
    assert "<b>x</b>" in table(["n"], [[Markup("<b>x</b>")]])
    assert "<td>\N{EN DASH}</td>" in table(["n"], [[None]])
