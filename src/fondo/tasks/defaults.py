"""What a kind of data, or of target, may say otherwise; and what holds where it says nothing.

The four parts of a task, and what all share, are in `base`.
"""

from typing import Any, ClassVar

import numpy as np

from fondo.engine.step import Augment
from fondo.errors import BadData
from fondo.judge.metrics import Answers
from fondo.tasks import saving
from fondo.tasks.rows import Part


class Defaults:
    """Rows of numbers, changed by nobody, with the naive baselines of their kind of target."""

    kind: ClassVar[Any]
    several: ClassVar[str] = ""  # kind of target where a row has several numbers; empty: it has one

    def read(self, X: Any, y: Any = None, *, fitting: bool = False) -> tuple[Any, Any]:
        """X and y checked; `fitting` when they are to be learnt from."""
        table = np.asarray(X, dtype="float32")
        if len(table) == 0:
            raise BadData(f"{type(self).__name__}: X has no rows. Give at least one.")
        if fitting and y is None:
            raise BadData(f"{type(self).__name__} requires y to be passed, but it is None.")
        return table, None if y is None else np.asarray(y)

    def take(self, X: Any, rows: np.ndarray) -> Any:
        """Only these rows of X, in this order."""
        return X[rows]

    def n_rows(self, X: Any) -> int:
        """Number of rows of X."""
        return len(X)

    def stratum(self, y: np.ndarray) -> np.ndarray | None:
        """Label by which splits are stratified; None for none."""
        return y if self.kind == "class" else None

    def times(self, X: Any, column: str) -> np.ndarray:
        """Time of each row, from a column of X."""
        raise BadData(f"{type(self).__name__}: these data have no column {column!r}.")

    def row_weight(self, y: np.ndarray) -> np.ndarray | None:
        """Weight of each row that the settings ask for, such as class weights; None for equal."""
        return None

    def change(self) -> Augment | None:
        """How batches are changed at random before they are learnt from; None leaves them."""
        return None

    @classmethod
    def usable(cls, X: Any) -> tuple[np.ndarray, list[str]]:
        """Which rows of a table can be used (n_rows,), and why the others cannot; all as a rule."""
        return np.ones(len(X), bool), []

    def calibrate(self, held: Part | None, answers: Answers | None) -> None:
        """Learn from the validation part what answers need: a threshold, an error width."""

    def in_units(self, answers: Answers, X: Any) -> Answers:
        """Decoded answers in units that depend on the example itself, such as its pixels."""
        return answers

    def fool(self, y: np.ndarray) -> dict[str, Any]:
        """Naive baselines learnt from training targets, by name (judge.baselines.Naive)."""
        from fondo.judge.baselines import naive

        return naive(self.kind, y)

    def rivals(self, train: Part, test: Part) -> dict[str, Answers]:
        """Answers of classic models fitted on the same training rows; none by default."""
        return {}

    def leaks(self, train: Part, test: Part) -> list[Any]:
        """Leaks between the two parts that this kind of data can show; none by default."""
        return []

    def naming(self, X: Any) -> dict[str, list[str]]:
        """Columns that say which example an answer is about, beside the answer; none as a rule."""
        return {}

    def fingerprint(self, X: Any, y: np.ndarray) -> str:
        """Hash of the training data, for the receipt; empty where the kind of data has none."""
        return saving.hash_arrays({"X": np.asarray(X), "y": np.asarray(y, dtype=str)})
