"""Groups of settings of the tasks on sounds: samples, spectra, networks, changes in training.

What they are carried out with is in `data.audio`, `layers` and `networks.sounds`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sklearn.base import BaseEstimator

from fondo.contracts import Choice, Contract, Either, Flag, Listed, Nothing, Real, Whole
from fondo.contracts import fraction as share
from fondo.layers.wave_augment import COLOURS, WaveChanges
from fondo.tasks.architecture import ACTIVATIONS


class Waves(BaseEstimator):  # type: ignore[misc]
    """How a sound becomes the samples that enter the network.

    Parameters
    ----------
    rate : int or None, default=None
        Samples a second that every sound is brought to. Hertz. None takes 16,000, or the rate of
        the training sounds where all of them have less.
    seconds : float or None, default=None
        Length that longer sounds are cut to and shorter ones filled up to. None takes what 95 of
        100 training sounds do not exceed, at most 10 s.
    place : {"middle", "start"}, default="middle"
        What is kept of a longer sound, and where a shorter one lies among silence.
    fill : {"zeros", "repeat"}, default="zeros"
        What a shorter sound is filled up with: silence, or itself over and over.
    level : float or None, default=None
        Loudness that every sound is brought to, in decibels under full scale, such as -20; None
        leaves it as it was recorded.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "rate": Either(Nothing(), Whole(100, 384_000, unit="hertz")),
        "seconds": Either(Nothing(), Real(0, 600, open_low=True)),
        "place": Choice("start", "middle"),
        "fill": Choice("zeros", "repeat"),
        "level": Either(Nothing(), Real(-100, 0, unit="decibels")),
    }

    def __init__(
        self,
        *,
        rate: int | None = None,
        seconds: float | None = None,
        place: str = "middle",
        fill: str = "zeros",
        level: float | None = None,
    ) -> None:
        self.rate = rate
        self.seconds = seconds
        self.place = place
        self.fill = fill
        self.level = level


class Spectrum(BaseEstimator):  # type: ignore[misc]
    """What of a sound the network sees: how loud each band of frequencies is, frame by frame.

    All of it is computed on the device, within the network.

    Parameters
    ----------
    kind : {"log_mel", "mfcc", "pcen", "log"}, default="log_mel"
        Decibels of mel bands; cepstra, the cosines of those; mel bands held against what they
        were just before (PCEN); or decibels of every frequency.
    bands : int, default=64
        Mel bands.
    coefficients : int, default=40
        Cepstra, for "mfcc".
    window, hop : float, default=0.032, 0.016
        Length of a frame, and from the start of one to that of the next. Seconds.
    low, high : float, float or None, default=20, None
        Where the lowest band begins and the highest ends. Hertz; None is half the rate.
    span : float or None, default=80
        Most that anything may lie below the loudest of its own sound. Decibels; None for no bound.
    centre : bool, default=True
        Whether the mean of each band over the sound is taken from it, which takes out how loud
        the sound is and what microphone and room make of each band. Not done for averages.
    average : bool, default=False
        Whether the network sees the mean over all frames alone, as a dense network can take it.
    """

    shorthand: ClassVar[str] = "kind"
    contracts: ClassVar[Mapping[str, Contract]] = {
        "kind": Choice("log_mel", "mfcc", "pcen", "log"),
        "bands": Whole(1, 512),
        "coefficients": Whole(1, 512),
        "window": Real(0, 10, open_low=True, unit="seconds"),
        "hop": Real(0, 10, open_low=True, unit="seconds"),
        "low": Real(0, unit="hertz"),
        "high": Either(Nothing(), Real(0, open_low=True, unit="hertz")),
        "span": Either(Nothing(), Real(0, 300, open_low=True, unit="decibels")),
        "centre": Flag(),
        "average": Flag(),
    }

    def __init__(
        self,
        *,
        kind: str = "log_mel",
        bands: int = 64,
        coefficients: int = 40,
        window: float = 0.032,
        hop: float = 0.016,
        low: float = 20.0,
        high: float | None = None,
        span: float | None = 80.0,
        centre: bool = True,
        average: bool = False,
    ) -> None:
        self.kind = kind
        self.bands = bands
        self.coefficients = coefficients
        self.window = window
        self.hop = hop
        self.low = low
        self.high = high
        self.span = span
        self.centre = centre
        self.average = average


class SoundNet(BaseEstimator):  # type: ignore[misc]
    """Network that learns from spectra.

    Parameters
    ----------
    kind : {"time", "residual", "plain", "dense"}, default="time"
        Convolutions over time alone, frequencies being channels: quick, and a band keeps its
        meaning; over time and frequency, in blocks whose input is added to their output or one
        after another; or dense layers, for averages.
    filters : sequence of int or None, default=None
        Channels of each stage, each of which halves its axes. None takes (24, 48, 96), or
        (96, 128, 192) for "time".
    depth : int, default=2
        Residual blocks, or convolutions, of each stage.
    padding : {"same", "valid"}, default="same"
        Whether there are zeros around the spectrum for the convolutions, or none ("time" and
        "plain"; residual blocks need them).
    hidden : sequence of int, default=()
        Units of dense layers behind the convolutions, or of the dense network.
    batch_norm : bool, default=True
        Normalise each convolution over the batch.
    activation : str, default="relu"
        Function of each unit.
    dropout : float in [0, 1), default=0.4
        Share that is silenced behind each dense layer and in front of the last one in training.
    pooling : {"average", "maximum"}, default="average"
        What of the last maps, over all their places, is gone on with.
    l2 : float, default=0
        Penalty on the squares of the kernels.

    References
    ----------
    He, Zhang, Ren, Sun (2016), Deep Residual Learning for Image Recognition, section 3.3.
    """

    shorthand: ClassVar[str] = "kind"
    contracts: ClassVar[Mapping[str, Contract]] = {
        "kind": Choice("time", "residual", "plain", "dense"),
        "filters": Either(Nothing(), Listed(Whole(1, unit="channels"), least=1)),
        "depth": Whole(1, 32, unit="convolutions"),
        "padding": Choice("same", "valid"),
        "hidden": Listed(Whole(1, unit="units")),
        "batch_norm": Flag(),
        "activation": Choice(*ACTIVATIONS),
        "dropout": share(),
        "pooling": Choice("average", "maximum"),
        "l2": Real(0),
    }
    # what a network of convolutions on pictures may set otherwise
    pool: ClassVar[int] = 2
    stage_dropout: ClassVar[float] = 0.0
    flatten: ClassVar[bool] = False

    def __init__(
        self,
        *,
        kind: str = "time",
        filters: Sequence[int] | None = None,
        depth: int = 2,
        padding: str = "same",
        hidden: Sequence[int] = (),
        batch_norm: bool = True,
        activation: str = "relu",
        dropout: float = 0.4,
        pooling: str = "average",
        l2: float = 0.0,
    ) -> None:
        self.kind = kind
        self.filters = filters
        self.depth = depth
        self.padding = padding
        self.hidden = hidden
        self.batch_norm = batch_norm
        self.activation = activation
        self.dropout = dropout
        self.pooling = pooling
        self.l2 = l2


class Distort(BaseEstimator):  # type: ignore[misc]
    """Random changes of each training sound, drawn anew in every epoch; never of others.

    All of them at 0, and `noise` None, is none.

    Parameters
    ----------
    gain : float, default=6
        Most that a sound is made louder or quieter. Decibels.
    shift : float in [0, 1], default=0.1
        Most that it moves either way, as a share of its length, silence coming in.
    speed : float in [0, 1), default=0
        Most that it is played faster or slower, as a share; pitch goes with it.
    pitch : float, default=0
        Most that its bands move up or down. Bands.
    tone : float, default=0
        Most that low, middle or high frequencies are made louder or quieter, as another microphone
        or another voice would. Decibels.
    noise : (float, float) or None, default=None
        Least and most that it lies above added noise. Decibels.
    colour : {"white", "pink", "brown", "any"}, default="any"
        Of the noise.
    room : float, default=0
        Longest echo, in half of the sounds. Seconds to fall by 60 decibels.
    time_gaps, band_gaps : float in [0, 1], default=0.1, 0.15
        Widest of two gaps in the spectrum along time and of two along frequency, as a share
        (SpecAugment).
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "gain": Real(0, 100, unit="decibels"),
        "shift": Real(0, 1),
        "speed": share(),
        "pitch": Real(0, 64, unit="bands"),
        "tone": Real(0, 100, unit="decibels"),
        "noise": Either(Nothing(), Listed(Real(-100, 200, unit="decibels"), least=2, most=2)),
        "colour": Choice(*COLOURS, "any"),
        "room": Real(0, 20, unit="seconds"),
        "time_gaps": Real(0, 1),
        "band_gaps": Real(0, 1),
    }

    def __init__(
        self,
        *,
        gain: float = 6.0,
        shift: float = 0.1,
        speed: float = 0.0,
        pitch: float = 0.0,
        tone: float = 0.0,
        noise: Sequence[float] | None = None,
        colour: str = "any",
        room: float = 0.0,
        time_gaps: float = 0.1,
        band_gaps: float = 0.15,
    ) -> None:
        self.gain = gain
        self.shift = shift
        self.speed = speed
        self.pitch = pitch
        self.tone = tone
        self.noise = noise
        self.colour = colour
        self.room = room
        self.time_gaps = time_gaps
        self.band_gaps = band_gaps

    def changes(self, rate: int) -> WaveChanges:
        """What of it changes samples, as plain numbers for the device."""
        noise: Any = None if self.noise is None else tuple(float(v) for v in self.noise)
        return WaveChanges(
            gain=self.gain, shift=self.shift, speed=self.speed, tone=self.tone, room=self.room,
            noise=noise, colour=self.colour, share=0.5, rate=float(rate),
        )  # fmt: skip


def no_distortion() -> Distort:
    """Settings under which nothing is changed."""
    return Distort(gain=0.0, shift=0.0, time_gaps=0.0, band_gaps=0.0)
