"""How one training runs, apart from what it learns; kept out of the settings of a task."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fondo.engine.callbacks import Callback


@dataclass(frozen=True)
class Run:
    """How one training runs, apart from what it learns.

    Parameters
    ----------
    checkpoint : Path or None, default=None
        File for checkpoints, written as training goes; None keeps none.
    checkpoint_seconds : float, default=5
        At least so many seconds between two checkpoints.
    resume : bool, default=False
        Go on from the checkpoint, to the same bits as a run that was never stopped.
    callbacks : tuple of Callback, default=()
        Told of the start, each epoch and the end.
    memory_budget : int or None, default=None
        Bytes that the encoded rows may take before they are streamed.
    """

    checkpoint: Path | None = None
    checkpoint_seconds: float = 5.0
    resume: bool = False
    callbacks: tuple[Callback, ...] = ()
    memory_budget: int | None = None


def default_batch(n_rows: int) -> int:
    """Rows of one step: a power of two that gives small tables many steps an epoch.

    Notes
    -----
    About 64 steps an epoch, with 32 to 512 rows each: measured on tables of 500 to 120,000 rows.

    Examples
    --------
    >>> [default_batch(n) for n in (100, 5_000, 14_000, 1_000_000)]
    [32, 128, 256, 512]
    """
    return int(2 ** np.clip(np.ceil(np.log2(max(n_rows, 1) / 64)), 5, 9))
