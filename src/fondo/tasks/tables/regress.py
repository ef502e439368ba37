"""Predict a number for each row of a table. Classes are in `classify`."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fondo.contracts import Contract, Either, Made, Word
from fondo.data.splits import Latest
from fondo.data.tables.columns import Columns
from fondo.engine.losses import is_number_loss
from fondo.tasks.architecture import MLP
from fondo.tasks.numbers import NumberTarget
from fondo.tasks.tables.base import SHARED_CONTRACTS, TableTask


class TableRegressor(NumberTarget, TableTask):
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
