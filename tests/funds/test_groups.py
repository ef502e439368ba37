from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from fondo.errors import BadData, BadParameter
from fondo.funds.agreement import agreement
from fondo.funds.group_table import by_returns
from fondo.funds.groups import LINKAGES, Grouping, k_means, numbered_like, tree
from fondo.funds.reader import read

CENTRES = np.array([[0.0, 0, 0], [8, 0, 0], [0, 8, 0], [0, 0, 8]])


def planted(sizes: tuple[int, ...] = (12, 9, 7, 4), seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows around far centres in random order, and the group of each."""
    random = np.random.default_rng(seed)
    truth = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return CENTRES[truth] + random.normal(size=(sum(sizes), 3)), truth


def test_planted_groups_are_found_and_the_largest_comes_first() -> None:
    X, truth = planted()
    found = k_means(X, 4)
    assert adjusted_rand_score(truth, found.labels) == 1
    assert found.sizes == [12, 9, 7, 4]
    assert found.count == 4
    assert found.labels.tolist() == truth.tolist()  # planted by falling size


def test_k_means_is_that_of_scikit_learn() -> None:
    X, _ = planted()
    X = X + np.random.default_rng(1).normal(size=X.shape) * 4  # groups that touch
    in_order = X[np.lexsort(X.T[::-1])]
    reference = KMeans(5, n_init=10, random_state=3).fit(in_order)
    found = k_means(X, 5, seed=3)
    assert found.error == pytest.approx(reference.inertia_)
    assert adjusted_rand_score(reference.predict(X), found.labels) == 1


def test_error_and_centres_by_hand() -> None:
    # Rows 0, 2, 10: centres 1 and 10, squared distances 1 + 1 + 0.
    found = k_means([[0.0], [2.0], [10.0]], 2)
    assert found.labels.tolist() == [0, 0, 1]
    assert found.error == pytest.approx(2)
    assert found.centres(np.array([[0.0], [2.0], [10.0]])).tolist() == [[1], [10]]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_permuting_the_funds_permutes_the_labels(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    X = random.normal(size=(14, 2))  # no clear groups: the hard case
    order = random.permutation(14)
    for group in (
        lambda rows: k_means(rows, k).labels,
        lambda rows: tree(rows, "ward").cut(k).labels,
    ):
        assert group(X[order]).tolist() == group(X)[order].tolist()


def test_shifting_and_turning_changes_no_group() -> None:
    X, _ = planted(seed=2)
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))
    moved = X @ turn + 100
    for group in (lambda rows: k_means(rows, 4), lambda rows: tree(rows, "average").cut(4)):
        assert adjusted_rand_score(group(X).labels, group(moved).labels) == 1
    assert k_means(moved, 4).error == pytest.approx(k_means(X, 4).error)


def test_groups_of_one_size_are_ordered_by_their_centres() -> None:
    assert k_means([[9.0, 1.0], [9.0, 1.1], [1.0, 5.0], [1.0, 5.1]], 2).labels.tolist() == [
        1,
        1,
        0,
        0,
    ]


def test_the_seed_decides_and_one_start_may_end_badly() -> None:
    X = np.random.default_rng(4).normal(size=(60, 2))
    first, again = (k_means(X, 8, starts=1, seed=1) for _ in range(2))
    assert first.labels.tolist() == again.labels.tolist()
    single = [k_means(X, 8, starts=1, seed=s).error for s in range(6)]
    assert max(single) > 1.05 * k_means(X, 8, starts=10).error


@pytest.mark.parametrize("linkage", sorted(LINKAGES))
def test_trees_are_those_of_scipy(linkage: str) -> None:
    X, truth = planted()
    found = tree(X, linkage)
    np.testing.assert_allclose(found.merges, hierarchy.linkage(X, linkage))
    cophenetic = hierarchy.cophenet(found.merges)
    assert found.faithful == pytest.approx(np.corrcoef(pdist(X), cophenetic)[0, 1])
    assert adjusted_rand_score(truth, found.cut(4).labels) == 1
    if not found.inversions:
        for k in (1, 2, 5, 9, len(X)):
            reference = hierarchy.fcluster(found.merges, k, criterion="maxclust")
            assert adjusted_rand_score(reference, found.cut(k).labels) == 1


def test_a_cut_by_hand() -> None:
    # 0-1 at 1, 5-7 at 2, both at 4 (single): three groups after one join.
    found = tree([[0.0], [1.0], [5.0], [7.0]], "single")
    assert found.merges[:, 2].tolist() == [1, 2, 4]
    assert found.members(1).tolist() == [4, 4, 2, 3]
    assert found.cut(3).labels.tolist() == [0, 0, 1, 2]
    assert found.cut(2).labels.tolist() == [0, 0, 1, 1]
    assert found.cut(1).labels.tolist() == [0, 0, 0, 0]


def test_centroid_linkage_can_turn_and_is_cut_by_its_joins_all_the_same() -> None:
    # A triangle of sides 1: two corners join at 1, the third lies 0.866 from their middle.
    found = tree([[0.0, 0.0], [1.0, 0.0], [0.5, 0.8661]], "centroid")
    assert found.inversions == 1
    assert [found.cut(k).sizes for k in (1, 2, 3)] == [[3], [2, 1], [1, 1, 1]]
    assert tree(found.X, "ward").inversions == 0


def test_numbers_follow_another_grouping_where_most_rows_agree() -> None:
    labels = np.array([0, 0, 0, 1, 1, 2])
    assert numbered_like(Grouping(labels, 0.0, ""), labels).tolist() == labels.tolist()
    # more groups than the other has: the one without counterpart gets a new number
    assert numbered_like(Grouping(labels, 0.0, ""), np.array([1, 1, 0, 0, 0, 0])).tolist() == [
        1, 1, 1, 0, 0, 2,
    ]  # fmt: skip
    # fewer groups than the other has
    two = Grouping(np.array([0, 0, 0, 0, 1, 1]), 0.0, "")
    assert numbered_like(two, np.array([2, 2, 2, 0, 1, 1])).tolist() == [2, 2, 2, 2, 1, 1]


def test_two_rows_are_enough_for_a_tree() -> None:
    found = tree([[0.0], [1.0]])
    assert found.cut(2).sizes == [1, 1]
    assert np.isnan(found.faithful)


@pytest.mark.parametrize(
    ("X", "said"),
    [
        ([[1.0]], "at least two rows"),
        ([1.0, 2.0], "must be a table of finite numbers"),
        ([[1.0], [np.nan]], "must be a table of finite numbers"),
        ([[1.0], [np.inf]], "must be a table of finite numbers"),
        (np.empty((3, 0)), "must be a table of finite numbers"),
        ([["a"], ["b"]], "must be a table of numbers. Leave text out"),
    ],
)
def test_what_is_no_table_is_refused(X: object, said: str) -> None:
    with pytest.raises(BadData, match=said):
        k_means(X, 1)
    with pytest.raises(BadData, match=said):
        tree(X)


def test_more_groups_than_different_funds_are_refused() -> None:
    rows = [[0.0], [0.0], [1.0]]
    assert k_means(rows, 2).sizes == [2, 1]
    with pytest.raises(
        BadParameter, match="at least as many different funds as groups; there are 2"
    ):
        k_means(rows, 3)
    with pytest.raises(BadParameter, match="there are 3. Ask for fewer"):
        tree(rows).cut(4)
    with pytest.raises(BadParameter, match="k must be a whole number of at least 1"):
        k_means(rows, 0)


def test_rows_that_are_all_alike_make_one_group_and_no_tree() -> None:
    assert k_means([[2.0], [2.0]], 1).error == 0
    with pytest.raises(BadData, match="all rows are alike, so there is no tree"):
        tree([[2.0], [2.0], [2.0]])


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"starts": 0}, "starts must be"), ({"seed": -1}, "seed must be a whole number from 0")],
)
def test_settings_of_k_means_that_cannot_be_are_refused(settings: dict, said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        k_means([[0.0], [1.0]], 1, **settings)


def test_an_unknown_linkage_is_refused() -> None:
    with pytest.raises(BadParameter, match="linkage must be one of 'ward'"):
        tree([[0.0], [1.0]], "nearest")


@pytest.mark.data
def test_real_funds_that_move_together_share_a_category(fondo_data: Path) -> None:
    panel = read(fondo_data / "funds" / "india_nav.parquet", columns={"fund": "fund_name"})
    largest = [panel.peer_names.index(name) for name in ("equity", "debt", "liquid", "gilt")]
    part = panel.take(funds=np.isin(panel.peer.max(axis=0), largest))
    table = by_returns(part, date="2015-12-25", length=156)
    assert len(table.funds) == 239
    found = agreement(k_means(table.values, 4).labels, table.given)
    assert found.adjusted == pytest.approx(0.596, abs=0.05)
    assert found.rand == pytest.approx(0.847, abs=0.03)
    chained = tree(table.values, "single").cut(4)
    assert chained.sizes[0] > 0.95 * 239
