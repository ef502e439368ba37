"""fondo.judge.blocks: formulas of means and shares, the delta method, rows that hang together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData
from fondo.judge.answers import NumberCase
from fondo.judge.blocks import block_covariance, blocks_of, left_out


def mean_error(case):
    return float((case.guess - case.y).mean())


def case_of(off):
    return NumberCase(np.zeros(len(off)), np.asarray(off, float))


def test_two_blocks_by_hand():
    # without the first block 3, without the second 1: mean 2, (1/2) (1 + 1) = 1
    left = left_out(mean_error, case_of([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
    assert left.tolist() == [3.0, 1.0]
    assert block_covariance(left[:, None]) == pytest.approx(1.0)


def test_of_means_it_is_the_covariance_of_means():
    rows = np.random.default_rng(0).normal(size=(2, 60)) + np.arange(60) % 3
    left = np.stack([left_out(mean_error, case_of(off), np.arange(60)) for off in rows], axis=1)
    assert block_covariance(left) == pytest.approx(np.cov(rows) / 60)


def test_of_a_root_mean_square_it_is_that_of_the_delta_method():
    off = np.random.default_rng(1).normal(size=4000)

    def rmse(case):
        return float(np.sqrt((case.guess**2).mean()))

    found = block_covariance(left_out(rmse, case_of(off), blocks_of(4000, count=200))[:, None])
    # var(sqrt m) is about var(m) / (4 m), and var(m) is var(x^2) / n
    assert found[0, 0] == pytest.approx(np.var(off**2) / 4000 / (4 * (off**2).mean()), rel=0.25)


def test_groups_that_hang_together_tell_a_larger_spread():
    shift = np.repeat(np.random.default_rng(2).normal(size=40), 25)
    groups = np.repeat([f"g{k}" for k in range(40)], 25)
    by_rows, by_groups = (
        block_covariance(left_out(mean_error, case_of(shift), blocks)[:, None])[0, 0]
        for blocks in (blocks_of(1000), blocks_of(1000, groups=groups))
    )
    assert by_groups == pytest.approx(np.var(shift) / 40, rel=0.6)
    assert by_groups > 8 * by_rows


@settings(max_examples=15)
@given(st.integers(1, 80), st.integers(1, 30), st.integers(0, 5))
def test_blocks_are_even_and_hold_every_row(n, count, seed):
    sizes = np.bincount(blocks_of(n, count=count, seed=seed))
    assert len(sizes) == min(n, count)
    assert sizes.max() - sizes.min() <= 1
    times = np.random.default_rng(seed).normal(size=n)
    stretches = blocks_of(n, times=times, count=count)
    assert np.all(np.diff(stretches[np.argsort(times)]) >= 0)
    assert len(np.unique(stretches)) == min(n, count)


def test_groups_stay_whole_and_classes_are_dealt_evenly():
    groups = np.array(["b", "a", "b", "c", "a", None, None], object)
    blocks = blocks_of(7, groups=groups, count=3)
    assert blocks[0] == blocks[2]
    assert blocks[1] == blocks[4]
    assert blocks[5] == blocks[6]
    labels = np.array(["yes"] * 4 + ["no"] * 40)
    rare = blocks_of(44, labels=labels, count=4)[:4]
    assert sorted(rare.tolist()) == [0, 1, 2, 3]


def test_rows_without_a_time_come_first():
    assert blocks_of(4, times=np.array([2.0, np.nan, 1.0, 3.0]), count=2).tolist() == [1, 0, 0, 1]


def test_blocks_that_leave_the_score_undefined_are_passed_over():
    left = np.array([[1.0], [np.nan], [3.0]])
    assert block_covariance(left) == pytest.approx(1.0)
    with pytest.raises(BadData, match="1 blocks of test rows can be left out, and at least 2"):
        block_covariance(left[:2])
    assert np.isnan(left_out(mean_error, case_of([1.0]), np.zeros(1, int))).all()
