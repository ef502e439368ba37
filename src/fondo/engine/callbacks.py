"""What may listen to training. Callbacks hear; they do not steer.

Drawing a progress bar is the command line's work, not the engine's.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fondo.engine.plan import Plan
    from fondo.engine.train import Outcome


class Callback:
    """Listener whose methods do nothing; override the ones you need."""

    def on_start(self, plan: "Plan", n_rows: int) -> None:
        """Hear that training on `n_rows` rows is about to start or to go on."""

    def on_epoch(self, row: dict[str, Any]) -> None:
        """Hear the history row of an epoch that has just ended."""

    def on_end(self, outcome: "Outcome") -> None:
        """Hear how training ended; not called when it failed or was interrupted."""
