"""Columns of numbers that enter a network beside the pictures: read, checked, standardised.

Which columns they are is a setting of `Pixels`; the network joins them in `networks.pictures`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadData, BadParameter
from fondo.tasks.album import Album

SMALLEST = 1e-12  # spread of a column below which it is constant


def read_beside(owner: str, album: Album, names: Sequence[str]) -> np.ndarray:
    """Values of the columns beside some pictures, in their own units.

    Parameters
    ----------
    owner : str
        The task, for messages.
    album : Album
        Pictures with the columns of their table.
    names : sequence of str (k,)
        Columns.

    Returns
    -------
    values : float64 array (n_pictures, k)

    Raises
    ------
    BadData
        There is no table, no such column, or an entry is no finite number.
    """
    if album.columns is None:
        raise BadData(
            f"{owner}: columns {', '.join(map(repr, names))} enter beside the pictures, but the "
            "pictures came without a table. Give a table with a column of paths and these."
        )
    return np.stack([_column(owner, album.columns, name) for name in names], axis=1)


def _column(owner: str, frame: pl.DataFrame, name: str) -> np.ndarray:
    if name not in frame.columns:
        known = ", ".join(map(repr, frame.columns[:8]))
        raise BadData(f"{owner}: there is no column {name!r}. The table has {known}.")
    column = frame[name]
    if not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        raise BadData(
            f"{owner}: column {name!r} holds {column.dtype}, but what enters beside the pictures "
            "must be numbers."
        )
    values = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        raise BadData(
            f"{owner}: column {name!r}, row {wrong[0]}: {values[wrong[0]]} is no finite number. "
            "Fill such rows or remove them."
        )
    return values


def scale_beside(values: np.ndarray) -> dict[str, list[float]]:
    """Mean and standard deviation of each column; a constant one is divided by 1.

    Parameters
    ----------
    values : float array (n, k)
        Of the training rows.

    Examples
    --------
    >>> scale_beside(np.array([[1.0, 5.0], [3.0, 5.0]]))
    {'mean': [2.0, 5.0], 'scale': [1.0, 1.0]}
    """
    spread = values.std(axis=0)
    return {
        "mean": values.mean(axis=0).tolist(),
        "scale": np.where(spread > SMALLEST, spread, 1.0).tolist(),
    }


def standardised(values: np.ndarray, scale: dict[str, list[float]]) -> np.ndarray:
    """Columns (n, k) with the mean and spread of training taken out, float32."""
    return np.asarray((values - scale["mean"]) / scale["scale"], np.float32)


def check_beside(owner: str, names: Sequence[str], backbone: Any, augment: Any) -> None:
    """Raise where columns cannot stand beside what the other settings ask for.

    Raises
    ------
    BadParameter
        With a backbone, which takes pictures alone; or with flips that negate the number, since
        nobody knows which of the columns a mirror would turn.
    """
    if not names:
        return
    if backbone is not None and backbone.name is not None:
        raise BadParameter(
            f"{owner}(backbone={backbone.name!r}): columns beside the pictures need a network that "
            "learns from nothing. Leave out the backbone, or Pixels(beside=...)."
        )
    if augment is not None and augment.mirror == "negate":
        raise BadParameter(
            f"{owner}(augment=Augment(mirror='negate')): a mirror cannot know which of the columns "
            f"{', '.join(map(repr, names))} it turns. Leave out the flip, or Pixels(beside=...)."
        )


def linear_start(values: np.ndarray, targets: np.ndarray) -> dict[str, list[Any]]:
    """Weights with which the last layer of a network answers as a straight line of the columns.

    Parameters
    ----------
    values : float array (n, k)
        Standardised columns of the training rows.
    targets : float array (n, outputs)
        Standardised.

    Returns
    -------
    start : dict
        "kernel" (k, outputs) and "bias" (outputs,), of least squares.

    Examples
    --------
    >>> start = linear_start(np.array([[-1.0], [0.0], [1.0]]), np.array([[-1.0], [1.0], [3.0]]))
    >>> np.round(start["kernel"], 6).tolist(), np.round(start["bias"], 6).tolist()
    ([[2.0]], [1.0])
    """
    rows = np.column_stack([np.asarray(values, np.float64), np.ones(len(values))])
    found = np.linalg.lstsq(rows, np.asarray(targets, np.float64), rcond=None)[0]
    return {"kernel": found[:-1].tolist(), "bias": found[-1].tolist()}


def start_linear(network: Any, start: dict[str, list[Any]]) -> None:
    """Let a network of `conv_network` answer by the columns beside its pictures alone, for now.

    What pictures add is then learnt from nothing: started at random, it would drown what a few
    numbers say, and few thousand pictures do not bring that back.
    """
    last = network.get_layer("out")
    kernel = np.zeros(last.kernel.shape, np.float32)
    kernel[-len(start["kernel"]) :] = start["kernel"]
    last.set_weights([kernel, np.asarray(start["bias"], np.float32)])
