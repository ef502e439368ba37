import math
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from fondo.report.regions import Group, Path, regions
from fondo.report.svg import Axis, Chart

Check = Callable[[Chart], ET.Element]
SVG = "{http://www.w3.org/2000/svg}"
AXES = Axis("first input", low=-1.0, high=1.0), Axis("second input", low=-1.0, high=1.0)


def rects(root: ET.Element) -> list[dict[str, str]]:
    return [rect.attrib for rect in root.iter(f"{SVG}rect")]


def test_the_lowest_row_lies_lowest_and_negative_values_have_the_first_style(
    check_chart: Check,
) -> None:
    # frame from x 44 to 522 and two thirds as high: 318.67; one row of cells below, one above
    root = check_chart(regions("t", AXES, [[-1.0, -1.0], [1.0, 1.0]], "Two halves."))
    lower, upper = rects(root)
    assert (lower["class"], upper["class"]) == ("fill1", "fill2")
    assert (lower["y"], upper["y"]) == ("215.33", "56")  # the frame begins at 56
    assert (lower["x"], lower["width"], lower["height"]) == ("44", "478", "159.33")


def test_cells_of_one_shade_are_one_rectangle_and_the_surer_the_stronger(
    check_chart: Check,
) -> None:
    root = check_chart(regions("t", AXES, [[-0.9, -0.95, -0.1, 0.0, 0.5, 1.0]], "One row."))
    found = [(r["class"], r["fill-opacity"], r["width"]) for r in rects(root)]
    # sixths of 0.5: 6 -> 0.5, 1 -> 0.08, 3 -> 0.25; zero belongs to the second side
    starts = [rect["x"] for rect in rects(root)]
    assert starts == ["44", "203.33", "283", "362.67", "442.33"]
    assert found == [
        ("fill1", "0.5", "159.33"),
        ("fill1", "0.08", "79.67"),
        ("fill2", "0.08", "79.67"),
        ("fill2", "0.25", "79.67"),
        ("fill2", "0.5", "79.67"),
    ]


def test_the_field_covers_the_stated_ends_and_no_more(check_chart: Check) -> None:
    # ticks widen -1.25..1.25 to -1.5..1.5, so a twelfth of the height stays bare at each end
    axes = AXES[0], Axis("y", low=-1.25, high=1.25)
    (cell,) = rects(check_chart(regions("t", axes, [[1.0]], "One cell.")))
    assert float(cell["height"]) == pytest.approx(318.67 * 2.5 / 3, abs=0.02)


def test_dots_and_paths_are_placed_and_named(check_chart: Check) -> None:
    marks = [Group("class 0", [0.0], [1.0], 1), Path("descent", [-1.0, 1.0], [-1.0, 0.0], 3)]
    root = check_chart(regions("t", AXES, [[1.0]], "Marks.", marks=marks))
    words = {text.text for text in root.iter(f"{SVG}text")}
    assert {"class 0", "descent"} <= words
    dots = [c.attrib for c in root.iter(f"{SVG}circle") if c.attrib["r"] == "2.5"]
    assert [(d["cx"], d["cy"], d["class"]) for d in dots] == [("283", "74", "fill1")]
    (path,) = root.iter(f"{SVG}path")
    assert path.attrib == {"d": "M44.0 392.7 L522.0 233.3", "class": "stroke3"}


def test_points_outside_the_frame_are_counted_not_moved(check_chart: Check) -> None:
    group = Group("a", [0.0, 3.0, math.nan], [0.0, 0.0, 0.0])
    chart = regions("t", AXES, [[1.0]], "Dots.", marks=[group])
    assert chart.caption == "Dots. 2 points lie outside the frame."
    assert len(list(check_chart(chart).iter(f"{SVG}circle"))) == 1
    one = regions("t", AXES, [[1.0]], "Path.", marks=[Path("p", [5.0], [0.0])])
    assert one.caption == "Path. 1 point lies outside the frame."
    check_chart(one)


def test_other_styles_may_shade(check_chart: Check) -> None:
    root = check_chart(regions("t", AXES, [[-1.0, 1.0]], "Grey.", styles=(4, 3)))
    assert [r["class"] for r in rects(root)] == ["fill4", "fill3"]


@pytest.mark.parametrize("field", [[], [[]], [[1.0], [1.0, 0.0]], [[math.nan]], [["x"]]])
def test_a_field_with_gaps_says_so(field) -> None:
    assert regions("t", AXES, field, "x").caption == "Nothing to draw: the field has gaps."


def test_hostile_names_stay_text(check_chart: Check, hostile: str) -> None:
    check_chart(regions(f"t {hostile}", AXES, [[0.0]], "x.", marks=[Group(hostile, [0], [0])]))
