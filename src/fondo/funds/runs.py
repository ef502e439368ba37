"""A backtest on disk: rows and models as Parquet and JSON, nothing that runs when it is read.

The pages beside them are written by `report_page`.
"""

import json
import math
from pathlib import Path
from typing import Any

import polars as pl

from fondo.errors import BadData, OutputError
from fondo.funds.leak_meter import Leak
from fondo.funds.result import Backtest
from fondo.store.atomic import write_bytes
from fondo.store.plain import dump

FORMAT = 1
MANIFEST, ROWS, ISSUES, LEFT_OUT = (
    "backtest.json", "rows.parquet", "issues.parquet", "left_out.parquet",
)  # fmt: skip
_COLUMNS = (
    "date",
    "label_end",
    "fund",
    "peer",
    "tested",
    "y",
    "outcome",
    "growth",
    "volatility",
    "tracking_error",
    "past",
)
_FACTS = ("data", "plan", "sign", "side", "tests")


def save(done: Backtest, folder: str | Path) -> Path:
    """Write a backtest into a folder.

    Parameters
    ----------
    done : Backtest
    folder : path
        Made where it does not exist; a backtest that lies there is written over.

    Returns
    -------
    folder : Path

    Raises
    ------
    OutputError
        The folder or a file cannot be written.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        done.rows.write_parquet(place / ROWS)
        done.issues.write_parquet(place / ISSUES)
        done.left_out.write_parquet(place / LEFT_OUT)
    except OSError as error:
        raise OutputError(f"{place}: the backtest cannot be written there ({error}).") from error
    told = {
        "format": FORMAT,
        "kind": "fund backtest",
        "facts": done.facts,
        "models": done.models,
        "leak": None if done.leak is None else vars(done.leak),
    }
    write_bytes(place / MANIFEST, dump(told, "backtest", gaps=True))
    return place


def load(folder: str | Path) -> Backtest:
    """Read a backtest that `save` wrote.

    Parameters
    ----------
    folder : path

    Returns
    -------
    done : Backtest
        Gives the same figures, without fitting anything.

    Raises
    ------
    BadData
        It is no such folder, a newer one, or one whose parts do not fit together.
    """
    place = Path(folder)
    told = _manifest(place / MANIFEST)
    tables = {}
    for name in (ROWS, ISSUES, LEFT_OUT):
        try:
            tables[name] = pl.read_parquet(place / name)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise BadData(
                f"{place / name}: cannot be read ({error}). Run the backtest again."
            ) from None
    rows, models = tables[ROWS], told["models"]
    wanted = [*_COLUMNS, *(f"score:{name}" for name in models)]
    lacking = [name for name in wanted if name not in rows.columns]
    if lacking:
        raise BadData(f"{place / ROWS}: has no column {lacking[0]!r}. Run the backtest again.")
    leak = None if told.get("leak") is None else Leak(**_numbers(told["leak"]))
    return Backtest(rows, models, told["facts"], leak, tables[ISSUES], tables[LEFT_OUT])


def _manifest(place: Path) -> dict[str, Any]:
    try:
        told = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadData(
            f"{place}: no backtest can be read there ({error}). Give the folder that `fondo funds "
            "backtest` wrote."
        ) from None
    if not isinstance(told, dict) or told.get("kind") != "fund backtest":
        raise BadData(f"{place}: this is not a backtest of funds. Give the folder of one.")
    if told.get("format") != FORMAT:
        raise BadData(
            f"{place}: format {told.get('format')!r}, and this version reads {FORMAT}. Use the "
            "fondo that wrote it."
        )
    facts, models = told.get("facts"), told.get("models")
    whole = isinstance(facts, dict) and all(name in facts for name in _FACTS)
    if not whole or not isinstance(models, dict) or not models:
        raise BadData(f"{place}: parts of the backtest are missing. Run it again.")
    return told


def _numbers(told: dict[str, Any]) -> dict[str, float]:
    return {name: math.nan if value is None else float(value) for name, value in told.items()}
