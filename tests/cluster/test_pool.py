"""fondo.cluster: fits on two workers of a local Ray cluster are those of this process."""

import io
import os
import re
import signal
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

import fondo
from fondo import MLP, SearchPlan, TableClassifier
from fondo.cluster import pool as pool_module
from fondo.errors import BadParameter, ClusterError, MissingExtra, TrainingFailed
from fondo.search.search import search_part
from fondo.tasks.beside import Ask, fit_beside
from fondo.tasks.rows import Part

pytest.importorskip("ray", reason="needs fondo[cluster]")
pytestmark = [
    pytest.mark.xdist_group("ray"),
    # Ray leaves sockets and processes to the end of the interpreter
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::FutureWarning"),
]
SHAPE = MLP(hidden=(4,), embedding="none", members=1, dropout=0.0)


@pytest.fixture(scope="module")
def pool():
    with fondo.open_pool("ray", workers=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def part():
    X, y = load_breast_cancer(return_X_y=True)
    return Part(*small().read(X[:120], y[:120], fitting=True))


def small(**settings):
    return TableClassifier(**{"architecture": SHAPE, "epochs": 2, "batch_size": 32, **settings})


@dataclass(frozen=True)
class Deadly:
    """A judge that kills its own process the first time (or each time) and says who it is."""

    marker: Path
    always: bool = False

    def __call__(self, ask, answers):
        if self.always or not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid(), answers.probabilities


def spoken(ask, answers):
    return os.getpid(), answers.probabilities


def mistaken(ask, answers):
    return answers.no_such_thing


def test_fits_on_workers_are_those_of_this_process_and_failures_stay_in_their_place(pool, part):
    rates = [0.001, 0.01, 0.05, 0.1]
    tasks = [small(learning_rate=rate) for rate in rates]
    tasks += [small(epochs=0), small(optimizer="sgd", learning_rate=1e38)]

    def asks():
        return [Ask(fondo.TableClassifier(**task.get_params(deep=False)), part, "here", part)
                for task in tasks]  # fmt: skip

    here, there = fit_beside(asks(), spoken), fit_beside(asks(), spoken, on=pool)
    for one, other in zip(here[:4], there[:4], strict=True):
        np.testing.assert_allclose(one[1], other[1], atol=1e-5)
    assert os.getpid() not in {pid for pid, _ in there[:4]}
    assert [type(value) for value in there[4:]] == [BadParameter, TrainingFailed]
    assert str(there[4]) == str(here[4])


def test_a_mistake_in_the_judge_is_told_as_it_would_be_here(pool, part):
    with pytest.raises(AttributeError, match="no_such_thing"):
        fit_beside([Ask(small(), part, 0, part)], mistaken, on=pool)


def test_a_search_and_folds_find_on_workers_what_they_find_here(pool, part):
    space = {"learning_rate": [0.001, 0.03]}
    found = [
        search_part(small(), space, part, SearchPlan(trials=2, folds=2, sampler="grid", on=on))
        for on in (None, pool)
    ]
    for one, other in zip(*(result.trials for result in found), strict=True):
        assert one.settings == other.settings
        assert one.values == pytest.approx(other.values, abs=1e-6)
    scores = [small().cross_validate(part.X, part.y, folds=2, on=on).values for on in (None, pool)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)


def test_the_page_about_clusters_prints_what_it_shows(pool):
    page = (Path(__file__).parents[2] / "docs/learn/cluster.md").read_text(encoding="utf-8")
    found = dict(re.findall(r"^```(python|text)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    said = io.StringIO()
    with redirect_stdout(said):
        exec(found["python"], {"__name__": "cluster"})
    assert said.getvalue() == found["text"]
    assert pool.workers == 2


def test_the_work_of_a_worker_that_was_killed_is_done_again(pool, part, tmp_path):
    ask = [Ask(small(), part, "here", part)]
    (value,) = fit_beside(ask, Deadly(tmp_path / "killed"), on=pool)
    assert (tmp_path / "killed").exists()
    (alone,) = fit_beside([Ask(small(), part, "here", part)], spoken)
    np.testing.assert_allclose(value[1], alone[1], atol=1e-5)


def test_work_that_kills_every_worker_is_given_up(pool, part, tmp_path, monkeypatch):
    monkeypatch.setattr(pool_module, "_RETRIES", 0)
    with pytest.raises(ClusterError, match="lost a part of the work 1 times"):
        fit_beside([Ask(small(), part, 0, part)], Deadly(tmp_path / "x", always=True), on=pool)


def test_where_ray_is_not_installed_it_is_said_how_to(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"pip install 'fondo\[cluster\]'"):
        fondo.open_pool("ray")


def test_workers_are_counted():
    with pytest.raises(BadParameter, match=r"open_pool\(workers=0\)"):
        fondo.open_pool("ray", workers=0)
