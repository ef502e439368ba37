import math
import xml.etree.ElementTree as ET
from collections.abc import Callable

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from fondo.report.rows import Bar, bars, dots
from fondo.report.svg import WIDTH, Axis, Chart

Check = Callable[[Chart], ET.Element]
SVG = "{http://www.w3.org/2000/svg}"
X = Axis("rise of the loss", "nats")
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
value = st.one_of(st.none(), st.floats())
bar = st.builds(Bar, st.text(max_size=40), value, value, value, st.just(1), st.text(max_size=9))


@shared
@given(st.lists(bar, max_size=6))
def test_any_rows_make_a_chart(check_chart: Check, rows: list[Bar]) -> None:
    check_chart(bars("Title", X, rows, "Bars."))
    check_chart(dots("Title", X, rows, "Dots."))


def test_bars_begin_at_zero(check_chart: Check) -> None:
    root = check_chart(bars("t", X, [Bar("a", 10), Bar("b", -5), Bar("c", 5)], "Three bars."))
    first, second, third = root.iter(f"{SVG}rect")
    start = float(first.attrib["x"])
    assert float(third.attrib["x"]) == start
    assert math.isclose(
        float(second.attrib["x"]) + float(second.attrib["width"]), start, abs_tol=0.02
    )
    assert math.isclose(
        float(first.attrib["width"]), 2 * float(third.attrib["width"]), abs_tol=0.02
    )


def test_dots_do_not_show_zero() -> None:
    assert ">0.0<" not in dots("t", X, [Bar("a", 0.86), Bar("b", 0.82)], "Near.").svg


def test_values_and_intervals_are_written() -> None:
    chart = bars("t", X, [Bar("a", 0.8643, 0.8571, 0.8712)], "One bar.")
    assert "0.864 (0.857 to 0.871)" in chart.svg


def test_rows_without_a_value_are_counted() -> None:
    chart = bars("t", X, [Bar("a", 1.0), Bar("b", math.nan)], "One bar.")
    assert chart.caption == "One bar. 1 row without a finite value is not drawn."
    assert bars("t", X, [Bar("b", None)], "x").caption.startswith("Nothing to draw: none of the 1")
    assert dots("t", X, [], "x").caption == "Nothing to draw: no values were given."


def test_the_value_stays_where_the_name_is_cut(check_chart: Check) -> None:
    chart = bars("t", X, [Bar("W" * 100, 1.0, detail=" = 42")], "Long.")
    check_chart(chart)
    assert "… = 42" in chart.svg
    assert "W" * 100 + " = 42" in chart.svg  # on hovering


def test_a_short_name_is_whole() -> None:
    assert ">measured</text>" in bars("t", X, [Bar("measured", 1.0)], "Short.").svg


def test_hostile_names_stay_text(check_chart: Check, hostile: str) -> None:
    rows = [Bar(hostile, 1.0, 0.5, 1.5, detail=f" = {hostile}")]
    check_chart(bars(f"t {hostile}", Axis(hostile, hostile), rows, "Names."))
    assert WIDTH == 540


def test_bars_far_from_zero_still_show_it() -> None:
    assert ">0</text>" in bars("t", X, [Bar("a", 90), Bar("b", 95)], "Far from zero.").svg
