import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from fondo.funds import group_words
from fondo.funds.group_page import groups_page, pictures
from fondo.funds.group_study import GroupStudy, find_groups
from fondo.funds.group_table import from_table
from fondo.funds.universe import make_universe

HOSTILE = '</text><script>alert("ü")</script> & 基金'


@pytest.fixture(scope="module")
def study() -> GroupStudy:
    """Two kinds of funds, three of them misfiled and two without a category."""
    random = np.random.default_rng(0)
    kinds = np.repeat(["bond", "share"], 15)
    x = random.normal(size=(30, 3)) + 9 * (kinds == "share")[:, None]
    names = [HOSTILE, *(f"fund {k}" for k in range(1, 30))]
    frame = {"fund": names, "kind": kinds.tolist()}
    columns = ("mean_return", "volatility", "fee")
    frame |= {name: column.tolist() for name, column in zip(columns, x.T, strict=True)}
    frame["kind"][7] = frame["kind"][29] = ""
    frame["kind"][0] = frame["kind"][1] = "share"
    frame["kind"][20] = "bond"
    return find_groups(from_table(frame | {"note": names}, given="kind"), k=2)


def plain(page: str) -> str:
    words = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", words)).replace("&amp;", "&")


def test_the_page_is_one_well_formed_file_that_loads_nothing(study: GroupStudy) -> None:
    page = groups_page(study)
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert "default-src &#x27;none&#x27;" in page
    assert groups_page(study) == page


def test_the_page_says_what_was_found_in_numbers(study: GroupStudy) -> None:
    words = plain(groups_page(study))
    assert "Peer groups of 30 funds" in words
    assert "30 funds fall into 2 groups as asked for." in words
    found = study.methods[0].against
    assert found is not None
    assert found.adjusted < 1
    assert f"the adjusted Rand index is {found.adjusted:.3f}" in words
    assert "They hold: over 20 runs with a random 80 % of the funds each" in words
    for title in (
        "The groups on a plane",
        "The given categories on the same plane",
        "Error within groups",
        "Silhouette",
        "Ward linkage",
        "Centroid linkage",
        "Single linkage",
        "Would they be found again",
        "Scalers",
        "Set aside",
    ):
        assert title in words
    assert "it is text: 1 (column note)" in words


def test_misfiled_and_unfiled_funds_are_named(study: GroupStudy) -> None:
    words = plain(groups_page(study))
    doubtful = group_words.doubtful(study)
    assert f"Funds that look like another category: {len(doubtful)}" in words
    assert {row[0] for row in doubtful} == {HOSTILE, "fund 1", "fund 20"}
    assert {row[1:3] for row in doubtful} == {("share", "bond"), ("bond", "share")}
    shares = [row[3] for row in doubtful]  # the surest first
    assert shares == sorted(
        shares, key=lambda share: -float(str(share).split("\N{NO-BREAK SPACE}")[0])
    )
    assert len(set(shares)) > 1
    placed = group_words.placed(study)
    assert [(row[0], row[1]) for row in placed] == [("fund 7", "bond"), ("fund 29", "share")]
    assert "Funds without a category, placed by their neighbours: 2" in words
    assert "By the 5 nearest others, 89\N{NO-BREAK SPACE}% of 28 funds" in group_words.neighbours(
        study
    )


def test_tables_add_up(study: GroupStudy) -> None:
    head, rows = group_words.crossed(study)
    assert head == ["category", "1", "2", "all"]
    assert sum(int(str(row[-1])) for row in rows) == 28
    assert all(sum(map(int, map(str, row[1:-1]))) == row[-1] for row in rows)
    head, rows = group_words.groups(study)
    assert sum(int(str(row[1])) for row in rows) == 30
    assert head[:5] == ["group", "funds", "most typical", "main category", "its share"]
    assert "mean return" in head
    head, rows = group_words.methods(study)
    assert len(rows) == len(study.methods)
    assert all(len(row) == len(head) for row in rows)
    head, rows = group_words.scales(study)
    assert all(len(row) == len(head) for row in rows)


def test_numbers_are_plain_json(study: GroupStudy) -> None:
    told = json.loads(json.dumps(group_words.to_json(study)))
    assert told["k"] == 2
    assert set(told["groups"]) == set(study.table.funds.tolist())
    assert set(told["groups"].values()) == {1, 2}
    assert told["set_aside"] == [["column note", "it is text"]]


def test_returns_without_categories_have_a_page_too() -> None:
    panel = make_universe("market", funds=12, years=2, seed=1)
    study = find_groups(panel, by="returns", k=3, length=80)
    page = groups_page(study)
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    words = plain(page)
    assert "mean correlation" in words
    assert "80 returns of each fund, scaled to mean 0 and length 1" in words
    assert "category" not in words
    assert "Scalers" not in words
    assert "They do not hold: over 20 runs" in words  # there are no groups in this universe
    assert len(pictures(study)) == 6
    inside = study.table.funds[study.grouping.labels == 0]
    between = np.corrcoef(panel.take(funds=inside).returns[-80:].T)
    mean = between[np.triu_indices(len(inside), 1)].mean()
    assert group_words.groups(study)[1][0][-1] == f"{mean:.3f}"


def test_one_group_of_three_funds_has_a_page() -> None:
    study = find_groups(from_table({"fund": list("abc"), "x": [0.0, 1.0, 5.0]}), k=1)
    page = groups_page(study)
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert "3 funds fall into 1 group as asked for." in plain(page)
    assert "NaN" not in page
    assert "nan" not in plain(page)
