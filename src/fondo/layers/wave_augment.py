"""Random changes of waves in training, on the device: louder, later, in another tone, in noise.

Targets stay as they are: what is said does not change, and of when it is said nothing is known
here. Changes of spectrograms are in `spec_augment`.
"""

import math
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
from scipy import fft

from fondo.backend import jax, jnp, lax
from fondo.contracts import Choice, Either, Flag, Listed, Nothing, Real, check_value
from fondo.errors import BadData, BadParameter
from fondo.layers.spectrogram import root

# Exponent of frequency that the amplitude of a noise falls with.
COLOURS = {"white": 0.0, "pink": 0.5, "brown": 1.0}
DIRECT = (0.0, 12.0)  # decibels of the direct sound above all echoes: far off, close by
SHORTEST = 0.2  # of the longest echo, so that no room is without one
SIXTY = math.log(1000)  # 60 decibels, as an exponent of amplitude
TONES = 7  # frequencies at which loudness is drawn for another tone
LOWEST = 60.0  # hertz: the first of them
RINGING = 0.05  # seconds that a click rings in another tone, either way

CONTRACTS = {
    "gain": Real(0, unit="decibels"),
    "polarity": Flag(),
    "shift": Real(0, 1),
    "fill": Choice("silence", "circular"),
    "speed": Real(0, 1, open_high=True),
    "tone": Real(0, unit="decibels"),
    "room": Real(0, unit="seconds"),
    "noise": Either(Nothing(), Listed(Real(unit="decibels"), least=2, most=2)),
    "colour": Choice(*COLOURS, "any"),
    "share": Real(0, 1, open_low=True),
    "rate": Real(0, open_low=True, unit="hertz"),
}


@dataclass(frozen=True)
class WaveChanges:
    """How far waves are changed; each clip of each epoch draws its own amounts, evenly.

    Parameters
    ----------
    gain : float, at least 0, default=0
        Most that a clip is made louder or quieter. Decibels.
    polarity : bool, default=False
        Whether every other clip has its sign turned, which nobody hears.
    shift : float in [0, 1], default=0
        Most that it moves either way, as a share of its length.
    fill : {"silence", "circular"}, default="silence"
        What comes in where a shift or another speed leaves a gap: nothing, or the other end.
    speed : float in [0, 1), default=0
        Most that it is played faster or slower, as a share, about its middle; pitch goes with it.
    tone : float, at least 0, default=0
        Most that low, middle or high frequencies are made louder or quieter, as another microphone
        or another throat would. Decibels.
    room : float, at least 0, default=0
        Longest time in which echoes fall by 60 decibels; the shortest is a fifth of it. Seconds.
    noise : two floats or None, default=None
        Least and most that the clip's mean power lies above that of added noise. Decibels.
    colour : {"white", "pink", "brown", "any"}, default="white"
        Of the noise: its power falls with no, the first or the second power of frequency; "any"
        draws one for each clip.
    share : float in (0, 1], default=1
        Share of the clips that get a room, and, drawn apart, noise.
    rate : float, above 0, default=16000
        Samples in a second. Hertz; only `room` and `tone` need it.

    Notes
    -----
    Noise is held against all of the clip, silence in it included: where a word fills a tenth of
    it, the word itself lies 10 decibels higher above the noise. A silent clip gets none.
    """

    gain: float = 0.0
    polarity: bool = False
    shift: float = 0.0
    fill: str = "silence"
    speed: float = 0.0
    tone: float = 0.0
    room: float = 0.0
    noise: tuple[float, float] | None = None
    colour: str = "white"
    share: float = 1.0
    rate: float = 16000.0

    @property
    def any(self) -> bool:
        """Whether anything changes."""
        amounts = (self.gain, self.polarity, self.shift, self.speed, self.tone, self.room)
        return any(amounts) or self.noise is not None

    def check(self) -> None:
        """Raise BadParameter for what cannot be."""
        for name, contract in CONTRACTS.items():
            check_value("WaveChanges", name, getattr(self, name), contract)
        if self.noise is not None and self.noise[0] > self.noise[1]:
            raise BadParameter(
                f"WaveChanges(noise={self.noise}): the first must not be above the second "
                "(decibels of the clip above the noise). Swap them."
            )


class WaveAugmenter:
    """Changes of batches of waves; pure, as the engine's steps want it.

    Parameters
    ----------
    changes : WaveChanges
        How far.
    name : str, default="waves"
        Which input they are: (batch, samples).

    Raises
    ------
    BadParameter
        One of the changes cannot be.

    Examples
    --------
    >>> louder = WaveAugmenter(WaveChanges(gain=6))
    >>> changed, _ = louder({"waves": np.ones((1, 4))}, np.zeros(1), jax.random.key(0))
    >>> bool(0.5 < changed["waves"][0, 0] < 2)
    True
    """

    def __init__(self, changes: WaveChanges, name: str = "waves") -> None:
        changes.check()
        self.changes, self.name = changes, name

    @property
    def signature(self) -> str:
        """Text that is equal for changes that compile to the same program."""
        return f"waves{astuple(self.changes)}{self.name}"

    def __call__(self, inputs: dict[str, Any], target: Any, key: Any) -> tuple[Any, Any]:
        """Inputs with their waves changed, float32 afterwards, and the target as it was."""
        return {**inputs, self.name: changed_waves(inputs[self.name], key, self.changes)}, target


def changed_waves(waves: Any, key: Any, changes: WaveChanges) -> Any:
    """Waves (batch, samples), float32: moved, toned, in a room, in noise, turned, made louder.

    Parameters
    ----------
    waves : number array (batch, samples)
        In any unit.
    key : JAX key
        All draws.
    changes : WaveChanges

    Notes
    -----
    Nothing is cut off: peaks may come to lie above 1.
    """
    waves = jnp.asarray(waves).astype("float32")
    if waves.ndim != 2:
        raise BadData(
            f"changed_waves(waves of shape {waves.shape}): waves must be (batch, samples). Take "
            "one channel, or the mean of the channels."
        )
    moving, room, noise, turning, gain = jax.random.split(key, 5)
    rows = waves.shape[0]
    if changes.shift or changes.speed:
        waves = _moved(waves, moving, changes)
    if changes.tone:
        waves = toned(waves, jax.random.fold_in(key, TONES), changes)
    if changes.room:
        waves = _some(in_room, waves, room, changes)
    if changes.noise is not None:
        waves = _some(in_noise, waves, noise, changes)
    if changes.polarity:
        waves = jnp.where(jax.random.bernoulli(turning, shape=(rows, 1)), -waves, waves)
    if changes.gain:
        decibels = changes.gain * jax.random.uniform(gain, (rows, 1), minval=-1.0)
        waves = waves * 10 ** (decibels / 20)
    return waves


def _some(change: Any, waves: Any, key: Any, changes: WaveChanges) -> Any:
    """Waves of which a share is changed."""
    new = change(waves, key, changes)
    if changes.share == 1:
        return new
    drawn = jax.random.bernoulli(jax.random.fold_in(key, 1), changes.share, (waves.shape[0], 1))
    return jnp.where(drawn, new, waves)


def _moved(waves: Any, key: Any, changes: WaveChanges) -> Any:
    """Waves later or earlier, and faster or slower about their middle."""
    rows, n = waves.shape
    later, faster = jax.random.uniform(key, (2, rows, 1), minval=-1.0)
    later, faster = changes.shift * n * later, changes.speed * faster
    if changes.speed:
        return played(waves, later, faster, changes)
    return shifted(waves, jnp.round(later[:, 0]).astype("int32"), changes)


def shifted(waves: Any, later: Any, changes: WaveChanges) -> Any:
    """Waves moved by whole samples.

    Parameters
    ----------
    waves : float array (batch, samples)
    later : int array (batch,)
        Samples, at most the share `changes.shift` of the length either way.
    changes : WaveChanges
    """
    n = waves.shape[1]
    most = math.ceil(changes.shift * n)
    around = _around(waves, most, changes.fill)
    cut = jax.vmap(lambda wave, start: lax.dynamic_slice(wave, (start,), (n,)))
    return cut(around, most - later)


def played(waves: Any, later: Any, faster: Any, changes: WaveChanges) -> Any:
    """Waves read at other places, between samples along a cubic through the nearest four.

        y[t] = x(t + (t - middle) faster - later)

    Parameters
    ----------
    waves : float array (batch, samples)
    later : float array (batch, 1)
        Samples, within what `changes` allows, as is what follows.
    faster : float array (batch, 1)
        Share by which the wave is played faster; negative for slower.
    changes : WaveChanges

    References
    ----------
    Keys (1981), Cubic Convolution Interpolation for Digital Image Processing, equation 15. Played
    faster, what lay above the new half of the rate comes back below it, as there is no filter.
    """
    n = waves.shape[1]
    times = np.arange(n)
    middle = (n - 1) / 2
    away = (times - middle).astype(np.float32)
    # the whole part of a place is kept apart: in float32 a long clip's places are too coarse
    offset = away * faster - later  # (B, T)
    whole = jnp.floor(offset)
    part = offset - whole
    most = math.ceil(changes.speed * middle + changes.shift * n) + 2
    around = _around(waves, most, changes.fill)
    first = whole.astype("int32") + (times + most - 1)
    weights = (
        ((-0.5 * part + 1) * part - 0.5) * part,
        (1.5 * part - 2.5) * part * part + 1,
        ((-1.5 * part + 2) * part + 0.5) * part,
        (0.5 * part - 0.5) * part * part,
    )
    taken = (
        weight * jnp.take_along_axis(around, first + k, axis=1, mode="promise_in_bounds")
        for k, weight in enumerate(weights)
    )
    return sum(taken, jnp.zeros_like(waves))


def _around(waves: Any, width: int, fill: str) -> Any:
    """Waves with so many more samples at either end."""
    mode = {"mode": "wrap"} if fill == "circular" else {}
    return jnp.pad(waves, ((0, 0), (width, width)), **mode)


def toned(waves: Any, key: Any, changes: WaveChanges) -> Any:
    """Waves in another tone, as loud as before: some frequencies stronger, others weaker.

    Decibels are drawn at seven frequencies and go in straight lines between them over the logarithm
    of frequency; phases stay, so nothing moves.

    Parameters
    ----------
    waves : float array (batch, samples)
    key : JAX key
    changes : WaveChanges
        At most `changes.tone` decibels either way.
    """
    rows, n = waves.shape
    # long enough that what rings at one end does not come round to the other
    size = fft.next_fast_len(n + math.ceil(RINGING * changes.rate), real=True)
    frequencies = np.maximum(np.fft.rfftfreq(size, 1 / changes.rate), LOWEST)
    highest = max(changes.rate / 2, 2 * LOWEST)
    knots = np.geomspace(LOWEST, highest, TONES)
    lines = [np.interp(np.log(frequencies), np.log(knots), each) for each in np.eye(TONES)]
    drawn = changes.tone * jax.random.uniform(key, (rows, TONES), minval=-1.0)
    factors = 10 ** (drawn @ np.stack(lines).astype(np.float32) / 20)
    heard = jnp.fft.irfft(jnp.fft.rfft(waves, size) * factors, size)[:, :n]
    return heard * _ratio(_rms(waves), _rms(heard))


def in_room(waves: Any, key: Any, changes: WaveChanges) -> Any:
    """Waves with echoes, as loud as before, the direct sound where it was.

        h[t] = 1 at 0, behind it noise that falls exponentially, by 60 decibels in a drawn time

    Parameters
    ----------
    waves : float array (batch, samples)
    key : JAX key
    changes : WaveChanges

    References
    ----------
    Polack (1988), La transmission de l'énergie sonore dans les salles: late echoes as noise under
    an exponential
    """
    rows, n = waves.shape
    length = max(min(math.ceil(changes.room * changes.rate), n), 2)
    drawing, echoes = jax.random.split(key)
    lasting, near = jax.random.uniform(drawing, (2, rows, 1))
    seconds = changes.room * (SHORTEST + (1 - SHORTEST) * lasting)
    fall = jnp.exp(-SIXTY / changes.rate / seconds * np.arange(1, length, dtype=np.float32))
    tail = jax.random.normal(echoes, (rows, length - 1)) * fall
    direct = DIRECT[0] + (DIRECT[1] - DIRECT[0]) * near
    tail = tail * 10 ** (-direct / 20) / jnp.linalg.norm(tail, axis=1, keepdims=True)
    response = jnp.concatenate([jnp.ones((rows, 1)), tail], axis=1)
    size = fft.next_fast_len(n + length - 1, real=True)  # long enough that no echo comes round
    both = jnp.fft.rfft(waves, size) * jnp.fft.rfft(response, size)
    heard = jnp.fft.irfft(both, size)[:, :n]
    return heard * _ratio(_rms(waves), _rms(heard))


def in_noise(waves: Any, key: Any, changes: WaveChanges) -> Any:
    """Waves with noise added, as far below their mean power as is drawn.

    Parameters
    ----------
    waves : float array (batch, samples)
    key : JAX key
    changes : WaveChanges
        Its `noise` is not None.
    """
    low, high = changes.noise or (0.0, 0.0)
    drawing, colour, sound = jax.random.split(key, 3)
    rows, n = waves.shape
    above = jax.random.uniform(drawing, (rows, 1), minval=low, maxval=high)
    noise = jax.random.normal(sound, (rows, n))
    if changes.colour != "white":
        known = np.array(list(COLOURS.values()), np.float32)
        drawn = jnp.asarray(known)[jax.random.randint(colour, (rows, 1), 0, len(known))]
        noise = coloured(noise, drawn if changes.colour == "any" else COLOURS[changes.colour])
    return waves + noise * _ratio(_rms(waves), _rms(noise)) * 10 ** (-above / 20)


def coloured(noise: Any, exponent: Any) -> Any:
    """White noise whose amplitude is made to fall with a power of frequency.

    Parameters
    ----------
    noise : float array (batch, samples)
    exponent : float, or float array (batch, 1)
        Half of that of power; see `COLOURS`.

    Returns
    -------
    noise : float array (batch, samples)
        Without a mean, as power at frequency 0 would be infinite.
    """
    n = noise.shape[1]
    size = fft.next_fast_len(n, real=True)  # a prime number of samples would take many times longer
    frequencies = np.arange(1, size // 2 + 1, dtype=np.float32)
    fall = frequencies ** -jnp.asarray(exponent)
    some = jnp.fft.rfft(noise, size)[:, 1:] * fall
    return jnp.fft.irfft(jnp.pad(some, ((0, 0), (1, 0))), size)[:, :n]


def _rms(waves: Any) -> Any:
    """Root of the mean square of each wave: (batch, 1)."""
    return root(jnp.mean(waves**2, axis=1, keepdims=True))


def _ratio(wanted: Any, found: Any) -> Any:
    """What takes a loudness to another; 0 from silence."""
    return jnp.where(found > 0, wanted / jnp.where(found > 0, found, 1.0), 0.0)
