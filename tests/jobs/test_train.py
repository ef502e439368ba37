"""fondo.jobs end to end on small tables: train, predict, evaluate, explain, replay."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import fondo
from fondo.errors import ModelFolderError, OutputError
from fondo.jobs.evaluate import evaluate
from fondo.jobs.explain import explain
from fondo.jobs.places import checkpoint_note, checkpoint_of, choose_folder
from fondo.jobs.predict import predict
from fondo.jobs.replay import replay
from fondo.jobs.train import train

CONTRACT = {"task", "rows", "score", "baselines", "leaks", "model", "report", "seconds"}
FILES = {
    "model.json", "weights.safetensors", "history.json", "receipt.json", "manifest.json",
    "report.html", "evaluation.json", "job.json",
}  # fmt: skip


def test_a_network_learns_more_than_a_fool(tmp_path, table) -> None:
    chosen = {"hidden": "16", "embedding": "none", "members": "1", "epochs": "40"}
    classes = train(table(300), target="y", drop=["v"], settings=chosen, out=tmp_path / "y")
    told = classes.to_json()
    assert told["score"]["name"] == "accuracy"
    assert told["score"]["value"] > told["baselines"]["majority"] + 0.25  # about 0.95 and 0.5
    assert told["score"]["low"] <= told["score"]["value"] <= told["score"]["high"]
    numbers = train(table(300), target="v", drop=["y"], settings=chosen, out=tmp_path / "v")
    told = numbers.to_json()
    assert told["score"]["name"] == "rmse"
    assert told["score"]["value"] < 0.5 * told["baselines"]["mean"]  # v = 2 x + z
    assert [each.name for each in numbers.importances][:2] == ["x", "z"]


def test_the_answer_keeps_the_contract(classifier) -> None:
    told = classifier.to_json()
    assert set(told) >= CONTRACT
    assert set(told["score"]) == {"name", "value", "low", "high"}
    assert set(told["baselines"]) == {"majority", "prior", "logistic", "boosted trees"}
    assert told["task"] == classifier.task_name == "table-classifier"
    assert sum(told["rows"].values()) == 80
    assert told["leaks"] == []
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert len(classifier.reasons) == len(classifier.predictions) == len(classifier.truths) == 3


def test_the_folder_holds_a_model_and_a_report_and_no_checkpoint(classifier) -> None:
    names = {path.name for path in classifier.model.iterdir()}
    assert names >= FILES
    page = classifier.report.read_text()
    assert page.lower().startswith("<!doctype html>")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert not classifier.model.with_name("m.checkpoint").exists()
    job = json.loads((classifier.model / "job.json").read_text())
    assert (job["target"], job["group"], job["weight"], job["drop"]) == ("y", "who", "w", ["v"])


def test_predictions_have_a_row_a_row(classifier, regressor, table) -> None:
    new = table(20)
    found = predict(classifier.model, new.drop("y", "v"))
    assert found.frame.columns == ["y_predicted", "p(no)", "p(yes)"]
    assert found.frame.height == 20
    assert np.allclose(found.frame["p(no)"] + found.frame["p(yes)"], 1)
    assert found.notes == []
    numbers = predict(regressor.model, new).frame
    assert numbers.columns == ["v_predicted", "low_90", "high_90"]
    assert (numbers["low_90"] < numbers["v_predicted"]).all()
    assert (numbers["v_predicted"] < numbers["high_90"]).all()
    assert np.array_equal(
        numbers["v_predicted"], fondo.load(regressor.model).predict(new.drop("v"))
    )


def test_predictions_are_written_in_the_format_asked_for(classifier, table, tmp_path) -> None:
    for name, reader in (("p.csv", pl.read_csv), ("p.parquet", pl.read_parquet)):
        found = predict(classifier.model, table(5), out=tmp_path / name)
        assert_frame_equal(reader(tmp_path / name), found.frame)
        assert found.to_json()["out"] == str(tmp_path / name)
        assert found.to_json()["predictions"] is None


def test_what_predictions_could_not_use_is_told(classifier, table) -> None:
    new = table(4, x=["0.5", "abc", "1", "2"], colour=["red", "pink", "red", None], more=1)
    found = predict(classifier.model, new)
    assert found.notes == [
        "Columns that were not in training are ignored: 'more'.",
        "Column 'x', row 1: 'abc' is no number; 1 of 4 entries count as missing (rows counted "
        "from 0).",
        "Column 'colour', row 1: 'pink' was not among the categories of training, or too rare "
        "there; 1 of 4 entries count as unseen (rows counted from 0).",
    ]
    assert found.to_json()["notes"] == found.notes


def test_the_training_table_is_judged_on_its_test_rows_only(classifier, regressor) -> None:
    for result in (classifier, regressor):
        again = evaluate(result.model, result.job.source)
        assert again.evaluation.n_rows == result.rows["test"]
        assert again.evaluation.scores[0] == result.evaluation.scores[0]
        assert "only the" in again.notes[-1]
        assert set(again.to_json()) >= CONTRACT


def test_new_rows_are_judged_whole_and_need_no_training_columns(classifier, table) -> None:
    found = evaluate(classifier.model, table(30))  # no groups, no weights
    assert found.evaluation.n_rows == 30
    assert set(found.evaluation.baselines) == {"majority", "prior"}
    source = classifier.job.source
    beside = evaluate(classifier.model, table(30, w=1.0, who="a"), train=source)
    assert set(beside.evaluation.baselines) == {"majority", "prior", "logistic", "boosted trees"}


def test_explanations_name_columns_and_add_up(regressor, table) -> None:
    found = explain(regressor.model, table(30), rows=[4, 9])
    assert found.rows == [4, 9]
    assert {each.name for each in found.importances} == {"x", "z", "colour", "y"}
    effects = [sum(reason.effect for reason in why) for why in found.reasons]
    assert effects[0] - effects[1] == pytest.approx(found.predictions[0] - found.predictions[1])
    one = explain(regressor.model, table(1))
    assert (one.rows, one.importances) == ([0], [])
    assert "takes at least two rows" in one.notes[-1]


def test_a_replay_is_identical_and_other_rows_are_not(classifier, regressor, table) -> None:
    for result in (classifier, regressor):
        assert replay(result.model, result.job.source).identical
        assert replay(result.model).identical  # from the source that the model remembers
    other = replay(regressor.model, table(81))
    assert not other.identical
    assert other.where


def test_a_frame_and_its_file_give_the_same_network(regressor, table, quick, tmp_path) -> None:
    frame = pl.read_csv(regressor.job.source)
    again = train(frame, target="v", settings=quick, out=tmp_path / "m")
    assert again.task.receipt_["hashes"] == regressor.task.receipt_["hashes"]
    assert again.job.source == "frame"


def test_folders_are_chosen_so_that_nothing_is_lost(table, quick, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    base = choose_folder(None, "some/t.csv.gz", resume=False)
    assert base == Path("runs/t")
    base.mkdir()
    assert choose_folder(None, "t.csv", resume=False) == Path("runs/t-2")
    checkpoint_of(Path("runs/t-2")).touch()  # an unfinished training
    assert choose_folder(None, "t.csv", resume=False) == Path("runs/t-3")
    assert choose_folder(None, "t.csv", resume=True) == Path("runs/t-2")
    assert "no checkpoint at runs/t.checkpoint" in checkpoint_note(base, resume=True)
    assert "starts afresh; --resume would" in checkpoint_note(Path("runs/t-2"), resume=False)
    (base / "model.json").touch()
    with pytest.raises(OutputError, match="runs/t: holds a model already. Choose another --out"):
        train(table(), target="y", settings=quick, out="runs/t")


def test_a_model_saved_from_python_says_what_it_lacks(regressor, table, tmp_path) -> None:
    regressor.task.save(tmp_path / "m")
    assert predict(tmp_path / "m", table(3).drop("v")).frame.columns[0] == "prediction_predicted"
    with pytest.raises(ModelFolderError, match=r"saved from Python, .* Use task.evaluate\(X, y\)"):
        evaluate(tmp_path / "m", table(3))
