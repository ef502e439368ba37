"""Find points in each picture, such as the corners of the eyes. Numbers are in `regress`."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.linear_model import Ridge

from fondo.backend import jnp
from fondo.contracts import Choice, Contract
from fondo.data.splits import Latest
from fondo.engine.examples import Examples
from fondo.engine.objective import Objective
from fondo.errors import BadData
from fondo.judge.answers import point_case
from fondo.judge.metrics import Answers
from fondo.tasks.images.augment import Augment
from fondo.tasks.images.base import SHARED_CONTRACTS, ImageTask
from fondo.tasks.images.forms import from_frame, to_frame
from fondo.tasks.images.settings import Backbone, ConvNet, Pixels
from fondo.tasks.rows import Part, missing_target

FACE = 68  # points of the layout of faces whose mirror images are known
RIDGE = 100.0  # of a linear model on few pixels: the rows are fewer than the pixels


class ImageKeypoints(ImageTask):
    """Find points in each picture, in its own pixels, with a convolutional network.

    Parameters
    ----------
    pictures : Pixels or None, default=None
        How a picture becomes pixels; None takes the defaults of `Pixels()`.
    architecture : ConvNet or None, default=None
        What network is built; None takes the defaults of `ConvNet()`.
    backbone : Backbone or None, default=None
        What stands in front of it in place of that network; None takes none.
    augment : Augment or None, default=None
        How training pictures are changed at random, their points with them. None takes the
        defaults of `Augment()`, and flips too where there are the 68 points of a face.
    optimizer : str, keras optimizer or None, default=None
        What moves the weights. None is AdamW with a running average of the weights.
    learning_rate : float above 0 or None, default=None
        Step size; None takes 0.002 with the default optimizer, else the optimizer's own.
    loss : {"mae", "mse", "huber"}, default="mae"
        Of the coordinates, after all were divided by their common spread.
    batch_size : int or None, default=None
        Pictures of one training step; None chooses by their number.
    epochs : int, default=60
        Most passes over the training pictures.
    patience : int or None, default=12
        Epochs without a better validation loss before training stops; None never stops early.
    validation : float in [0, 1), Latest or None, default=0.15
        Share of the training pictures set apart to choose the best epoch, or the latest of them.
    random_state : int, default=0
        Same seed, same data, same machine: same network.

    Attributes
    ----------
    n_points_ : int
        Points of a picture.
    mean_shape_ : float array (2 n_points,)
        Mean of the training points as shares of width (all x) and height (all y).
    network_ : keras.Model
        Pictures, or features of a frozen backbone, -> (n, 2 n_points): all x and then all y,
        minus the mean shape, over `spread_`.

    Notes
    -----
    Targets are (n, k, 2), each (x, y) in pixels of the picture itself, or (n, 2 k), x and y of
    one point after the other. `score` is minus the normalised mean error: the mean distance of
    the points over the square root of the area of the box around the true ones.
    """

    kind: ClassVar[Any] = "points"
    several: ClassVar[str] = "points"
    aim_of_change: ClassVar[Any] = "points"
    contracts: ClassVar[Mapping[str, Contract]] = SHARED_CONTRACTS | {
        "loss": Choice("mae", "mse", "huber"),
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
        loss: str = "mae",
        batch_size: int | None = None,
        epochs: int = 60,
        patience: int | None = 12,
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

    # ---- targets

    def check_target(self, y: np.ndarray, fitting: bool) -> np.ndarray:
        """Points as (n, 2 k): all x, then all y. Pixels."""
        owner = type(self).__name__
        try:
            values = np.asarray(y.tolist() if y.dtype == object else y, dtype="float64")
        except (TypeError, ValueError):
            raise BadData(
                f"{owner}: the targets are no points. Give an array (n, k, 2) of x and y in pixels."
            ) from None
        if isinstance(y, InOrder):
            return y
        if values.ndim == 2 and values.shape[1] % 2 == 0:
            values = values.reshape(len(values), -1, 2)
        if values.ndim != 3 or values.shape[2] != 2:
            raise BadData(
                f"{owner}: targets must be (n, k, 2) or (n, 2 k), x and y of each point. "
                f"Found shape {values.shape}."
            )
        missing = ~np.isfinite(values).all(axis=(1, 2))
        if missing.any():
            raise BadData(missing_target(owner, missing, int(missing.sum())))
        if not fitting and values.shape[1] != self.n_points_:
            raise BadData(
                f"{owner}: {values.shape[1]} points a picture, but it was trained on "
                f"{self.n_points_}. Give the same points."
            )
        return np.concatenate([values[:, :, 0], values[:, :, 1]], axis=1).view(InOrder)

    def learn_target(self, y: np.ndarray) -> None:
        self.n_points_ = y.shape[1] // 2

    def examples(self, part: Part) -> Examples:
        return Examples(self.encode(part.X), self._shares(part), self.weights(part))

    def learn(self, X: Any, y: np.ndarray) -> None:
        super().learn(X, y)
        shares = self._shares(Part(X, y))
        self.mean_shape_ = shares.mean(axis=0)
        self.spread_ = float(np.sqrt(shares.var(axis=0).mean())) or 1.0

    def _shares(self, part: Part) -> np.ndarray:
        """Points (n, 2 k) as shares of the frame, all x and then all y."""
        placed = to_frame(_pairs(np.asarray(part.y)), _sizes(part.X), self.form)
        return np.asarray(_flat(placed), np.float32)

    def encode_target(self, y: np.ndarray) -> np.ndarray:
        raise NotImplementedError("points are encoded with their pictures, in `examples`")

    @property
    def n_outputs(self) -> int:
        return 2 * int(self.n_points_)

    def objective(self) -> Objective:
        mean, spread, loss = jnp.asarray(self.mean_shape_), self.spread_, self.loss

        def distance(target: Any, outputs: Any) -> Any:
            gap = jnp.abs((target - mean) / spread - outputs)
            if loss == "mse":
                return (gap**2).mean(axis=-1)
            if loss == "huber":
                return jnp.where(gap < 1, 0.5 * gap**2, gap - 0.5).mean(axis=-1)
            return gap.mean(axis=-1)

        told = hashlib.sha256(np.asarray(self.mean_shape_).tobytes()).hexdigest()
        return Objective(distance, key=f"points {loss} {spread!r} {told}")

    def decode(self, outputs: np.ndarray) -> Answers:
        """Points (n, 2 k) as shares of the frame."""
        shares = np.asarray(outputs, np.float64) * self.spread_ + np.asarray(self.mean_shape_)
        return Answers(numbers=shares)

    def in_units(self, answers: Answers, X: Any) -> Answers:
        placed = from_frame(_pairs(np.asarray(answers.numbers)), _sizes(X), self.form)
        return Answers(numbers=_flat(placed), note=answers.note)

    def predict(self, X: Any) -> np.ndarray:
        """Points of each picture (n, k, 2): x and y in its own pixels."""
        return _pairs(super().predict(X))

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Minus the normalised mean error: 0 is perfect."""
        X, y = self.read(X, y)
        errors = point_case(np.asarray(y), self.answers(X)).guess
        return -float(np.average(errors, weights=sample_weight))

    # ---- beside it

    def default_augment(self) -> Augment:
        mirror = face_mirror() if self.n_points_ == FACE else None
        return Augment(flip="none" if mirror is None else "horizontal", mirror=mirror)

    def change(self) -> Any:
        chosen = self.augment or self.default_augment()
        flips = chosen.flip in ("horizontal", "both")
        if flips and not self.frozen:
            self._check_mirror(chosen.mirror)
        return super().change()

    def _check_mirror(self, mirror: Any) -> None:
        count = self.n_points_
        if isinstance(mirror, str) or mirror is None or sorted(mirror) != list(range(count)):
            raise BadData(
                f"{type(self).__name__}(augment=Augment(mirror={mirror!r})): a flip puts points on "
                f"the other side, so mirror must name the partner of each of the {count} points, "
                "counted from 0. Give it, or leave flip at 'none'."
            )

    def rivals(self, train: Part, test: Part) -> dict[str, Answers]:
        """A linear model on pictures of 16 x 16 pixels."""
        small = [self.thumbs(part.X) for part in (train, test)]
        model = Ridge(alpha=RIDGE).fit(small[0], self._shares(train))
        found = Answers(numbers=model.predict(small[1]).astype("float64"))
        return {"linear": self.in_units(found, test.X)}


class InOrder(np.ndarray):
    """Points that were checked and brought to the order all x, then all y."""


def _pairs(flat: np.ndarray) -> np.ndarray:
    """(n, 2 k), all x and then all y, as (n, k, 2)."""
    half = flat.shape[1] // 2
    return np.stack([np.asarray(flat)[:, :half], np.asarray(flat)[:, half:]], axis=2)


def _flat(pairs: np.ndarray) -> np.ndarray:
    """(n, k, 2) as (n, 2 k), all x and then all y."""
    return np.concatenate([pairs[:, :, 0], pairs[:, :, 1]], axis=1)


def _sizes(album: Any) -> np.ndarray:
    survey = album.pictures.survey()
    return np.stack([survey.heights, survey.widths], axis=1)


def face_mirror() -> tuple[int, ...]:
    """Partner of each of the 68 points of a face in a mirror, counted from 0.

    The layout is that of the 300-W annotations: jaw 0 to 16, brows 17 to 26, nose 27 to 35, eyes
    36 to 47, mouth 48 to 67.

    Examples
    --------
    >>> mirror = face_mirror()
    >>> mirror[0], mirror[8], mirror[36], all(mirror[mirror[k]] == k for k in range(68))
    (16, 8, 45, True)
    """
    sums = [(0, 16, 16), (17, 26, 43), (31, 35, 66), (48, 54, 102), (55, 59, 114),
            (60, 64, 124), (65, 67, 132)]  # fmt: skip
    mirror = list(range(FACE))
    for first, last, total in sums:
        for point in range(first, last + 1):
            mirror[point] = total - point
    for left, right in ((36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)):
        mirror[left], mirror[right] = right, left
    return tuple(mirror)
