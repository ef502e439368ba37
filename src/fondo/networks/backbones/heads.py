"""What learns from a backbone's maps: a small head, and those of the cookbook's recipes."""

from collections.abc import Iterator, Sequence
from typing import Any

from fondo.backend import keras
from fondo.errors import BadParameter, did_you_mean
from fondo.layers.base import spawn_seeds
from fondo.layers.convolution import Conv2D
from fondo.layers.pooling import MaxPooling2D
from fondo.networks.backbones.start import started

FILTERS = UNITS = 512  # of the recipes' convolutions, and of their dense layer
STEPS_DOWN = ((100, 0.2), (50, 0.1), (10, 0.0))  # units of the flat head, and dropout behind them
KINDS = {"average": 0, "spatial": 1, "spatial_twice": 2, "flat": 0}  # and their convolutions


def head(
    kind: str,
    shape: Sequence[int],
    n_outputs: int,
    seed: int,
    *,
    hidden: int = 0,
    dropout: float = 0.5,
    activation: str | None = "relu",
) -> Any:
    """Network from maps of features to outputs.

    Parameters
    ----------
    kind : {"average", "spatial", "spatial_twice", "flat"}
        "average": each channel's mean, a dense layer if `hidden` asks for one, outputs.
        "spatial": convolution 3 x 3, maximum pooling, dense, outputs (recipes C05-2 to C05-5 and
        C05-7). "spatial_twice": two of these convolutions (C05-6). "flat": dense layers of 512,
        100, 50 and 10 units (C07-2).
    shape : (rows, columns, channels), or (channels,) for "average"
        Of the maps, or of their means.
    n_outputs : int, at least 1
        Logits, or numbers.
    seed : int
        Draws the weights and the dropout.
    hidden : int, default=0
        Units of the dense layer; 0 has none in "average" and 512 elsewhere.
    dropout : float in [0, 1), default=0.5
        Share of units silenced behind the dense layer while training; without one, of the means.
    activation : str or None, default="relu"
        Of the layers of 100, 50 and 10 units of "flat". The recipe has None, with which they add
        nothing to what one layer can do.

    Returns
    -------
    keras.Model
        Takes float32 "features" (batch, ...); returns float32 (batch, outputs).

    Raises
    ------
    BadParameter
        An unknown kind, or means for a head that wants maps.

    Notes
    -----
    Maps of less than 3 x 3 are padded for a convolution; those of one row or column not pooled.

    Examples
    --------
    >>> head("spatial", (9, 9, 512), 1, seed=0).count_params()
    4720129
    """
    _check(kind, shape)
    seeds = iter(spawn_seeds(seed, 8))

    def make() -> Any:
        features = keras.Input(tuple(shape), name="features")
        x = _pooled(features, kind)
        units = hidden or (0 if kind == "average" else UNITS)
        if units:
            x = keras.layers.Dense(units, "relu", name="hidden")(x)
        x = _silenced(x, dropout, seeds, "dropout")
        for number, (fewer, rate) in enumerate(STEPS_DOWN if kind == "flat" else (), start=1):
            x = keras.layers.Dense(fewer, activation, name=f"hidden_{number}")(x)
            x = _silenced(x, rate if dropout else 0.0, seeds, f"dropout_{number}")
        outputs = keras.layers.Dense(n_outputs, name="out")(x)
        return keras.Model(features, outputs, name=f"head_{kind}")

    model = started(make, next(seeds))
    kernel = model.get_layer("out").kernel
    kernel.assign(kernel * 0.5**0.5)  # no ReLU behind it halves what it gives
    return model


def with_auxiliaries(main: Any, auxiliaries: Sequence[Any], weight: float = 0.3) -> Any:
    """Loss of a network that has further outputs half-way, which are left out once it has learnt.

        loss = main + weight (auxiliary 1 + auxiliary 2 + ...)

    Parameters
    ----------
    main : float or array
        Loss of the last output.
    auxiliaries : sequence of float or array
        Losses of the others.
    weight : float, default=0.3
        What they count.

    Returns
    -------
    loss : float or array
        Of the whole.

    References
    ----------
    Szegedy et al. (2014), Going deeper with convolutions, section 5.

    Examples
    --------
    >>> round(with_auxiliaries(1.0, [0.5, 0.25]), 3)
    1.225
    """
    return main + weight * sum(auxiliaries)


def _pooled(x: Any, kind: str) -> Any:
    """Numbers in a row: means of maps, or all cells of what convolutions leave of them."""
    if len(x.shape) == 2:
        return x
    for number in range(1, KINDS[kind] + 1):
        padding = "valid" if min(x.shape[1:3]) >= 3 else "same"
        name = f"convolution_{number}"
        x = Conv2D(FILTERS, 3, padding=padding, activation="relu", name=name)(x)
        if min(x.shape[1:3]) > 1:
            x = MaxPooling2D(2, name=f"pool_{number}")(x)
    if kind == "average":
        return keras.layers.GlobalAveragePooling2D(name="averages")(x)
    return keras.layers.Flatten(name="flat")(x)


def _silenced(x: Any, rate: float, seeds: Iterator[int], name: str) -> Any:
    return keras.layers.Dropout(rate, seed=next(seeds), name=name)(x) if rate else x


def _check(kind: str, shape: Sequence[int]) -> None:
    if kind not in KINDS:
        raise BadParameter(
            f"head(kind={kind!r}): must be one of the heads. {did_you_mean(kind, KINDS)}"
        )
    if len(shape) != 3 and not (kind == "average" and len(shape) == 1):
        raise BadParameter(
            f"head(shape={tuple(shape)}): a head '{kind}' wants maps (rows, columns, channels). "
            "Give the shape of the backbone's output without the batch."
        )
