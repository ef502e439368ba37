import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pytest

from fondo.report.grids import MOST_CLASSES, MOST_POINTS, matrix, scatter
from fondo.report.svg import Axis, Chart

Check = Callable[[Chart], ET.Element]
SVG = "{http://www.w3.org/2000/svg}"
X, Y = Axis("actual", "dollars"), Axis("predicted", "dollars")


def test_few_rows_are_dots(check_chart: Check) -> None:
    root = check_chart(scatter("t", X, Y, ([0, 10], [0, 10]), "Two.", reference="diagonal"))
    first, second = root.iter(f"{SVG}circle")
    # the frame is 330 high here: y from 386 (0) up to 56 (10)
    assert (first.attrib["cx"], first.attrib["cy"]) == ("44", "386")
    assert (second.attrib["cx"], second.attrib["cy"]) == ("522", "56")


def test_many_rows_are_a_density_that_keeps_the_file_small(check_chart: Check) -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(2, 50_000)).tolist()
    chart = scatter("t", X, Y, (points[0], points[1]), "Many.")
    root = check_chart(chart)
    assert not list(root.iter(f"{SVG}circle"))
    assert len(list(root.iter(f"{SVG}rect"))) <= 60 * 36 < len(points[0])
    assert len(chart.svg) < 250_000
    assert chart.caption == "Many. Darker cells hold more rows."
    assert MOST_POINTS == 2000


def test_the_fullest_cell_is_the_darkest() -> None:
    values = [0.0] * 2500 + [10.0] * 4
    chart = scatter("t", X, Y, (values, values), "Two cells.")
    strengths = [float(v) for v in re.findall(r'fill-opacity="([\d.]+)"', chart.svg)]
    assert max(strengths) == 1
    assert len(strengths) == 2


def test_rows_that_are_not_finite_are_counted() -> None:
    chart = scatter("t", X, Y, ([0, 1, math.nan], [0, 1, 2]), "Two.", reference="zero")
    assert chart.caption == "Two. 1 row without a finite value is not drawn."
    empty = scatter("t", X, Y, ([math.inf], [1]), "None.")
    assert empty.caption.startswith("Nothing to draw")


def test_huge_values_stay_in_the_frame(check_chart: Check) -> None:
    check_chart(
        scatter("t", X, Y, ([-1e308, 1e308], [-1e308, 1e308]), "Far.", reference="diagonal")
    )


def test_a_matrix_shows_counts_and_shares_of_the_row(check_chart: Check) -> None:
    chart = matrix("Confusion matrix", ["a", "b"], [[3, 1], [0, 1234]], "Mostly right.")
    words = [t.text for t in check_chart(chart).iter(f"{SVG}text")]
    assert {"3", "1", "0", "1,234"} <= set(words)
    assert "75 %" in words  # 3 of the 4 rows that are a
    assert {"true class", "predicted class (rows)"} <= set(words)


def test_of_many_classes_the_rarest_are_left_out(check_chart: Check) -> None:
    size = MOST_CLASSES + 5
    counts = np.diag(np.arange(1, size + 1))
    chart = matrix("t", [f"class {i}" for i in range(size)], counts, "Right.")
    check_chart(chart)
    assert chart.caption == "Right. The 5 rarest classes are not drawn."
    assert ">class 4<" not in chart.svg


@pytest.mark.parametrize("size", [1, 2, 5, 13, 30])
def test_hostile_names_stay_text(check_chart: Check, hostile: str, size: int) -> None:
    check_chart(matrix(f"t {hostile}", [hostile] * size, np.eye(size) * 99_999, "Names."))


def test_no_matrix_says_so() -> None:
    for names, counts in (([], []), (["a"], [[1, 2]]), (["a"], [[math.nan]])):
        assert matrix("t", names, counts, "x").caption.startswith("Nothing to draw")
