"""One recording made another before it is mixed: its speed, its tone, its room, its length.

Changes of whole batches on the device are layers; this is for clips that are made on the host.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import fft, signal

from fondo.contracts import Real, check_value
from fondo.errors import BadData, BadParameter

Array = np.ndarray[Any, Any]

SPEED_STEP = 0.01  # speeds are rounded to it, so that resampling is by a small fraction
SLOWEST, FASTEST = 0.5, 2.0
LOWEST = 60.0  # hertz, below which tones are alike
LOWEST_NOISE, NOISE_LEVEL = 20.0, 0.1  # hertz; of full scale
GAP = 0.0025  # seconds between a sound and its first echo in a made-up room


def checked(owner: str, samples: Array) -> Array:
    """Samples as float32, or BadData that says what they must be.

    Parameters
    ----------
    owner : str
        What the message begins with.
    samples : float array (samples,)
        Full scale is 1.

    Returns
    -------
    samples : float32 array (samples,)

    Raises
    ------
    BadData
        They are whole numbers, of more than one axis, none at all, or not finite.
    """
    values = np.asarray(samples)
    if values.ndim != 1 or not len(values):
        raise BadData(
            f"{owner}(samples={values.shape}): samples must be one row of at least 1 number. "
            "Average the channels first."
        )
    if values.dtype.kind != "f":
        raise BadData(
            f"{owner}(samples of {values.dtype}): samples must be fractions with full scale 1. "
            "Divide whole numbers by their largest, 32768 for 16 bits."
        )
    if not np.isfinite(values).all():
        raise BadData(f"{owner}(samples): samples must be finite. Leave this recording out.")
    return values.astype(np.float32, copy=False)


def rms(samples: Array) -> float:
    """Root of the mean square of samples, 0 where there are none."""
    if not len(samples):
        return 0.0
    # no dot product: the order in which threads add would show in the last digits
    return float(np.sqrt(np.square(samples, dtype=np.float64).mean()))


def from_db(decibels: float) -> float:
    """Factor of an amplitude: 20 dB are 10 times.

    Examples
    --------
    >>> from_db(20.0), from_db(0.0)
    (10.0, 1.0)
    """
    return float(10.0 ** (decibels / 20))


def to_db(ratio: float) -> float:
    """Decibels of a ratio of amplitudes; minus infinity for 0."""
    return float(20 * np.log10(ratio)) if ratio > 0 else -float("inf")


def at_speed(samples: Array, speed: float) -> Array:
    """Recording played faster or slower; the pitch goes along, as on a tape.

    Parameters
    ----------
    samples : float array (samples,)
    speed : float in [0.5, 2]
        1.1 is a tenth faster and higher. Rounded to hundredths.

    Returns
    -------
    samples : float32 array (about samples / speed,)
        Without what would fold over: the resampler is band-limited, unlike `numpy.interp`.

    Examples
    --------
    >>> len(at_speed(np.zeros(1100), 1.1))
    1000
    """
    values = checked("at_speed", samples)
    if not SLOWEST <= speed <= FASTEST:
        raise BadParameter(
            f"at_speed(speed={speed}): speed must be a number in [{SLOWEST:g}, {FASTEST:g}]. "
            "0.9 to 1.1 sounds like another speaker."
        )
    ratio = Fraction(round(speed / SPEED_STEP), round(1 / SPEED_STEP))
    if ratio == 1:
        return values
    changed = signal.resample_poly(values, ratio.denominator, ratio.numerator)
    return np.asarray(changed, np.float32)


def in_tone(samples: Array, rate: int, decibels: Sequence[float]) -> Array:
    """Recording through another microphone, or from another throat: bands louder and quieter.

    Parameters
    ----------
    samples : float array (samples,)
    rate : int
        Samples a second.
    decibels : sequence of float, at least 2
        What it is made louder by from 60 hertz to half the rate, at frequencies that are evenly
        apart in octaves; in straight lines between them.

    Returns
    -------
    samples : float32 array (samples,)
        As loud on the whole as before. Phases stay, so nothing moves.

    Examples
    --------
    >>> tone = np.sin(np.arange(800.0))
    >>> bool(np.allclose(in_tone(tone, 8000, [3.0, 3.0]), tone, atol=1e-5))
    True
    """
    values = checked("in_tone", samples)
    if len(decibels) < 2:
        raise BadParameter(
            f"in_tone(decibels={list(decibels)}): decibels must be at least 2 numbers, for the "
            "lowest and the highest frequency."
        )
    size = fft.next_fast_len(2 * len(values), real=True)  # so that its end does not meet its start
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1 / rate), LOWEST))
    knots = np.linspace(np.log2(LOWEST), np.log2(max(rate / 2, 2 * LOWEST)), len(decibels))
    factors = 10.0 ** (np.interp(octaves, knots, decibels) / 20)
    heard = np.fft.irfft(np.fft.rfft(values, size) * factors, size)[: len(values)]
    loudness = rms(heard)
    return np.asarray(heard * (rms(values) / loudness if loudness else 1.0), np.float32)


def made_up_room(rate: int, seconds: float, direct_db: float, rng: np.random.Generator) -> Array:
    """Impulse response of a room that does not exist: the sound, then noise that dies away.

    Parameters
    ----------
    rate : int
        Samples a second.
    seconds : float
        Time in which the echo falls by 60 dB; 0.2 is a living room, 1 a hall.
    direct_db : float
        Energy of the sound itself over that of all its echo. Decibels.
    rng : numpy.random.Generator
        Draws the echo.

    Returns
    -------
    impulse : float32 array (seconds * rate,)
        The first number is 1.

    References
    ----------
    Polack (1988), thesis, Universite du Maine: late reverberation as exponentially decaying
    Gaussian noise.
    """
    if not seconds > 0:
        raise BadParameter(f"made_up_room(seconds={seconds}): seconds must be a number above 0.")
    count = max(int(seconds * rate), 1)
    time = np.arange(count) / rate
    echo = rng.standard_normal(count) * 10.0 ** (-3 * time / seconds)  # -60 dB at `seconds`
    echo[: int(GAP * rate) + 1] = 0.0
    energy = float(np.square(echo).sum())
    if energy > 0:
        echo *= from_db(-direct_db) / np.sqrt(energy)
    echo[0] = 1.0
    return echo.astype(np.float32)


def made_up_noise(rate: int, seconds: float, exponent: float, rng: np.random.Generator) -> Array:
    """Noise whose amplitudes fall with frequency f, as 1 / f^exponent.

    Parameters
    ----------
    rate : int
        Samples a second.
    seconds : float
        How long.
    exponent : float, at least 0
        0 is white, a half pink, 1 brown; `layers.wave_augment.COLOURS` has them by name.
    rng : numpy.random.Generator
        Draws it.

    Returns
    -------
    noise : float32 array (seconds * rate,)
        The root of its mean square is 0.1; below 20 hertz there is nothing.
    """
    check_value("made_up_noise", "exponent", exponent, Real(0))
    count = max(int(seconds * rate), 1)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / rate)
    heard = hertz >= min(LOWEST_NOISE, rate / 2)
    spectrum[heard] *= hertz[heard] ** -exponent
    spectrum[~heard] = 0.0
    noise = np.fft.irfft(spectrum, count)
    return np.asarray(noise * (NOISE_LEVEL / rms(noise)) if noise.any() else noise, np.float32)


def in_room(samples: Array, impulse: Array) -> Array:
    """Recording as it sounds in a room; its first sample stays where it was.

    Parameters
    ----------
    samples : float array (samples,)
    impulse : float array (taps,)
        Response of the room. What comes before its highest peak is cut off and the peak brought
        to 1, so that the sound itself is neither later nor louder.

    Returns
    -------
    samples : float32 array (samples + taps after the peak - 1,)
        Longer than it was: the echo rings on.
    """
    values, taps = checked("in_room", samples), checked("in_room", impulse)
    top = int(np.abs(taps).argmax())
    if taps[top] == 0:
        raise BadData("in_room(impulse): the response of a room must not be silent. Leave it out.")
    return np.asarray(signal.oaconvolve(values, taps[top:] / taps[top]), np.float32)


def looped(samples: Array, count: int, start: int = 0, fade: int = 0) -> Array:
    """Part of an endless sound made from a recording, whose end is faded into its beginning.

    Parameters
    ----------
    samples : float array (samples,)
    count : int
        Samples wanted.
    start : int, default=0
        Where to begin. The recording itself is taken as it is where it reaches that far.
    fade : int, default=0
        Samples of the cross-fade where it does not; at most half of the recording is used. The
        powers of both add up to 1, which keeps the level of noise.

    Returns
    -------
    samples : float32 array (count,)

    Examples
    --------
    >>> looped(np.array([1.0, 2.0, 3.0]), 5).tolist()
    [1.0, 2.0, 3.0, 1.0, 2.0]
    """
    values = checked("looped", samples)
    if 0 <= start <= len(values) - count:
        return values[start : start + count]
    fade = min(fade, len(values) // 2)
    angle = (np.arange(fade) + 0.5) / max(fade, 1) * np.pi / 2
    period = values[: len(values) - fade].copy()
    period[:fade] = values[:fade] * np.sin(angle) + values[len(values) - fade :] * np.cos(angle)
    return np.asarray(period[(start + np.arange(count)) % len(period)], np.float32)


def trimmed(samples: Array, rate: int, below_db: float = 40.0) -> Array:
    """Recording without the silence before and after, so that its end is the end of the word.

    Parameters
    ----------
    samples : float array (samples,)
    rate : int
        Samples a second.
    below_db : float, default=40
        Blocks of 10 ms that are so much quieter than the loudest one count as silence. Decibels.

    Returns
    -------
    samples : float32 array (samples or fewer,)
        Everything where it is silent throughout.

    Examples
    --------
    >>> tone = np.r_[np.zeros(100), np.ones(50), np.zeros(200)]
    >>> len(trimmed(tone, 1000))
    50
    """
    values = checked("trimmed", samples)
    block = max(rate // 100, 1)
    padded = np.pad(values.astype(np.float64), (0, -len(values) % block))
    power = (padded.reshape(-1, block) ** 2).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10.0 ** (-below_db / 10))
    if not len(loud):
        return values
    return values[loud[0] * block : (loud[-1] + 1) * block]


def word_of(samples: Array, rate: int, below_db: float = 22.0, window: float = 0.05) -> Array:
    """The stretch of a recording in which something is said, noise and clicks around it left out.

    Parameters
    ----------
    samples : float array (samples,)
        One word, with whatever a microphone hears before and after.
    rate : int
        Samples a second.
    below_db : float, default=22
        What is so much quieter than the loudest stretch is not the word. Decibels.
    window : float, default=0.05
        Length of the stretches whose loudness is compared; a click is shorter. Seconds.

    Returns
    -------
    samples : float32 array (samples or fewer,)
        Everything where it is silent throughout.

    Examples
    --------
    >>> tone = np.sin(np.arange(8000))
    >>> noise = 0.02 * np.cos(np.arange(8000) ** 2)
    >>> 7500 < len(word_of(np.r_[noise, tone, noise], 16_000)) < 9000
    True
    """
    values = checked("word_of", samples)
    width = max(round(window * rate), 1)
    square = np.cumsum(np.r_[0.0, values.astype(np.float64) ** 2])
    if len(values) <= width or square[-1] == 0:
        return values
    power = square[width:] - square[:-width]  # of the stretch that begins here
    loud = np.flatnonzero(power > power.max() * 10.0 ** (-below_db / 10))
    # a stretch counts from the middle of its first to the middle of its last
    first, last = int(loud[0]) + width // 2, int(loud[-1]) + width // 2 + 1
    return values[first:last]
