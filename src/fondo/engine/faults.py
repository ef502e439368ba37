"""Why a loss is not finite: the likely cause, and what to do about it.

Only looked for after training has failed, so it may take its time.
"""

from typing import Any

import numpy as np

from fondo.engine.examples import Array, Examples, Source
from fondo.engine.programs import Logs
from fondo.engine.step import State, Step

_LARGE = 1e4  # inputs beyond it make float32 networks overflow; scaled ones stay under 10 or so


def explain_failure(
    step: Step, source: Source, before: State, row: dict[str, Any], logs: Logs
) -> str:
    """Message of a training that failed in the epoch of `row`.

    Parameters
    ----------
    step : Step
        What was trained.
    source : Examples or Streamed
        Training rows; those in memory are looked at.
    before : State
        State before the epoch.
    row : dict
        History row of the epoch, with a value that is not finite.
    logs : Logs
        Sums of each training step of the epoch.
    """
    name = next(key for key, value in row.items() if not np.isfinite(value))
    where = f"epoch {row['epoch']}"
    broken = ~np.isfinite(np.stack(list(logs.values()))).all(0)
    if broken.any():
        where += f", step {int(np.argmax(broken)) + 1} of {len(broken)}"
    what = "not a number" if np.isnan(row[name]) else "infinite"
    return (
        f"Training failed in {where}: {name} is {what}. {_cause(source, row, bool(broken.any()))}"
    )


def _cause(source: Source, row: dict[str, Any], in_training: bool) -> str:
    if not in_training:
        return (
            "The training loss is finite, so the validation rows are the likely cause: look for "
            "missing or very large values in them."
        )
    if isinstance(source, Examples):
        inputs, target, _ = source.arrays
        for name, array in [*((f"input {key!r}", part) for key, part in inputs.items()),
                            ("the target", target)]:  # fmt: skip
            fault = _fault(array)
            if fault:
                return f"Likely cause: {name} {fault}"
    if row["epoch"] == 1:
        return (
            "Likely cause: the learning rate is too large, or the loss is not defined for some "
            "target. Try a learning rate ten times smaller, or clipnorm=1.0 in the optimizer."
        )
    return (
        "Likely cause: training diverged, since earlier epochs were finite. Try a learning rate "
        "ten times smaller, or clipnorm=1.0 in the optimizer."
    )


def _fault(array: Array) -> str:
    """What is wrong with the values of an array, and the remedy; empty where nothing is."""
    flat = array.reshape(len(array), -1)
    wrong = ~np.isfinite(flat).all(1)
    if wrong.any():
        return (
            f"has values that are missing or infinite, first in row {int(np.argmax(wrong))}. "
            "Fill or remove them."
        )
    size = float(np.abs(flat).max(initial=0))
    if size > _LARGE and array.dtype.kind == "f":
        return f"has values up to {size:.3g}. Scale it to about 1, for example by standardising."
    return ""
