"""What training makes small, and what it shows and watches meanwhile.

Scores a person is shown come from `judge`; the metrics here only feed the progress bar.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PerRow = Callable[[Any, Any], Any]
"""(target (batch, ...), outputs (batch, ...)) -> (batch,), in pure `jax.numpy`."""
AfterSteps = Callable[[Any, Any, Any], Any]
"""(target (batch, ...), outputs (batch, ...), steps done ()) -> (batch,), in pure `jax.numpy`."""


@dataclass(frozen=True)
class Objective:
    """A loss, the metrics beside it, and which of them decides the best epoch.

    Parameters
    ----------
    loss : callable (target, outputs) -> (batch,)
        Loss of each row, pure `jax.numpy`. Unit: the loss's own.
    key : str
        Names the loss and its settings: two objectives with equal keys compute the same.
        Compiled programs are shared by it.
    metrics : mapping of str to callable (target, outputs) -> (batch,), default={}
        Shown in the history, averaged over rows by their weight. The same name must mean the
        same function throughout a process.
    watch : str, default="loss"
        Column of the history that picks the best epoch; read on the validation rows where there
        are any.
    mode : {"min", "max"}, default="min"
        Which end of `watch` is good.
    learnt : callable (target, outputs, steps) -> (batch,), or None, default=None
        What is learnt from in the loss's place, where that changes as training goes; `steps` is
        how many are done. Epochs are still compared by `loss`, which stays as it is.
    """

    loss: PerRow
    key: str
    metrics: Mapping[str, PerRow] = field(default_factory=dict)
    watch: str = "loss"
    mode: Literal["min", "max"] = "min"
    learnt: AfterSteps | None = None

    def loss_after(self, steps: Any, target: Any, outputs: Any) -> Any:
        """What is learnt from in each row (batch,) when so many steps are done."""
        if self.learnt is None:
            return self.loss(target, outputs)
        return self.learnt(target, outputs, steps)

    @property
    def signature(self) -> str:
        """Text that is equal for objectives that compile to the same program."""
        return f"{self.key}|{','.join(sorted(self.metrics))}"
