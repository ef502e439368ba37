from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fondo.errors import BadParameter
from fondo.judge.evaluation import Evaluation
from fondo.report.report import report


class TinyTask:
    """What `report` asks of a fitted task, and no more."""

    kind = "class"
    history_ = ({"epoch": 1, "loss": 0.7}, {"epoch": 2, "loss": 0.5})
    best_epoch_ = 2
    receipt_ = {"seed": 3}
    threshold_, aim = 0.25, "f1"
    encoder_ = SimpleNamespace(dropped_=[("id", "identifier-like")], notes_=["2 values capped."])

    def settings(self) -> dict[str, Any]:
        return {"epochs": 2}

    def summary(self) -> list[dict[str, Any]]:
        return [{"name": "head", "type": "Dense", "output": [None, 2], "parameters": 6}]


def test_a_task_alone_has_a_report() -> None:
    page = report(TinyTask())
    for expected in ("TinyTask", "kept: epoch 2", "identifier-like", "2 values capped.", "head"):
        assert expected in page


def test_the_evaluation_and_more_are_shown(class_evaluation: Evaluation) -> None:
    page = report(TinyTask(), class_evaluation, target="default", source="loans.csv")
    assert "TinyTask for “default”" in page
    assert "loans.csv" in page
    assert "threshold 0.25" in page


def test_a_result_fills_the_rest() -> None:
    from fondo.explain.importance import Importance
    from fondo.explain.reasons import Reason

    result = SimpleNamespace(
        job=SimpleNamespace(
            target="default", source="loans.csv", seed=7, test=0.2, group=None, time="month"
        ),
        rows={"train": 6, "validation": 2, "test": 2},
        notes=["1 row without a target."],
        diagnosis=None,
        importances=[Importance("age", 0.5, 0.4, 0.6)],
        reasons=[[Reason("age", 31, 0.125)]],
        predictions=["yes"],
    )
    page = report(TinyTask(), result=result)
    for expected in ("loans.csv", "month", "1 row without a target.", "age = 31", "Answer: yes"):
        assert expected in page


def test_it_is_written_where_asked(tmp_path: Path) -> None:
    page = report(TinyTask(), path=tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"report\(sauce=\.\.\.\): .* Did you mean 'source'\?"):
        report(TinyTask(), sauce="x")
