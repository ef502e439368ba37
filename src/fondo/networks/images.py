"""Feed-forward networks on the pixels of pictures: sizes in, keras.Model out.

Every pixel is an input of its own; nothing here knows that two of them are neighbours.
"""

from dataclasses import dataclass
from typing import Any

from fondo.backend import keras
from fondo.layers.base import named_initializer, spawn_seeds
from fondo.layers.drawing import plain
from fondo.layers.knobs import Dropout, Penalty


@dataclass(frozen=True)
class PixelShape:
    """What the network is made of, in the order in which a row passes through it.

    Parameters
    ----------
    hidden : tuple of int, default=(1000,)
        ReLU units of each hidden layer.
    batch_norm : bool, default=False
        Whether what the units give is normalised over the batch, behind the ReLU.
    dropout : float in [0, 1) or None, default=None
        Share of what the units give that is silenced in each training step; None leaves the
        layer out, 0 keeps it, so that networks of other rates share its compiled program.
    l1, l2 : float, at least 0, or None, default=None
        Penalties `l1 sum |w| + l2 sum w^2` on the kernels of all layers, the last included. With
        both None there is none; 0 counts as a strength.
    """

    hidden: tuple[int, ...] = (1000,)
    batch_norm: bool = False
    dropout: float | None = None
    l1: float | None = None
    l2: float | None = None


def pixel_mlp(n_pixels: int, n_classes: int, shape: PixelShape | None = None, *, seed: int) -> Any:
    """Classifier of pictures that are rows of pixels.

        h = relu(x W + b);  h = normalised(h);  h = silenced(h);  logits = h V + c

    Parameters
    ----------
    n_pixels, n_classes : int, at least 1
        Inputs and outputs.
    shape : PixelShape or None, default=None
        What lies between them; None takes one layer of 1000 units.
    seed : int
        Draws the weights (Glorot, uniform) and the dropout.

    Returns
    -------
    keras.Model
        Takes float32 (batch, pixels); returns logits (batch, classes).

    Examples
    --------
    >>> pixel_mlp(784, 10, seed=0).count_params()
    795010
    """
    shape = PixelShape() if shape is None else shape
    seeds = iter(spawn_seeds(seed, 1 + 2 * len(shape.hidden)))
    penalised = shape.l1 is not None or shape.l2 is not None
    penalty = Penalty(shape.l1 or 0.0, shape.l2 or 0.0) if penalised else None
    layers = [keras.Input((n_pixels,), name="pixels")]
    for number, width in enumerate(shape.hidden, start=1):
        layers.append(_dense(width, "relu", penalty, next(seeds), f"hidden_{number}"))
        if shape.batch_norm:
            layers.append(keras.layers.BatchNormalization(name=f"normalised_{number}"))
        if shape.dropout is not None:
            name = f"dropout_{number}"
            layers.append(Dropout(shape.dropout, seed=next(seeds), name=name))
    layers.append(_dense(n_classes, None, penalty, next(seeds), "out"))
    return plain(keras.Sequential(layers))


def _dense(units: int, activation: str | None, penalty: Any, seed: int, name: str) -> Any:
    return keras.layers.Dense(
        units,
        activation,
        kernel_initializer=named_initializer("glorot_uniform", seed),
        kernel_regularizer=penalty,
        name=name,
    )
