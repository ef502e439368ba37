import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from scipy.cluster import hierarchy

from fondo.funds.dendrogram import LINES, dendrogram
from fondo.funds.groups import tree

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [
        text for node in ET.fromstring(svg).iter(f"{SVG}text") if (text := "".join(node.itertext()))
    ]


def paths(svg: str) -> list[list[tuple[float, float]]]:
    found = re.findall(r'<path d="M([^"]*)"', svg)
    return [[tuple(map(float, p.split())) for p in path.split(" L")] for path in found]


def small() -> np.ndarray:
    return np.array([[0.0], [1.0], [5.0], [7.0]])


def test_every_fund_has_its_line_and_every_join_its_bracket() -> None:
    chart = dendrogram(tree(small(), "single"), ["a & b", "ü", "c", "d"], k=2)
    words = texts(chart.svg)
    assert {"1 · a & b", "1 · ü", "2 · c", "2 · d"} <= set(words)
    assert "distance at the join" in words
    assert len(paths(chart.svg)) == 3
    assert "4 funds; the number before each name is its group of a cut into 2" in chart.caption
    assert "The largest group holds 2 of 4" in chart.caption


def test_brackets_end_at_the_heights_of_the_joins_by_hand() -> None:
    # Joins at 1, 2 and 4; the axis runs from 0 to 4.
    chart = dendrogram(tree(small(), "single"), list("abcd"), k=2)
    left = min(x for path in paths(chart.svg) for x, _ in path)
    right = max(x for path in paths(chart.svg) for x, _ in path)
    reach = sorted(max(x for x, _ in path) for path in paths(chart.svg))
    shares = [(x - left) / (right - left) for x in reach]
    assert shares == pytest.approx([0.25, 0.5, 1.0], abs=0.002)
    # the cut lies between the joins at 2 and at 4
    cut = re.search(r'<line x1="([\d.]+)"[^>]*class="marker"', chart.svg)
    assert cut is not None
    assert (float(cut[1]) - left) / (right - left) == pytest.approx(0.75, abs=0.002)


def test_brackets_have_the_colour_of_their_group_and_are_quiet_above_the_cut() -> None:
    svg = dendrogram(tree(small(), "single"), list("abcd"), k=2).svg
    classes = re.findall(r'<path d="[^"]*" class="([^"]*)"', svg)
    assert sorted(classes) == ["stroke1 solid", "stroke2 solid", "stroke4"]


def test_many_funds_share_leaves_that_name_the_main_category() -> None:
    random = np.random.default_rng(0)
    kinds = np.repeat(["bond", "share"], 50)
    X = random.normal(size=(100, 2)) + 20.0 * (kinds == "share")[:, None]
    chart = dendrogram(tree(X), [f"fund {k}" for k in range(100)], k=2, given=kinds.tolist())
    words = [word for word in texts(chart.svg) if re.match(r"\d · ", word)]
    assert len(words) == LINES
    counts = [int(m[1]) if (m := re.match(r"\d · (\d+) funds", word)) else 1 for word in words]
    assert sum(counts) == 100
    assert all("bond" in word or "share" in word for word in words)
    assert "The first 70 joins are inside the leaves." in chart.caption
    assert not any(word.startswith("1") and "share" in word for word in words) or not any(
        word.startswith("1") and "bond" in word for word in words
    )


def test_leaves_stand_in_the_order_of_scipy() -> None:
    X = np.random.default_rng(1).normal(size=(12, 2))
    found = tree(X, "average")
    order = hierarchy.dendrogram(found.merges, no_plot=True)["leaves"]
    chart = dendrogram(found, [f"F{k}" for k in range(12)], k=3)
    words = [word.split(" · ")[1] for word in texts(chart.svg) if " · " in word]
    assert words == [f"F{k}" for k in order]


def test_numbers_are_those_of_another_grouping() -> None:
    chart = dendrogram(tree(small(), "single"), list("abcd"), k=2, like=np.array([1, 1, 0, 0]))
    assert {"2 · a", "2 · b", "1 · c", "1 · d"} <= set(texts(chart.svg))


def test_turned_joins_are_counted_and_no_line_is_drawn() -> None:
    found = tree([[0.0, 0.0], [1.0, 0.0], [0.5, 0.8661]], "centroid")
    chart = dendrogram(found, list("abc"), k=2)
    assert "Joins that are lower than the one before: 1" in chart.caption
    assert 'class="marker"' not in chart.svg


def test_one_group_and_all_groups_can_be_shown() -> None:
    for k in (1, 4):
        chart = dendrogram(tree(small()), list("abcd"), k=k, title="Mine")
        assert 'class="marker"' not in chart.svg
        assert chart.title == "Mine"


def test_a_chain_of_thousands_is_drawn() -> None:
    X = np.cumsum(1 + np.arange(1500) / 1500)[:, None]  # single linkage joins one by one
    chart = dendrogram(tree(X, "single"), [str(k) for k in range(1500)], k=3)
    assert len(paths(chart.svg)) == LINES - 1
