"""Networks of inverted residual blocks: wide inside, narrow between them.

MobileNetV2 in the layout of torch's files, EfficientNet-lite0 and EfficientNet-B0. They differ in
the table of their blocks, in what lies behind each convolution and in where zeros are added.
"""

from dataclasses import dataclass
from typing import Any

from fondo.backend import keras
from fondo.layers.convolution import Conv2D, DepthwiseConv2D

STEM, LAST = 32, 1280  # channels of the first and of the last convolution


@dataclass(frozen=True)
class Stage:
    """Blocks of one size of map: `repeats` of them, the first with `strides`."""

    expansion: int
    channels: int
    repeats: int
    strides: int
    kernel: int = 3


@dataclass(frozen=True)
class Kind:
    """What is alike in all blocks of a network."""

    activation: str
    epsilon: float  # added to variances
    even: bool  # zeros on both sides, as torch has it; else fewer before than behind
    excited: bool = False  # channels weighted by what is seen of the whole map


MOBILE = (
    Stage(1, 16, 1, 1), Stage(6, 24, 2, 2), Stage(6, 32, 3, 2), Stage(6, 64, 4, 2),
    Stage(6, 96, 3, 1), Stage(6, 160, 3, 2), Stage(6, 320, 1, 1),
)  # fmt: skip
EFFICIENT = (
    Stage(1, 16, 1, 1), Stage(6, 24, 2, 2), Stage(6, 40, 2, 2, 5), Stage(6, 80, 3, 2),
    Stage(6, 112, 3, 1, 5), Stage(6, 192, 4, 2, 5), Stage(6, 320, 1, 1),
)  # fmt: skip


def mobilenet_v2(prepared: Any) -> Any:
    """Maps (height / 32, width / 32, 1280): table 2 of Sandler et al. (2018), MobileNetV2."""
    return _network(prepared, MOBILE, Kind("relu6", 1e-5, even=True))


def efficientnet_lite0(prepared: Any) -> Any:
    """Maps (height / 32, width / 32, 1280): EfficientNet-B0 without squeeze and excitation."""
    return _network(prepared, EFFICIENT, Kind("relu6", 1e-3, even=False))


def efficientnet_b0(prepared: Any) -> Any:
    """Maps (height / 32, width / 32, 1280): table 1 of Tan and Le (2019), EfficientNet.

    Whole blocks are not silenced at random while it learns.
    """
    return _network(prepared, EFFICIENT, Kind("swish", 1e-3, even=False, excited=True))


def _network(x: Any, stages: tuple[Stage, ...], kind: Kind) -> Any:
    x = _convolution(x, STEM, 3, 2, kind, "stem_", "stem_conv")
    for number, stage in enumerate(stages, start=1):
        for turn in range(stage.repeats):
            strides = 1 if turn else stage.strides
            x = _block(x, stage, strides, kind, f"block{number}{chr(ord('a') + turn)}_")
    return _convolution(x, LAST, 1, 1, kind, "top_", "top_conv")


def _block(x: Any, stage: Stage, strides: int, kind: Kind, name: str) -> Any:
    """More channels, a look around in each channel by itself, few channels again."""
    short, channels = x, x.shape[-1]
    if stage.expansion > 1:
        wide = stage.expansion * channels
        x = _convolution(x, wide, 1, 1, kind, f"{name}expand_", f"{name}expand_conv")
    x = _convolution(x, None, stage.kernel, strides, kind, name, f"{name}dwconv")
    if kind.excited:
        x = _excited(x, channels // 4, kind, name)
    x = Conv2D(stage.channels, 1, use_bias=False, name=f"{name}project_conv")(x)
    x = keras.layers.BatchNormalization(epsilon=kind.epsilon, name=f"{name}project_bn")(x)
    if strides == 1 and channels == stage.channels:
        x = keras.layers.Add(name=f"{name}add")([x, short])
    return x


def _convolution(
    x: Any, filters: int | None, kernel: int, strides: int, kind: Kind, prefix: str, name: str
) -> Any:
    """Convolution, normalised and active; of each channel by itself where `filters` is None."""
    padding = "same"
    if kind.even and strides > 1:
        x = keras.layers.ZeroPadding2D(kernel // 2, name=f"{name}_pad")(x)
        padding = "valid"
    keywords = {"strides": strides, "padding": padding, "use_bias": False, "name": name}
    if filters is None:
        x = DepthwiseConv2D(kernel, **keywords)(x)
    else:
        x = Conv2D(filters, kernel, **keywords)(x)
    x = keras.layers.BatchNormalization(epsilon=kind.epsilon, name=f"{prefix}bn")(x)
    return keras.layers.Activation(kind.activation, name=f"{prefix}activation")(x)


def _excited(x: Any, squeezed: int, kind: Kind, name: str) -> Any:
    """Each channel times a number in (0, 1) that is made from the means of all channels."""
    channels = x.shape[-1]
    means = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}se_squeeze")(x)
    means = Conv2D(squeezed, 1, activation=kind.activation, name=f"{name}se_reduce")(means)
    share = Conv2D(channels, 1, activation="sigmoid", name=f"{name}se_expand")(means)
    return keras.layers.Multiply(name=f"{name}se_excite")([x, share])
