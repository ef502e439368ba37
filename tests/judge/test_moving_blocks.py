"""fondo.judge.moving_blocks: against the plain bootstrap, known variance, coverage, by hand."""

import math

import numpy as np
import pytest
from scipy import signal

from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import bootstrap
from fondo.judge.moving_blocks import block_bootstrap


def mean_of(sums):
    return sums[..., 0] / sums[..., 1]


def lines(values):
    return np.stack([values, np.ones(len(values))], axis=1)


def autocorrelated(rng, times, rho, runs=1):
    noise = rng.normal(size=(runs, times + 50)) * math.sqrt(1 - rho**2)
    return signal.lfilter([1], [1, -rho], noise, axis=1)[:, 50:]


def test_blocks_of_one_are_the_plain_bootstrap():
    values = np.random.default_rng(0).gamma(2, size=200)
    ours = block_bootstrap(lines(values), mean_of, 1, n_resamples=4000)
    theirs = bootstrap(np.mean, values, n_resamples=4000)
    assert ours.high - ours.low == pytest.approx(theirs.high - theirs.low, rel=0.06)
    assert (ours.low + ours.high) / 2 == pytest.approx(values.mean(), abs=0.03)


def test_the_width_is_that_of_an_autocorrelated_mean():
    # the mean of 1000 values of unit variance with rho = 0.8 has standard error
    # sqrt((1 + 0.8) / (1 - 0.8) / 1000) = 0.0949; taken as independent, 0.0316
    widths = [
        [h - low for low, h, _ in (block_bootstrap(lines(v), mean_of, b) for b in (1, 25))]
        for v in autocorrelated(np.random.default_rng(1), 1000, 0.8, runs=20)
    ]
    alone, blocks = np.mean(widths, axis=0) / (2 * 1.96)
    assert alone == pytest.approx(0.0316, rel=0.1)
    assert blocks == pytest.approx(0.0949, rel=0.15)


def test_blocks_cover_where_single_times_do_not():
    held = {1: 0, 20: 0}
    for values in autocorrelated(np.random.default_rng(2), 400, 0.8, runs=200):
        for block in held:
            low, high, _ = block_bootstrap(lines(values), mean_of, block, n_resamples=300)
            held[block] += low <= 0 <= high
    assert held[20] / 200 >= 0.88
    assert held[1] / 200 < 0.6


def test_every_time_is_drawn_alike():
    # one time in eight holds a 1, the others 0: blocks that wrap round give it an even chance
    for place in (0, 7):
        drawn = []

        def seen(sums, drawn=drawn):
            drawn.append(mean_of(sums))
            return drawn[-1]

        block_bootstrap(lines(np.arange(8) == place), seen, 2)
        assert np.concatenate(drawn).mean() == pytest.approx(1 / 8, abs=0.02)


def test_same_seed_same_interval_and_sums_are_drawn_together():
    values = np.random.default_rng(3).normal(size=40)
    assert block_bootstrap(lines(values), mean_of, 4) == block_bootstrap(lines(values), mean_of, 4)
    other = block_bootstrap(lines(values), mean_of, 4, seed=1)
    assert other != block_bootstrap(lines(values), mean_of, 4)
    both = np.stack([values + 9, values + 9], axis=1)
    assert block_bootstrap(both, mean_of, 4)[:2] == (1, 1)


def test_too_little_to_go_by_has_no_bounds():
    assert block_bootstrap(lines(np.ones(5)), mean_of, 3)[:2] == (-math.inf, math.inf)
    nothing = np.stack([np.zeros(6), [5, 0, 0, 0, 0, 0]], axis=1)
    with np.errstate(invalid="ignore"):
        assert block_bootstrap(nothing, mean_of, 1)[:2] == (-math.inf, math.inf)


def test_bad_input_is_refused():
    for wrong in (np.zeros(4), np.zeros((0, 2)), np.full((4, 2), np.nan)):
        with pytest.raises(BadData, match="a line of finite sums for each time"):
            block_bootstrap(wrong, mean_of, 1)
    for block in (0, 9):
        with pytest.raises(BadParameter, match="block must be a whole number from 1 to the 4"):
            block_bootstrap(np.ones((4, 2)), mean_of, block)
