"""fondo.judge.several: several numbers a row, against scikit-learn, by laws and by hand."""

import json

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.linear_model import Ridge
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fondo.errors import BadData
from fondo.judge import several
from fondo.judge.answers import Answers, NumbersCase, numbers_case
from fondo.judge.baselines import Naive, fitted, naive, previous
from fondo.judge.compare import compare
from fondo.judge.curves import MOST_DRAWN, target_table
from fondo.judge.evaluation import Evaluation, judge
from fondo.judge.levels import WORDS, check_human
from fondo.judge.measures import level_of
from fondo.judge.metrics import headline, measure

NAMES = ("angle", "speed", "load")


def drive(n: int = 80, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three targets in very different units, and answers that miss them by half their spread."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(n, 3)) * [0.1, 20, 1000] + [0, 50, -4000]
    return y, y + rng.normal(size=(n, 3)) * [0.05, 10, 500]


def scores(y: np.ndarray, guess: np.ndarray) -> dict:
    return {s.name: s for s in measure("numbers", y, Answers(numbers=guess, names=NAMES))}


def test_scores_are_those_of_scikit_learn_on_standardised_targets():
    y, guess = drive()
    found = scores(y, guess)
    sd = y.std(axis=0)
    assert list(found) == ["rmse_standardised", "mae_standardised", "r2_mean"]
    assert found["r2_mean"].value == pytest.approx(sk.r2_score(y, guess))
    mse = sk.mean_squared_error(y / sd, guess / sd)
    assert found["rmse_standardised"].value == pytest.approx(np.sqrt(mse))
    mae = sk.mean_absolute_error(y / sd, guess / sd)
    assert found["mae_standardised"].value == pytest.approx(mae)


def test_errors_are_measured_in_the_spread_of_each_target_by_hand():
    # angle: 0 and 2, so sd 1, off by 1 twice; speed: 10 and 30, so sd 10, off by 5 and by 0
    case = numbers_case(
        np.array([[0.0, 10.0], [2.0, 30.0]]), Answers(numbers=np.array([[1.0, 15.0], [3.0, 30.0]]))
    )
    assert case.spread.tolist() == [1.0, 10.0]
    assert case.errors.tolist() == [[1.0, 0.5], [1.0, 0.0]]
    assert several.squared(case).tolist() == [0.625, 0.5]
    assert several.absolute(case).tolist() == [0.75, 0.5]
    assert several.size(case) == pytest.approx([np.sqrt(0.625), np.sqrt(0.5)])
    assert case.names == ("target 1", "target 2")


def test_the_mean_of_these_rows_gets_one():
    y, _ = drive()
    found = scores(y, np.tile(y.mean(axis=0), (len(y), 1)))
    assert found["rmse_standardised"].value == pytest.approx(1.0)
    assert found["r2_mean"].value == pytest.approx(0.0, abs=1e-12)


def test_other_units_change_no_score_and_no_interval():
    y, guess = drive()
    units, zeros = np.array([1000.0, 0.001, 7.0]), np.array([5.0, -3.0, 0.0])
    plain, other = scores(y, guess), scores(y * units + zeros, guess * units + zeros)
    for name, score in plain.items():
        assert other[name].value == pytest.approx(score.value)
        assert (other[name].low, other[name].high) == pytest.approx((score.low, score.high))


def test_the_intervals_of_r2_and_of_the_rmse_are_one_and_the_same():
    found = scores(*drive())
    rmse, r2 = found["rmse_standardised"], found["r2_mean"]
    assert rmse.value**2 == pytest.approx(1 - r2.value)
    assert (rmse.low**2, rmse.high**2) == pytest.approx((1 - r2.high, 1 - r2.low), rel=1e-3)
    assert rmse.low < rmse.value < rmse.high


def test_nineteen_of_twenty_intervals_hold_the_truth():
    inside = []
    for seed in range(120):
        score = scores(*drive(60, seed))["rmse_standardised"]
        inside.append(score.low <= 0.5 <= score.high)
    assert 0.9 < np.mean(inside) < 0.995


def test_a_target_that_has_one_value_keeps_its_own_unit():
    y, guess = drive()
    y[:, 0], guess[:, 0] = 3.0, 3.0 + 0.25  # 0.25 of its own unit
    case = numbers_case(y, Answers(numbers=guess))
    assert case.spread[0] == 1.0
    assert case.varies.tolist() == [False, True, True]
    found = scores(y, guess)
    rest = ((case.errors[:, 1:]) ** 2).mean()
    expected = np.sqrt((0.25**2 + 2 * rest) / 3)
    assert found["rmse_standardised"].value == pytest.approx(expected)
    assert found["rmse_standardised"].low < expected < found["rmse_standardised"].high
    assert "r2_mean" not in found


@pytest.mark.parametrize(
    ("y", "guess", "message"),
    [
        (np.ones((4, 2)), np.ones((4, 3)), r"Found \(4, 2\) and \(4, 3\)"),
        (np.ones(4), np.ones(4), r"must be \(rows, k\)"),
        (np.ones((0, 2)), np.ones((0, 2)), r"must be \(rows, k\)"),
        (np.array([[1.0, np.nan]]), np.ones((1, 2)), "first in row 0, 'target 2'"),
        (np.ones((1, 2)), np.array([[np.inf, 1.0]]), r"answers.numbers\): 1 of 2 values"),
    ],
    ids=["fewer", "one", "none", "gap", "infinite"],
)
def test_numbers_that_cannot_be_judged_are_refused(y, guess, message):
    with pytest.raises(BadData, match=message):
        numbers_case(y, Answers(numbers=guess))


def test_a_model_is_judged_beside_the_mean_and_the_median_of_each():
    train, test, guess = drive(seed=1)[0], *drive()
    fools = naive("numbers", train)
    assert fools["mean of each"].answers(2).numbers[1] == pytest.approx(train.mean(axis=0))
    assert fools["median of each"].shape == pytest.approx(tuple(np.median(train, axis=0)))
    given = {name: fool.answers(len(test)) for name, fool in fools.items()}
    found = judge("numbers", test, Answers(numbers=guess, names=NAMES), given)
    assert headline("numbers", test) == found.scores[0].name == "rmse_standardised"
    assert found.verdict.startswith("Worth it: rmse_standardised")
    assert found.baselines["mean of each"][0].value > 1
    assert [row["target"] for row in found.curves["targets"]] == list(NAMES)
    assert Evaluation.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_fool_of_several_numbers_survives_json():
    fool = naive("numbers", drive()[0])["mean of each"]
    assert Naive.from_json(json.loads(json.dumps(fool.to_json()))) == fool
    with pytest.raises(BadData, match="Train the model again"):
        Naive.from_json({"kind": "numbers", "name": "mean of each", "shape": []})
    with pytest.raises(BadData, match="every number must be finite"):
        naive("numbers", np.full((3, 2), np.nan))


def test_answers_that_hardly_differ_are_named_by_their_targets():
    y, guess = drive()
    guess[:, 1] = 50.0
    found = judge("numbers", y, Answers(numbers=guess, names=NAMES))
    assert "nearly constant for 'speed': the network has learnt next to nothing of it" in (
        found.verdict
    )
    many = NumbersCase(np.arange(14.0).reshape(2, 7), np.ones((2, 7)), tuple("abcdefg"))
    still = judge("numbers", many.y, Answers(numbers=many.guess, names=many.names))
    assert "for 'a', 'b', 'c', 'd', 'e', ...: " in still.verdict
    assert "nothing of them" in still.verdict


def test_the_table_tells_each_target_in_its_own_unit():
    y, guess = drive()
    y[:, 2] = 7.0
    table = target_table(numbers_case(y, Answers(numbers=guess, names=NAMES)))
    for k, row in enumerate(table[:2]):
        assert row["rmse"] == pytest.approx(sk.root_mean_squared_error(y[:, k], guess[:, k]))
        assert row["mae"] == pytest.approx(sk.mean_absolute_error(y[:, k], guess[:, k]))
        assert row["r2"] == pytest.approx(sk.r2_score(y[:, k], guess[:, k]))
        assert row["sd"] == pytest.approx(y[:, k].std())
        assert row["standardised"] == pytest.approx(row["rmse"] / row["sd"])
    assert (table[2]["sd"], table[2]["r2"]) == (0.0, None)
    assert table[2]["standardised"] == table[2]["rmse"]


def test_only_the_worst_targets_bring_their_residuals():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(30, 6))
    guess = y + np.arange(6) * rng.choice([-0.1, 0.1], (30, 6))
    table = target_table(numbers_case(y, Answers(numbers=guess)))
    drawn = [k for k, row in enumerate(table) if "residuals" in row]
    assert drawn == [2, 3, 4, 5]
    assert len(drawn) == MOST_DRAWN
    assert table[5]["residuals"]["actual"] == y[:, 5].tolist()


def test_equal_answers_are_level_and_better_ones_better():
    y, guess = drive()
    near, far = Answers(numbers=guess), Answers(numbers=y + 3 * (guess - y))
    same = compare("numbers", y, near, near, metric="rmse_standardised")
    assert (same.difference, same.result) == (0.0, "level")
    for metric in ("rmse_standardised", "mae_standardised", "r2_mean"):
        found = compare("numbers", y, near, far, metric=metric)
        assert found.result == "better"
        assert found.low < found.difference < found.high


def test_the_diagnosis_knows_the_error_of_several_numbers():
    y, guess = drive()
    groups = np.arange(len(y)) // 4
    for metric in ("rmse_standardised", "mae_standardised"):
        level = level_of(metric, y, Answers(numbers=guess), "on test rows", groups)
        assert level.value == pytest.approx(scores(y, guess)[metric].value)
        assert level.low < level.value < level.high
        assert "standard deviations" in WORDS[metric]
    with pytest.raises(ValueError, match="in standard deviations of the targets"):
        check_human("train", "rmse_standardised", 3.0, 1.0)


def test_the_linear_rival_is_scikit_learns_for_each_target():
    rng = np.random.default_rng(0)
    X, other = rng.normal(size=(60, 4)), rng.normal(size=(20, 4))
    y = X[:, :2] * [1, 100] + rng.normal(size=(60, 2))
    found = fitted("numbers", y, encoded=(X, other), plain=(X, other))
    model = make_pipeline(StandardScaler(), MultiOutputRegressor(Ridge(alpha=1.0))).fit(X, y)
    assert list(found) == ["linear"]  # trees answer one number a row
    assert found["linear"].numbers == pytest.approx(model.predict(other))
    one = fitted("numbers", y[:, :1], encoded=(X, other))["linear"].numbers
    assert one.shape == (20, 1)


def test_the_row_before_answers_several_numbers_in_the_order_of_time():
    y = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    found = previous(np.array([[5.0, 50.0], [9.0, 90.0]]), [2, 1], y, [30, 10, 20])
    assert found.numbers.tolist() == [[3.0, 30.0], [5.0, 50.0], [2.0, 20.0]]
