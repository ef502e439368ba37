"""Spectrograms of waves as a layer, on the device and in float32.

In double precision and without Keras they are in `spectrogram_plain`, which has the formulas too.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fondo.backend import jax, jnp, keras, lax
from fondo.contracts import Choice, Either, Flag, Nothing, Real, check_value
from fondo.errors import BadData
from fondo.layers.base import Layer, config_of, serializable
from fondo.layers.spectrogram_plain import Frames, taper_of, weights_of

MOST_SLICES = 16  # shifted copies that frames are put together from; above it they are gathered
AT_ONCE = 1 << 19  # numbers in the frames that are worked on at a time on the CPU: 2 MiB
LOGS = ("log", "db")


@serializable
class Spectrogram(Layer):  # type: ignore[misc]
    """Power of each frequency in each frame of a wave.

        X[t, f] = sum_n taper[n] x[t hop + n] exp(-2 pi i f n / n_fft)
        out[t, f] = weight[f] |X[t, f]|^2                   weight: see `Frames`

    As it stands it is the spectrogram of the course notes on trigger words, for waves of 8000
    samples a second.

    Parameters
    ----------
    window, hop : int
        Samples in a frame; from the start of a frame to that of the next.
    n_fft : int or None, default=None
        Samples that are transformed, zeros behind those of the frame; None for `window`.
    taper : str, default="hann_symmetric"
        As `Frames` has it: "hann", "hamming", "blackman", "rectangular", with "_symmetric" or not.
    scaling : {"density", "spectrum", "power", "magnitude"}, default="density"
        As `Frames` has it.
    rate : float, default=8000
        Samples in a second. Hertz; only "density" needs it.
    centre : bool, default=False
        Whether frame t has sample t hop in its middle, with silence around the wave, so that there
        are samples // hop + 1 frames. Else the first frame begins with the first sample, and there
        are whole frames alone.
    log : {"log", "db"} or None, default=None
        The natural logarithm, or decibels: 10 log10 of powers, 20 log10 of magnitudes.
    floor : float, above 0, default=1e-14
        What is taken for anything below it, before the logarithm; as it stands, about the density
        of the rounding of samples to 16 bits, where they lie between -1 and 1.

    Notes
    -----
    (batch, samples) -> float32 (batch, frames, frequencies); whole numbers are taken as they are,
    not divided by anything.

    The transform is a fast one, even where it is short. Measured within compiled loops on two cores
    of an AMD EPYC, one product of the frames with a matrix of cosines and sines takes 3 times as
    long for 200 samples, 4 for 512 and 11 for 2048; folded about the middle of the frame, which
    halves it, 3, 2.5 and 6; as a convolution 2.5, 3.5 and 10. Frames are slices of the wave put
    side by side, up to 1.5 times as fast there as gathering them by index.

    References
    ----------
    Oppenheim, Schafer (2010), Discrete-Time Signal Processing, sections 10.3 and 10.5

    Examples
    --------
    >>> hum = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)[None]
    >>> layer = Spectrogram()
    >>> power = layer(hum)
    >>> power.shape, [float(f) for f in layer.frames.frequencies()[power[0].argmax(axis=1)][:2]]
    ((1, 98, 101), [1000.0, 1000.0])
    """

    def __init__(
        self,
        window: int = 200,
        hop: int = 80,
        n_fft: int | None = None,
        *,
        taper: str = "hann_symmetric",
        scaling: str = "density",
        rate: float = 8000.0,
        centre: bool = False,
        log: str | None = None,
        floor: float = 1e-14,
        **keywords: Any,
    ) -> None:
        super().__init__(autocast=False, **keywords)  # half precision would not do for a transform
        self.window, self.hop, self.n_fft = window, hop, n_fft
        self.taper, self.scaling, self.rate = taper, scaling, rate
        self.centre, self.log, self.floor = centre, log, floor
        self.frames.check("Spectrogram")
        check_logarithm("Spectrogram", log, floor)
        check_value("Spectrogram", "centre", centre, Flag())

    @property
    def frames(self) -> Frames:
        """How waves are cut and scaled."""
        return Frames(self.window, self.hop, self.n_fft, self.taper, self.scaling, self.rate)

    def call(self, waves: Any) -> Any:
        """(batch, samples) -> float32 (batch, frames, frequencies)."""
        found = spectra(waves, self.frames, self.centre, owner="Spectrogram")
        if self.log is None:
            return found
        return logarithm(found, self.log, self.floor, 20 if self.scaling == "magnitude" else 10)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(batch, samples) -> (batch, frames, frequencies)."""
        return (*frames_shape(input_shape, self.frames, self.centre), self.frames.n_frequencies)

    def compute_output_spec(self, waves: Any) -> Any:
        """Shape of the output, and float32, whatever the layer's precision."""
        return float_spec(self.compute_output_shape(waves.shape))

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the layer."""
        names = ("window", "hop", "n_fft", "taper", "scaling", "rate", "centre", "log", "floor")
        return config_of(self, *names)


def check_logarithm(owner: str, log: str | None, floor: float) -> None:
    """Raise BadParameter for a logarithm that there is not, or a floor that has none."""
    check_value(owner, "log", log, Either(Nothing(), Choice(*LOGS)))
    check_value(owner, "floor", floor, Real(0, open_low=True))


def frames_in(n_samples: int, frames: Frames, centre: bool) -> int:
    """Frames of a wave of so many samples."""
    return n_samples // frames.hop + 1 if centre else frames.n_frames(n_samples)


def frames_shape(shape: Any, frames: Frames, centre: bool) -> tuple[int | None, int | None]:
    """(batch, frames) for waves of shape (batch, samples), either of which may be unknown."""
    rows, n_samples = shape
    return rows, None if n_samples is None else frames_in(n_samples, frames, centre)


def framed(waves: Any, frames: Frames, centre: bool = False) -> Any:
    """Frames of waves: (batch, samples) -> (batch, frames, window).

    Parameters
    ----------
    waves : array (batch, samples)
    frames : Frames
        How they are cut.
    centre : bool, default=False
        As `Spectrogram` has it.
    """
    rows, n_samples = waves.shape
    window, hop = frames.window, frames.hop
    count = frames_in(n_samples, frames, centre)
    slices = math.ceil(window / hop)
    before = frames.size // 2 - (frames.size - window) // 2 if centre else 0
    needed = (count + slices - 1) * hop  # whole hops
    behind = needed - before - n_samples
    waves = jnp.pad(waves, ((0, 0), (before, max(behind, 0))))[:, :needed]
    if slices > MOST_SLICES:
        return waves[:, np.arange(count)[:, None] * hop + np.arange(window)]  # (B, T, window)
    hops = waves.reshape(rows, count + slices - 1, hop)
    side_by_side = [hops[:, k : k + count] for k in range(slices)]
    return jnp.concatenate(side_by_side, axis=-1)[..., :window]  # (B, T, window)


def spectra(
    waves: Any,
    frames: Frames,
    centre: bool = False,
    *,
    owner: str = "spectra",
    then: Callable[[Any], Any] = lambda found: found,
) -> Any:
    """Spectrograms of waves: (batch, samples) -> float32 (batch, frames, frequencies).

    Parameters
    ----------
    waves : number array (batch, samples)
    frames : Frames
        How they are cut and scaled.
    centre : bool, default=False
        As `Spectrogram` has it.
    owner : str, default="spectra"
        Who is named in an error.
    then : function, default=identity
        What becomes of the spectrograms of some of the rows, row by row, before the next are made.

    Raises
    ------
    BadData
        There is no whole frame in a wave, or the waves are not (batch, samples).

    Notes
    -----
    On the CPU a few rows are done at a time, whose frames stay in the cache: measured to take a
    third of the time of one go over 12 clips of 10 seconds, most of which went into fresh memory.
    """
    waves = jnp.asarray(waves).astype("float32")
    if waves.ndim != 2:
        raise BadData(
            f"{owner}(waves of shape {waves.shape}): waves must be (batch, samples). Take one "
            "channel, or the mean of the channels."
        )
    count = frames_in(waves.shape[1], frames, centre)
    if not count:
        raise BadData(
            f"{owner}(waves of shape {waves.shape}): waves must be at least as long as a frame, "
            f"{frames.window} samples. Take longer clips, a smaller window, or centre=True."
        )
    at_once = max(AT_ONCE // (count * frames.size), 1)
    if jax.default_backend() != "cpu" or waves.shape[0] <= at_once:
        return then(_spectra(waves, frames, centre))

    def alone(wave: Any) -> Any:
        return then(_spectra(wave[None], frames, centre))[0]

    return lax.map(alone, waves, batch_size=at_once)


def _spectra(waves: Any, frames: Frames, centre: bool) -> Any:
    """Spectrograms of all waves at once."""
    taper = np.asarray(taper_of(frames.taper, frames.window), np.float32)
    transform = jnp.fft.rfft(framed(waves, frames, centre) * taper, frames.size)  # (B, T, F)
    power = transform.real**2 + transform.imag**2
    if frames.scaling == "magnitude":
        return root(power)
    if frames.scaling == "power":
        return power
    return power * np.asarray(weights_of(frames), np.float32)


def root(power: Any) -> Any:
    """Square root whose slope at 0 is 0: in digital silence it would be infinite."""
    some = power > 0
    return jnp.where(some, jnp.sqrt(jnp.where(some, power, 1.0)), 0.0)


def logarithm(values: Any, log: str, floor: float, decibels: int = 10) -> Any:
    """Natural logarithm ("log"), or so many decibels for a factor of 10 ("db"), above a floor."""
    logs = jnp.log(jnp.maximum(values, floor))
    return logs * (decibels / math.log(10)) if log == "db" else logs


def float_spec(shape: Any) -> Any:
    """What Keras' symbolic tensors say of a float32 array of this shape."""
    return keras.KerasTensor(shape, dtype="float32")
