"""What must hold besides a high score before there is an alarm: somebody speaks, and who.

Like `standalone`, of which it is a part that is exported with it, in NumPy alone. While a gate is
closed, scores count as 0, so that alarms, thresholds and curves see it alike.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

WINDOW, HOP = 0.032, 0.016  # seconds of a frame, and from one to the next
LOW, HIGH = 150.0, 4000.0  # hertz between which speech is told from noise
DEEPEST, HIGHEST, SUNG = 60.0, 400.0, 2000.0  # hertz of a voice, and of what tells its pitch
LIKELIER = 0.5  # mean log-likelihood ratio of speech to noise alone, nats a frequency
PERIODIC = 0.5  # correlation with itself one period later
SHORTEST = 0.9  # of the largest correlation: the first peak of such is at the period
STEADY = 0.12  # most that a voice's period changes within a frame, as a share
FRAMES = 4  # in a row that must be such
KEPT, FLOOR = 0.98, 10**-2.5  # of the ratio of speech to noise: what is remembered, and its least
LOUD = 10**1.5  # ratio that speech is expected to have where it is
BEGINNING = 5  # frames whose mean the background is taken for at first
FAR = 2**62  # samples ago: never
DARKEST = -9.0  # least of a logarithm of power, beside the loudest of its stretch


class Noise:
    """How loud the background is at each frequency, and how much more likely speech is.

    References
    ----------
    Sohn, Kim, Sung (1999), A statistical model-based voice activity detection, equations 4 and 5.
    Gerkmann, Hendriks (2012), Unbiased MMSE-based noise power estimation, section IV.
    """

    def __init__(self, count: int) -> None:
        self.power = np.zeros(count)  # of the background; 0 before the first frame
        self.speech, self.doubt = np.zeros(count), np.zeros(count)
        self.frames = 0

    def feed(self, power: Array) -> float:
        """Mean log-likelihood ratio of one more frame (frequencies,)."""
        self.frames += 1
        if self.frames <= BEGINNING:  # a single frame leaves some frequencies far too low
            self.power = self.power + (power - self.power) / self.frames
        after = np.minimum(power / self.power, 1e4)
        before = KEPT * self.speech / self.power + (1 - KEPT) * np.maximum(after - 1, 0)
        before = np.maximum(before, FLOOR)
        gain = before / (1 + before)
        self.speech = gain**2 * power
        there = 1 / (1 + (1 + LOUD) * np.exp(-np.minimum(after * LOUD / (1 + LOUD), 50)))
        self.doubt = 0.9 * self.doubt + 0.1 * there
        there = np.where(self.doubt > 0.99, np.minimum(there, 0.99), there)  # else it is stuck
        if self.frames > BEGINNING:
            self.power = 0.8 * self.power + 0.2 * (there * self.power + (1 - there) * power)
        return float(np.mean(after * gain - np.log1p(before)))


class Voice:
    """Open while a voice was heard not long ago: louder than the background, and of a steady pitch.

    Parameters
    ----------
    spec : mapping
        "seconds" that it stays open after a voice.
    arrays : mapping
        Not looked at.
    rate : int
        Samples a second. Hertz.

    Notes
    -----
    It is closed in noise, at knocks and in an even hum. Whatever else has a pitch that is held for
    80 ms, an animal or an engine or music, opens it.
    """

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array], rate: int) -> None:
        self.hold = round(float(spec["seconds"]) * rate)
        self.window, self.hop = round(WINDOW * rate), round(HOP * rate)
        self.size = 2 * self.window
        self.taper = np.hanning(self.window)
        frequencies = np.fft.rfftfreq(self.size, 1 / rate)
        self.band = (frequencies >= LOW) & (frequencies <= HIGH)
        self.sung = (frequencies >= DEEPEST) & (frequencies <= SUNG)
        self.first, last = int(rate / HIGHEST), min(int(rate / DEEPEST), int(0.8 * self.window))
        own = np.fft.irfft(np.abs(np.fft.rfft(self.taper, self.size)) ** 2)
        self.own = own[self.first : last] / own[0]
        self.noise = Noise(int(self.band.sum()))
        self.rest = np.zeros(0)
        self.done, self.heard = 0, -FAR  # samples that frames have passed, and to the last voice
        self.run, self.period = 0, 0

    def feed(self, samples: Array, features: Array, ends: Array) -> Array:
        """Whether it is open (scores,) where the scores end that these samples complete.

        Parameters
        ----------
        samples : float array (samples,)
            The next ones.
        features : float array (frames, bands)
            That they complete; not looked at.
        ends : int array (scores,)
            Samples from the start of the stream, rising.
        """
        self.rest = np.concatenate([self.rest, samples])
        count = max((len(self.rest) - self.window) // self.hop + 1, 0)
        upto, heard = [-1], [self.heard]  # what is known from which sample on
        if count:
            frames = np.lib.stride_tricks.sliding_window_view(self.rest, self.window)
            spectrum = np.fft.rfft(frames[: count * self.hop : self.hop] * self.taper, self.size)
            power = spectrum.real**2 + spectrum.imag**2
            for number, voiced in enumerate(self._voiced(power)):
                end = self.done + number * self.hop + self.window
                self.heard = end if voiced else self.heard
                upto.append(end)
                heard.append(self.heard)
        self.done += count * self.hop
        self.rest = self.rest[count * self.hop :].copy()
        last = np.array(heard)[np.searchsorted(upto, ends, "right") - 1]
        return np.asarray(ends - last <= self.hold)

    def _voiced(self, power: Array) -> list[bool]:
        """Whether each frame belongs to a voice."""
        again = np.fft.irfft(power * self.sung)
        whole = np.maximum(again[:, :1], 1e-12)
        again = again[:, self.first : self.first + len(self.own)] / whole / self.own
        found = []
        for row, period in enumerate(_first_peak(again).tolist()):
            likelier = self.noise.feed(power[row, self.band] + 1e-9) > LIKELIER
            steady = abs(np.log((period + self.first) / (self.period + self.first))) < STEADY
            if likelier and period and again[row, period] > PERIODIC:
                self.run = self.run + 1 if steady and self.run else 1
            else:
                self.run = 0
            self.period = period
            found.append(self.run >= FRAMES)
        return found

    def state(self) -> list[Array]:
        """What is remembered of the stream."""
        noise = self.noise
        numbers = np.array([self.done, self.heard, self.run, self.period, noise.frames], np.int64)
        return [self.rest, numbers, np.stack([noise.power, noise.speech, noise.doubt])]

    def restore(self, state: list[Array]) -> None:
        """Take back what `state` gave."""
        self.rest, numbers, noise = state
        self.done, self.heard, self.run, self.period, self.noise.frames = numbers.tolist()
        self.noise.power, self.noise.speech, self.noise.doubt = noise


def _first_peak(again: Array) -> Array:
    """Place in each row (frames,) of the first peak that is about as high as any; 0 without one.

    A clear voice is like itself after two and three periods too, by chance a bit more so.
    """
    inner = again[:, 1:-1]
    high = inner > SHORTEST * again.max(axis=1, keepdims=True)
    peaks = high & (inner >= again[:, :-2]) & (inner > again[:, 2:])
    return np.where(peaks.any(axis=1), peaks.argmax(axis=1) + 1, 0)


def cepstra(features: Array, basis: Array, blocks: int) -> Array:
    """What tells one voice from another in a stretch of features (frames, bands).

    Parameters
    ----------
    features : float array (frames, bands)
        Logarithms of power.
    basis : float array (bands, coefficients)
        Cosines; without the first, which is how loud it is.
    blocks : int
        Parts of equal length that are averaged over.

    Returns
    -------
    values : float array (blocks * coefficients,)
    """
    shaped = np.maximum(features - features.max(), DARKEST) @ basis
    return np.asarray(shaped.reshape(blocks, -1, shaped.shape[1]).mean(axis=1).ravel())


class Who:
    """Open where the word was said by the person that it was shown.

    Parameters
    ----------
    spec : mapping
        "frames" before a score that are looked at, and "blocks" that they are averaged over.
    arrays : mapping of str to array
        "who.basis" (bands, coefficients), "who.weights" (blocks * coefficients,), "who.bias" (1,);
        "front.mean" and "front.scale" (bands,).
    rate : int
        Not looked at.

    Notes
    -----
    It is closed until there were enough frames.
    """

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array], rate: int) -> None:
        self.frames, self.blocks = int(spec["frames"]), int(spec["blocks"])
        self.window, self.hop = int(spec["window"]), int(spec["hop"])
        self.mean, self.scale = arrays["front.mean"], arrays["front.scale"]
        self.basis, self.weights = arrays["who.basis"], arrays["who.weights"]
        self.bias = float(arrays["who.bias"][0])
        self.rest = np.zeros((0, len(self.mean)), np.float32)
        self.first = 0  # number of the frame that `rest` begins with

    def feed(self, samples: Array, features: Array, ends: Array) -> Array:
        """Whether it is open (scores,) where the scores end.

        Parameters
        ----------
        samples : float array (samples,)
            Not looked at.
        features : float array (frames, bands)
            The next ones, standardised.
        ends : int array (scores,)
            Samples from the start of the stream, rising.
        """
        self.rest = np.concatenate([self.rest, features])
        open_ = np.zeros(len(ends), bool)
        for place, end in enumerate(ends.tolist()):
            last = (end - self.window) // self.hop + 1 - self.first  # frames up to the score's end
            if last >= self.frames:
                seen = self.rest[last - self.frames : last] * self.scale + self.mean
                open_[place] = (
                    cepstra(seen, self.basis, self.blocks) @ self.weights + self.bias >= 0
                )
        past = max(len(self.rest) - self.frames, 0)
        self.rest, self.first = self.rest[past:].copy(), self.first + past
        return open_

    def state(self) -> list[Array]:
        """What is remembered of the stream."""
        return [self.rest, np.array([self.first], np.int64)]

    def restore(self, state: list[Array]) -> None:
        """Take back what `state` gave."""
        self.rest, self.first = state[0], int(state[1][0])


GATES: dict[str, Any] = {"voice": Voice, "who": Who}
