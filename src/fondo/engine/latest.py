"""A step that comes out with the weights of the last epoch, whatever the validation rows say.

For runs whose figures are read at fixed epochs: nothing is then chosen on the rows that judge.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from fondo.engine.step import Log, State, Supervised, _place


@dataclass(frozen=True, eq=False)
class Latest:
    """The step `inner`, watched by the number of its updates, which only grows.

    Its log has one entry more, "updates": how many there have been. Early stopping by patience
    makes no sense with it.
    """

    inner: Supervised

    @property
    def watch(self) -> str:
        """The number of updates."""
        return "updates"

    @property
    def mode(self) -> Literal["min", "max"]:
        """More is later."""
        return "max"

    @cached_property
    def signature(self) -> str:
        """Text that is equal for steps which compile to the same program."""
        return f"{self.inner.signature}|latest"

    def init(self, key: Any) -> State:
        """State of the inner step."""
        return self.inner.init(key)

    def step(self, state: State, batch: Any, key: Any) -> tuple[State, Log]:
        """One update of the inner step."""
        after, log = self.inner.step(state, batch, key)
        return after, self._counted(after, log)

    def evaluate(self, state: State, batch: Any) -> Log:
        """Log of the inner step."""
        return self._counted(state, self.inner.evaluate(state, batch))

    def weights(self, state: State) -> State:
        """Weights of the inner step."""
        return self.inner.weights(state)

    def check(self, state: State, batch: Any) -> None:
        """Check of the inner step."""
        self.inner.check(state, batch)

    def _counted(self, state: State, log: Log) -> Log:
        optimizer = self.inner.optimizer
        updates = state["optimizer"][_place(optimizer.iterations, optimizer.variables)]
        return log | {"updates": updates * log["weight"]}  # every entry is divided by the weight
