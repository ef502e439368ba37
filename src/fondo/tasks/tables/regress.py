"""Predict a number for each row of a table. Classes are in `classify`."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from fondo.contracts import Contract, Either, Made, Word
from fondo.data.splits import Latest
from fondo.data.tables.columns import Columns
from fondo.engine.losses import check_target, is_number_loss, number_objective
from fondo.engine.objective import Objective
from fondo.errors import BadData
from fondo.judge.conformal import half_width
from fondo.judge.metrics import Answers
from fondo.tasks.architecture import MLP
from fondo.tasks.rows import Part
from fondo.tasks.tables.base import SHARED_CONTRACTS, TableTask, missing_target

LARGEST = 1e150  # of a target: its square still fits in float64


class TableRegressor(TableTask):
    """Predict a number for each row of a table with a feed-forward network.

    Parameters
    ----------
    columns : Columns or None, default=None
        How columns are prepared; None takes the defaults of `Columns()`.
    architecture : MLP or None, default=None
        What network is built; None takes the defaults of `MLP()`.
    optimizer : str, keras optimizer or None, default=None
        What moves the weights. None is AdamW with a running average of the weights, which is
        what is kept; a named or given optimizer is taken as it is, without averaging.
    learning_rate : float above 0 or None, default=None
        Step size; None takes 0.002 with the default optimizer, else the optimizer's own.
    loss : {"mse", "mae", "huber", "log_cosh", "msle", "poisson", "quantile:0.9"} or callable, \
default="mse"
        What training makes small; "quantile:q" aims at the q-th quantile. A callable takes
        (truth, prediction) as JAX arrays in the target's own units.
    batch_size : int or None, default=None
        Rows of one training step; None chooses by the number of rows.
    epochs : int, default=100
        Most passes over the training rows.
    patience : int or None, default=12
        Epochs without a better validation loss before training stops; None never stops early.
    validation : float in [0, 1), Latest or None, default=0.15
        Share of the training rows set apart to choose the best epoch, or its latest rows.
    random_state : int, default=0
        Same seed, same data, same machine: same network.

    Attributes
    ----------
    network_ : keras.Model
        Encoded rows -> standardised target (rows, members, 1); yours to take away.
    target_mean_, target_scale_ : float
        Mean and standard deviation of the training targets, in their units.
    residuals_ : array
        Sorted absolute errors of the validation rows, which the intervals rest on.
    history_ : list of dict
        One row an epoch: loss and validation loss, metrics, seconds.
    encoder_ : TableEncoder
        What was learnt of the columns; `dropped_` says what was left out and why.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 200)[:, None]
    >>> TableRegressor(epochs=60).fit(X, 3 * X[:, 0]).score(X, 3 * X[:, 0]) > 0.9
    True
    """

    kind: ClassVar[str] = "number"
    contracts: ClassVar[Mapping[str, Contract]] = SHARED_CONTRACTS | {
        "loss": Either(
            Word("a loss such as 'mse', 'mae' or 'quantile:0.9'", is_number_loss),
            Made("a function of (truth, prediction)", callable),
        ),
    }

    def __init__(
        self,
        *,
        columns: Columns | None = None,
        architecture: MLP | None = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        loss: str | Callable[[Any, Any], Any] = "mse",
        batch_size: int | None = None,
        epochs: int = 100,
        patience: int | None = 12,
        validation: float | Latest | None = 0.15,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.architecture = architecture
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.loss = loss
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.validation = validation
        self.random_state = random_state

    n_outputs: ClassVar[int] = 1

    def check_target(self, y: np.ndarray, fitting: bool) -> np.ndarray:
        owner = type(self).__name__
        try:
            numbers = np.asarray(y, dtype="float64")
        except (TypeError, ValueError):
            wrong = next(v for v in y.tolist() if not _is_number(v))
            raise BadData(
                f"{owner}: the target holds {wrong!r}, which is no number. "
                "Use a classifier for labels, or clean the column."
            ) from None
        missing = np.isnan(numbers)
        if missing.any():
            raise BadData(missing_target(owner, missing, int(missing.sum())))
        large = np.abs(numbers) > LARGEST
        if large.any():
            told = "infinity" if np.isinf(numbers[large][0]) else f"{numbers[large][0]:g}"
            raise BadData(
                f"{owner}: the target of row {int(large.argmax())} is {told}, beyond what can be "
                f"learnt ({LARGEST:g}). Remove that row or correct it, or change the unit."
            )
        if fitting:
            check_target(self.loss, numbers, owner)
        return numbers

    def learn_target(self, y: np.ndarray) -> None:
        self.target_mean_ = float(np.mean(y))
        spread = float(np.std(y))
        self.target_scale_ = spread if spread > 0 else 1.0
        self.residuals_ = np.empty(0)

    def encode_target(self, y: np.ndarray) -> np.ndarray:
        return ((y - self.target_mean_) / self.target_scale_).astype("float32")

    def objective(self) -> Objective:
        owner = type(self).__name__
        return number_objective(self.loss, self.target_mean_, self.target_scale_, owner)

    def decode(self, outputs: np.ndarray) -> Answers:
        """Mean over the members, in the target's units."""
        standard = np.asarray(outputs[:, :, 0], dtype="float64").mean(axis=1)
        return Answers(numbers=standard * self.target_scale_ + self.target_mean_)

    def calibrate(self, held: Part | None, answers: Answers | None) -> None:
        if held is not None and answers is not None:
            self.residuals_ = np.sort(np.abs(held.y - answers.numbers))

    def predict_interval(self, X: Any, coverage: float = 0.9) -> np.ndarray:
        """Interval that holds the target of a new row with the stated probability.

        Parameters
        ----------
        X : table or array (n_rows, ...)
            Rows to predict.
        coverage : float in (0, 1), default=0.9
            Share of new rows whose target should fall inside.

        Returns
        -------
        interval : float array (n_rows, 2)
            Lower and upper end, in the target's units.

        Notes
        -----
        Split conformal prediction: the width is a quantile of the absolute errors on the
        validation rows, so the coverage holds on average over new rows that come from the same
        source as those, not for every kind of row. The same rows chose the best epoch, which
        makes the width a trifle too small.

        References
        ----------
        Lei et al. (2018), Distribution-Free Predictive Inference for Regression, algorithm 2.
        """
        check_is_fitted(self, "network_")
        centre = self.predict(X)
        width = half_width(self.residuals_, coverage)
        return np.column_stack([centre - width, centre + width])


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
