"""fondo.judge.curves: against scikit-learn, by laws, and by hand."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from fondo.judge.answers import ClassCase, NumberCase
from fondo.judge.curves import (
    calibration_curve,
    confusion,
    curves,
    lift_table,
    residual_table,
    threshold_table,
)


def drawn(seed, n=57):
    rng = np.random.default_rng(seed)
    y = np.r_[0, 1, rng.integers(0, 2, n - 2)]
    return y, np.round(rng.random(n), 1)


@given(st.integers(0, 1000))
@settings(deadline=None, derandomize=True, max_examples=30)
def test_tenths_share_out_all_rows_and_all_positives(seed):
    y, p = drawn(seed)
    table = lift_table(y, p)
    assert sum(line["rows"] for line in table) == pytest.approx(len(y))
    assert sum(line["positives"] for line in table) == pytest.approx(y.sum())
    assert table[-1]["captured"] == 1
    assert np.diff([line["captured"] for line in table]).min() >= -1e-12


def test_lift_by_hand():
    # 20 rows, 4 positives: 2 in the first tenth, 1 in the second, 1 in the last
    y = np.zeros(20, int)
    y[[0, 1, 2, 19]] = 1
    table = lift_table(y, np.linspace(1, 0, 20))
    assert [table[i]["captured"] for i in (0, 1, 8, 9)] == [0.5, 0.75, 0.75, 1]
    assert [table[i]["lift"] for i in (0, 1, 2, 9)] == pytest.approx([5, 2.5, 0, 2.5])
    assert table[0]["low"] < 1 == table[0]["high"]


def test_thresholds_agree_with_scikit_learn():
    y, p = drawn(0)
    for line in threshold_table(y, p, n_points=11):
        said = p >= line["threshold"]
        assert line["recall"] == pytest.approx(sk.recall_score(y, said))
        assert line["f1"] == pytest.approx(sk.f1_score(y, said, zero_division=0))
        assert line["flagged"] == said.sum()
        if said.any():
            assert line["precision"] == pytest.approx(sk.precision_score(y, said))
        else:
            assert line["precision"] is None


def test_calibration_by_hand_and_brier_by_scikit_learn():
    y, p = np.array([0, 1, 1, 1]), np.array([0.25, 0.25, 0.75, 0.75])
    found = calibration_curve(y, p, n_bins=2)
    assert [(b["predicted"], b["observed"], b["rows"]) for b in found["bins"]] == [
        (0.25, 0.5, 2),
        (0.75, 1.0, 2),
    ]
    assert found["gap"] == 0.25
    assert found["brier"] == pytest.approx(sk.brier_score_loss(y, p))


def test_true_probabilities_are_found_calibrated():
    rng = np.random.default_rng(0)
    p = rng.random(20_000)
    bins = calibration_curve(rng.random(20_000) < p, p)["bins"]
    assert sum(b["low"] <= b["predicted"] <= b["high"] for b in bins) >= 9


def test_confusion_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    y, guess = rng.integers(0, 4, 50), rng.integers(0, 4, 50)
    found = confusion(ClassCase(y, guess, None, np.array(list("abcd"))))
    np.testing.assert_array_equal(found["counts"], sk.confusion_matrix(y, guess))
    assert found["classes"] == ["a", "b", "c", "d"]


def test_a_hundred_classes_share_the_last_line():
    y = np.r_[np.arange(100), np.arange(60, 100)]
    found = confusion(ClassCase(y, y, None, np.arange(100)))
    assert found["classes"][-1] == "51 rarer classes"
    assert np.sum(found["counts"]) == np.trace(found["counts"]) == 140
    assert len(found["counts"]) == 50


def test_residuals_of_many_rows_are_sampled_but_summed_over_all():
    y = np.arange(5000.0)
    found = residual_table(NumberCase(y, y - 2))
    assert len(found["actual"]) == len(found["predicted"]) == 1000
    assert (found["rows"], found["mean"], found["quantiles"]["0.5"]) == (5000, 2, 2)


def test_curves_are_json_and_only_those_that_apply():
    y, p = drawn(0)
    two = ClassCase(y, (p > 0.5).astype(int), np.c_[1 - p, p], np.arange(2))
    assert set(curves(two)) == {"confusion", "lift", "thresholds", "calibration"}
    assert set(curves(ClassCase(y, y, None, np.arange(2)))) == {"confusion"}
    assert set(curves(NumberCase(p, p))) == {"residuals"}
    assert json.loads(json.dumps(curves(two), allow_nan=False)) == curves(two)
