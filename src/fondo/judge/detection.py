"""Alarms against words: what was heard, what was missed, how often there was an alarm for nothing.

Scores by step say nothing here: nine in ten are of silence. Thresholds are chosen in
`detection_curve`.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from fondo.contracts import Real, check_value
from fondo.errors import BadData
from fondo.judge.events import Policy, checked_scores
from fondo.judge.intervals import Array
from fondo.judge.rates import Rate, Share

TOLERANCE = 1.0  # seconds after the end of a word in which an alarm is its alarm
STEP = 10 / 1375  # seconds of a step of the network of the notes


@dataclass(frozen=True)
class Word:
    """Where a word is said.

    Parameters
    ----------
    onset, end : float
        Seconds from the start of its stream, onset <= end.
    near_miss : bool, default=False
        Whether it only sounds like the trigger word; an alarm for it is counted apart.
    labels : mapping of str to anything, default={}
        What results are broken down by: {"snr": 10, "voice": "anna"}.
    """

    onset: float
    end: float
    near_miss: bool = False
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Stream:
    """Scores of a recording and the words in it.

    Parameters
    ----------
    scores : float array (steps,) or (steps, 1)
    words : sequence of Word, default=()
        None of them is a recording without the word, which false alarms are counted in.
    step : float, default=10/1375
        Seconds from one score to the next.
    offset : float, default=0
        Seconds from the start of the recording until score 0 is known. What the network looks
        ahead belongs here, or latencies flatter it.
    name : str, default=""
        For messages.

    Raises
    ------
    BadData
        Scores are none or no numbers, or a word ends before it begins or lies outside.
    """

    scores: Array
    words: Sequence[Word] = ()
    step: float = STEP
    offset: float = 0.0
    name: str = ""

    def __post_init__(self) -> None:
        check_value("Stream", "step", self.step, Real(0, open_low=True, unit="seconds"))
        check_value("Stream", "offset", self.offset, Real(0, unit="seconds"))
        owner = f"Stream({self.name!r})" if self.name else "Stream"
        object.__setattr__(self, "scores", checked_scores(owner, self.scores))
        if not len(self.scores):
            raise BadData(f"{owner}(scores): there must be at least one score. Leave it out.")
        for word in self.words:
            if not 0 <= word.onset <= word.end <= self.seconds + self.step:
                raise BadData(
                    f"{owner}(words): a word must lie within 0 to {self.seconds:.3f} seconds and "
                    f"end after it begins, but one goes from {word.onset:g} to {word.end:g}. Give "
                    "seconds, not steps."
                )

    @property
    def seconds(self) -> float:
        """Length."""
        return self.offset + len(self.scores) * self.step

    def times(self, steps: Array) -> Array:
        """Seconds at which the scores of steps are known."""
        return np.asarray(self.offset + np.asarray(steps, np.float64) * self.step)

    def silent_seconds(self, tolerance: float = TOLERANCE) -> float:
        """Seconds in which any alarm is a false one: all that no word's time covers."""
        covered, upto = 0.0, 0.0
        for word in sorted(self.words, key=lambda word: word.onset):
            last = min(word.end + tolerance, self.seconds)
            covered += max(last - max(word.onset, upto), 0.0)
            upto = max(upto, last)
        return max(self.seconds - covered, 0.0)


class Match(NamedTuple):
    """Which alarm belongs to which word.

    Attributes
    ----------
    alarms : tuple (words) of int or None
        Place of the alarm of each word; None where it was missed.
    false : tuple of int
        Places of alarms that belong to none.
    """

    alarms: tuple[int | None, ...]
    false: tuple[int, ...]


def match(times: Iterable[float], words: Sequence[Word], tolerance: float = TOLERANCE) -> Match:
    """Give each word one alarm that falls between its onset and its end + tolerance.

    Parameters
    ----------
    times : iterable of float
        Seconds of the alarms, rising.
    words : sequence of Word
        In any order; they may overlap.
    tolerance : float, default=1
        Seconds after the end of a word.

    Returns
    -------
    match : Match
        As many words as possible have an alarm. A second alarm for a word is a false one.

    Notes
    -----
    Each alarm goes to the word that waits for one and whose time is up first, which leaves most
    words with an alarm (intervals and points; Glover 1967, Naval Research Logistics 14).

    Examples
    --------
    >>> match([1.2, 1.9, 7.0], [Word(0.5, 1.1), Word(4.0, 4.6)])
    Match(alarms=(0, None), false=(1, 2))
    """
    order = sorted(range(len(words)), key=lambda place: words[place].onset)
    found: list[int | None] = [None] * len(words)
    waiting: list[tuple[float, int]] = []  # until when, and which word
    false, begun = [], 0
    for alarm, time in enumerate(times):
        while begun < len(order) and words[order[begun]].onset <= time:
            insort(waiting, (words[order[begun]].end + tolerance, order[begun]))
            begun += 1
        del waiting[: bisect_left(waiting, (time, -1))]  # their time is up
        if waiting:
            found[waiting.pop(0)[1]] = alarm
        else:
            false.append(alarm)
    return Match(tuple(found), tuple(false))


class Outcome(NamedTuple):
    """What became of a word: the seconds from its end to its alarm, None where it was missed."""

    word: Word
    latency: float | None


@dataclass(frozen=True)
class Detection:
    """What alarms are worth.

    Attributes
    ----------
    outcomes : tuple of Outcome
        One for every word, near misses included.
    false_alarms : int
        Alarms that belong to no word.
    hours : float
        Hours outside the time of every word.
    level : float
        Of all intervals.
    """

    outcomes: tuple[Outcome, ...]
    false_alarms: int
    hours: float
    level: float = 0.95

    @property
    def recall(self) -> Share:
        """Trigger words that had an alarm."""
        return self._share([o for o in self.outcomes if not o.word.near_miss])

    @property
    def near_misses(self) -> Share:
        """Words that only sound like it and had an alarm."""
        return self._share([o for o in self.outcomes if o.word.near_miss])

    @property
    def precision(self) -> Share:
        """Alarms that were for a trigger word, of those that were not for a near miss."""
        return Share.of(self.recall.hits, self.recall.hits + self.false_alarms, self.level)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of recall and precision; None without words and alarms."""
        both = self.recall.n + self.precision.n
        return 2 * self.recall.hits / both if both else None

    @property
    def rate(self) -> Rate:
        """False alarms an hour; BadData where there are no hours to tell it from."""
        return Rate.of(self.false_alarms, self.hours, self.level)

    def latency(self, quantile: float = 0.5) -> float | None:
        """Seconds from the end of a word to its alarm, at a quantile; None if none was heard.

        Below 0 where the alarm came before the word was over.
        """
        waits = [o.latency for o in self.outcomes if not o.word.near_miss and o.latency is not None]
        return float(np.quantile(waits, quantile)) if waits else None

    def by(self, label: str) -> dict[Any, Share]:
        """Recall for each value of a label; words without it stand under None."""
        groups: dict[Any, list[Outcome]] = {}
        for outcome in self.outcomes:
            if not outcome.word.near_miss:
                groups.setdefault(outcome.word.labels.get(label), []).append(outcome)
        return {value: self._share(groups[value]) for value in sorted(groups, key=_sortable)}

    def _share(self, outcomes: list[Outcome]) -> Share:
        hits = sum(outcome.latency is not None for outcome in outcomes)
        return Share.of(hits, len(outcomes), self.level)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, with a break-down by every label that words have."""
        labels = sorted({name for o in self.outcomes for name in o.word.labels})
        return {
            "recall": self.recall.to_json(),
            "precision": self.precision.to_json(),
            "f1": self.f1,
            "near_misses": self.near_misses.to_json(),
            "false_alarms": self.rate.to_json() if self.hours > 0 else None,
            "latency": {"p50": self.latency(0.5), "p95": self.latency(0.95)},
            "by": {
                label: [{"is": _plain(v)} | s.to_json() for v, s in self.by(label).items()]
                for label in labels
            },
        }

    def __str__(self) -> str:
        lines = [f"heard {self.recall}"]
        p50, p95 = self.latency(0.5), self.latency(0.95)
        if p50 is not None and p95 is not None:
            lines.append(f"after {p50 * 1000:.0f} ms, 95 of 100 within {p95 * 1000:.0f} ms")
        if self.near_misses.n:
            lines.append(f"near misses that fired {self.near_misses}")
        if self.hours > 0:
            lines.append(f"false alarms {self.rate}")
        else:
            lines.append("false alarms unknown: no hour without the word was listened to")
        return "\n".join(lines)


def detect(
    streams: Iterable[Stream], policy: Policy, *, tolerance: float = TOLERANCE, level: float = 0.95
) -> Detection:
    """Judge a policy on recordings of which the words are known.

    Parameters
    ----------
    streams : iterable of Stream
        Scores and words. Those without a word tell of false alarms.
    policy : Policy
        What makes an alarm.
    tolerance : float, default=1
        Seconds after the end of a word in which an alarm is its alarm.
    level : float in (0, 1), default=0.95
        Of the intervals.

    Returns
    -------
    detection : Detection

    Notes
    -----
    An alarm in the time of a near miss is counted there alone; one in the time of a trigger word
    that has had its alarm is a false one. The hours are those outside the time of every word.

    References
    ----------
    The protocol is that of livekit-wakeword-bench 0.1: an utterance is heard once, between its
    onset and one second after its end.

    Examples
    --------
    >>> scores = np.zeros(1375)
    >>> scores[600:640] = 0.9
    >>> print(detect([Stream(scores, [Word(3.6, 4.3)])], Policy()))
    heard 1.000 (0.207-1.000; 1 of 1)
    after 64 ms, 95 of 100 within 64 ms
    false alarms 0 in 0.00231 h: at most 1.6e+03 an hour
    """
    check_value("detect", "tolerance", tolerance, Real(0, unit="seconds"))
    outcomes: list[Outcome] = []
    false, seconds = 0, 0.0
    for stream in streams:
        times = stream.times(policy.detect(stream.scores))
        heard, missed = judged(times, stream.words, tolerance)
        outcomes += heard
        false += missed
        seconds += stream.silent_seconds(tolerance)
    return Detection(tuple(outcomes), false, seconds / 3600, level)


def judged(times: Array, words: Sequence[Word], tolerance: float) -> tuple[list[Outcome], int]:
    """What became of the words of one stream, and how many alarms are false.

    Parameters
    ----------
    times : float array (alarms,)
        Seconds, rising.
    words : sequence of Word
        Near misses among them.
    tolerance : float
        Seconds after the end of a word.

    Returns
    -------
    outcomes : list of Outcome (words,)
    false : int
    """
    wanted = [word for word in words if not word.near_miss]
    near = [word for word in words if word.near_miss]
    found = match(times.tolist(), wanted, tolerance)
    rest = times[list(found.false)]
    close = match(rest.tolist(), near, tolerance)
    outcomes = [
        Outcome(word, None if alarm is None else float(heard[alarm] - word.end))
        for part, heard, alarms in ((wanted, times, found), (near, rest, close))
        for word, alarm in zip(part, alarms.alarms, strict=True)
    ]
    apart = sum(
        not any(word.onset <= rest[alarm] <= word.end + tolerance for word in near)
        for alarm in close.false
    )
    return outcomes, apart


def _sortable(value: Any) -> tuple[str, Any]:
    """Numbers by size, the rest by name."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return ("", value) if number else (type(value).__name__, str(value))


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
