"""fondo.funds.ledger: nothing is lost or changed unseen, writers do not mix, luck is told."""

import json
import math
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fondo.errors import BadData, BadParameter, OutputError
from fondo.funds.ledger import Ledger
from fondo.judge.luck import best_share


def fill(path, name, count):
    with Ledger(path) as ledger:
        for k in range(count):
            ledger.add({"who": name, "k": k}, {"precision": 0.3}, data="d", split="s", seed=k)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "Fonds ä" / "trials.sqlite"


def test_trials_come_back_as_they_were_in_the_order_of_time(path):
    with Ledger(path) as ledger:
        first = ledger.add(
            {"model": "forêt", "k": np.int64(4), "grid": (1, 2.5), "cap": None},
            {"precision": np.float64(0.31), "auc": math.nan},
            data="abc",
            split="PurgedWalkForward()",
            seed=7,
        )
        second = ledger.add({"k": 7}, {}, data="abc", split="s")
    with Ledger(path) as again:
        assert again.trials() == [first, second]
        assert again.digest == second.digest
        assert len(again) == 2
    assert first.settings == {"model": "forêt", "k": 4, "grid": [1, 2.5], "cap": None}
    assert first.scores == {"precision": 0.31, "auc": None}
    assert (first.number, second.number) == (1, 2)
    assert first.at <= second.at
    assert first.at.endswith("+00:00")


def test_the_same_again_is_no_new_look(path):
    with Ledger(path) as ledger:
        for seed in (0, 0, 1):
            ledger.add(
                {"a": 1, "b": 2}, {"precision": 0.3 + seed / 10}, data="d", split="s", seed=seed
            )
        ledger.add(
            {"b": 2, "a": 1}, {"precision": 0.3}, data="d", split="s"
        )  # other order of names
        ledger.add({"a": 1, "b": 2}, {"precision": 0.3}, data="other", split="s")
        assert [trial.number for trial in ledger.distinct()] == [1, 3, 5]
        assert ledger.values("precision") == {1: 0.3, 3: 0.4, 5: 0.3}
        assert ledger.variance("precision") == pytest.approx(np.var([0.3, 0.4, 0.3], ddof=1))


def test_the_best_stands_beside_the_best_by_luck(path):
    with Ledger(path) as ledger:
        for k, precision in enumerate([0.30, 0.42, 0.42, math.nan]):
            ledger.add({"k": k}, {"precision": precision}, data="d", split="s")
        best = ledger.best("precision", picks=50.2)
    assert (best.trial.settings, best.value, best.trials) == ({"k": 1}, 0.42, 4)
    assert best.by_luck == best_share(4, 50, 0.25)
    assert best.line() == (
        "Best precision of 4 trials: 0.420; without any skill the best would be about 0.314 "
        "(base rate 0.250, 50 picks)."
    )


def test_writers_do_not_mix(path):
    code = (
        "import sys; from fondo.funds.ledger import Ledger; ledger = Ledger(sys.argv[1]);"
        "[ledger.add({'who': 'other process', 'k': k}, {}, data='d', split='s') for k in range(5)]"
    )
    Ledger(path).close()
    other = subprocess.Popen([sys.executable, "-c", code, str(path)])
    with Ledger(path) as ledger, ThreadPoolExecutor(4) as pool:
        one = pool.submit(fill, path, "other connection", 5)
        list(pool.map(lambda k: ledger.add({"k": k}, {}, data="d", split="s"), range(10)))
        one.result()
    assert other.wait() == 0
    with Ledger(path) as ledger:
        assert [trial.number for trial in ledger.trials()] == list(range(1, 21))
        assert len(ledger.distinct()) == 20


def test_a_trial_that_fails_half_way_leaves_nothing(path):
    with Ledger(path) as ledger:
        with pytest.raises(BadParameter, match=r"settings.model=object\): must be finite numbers"):
            ledger.add({"model": object()}, {}, data="d", split="s")
        with pytest.raises(BadParameter, match=r"data=int, split=str\): must be text"):
            ledger.add({}, {}, data=3, split="s")
        with pytest.raises(ZeroDivisionError):
            half_way(ledger)
        assert ledger.trials() == []


def half_way(ledger):
    with ledger._written():
        ledger._database.execute("insert into trials (number) values (9)")
        _ = 1 / 0


@pytest.mark.parametrize(
    "change",
    [
        "update trials set scores = '{\"precision\": 0.9}' where number = 2",
        "delete from trials where number = 2",
        "delete from trials where number = 1",
        "update trials set at = '2020-01-01' where number = 3",
    ],
)
def test_what_is_changed_or_taken_out_is_noticed(path, change):
    fill(path, "a", 3)
    with sqlite3.connect(path) as database:
        with pytest.raises(sqlite3.IntegrityError, match="a ledger is only added to"):
            database.execute(change)
        for verb in ("update", "delete"):
            database.execute(f"drop trigger no_{verb}")
        database.execute(change)
    database.close()
    with pytest.raises(BadData, match="was changed, or one before it was taken out"):
        Ledger(path)


def test_a_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path):
    foreign = tmp_path / "notes.txt"
    foreign.write_text("precision 0.9\n" * 50)
    with pytest.raises(BadData, match=r"notes.txt: this is no ledger of trials"):
        Ledger(foreign)
    assert foreign.read_text() == "precision 0.9\n" * 50
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("create table people (name text)")
    database.close()
    with pytest.raises(BadData, match="this is no ledger of trials. Name another file"):
        Ledger(other)
    with pytest.raises(OutputError, match="the ledger cannot be kept there"):
        Ledger(tmp_path)
    later = tmp_path / "later.sqlite"
    Ledger(later).close()
    with sqlite3.connect(later) as database:
        database.execute("update ledger set format = 9")
    database.close()
    with pytest.raises(BadData, match="a ledger of format 9, and this version reads 1"):
        Ledger(later)


def test_it_can_be_read_as_lines_of_json(path):
    fill(path, "a", 2)
    with Ledger(path) as ledger:
        lines = [json.loads(line) for line in ledger.to_json_lines().splitlines()]
    assert [line["settings"]["k"] for line in lines] == [0, 1]


def test_an_unknown_score_is_named(path):
    fill(path, "a", 1)
    with Ledger(path) as ledger:
        with pytest.raises(
            BadParameter, match="no trial has such a score. Did you mean 'precision'"
        ):
            ledger.values("precison")
        assert math.isnan(ledger.variance("precision"))
