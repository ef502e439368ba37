"""fondo.judge.measures: against scikit-learn and SciPy, by simulation, by a law, and by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from fondo.judge.answers import Answers
from fondo.judge.intervals import wilson
from fondo.judge.measures import level_of, level_of_score
from fondo.judge.metrics import measure

TWO = np.array([0, 1])


def labelled(y: np.ndarray) -> Answers:
    return Answers(labels=y, classes=TWO)


def test_values_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 2, 90), rng.random(90)
    classes = Answers(probabilities=np.c_[1 - p, p], classes=TWO)
    assert level_of("error_rate", y, classes, "").value == pytest.approx(
        1 - sk.accuracy_score(y, p > 0.5)
    )
    assert level_of("log_loss", y, classes, "").value == pytest.approx(sk.log_loss(y, p))
    truth, guess = rng.normal(size=(2, 90))
    numbers = Answers(numbers=guess)
    assert level_of("rmse", truth, numbers, "").value == pytest.approx(
        sk.root_mean_squared_error(truth, guess)
    )
    found = level_of("mae", truth, numbers, "here")
    assert found.value == pytest.approx(sk.mean_absolute_error(truth, guess))
    assert (found.whose, found.n_rows) == ("here", 90)


def test_rows_resampled_agree_with_scipy() -> None:
    errors = np.random.default_rng(0).gamma(2, size=300)
    theirs = stats.bootstrap(
        (errors,), np.mean, method="BCa", n_resamples=3000, rng=np.random.default_rng(1)
    ).confidence_interval
    found = level_of("mae", errors, Answers(numbers=0 * errors), "")
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.035)


def test_a_level_is_the_score_of_the_same_rows() -> None:
    rng = np.random.default_rng(0)
    y, guess = rng.integers(0, 2, (2, 70))
    score = measure("class", y, labelled(guess), ["accuracy"])[0]
    mine, theirs = level_of("error_rate", y, labelled(guess), ""), level_of_score(score, "", 70)
    assert (mine.value, mine.low, mine.high) == pytest.approx(
        (theirs.value, theirs.low, theirs.high)
    )
    mae = measure("number", y + 0.5, Answers(numbers=guess), ["mae"])[0]
    assert level_of_score(mae, "", 70).value == mae.value


def test_rows_of_a_group_by_hand() -> None:
    # 9 groups of 4 equal rows, wrong in 3 of them: p = 1/3. The spread of the groups' errors is
    # 9/8 (3 (4 - 4/3)^2 + 6 (4/3)^2) / 36^2 = p (1 - p) / 8: the rows are worth 8 independent
    # ones, times (1.96 / t_8)^2 for having seen 9 groups only.
    groups = np.repeat(np.arange(9), 4)
    wrong = (groups < 3).astype(int)
    worth = 8 * (1.959964 / 2.306004) ** 2
    found = level_of("error_rate", 0 * wrong, labelled(wrong), "", groups)
    assert (found.low, found.high) == pytest.approx(wilson(worth / 3, worth)[:2], abs=1e-6)
    assert found.n_rows == 36


@pytest.mark.parametrize("metric", ["log_loss", "rmse"])
def test_copies_of_rows_in_groups_tell_nothing_more(metric) -> None:
    rng = np.random.default_rng(0)
    y, p = rng.integers(0, 2, 40), rng.random(40)

    def level(times: int):
        q, truth = np.repeat(p, times), np.repeat(y, times)
        classes = Answers(probabilities=np.c_[1 - q, q], classes=TWO)
        answers = classes if metric == "log_loss" else Answers(numbers=q)
        found = level_of(metric, truth, answers, "", np.repeat(np.arange(40), times))
        return found.value, found.low, found.high

    assert level(5) == pytest.approx(level(1))


def test_groups_of_one_row_each_change_nothing_and_one_group_tells_no_spread() -> None:
    y, wrong = np.zeros(30, int), (np.arange(30) < 6).astype(int)
    plain = level_of("error_rate", y, labelled(wrong), "")
    assert level_of("error_rate", y, labelled(wrong), "", np.arange(30)) == plain
    alone = level_of("error_rate", y, labelled(wrong), "", np.zeros(30))
    assert (alone.low, alone.high) == (0, 1)


def test_error_rates_in_groups_are_covered() -> None:
    rng, inside = np.random.default_rng(0), 0
    groups, y = np.repeat(np.arange(40), 6), np.zeros(240, int)
    for _ in range(400):
        rates = np.repeat(rng.beta(1, 4, 40), 6)  # mean 0.2, and groups differ much
        found = level_of("error_rate", y, labelled((rng.random(240) < rates).astype(int)), "",
                         groups)  # fmt: skip
        inside += found.low <= 0.2 <= found.high
    assert inside / 400 == pytest.approx(0.95, abs=0.03)


def test_one_row_and_no_mistakes_still_have_intervals() -> None:
    one = level_of("error_rate", TWO[:1], labelled(TWO[:1]), "")
    assert (one.value, one.low) == (0, 0)
    assert one.high == pytest.approx(0.793, abs=1e-3)  # z^2 / (1 + z^2)
    number = level_of("rmse", np.array([1.0]), Answers(numbers=np.array([3.0])), "")
    assert (number.value, number.low, number.high) == (2.0, 0.0, np.inf)
    none_wrong = level_of("error_rate", np.zeros(12, int), labelled(np.zeros(12, int)), "",
                          np.repeat([0, 1, 2], 4))  # fmt: skip
    # three groups without a mistake are worth 3 (1.96 / t_2)^2 = 0.62 rows: z^2 / (0.62 + z^2)
    assert none_wrong.high == pytest.approx(0.86, abs=0.005)
