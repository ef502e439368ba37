"""fondo.jobs.search and `fondo search`: the winner is trained and judged as `train` would."""

import json
from pathlib import Path

import polars as pl
import pytest

import fondo
from fondo.errors import BadParameter
from fondo.jobs.asked import Asked
from fondo.jobs.search import search
from fondo.jobs.train import train
from fondo.search.search import SearchPlan

FIXED = {"hidden": "8", "embedding": "none", "members": "1", "epochs": "4"}
SPACE = {"learning_rate": [0.0001, 0.03]}


@pytest.fixture
def source(tmp_path, table, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(120).write_csv("t.csv")
    return "t.csv"


def test_the_winner_is_what_train_makes_of_its_settings(source):
    plan = SearchPlan(trials=2, folds=2, sampler="grid")
    job = Asked(source, target="y", settings=FIXED, drop=("v",))
    told = []
    result = search(job, space=SPACE, plan=plan, out="m", say=told.append)
    assert result.found.best.settings == {"learning_rate": 0.03}
    again = train(
        source, target="y", drop=["v"], settings=FIXED | {"learning_rate": "0.03"}, out="again"
    )
    assert result.training.task.receipt_["hashes"] == again.task.receipt_["hashes"]
    assert result.training.evaluation.n_rows == 24
    assert fondo.load("m").learning_rate == 0.03
    assert any("Trying up to 2 candidates on 2 folds of 96 rows" in line for line in told)
    answer = json.loads(json.dumps(result.to_json()))
    assert answer["search"]["luck"]["candidates"] == 2
    assert answer["search"]["test"]["name"] == answer["score"]["name"]


def test_no_row_of_the_test_part_is_searched_on(source, monkeypatch):
    from fondo.jobs import search as job_module

    seen = {}
    original = job_module.search_part

    def spy(task, space, part, plan):
        seen["rows"] = set(part.X["x"].to_list())
        return original(task, space, part, plan)

    monkeypatch.setattr(job_module, "search_part", spy)
    plan = SearchPlan(trials=1, folds=2, prune=False)
    result = search(Asked(source, target="y", settings=FIXED, drop=("v",)), space=SPACE, plan=plan)
    whole = set(pl.read_csv(source)["x"].to_list())
    assert len(whole - seen["rows"]) == result.training.evaluation.n_rows


def test_the_command_answers_in_words_and_json(source, ask):
    Path("space.json").write_text(json.dumps(SPACE), encoding="utf-8")
    fixed = [word for key, value in FIXED.items() for word in ("--set", f"{key}={value}")]
    given = ["--target", "y", "--space", "space.json", "--trials", "2", "--folds", "2", *fixed]
    done = ask("search", "t.csv", *given, "--sampler", "grid", "--drop", "v", "--storage", "s.db")
    for words in (
        "Best candidates by log loss",
        "Luck: had all 2 been equally good",
        "Candidate 0",
    ):
        assert words in done.stdout + done.stderr
    again = ask("search", "t.csv", *given, "--sampler", "grid", "--drop", "v", "--storage", "s.db",
                "--json")  # fmt: skip
    assert [t["state"] for t in json.loads(again.stdout)["search"]["trials"]] == ["done", "done"]


def test_mistakes_are_told(source, refused):
    assert "did you mean" in refused("search", "t.csv", "--target", "yy").lower()
    told = refused("search", "t.csv", "--target", "y", "--space", "none.json")
    assert "there is no such file" in told
    with pytest.raises(BadParameter, match="trials must be"):
        search(Asked(source, target="y"), plan=SearchPlan(trials=0))
