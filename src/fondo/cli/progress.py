"""The live bar of a training, on standard error. It only watches: training never waits for it."""

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fondo.cli.tables import number
from fondo.engine.callbacks import Callback

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

LINES = 10  # a training tells about itself so often where there is no terminal to draw on


class Bar(Callback):
    """Epoch, loss, metric and time left, drawn live; some plain lines where nobody watches.

    Several trainings may follow each other.

    Parameters
    ----------
    console : rich.console.Console
        Where to draw; nothing is drawn on a quiet one.
    """

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._progress: Progress | None = None
        self._epochs = 0
        self._told = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def on_start(self, plan: Any, n_rows: int) -> None:
        """Begin a bar of `plan.epochs` epochs over `n_rows` rows."""
        self._stop()
        self._epochs, self._told = plan.epochs, 0
        if self._console.is_terminal and not self._console.quiet:
            self._progress = _progress(self._console)
            self._progress.add_task("training", total=plan.epochs, numbers="compiling")
            self._progress.start()

    def on_epoch(self, row: dict[str, Any]) -> None:
        """Show one finished epoch: a row of the history."""
        epoch = int(row["epoch"])
        if self._progress is not None:
            task = self._progress.task_ids[-1]
            self._progress.update(task, completed=epoch, numbers=describe(row))
            return
        reached = epoch * LINES // max(self._epochs, 1)
        if epoch == 1 or reached > self._told:
            self._told = reached
            self._console.print(f"epoch {epoch} of {self._epochs}: {describe(row)}", soft_wrap=True)

    def on_end(self, outcome: Any) -> None:
        """Leave the last bar on the screen, with why training stopped where it did so early."""
        self._stop()
        stopped = getattr(outcome, "stopped", "epochs")
        if stopped == "patience":
            self._console.print(
                f"Stopped early: epoch {outcome.best_epoch} was best and its weights are kept."
            )

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def describe(row: dict[str, Any]) -> str:
    """Numbers of one epoch in a line, the loss first.

    Examples
    --------
    >>> describe({"epoch": 3, "loss": 0.4, "val_loss": 0.5, "val_accuracy": 0.9, "seconds": 0.1})
    'loss 0.4000, val_loss 0.5000, val_accuracy 0.9000'
    """
    shown = {
        name: value
        for name, value in row.items()
        if name not in ("epoch", "seconds") and isinstance(value, float | int)
    }
    losses_first = sorted(shown, key=lambda name: not name.endswith("loss"))
    return ", ".join(f"{name} {number(shown[name])}" for name in losses_first[:4])


def _progress(console: "Console") -> "Progress":
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeftColumn

    return Progress(
        TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[numbers]}"),
        TimeElapsedColumn(),
        TextColumn("left at most"),
        TimeLeftColumn(),
        console=console,
        refresh_per_second=8,
    )
