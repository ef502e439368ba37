"""fondo.judge.evaluation: the verdict follows the difference, and says what is odd."""

import json

import numpy as np
import pytest

from fondo.errors import BadData
from fondo.judge.baselines import naive
from fondo.judge.evaluation import Evaluation, judge
from fondo.judge.leaks import Leak
from fondo.judge.metrics import Answers

TWO = np.array(["bad", "good"])


def number_case(n=300, noise=1.0, seed=0):
    rng = np.random.default_rng(seed)
    y = 5 * rng.normal(size=n) + 20
    return y, Answers(numbers=y + noise * rng.normal(size=n))


def fools(kind, y):
    return {name: fool.answers(len(y)) for name, fool in naive(kind, y).items()}


def test_a_good_network_is_worth_it():
    y, ours = number_case()
    found = judge("number", y, ours, fools("number", y) | {"linear": number_case(noise=3.0)[1]})
    assert found.verdict.startswith("Worth it: rmse ")
    assert "is better than the best baseline, linear (" in found.verdict
    assert found.comparisons[0].other == "linear"
    assert {c.result for c in found.comparisons} == {"better"}


def test_an_equal_network_is_not_shown_to_be_worth_it():
    y, ours = number_case()
    rng = np.random.default_rng(1)
    found = judge("number", y, ours, {"linear": Answers(numbers=y + rng.normal(size=len(y)))})
    assert found.verdict.startswith("Not shown to be worth it: ")
    assert "is not distinguishable from the best baseline, linear" in found.verdict


def test_a_worse_network_is_not_worth_it():
    y, ours = number_case(noise=3.0)
    found = judge("number", y, ours, {"linear": number_case(noise=1.0)[1]} | fools("number", y))
    assert found.verdict.startswith("Not worth it: ")
    assert "same answer" not in found.verdict  # it does beat the constants


def test_a_constant_network_is_exposed():
    # C03-3: a dead network whose error looks like an error
    y, _ = number_case()
    found = judge("number", y, Answers(numbers=np.full(len(y), 20.3)), fools("number", y))
    assert "It is not better than always giving the same answer" in found.verdict
    assert "Warning: the answers are nearly constant" in found.verdict


def two_classes(n, signal, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.1).astype(int)
    logit = signal * (y + rng.normal(size=n)) - 5
    p = 1 / (1 + np.exp(-logit))
    return TWO[y], Answers(probabilities=np.c_[1 - p, p], classes=TWO)


def test_a_rare_class_is_judged_by_its_ranking():
    y, ours = two_classes(800, 1.0)
    found = judge("class", y, ours, fools("class", y))
    assert found.scores[0].name == "roc_auc"
    assert found.verdict.startswith("Worth it: roc_auc")
    assert "Every row is answered bad, although the probabilities differ" in found.verdict
    assert all(scores[0].value == 0.5 for scores in found.baselines.values())


def test_a_network_that_always_says_the_same_is_exposed():
    y, _ = two_classes(400, 1.0)
    found = judge("class", y, Answers(np.full(400, "bad"), None, TWO), fools("class", y))
    assert "nearly constant (always bad)" in found.verdict


def test_leaks_are_doubted_and_coincidences_only_noted():
    y, ours = number_case()
    leak = Leak("time", "leak", "time", "the future", 9)
    warning = Leak("group", "warning", "id", "the same person", 9)
    note = Leak("same row", "note", "rows", "rows meet", 2)
    found = judge("number", y, ours, fools("number", y), [leak, note])
    assert found.verdict.endswith("cannot be trusted before it is mended.")
    assert (found.leaks, found.notes) == ([leak], ["rows meet"])
    found = judge("number", y, ours, fools("number", y), [warning])
    assert found.verdict.endswith("look at them before trusting the score.")


def test_what_a_baseline_learnt_from_is_noted():
    y, ours = number_case()
    found = judge("number", y, ours, {"linear": Answers(numbers=y, note="learnt from few rows")})
    assert found.notes == ["linear: learnt from few rows."]


def test_without_baselines_nothing_is_claimed():
    y, ours = number_case()
    assert judge("number", y, ours).verdict.startswith("No baseline to compare with: rmse")


@pytest.mark.parametrize("n", [1, 2, 3, 10])
@pytest.mark.parametrize("kind", ["class", "number"])
def test_few_rows_are_judged_without_falling_over(n, kind):
    y, ours = number_case(n) if kind == "number" else two_classes(n, 1.0)
    found = judge(kind, y, ours, fools(kind, y) if kind == "number" else {"twin": ours})
    assert "Worth it" not in found.verdict or n > 3
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))


def test_an_evaluation_survives_json():
    y, ours = two_classes(300, 1.0)
    leak = Leak("time", "leak", "time", "the future", 9)
    found = judge("class", y, ours, fools("class", y), [leak], split={"test": 0.2}, notes=["a"])
    back = Evaluation.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False)))
    assert back == found


def test_an_evaluation_of_something_else_is_refused():
    with pytest.raises(BadData, match=r"Evaluation.from_json\(plain\): it must be what to_json"):
        Evaluation.from_json({"kind": "class"})
