"""fondo.funds.job: several targets, each in its folder, and pages that set them side by side."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.funds.conftest import FEW, QUICK

from fondo.errors import BadData, BadParameter
from fondo.funds.job import load_runs, plans_for, run_backtests
from fondo.funds.labels import Label


def test_plans_differ_in_the_measure_alone() -> None:
    plan = replace(FEW, label=Label("sharpe", side="bottom", quantile=0.2))
    plans = plans_for(plan, ["calmar", "return"])
    assert list(plans) == ["calmar", "return"]
    assert plans["return"] == replace(plan, label=Label("return", side="bottom", quantile=0.2))


@pytest.mark.parametrize("targets", [[], ["sharpe", "sharpe"]])
def test_targets_are_one_or_more_and_none_twice(targets) -> None:
    with pytest.raises(BadParameter, match="must be one target or more, none twice"):
        plans_for(FEW, targets)


def test_one_target_lies_in_the_folder_and_several_in_their_own(skilled, tmp_path: Path) -> None:
    said: list[str] = []
    for targets in (["sharpe"], ["sharpe", "return"]):
        folder = tmp_path / "-".join(targets)
        plans = plans_for(FEW, targets)
        done = run_backtests(skilled, plans, [QUICK], folder=folder, leak=False, say=said.append)
        assert list(load_runs(folder)) == sorted(targets)
        for target in targets:
            assert load_runs(folder)[target].rows.equals(done[target].rows)
        assert (folder / "ledger.sqlite").is_file()
        assert (folder / "index.html").is_file()
    assert "Target: return." in said


def test_a_folder_without_backtests_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no backtest lies there"):
        load_runs(tmp_path)
    with pytest.raises(BadData, match="no backtest can be read there"):
        load_runs(tmp_path / "none")
