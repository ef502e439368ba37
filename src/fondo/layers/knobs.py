"""Dropout and penalties whose strength is a number that a compiled program takes as an argument.

Keras bakes them in as constants, so that every other rate would be another program. The engine
finds what is listed in `knobs`, see `engine.knobs`.
"""

from typing import Any, ClassVar

from fondo.backend import keras, keras_class
from fondo.layers.base import serializable

_KerasDropout: Any = keras_class("layers", "Dropout")
_Regularizer: Any = keras_class("regularizers", "Regularizer")


@serializable
class Dropout(_KerasDropout):  # type: ignore[misc]
    """Keras' Dropout, whose rate may be traced.

    Silences each input with chance `rate` while training, and divides the rest by 1 - rate.

    Notes
    -----
    Takes and gives any shape. The arguments are those of `keras.layers.Dropout`.
    """

    knobs: ClassVar[tuple[str, ...]] = ("rate",)

    def __init__(self, rate: float, **keywords: Any) -> None:
        super().__init__(rate or 0.5, **keywords)  # for 0, Keras would leave the generator out
        self.rate = rate

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Inputs with some silenced in training; else as they are."""
        if not training:
            return inputs
        wanted, ops = self.noise_shape or inputs.shape, keras.ops
        shape = [n if m is None else m for n, m in zip(inputs.shape, wanted, strict=True)]
        kept = keras.random.uniform(shape, seed=self.seed_generator) < 1 - self.rate
        return ops.where(kept, inputs / (1 - self.rate), ops.zeros_like(inputs))


@serializable
class Penalty(_Regularizer):  # type: ignore[misc]
    """Penalty on weights, whose strengths may be traced.

        l1 sum |w| + l2 sum w^2

    Parameters
    ----------
    l1, l2 : float, at least 0, default=0
        As `keras.regularizers.L1L2`: no factor 1/2. One that is 0 here costs nothing, and is no
        knob.
    """

    knobs: tuple[str, ...] = ("l1", "l2")

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = l1, l2
        self.knobs = tuple(name for name in ("l1", "l2") if getattr(self, name))

    def __call__(self, x: Any) -> Any:
        """Penalty of one array of weights, a scalar."""
        ops, terms = keras.ops, []
        if "l1" in self.knobs or self.l1:
            terms.append(self.l1 * ops.sum(ops.absolute(x)))
        if "l2" in self.knobs or self.l2:
            terms.append(self.l2 * ops.sum(ops.square(x)))
        return sum(terms, ops.zeros(()))

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild it."""
        return {"l1": float(self.l1), "l2": float(self.l2)}
