"""What a recipe is made of: figures, the dish they make, the kitchen, and the recipe itself.

Finding and cooking recipes is in `book`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fondo.errors import BadData, did_you_mean

if TYPE_CHECKING:
    import polars as pl

    from fondo.report.svg import Chart
    from fondo.tasks.run import Run


@dataclass(frozen=True)
class Figure:
    """One number that a recipe gives, beside the published one and a fool's.

    Parameters
    ----------
    name : str
        What was measured, with its unit.
    ours : float
        What came out.
    low, high : float or None, default=None
        Its 95 % interval; None where it is exact.
    naive : float or None, default=None
        What the naive baseline of the recipe scores on the same rows.
    published : float or None, default=None
        What the source claims; None where it says nothing, or spoke of other data.
    """

    name: str
    ours: float
    low: float | None = None
    high: float | None = None
    naive: float | None = None
    published: float | None = None


@dataclass(frozen=True)
class Dish:
    """What a recipe gave: figures, the headline first, remarks on this run, and pictures."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    charts: "tuple[Chart, ...]" = ()


@dataclass(frozen=True)
class Kitchen:
    """What a recipe has to work with.

    Parameters
    ----------
    data : Path or None, default=None
        Real data; None takes the recipe's sample.
    seed : int, default=0
        Draws weights and, where the source fixed none, the split.
    callbacks : tuple of engine callbacks, default=()
        Told of each training.
    full : bool, default=False
        Whether to train as long as the source did, where the recipe is shortened otherwise.
    say : callable (sentence) or None, default=None
        Told how far the work is, where many networks are trained side by side.
    """

    data: Path | None = None
    seed: int = 0
    callbacks: tuple[Any, ...] = ()
    full: bool = False
    say: Callable[[str], None] | None = None

    def table(self, sample: Callable[[], "pl.DataFrame"]) -> "pl.DataFrame":
        """Table of `data`, or what `sample` makes where there is none."""
        if self.data is None:
            return sample()
        from fondo.data.tables.read import read_table

        return read_table(self.data)

    def need(self, frame: "pl.DataFrame", *names: str) -> str:
        """First of these columns that the table has; BadData where it has none."""
        for name in names:
            if name in frame.columns:
                return name
        raise BadData(
            f"{self.data}: the recipe needs a column {' or '.join(map(repr, names))}. "
            f"{did_you_mean(names[0], frame.columns)}"
        )

    def run(self) -> "Run":
        """How each training of the recipe runs."""
        from fondo.tasks.run import Run

        return Run(callbacks=self.callbacks)

    def tell(self, sentence: str) -> None:
        """Tell whoever listens how far the work is."""
        if self.say is not None:
            self.say(sentence)

    def epochs(self, short: int, full: int) -> int:
        """How long to train: the source's `full` length where that is asked for."""
        return full if self.full else short

    def published(self, figure: float) -> float | None:
        """The published figure where the real data are cooked: it does not speak of a sample."""
        return None if self.data is None else figure


@dataclass(frozen=True)
class Recipe:
    """A published piece of work, done again with fondo.

    Parameters
    ----------
    id : str
        As in the source, such as C03-1.
    title : str
        What is done.
    published : str
        The headline figure that the source claims.
    ours : str
        The same figure from `fondo cook ID --data ...`, with its interval and the data.
    naive : str
        What a fool would score.
    lesson : str
        What is worth remembering.
    data : str
        What `--data` expects.
    sample : str
        What is cooked without `--data`.
    run : callable (Kitchen) -> Dish
        The work.
    faults : tuple of str, default=()
        What is known to be wrong with the published figure.
    full : str, default=""
        What is run where the source's own length is asked for, and what that costs; empty where
        the recipe is never shortened.
    """

    id: str
    title: str
    published: str
    ours: str
    naive: str
    lesson: str
    data: str
    sample: str
    run: Callable[[Kitchen], Dish] = field(repr=False)
    faults: tuple[str, ...] = ()
    full: str = ""

    def to_json(self) -> dict[str, Any]:
        """Everything but the work itself."""
        return {name: value for name, value in vars(self).items() if name != "run"}
