"""fondo.search.subsets: nested, each class among the first rows, groups whole, the latest rows."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.search.subsets import Deal, check_deals, deal, subset_sizes
from fondo.tasks.rows import Part

CLASSES = SimpleNamespace(n_rows=len, stratum=lambda y: y)
NUMBERS = SimpleNamespace(n_rows=len, stratum=lambda y: None)


def part(y, **more):
    return Part(np.zeros(len(y)), np.asarray(y), **more)


def labels(*counts):
    return np.repeat([f"c{k}" for k in range(len(counts))], counts)


@settings(max_examples=20)
@given(st.lists(st.integers(2, 60), min_size=2, max_size=5), st.integers(0, 9))
def test_any_first_rows_hold_each_class_by_its_share_and_at_least_once(counts, seed):
    y = labels(*counts)
    dealt = deal(CLASSES, part(y), 0.2, seed)
    assert sorted([*dealt.order, *dealt.test]) == list(range(len(y)))
    held = np.array([(y[dealt.test] == f"c{k}").sum() for k in range(len(counts))])
    assert (abs(held - 0.2 * np.array(counts)) < 1).all()
    whole = np.unique(y[dealt.order], return_counts=True)[1]
    for n in range(len(whole), len(dealt.order) + 1):
        found = np.array([(y[dealt.order[:n]] == f"c{k}").sum() for k in range(len(whole))])
        assert (found >= 1).all()
        # one row for the start of a class and one that was brought to the front
        assert (abs(found - n * whole / whole.sum()) <= 1 + len(whole)).all()


def test_each_seed_deals_otherwise_and_the_same_seed_alike():
    y = np.random.default_rng(0).normal(size=200)
    one, same, other = (deal(NUMBERS, part(y), 0.2, seed) for seed in (1, 1, 2))
    assert one.order.tolist() == same.order.tolist()
    assert one.test.tolist() != other.test.tolist()
    assert len(one.test) == 40
    # neither sorted by row nor by target: any first rows are a sample
    assert abs(np.corrcoef(np.arange(160), one.order)[0, 1]) < 0.2


def test_groups_are_never_parted_and_come_one_after_another():
    groups = np.repeat([f"g{k}" for k in range(20)], 10)
    dealt = deal(NUMBERS, part(np.arange(200.0), groups=groups), 0.2, 0)
    assert not {*groups[dealt.order]} & {*groups[dealt.test]}
    changes = (groups[dealt.order][1:] != groups[dealt.order][:-1]).sum()
    assert changes == len({*groups[dealt.order]}) - 1
    assert [*groups[dealt.order]] != sorted(groups[dealt.order])


def test_groups_that_bring_a_class_come_first():
    groups = np.repeat(np.arange(30), 5)
    y = np.where(groups < 3, "rare", "common")
    for seed in range(5):
        dealt = deal(CLASSES, part(y, groups=groups), 0.2, seed)
        assert {*y[dealt.order[:10]]} == {"rare", "common"}


def test_with_times_the_latest_rows_judge_and_subsets_go_back_from_there():
    times = np.random.default_rng(0).permutation(50).astype(float)
    times[3] = np.nan
    dealt = deal(NUMBERS, part(np.arange(50.0), times=times), 0.2, 0)
    assert sorted(times[dealt.test]) == list(range(40, 50))
    known = times[dealt.order[:-1]]
    assert known[0] == 39
    assert (np.diff(known) < 0).all()
    assert dealt.order[-1] == 3
    assert deal(NUMBERS, part(np.arange(50.0), times=times), 0.2, 7).order.tolist() == [
        *dealt.order
    ]


def test_test_rows_of_a_class_that_came_late_are_set_aside_and_counted():
    times = np.arange(50.0)
    y = np.where(times < 47, np.where(times % 2 > 0, "a", "b"), "new")
    dealt = deal(CLASSES, part(y, times=times), 0.2, 0)
    assert dealt.lost == 3
    assert times[dealt.test].tolist() == list(range(40, 47))
    with pytest.raises(BadData, match="no test row has a class that a training row has"):
        deal(CLASSES, part(np.where(times < 40, "a", "b"), times=times), 0.2, 0)


def orders(*counts):
    return [Deal(np.arange(3), np.arange(n)) for n in counts]


def test_five_sizes_over_four_doublings_are_the_default():
    assert subset_sizes(orders(1600, 1610), None, None) == (100, 200, 400, 800, 1600)
    assert subset_sizes(orders(320), None, None) == (20, 40, 80, 160, 320)
    # few rows begin at the fewest that have a validation part, in smaller steps
    assert subset_sizes(orders(80), None, None) == (20, 28, 40, 57, 80)
    # and where a class comes late, at the row that brings it
    late = np.where(np.arange(400) == 59, "late", "early")
    assert subset_sizes(orders(400), late, None)[0] == 60


@pytest.mark.parametrize(
    ("rows", "sizes", "kind", "message"),
    [
        (79, None, BadData, "79 training rows beside the test part; at least 80 are needed"),
        (100, (20, 40, 30, 100), BadParameter, r"sizes=\[20, 40, 30, 100\]\): sizes must rise"),
        (100, (20, 40, 40, 100), BadParameter, "leave doubles out"),
        (100, (20, 40, 80, 101), BadParameter, "there are 100 training rows beside the test"),
        (100, (30, 40, 60, 100), BadParameter, "the largest must be at least 4 times the small"),
        (100, (10, 20, 40, 80), BadParameter, "the smallest must be at least 20 rows"),
        (100, (20, 40, 80), BadParameter, "sizes must be a sequence of at least 4 values"),
        (100, (20.5, 40, 80, 90), BadParameter, "each a whole number of at least 1"),
        (100, 20, BadParameter, r"more_data\(sizes=20\): sizes must be a sequence"),
        (100, "20,40", BadParameter, "each a whole number"),
    ],
)
def test_sizes_that_cannot_be_are_refused(rows, sizes, kind, message):
    with pytest.raises(kind, match=message):
        subset_sizes(orders(rows), None, sizes)


def test_sizes_may_be_an_array():
    assert subset_sizes(orders(200), None, np.array([20, 50, 100, 200])) == (20, 50, 100, 200)


def test_a_class_that_comes_too_late_is_told():
    late = np.where(np.arange(400) == 150, "late", "early")
    with pytest.raises(BadData, match="it takes 151 of them until each class has come"):
        subset_sizes(orders(400), late, None)
    with pytest.raises(BadParameter, match="it takes 151 rows until each class has come"):
        subset_sizes(orders(400), late, (50, 100, 200, 400))


def test_one_class_or_too_few_groups_are_refused():
    y, groups = labels(50, 50), np.repeat(np.arange(5), 20)
    with pytest.raises(BadData, match="the training rows of repeat 1 are all of class 'c0'"):
        check_deals([Deal(np.arange(50, 60), np.arange(50))], part(y), y, 5)
    dealt = deal(CLASSES, part(y, groups=groups), 0.2, 0)
    with pytest.raises(BadData, match="learns from 4 groups and is judged on 1; at least 5"):
        check_deals([dealt], part(y, groups=groups), y, 5)
