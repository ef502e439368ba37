"""Fakes and a runner for the command line: no command trains anything here."""

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fondo.cli.main import app

Ask = Callable[..., Result]


@pytest.fixture
def ask() -> Ask:
    """Run `fondo ...` in this process: `.stdout`, `.stderr`, `.exit_code`."""

    def run(*words: str, **environment: str) -> Result:
        settings = {"COLUMNS": "80", "NO_COLOR": "1", **environment}
        return CliRunner().invoke(app, list(words), env=settings, prog_name="fondo")

    return run


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Put a function in place of a job; the list that comes back holds what it was asked."""

    def install(module: str, function: str, work: Callable[..., Any]) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        def job(*given: Any, **named: Any) -> Any:
            asked.append({"given": given, **named})
            return work(**named)

        stand_in = ModuleType(module)
        setattr(stand_in, function, job)
        monkeypatch.setitem(sys.modules, module, stand_in)
        return asked

    return install


def score(name: str, value: float, higher: bool = True) -> SimpleNamespace:
    return SimpleNamespace(
        name=name, value=value, low=value - 0.03, high=value + 0.03, higher_is_better=higher
    )


@pytest.fixture
def evaluation() -> SimpleNamespace:
    return SimpleNamespace(
        n_rows=114,
        scores=[score("accuracy", 0.9561), score("roc_auc", 0.9912), score("log_loss", 0.1, False)],
        baselines={
            "majority": [score("accuracy", 0.6316)],
            "logistic": [score("accuracy", 0.9649), score("roc_auc", 0.9931)],
        },
        leaks=[SimpleNamespace(severity="serious", message="2 rows are on both sides.")],
        notes=["Boosted trees saw 10,000 rows."],
        verdict="The network is not distinguishable from logistic [on 114 rows].",
    )


@pytest.fixture
def training(evaluation: SimpleNamespace) -> SimpleNamespace:
    reason = SimpleNamespace(name="worst radius", shown=25.38, effect=0.2134)
    return SimpleNamespace(
        task_name="table-classifier",
        why="'target' holds 2 different words",
        rows={"train": 387, "validation": 68, "test": 114},
        dropped=[("id", "identifier-like"), ("note [free]", "free text")],
        notes=["3 rows had no target and were set aside."],
        diagnosis=SimpleNamespace(line="high variance: 3 points [of 5]. More rows help most."),
        evaluation=evaluation,
        importances=[SimpleNamespace(name="worst radius", value=0.21, low=0.15, high=0.28)],
        predictions=["malignant", "benign"],
        reasons=[[reason], [reason]],
        model="runs/breast_cancer",
        report="runs/breast_cancer/report.html",
        seconds=12.34,
        to_json=lambda: {"task": "table-classifier", "score": {"value": float("nan")}},
    )
