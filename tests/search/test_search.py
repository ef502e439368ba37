"""fondo.search: the winner judged on rows that had no say, resumed after a kill, honest on luck."""

import math
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

import fondo
from fondo import MLP, SearchPlan, TableClassifier
from fondo.errors import BadData, BadParameter
from fondo.judge.luck import Luck
from fondo.search.search import SearchResult, search_part
from fondo.search.store import Trial
from fondo.tasks.rows import Part

SPACE = {"learning_rate": {"low": 1e-5, "high": 0.05, "log": True}, "dropout": [0.1, 0.3]}


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    return X[["mean radius", "mean texture", "worst area"]], y


def small(**settings):
    return TableClassifier(
        architecture=MLP(hidden=(8,), embedding="none", members=1), **{"epochs": 8, **settings}
    )


@pytest.fixture(scope="module")
def found(cancer):
    plan = SearchPlan(trials=10, folds=3, batch=5, seed=1)
    return fondo.search(small(), SPACE, *cancer, plan=plan)


def test_the_winner_is_the_best_of_those_with_all_folds(found):
    whole = [t for t in found.trials if t.state == "done"]
    assert found.best.score == min(t.score for t in whole)
    assert all(len(t.values) == 3 for t in whole)
    assert found.metric == "log_loss"
    assert len(found.trials) == 10


def test_the_winner_is_judged_on_rows_that_no_candidate_saw(found, cancer):
    assert found.evaluation.n_rows == round(0.2 * len(cancer[1]))
    assert "majority" in found.evaluation.baselines
    assert found.task.learning_rate == found.best.settings["learning_rate"]
    accuracy = next(s for s in found.evaluation.scores if s.name == "accuracy")
    assert accuracy.value > 0.85  # majority: 0.63


def test_pruned_candidates_are_those_with_a_worse_first_fold(cancer):
    plan = SearchPlan(trials=24, folds=3, batch=12, seed=1)
    trials = fondo.search(small(epochs=3), SPACE, *cancer, plan=plan).trials
    pruned = [t for t in trials if t.state == "pruned"]
    assert 4 <= len(pruned) <= 16
    assert all(len(t.values) == 1 for t in pruned)
    middle = np.median([t.values[0] for t in trials])
    assert min(t.values[0] for t in pruned) > 0.8 * middle


def part(cancer):
    X, y = cancer
    return Part(*small().read(X, y.to_numpy(), fitting=True))


PLAN = {"trials": 8, "folds": 2, "batch": 4, "prune": False}


def killed(path):
    """Run in a process of its own, which kills itself when the fifth trial has ended."""
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    rows = part((X[["mean radius", "mean texture", "worst area"]], y))

    def heard(trial):
        print(trial.number, flush=True)
        if trial.number == 4:
            os.kill(os.getpid(), signal.SIGKILL)

    search_part(small(), SPACE, rows, SearchPlan(**PLAN, storage=path, heard=heard))


def test_a_killed_search_goes_on_without_losing_or_repeating_a_trial(cancer, tmp_path):
    path = tmp_path / "trials.db"
    done = subprocess.run(
        [sys.executable, __file__, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    told = [int(line) for line in done.stdout.split()]
    rest = []
    after = search_part(
        small(), SPACE, part(cancer), SearchPlan(**PLAN, storage=path, heard=rest.append)
    )
    whole = search_part(small(), SPACE, part(cancer), SearchPlan(**PLAN))
    for one, other in zip(after.trials, whole.trials, strict=True):
        assert (one.number, one.settings, one.state) == (other.number, other.settings, other.state)
        assert one.values == pytest.approx(other.values, rel=1e-6)
    assert told == [0, 1, 2, 3, 4]
    assert [trial.number for trial in rest] == [5, 6, 7]


def test_another_study_in_the_file_is_refused_and_nothing_lost(cancer, tmp_path):
    path = tmp_path / "trials.db"
    plan = SearchPlan(trials=2, folds=2, storage=path)
    search_part(small(), SPACE, part(cancer), plan)
    with pytest.raises(BadParameter, match="holds another study; it differs in task"):
        search_part(small(epochs=9), SPACE, part(cancer), plan)
    assert len(search_part(small(), SPACE, part(cancer), plan).trials) == 2


def test_a_candidate_that_fails_is_kept_with_its_reason(cancer):
    space = {"learning_rate": [0.01, 1e30]}
    plan = SearchPlan(trials=2, folds=2, sampler="grid")
    trials = search_part(small(optimizer="sgd"), space, part(cancer), plan).trials
    assert [t.state for t in trials] == ["done", "failed"]
    assert "smaller learning rate" in trials[1].message
    with pytest.raises(BadData, match="no candidate came through all folds .*smaller"):
        search_part(small(optimizer="sgd"), {"learning_rate": [1e30]}, part(cancer), plan)


def test_time_that_is_up_begins_no_new_batch(cancer):
    plan = SearchPlan(trials=50, folds=2, batch=2, minutes=1e-9)
    with pytest.raises(BadData, match="no candidate came through"):
        search_part(small(), SPACE, part(cancer), plan)


def test_groups_and_times_decide_the_outer_part(cancer):
    X, y = cancer
    plan = SearchPlan(trials=1, folds=2, prune=False)
    found = fondo.search(small(epochs=2), SPACE, X, y, groups=np.arange(len(y)) // 57, plan=plan)
    assert found.evaluation.n_rows % 57 in (0, 56)


def test_luck_is_told_beside_the_winner():
    trials = [Trial(k, {}, "done", [value]) for k, value in enumerate((0.5, 0.6, 0.9))]
    lucky = SearchResult("accuracy", True, trials, Luck(3, 0.7, 0.3, 0.95))
    assert lucky.best.number == 2
    assert not lucky.beats_luck
    assert SearchResult("accuracy", True, trials, Luck(3, 0.7, 0.1, 0.78)).beats_luck
    worse = SearchResult("rmse", False, trials, Luck(3, 0.7, 0.1, 0.62))
    assert worse.best.number == 0
    assert worse.beats_luck
    assert lucky.to_json()["luck"]["best"] == 0.95


def test_plans_and_metrics_that_cannot_be_are_refused(cancer):
    for settings, message in (
        ({"trials": 0}, r"search\(trials=0\): trials must be"),
        ({"minutes": 0}, r"search\(minutes=0\): minutes must be"),
        ({"folds": 1}, r"search\(folds=1\): folds must be"),
        ({"test": 1.0}, r"search\(test=1.0\): test must be"),
        ({"sampler": "best"}, "sampler must be one of"),
        ({"metric": "rmse"}, "this score is for kind 'number'"),
    ):
        with pytest.raises(BadParameter, match=message):
            fondo.search(small(), SPACE, *cancer, plan=SearchPlan(**settings))
    assert math.isnan(Trial(0, {}).score)


if __name__ == "__main__":
    killed(sys.argv[1])
