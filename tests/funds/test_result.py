"""fondo.funds.result: a backtest is looked at without anything that trains being imported."""

import os
import subprocess
import sys
from pathlib import Path

import fondo
from fondo.funds.result import Backtest


def test_models_are_split_by_whether_they_learn(done: Backtest) -> None:
    assert done.learned + done.baselines == list(done.models)
    assert done.tested.height == done.rows["tested"].sum()
    assert len(done.column("random")) == done.tested.height


def test_reading_ranking_and_reporting_wait_for_no_keras() -> None:
    code = (
        "import sys, fondo.funds.job, fondo.funds.ranking\n"
        "print('keras' in sys.modules, 'jax' in sys.modules)"
    )
    source = str(Path(fondo.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": source},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["False", "False"]
