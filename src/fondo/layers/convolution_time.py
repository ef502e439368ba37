"""Keras' convolution along time, computed on the CPU in the forms that XLA trains fast there.

Same arguments, same weights, same values; the forms are those of pictures one row high.
"""

from typing import Any

from fondo.backend import keras, keras_class
from fondo.layers.base import serializable
from fondo.layers.convolution import covered, form_of
from fondo.layers.convolution_forms import FORMS, Span, depthwise, span

_KerasConv1D: Any = keras_class("layers", "Conv1D")
_KerasDepthwiseConv1D: Any = keras_class("layers", "DepthwiseConv1D")

_ONE = Span(1, 1, 1, 0, 0, 1)  # the one row of a picture that is a stretch of time


@serializable
class Conv1D(_KerasConv1D):  # type: ignore[misc]
    """Keras' Conv1D, trained faster on the CPU.

    Notes
    -----
    (batch, time, channels) -> (batch, places, filters), arguments, weights and configuration of
    `keras.layers.Conv1D`, padding="causal" included; values agree to the rounding of float32 sums.
    With groups, and where `covered` says no, it is Keras' own.
    """

    def call(self, inputs: Any) -> Any:
        """(batch, time, channels) -> (batch, places, filters)."""
        if not covered(inputs, self) or self.groups != 1:
            return super().call(inputs)
        outputs, padding = _in_time(inputs, self)
        kernel = keras.ops.convert_to_tensor(self.kernel)[None]
        time = span(
            outputs.shape[2], self.kernel_size[0], self.strides[0], padding, self.dilation_rate[0]
        )
        if time.places < 1:
            return super().call(inputs)
        name = form_of(inputs.shape[-1], self.filters, _ONE, time)
        return _finished(FORMS[name](outputs, kernel, _ONE, time)[:, 0], self)


@serializable
class DepthwiseConv1D(_KerasDepthwiseConv1D):  # type: ignore[misc]
    """Depthwise convolution along time, trained faster on the CPU.

    Notes
    -----
    (batch, time, channels) -> (batch, places, channels * depth_multiplier); arguments, weights and
    configuration of `keras.layers.DepthwiseConv1D`.
    """

    def call(self, inputs: Any) -> Any:
        """(batch, time, channels) -> (batch, places, channels * multiplier)."""
        if not covered(inputs, self):
            return super().call(inputs)
        size, step = self.kernel_size[0], self.dilation_rate[0]
        time = span(inputs.shape[1], size, self.strides[0], self.padding, step)
        if time.places < 1:
            return super().call(inputs)
        kernel = keras.ops.convert_to_tensor(self.kernel)[None]
        return _finished(depthwise(inputs[:, None], kernel, _ONE, time)[:, 0], self)


def _in_time(inputs: Any, layer: Any) -> tuple[Any, str]:
    """Inputs one row high (batch, 1, time, channels), and the padding that is left to do."""
    if layer.padding != "causal":
        return inputs[:, None], layer.padding
    before = layer.dilation_rate[0] * (layer.kernel_size[0] - 1)
    return keras.ops.pad(inputs, [(0, 0), (before, 0), (0, 0)])[:, None], "valid"


def _finished(sums: Any, layer: Any) -> Any:
    """Bias and activation of a layer."""
    outputs = sums + layer.bias if layer.use_bias else sums
    return outputs if layer.activation is None else layer.activation(outputs)
