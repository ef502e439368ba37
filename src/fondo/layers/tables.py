"""Layers for tables that Keras lacks: numbers and codes as vectors, many members in one network.

How a network is put together from them is in `networks.tables`; how edges are found, in `data`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.layers.base import Layer, config_of, named_initializer, serializable, spawn_seeds
from fondo.layers.drawing import Drawn


@serializable
class PiecewiseLinearEmbedding(Layer):  # type: ignore[misc]
    """Number to vector, bending only at given edges.

    Where a plain layer sees one number, the layer behind this one sees how far the number has
    come through each of `bins` neighbouring intervals, so that sharp steps are easy to learn.

        z_t = clip((x - e_t) / (e_{t+1} - e_t), 0, 1)    a bin without width gives 0
        out = relu(x u + sum_t z_t K_t + b)              u, K, b: one set a feature

    Parameters
    ----------
    bins : int, at least 1
        Intervals a feature; a feature with fewer repeats its last edge.
    width : int, at least 1
        Length of the vector that stands for one number.
    seed : int, default=0
        Draws u and b; K starts at zero, so that a fresh layer is smooth.

    Notes
    -----
    (batch, features) -> (batch, features, width). The edges are weights that training leaves
    alone, so that networks of one shape share one compiled program whatever the data; until
    `set_edges` is called they lie evenly between -1 and 1. This is the form of TabM (a linear
    term, K at zero) with a relu behind it, and with every bin cut at both ends.

    References
    ----------
    Gorishniy, Rubachev, Babenko (2022), On Embeddings for Numerical Features in Tabular Deep
    Learning, eq. 1, https://arxiv.org/abs/2203.05556
    """

    def __init__(self, bins: int, width: int, *, seed: int = 0, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.bins, self.width, self.seed = bins, width, seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for (batch, features)."""
        features = input_shape[-1]
        start, seeds = keras.initializers, spawn_seeds(self.seed, 2)
        uniform = [Drawn(start.RandomUniform(-1, 1, seed=seed)) for seed in seeds]
        self.edges = self.add_weight(
            shape=(features, self.bins + 1),
            initializer=lambda shape, dtype: np.broadcast_to(np.linspace(-1, 1, shape[1]), shape),
            trainable=False,
            name="edges",
        )
        self.linear = self.add_weight((features, self.width), uniform[0], name="linear")
        self.kernel = self.add_weight(
            (features, self.bins, self.width), named_initializer("zeros"), name="kernel"
        )
        self.bias = self.add_weight((features, self.width), uniform[1], name="bias")

    def set_edges(self, edges: ArrayLike) -> None:
        """Place the ends of the bins.

        Parameters
        ----------
        edges : array (features, bins + 1)
            Ascending along each row, in the units of the inputs; a repeated edge is an empty bin.
        """
        wanted = np.asarray(edges, dtype="float32")
        if wanted.shape != tuple(self.edges.shape):
            raise BadParameter(
                f"PiecewiseLinearEmbedding(edges of shape {wanted.shape}): edges must have shape "
                f"{tuple(self.edges.shape)} (features, bins + 1). Repeat the last edge to fill up."
            )
        if not (np.isfinite(wanted).all() and (np.diff(wanted, axis=1) >= 0).all()):
            row = int(np.argmin(np.isfinite(wanted).all(1) & (np.diff(wanted) >= 0).all(1)))
            raise BadParameter(
                f"PiecewiseLinearEmbedding(edges): the edges of feature {row} must be finite and "
                "ascending. Sort them, and fill up with the last one."
            )
        self.edges.assign(wanted)

    def call(self, inputs: Any) -> Any:
        """(batch, features) -> (batch, features, width)."""
        ops, x = keras.ops, inputs[:, :, None]  # (B, F, 1)
        low, step = self.edges[:, :-1], self.edges[:, 1:] - self.edges[:, :-1]  # (F, bins)
        # the inner `where` keeps the division, and with it the gradient, finite in an empty bin
        slope = ops.where(step > 0, 1 / ops.where(step > 0, step, 1), 0)
        z = ops.clip((x - low) * slope, 0, 1)  # (B, F, bins)
        bent = ops.einsum("bft,ftw->bfw", z, self.kernel)  # (B, F, width)
        return ops.relu(x * self.linear + bent + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of the output for a shape of the input."""
        return (*input_shape, self.width)

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer; the edges travel with the weights."""
        return config_of(self, "bins", "width", "seed")


@serializable
class PeriodicEmbedding(Layer):  # type: ignore[misc]
    """Number to vector by cosines whose frequencies and phases are learned, the number beside them.

        out = [x, cos(2 pi (f x + p)) K + b]    f, p, K, b: one set a feature

    Parameters
    ----------
    frequencies : int, at least 1
        Cosines a feature.
    width : int, at least 2
        Length of the vector that stands for one number, the number itself included.
    spread : float, above 0, default=0.1
        Standard deviation of the frequencies at the start, in turns for one unit of the input.
    seed : int, default=0
        Draws the weights.

    Notes
    -----
    (batch, features) -> (batch, features, width). The variant without a relu (PBLD), which keeps
    the number itself; Gorishniy et al. (2022) use sine and cosine without phase, then a relu.

    References
    ----------
    Holzmüller, Grinsztajn, Steinwart (2024), Better by Default, section 3,
    https://arxiv.org/abs/2407.04491
    """

    def __init__(
        self, frequencies: int, width: int, *, spread: float = 0.1, seed: int = 0, **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        self.frequencies, self.width, self.spread, self.seed = frequencies, width, spread, seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for (batch, features)."""
        features, count, rest = input_shape[-1], self.frequencies, self.width - 1
        start, seeds = keras.initializers, spawn_seeds(self.seed, 4)
        bound = count**-0.5  # the usual bound for `count` inputs
        normal = start.RandomNormal(0, self.spread, seed=seeds[0])
        phase, kernel, bias = (
            Drawn(start.RandomUniform(-b, b, seed=s))
            for b, s in zip((0.5, bound, bound), seeds[1:], strict=True)
        )
        self.frequency = self.add_weight((features, count), normal, name="frequency")
        self.phase = self.add_weight((features, count), phase, name="phase")
        self.kernel = self.add_weight((features, count, rest), kernel, name="kernel")
        self.bias = self.add_weight((features, rest), bias, name="bias")

    def call(self, inputs: Any) -> Any:
        """(batch, features) -> (batch, features, width)."""
        ops, x = keras.ops, inputs[:, :, None]  # (B, F, 1)
        waves = ops.cos(2 * np.pi * (x * self.frequency + self.phase))  # (B, F, frequencies)
        mixed = ops.einsum("bft,ftw->bfw", waves, self.kernel) + self.bias  # (B, F, width - 1)
        return ops.concatenate([x, mixed], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of the output for a shape of the input."""
        return (*input_shape, self.width)

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self, "frequencies", "width", "spread", "seed")


@serializable
class CodeEmbedding(Layer):  # type: ignore[misc]
    """Codes of several columns to vectors, all columns in one table.

    Parameters
    ----------
    cardinalities : sequence of int, each at least 1
        How many codes each column has; codes run from 0.
    width : int, at least 1
        Length of the vector that stands for one code.
    seed : int, default=0
        Draws the table, evenly between -0.05 and 0.05 as Keras does.

    Notes
    -----
    (batch, columns) -> (batch, columns, width).
    """

    def __init__(
        self, cardinalities: Sequence[int], width: int, *, seed: int = 0, **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        self.cardinalities, self.width, self.seed = list(cardinalities), width, seed

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the table for (batch, columns)."""
        uniform = Drawn(keras.initializers.RandomUniform(seed=self.seed))
        self.table = self.add_weight((sum(self.cardinalities), self.width), uniform, name="table")

    def call(self, inputs: Any) -> Any:
        """(batch, columns) -> (batch, columns, width)."""
        first = np.cumsum([0, *self.cardinalities[:-1]], dtype="int32")  # first row of each column
        codes = keras.ops.clip(inputs, 0, np.asarray(self.cardinalities, dtype="int32") - 1)
        return keras.ops.take(self.table, codes + first, axis=0)  # (B, columns, E)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of the output for a shape of the input."""
        return (*input_shape, self.width)

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        return config_of(self, "cardinalities", "width", "seed")
