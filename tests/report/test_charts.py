import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from fondo.report.charts import Line, Mark, histogram, lines
from fondo.report.svg import Axis, Chart

Check = Callable[[Chart], ET.Element]
SVG = "{http://www.w3.org/2000/svg}"
X, Y = Axis("epoch", "passes"), Axis("loss", "nats")
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
anything = st.lists(st.one_of(st.none(), st.floats()), max_size=12)


@shared
@given(anything, st.floats())
def test_any_values_make_a_chart(check_chart: Check, values: list[float | None], at: float) -> None:
    low = [None if v is None else v for v in values]
    series = [Line("a", range(len(values)), values, low, values), Line("b", [0], [1], style=2)]
    check_chart(lines("Title", X, Y, series, "One sees 2 lines.", mark=Mark(at, "here")))
    check_chart(lines("Title", X, Y, series[:1], "One sees a line."))


def test_a_chart_names_title_axes_and_units(check_chart: Check) -> None:
    root = check_chart(lines("Loss by epoch", X, Y, [Line("a", [1, 2], [3, 4])], "It rises."))
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"Loss by epoch", "epoch (passes)", "loss (nats)"} <= set(words)


def test_a_line_by_hand(check_chart: Check) -> None:
    root = check_chart(lines("t", X, Y, [Line("a", [0, 5, 10], [0, 10, 0])], "Up and down."))
    # frame as in test_svg: x from 44 to 522, y from 306 (0) up to 56 (10)
    path = next(p for p in root.iter(f"{SVG}path") if p.attrib["class"] == "stroke1")
    assert path.attrib["d"] == "M44.0 306.0 L283.0 56.0 L522.0 306.0"


def test_a_missing_point_breaks_the_line_and_is_counted() -> None:
    chart = lines("t", X, Y, [Line("a", [0, 1, 2, 3], [1, math.nan, 2, 3])], "A gap.")
    path = re.search(r'<path d="([^"]*)" class="stroke1"', chart.svg)
    assert path is not None
    assert path[1].count("M") == 2
    assert chart.caption == "A gap. 1 point without a finite value is not drawn."


def test_nothing_finite_gives_a_stated_placeholder(check_chart: Check) -> None:
    chart = lines("Loss", X, Y, [Line("a", [0, 1], [math.nan, math.inf])], "Lost.")
    check_chart(chart)
    assert chart.caption == "Nothing to draw: none of the 2 values is a finite number."
    empty = lines("Loss", X, Y, [], "Lost.")
    assert empty.caption == "Nothing to draw: no values were given."


def test_one_point_is_seen() -> None:
    assert "<circle" in lines("t", X, Y, [Line("a", [1], [1])], "One.").svg


def test_hostile_names_stay_text(check_chart: Check, hostile: str) -> None:
    series = [Line(hostile, [0, 1], [0, 1]), Line(hostile, [0, 1], [1, 0], style=2)]
    axes = Axis(hostile, hostile), Axis(hostile, hostile)
    check_chart(lines(f"t {hostile}", *axes, series, "Names.", mark=Mark(0.5, hostile)))
    check_chart(histogram(f"t {hostile}", axes[0], [0, 1, 2], [3, 4], "Names."))


def test_bars_of_a_histogram_by_hand(check_chart: Check) -> None:
    root = check_chart(histogram("t", X, [0, 5, 10], [10, 5], "Falling."))
    tall, short = (r for r in root.iter(f"{SVG}rect") if r.attrib["class"] == "fill1")
    assert float(tall.attrib["height"]) == 250
    assert float(short.attrib["height"]) == 125
    assert float(short.attrib["x"]) == 283.5


def test_a_histogram_without_counts_says_so() -> None:
    for edges, counts in (([], []), ([0, 1], [0]), ([0, math.nan], [1]), ([0, 1], [1, 2])):
        assert histogram("t", X, edges, counts, "x").caption.startswith("Nothing to draw")
