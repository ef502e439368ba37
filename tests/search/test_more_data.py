"""fondo.more_data: subsets fitted as alone, the truth foretold, what cannot be told refused."""

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss

import fondo
from fondo import MLP, TableClassifier, TableRegressor
from fondo.errors import BadData, BadParameter, TrainingFailed
from fondo.judge.learning_curve import learning_curve
from fondo.search.more_data import MoreDataPlan, more_data_part
from fondo.search.subset_scores import Judged, Scorer
from fondo.search.subsets import deal
from fondo.tasks.beside import Ask
from fondo.tasks.crossing import weighted
from fondo.tasks.rows import Part

SMALL = MLP(hidden=(8,), embedding="none", members=1)
SIZES = (20, 40, 60, 80)


def table(n, classes=2, seed=0):
    """Numbers with a line through them, cut into classes where these are wanted."""
    generator = np.random.default_rng(seed)
    X = pl.DataFrame(generator.normal(size=(n, 3)), schema=["a", "b", "c"])
    line = X["a"].to_numpy() + 0.5 * X["b"].to_numpy() + 0.3 * generator.normal(size=n)
    if not classes:
        return X, line
    codes = np.searchsorted(np.quantile(line, np.arange(1, classes) / classes), line)
    return X, np.array([f"größe {code} \N{SNOWMAN}" for code in codes])


def classifier(**settings):
    return TableClassifier(architecture=SMALL, **{"epochs": 3, **settings})


@pytest.fixture(scope="module")
def found():
    return fondo.more_data(classifier(), *table(120), sizes=SIZES, repeats=3)


def test_a_subset_is_fitted_and_judged_as_it_would_be_alone(found):
    X, y = table(120)
    task = classifier(random_state=1)
    whole = Part(*task.read(X, y, fitting=True))
    dealt = deal(task, whole, 0.2, 1)
    rows = np.sort(dealt.order[:40])
    alone = clone(task).fit(X[rows.tolist()], y[rows])
    p = alone.predict_proba(X[dealt.test.tolist()])
    by_hand = log_loss(y[dealt.test], p, labels=alone.classes_)
    assert found.curve("log_loss").scores[1][1] == pytest.approx(by_hand, rel=1e-5)
    assert found.n_test == 24


def test_it_tells_loss_and_headline_beside_the_naive_answer(found):
    assert [curve.metric for curve in found.curves] == ["log_loss", "accuracy"]
    loss, accuracy = found.curves
    # two equal classes dealt evenly: ln 2, and half of the rows
    assert loss.naive == pytest.approx([math.log(2)] * 4, abs=0.01)
    assert accuracy.naive == pytest.approx([0.5] * 4, abs=0.01)
    assert accuracy.higher_is_better
    assert found.sizes == SIZES
    rows = found.table()
    assert [(row["metric"], row["rows"]) for row in rows][4:6] == [
        ("log_loss", 160),
        ("accuracy", 20),
    ]
    assert found.dealt == "at random, classes evenly"
    assert found.notes == []


def test_the_same_seed_gives_the_same_answer_and_the_task_is_left_alone(found):
    task = classifier()
    again = fondo.more_data(task, *table(120), sizes=SIZES, repeats=3)
    assert again.curves[0].scores == found.curves[0].scores
    assert again.verdict == found.verdict
    assert not hasattr(task, "network_")
    assert task.random_state == 0


def test_the_answer_is_json_and_words(found):
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert plain["rows"] == {"train": 80, "test": 24}
    assert plain["curves"][0]["sizes"][-1]["foretold"] is True
    assert "training rows" in plain["verdict"]
    assert plain["verdict"].startswith(found.curves[0].told)
    assert found.curves[1].told_briefly in plain["verdict"]


def test_rows_for_a_score_are_those_of_its_curve(found):
    curve = found.curve("accuracy")
    score = curve.at(100).value
    assert found.rows_for(score, "accuracy").value == pytest.approx(100, rel=1e-3)
    with pytest.raises(BadParameter, match="metric must be one of 'log_loss', 'accuracy'"):
        found.curve("rmse")


def test_it_learns_and_foretells_what_twice_the_rows_give():
    """Measured to 200 rows, foretold for 400, and then measured on fresh rows."""
    task = TableRegressor(architecture=MLP(hidden=(16,), embedding="none", members=1), epochs=40)
    X, y = table(2000, classes=0)
    told = fondo.more_data(task, X[:250], y[:250], sizes=(25, 50, 100, 200), repeats=4)
    truth = [
        task.fit(X[start : start + 400], y[start : start + 400]).evaluate(X[1600:], y[1600:])
        for start in (250, 650, 1050)
    ]
    value = float(np.mean([each.scores[0].value for each in truth]))
    (curve,) = told.curves
    assert curve.metric == "rmse"
    assert curve.at(400).low <= value <= curve.at(400).high
    assert curve.at(25).value > 1.2 * curve.at(200).value
    assert curve.at(200).value < 0.6 * curve.naive[-1]
    assert told.dealt == "at random"


class Played:
    """Who fits elsewhere, played: it keeps what it is asked, and scores by the number of rows."""

    def __init__(self, noise=0.003, **scores):
        self.asks, self.scores, self.noise = [], scores, noise
        self.random = np.random.default_rng(0)

    def __call__(self, asks, judge):
        self.asks = list(asks)
        return [{name: self.judged(each, len(ask.part.y)) for name, each in self.scores.items()}
                for ask in asks]  # fmt: skip

    def judged(self, score, n):
        value = score(n) + self.noise * self.random.normal()
        left = value + self.noise * self.random.normal(size=20)
        return Judged(value, left, {"worse": 0.9, "better": 0.7})


def played(pool, X, y, task=None, groups=None, **plan):
    task = task or classifier()
    X, y = task.read(X, y, fitting=True)
    given = {"sizes": SIZES, "repeats": 2, **plan}
    return more_data_part(task, weighted(task, X, y, None, groups), MoreDataPlan(on=pool, **given))


def test_planted_scores_are_foretold():
    pool = Played(log_loss=lambda n: 0.4 + 2 / n, accuracy=lambda n: 0.8 - 1 / n)
    told = played(pool, *table(120), repeats=6)
    loss, accuracy = told.curves
    assert loss.at(160).low < 0.4 + 2 / 160 < loss.at(160).high
    assert loss.gain().low < 2 / 80 - 2 / 160 < loss.gain().high
    assert accuracy.at(160).low < 0.8 - 1 / 160 < accuracy.at(160).high
    # 0.7875 is below what the better constant scores, 0.9
    assert "no better by accuracy than always giving the same answer" in told.verdict
    assert "no better by log loss" not in told.verdict
    assert loss.naive == pytest.approx((0.7,) * 4)  # of constants, the better one
    assert accuracy.naive == pytest.approx((0.9,) * 4)


def test_what_the_test_rows_add_makes_the_interval_wider_the_more_repeats_share_them():
    X, y = table(120)
    X = X.with_columns(day=pl.Series(range(120)))
    scores = {"log_loss": lambda n: 0.4 + 2 / n, "accuracy": lambda n: 0.8}
    shared, apart = (
        played(Played(noise=0.02, **scores), X, y, time=time, repeats=8).curves[0]
        for time in ("day", None)
    )
    bare = learning_curve(SIZES, np.array(apart.scores)).measured(3)
    widths = [each.high - each.low for each in (bare, apart.measured(3), shared.measured(3))]
    assert widths[0] < widths[1] < widths[2]


def test_with_times_all_repeats_judge_on_the_latest_rows_and_train_on_those_before():
    X, y = table(120)
    X = X.with_columns(day=pl.Series(np.random.default_rng(1).permutation(120)))
    pool = Played(log_loss=lambda n: 1 / n, accuracy=lambda n: 0.8)
    told = played(pool, X, y, time="day")
    assert told.dealt.startswith("the latest rows judge")
    for ask in pool.asks:
        n = len(ask.part.y)
        assert sorted(ask.test.X["day"]) == list(range(96, 120))
        assert sorted(ask.part.X["day"]) == list(range(96 - n, 96))
        assert ask.test.times.tolist() == ask.test.X["day"].to_list()
        assert ask.task.validation == fondo.Latest("day", 0.15)
    assert {ask.task.random_state for ask in pool.asks} == {0, 1}


def test_groups_stay_whole_in_parts_and_go_along_to_the_scorer():
    X, y = table(120)
    groups = np.arange(120) // 6
    pool = Played(log_loss=lambda n: 1 / n, accuracy=lambda n: 0.8)
    told = played(pool, X, y, groups=groups)
    assert told.dealt == "groups whole, one after another"
    for ask in pool.asks:
        assert not set(ask.part.groups) & set(ask.test.groups)
        assert len(set(ask.part.groups)) <= 2 + len(ask.part.y) // 6


def test_the_subsets_of_a_repeat_are_nested_and_judged_on_the_same_rows():
    pool = Played(log_loss=lambda n: 1 / n, accuracy=lambda n: 0.8)
    played(pool, *table(120), task=classifier(random_state=5), seed=5)
    for repeat in range(2):
        own = [ask for ask in pool.asks if ask.task.random_state == 5 + repeat]
        rows = [{*ask.part.X["a"]} for ask in own]
        assert [len(each) for each in rows] == [80, 60, 40, 20]
        assert all(small < large for large, small in itertools.pairwise(rows))
        assert len({tuple(ask.test.X["a"]) for ask in own}) == 1
    assert len({tuple(ask.test.X["a"]) for ask in pool.asks}) == 2


def test_a_fit_that_fails_says_which_it_was():
    def pool(asks, judge):
        return [TrainingFailed("Epoch 1: loss is nan.")] * len(asks)

    with pytest.raises(TrainingFailed, match="more_data, 80 rows of repeat 1: Epoch 1: loss is"):
        played(pool, *table(120))


def test_a_score_without_a_curve_is_left_out_and_told():
    undefined = Played(log_loss=lambda n: 0.4 + 2 / n, accuracy=lambda n: np.nan)
    told = played(undefined, *table(120))
    assert [curve.metric for curve in told.curves] == ["log_loss"]
    assert told.notes == [
        "There is no curve of accuracy: it is not defined on all parts of test rows."
    ]
    nothing = Played(log_loss=lambda n: np.nan, accuracy=lambda n: np.nan)
    with pytest.raises(BadData, match="too few or too much alike to say how far a score may be"):
        played(nothing, *table(120))


def test_test_rows_of_unknown_classes_are_told():
    X, y = table(120)
    X = X.with_columns(day=pl.Series(range(120)))
    late = np.where(np.arange(120) > 117, "late", y)
    pool = Played(log_loss=lambda n: 1 / n, accuracy=lambda n: 0.8)
    told = played(pool, X, late, time="day")
    assert told.n_test == 22
    assert told.notes == [
        "4 test rows in 2 repeats were set aside: no training row of the repeat has their class."
    ]


def test_the_scorer_knows_classes_that_only_the_validation_part_holds():
    task = classifier(epochs=1)
    X, y = table(60)
    rare = np.where(np.arange(60) == 7, "rare", y)
    task.fit(*task.read(X, rare, fitting=True))
    test = Part(X, rare)
    answers = task.answers(X)
    found = Scorer("class", ("log_loss", "roc_auc"), 0)(
        Ask(task, Part(X, rare), None, test), answers
    )
    assert found["log_loss"].value == pytest.approx(log_loss(rare, answers.probabilities))
    assert np.isnan(found["roc_auc"].value)  # not defined for three classes
    assert found["log_loss"].left.shape == (20,)
    assert found["log_loss"].naive["prior"] < found["log_loss"].naive["majority"]


def test_each_fit_is_told_as_it_ends():
    X, y = table(120)
    told = []
    plan = MoreDataPlan(SIZES, repeats=2, heard=told.append)
    more_data_part(classifier(), Part(*classifier().read(X, y, fitting=True)), plan)
    assert len(told) == 8
    assert told[0].startswith("80 rows: log loss 0.")
    assert ", accuracy 0." in told[0]


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"repeats": 1}, BadParameter, "repeats must be at least 2, since one dealing .*interval"),
        ({"repeats": 0}, BadParameter, r"repeats=0\): repeats must be a whole number of at least"),
        ({"repeats": True}, BadParameter, "repeats must be a whole number"),
        ({"repeats": 2.5}, BadParameter, "repeats must be a whole number"),
        ({"sizes": (20, 40, 80, 1000)}, BadParameter, "there are 96 training rows beside"),
        ({"time": "x"}, BadData, "no time column 'x'"),
        ({"groups": np.arange(120), "time": "a"}, BadParameter, "only one of the two can decide"),
        ({"groups": np.arange(60)}, BadData, "there are 60 groups for 120 rows"),
        ({"groups": np.zeros(120)}, BadData, "groups: all rows are in one group"),
        ({"groups": np.arange(120) // 40}, BadData, "learns from 2 groups and is judged on 1"),
    ],
)
def test_what_cannot_be_measured_is_refused(given, kind, message):
    with pytest.raises(kind, match=message):
        fondo.more_data(classifier(), *table(120), **given)


def test_bad_tables_are_refused():
    X, y = table(120)
    with pytest.raises(BadData, match="72 training rows beside the test part; at least 80"):
        fondo.more_data(classifier(), X[:90], y[:90])
    with pytest.raises(BadData, match="all 120 rows are of one class"):
        fondo.more_data(classifier(), X, np.full(120, "a"))
    with pytest.raises(BadData, match="the target is missing in 1 rows, first in row 3"):
        fondo.more_data(TableRegressor(), X, np.where(np.arange(120) == 3, np.nan, 1.0))
    with pytest.raises(BadData, match="requires y"):
        fondo.more_data(classifier(), X)
    for wrong in ({"test": 1.5}, {"seed": -1}):
        with pytest.raises(BadParameter, match=f"more_data\\({next(iter(wrong))}="):
            replace(MoreDataPlan(), **wrong).check()
