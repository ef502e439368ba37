"""When scores make an alarm, in seconds and shares: a group of settings.

What is made of it for a network's own steps is a `judge.events.Policy`.
"""

import math
from collections.abc import Mapping
from typing import ClassVar

from sklearn.base import BaseEstimator

from fondo.contracts import Contract, Either, Nothing, Real, Whole
from fondo.errors import BadParameter
from fondo.judge.events import Policy

NOTES = 0.545  # seconds between two alarms: 75 steps of the notes


class Alarm(BaseEstimator):  # type: ignore[misc]
    """When scores make an alarm.

    Parameters
    ----------
    refractory : float, default=0.545
        Least time from one alarm to the next. Seconds; the notes' 75 steps.
    k, n : int, default=1
        How many of the last n scores must reach the threshold, 1 <= k <= n. More of them let
        short spikes pass unheard, and answer later.
    release : float in [0, 1] or None, default=None
        Share of the threshold that a score must fall below after an alarm before there can be
        another (hysteresis), so that a word said slowly gives one alarm. Thresholds are chosen
        without it: a detector that is stuck would give one alarm and look silent.
    voice : float or None, default=None
        How long after somebody spoke there can be an alarm, on which `standalone.Voice` decides.
        Seconds; None asks for no voice. It keeps out knocks and hum, not music or other talk.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "refractory": Real(0, 3600, open_low=True, unit="seconds"),
        "k": Whole(1, unit="scores"),
        "n": Whole(1, unit="scores"),
        "release": Either(Nothing(), Real(0, 1)),
        "voice": Either(Nothing(), Real(0, 60, open_low=True, unit="seconds")),
    }

    def __init__(
        self,
        *,
        refractory: float = NOTES,
        k: int = 1,
        n: int = 1,
        release: float | None = None,
        voice: float | None = None,
    ) -> None:
        self.refractory = refractory
        self.k = k
        self.n = n
        self.release = release
        self.voice = voice

    def policy(self, threshold: float, step: float) -> Policy:
        """The same in steps.

        Parameters
        ----------
        threshold : float
            Scores from it on count.
        step : float
            From one score to the next. Seconds.

        Raises
        ------
        BadParameter
            k is above n, or n scores take longer than `refractory`.
        """
        if self.k > self.n:
            raise BadParameter(f"Alarm(k={self.k}, n={self.n}): k must not be above n. Swap them.")
        apart = max(round(self.refractory / step), 1)
        if self.n > apart:
            raise BadParameter(
                f"Alarm(n={self.n}, refractory={self.refractory:g}): {self.n} scores take "
                f"{self.n * step:.3g} s, longer than refractory; one score would make two alarms. "
                f"Make refractory at least {math.ceil(self.n * step * 1000) / 1000:g}."
            )
        release = None if self.release is None else self.release * threshold
        return Policy(threshold, self.k, self.n, apart, release)
