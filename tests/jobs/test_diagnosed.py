"""fondo.jobs.diagnosed: what holds a trained network back, in its folder, report and answers."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadParameter
from fondo.jobs.diagnosed import elsewhere
from fondo.jobs.evaluate import evaluate
from fondo.jobs.job import Job
from fondo.jobs.replay import replay
from fondo.jobs.train import train
from fondo.judge.answers import Answers
from fondo.judge.diagnosis import Diagnosis, diagnose


def test_training_is_diagnosed_in_answer_folder_and_report(classifier, regressor) -> None:
    for result, metric in ((classifier, "error_rate"), (regressor, "rmse")):
        found = result.diagnosis
        assert found.levels.metric == metric
        assert found.data == "tables"
        told = result.to_json()["diagnosis"]
        assert json.loads(json.dumps(told, allow_nan=False)) == told
        kept = json.loads((result.model / "diagnosis.json").read_text())
        assert Diagnosis.from_json(kept) == Diagnosis.from_json(told) == found
        page = result.report.read_text()
        assert '<section id="diagnosis">' in page
        assert "Not diagnosed" not in page
        test = found.levels.test
        assert test.n_rows == result.rows["test"]
        assert found.levels.training.n_rows == result.rows["train"]
        assert found.levels.validation.n_rows == result.rows["validation"]
    score = regressor.evaluation.scores[0]
    assert (score.name, test.value) == ("rmse", score.value)  # the same rows, the same error
    assert found.levels.rival.value == min(
        scores[0].value
        for name, scores in regressor.evaluation.baselines.items()
        if name not in regressor.task.fools_
    )


def test_rows_of_other_groups_and_later_rows_are_no_like_rows(
    classifier, table, quick, tmp_path
) -> None:
    levels = classifier.diagnosis.levels  # it was trained with groups
    assert (levels.validation_rows, levels.test_rows) == ("other groups", "alike")
    later = train(
        table(60, t=np.arange(60)), target="v", time="t", settings=quick, out=tmp_path / "m"
    )
    assert later.diagnosis.levels.validation_rows == later.diagnosis.levels.test_rows == "later"
    assert "later test rows" in later.diagnosis.levels.test.whose
    assert [gap.name for gap in later.diagnosis.gaps if "mismatch" in gap.name]


def test_a_person_is_kept_with_the_job(table, quick, tmp_path) -> None:
    table(60).write_csv(tmp_path / "t.csv")
    result = train(
        tmp_path / "t.csv", target="v", drop=["y"], human=0.01, settings=quick, out=tmp_path / "m"
    )
    assert result.diagnosis.levels.human == 0.01
    assert json.loads((tmp_path / "m" / "job.json").read_text())["human"] == 0.01
    assert evaluate(tmp_path / "m", tmp_path / "t.csv").diagnosis == result.diagnosis
    other = evaluate(tmp_path / "m", table(30))
    assert other.diagnosis.levels.human == 0.01
    assert replay(tmp_path / "m").identical
    old = {k: v for k, v in result.job.to_json().items() if k != "human"}
    assert Job.from_json(old).human is None  # of a folder written before there were any


def test_other_rows_are_held_against_what_training_left(regressor, table) -> None:
    moved = table(40).with_columns(v=pl.col("v") + 100)
    found = evaluate(regressor.model, moved).diagnosis
    assert found.findings[0].name == "data mismatch"
    assert found.levels.test_rows == "elsewhere"
    assert found.levels.test.n_rows == 40
    assert found.levels.training == regressor.diagnosis.levels.training
    assert found.findings[0].sentence.startswith("The RMSE on these rows (")
    assert found.also.levels.test.value == pytest.approx(100, abs=5)


def test_other_rows_by_hand(regressor) -> None:
    y = np.array([1.0, 2.0])
    found = elsewhere(regressor.diagnosis, y, Answers(numbers=np.array([4.0, 6.0])))
    assert found.levels.test.value == pytest.approx(np.sqrt(12.5))
    assert found.also.levels.test.value == pytest.approx(3.5)
    drawn = tuple(f"The error on {part} rows is that of 1 of 2." for part in ("training", "test"))
    known = diagnose(replace(regressor.diagnosis.levels, notes=drawn))
    assert elsewhere(known, y, Answers(numbers=y)).levels.notes == drawn[:1]
    heard = elsewhere(diagnose(known.levels, data="sounds"), y, Answers(numbers=y))
    assert heard.data == "sounds"
    assert "on these sounds" in heard.gaps[0].sentence + heard.gaps[-1].sentence


def test_a_folder_without_a_diagnosis_is_judged_all_the_same(regressor, tmp_path) -> None:
    regressor.task.save(tmp_path / "m", job=regressor.job.to_json())
    assert evaluate(tmp_path / "m", regressor.job.source).to_json()["diagnosis"] is None


def test_twenty_rows_cannot_tell(table, quick, tmp_path) -> None:
    told = train(table(20), target="y", drop=["v"], settings=quick, out=tmp_path / "m").diagnosis
    assert [each.name for each in told.findings] == ["too few rows to tell"]
    assert told.levels.validation is None
    assert told.notes[0].startswith("There is no validation part")


@pytest.mark.parametrize(
    ("target", "human", "match"),
    [
        ("y", 2.0, r"train\(human=2.0\): human must be a number in \[0, 1\] .*Write 2 % as 0.02"),
        ("y", -0.5, r"train\(human=-0.5\)"),
        ("y", float("nan"), r"train\(human=nan\)"),
        ("y", 0.9, r"train\(human=0.9\): human must be an error of at most 0.\d+ \(error rate\)"),
        ("v", 50.0, r"human=50.0\): human must be an error of at most [12].\d+ \(RMSE\)"),
    ],
)
@pytest.mark.parametrize("budget", [None, 1])
def test_a_person_that_cannot_be_is_refused_before_training(
    table, tmp_path, monkeypatch, target, human, match, budget
) -> None:
    def never(*_):
        raise AssertionError("it was trained first")

    monkeypatch.setattr("fondo.tasks.base.Task.train_on", never)
    table(60).write_parquet(tmp_path / "t.parquet")
    given = {"target": target, "human": human, "memory_budget": budget, "out": tmp_path / "m"}
    with pytest.raises(BadParameter, match=match):
        train(tmp_path / "t.parquet", **given)
    assert not (tmp_path / "m").exists()


def test_a_streamed_training_is_diagnosed(table, quick, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("fondo.jobs.streamed.MOST_ROWS", 40)
    monkeypatch.setattr("fondo.explain.diagnose.MOST_ROWS", 100)
    table(600).write_parquet(tmp_path / "t.parquet")
    result = train(
        tmp_path / "t.parquet", target="v", drop=["y"], human=0.1, settings=quick,
        out=tmp_path / "m", memory_budget=1,
    )  # fmt: skip
    levels = result.diagnosis.levels
    assert (levels.training.n_rows, levels.validation.n_rows, levels.human) == (100, 40, 0.1)
    assert levels.test.n_rows == result.rows["test"]
    assert result.diagnosis.notes[0].startswith("The error on training rows is that of 100 of 3")
    assert any("validation rows is that of 40 of" in note for note in result.diagnosis.notes)
    again = evaluate(tmp_path / "m", tmp_path / "t.parquet")
    assert again.diagnosis.levels.training == levels.training
