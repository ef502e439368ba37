"""What every task on tables shares: reading, encoding, classic rivals, leaks, explanations.

What the target means is left to the classifier and the regressor.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import polars as pl
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.utils.validation import validate_data

from fondo.contracts import Contract, Either, Made, Nothing
from fondo.data.fingerprint import fingerprint, row_hashes
from fondo.data.samples import read_source
from fondo.data.splits import Latest
from fondo.data.tables.columns import Columns
from fondo.data.tables.encoder import TableEncoder, bins
from fondo.data.tables.frames import take_rows, to_frame
from fondo.data.tables.patterns import column_of, is_pattern
from fondo.engine.knobs import knobs_of
from fondo.errors import BadData, did_you_mean
from fondo.judge import leaks as leak_checks
from fondo.judge.baselines import fitted
from fondo.judge.metrics import Answers
from fondo.networks.tables import mlp
from fondo.tasks.architecture import MLP, architecture
from fondo.tasks.base import Inputs, Task
from fondo.tasks.codec import settings_to_json
from fondo.tasks.rows import Part, read_target, wanted_target
from fondo.tasks.training import training_contracts

SHARED_CONTRACTS: dict[str, Contract] = {
    "columns": Either(Nothing(), Made("Columns(...)", lambda v: isinstance(v, Columns))),
    "architecture": Either(Nothing(), architecture()),
    **training_contracts("rows"),
}


FEWEST = 2  # rows; one alone has no spread


class TableTask(Task):
    """Task whose examples are rows of a table; see `TableClassifier` and `TableRegressor`."""

    groups: ClassVar[Mapping[str, type]] = {"Columns": Columns, "MLP": MLP, "Latest": Latest}
    setting_groups: ClassVar[Mapping[str, type]] = {"columns": Columns, "architecture": MLP}
    space: ClassVar[Mapping[str, Any]] = {
        "learning_rate": {"low": 5e-4, "high": 1e-2, "log": True},
        "dropout": {"low": 0.02, "high": 0.4},
        "l2": {"low": 1e-7, "high": 1e-3, "log": True},
        "hidden": [(64,), (128, 128), (256, 256)],
    }
    columns: Columns | None
    architecture: MLP | None

    # ---- reading

    def read(self, X: Any, y: Any = None, *, fitting: bool = False) -> tuple[Any, Any]:
        """Table as a polars frame, and targets as an array; both checked."""
        if issparse(X):
            raise BadData(
                f"{type(self).__name__}: sparse input is not supported. Give X.toarray()."
            )
        if isinstance(X, str | Path):
            X = read_source(X)
        is_array = not (isinstance(X, pl.DataFrame | pl.LazyFrame) or hasattr(X, "iloc"))
        if is_array and not isinstance(X, dict):
            return self._read_array(X, y, fitting)
        frame = to_frame(X)
        if isinstance(y, str):
            frame, y = self._take_target(frame, y)
        if fitting:
            self._remember(frame.columns)
        if frame.height == 0:
            raise BadData(f"{type(self).__name__}: the table has no rows. Give at least one.")
        return frame, read_target(self, y, frame.height, fitting)

    def _read_array(self, X: Any, y: Any, fitting: bool) -> tuple[Any, Any]:
        given = {"dtype": None, "ensure_all_finite": False, "reset": fitting}
        if fitting:
            X, y = validate_data(self, X, wanted_target(self, y), **given)
            names = [f"x{i}" for i in range(X.shape[1])]
            self.columns_ = names
        else:
            X = validate_data(self, X, **given)
        frame = to_frame(X, names=list(self.columns_))
        return frame, read_target(self, y, frame.height, fitting)

    def _take_target(self, frame: pl.DataFrame, name: str) -> tuple[pl.DataFrame, Any]:
        if name not in frame.columns:
            raise BadData(
                f"{type(self).__name__}: the table has no target column {name!r}. "
                f"{did_you_mean(name, frame.columns)}"
            )
        return frame.drop(name), frame[name]

    def _remember(self, names: list[str]) -> None:
        self.columns_ = list(names)
        self.n_features_in_ = len(names)
        self.feature_names_in_ = np.array(names, dtype=object)

    def check_target(self, y: np.ndarray, fitting: bool) -> np.ndarray:
        """Targets of the right type, with none missing."""
        raise NotImplementedError

    def take(self, X: Any, rows: np.ndarray) -> Any:
        return take_rows(X, rows)

    def n_rows(self, X: Any) -> int:
        return int(X.height)

    def times(self, X: Any, column: str) -> np.ndarray:
        if column not in X.columns and not is_pattern(X, column):
            raise BadData(
                f"{type(self).__name__}: the table has no time column {column!r}. "
                f"{did_you_mean(column, X.columns)}"
            )
        return np.asarray(column_of(X, column, ordered=True).to_numpy())

    # ---- the four parts, as far as the rows go

    def learn(self, X: Any, y: np.ndarray) -> None:
        if X.height < FEWEST:
            raise BadData(
                f"{type(self).__name__}: there is nothing to learn from {X.height} row "
                f"(n_samples={X.height}). Give at least {FEWEST}, better some hundreds."
            )
        self.encoder_ = TableEncoder(self.columns or Columns()).fit(X)
        self.learn_target(y)
        self.edges_ = self._edges(X)

    def learn_target(self, y: np.ndarray) -> None:
        """Learn what encoding and decoding the target need."""

    def _edges(self, X: Any) -> np.ndarray | None:
        shape = self.architecture or MLP()
        if shape.embedding != "piecewise" or not self.encoder_.names_["numbers"]:
            return None
        return np.asarray(bins(self.encoder_.transform(X), shape.bins), "float32")

    def encode(self, X: Any) -> Inputs:
        inputs: Inputs = self.encoder_.transform(X)
        return inputs

    def network(self) -> Any:
        sizes: dict[str, Any] = {kind: len(n) for kind, n in self.encoder_.names_.items()}
        sizes["categories"] = tuple(self.encoder_.cardinalities_)
        shape = self.architecture or MLP()
        return mlp(sizes, self.n_outputs, shape, edges=self.edges_, seed=self.random_state)

    @property
    def n_outputs(self) -> int:
        """Numbers that the network gives for a row."""
        raise NotImplementedError

    # ---- what many fits have in common

    def encoding_key(self) -> str:
        shape = self.architecture or MLP()
        own = json.loads(super().encoding_key()) | {"architecture": None}
        return json.dumps([own, shape.embedding, shape.bins], sort_keys=True)

    def network_key(self) -> str | None:
        names = {kind: len(found) for kind, found in self.encoder_.names_.items()}
        codes = [int(n) for n in self.encoder_.cardinalities_]
        shape = settings_to_json(self.architecture or MLP())
        shape |= {name: bool(shape[name]) for name in ("dropout", "l1", "l2")}
        key = [names, codes, self.n_outputs, shape, self.edges_ is not None, self.random_state]
        return json.dumps(key, sort_keys=True)

    def renew(self, network: Any) -> None:
        shape = self.architecture or MLP()
        for thing, name in knobs_of(network):
            setattr(thing, name, getattr(shape, "dropout" if name == "rate" else name))
        if self.edges_ is not None:
            network.get_layer("numbers_embedded").set_edges(self.edges_)

    # ---- rivals, leaks, fingerprint

    def rivals(self, train: Part, test: Part) -> dict[str, Answers]:
        plain, categorical = self.encoder_.plain(train.X)
        straight = self._straight(train.X)
        return fitted(
            self.kind,
            train.y,
            encoded=(self._flat(train.X, straight), self._flat(test.X, straight)),
            plain=(plain, self.encoder_.plain(test.X)[0]),
            categorical=categorical,
            seed=self.random_state,
        )

    def _straight(self, X: Any) -> TableEncoder:
        """Encoder that scales numbers in a straight line, as a linear model would want them."""
        columns = clone(self.columns or Columns())
        return TableEncoder(columns.set_params(scale="standard", squash=False)).fit(X)

    def _flat(self, X: Any, straight: TableEncoder) -> np.ndarray:
        """What a linear model sees: the network's inputs, and the numbers in a straight line."""
        inputs = straight.transform(X).get("numbers", np.empty((X.height, 0), "float32"))
        return np.hstack([flat(self.encode(X)), inputs])

    def leaks(self, train: Part, test: Part) -> list[Any]:
        return leak_checks.find_leaks(self.leak_part(train), self.leak_part(test), self.kind)

    def leak_part(self, part: Part) -> leak_checks.Part:
        """Rows as the leak checks want them."""
        named = part.X.with_columns(pl.Series("\0target", part.y))
        columns = {s.name: s.to_numpy() for s in part.X if not _holds_objects(s)}
        return leak_checks.Part(row_hashes(named), columns, part.y, part.times, part.groups)

    def fingerprint(self, X: Any, y: np.ndarray) -> str:
        target = hashlib.sha256(np.asarray(y, dtype=str).tobytes()).hexdigest()
        return hashlib.sha256(f"{fingerprint(X)}{target}".encode()).hexdigest()

    # ---- what explanations ask

    def shuffled(self, X: Any, column: str, order: np.ndarray) -> Any:
        """Rows with the values of one column in another order."""
        return X.with_columns(X[column].gather(order.tolist()).alias(column))

    @property
    def explained_columns(self) -> list[str]:
        """Source columns that the network sees."""
        return list(self.encoder_.feature_names_)

    # ---- saving and scikit-learn

    def learned(self) -> dict[str, Any]:
        encoder = self.encoder_
        del self.encoder_
        try:
            return super().learned() | {"encoder_": {"encoder": encoder.to_json()}}
        finally:
            self.encoder_ = encoder

    def restore(self, learned: Mapping[str, Any]) -> None:
        rest = dict(learned)
        self.encoder_ = TableEncoder.from_json(rest.pop("encoder_")["encoder"])
        super().restore(rest)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _holds_objects(column: pl.Series) -> bool:
    """Whether entries are lists or objects, which no check can compare."""
    return column.dtype.is_nested() or column.dtype in (pl.Object, pl.Binary)


def flat(inputs: Inputs) -> np.ndarray:
    """Numbers and flags side by side, float32 (rows, columns).

    Codes of many categories have no order that a linear model could use; they enter only where
    there is nothing else.
    """
    names: list[str] = [name for name in ("numbers", "flags") if name in inputs]
    names = names or ["categories"]
    return np.hstack([np.asarray(inputs[name], dtype="float32") for name in names])
