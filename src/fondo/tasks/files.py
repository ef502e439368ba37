"""Tasks whose examples are files, a picture or a sound each: read, checked, told apart.

What a network is given of a file is left to the tasks: `images.base`, `audio.base`.
"""

import hashlib
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl

from fondo.data.samples import read_source
from fondo.data.splits import time_numbers
from fondo.data.tables.frames import to_frame
from fondo.data.tables.patterns import column_of
from fondo.errors import BadData
from fondo.tasks.album import Album, broken
from fondo.tasks.base import Task
from fondo.tasks.rows import read_target, wanted_target
from fondo.tasks.run import Run
from fondo.tasks.several import with_names

FEWEST = 2  # examples; one alone shows nothing
MOST_BROKEN = 0.5  # of the files; beyond it something else is wrong


class FileTask(Task):
    """Task whose examples are files; see `ImageTask` and `AudioTask`."""

    item: ClassVar[str] = "picture"
    items: ClassVar[type]  # with `of_places`, `of_array`, `take`, `survey`, `fingerprint`
    column_of_files: ClassVar[Callable[[pl.DataFrame], str | None]]

    # ---- reading

    def read(self, X: Any, y: Any = None, *, fitting: bool = False) -> tuple[Any, Any]:
        """Files as an album, and targets as an array; both checked.

        X is a folder of class folders, a table with a column of paths, a list of paths, an array
        with an example in each row, or an album. Files that cannot be read are an error; `fit`
        leaves them out with a warning.
        """
        owner, items = type(self).__name__, f"{self.item}s"
        album, y = self._album(X, y, fitting)
        if len(album) == 0:
            raise BadData(f"{owner}: there are no {items}. Give at least one.")
        target = None if y is None else np.asarray(with_names(y))
        if fitting and target is None:
            wanted_target(self, target)
        if target is not None and len(target) != len(album):
            raise BadData(
                f"{owner}: {len(album)} {items} but {len(target)} targets. Give one a {self.item}."
            )
        if faults := album.items.survey().faults:
            raise BadData(f"{owner}: {broken(faults, len(album), items)}")
        return album, read_target(self, y, len(album), fitting)

    @classmethod
    def _album(cls, X: Any, y: Any, fitting: bool) -> tuple[Album, Any]:
        if isinstance(X, Album):
            return X, y
        if isinstance(X, cls.items):
            return Album(X), y
        if isinstance(X, str | Path):
            X = read_source(X)
            y = "label" if y is None and fitting and "label" in X.columns else y
        if isinstance(X, pl.DataFrame | pl.LazyFrame) or hasattr(X, "iloc"):
            return cls._of_frame(to_frame(X), y)
        if isinstance(X, Sequence) and X and all(isinstance(v, str | Path) for v in X):
            return Album(cls.items.of_places([str(v) for v in X])), y  # type: ignore[attr-defined]
        return Album(cls.of_array(X)), y

    @classmethod
    def of_array(cls, X: Any) -> Any:
        """Items of an array with an example in each row."""
        return cls.items.of_array(np.asarray(X), cls.__name__)  # type: ignore[attr-defined]

    @classmethod
    def _of_frame(cls, frame: pl.DataFrame, y: Any) -> tuple[Album, Any]:
        name = cls.column_of_files(frame)
        if name is None:
            raise BadData(
                f"{cls.__name__}: the table has no column of {cls.item} files. "
                f"Its columns are {', '.join(map(repr, frame.columns[:8]))}."
            )
        if isinstance(y, str):
            y = column_of(frame, y)
        places = frame[name].to_list()
        gaps = [row for row, place in enumerate(places) if place is None]
        if gaps:
            raise BadData(
                f"{cls.__name__}: column {name!r}, row {gaps[0]}: there is no {cls.item}. "
                "Remove such rows."
            )
        return Album(cls.items.of_places(places), frame), y  # type: ignore[attr-defined]

    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        groups: Any = None,
        validation_data: tuple[Any, Any] | None = None,
        run: Run | None = None,
    ) -> Self:
        album, y = self._album(X, y, True)
        mask, faults = self.usable(album)
        if faults:
            told = broken(dict(enumerate(faults)), len(album), f"{self.item}s")
            if len(faults) > MOST_BROKEN * len(album):
                raise BadData(f"{type(self).__name__}: {told}")
            warnings.warn(f"{type(self).__name__}: left out, {told}", UserWarning, stacklevel=2)
            good = np.flatnonzero(mask)
            album = album.take(good)
            y, sample_weight, groups = (
                None if part is None else np.asanyarray(part)[good]
                for part in (with_names(y), sample_weight, groups)
            )
        return super().fit(
            album, y, sample_weight, groups=groups, validation_data=validation_data, run=run
        )

    @classmethod
    def usable(cls, X: Any) -> tuple[np.ndarray, list[str]]:
        """Which rows of a table can be read (n_rows,), and why the others cannot."""
        album, _ = cls._album(X, None, False)
        faults = album.items.survey().faults
        mask = np.ones(len(album), bool)
        mask[list(faults)] = False
        return mask, [faults[row] for row in sorted(faults)]

    def take(self, X: Any, rows: np.ndarray) -> Any:
        return X.take(rows)

    def n_rows(self, X: Any) -> int:
        return len(X)

    def times(self, X: Any, column: str) -> np.ndarray:
        if X.columns is None:
            return super().times(X, column)
        return time_numbers(column_of(X.columns, column, ordered=True))

    def learn(self, X: Any, y: np.ndarray) -> None:
        if len(X) < FEWEST:
            raise BadData(
                f"{type(self).__name__}: there is nothing to learn from {len(X)} {self.item} "
                f"(n_samples={len(X)}). Give at least {FEWEST}, better some hundreds."
            )
        self.learn_files(X)
        self.learn_target(y)

    def learn_files(self, X: Album) -> None:
        """Learn from the training files what encoding needs."""

    def learn_target(self, y: np.ndarray) -> None:
        """Learn what encoding and decoding the target need."""

    # ---- looking inside

    def fingerprint(self, X: Any, y: np.ndarray) -> str:
        target = hashlib.sha256(np.asarray(y, dtype=str).tobytes()).hexdigest()
        return hashlib.sha256(f"{X.items.fingerprint()}{target}".encode()).hexdigest()

    def naming(self, X: Any) -> dict[str, list[str]]:
        return {self.item: list(X.items.places)}

    @property
    def explained_columns(self) -> list[str]:
        """Columns of a table that the network sees: none, it sees files."""
        return []
