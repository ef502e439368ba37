"""fondo.recipes.pictures: ink where there is ink, each picture with its name."""

import re

import numpy as np
import pytest

from fondo.recipes.pictures import shown

BLACK = np.array([[0.0, 255.0, 255.0], [0.0, 0.0, 0.0], [128.0, 0.0, 1.0]])


def test_equal_neighbours_are_one_box_and_white_is_none() -> None:
    chart = shown("T", np.stack([BLACK, np.zeros((3, 3))]), ["one", "none"], "Two.")
    ink = re.findall(r'<rect[^>]*class="fill1"[^>]*>', chart.svg)
    # the pair in the first row, and two single pixels in the last
    assert len(ink) == 3
    widths = sorted(float(re.search(r'width="([\d.]+)"', box)[1]) for box in ink)
    assert widths[0] == widths[1]
    assert widths[2] == pytest.approx(2 * widths[0], abs=0.02)
    strengths = {re.search(r'fill-opacity="([\d.]+)"', box)[1] for box in ink}
    assert strengths == {"1", "0.62", "0.12"}  # 8, 5 and 1 of 8 shades
    assert ">one<" in chart.svg
    assert ">none<" in chart.svg
    assert chart.caption == "Two."
