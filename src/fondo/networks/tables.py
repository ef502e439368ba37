"""Feed-forward networks for tables: sizes in, keras.Model out.

How columns become numbers, flags and codes is in `data`; how a network learns, in `engine`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import ArrayLike

from fondo.backend import keras
from fondo.layers.base import named_initializer, spawn_seeds
from fondo.layers.drawing import plain
from fondo.layers.knobs import Dropout, Penalty
from fondo.layers.members import MemberDense, MemberScale
from fondo.layers.tables import CodeEmbedding, PeriodicEmbedding, PiecewiseLinearEmbedding

Sizes = Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """What the network is made of.

    Parameters
    ----------
    hidden : tuple of int, default=(128, 128)
        Neurons of each hidden layer; () gives a linear model.
    activation : str, default="relu"
        As Keras calls it.
    dropout : float in [0, 1), default=0.1
        Share of hidden activations silenced in each training step.
    l1, l2 : float, at least 0, default=0
        Penalties on the kernels of the hidden layers.
    batch_norm : bool, default=False
        Whether each hidden layer is normalised over the batch, ahead of its activation.
    initializer : str, default="glorot_uniform"
        How Keras draws the kernels.
    embedding : "none", "piecewise" or "periodic", default="piecewise"
        What is done to each number first.
    embedding_width : int, default=8
        Length of the vector that stands for one number or one code.
    bins : int, default=32
        Intervals of the piecewise, cosines of the periodic embedding.
    members : int, default=8
        Networks in one: they share the hidden layers, their outputs are to be averaged.
    """

    hidden: tuple[int, ...] = (128, 128)
    activation: str = "relu"
    dropout: float = 0.1
    l1: float = 0.0
    l2: float = 0.0
    batch_norm: bool = False
    initializer: str = "glorot_uniform"
    embedding: Literal["none", "piecewise", "periodic"] = "piecewise"
    embedding_width: int = 8
    bins: int = 32
    members: int = 8


PLAIN = Shape(hidden=(64, 64), dropout=0.0, embedding="none", members=1)


def mlp(
    sizes: Sizes,
    n_outputs: int,
    shape: Any = None,
    *,
    edges: ArrayLike | None = None,
    seed: int = 0,
) -> Any:
    """Feed-forward network whose members share their hidden layers.

    Train it on the mean of the members' losses, not on the loss of their mean; answer with the
    mean of their predictions (of their probabilities, for classes).

        h_m = embed(x) * r_m;  h_m = relu(h_m W_l + b_l) for every l;  out_m = h_m V_m + c_m

    Parameters
    ----------
    sizes : mapping with "numbers", "flags" or "categories"
        How many columns of numbers (scaled to about -3 to 3) and of flags (0 or 1: yes or no,
        missing or not, one-hot) there are, and for each column of codes how many codes it has.
        A kind that is 0, empty or absent is no input of the network.
    n_outputs : int, at least 1
        Classes, or values to predict.
    shape : Shape, default=Shape()
        What the network is made of; anything with the attributes of `Shape` will do.
    edges : array (numbers, bins + 1), default=None
        Ends of the bins of a piecewise embedding, ascending; None leaves them to `set_edges` of
        the layer "numbers_embedded". They are weights: the shape of the network is the same.
    seed : int, default=0
        Draws the weights and the dropout.

    Returns
    -------
    keras.Model
        Takes a dict with those of "numbers" float32 (batch, numbers), "flags" float32
        (batch, flags) and "categories" int32 (batch, columns of codes) that are not empty;
        returns logits or values (batch, members, n_outputs), with members 1 in a plain network.

    References
    ----------
    Gorishniy, Kotelnikov, Babenko (2025), TabM, section 3.3, https://arxiv.org/abs/2410.24210

    Examples
    --------
    >>> plain = Shape(hidden=(64,), embedding="none", members=1)
    >>> mlp({"numbers": 13}, 1, plain).count_params()
    961
    """
    shape = Shape() if shape is None else shape
    seeds = iter(spawn_seeds(seed, 7 + 2 * len(shape.hidden)))
    inputs = _inputs(sizes)
    parts = [_seen(name, given, sizes, shape, seeds) for name, given in inputs.items()]
    x = parts[0] if len(parts) == 1 else keras.layers.Concatenate()(parts)  # (B[, members], F)
    x = _hidden(x, shape, seeds)
    network = plain(keras.Model(inputs, _outputs(x, n_outputs, shape, next(seeds))))
    if edges is not None:
        network.get_layer("numbers_embedded").set_edges(edges)
    return network


def _inputs(sizes: Sizes) -> dict[str, Any]:
    """Inputs by name, those without columns left out."""
    widths = {
        "numbers": (sizes.get("numbers", 0), "float32"),
        "flags": (sizes.get("flags", 0), "float32"),
        "categories": (len(sizes.get("categories", ())), "int32"),
    }
    return {
        name: keras.Input((width,), dtype=dtype, name=name)
        for name, (width, dtype) in widths.items()
        if width
    }


def _seen(name: str, x: Any, sizes: Sizes, shape: Any, seeds: Iterator[int]) -> Any:
    """One input as the hidden layers see it: embedded, and weighed by each member."""
    embedding = _embedding(name, sizes, shape, next(seeds))
    if embedding is not None:
        x = embedding(x)  # (B, F, E)
    if shape.members > 1:  # (B, members, F * E)
        return MemberScale(shape.members, seed=next(seeds), name=f"{name}_by_member")(x)
    return x if embedding is None else keras.layers.Flatten(name=f"{name}_flat")(x)  # (B, F * E)


def _embedding(name: str, sizes: Sizes, shape: Any, seed: int) -> Any:
    """Layer that makes vectors of one input, or None where its columns go in as they are."""
    width, named = shape.embedding_width, f"{name}_embedded"
    if name == "categories":
        return CodeEmbedding(sizes["categories"], width, seed=seed, name=named)
    if name == "flags" or shape.embedding == "none":
        return None
    kind = PiecewiseLinearEmbedding if shape.embedding == "piecewise" else PeriodicEmbedding
    return kind(shape.bins, width, seed=seed, name=named)


def _hidden(x: Any, shape: Any, seeds: Iterator[int]) -> Any:
    """Hidden layers, shared by all members."""
    layers = keras.layers
    penalty = Penalty(shape.l1, shape.l2) if shape.l1 or shape.l2 else None
    for number, width in enumerate(shape.hidden, start=1):
        x = layers.Dense(
            width,
            activation=None if shape.batch_norm else shape.activation,
            kernel_initializer=named_initializer(shape.initializer, next(seeds)),
            bias_initializer=named_initializer("zeros"),
            kernel_regularizer=penalty,
            name=f"hidden_{number}",
        )(x)  # (B[, members], width)
        if shape.batch_norm:
            x = layers.BatchNormalization(name=f"normalised_{number}")(x)
            x = layers.Activation(shape.activation, name=f"activation_{number}")(x)
        if shape.dropout:
            # one mask for all members: as good as one each, and an epoch takes half the time
            mask = (None, 1, None) if shape.members > 1 else None
            named = f"dropout_{number}"
            x = Dropout(shape.dropout, noise_shape=mask, seed=next(seeds), name=named)(x)
    return x


def _outputs(x: Any, n_outputs: int, shape: Any, seed: int) -> Any:
    """Answers of every member: (batch, members, outputs)."""
    start = shape.initializer
    if shape.members > 1:
        return MemberDense(n_outputs, initializer=start, seed=seed, name="out")(x)
    kernel = named_initializer(start, seed)
    zeros = named_initializer("zeros")
    dense = keras.layers.Dense(
        n_outputs, kernel_initializer=kernel, bias_initializer=zeros, name="out"
    )
    out = dense(x)  # (B, C)
    return keras.layers.Reshape((1, n_outputs), name="one_member")(out)
