"""Where a training run stands: all that is needed to go on with it, and when to stop.

Going on is in `train`; writing it to disk in `checkpoints`.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from fondo.engine.plan import Plan
from fondo.engine.step import State


@dataclass(frozen=True)
class Run:
    """A run after `epoch` whole epochs; a new object each epoch, so no interruption can split it.

    Parameters
    ----------
    state : State
        All that training changes, after the last epoch.
    best : State
        Weights after the best epoch.
    best_epoch : int
        Which that was, counted from 1; 0 before the first.
    best_value : float
        The watched value then.
    history : list of dict
        One row an epoch.
    hashes : list of str
        SHA-256 of the weights after each epoch.
    """

    state: State
    best: State
    best_epoch: int = 0
    best_value: float = float("nan")
    history: list[dict[str, Any]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history)

    def after(self, state: State, row: dict[str, Any], digest: str) -> "Run":
        """The run one epoch on, its best epoch still as before."""
        return replace(
            self, state=state, history=[*self.history, row], hashes=[*self.hashes, digest]
        )

    def with_best(self, weights: State, value: float) -> "Run":
        """The same run, its last epoch being the best so far."""
        return replace(self, best=weights, best_epoch=self.epoch, best_value=value)

    def stopped(self, plan: Plan) -> Literal["epochs", "patience"] | None:
        """Why the run is over, or None while it is not."""
        if plan.patience is not None and self.epoch - self.best_epoch >= plan.patience:
            return "patience"
        return "epochs" if self.epoch >= plan.epochs else None
