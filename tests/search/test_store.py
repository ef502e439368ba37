"""fondo.search.store: trials on disk, other studies, and files that are none."""

import sqlite3

import pytest

from fondo.errors import BadData, BadParameter, OutputError
from fondo.search.store import Store, Trial

FACTS = {"data": "abc", "space": {"l2": [0.1]}, "folds": 5}


def test_what_is_written_is_read_by_another_process(tmp_path):
    path = tmp_path / "study.db"
    store = Store(path, FACTS)
    trials = [Trial(0, {"hidden": (8, 4)}), Trial(1, {"hidden": (4,)})]
    store.propose(trials)
    trials[0].values, trials[0].state = [0.5, 0.7], "done"
    store.note(trials[0])
    again = Store(path, FACTS).trials()
    assert again == trials
    assert again[0].score == pytest.approx(0.6)
    assert again[1].state == "running"


def test_proposals_are_written_all_or_none(tmp_path):
    store = Store(tmp_path / "study.db", FACTS)
    store.propose([Trial(0, {})])
    with pytest.raises(BadData):
        store.propose([Trial(1, {}), Trial(0, {})])  # 0 is taken
    assert [trial.number for trial in store.trials()] == [0]


def test_a_file_of_another_study_is_refused_and_left_as_it_was(tmp_path):
    path = tmp_path / "study.db"
    Store(path, FACTS).propose([Trial(0, {"l2": 0.1})])
    with pytest.raises(BadParameter, match="holds another study; it differs in data, folds"):
        Store(path, {**FACTS, "data": "xyz", "folds": 3})
    assert len(Store(path, FACTS).trials()) == 1


def test_files_that_are_no_store_are_refused(tmp_path):
    path = tmp_path / "study.db"
    path.write_bytes(b"a table of loans, not of trials" * 40)
    with pytest.raises(BadData, match="this is no store of trials"):
        Store(path, FACTS)
    with pytest.raises(OutputError, match="cannot be kept there"):
        Store(tmp_path, FACTS)


def test_a_damaged_trial_is_told(tmp_path):
    path = tmp_path / "study.db"
    Store(path, FACTS).propose([Trial(0, {"l2": 0.1})])
    with sqlite3.connect(path) as database:
        database.execute("update trials set settings='{'")
    database.close()
    with pytest.raises(BadData, match="a trial cannot be read"):
        Store(path, FACTS).trials()


def test_without_a_path_nothing_is_written():
    store = Store(None, FACTS)
    store.propose([Trial(0, {"l2": 0.1})])
    assert len(store.trials()) == 1
    assert "Candidate 0 running:  (l2 0.1)." in store.trials()[0].line()
