import xml.etree.ElementTree as ET

import numpy as np
import pytest
from sklearn.decomposition import PCA

from fondo.errors import BadData
from fondo.funds.group_map import LETTERS, NUMBERS, components, map_chart, ordered, symbol

SVG = "{http://www.w3.org/2000/svg}"


def glyphs(svg: str) -> list[tuple[str, str, str]]:
    """Hover, symbol and class of each fund."""
    found = []
    for node in ET.fromstring(svg).iter(f"{SVG}text"):
        hover = node.find(f"{SVG}title")
        if hover is not None and "fill" in node.attrib["class"]:
            found.append((hover.text or "", hover.tail or "", node.attrib["class"]))
    return found


def test_components_are_those_of_scikit_learn() -> None:
    X = np.random.default_rng(0).normal(size=(30, 4)) * [3, 2, 1, 1] + 5
    found, reference = components(X), PCA(2).fit(X)
    assert found.explained == pytest.approx(tuple(reference.explained_variance_ratio_))
    np.testing.assert_allclose(np.abs(found.weights), np.abs(reference.components_))
    np.testing.assert_allclose(np.abs(found.scores), np.abs(reference.transform(X)))
    assert (found.scores @ found.weights - (X - X.mean(axis=0))).std() < X.std()


def test_components_by_hand() -> None:
    # Points on the diagonal: all differences lie along (1, 1) / sqrt 2.
    found = components([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    np.testing.assert_allclose(found.weights[0], [0.5**0.5] * 2)
    np.testing.assert_allclose(found.scores[:, 0], [-(2**0.5), 0, 2**0.5], atol=1e-12)
    assert found.explained == pytest.approx((1, 0))


def test_the_largest_weight_is_positive_and_named_first() -> None:
    X = np.random.default_rng(1).normal(size=(40, 3)) * [-5, 1, 0.1]
    found = components(X)
    assert found.weights[0].max() == np.abs(found.weights[0]).max()
    assert found.words(["risk", "fee", "age"], 0).startswith("risk 1.00, fee")


def test_one_column_leaves_the_second_component_empty() -> None:
    found = components([[0.0], [1.0], [5.0]])
    assert found.explained == pytest.approx((1, 0))
    assert not found.scores[:, 1].any()
    assert components([[1.0, 2.0], [1.0, 2.0]]).explained == (0, 0)
    with pytest.raises(BadData, match="must be a table of finite numbers"):
        components([[np.nan], [1.0]])


def test_each_fund_is_drawn_as_the_symbol_of_its_group() -> None:
    X = np.random.default_rng(0).normal(size=(5, 2))
    hovers = ["a & b: one", "ü", "c", "d", "e"]
    chart = map_chart("Map", components(X), [0, 1, 2, 3, -1], hovers, "One sees 5 funds.")
    drawn = glyphs(chart.svg)
    assert [(hover, glyph) for hover, glyph, _ in drawn] == list(
        zip(hovers, ["1", "2", "3", "4", "·"], strict=True)
    )
    assert [css.split()[-1] for _, _, css in drawn] == ["fill1", "fill2", "fill3", "fill1", "fill4"]
    letters = map_chart("Map", components(X), [0, 1, 2, 3, -1], hovers, "x", LETTERS)
    assert [glyph for _, glyph, _ in glyphs(letters.svg)] == ["A", "B", "C", "D", "·"]
    share = f"{100 * components(X).explained[0]:.0f} % of the differences"
    assert f"first component ({share})" in chart.svg


def test_of_very_many_funds_some_are_drawn_and_the_caption_says_so() -> None:
    X = np.random.default_rng(0).normal(size=(4000, 2))
    chart = map_chart("Map", components(X), [0] * 4000, [str(k) for k in range(4000)], "Many.")
    assert len(glyphs(chart.svg)) == 1334
    assert chart.caption == "Many. Every 3th fund is drawn."


def test_symbols_run_out_into_dots() -> None:
    assert [symbol(0), symbol(8), symbol(9), symbol(34), symbol(35)] == ["1", "9", "A", "Z", "·"]
    assert [symbol(0, LETTERS), symbol(51, LETTERS), symbol(52, LETTERS)] == ["A", "z", "·"]
    assert len(set(NUMBERS)) == 35


def test_categories_are_ordered_by_size_then_by_name() -> None:
    assert ordered(["b", "", "a", "c", "c", "b", "", ""]) == ["b", "c", "a"]
