"""Sort pictures into classes. Numbers are in `regress`, points in `keypoints`."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from fondo.contracts import Choice, Contract, Either, Nothing, Real, Table
from fondo.data.splits import Latest
from fondo.judge.metrics import Answers
from fondo.tasks.classes import ClassTarget
from fondo.tasks.images.augment import Augment
from fondo.tasks.images.base import SHARED_CONTRACTS, ImageTask
from fondo.tasks.images.settings import Backbone, ConvNet, Pixels


class ImageClassifier(ClassTarget, ImageTask):
    """Sort pictures into classes with a convolutional network.

    It learns from the pictures alone, with a small residual network, or on top of a backbone that
    has learnt from a million photographs, which is better where there are few pictures of things
    that photographs show.

    Parameters
    ----------
    pictures : Pixels or None, default=None
        How a picture becomes pixels; None takes the defaults of `Pixels()`.
    architecture : ConvNet or None, default=None
        What network is built; None takes the defaults of `ConvNet()`.
    backbone : Backbone or None, default=None
        What stands in front of it in place of that network; None takes none.
    augment : Augment or None, default=None
        How training pictures are changed at random; None takes the defaults of `Augment()`, small
        shifts, turns and changes of light. Features of a frozen backbone are never changed.
    optimizer : str, keras optimizer or None, default=None
        What moves the weights. None is AdamW with a running average of the weights.
    learning_rate : float above 0 or None, default=None
        Step size; None takes 0.002 with the default optimizer, else the optimizer's own.
    class_weight : "balanced", dict from label to weight, or None, default=None
        How much pictures of each class count.
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
    classes_ : array (n_classes,)
        Labels seen by `fit`, sorted.
    form_ : tuple (height, width, channels, fit, crop)
        Form of the pictures that enter the network. Pixels.
    network_ : keras.Model
        Pictures (n, height, width, channels), or features of a frozen backbone, -> logits
        (n, outputs); `whole_network()` always takes pictures.
    history_ : list of dict
        One row an epoch: loss and validation loss (nats), metrics, seconds.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> digits = load_digits()
    >>> X, y = (16 * digits.images[:400]).clip(0, 255).astype("uint8"), digits.target[:400]
    >>> task = ImageClassifier(architecture=ConvNet(kind="plain", filters=(16, 32)), epochs=6)
    >>> task.fit(X, y).score(X, y) > 0.8
    True
    """

    contracts: ClassVar[Mapping[str, Contract]] = SHARED_CONTRACTS | {
        "class_weight": Either(Nothing(), Choice("balanced"), Table(Real(0))),
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
        class_weight: str | Mapping[Any, float] | None = None,
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
        self.class_weight = class_weight
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.validation = validation
        self.random_state = random_state

    def decode(self, outputs: np.ndarray) -> Answers:
        """Probabilities of the classes, and the likeliest label."""
        return super().decode(np.asarray(outputs)[:, None, :])  # one network, no members
