"""fondo on a real sample, from `train` to `replay`: the JSON contract, and Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

import fondo
from fondo.cli.main import app

SMALL = "--set epochs=4 --set members=2 --set hidden=8 --set bins=4".split()


def asked(*words: str, code: int = 0) -> dict:
    """JSON answer of `fondo ... --json`, with the exit code checked."""
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == code, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[Path, dict]:
    place = tmp_path_factory.mktemp("models") / "iris"
    return place, asked("train", "sample:iris", "--out", str(place), *SMALL)


def test_train_keeps_the_contract(trained) -> None:
    place, answer = trained
    assert answer["task"] == "table-classifier"
    assert sum(answer["rows"].values()) == 150
    score = answer["score"]
    assert set(score) == {"name", "value", "low", "high"}
    assert score["low"] <= score["value"] <= score["high"]
    assert {"majority", "prior"} < set(answer["baselines"])
    assert isinstance(answer["leaks"], list)
    assert answer["seconds"] > 0
    assert answer["model"] == str(place)
    assert Path(answer["report"]).exists()


def test_evaluate_has_the_keys_of_train(trained) -> None:
    place, answer = trained
    again = asked("evaluate", str(place), "sample:iris")
    keys = {"task", "rows", "score", "baselines", "leaks", "model", "report", "seconds"}
    assert keys <= set(again)
    # of the table it was trained on, it is judged on the rows that were kept for the test
    assert again["rows"] == {"test": answer["rows"]["test"]}
    assert again["score"] == pytest.approx(answer["score"])


def test_evaluate_names_rows_that_were_trained_on(trained) -> None:
    place, _ = trained
    again = asked("evaluate", str(place), "sample:iris", "--train", "sample:iris")
    assert again["leaks"], "the same rows on both sides must be named"


def test_predict_writes_what_it_answers(trained, tmp_path: Path) -> None:
    place, _ = trained
    answer = asked("predict", str(place), "sample:iris")
    assert answer["rows"] == len(answer["predictions"]) == 150
    out = tmp_path / "told.parquet"
    assert asked("predict", str(place), "sample:iris", "--out", str(out))["out"] == str(out)
    assert pl.read_parquet(out).height == 150


def test_explain_gives_columns_and_reasons(trained) -> None:
    place, _ = trained
    answer = asked("explain", str(place), "sample:iris", "--rows", "7,3")
    assert len(answer["importances"]) == 4
    assert [row["row"] for row in answer["reasons"]] == [7, 3]


def test_replay_is_identical(trained) -> None:
    place, _ = trained
    assert asked("replay", str(place), "sample:iris")["identical"] is True


def test_replay_on_other_rows_differs_and_ends_with_1(trained, tmp_path: Path) -> None:
    from fondo.data.samples import sample

    place, _ = trained
    changed = tmp_path / "iris.csv"
    sample("iris").frame.with_columns(pl.col("petal length (cm)") + 0.1).write_csv(changed)
    answer = asked("replay", str(place), str(changed), code=1)
    assert answer["identical"] is False
    assert answer["where"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["train", "nowhere.csv", "--target", "y"], "nowhere.csv"),
        (["train", "sample:irsi"], "Did you mean 'iris'?"),
        (["train", "sample:iris", "--target", "speces"], "Did you mean 'species'?"),
        (["train", "sample:iris", "--set", "epoch=3"], "Did you mean 'epochs'?"),
        (["train", "sample:iris", "--task", "table-clasifier"], "Did you mean 'table-classifier'?"),
        (["predict", "nowhere", "sample:iris"], "nowhere"),
    ],
)
def test_a_users_mistake_gives_2_and_says_what_to_do(words, told, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in asked(*words, code=2)["error"]
    assert [place for place in tmp_path.rglob("*") if place.is_file()] == []


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is another thing there")
def test_ctrl_c_ends_with_130_and_leaves_a_training_that_can_go_on(tmp_path: Path) -> None:
    source = str(Path(fondo.__file__).parents[1])
    command = [
        *(sys.executable, "-m", "fondo.cli.main", "train", "sample:iris", "--out", "m"),
        *("--set", "epochs=100000", "--set", "patience=none", "--set", "hidden=4"),
        *("--set", "members=1"),
    ]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": source},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if line.startswith("epoch 1 of"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert out == ""
    assert "checkpoint" in err
    assert "--resume" in err
    assert "Traceback" not in err
    assert not (tmp_path / "m").exists()
    assert any("checkpoint" in place.name for place in tmp_path.iterdir())
