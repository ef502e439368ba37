"""How long to train, on what batches, from which seed, and where to keep checkpoints.

What is trained (network, loss, optimizer) is the step's business, not the plan's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from fondo.contracts import Contract, Either, Nothing, Real, Whole, check_value
from fondo.engine.callbacks import Callback


@dataclass(frozen=True)
class Plan:
    """Settings of one training run.

    Parameters
    ----------
    epochs : int, default=100
        Most passes over the training rows.
    batch_size : int, default=256
        Rows a step.
    patience : int or None, default=16
        Epochs without a better watched value before training stops; None never stops early.
    seed : int, default=0
        Fixes the order of rows, dropout and every other draw of the engine.
    checkpoint : Path or None, default=None
        File to keep the run in; None keeps nothing on disk.
    checkpoint_seconds : float, default=5.0
        Least time between two checkpoints. Seconds.
    resume : bool, default=False
        Go on from `checkpoint` where it exists; else start anew.
    callbacks : sequence of Callback, default=()
        Listeners.
    settings_hash : str, default=""
        Names settings and data; a checkpoint with another one is refused.
    memory_budget : int or None, default=None
        Examples above this size are fed to the device in chunks. Bytes; None has no limit.
    """

    epochs: int = 100
    batch_size: int = 256
    patience: int | None = 16
    seed: int = 0
    checkpoint: Path | None = None
    checkpoint_seconds: float = 5.0
    resume: bool = False
    callbacks: Sequence[Callback] = ()
    settings_hash: str = ""
    memory_budget: int | None = None

    contracts: ClassVar[dict[str, Contract]] = {
        "epochs": Whole(1),
        "batch_size": Whole(1, unit="rows"),
        "patience": Either(Nothing(), Whole(1, unit="epochs")),
        "seed": Whole(0, 2**32 - 1),
        "checkpoint_seconds": Real(0, unit="seconds"),
        "memory_budget": Either(Nothing(), Whole(1, unit="bytes")),
    }

    def __post_init__(self) -> None:
        """Refuse what cannot be; `BadParameter` names the setting."""
        for name, contract in self.contracts.items():
            check_value("Plan", name, getattr(self, name), contract)
