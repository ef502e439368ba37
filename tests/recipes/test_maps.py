"""fondo.recipes.maps: letters where items lie, curves of what passes, lists that read."""

import re
import xml.etree.ElementTree as ET

import numpy as np

from fondo.recipes.embedded import cuts
from fondo.recipes.maps import LETTERS, listed, mapped, passed
from fondo.report.svg import WIDTH

DRAW = np.random.default_rng(0)


def letters(svg: str) -> list[tuple[str, float, float]]:
    """Letters with their places, the legend first."""
    found = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" class="fill\d"[^>]*>(\w)</text>', svg)
    return [(letter, float(x), float(y)) for x, y, letter in found]


def test_each_item_is_the_letter_of_its_class_within_the_frame() -> None:
    places = DRAW.normal(size=(40, 2)) * [1, 9]
    labels = np.array(["rain", "dog", "bell", "saw"] * 10)
    chart = mapped("Map", places, labels, "Near is alike.")
    ET.fromstring(chart.svg)
    found = letters(chart.svg)
    assert len(found) == 4 + 40
    assert [letter for letter, _, _ in found[:4]] == list("ABCD")
    drawn = found[4:]
    order = {name: LETTERS[k] for k, name in enumerate(sorted(set(labels.tolist())))}
    assert [letter for letter, _, _ in drawn] == [order[name] for name in labels.tolist()]
    ys = [y for _, _, y in drawn]
    assert max(ys) - min(ys) == 340 - 24  # the frame less its margins
    xs = np.array([x for _, x, _ in drawn])
    assert (xs.min(), xs.max()) == (12, WIDTH - 12)
    assert np.corrcoef(xs, places[:, 0])[0, 1] > 0.999999


def test_more_classes_than_letters_share_the_last_one() -> None:
    labels = np.array([f"class {k:02d}" for k in range(30)] + [f"class {k:02d}" for k in range(25)])
    chart = mapped("Map", DRAW.normal(size=(55, 2)), labels, "Many.")
    assert sum(letter == "Z" for letter, _, _ in letters(chart.svg)) == 1 + 5
    assert "all others" in chart.svg


def test_items_in_one_place_and_no_items_are_drawn_too() -> None:
    same = mapped("Map", np.zeros((6, 2)), np.array(["a", "b"] * 3), "One place.")
    assert "nan" not in same.svg
    assert "there are no items" in mapped("Map", np.zeros((0, 2)), np.array([]), "None.").svg


def test_the_curve_points_at_the_share_that_was_chosen() -> None:
    sure = DRAW.random(50)
    table = cuts(sure, DRAW.random(50) < sure, np.arange(50))
    chart = passed("Coverage", table, 0.4, "It falls.")
    ET.fromstring(chart.svg)
    assert ">chosen<" in chart.svg
    assert ">chosen<" not in passed("Coverage", table, None, "It falls.").svg


def test_a_list_shows_every_cell_escaped() -> None:
    rows = [("a<b.wav", "rain", "31 %"), ("c.wav", "dog", "40 %")]
    chart = listed("To hear", ("sound", "answer", "sure"), rows, (0.5, 0.3, 0.2), "Two.")
    ET.fromstring(chart.svg)
    for word in ("a&lt;b.wav", "c.wav", "rain", "40 %", "sound"):
        assert f">{word}<" in chart.svg
    assert "nothing to list" in listed("To hear", ("sound",), [], (1.0,), "None.").svg
