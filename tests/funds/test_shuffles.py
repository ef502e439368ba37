"""fondo.funds.shuffles: refuses by default, is scikit-learn's split when asked, and leaks."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedShuffleSplit

from fondo.errors import BadData, BadParameter
from fondo.funds.shuffles import ShuffledSplit
from fondo.funds.spans import leaking_rows, spans

DATE = np.repeat(np.datetime64("2000-01-07") + 28 * np.arange(20), 10)
ROWS = spans(DATE, DATE + 364)
Y = np.tile(np.arange(10) < 3, 20).astype(float)


def test_it_refuses_unless_told_that_it_leaks():
    with pytest.raises(
        BadParameter, match=r"leaky=False.*Take PurgedWalkForward\(\), or say leaky"
    ):
        list(ShuffledSplit().split(None, Y, ROWS))


def test_it_is_the_shuffle_of_scikit_learn_sorted():
    theirs = StratifiedShuffleSplit(4, test_size=0.33, random_state=7).split(Y[:, None], Y)
    splitter = ShuffledSplit(4, leaky=True, random_state=7)
    for (train, test), (a, b) in zip(splitter.split(None, Y, ROWS), theirs, strict=True):
        assert train.tolist() == sorted(a)
        assert test.tolist() == sorted(b)
        assert Y[test].mean() == pytest.approx(0.3, abs=0.01)
    assert splitter.get_n_splits(None, Y, ROWS) == 4


def test_nearly_every_training_label_overlaps_a_test_label():
    for train, test in ShuffledSplit(2, leaky=True).split(None, Y, ROWS):
        assert leaking_rows(ROWS, train, test) == len(train)
        assert set(ROWS["date"][train]) & set(ROWS["date"][test])


def test_bad_input_is_refused():
    with pytest.raises(BadParameter, match="labels must be given"):
        list(ShuffledSplit(leaky=True).split(None, None, ROWS))
    with pytest.raises(BadData, match="Give more rows of each label"):
        list(ShuffledSplit(leaky=True).split(None, np.arange(200) == 0, ROWS))
    with pytest.raises(BadParameter, match=r"test_share must be a number in \(0, 1\)"):
        list(ShuffledSplit(test_share=1.0, leaky=True).split(None, Y, ROWS))
