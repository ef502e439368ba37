"""Keras' convolutions of pictures, computed on the CPU in forms that XLA trains fast there.

Same arguments, same weights, same values; `form_of` decides how, and `convolution_forms` has the
forms. `convolution_plain` gives a network back in Keras' own layers.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from fondo.backend import jax, keras, keras_class
from fondo.layers.base import serializable
from fondo.layers.convolution_forms import FORMS, Span, depthwise, span

_KerasConv2D: Any = keras_class("layers", "Conv2D")
_KerasDepthwiseConv2D: Any = keras_class("layers", "DepthwiseConv2D")

FEW_CHANNELS = 8  # below this, slices of single channels cost more than the products they feed
SMALLEST_PLACES = 5  # tiles of four by four outputs are mostly padding below it
TILED = (3, 4, 5)  # cells of a window, along an axis, for which tiles were measured to win

Name = Literal["library", "windows", "shifts", "tiles"]


def form_of(channels: int, filters: int, rows: Span, columns: Span) -> Name:
    """Which form a convolution takes on the CPU.

    Parameters
    ----------
    channels, filters : int, at least 1
        Of inputs and outputs.
    rows, columns : Span
        Of the window.

    Returns
    -------
    name : {"windows", "shifts", "tiles"}
        See `convolution_forms`. The batch has no say, so that a picture is answered alike in
        batches of any size.

    Notes
    -----
    Measured within a compiled loop, outputs and both gradients, batch 64, float32, on two busy
    cores of a processor with AVX-512; time as a share of that of windows, shifts / tiles:

        28 x 28, 1 to 64, 3 x 3      1.5 / 5.6
        14 x 14, 6 to 16, 5 x 5      1.2 / 0.7
        32 x 32, 16 to 16, 3 x 3     0.6 / 0.4
        16 x 16, 64 to 64, 3 x 3     0.8 / 0.4
        13 x 13, 64 to 128, 3 x 3    0.9 / 0.6
        12 x 12, 32 to 64, 5 x 5     0.9 / 0.4
        16 x 16, 64 to 64, 2 x 2     1.1 / 1.4
    """
    both = (rows, columns)
    if channels < FEW_CHANNELS or all(axis.size == 1 for axis in both):
        return "windows"
    steady = all(axis.stride == axis.dilation == 1 for axis in both)
    fits = all(axis.size in TILED and axis.places >= SMALLEST_PLACES for axis in both)
    if steady and fits and filters >= FEW_CHANNELS:
        return "tiles"
    return "shifts"


def covered(inputs: Any, layer: Any) -> bool:
    """Whether a layer is computed in forms of ours; where not, it is computed as Keras does.

    Only on the CPU, channels last, in float32; other devices have convolutions of their own.
    """
    return (
        jax.default_backend() == "cpu"
        and layer.data_format == "channels_last"
        and np.dtype(inputs.dtype) == np.float32
        and None not in inputs.shape[1:]
    )


def spans(shape: Sequence[int], layer: Any, size: Sequence[int]) -> tuple[Span, Span]:
    """Spans along rows and columns of a layer's window on pictures of (batch, rows, columns, ...).

    A layer without a `dilation_rate` has none.
    """
    dilations = getattr(layer, "dilation_rate", (1, 1))
    first, second = (
        span(n, k, stride, layer.padding, dilation)
        for n, k, stride, dilation in zip(shape[1:3], size, layer.strides, dilations, strict=True)
    )
    return first, second


def has_places(both: Sequence[Span]) -> bool:
    """Whether the window fits anywhere; where not, Keras says so in its own words."""
    return all(axis.places > 0 for axis in both)


@serializable
class Conv2D(_KerasConv2D):  # type: ignore[misc]
    """Keras' Conv2D, trained several times faster on the CPU.

    Notes
    -----
    (batch, rows, columns, channels) -> (batch, places, places, filters), arguments, weights and
    configuration of `keras.layers.Conv2D`; values agree to the rounding of float32 sums. With
    groups, and where `covered` says no, it is Keras' own.
    """

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Sums before bias and activation: (batch, rows, columns, channels) -> (..., filters)."""
        if not covered(inputs, self) or self.groups != 1:
            return super().convolution_op(inputs, kernel)
        both = spans(inputs.shape, self, self.kernel_size)
        if not has_places(both):
            return super().convolution_op(inputs, kernel)
        name = form_of(inputs.shape[-1], self.filters, *both)
        return FORMS[name](inputs, keras.ops.convert_to_tensor(kernel), *both)


@serializable
class DepthwiseConv2D(_KerasDepthwiseConv2D):  # type: ignore[misc]
    """Keras' DepthwiseConv2D, trained many times faster on the CPU.

    Notes
    -----
    (batch, rows, columns, channels) -> (batch, places, places, channels * depth_multiplier),
    arguments, weights and configuration of `keras.layers.DepthwiseConv2D`. Where `covered` says
    no, it is Keras' own.
    """

    def call(self, inputs: Any) -> Any:
        """(batch, rows, columns, channels) -> (batch, places, places, channels * multiplier)."""
        if not covered(inputs, self):
            return super().call(inputs)
        both = spans(inputs.shape, self, self.kernel_size)
        if not has_places(both):
            return super().call(inputs)
        outputs = depthwise(inputs, keras.ops.convert_to_tensor(self.kernel), *both)
        if self.use_bias:
            outputs = outputs + self.bias
        return outputs if self.activation is None else self.activation(outputs)
