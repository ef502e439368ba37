"""Sort rows of a table into classes. Numbers as targets are in `regress`."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fondo.contracts import Choice, Contract, Either, Made, Nothing, Real, Table, Word
from fondo.data.splits import Latest
from fondo.data.tables.columns import Columns
from fondo.engine.losses import CLASS_LOSSES
from fondo.tasks.architecture import MLP
from fondo.tasks.classes import ClassTarget
from fondo.tasks.tables.base import SHARED_CONTRACTS, TableTask


class TableClassifier(ClassTarget, TableTask):
    """Sort rows of a table into classes with a feed-forward network.

    Columns may be numbers, categories, booleans and dates, with values missing; see `Columns`.
    With few rows (under some hundreds) a linear model is often as good: `evaluate` says.

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
    loss : {"cross_entropy", ...} or callable, default="cross_entropy"
        What training makes small; a callable takes (truth, probabilities) of JAX arrays.
    class_weight : "balanced", dict from label to weight, or None, default=None
        How much rows of each class count. Moves the threshold more than the ranking.
    aim : str or None, default=None
        What the threshold of two classes is chosen for, on the validation part: "f1",
        "recall:0.8", "precision:0.9", "cost:1:10" (false alarm : miss). None leaves it at 0.5.
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
    classes_ : array (n_classes,)
        Labels seen by `fit`, sorted.
    threshold_ : float
        Probability of `classes_[1]` from which it is predicted (two classes only).
    network_ : keras.Model
        Encoded rows -> logits (rows, members, outputs); yours to take away.
    history_ : list of dict
        One row an epoch: loss and validation loss (nats), metrics, seconds.
    encoder_ : TableEncoder
        What was learnt of the columns; `dropped_` says what was left out and why.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> TableClassifier(epochs=30).fit(X, y).score(X, y) > 0.9
    True
    """

    contracts: ClassVar[Mapping[str, Contract]] = SHARED_CONTRACTS | {
        "loss": Either(
            Choice(*CLASS_LOSSES), Made("a function of (truth, probabilities)", callable)
        ),
        "class_weight": Either(Nothing(), Choice("balanced"), Table(Real(0))),
        "aim": Either(Nothing(), Word("an aim such as 'f1' or 'recall:0.8'")),
    }

    def __init__(
        self,
        *,
        columns: Columns | None = None,
        architecture: MLP | None = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        loss: str | Callable[[Any, Any], Any] = "cross_entropy",
        class_weight: str | Mapping[Any, float] | None = None,
        aim: str | None = None,
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
        self.class_weight = class_weight
        self.aim = aim
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.validation = validation
        self.random_state = random_state
