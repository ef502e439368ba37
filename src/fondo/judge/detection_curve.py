"""Misses against false alarms an hour for every threshold, and the threshold for a stated aim.

Choose on validation recordings: a threshold chosen on the test part flatters itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fondo.contracts import Real, Whole, check_value
from fondo.errors import BadData
from fondo.judge.detection import TOLERANCE, Stream, judged
from fondo.judge.events import Policy
from fondo.judge.intervals import Array
from fondo.judge.rates import Rate, Share, hours_needed

POINTS = 200  # thresholds of a curve
AROUND = 3  # thresholds on either side that must agree with the one chosen
SLACK = 1  # words or alarms by which they may disagree: refractory times fall now here, now there


@dataclass(frozen=True)
class DetectionCurve:
    """Misses and false alarms by threshold (a detection error trade-off, DET).

    Attributes
    ----------
    thresholds : tuple of float
        Rising. At the last one there is no alarm.
    hits, false_alarms : tuple of int
        Words heard and alarms for nothing at each.
    words : int
        Trigger words.
    hours : float
        Hours outside the time of every word.
    policy : Policy
        What made the alarms, apart from the threshold; without hysteresis.
    level : float
        Of all intervals.
    near_hits : tuple of int, default=()
        Near misses that gave an alarm at each threshold; empty where there are none.
    near_misses : int, default=0
        Words that sound like a trigger word.
    """

    thresholds: tuple[float, ...]
    hits: tuple[int, ...]
    false_alarms: tuple[int, ...]
    words: int
    hours: float
    policy: Policy
    level: float = 0.95
    near_hits: tuple[int, ...] = ()
    near_misses: int = 0

    @property
    def miss_rates(self) -> Array:
        """Share of words missed at each threshold (thresholds,)."""
        return 1 - np.array(self.hits) / self.words

    @property
    def per_hour(self) -> Array:
        """False alarms an hour at each threshold (thresholds,)."""
        return np.array(self.false_alarms) / self.hours

    def recall_at(self, per_hour: float) -> Share:
        """Words heard where false alarms are at most so many an hour, there and above.

        Parameters
        ----------
        per_hour : float
            False alarms, at least 0.

        Returns
        -------
        recall : Share
            At the threshold that hears most; none at all where every lower one has too many.
        """
        allowed = self._allowed(per_hour)
        hits = max((self.hits[place] for place in allowed), default=0)
        return Share.of(hits, self.words, self.level)

    def area(self, limit: float = 1.0) -> float:
        """Mean miss rate over false alarms an hour from 0 to a limit; 0 is perfect, 1 deaf.

        Parameters
        ----------
        limit : float, default=1
            False alarms an hour, above 0.

        Returns
        -------
        area : float in [0, 1]

        Notes
        -----
        The curve is a staircase: at each rate the best threshold that keeps to it counts, nothing
        is drawn between two points.
        """
        check_value("area", "limit", limit, Real(0, open_low=True))
        edges = np.unique(np.r_[0.0, self.per_hour[self.per_hour < limit], limit])
        recalls = [self.recall_at(rate).value or 0.0 for rate in edges[:-1].tolist()]
        return float(1 - np.diff(edges) @ np.array(recalls) / limit)

    def _allowed(self, per_hour: float, near: float = 1.0) -> range:
        """Places of the thresholds from which on false alarms and near misses keep to limits."""
        beyond = self.per_hour > per_hour * (1 + 1e-12)
        if self.near_misses:
            beyond |= np.array(self.near_hits) > near * self.near_misses
        over = np.flatnonzero(beyond)
        return range(int(over[-1]) + 1 if len(over) else 0, len(self.thresholds))

    def to_json(self) -> dict[str, Any]:
        """Plain numbers: the curve, its area up to 1 an hour, recall at 0.1, 0.5 and 1 an hour."""
        return {
            "thresholds": list(self.thresholds),
            "miss_rate": self.miss_rates.tolist(),
            "false_alarms": list(self.false_alarms),
            "per_hour": self.per_hour.tolist(),
            "words": self.words,
            "near_hits": list(self.near_hits),
            "near_misses": self.near_misses,
            "hours": self.hours,
            "policy": self.policy.to_json(),
            "area": self.area(),
            "recall_at": {str(rate): self.recall_at(rate).to_json() for rate in (0.1, 0.5, 1.0)},
        }


@dataclass(frozen=True)
class Choice:
    """A threshold, and what it was chosen for.

    Attributes
    ----------
    threshold : float
        For `Policy(threshold=...)`.
    target : float
        False alarms an hour that were allowed.
    recall : Share
        Words heard.
    rate : Rate
        False alarms.
    near_misses : Share or None, default=None
        Near misses that gave an alarm; None where there are none.
    """

    threshold: float
    target: float
    recall: Share
    rate: Rate
    near_misses: Share | None = None

    @property
    def shown(self) -> bool:
        """Whether the hours suffice to claim the target, rather than to have met it by luck."""
        return self.rate.claims(self.target)

    def __str__(self) -> str:
        words = f"threshold {self.threshold:.4g}: heard {self.recall}; false alarms {self.rate}"
        if self.near_misses is not None:
            words = f"{words}; near misses that fired {self.near_misses}"
        if self.shown:
            return f"{words}; at most {self.target:g} an hour is shown"
        need = hours_needed(self.target, self.rate.level)
        return (
            f"{words}; at most {self.target:g} an hour is not shown by so few hours "
            f"({need:.3g} h without any would)"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        plain = {"threshold": self.threshold, "target": self.target, "shown": self.shown}
        near = None if self.near_misses is None else self.near_misses.to_json()
        rates = {"recall": self.recall.to_json(), "false_alarms": self.rate.to_json()}
        return plain | rates | {"near_misses": near}


def detection_curve(
    streams: Sequence[Stream],
    policy: Policy | None = None,
    *,
    points: int = POINTS,
    tolerance: float = TOLERANCE,
    level: float = 0.95,
) -> DetectionCurve:
    """Misses and false alarms at thresholds between the peaks of the scores.

    Parameters
    ----------
    streams : sequence of Stream
        Some with words, and hours without.
    policy : Policy or None, default=None
        Its threshold is of no account, and its hysteresis is left out: a detector that is stuck
        would give one alarm with it and look silent.
    points : int, default=200
        Most thresholds.
    tolerance : float, default=1
        Seconds after the end of a word in which an alarm is its alarm.
    level : float in (0, 1), default=0.95
        Of the intervals.

    Returns
    -------
    curve : DetectionCurve

    Raises
    ------
    BadData
        There is no trigger word, or no time outside of words.

    Examples
    --------
    >>> from fondo.judge.detection import Word
    >>> scores = np.full(1375, 0.1)
    >>> scores[600:640] = 0.9
    >>> curve = detection_curve([Stream(scores, [Word(3.6, 4.3)]), Stream(np.full(1375, 0.1))])
    >>> [round(threshold, 2) for threshold in curve.thresholds], curve.false_alarms, curve.hits
    ([0.1, 0.5, 0.9], (37, 0, 0), (1, 1, 0))
    """
    check_value("detection_curve", "points", points, Whole(4))
    plain = (policy or Policy()).without_release()
    said = [word.near_miss for stream in streams for word in stream.words]
    words, near = said.count(False), said.count(True)
    hours = sum(stream.silent_seconds(tolerance) for stream in streams) / 3600
    if not words or not hours > 0:
        raise BadData(
            f"detection_curve(streams): there must be trigger words and hours without them, but "
            f"there are {words} words and {hours:.3g} hours. Add recordings of what is missing."
        )
    thresholds = _thresholds(streams, plain, points, tolerance)
    counts = []
    for threshold in thresholds:
        at = replace(plain, threshold=threshold)
        each = [_counts(stream, at, tolerance) for stream in streams]
        counts.append(np.sum(each, axis=0).tolist())
    hits, false, close = (tuple(part) for part in zip(*counts, strict=True))
    return DetectionCurve(
        tuple(thresholds), hits, false, words, hours, plain, level, close if near else (), near
    )


def choose_threshold(
    curve: DetectionCurve, per_hour: float = 0.5, near_misses: float = 1.0
) -> Choice:
    """Lowest threshold that keeps to so many false alarms an hour, there and above.

    Parameters
    ----------
    curve : DetectionCurve
        Of validation recordings.
    per_hour : float, default=0.5
        Most false alarms an hour.
    near_misses : float in [0, 1], default=1
        Largest share of near misses that may give an alarm; of no account where there are none.

    Returns
    -------
    choice : Choice
        Says also whether the hours suffice to claim it.

    Raises
    ------
    BadData
        No threshold keeps to it and hears any word, as with a detector that is stuck; or none
        around which the curve is in order.

    Notes
    -----
    A lower threshold must hear no fewer words, and a higher one give no more false alarms, for
    three thresholds on either side (by more than 1, since refractory times fall now here, now
    there). Where that fails, the next higher threshold is tried.
    """
    check_value("choose_threshold", "per_hour", per_hour, Real(0, open_low=True))
    check_value("choose_threshold", "near_misses", near_misses, Real(0, 1))
    allowed = [place for place in curve._allowed(per_hour, near_misses) if curve.hits[place]]
    if not allowed:
        raise BadData(
            f"choose_threshold(per_hour={per_hour:g}): no threshold keeps to it and hears a word: "
            f"with any word heard there are at least {_least(curve)} false alarms an hour"
            f"{_close(curve)}. Train on more recordings without the word, or allow more."
        )
    for place in allowed:
        if _orderly(curve, place):
            recall = Share.of(curve.hits[place], curve.words, curve.level)
            rate = Rate.of(curve.false_alarms[place], curve.hours, curve.level)
            near = None
            if curve.near_misses:
                near = Share.of(curve.near_hits[place], curve.near_misses, curve.level)
            return Choice(curve.thresholds[place], per_hour, recall, rate, near)
    raise BadData(
        f"choose_threshold(per_hour={per_hour:g}): around every threshold that keeps to it, lower "
        "ones hear fewer words or higher ones give more false alarms. Look at the scores: they may "
        "be stuck high."
    )


def _least(curve: DetectionCurve) -> str:
    rates = [rate for rate, hits in zip(curve.per_hour.tolist(), curve.hits, strict=True) if hits]
    return f"{min(rates):.3g}" if rates else "any number of"


def _close(curve: DetectionCurve) -> str:
    heard = [near for near, hits in zip(curve.near_hits, curve.hits, strict=False) if hits]
    return f", and {min(heard)} of {curve.near_misses} near misses fire" if heard else ""


def _orderly(curve: DetectionCurve, place: int) -> bool:
    """Whether hits and false alarms fall with the threshold around one."""
    near = slice(max(place - AROUND, 0), place + AROUND + 1)
    return all(np.diff(counts[near]).max(initial=0) <= SLACK
               for counts in (curve.hits, curve.false_alarms))  # fmt: skip


def _counts(stream: Stream, policy: Policy, tolerance: float) -> tuple[int, int, int]:
    """Words heard, alarms for nothing, and near misses that fired in one stream."""
    outcomes, false = judged(stream.times(policy.detect(stream.scores)), stream.words, tolerance)
    fired = [o.word.near_miss for o in outcomes if o.latency is not None]
    return fired.count(False), false, fired.count(True)


def _thresholds(
    streams: Sequence[Stream], policy: Policy, points: int, tolerance: float
) -> list[float]:
    """Between the peaks of scores, so that rounding moves no alarm across; below, and above all.

    Outside of words, and in near misses, the highest peaks are taken one by one and lower ones
    ever more sparsely: an aim of few alarms hangs on the last few.
    """
    parts = [_peaks(stream, policy.refractory, tolerance) for stream in streams]
    words, near, outside = (
        np.unique(np.concatenate([part[k] for part in parts])) for k in range(3)
    )
    most = (points - 1) // (3 if len(near) else 2)
    evenly = np.linspace(0, len(words) - 1, min(most, len(words))).round().astype(int)
    peaks = np.unique(
        np.r_[words[np.unique(evenly)], _highest(near, most), _highest(outside, most)]
    )
    between = peaks[:-1] + np.diff(peaks) / 2
    return [float(peaks[0]), *between.tolist(), float(np.nextafter(peaks[-1], np.inf))]


def _highest(peaks: Array, most: int) -> Array:
    """At most so many of sorted peaks: the highest one by one, lower ones ever more sparsely."""
    single = min(most // 2, len(peaks))
    sparse = np.geomspace(max(single, 1), max(len(peaks), 1), most - single).round().astype(int)
    ranks = np.union1d(np.arange(1, single + 1), sparse[: len(peaks)])
    return np.asarray(peaks[len(peaks) - ranks])


def _peaks(stream: Stream, refractory: int, tolerance: float) -> tuple[Array, Array, Array]:
    """Highest scores in each word, in each near miss, and in each refractory time outside."""
    scores, rest = stream.scores, stream.scores.copy()
    inside: dict[bool, list[float]] = {False: [], True: []}
    for word in stream.words:
        first = max(int(np.ceil((word.onset - stream.offset) / stream.step)), 0)
        last = max(int((word.end + tolerance - stream.offset) / stream.step) + 1, 0)
        if first < len(scores):
            inside[word.near_miss].append(float(scores[first:last].max()))
        rest[first:last] = -np.inf
    words, near = np.array(inside[False]), np.array(inside[True])
    if not len(rest):
        return words, near, rest
    tops = np.maximum.reduceat(rest, np.arange(0, len(rest), refractory))
    return words, near, tops[np.isfinite(tops)]
