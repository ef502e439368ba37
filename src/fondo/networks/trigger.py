"""Networks that listen step by step for a word: features (time, bands) in, one logit a step out.

All are causal: a step hears what came before it, so that scores can be had as sound comes in. The
same networks in NumPy alone, on a stream, are in `tasks.audio.standalone`.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fondo.backend import keras
from fondo.errors import BadParameter, did_you_mean
from fondo.layers.base import named_initializer, spawn_seeds
from fondo.layers.convolution_time import Conv1D, DepthwiseConv1D
from fondo.layers.drawing import plain
from fondo.layers.recurrent import GRU, Orthogonal

MOMENTUM = 0.99  # of batch statistics
DILATIONS = (1, 2, 4, 8, 1, 2, 4, 8)  # of the blocks of "dilated": 1.8 s at steps of 20 ms


def trigger_network(
    kind: str,
    size: tuple[int | None, int],
    *,
    dropout: float,
    reset_after: bool,
    seed: int,
    members: int = 1,
) -> Any:
    """Network of a trigger word.

    Parameters
    ----------
    kind : {"gru", "notes", "dilated", "separable"}
        "notes": a convolution over 15 steps with a stride of 4, two GRUs of 128 units; 522,561
        parameters on 101 bands with `reset_after=False`. "gru": the same in small, 5 steps with a
        stride of 2 and two GRUs of 64. "dilated": residual convolutions that see further and
        further back. "separable": the same with a filter a channel and products between channels.
    size : (steps or None, bands)
        Of the features of a clip; None for clips of any length.
    dropout : float in [0, 1)
        Share of units that is silenced in training, behind each part.
    reset_after : bool
        Which of the two units `layers.recurrent` tells apart; the notes' count needs False.
    seed : int
        Draws weights and dropout.
    members : int, default=1
        Networks side by side that share nothing but what they hear.

    Returns
    -------
    keras.Model
        (batch, steps, bands) -> logits (batch, scores, members); see `score_steps`.

    Raises
    ------
    BadParameter
        There is no such kind.

    References
    ----------
    Ng (2018), Sequence Models, week 3, "Trigger word detection", for "notes". Coucke et al. (2019),
    Efficient keyword spotting using dilated convolutions and gating, for "dilated". Zhang et al.
    (2017), Hello Edge, section 3.2, for "separable".
    """
    if kind not in KINDS:
        raise BadParameter(f"trigger_network(kind={kind!r}): {did_you_mean(kind, KINDS)}")
    seeds = [seed] if members == 1 else spawn_seeds(seed, members)
    each = [_Parts(dropout, reset_after, own) for own in seeds]
    features = keras.Input(size, name="features")
    if members == 1:
        return plain(keras.Model(features, _scores(kind, features, each[0])))
    said = []
    for number, parts in enumerate(each, start=1):
        heard = keras.Input(size, name="features")
        member = keras.Model(heard, _scores(kind, heard, parts), name=f"member_{number}")
        said.append(member(features))
    return plain(keras.Model(features, keras.layers.Concatenate(name="scores")(said)))


def kernel_and_stride(kind: str) -> tuple[int, int]:
    """Steps that the first convolution sees, and moves on by.

    Examples
    --------
    >>> kernel_and_stride("notes")
    (15, 4)
    """
    return (15, 4) if kind == "notes" else (5, 2)


def score_steps(kind: str, steps: int) -> int:
    """Scores that a network gives for so many steps of features.

    Examples
    --------
    >>> score_steps("notes", 5511)
    1375
    """
    kernel, stride = kernel_and_stride(kind)
    return max((steps - kernel) // stride + 1, 0)


def _scores(kind: str, features: Any, parts: "_Parts") -> Any:
    """Logits (batch, scores, 1) of one network."""
    x = KINDS[kind](features, parts)
    start = parts.drawn("glorot_uniform")
    return keras.layers.Dense(1, kernel_initializer=start, name="scores")(x)


class _Parts:
    """Layers of one network, each with a seed of its own."""

    def __init__(self, dropout: float, reset_after: bool, seed: int) -> None:
        self.rate, self.reset_after = dropout, reset_after
        self._seeds: Iterator[int] = iter(spawn_seeds(seed, 128))

    def drawn(self, name: str) -> Any:
        """Initializer with a seed of its own."""
        return named_initializer(name, next(self._seeds))

    def normal(self, x: Any, name: str) -> Any:
        """Normalised over the batch."""
        return keras.layers.BatchNormalization(momentum=MOMENTUM, name=name)(x)

    def active(self, x: Any, name: str) -> Any:
        """ReLU of what was normalised."""
        return keras.layers.Activation("relu", name=f"{name}_active")(
            self.normal(x, f"{name}_normal")
        )

    def dropout(self, x: Any, name: str) -> Any:
        """Dropout; nothing where the rate is 0."""
        if not self.rate:
            return x
        return keras.layers.Dropout(self.rate, seed=next(self._seeds), name=name)(x)

    def first(self, x: Any, filters: int, kernel: int, stride: int) -> Any:
        """The convolution that takes features."""
        x = Conv1D(
            filters, kernel, strides=stride, name="heard",
            kernel_initializer=self.drawn("glorot_uniform"),
        )(x)  # fmt: skip
        return self.active(x, "heard")

    def gru(self, x: Any, units: int, name: str) -> Any:
        """Recurrent units, a state for each step."""
        return GRU(
            units, return_sequences=True, reset_after=self.reset_after, name=name,
            kernel_initializer=self.drawn("glorot_uniform"),
            recurrent_initializer=Orthogonal(next(self._seeds)),
        )(x)  # fmt: skip


def _recurrent(x: Any, parts: _Parts, filters: int, units: int, kind: str) -> Any:
    """A convolution and two layers of recurrent units."""
    x = parts.first(x, filters, *kernel_and_stride(kind))
    x = parts.dropout(x, "heard_dropout")
    x = parts.gru(x, units, "memory_1")
    x = parts.normal(parts.dropout(x, "memory_1_dropout"), "memory_1_normal")
    x = parts.gru(x, units, "memory_2")
    x = parts.normal(parts.dropout(x, "memory_2_dropout"), "memory_2_normal")
    return parts.dropout(x, "memory_dropout")


def _convolutional(x: Any, parts: _Parts, filters: int, *, separable: bool) -> Any:
    """A convolution and residual blocks that see further and further back."""
    x = parts.first(x, filters, *kernel_and_stride("dilated"))
    for number, dilation in enumerate(DILATIONS, start=1):
        name = f"block_{number}"
        before = x
        if separable:
            x = keras.layers.ZeroPadding1D((4 * dilation, 0), name=f"{name}_past")(x)
            x = DepthwiseConv1D(
                5, dilation_rate=dilation, use_bias=False, name=f"{name}_each",
                depthwise_initializer=parts.drawn("he_normal"),
            )(x)  # fmt: skip
            x = parts.active(x, f"{name}_each")
        else:
            x = Conv1D(
                filters, 3, dilation_rate=dilation, padding="causal", use_bias=False,
                name=f"{name}_far", kernel_initializer=parts.drawn("he_normal"),
            )(x)  # fmt: skip
            x = parts.active(x, f"{name}_far")
        x = Conv1D(
            filters, 1, use_bias=False, name=f"{name}_between",
            kernel_initializer=parts.drawn("he_normal"),
        )(x)  # fmt: skip
        x = parts.normal(x, f"{name}_between_normal")
        x = keras.layers.Activation("relu", name=f"{name}_active")(
            keras.layers.Add(name=f"{name}_sum")([before, x])
        )
    return parts.dropout(x, "dropout")


KINDS: dict[str, Callable[[Any, _Parts], Any]] = {
    "gru": lambda x, parts: _recurrent(x, parts, 64, 64, "gru"),
    "notes": lambda x, parts: _recurrent(x, parts, 196, 128, "notes"),
    "dilated": lambda x, parts: _convolutional(x, parts, 64, separable=False),
    "separable": lambda x, parts: _convolutional(x, parts, 96, separable=True),
}
