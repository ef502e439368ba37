"""fondo.judge.metrics: against scikit-learn, by simulation of coverage, and by hand."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from fondo.errors import BadData, BadParameter
from fondo.judge.metrics import METRICS, Answers, headline, measure, metric_named
from fondo.judge.scores import Score

WORDS = np.array(["bad", "good"])


def two_classes(n=60, seed=0):
    rng = np.random.default_rng(seed)
    y = np.r_[0, 1, rng.integers(0, 2, n - 2)]
    p = 1 / (1 + np.exp(-(rng.normal(size=n) + 2 * y - 1)))
    return y, p, Answers(WORDS[(p > 0.5).astype(int)], np.c_[1 - p, p], WORDS)


def by_name(scores):
    return {score.name: score for score in scores}


def test_two_classes_agree_with_scikit_learn():
    y, p, answers = two_classes()
    guess = (p > 0.5).astype(int)
    found = by_name(measure("class", WORDS[y], answers))
    expected = {
        "accuracy": sk.accuracy_score(y, guess),
        "roc_auc": sk.roc_auc_score(y, p),
        "balanced_accuracy": sk.balanced_accuracy_score(y, guess),
        "log_loss": sk.log_loss(y, p),
        "f1": sk.f1_score(y, guess),
        "precision": sk.precision_score(y, guess),
        "recall": sk.recall_score(y, guess),
        "average_precision": sk.average_precision_score(y, p),
        "brier": sk.brier_score_loss(y, p),
    }
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value), name
    assert found["top_decile_precision"].value == y[np.argsort(-p)[:6]].mean()
    assert found["top_decile_capture"].value == y[np.argsort(-p)[:6]].sum() / y.sum()
    assert set(found) == {m.name for m in METRICS.values() if m.kind == "class"}


def test_numbers_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    y = rng.normal(size=50) + 5
    guess = y + rng.normal(size=50)
    found = by_name(measure("number", y, Answers(numbers=guess)))
    assert found["rmse"].value == pytest.approx(sk.mean_squared_error(y, guess) ** 0.5)
    assert found["mae"].value == pytest.approx(sk.mean_absolute_error(y, guess))
    assert found["r2"].value == pytest.approx(sk.r2_score(y, guess))
    assert found["median_ae"].value == pytest.approx(sk.median_absolute_error(y, guess))
    assert found["mape"].value == pytest.approx(sk.mean_absolute_percentage_error(y, guess))


@given(st.integers(0, 1000))
@settings(deadline=None, derandomize=True, max_examples=8)
def test_every_value_lies_in_its_interval_and_row_order_is_no_matter(seed):
    y, _, answers = two_classes(seed=seed)
    mixed = np.random.default_rng(seed).permutation(len(y))
    other = Answers(answers.labels[mixed], answers.probabilities[mixed], WORDS)
    for a, b in zip(
        measure("class", WORDS[y], answers), measure("class", WORDS[y][mixed], other), strict=True
    ):
        assert a.low <= a.value <= a.high
        assert a.value == pytest.approx(b.value)
        assert a.low < a.high
        assert a.method


def test_many_classes_average_over_those_that_occur():
    classes = np.array([0, 1, 2, 3])
    y = np.array([0, 0, 1, 1, 2, 2])
    guess = np.array([0, 0, 1, 0, 2, 3])
    found = by_name(measure("class", y, Answers(labels=guess, classes=classes)))
    # recalls 1, 1/2, 1/2; precisions 2/3, 1, 1; F1 4/5, 2/3, 2/3
    assert found["recall"].value == found["balanced_accuracy"].value == pytest.approx(2 / 3)
    assert found["precision"].value == pytest.approx(8 / 9)
    assert found["f1"].value == pytest.approx((0.8 + 2 / 3 + 2 / 3) / 3)
    assert "log_loss" not in found  # no probabilities


def test_three_perfect_classes_are_still_doubted():
    y = np.repeat([0, 1, 2], 5)
    for score in measure("class", y, Answers(labels=y, classes=np.arange(3))):
        assert score.value == 1 == score.high
        assert score.low < 0.9


@pytest.mark.parametrize("name", ["balanced_accuracy", "f1", "precision", "recall"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_label_scores_are_covered(name, n_classes):
    rng = np.random.default_rng(1)
    classes, rows = np.arange(n_classes), 90
    chances = np.array([0.5, 0.3, 0.2])[:n_classes] / sum([0.5, 0.3, 0.2][:n_classes])
    answered = 0.7 * np.eye(n_classes) + 0.3 / n_classes  # by true class

    def drawn(n):
        y = rng.choice(n_classes, n, p=chances)
        guess = (rng.random(n)[:, None] > answered.cumsum(axis=1)[y]).sum(axis=1)
        return y, Answers(labels=guess, classes=classes)

    truth = METRICS[name].function  # on so many rows that its own noise is small
    many, answers = drawn(200_000)
    from fondo.judge.answers import class_case

    value, trials = truth(class_case(many, answers)), 150
    found = [measure("class", *drawn(rows), [name])[0] for _ in range(trials)]
    inside = np.mean([s.low <= value <= s.high for s in found])
    assert 0.915 <= inside <= 0.99


def test_the_headline_follows_the_balance():
    assert headline("class", np.array([0, 1, 0, 1])) == "accuracy"
    assert headline("class", np.array([0] * 8 + [1] * 2)) == "roc_auc"
    assert headline("class", np.array([0] * 8 + [1, 2])) == "balanced_accuracy"
    assert headline("number", np.array([1.0])) == "rmse"
    y = np.array([0] * 9 + [1])
    p = np.linspace(0, 1, 10)
    answers = Answers(probabilities=np.c_[1 - p, p], classes=np.array([0, 1]))
    assert measure("class", y, answers)[0].name == "roc_auc"


def test_what_is_not_defined_is_left_out():
    one = measure("class", np.array([0, 0]), Answers(labels=np.zeros(2, int), classes=np.arange(2)))
    assert "roc_auc" not in by_name(one)
    zero = measure("number", np.array([0.0, 1.0]), Answers(numbers=np.array([0.0, 1.0])))
    assert "mape" not in by_name(zero)
    with pytest.raises(BadData, match="do not define this score"):
        measure("number", np.array([0.0, 1.0]), Answers(numbers=np.zeros(2)), ["mape"])


def test_nothing_found_scores_zero_and_admits_ignorance():
    answers = Answers(labels=np.zeros(6, int), classes=np.arange(2))
    found = by_name(measure("class", np.array([0, 0, 0, 0, 1, 1]), answers))
    assert found["precision"].value == 0
    assert (found["precision"].low, found["precision"].high) == (0, 1)
    assert found["f1"].value == found["f1"].low == 0 < found["f1"].high


def test_a_score_survives_json():
    score = Score("rmse", 1.0, -np.inf, np.inf, False, "one row tells no spread")
    assert Score.from_json(json.loads(json.dumps(score.to_json(), allow_nan=False))) == score


def test_rounded_probabilities_are_accepted_and_others_refused():
    y, p, _ = two_classes()
    rounded = np.c_[1 - p, p].astype("float32")
    found = by_name(measure("class", y, Answers(probabilities=rounded, classes=np.arange(2))))
    assert found["log_loss"].value == pytest.approx(sk.log_loss(y, p), rel=1e-5)
    with pytest.raises(BadData, match="rows must be probabilities that sum to 1"):
        measure("class", y, Answers(probabilities=np.c_[p, p], classes=np.arange(2)))
    with pytest.raises(BadData, match=r"shape must be \(60, 3\)"):
        measure("class", y, Answers(probabilities=rounded, classes=np.arange(3)))


def test_messages():
    with pytest.raises(BadParameter, match="Did you mean 'accuracy'"):
        metric_named("acuracy")
    with pytest.raises(BadParameter, match="kind must be 'class', 'number' or 'points'"):
        measure("words", np.zeros(1), Answers())
    with pytest.raises(BadParameter, match="kind must be 'class', 'number' or 'points'"):
        headline("words", np.zeros(1))
    with pytest.raises(BadParameter, match=r"measure\(level=2\)"):
        measure("number", np.zeros(1), Answers(numbers=np.zeros(1)), level=2)
    with pytest.raises(BadData, match="must hold classes, and labels or probabilities"):
        measure("class", np.zeros(1), Answers())
    with pytest.raises(BadData, match="must hold numbers"):
        measure("number", np.zeros(1), Answers())
    with pytest.raises(BadData, match="not 2 rows and 1 answers"):
        measure("number", np.zeros(2), Answers(numbers=np.zeros(1)))
    with pytest.raises(
        BadData, match=r"measure\(y\): 1 of 2 values are not finite, first in row 1"
    ):
        measure("number", np.array([1, np.nan]), Answers(numbers=np.zeros(2)))
    with pytest.raises(BadData, match="1 of 2 rows hold a label .* first 'ugly' in row 1"):
        measure("class", np.array(["bad", "ugly"]), Answers(labels=WORDS, classes=WORDS))
