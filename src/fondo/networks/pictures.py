"""Convolutional networks on pictures that learn from the pictures alone: sizes in, keras.Model out.

Networks that have learnt from a million photographs before are in `backbones`; those that take
pixels without their places in `images`.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from fondo.backend import keras
from fondo.layers.base import named_initializer, spawn_seeds
from fondo.layers.convolution import Conv2D
from fondo.layers.drawing import plain
from fondo.layers.equalize import EQUALIZERS
from fondo.layers.pooling import MaxPooling2D

FILTERS = (32, 64, 128)
LARGE = 48  # pixels a side, on average; larger pictures are halved by the first convolution
SMALLEST = 4  # pixels a side of the maps of the last stage, where the filters are not given
MOMENTUM = 0.9  # of batch statistics: small sets make few steps


class Shape(Protocol):
    """What the network is made of; `tasks.images.settings.ConvNet` documents each."""

    kind: str
    filters: Any
    depth: int
    pool: Any
    padding: str
    hidden: Any
    flatten: bool
    batch_norm: bool
    activation: str
    dropout: float
    stage_dropout: float
    l2: float


def conv_network(
    size: tuple[int, int, int], n_outputs: int, shape: Shape, *, seed: int,
    equalize: str | None = None, beside: int = 0,
) -> Any:  # fmt: skip
    """Network from pictures to one number an output.

    Parameters
    ----------
    size : (height, width, channels)
        Of the pictures.
    n_outputs : int
        Logits, or numbers.
    shape : Shape
        Stages, filters, dense layers.
    seed : int
        Draws the weights and the dropout.
    equalize : one of `layers.equalize.EQUALIZERS` or None, default=None
        What makes the light of pictures alike first. In training it is left to the step that
        changes pictures at random, which comes before the network.
    beside : int, default=0
        Numbers that enter beside the picture: they join what the convolutions found, in front of
        the dense layers and once more in front of the last of them.

    Returns
    -------
    keras.Model
        Takes uint8 or float32 (batch, height, width, channels), 0 to 255, with `beside` also
        "beside" (batch, numbers); returns float32 (batch, outputs).
    """
    parts = Parts(shape, seed)
    pictures = keras.Input(size, name="pictures")  # bytes become float32 as they enter
    x = pictures
    if equalize is not None:
        x = EQUALIZERS[equalize][0](done_in_training=True, name="equalized")(pictures)
    x = keras.layers.Rescaling(1 / 255, name="scaled")(x)
    if shape.kind == "plain":
        x = plain_stages(x, parts, shape.filters or default_filters(size))
    else:
        x = residual_stages(x, parts, shape.filters or default_filters(size))
    if shape.flatten:
        x = keras.layers.Flatten(name="flat")(x)
    else:
        x = keras.layers.GlobalAveragePooling2D(name="averages")(x)
    numbers = keras.Input((beside,), name="beside") if beside else None
    if beside and shape.hidden:
        x = keras.layers.Concatenate(name="maps_and_numbers")([x, numbers])
    for number, units in enumerate(shape.hidden, start=1):
        x = parts.dense(x, units, f"hidden_{number}", shape.activation)
    x = parts.dropout(x, shape.dropout, "dropout")
    if beside:
        x = keras.layers.Concatenate(name="with_numbers")([x, numbers])
    outputs = parts.dense(x, n_outputs, "out", None)
    return plain(
        keras.Model({"pictures": pictures, "beside": numbers} if beside else pictures, outputs)
    )


def pictures_alone(network: Any) -> Any:
    """Network of `conv_network` whose numbers beside the picture are all 0.

    Parameters
    ----------
    network : keras.Model
        Takes "pictures" and "beside".

    Returns
    -------
    keras.Model
        Takes pictures alone; shares the weights.
    """
    pictures, numbers = network.input["pictures"], network.input["beside"]
    averages = keras.layers.GlobalAveragePooling2D(name="of_no_matter")(pictures)
    none = keras.layers.Dense(
        numbers.shape[-1], use_bias=False, kernel_initializer="zeros", trainable=False, name="zero"
    )(averages)
    entering = {"pictures": pictures, "beside": none}
    return keras.Model(pictures, network._run_through_graph(entering, lambda layer: layer))


def default_filters(size: tuple[int, int, int]) -> tuple[int, ...]:
    """Channels of the stages of a network on pictures of this size.

    Examples
    --------
    >>> default_filters((28, 28, 1)), default_filters((8, 8, 1)), default_filters((64, 64, 3))
    ((32, 64, 128), (32, 64), (32, 64, 128))
    """
    side = min(size[0], size[1])
    stages = 1
    while stages < len(FILTERS) and side >> stages >= SMALLEST:
        stages += 1
    return FILTERS[:stages]


class Parts:
    """Layers of one network, each with a seed of its own."""

    def __init__(self, shape: Shape, seed: int) -> None:
        self.shape = shape
        self._seeds: Iterator[int] = iter(spawn_seeds(seed, 512))

    def draw(self) -> int:
        """Seed of one layer."""
        return next(self._seeds)

    def convolution(
        self, x: Any, filters: int, name: str, *, kernel: int = 3, strides: int = 1,
        padding: str = "same", activation: bool = True,
    ) -> Any:  # fmt: skip
        """Convolution, normalised over the batch and put through the activation."""
        normalised = self.shape.batch_norm
        x = Conv2D(
            filters, kernel, strides=strides, padding=padding, use_bias=not normalised,
            activation=None if normalised or not activation else self.shape.activation,
            kernel_initializer=named_initializer("he_normal", self.draw()),
            kernel_regularizer=self.penalty, name=name,
        )(x)  # fmt: skip
        if normalised:
            x = keras.layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_normalised")(x)
            if activation:
                x = keras.layers.Activation(self.shape.activation, name=f"{name}_active")(x)
        return x

    def dense(self, x: Any, units: int, name: str, activation: str | None) -> Any:
        """Dense layer."""
        draw = "glorot_uniform" if activation is None else "he_normal"
        return keras.layers.Dense(
            units, activation, kernel_initializer=named_initializer(draw, self.draw()),
            kernel_regularizer=self.penalty, name=name,
        )(x)  # fmt: skip

    def dropout(self, x: Any, rate: float, name: str) -> Any:
        """Dropout; nothing where the rate is 0."""
        if not rate:
            return x
        return keras.layers.Dropout(rate, seed=self.draw(), name=name)(x)

    @property
    def penalty(self) -> Any:
        """Penalty on kernels, if any."""
        return keras.regularizers.L2(self.shape.l2) if self.shape.l2 else None


def residual_stages(x: Any, parts: Parts, filters: Any) -> Any:
    """Stages of residual blocks; every stage but the first halves height and width."""
    large = x.shape[1] * x.shape[2] > LARGE * LARGE
    x = parts.convolution(x, filters[0], "stem", strides=2 if large else 1)
    for stage, channels in enumerate(filters, start=1):
        for block in range(1, parts.shape.depth + 1):
            halved = 2 if stage > 1 and block == 1 else 1
            x = _block(x, parts, channels, halved, f"stage_{stage}_block_{block}")
        x = parts.dropout(x, parts.shape.stage_dropout, f"stage_{stage}_dropout")
    return x


def _block(x: Any, parts: Parts, channels: int, strides: int, name: str) -> Any:
    """Two convolutions whose result is added to what came in."""
    short = x
    if strides > 1 or x.shape[-1] != channels:
        short = parts.convolution(
            x, channels, f"{name}_short", kernel=1, strides=strides, activation=False
        )
    x = parts.convolution(x, channels, f"{name}_1", strides=strides)
    x = parts.convolution(x, channels, f"{name}_2", activation=False)
    x = keras.layers.Add(name=f"{name}_sum")([x, short])
    return keras.layers.Activation(parts.shape.activation, name=f"{name}_active")(x)


def plain_stages(x: Any, parts: Parts, filters: Any) -> Any:
    """Stages of convolutions, each ending in maximum pooling."""
    shape = parts.shape
    for stage, channels in enumerate(filters, start=1):
        for number in range(1, shape.depth + 1):
            without = (
                shape.padding == "valid"
                or (shape.padding == "first valid" and stage == number == 1)
                or (shape.padding == "last valid" and number == shape.depth)
            )
            name = f"stage_{stage}_convolution_{number}"
            padding = "valid" if without else "same"
            x = parts.convolution(x, channels, name, padding=padding)
        pool = shape.pool if isinstance(shape.pool, int) else (*shape.pool, 1)[stage - 1]
        if 1 < pool <= min(x.shape[1], x.shape[2]):
            x = MaxPooling2D(pool, name=f"stage_{stage}_pool")(x)
        x = parts.dropout(x, shape.stage_dropout, f"stage_{stage}_dropout")
    return x
