"""Read numbers off each picture, such as a steering angle. Points are in `keypoints`."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from fondo.contracts import Contract, Either, Made, Word
from fondo.data.splits import Latest
from fondo.engine.losses import is_number_loss
from fondo.errors import BadParameter
from fondo.judge.baselines import commonest, previous
from fondo.judge.metrics import Answers
from fondo.tasks.images.augment import Augment
from fondo.tasks.images.base import SHARED_CONTRACTS, ImageTask
from fondo.tasks.images.columns import linear_start, standardised, start_linear
from fondo.tasks.images.settings import Backbone, ConvNet, Pixels
from fondo.tasks.numbers import NumberTarget
from fondo.tasks.rows import Part


class ImageRegressor(NumberTarget, ImageTask):
    """Read a number, or several, off each picture with a convolutional network.

    Pictures that follow each other in time must be split by time: neighbours are nearly the same.
    With times the answer "as one picture ago" stands among the baselines. Targets (n,) make it
    answer (n,), targets (n, k) make it answer (n, k): one network learns all of them, each
    standardised by its own mean and standard deviation, and all count alike.

    Parameters
    ----------
    pictures : Pixels or None, default=None
        How a picture becomes pixels; None takes the defaults of `Pixels()`. With columns `beside`
        them the network starts as the straight line of these columns, and learns from there what
        the pictures add.
    architecture : ConvNet or None, default=None
        What network is built; None takes the defaults of `ConvNet()`.
    backbone : Backbone or None, default=None
        What stands in front of it in place of that network; None takes none.
    augment : Augment or None, default=None
        How training pictures are changed at random; None changes brightness and contrast alone,
        since a number may depend on where things are. A flip leaves the number as it is, or
        negates it with `Augment(mirror="negate")`, which several numbers do not allow.
    optimizer : str, keras optimizer or None, default=None
        What moves the weights. None is AdamW with a running average of the weights.
    learning_rate : float above 0 or None, default=None
        Step size; None takes 0.002 with the default optimizer, else the optimizer's own.
    loss : {"mse", "mae", "huber", "log_cosh", "msle", "poisson", "quantile:0.9"} or callable, \
default="mse"
        What training makes small, of several numbers the mean over them; a callable takes (truth,
        prediction) as JAX arrays in the target's own units, (batch,) or (batch, k).
    batch_size : int or None, default=None
        Pictures of one training step; None chooses by their number.
    epochs : int, default=30
        Most passes over the training pictures.
    patience : int or None, default=8
        Epochs without a better validation loss before training stops; None never stops early.
    validation : float in [0, 1), Latest or None, default=0.15
        Share of the training pictures set apart to choose the best epoch, or the latest of them.
    random_state : int, default=0
        Same seed, same data, same machine: same network.

    Attributes
    ----------
    target_names_ : list of str (k,) or None
        Columns of the targets, "target 1" and so on where they had no names; None where a picture
        has one number.
    target_mean_, target_scale_ : float, or float array (k,)
        Mean and standard deviation of the training targets, in their units.
    residuals_ : float array (n_validation,), or (n_validation, k)
        Sorted absolute errors of the validation pictures, which the intervals rest on.
    form_ : tuple (height, width, channels, fit, crop)
        Form of the pictures that enter the network. Pixels.
    network_ : keras.Model
        Pictures, or features of a frozen backbone, -> standardised targets (n, k); k is 1 for one.
    history_ : list of dict
        One row an epoch: loss and validation loss, seconds.

    Examples
    --------
    >>> X = np.random.default_rng(0).integers(0, 255, (200, 8, 8), dtype=np.uint8)
    >>> light = X.mean(axis=(1, 2))
    >>> task = ImageRegressor(augment=Augment(shift=0, zoom=0, brightness=0, contrast=0), epochs=5)
    >>> task.fit(X, light).predict(X[:2]).shape
    (2,)
    >>> corners = X[:, 0, [0, 7]].astype(float)
    >>> task.fit(X, corners).predict(X[:2]).shape
    (2, 2)
    """

    several: ClassVar[str] = "numbers"

    aim_of_change: ClassVar[Any] = "number"
    contracts: ClassVar[Mapping[str, Contract]] = SHARED_CONTRACTS | {
        "loss": Either(
            Word("a loss such as 'mse', 'mae' or 'quantile:0.9'", is_number_loss),
            Made("a function of (truth, prediction)", callable),
        ),
    }

    def __init__(
        self,
        *,
        pictures: Pixels | None = None,
        architecture: ConvNet | None = None,
        backbone: Backbone | None = None,
        augment: Augment | None = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        loss: str | Callable[[Any, Any], Any] = "mse",
        batch_size: int | None = None,
        epochs: int = 30,
        patience: int | None = 8,
        validation: float | Latest | None = 0.15,
        random_state: int = 0,
    ) -> None:
        self.pictures = pictures
        self.architecture = architecture
        self.backbone = backbone
        self.augment = augment
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.loss = loss
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.validation = validation
        self.random_state = random_state

    def learn(self, X: Any, y: np.ndarray) -> None:
        super().learn(X, y)
        if self._beside:
            values = standardised(self._read_beside(X), self.beside_)
            targets = self.encode_target(y).reshape(len(y), -1)
            self.beside_start_ = linear_start(values, targets)

    def network(self) -> Any:
        network = super().network()
        if getattr(self, "beside_start_", None) is not None:
            start_linear(network, self.beside_start_)
        return network

    def default_augment(self) -> Augment:
        return Augment(shift=0.0, rotation=0.0, zoom=0.0)

    @property
    def centre(self) -> float:
        if self.target_names_ is not None:
            return 0.0  # nothing is negated
        return float(-self.target_mean_ / self.target_scale_)

    def change(self) -> Any:
        mirror = None if self.augment is None else self.augment.mirror
        if self.target_names_ is not None and mirror == "negate":
            raise BadParameter(
                f"{type(self).__name__}(augment=Augment(mirror='negate')): nothing says which of "
                f"the {len(self.target_names_)} numbers a mirror turns, so there must be one a "
                "picture. Leave mirror at None and flip at 'none', or fit the number that turns on "
                "its own."
            )
        return super().change()

    def decode(self, outputs: np.ndarray) -> Answers:
        """Numbers in the target's units."""
        return super().decode(np.asarray(outputs)[:, None, :])  # one network, no members

    def fool(self, y: np.ndarray) -> dict[str, Any]:
        return super().fool(y) | (commonest(y) if np.ndim(y) == 1 else {})

    def rivals(self, train: Part, test: Part) -> dict[str, Answers]:
        found = super().rivals(train, test)
        if train.times is not None and test.times is not None:
            found["as one before"] = previous(train.y, train.times, test.y, test.times)
        return found
