"""Shared by the tests of whole jobs: a small table, tiny networks, the command line in-process."""

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from fondo.cli.main import app
from fondo.jobs.train import TrainResult, train

QUICK = {"hidden": "8", "embedding": "none", "members": "1", "epochs": "3"}


def make_table(n: int = 60, **columns: Any) -> pl.DataFrame:
    """Two numbers, a colour, a class `y` that follows from the numbers, and a quantity `v`."""
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, n))
    made = {
        "x": x,
        "z": z,
        "colour": rng.choice(["red", "green", "blue"], n),
        "y": np.where(x + 0.3 * z > 0, "yes", "no"),
        "v": 2 * x + z,
    }
    return pl.DataFrame(made | columns)


@pytest.fixture
def table() -> Callable[..., pl.DataFrame]:
    return make_table


@pytest.fixture
def quick() -> dict[str, str]:
    return dict(QUICK)


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`fondo ...` in-process in an empty folder; every warning but fondo's own is an error."""
    monkeypatch.chdir(tmp_path)
    small = [word for key, value in QUICK.items() for word in ("--set", f"{key}={value}")]

    def run(*words: Any, code: int = 0) -> Any:
        given = [str(word) for word in words]
        given += [*small, "--quiet"] if given[0] == "train" else []
        with warnings.catch_warnings():
            warnings.filterwarnings("default", category=UserWarning)
            done = CliRunner().invoke(app, given, prog_name="fondo")
        told = done.stdout + done.stderr
        assert done.exit_code == code, told
        for leak in ("Traceback", "np.float64(", "np.str_(", "Warning:", "array("):
            assert leak not in done.stderr, told
        return done

    return run


@pytest.fixture
def refused(ask: Callable[..., Any]) -> Callable[..., str]:
    """Message of a command that ends with exit code 2, the same with and without --json."""

    def run(*words: Any) -> str:
        plain = ask(*words, code=2)
        assert plain.stdout == ""
        told = json.loads(ask(*words, "--json", code=2).stdout)
        assert set(told) == {"error", "kind"}
        assert plain.stderr.splitlines()[-1] == told["error"].splitlines()[-1]
        return str(told["error"])

    return run


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """Trained on a file by words, with rows grouped, weighed, and a column left out."""
    folder = tmp_path_factory.mktemp("classifier")
    rows = np.arange(80)
    frame = make_table(80, who=[f"g{k % 9}" for k in rows], w=1.0 + rows % 3)
    frame.write_csv(folder / "train.csv")
    return train(
        folder / "train.csv", target="y", out=folder / "m", settings=QUICK, drop=["v"],
        group="who", weight="w",
    )  # fmt: skip


@pytest.fixture(scope="session")
def regressor(tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    """Trained on a file with a quantity as target."""
    folder = tmp_path_factory.mktemp("regressor")
    make_table(80).write_csv(folder / "train.csv")
    return train(folder / "train.csv", target="v", out=folder / "m", settings=QUICK)
