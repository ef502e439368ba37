"""Scores become events: when a trigger word was heard, once, and when it may be heard again.

Whether the events are right is judged in `detection`.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from fondo.contracts import Either, Nothing, Real, Whole, check_value
from fondo.errors import BadData, BadParameter
from fondo.judge.intervals import Array

REFRACTORY = 75  # steps of the network of the notes: 0.545 s


@dataclass(frozen=True)
class Policy:
    """When scores make an alarm.

    An alarm is given at a step where at least `k` of the last `n` scores reach the threshold,
    unless the last alarm is less than `refractory` steps ago.

    Parameters
    ----------
    threshold : float, default=0.5
        Scores from it on count.
    k, n : int, default=1
        How many of the last n scores must count, 1 <= k <= n. 3 of 5 lets short spikes pass
        unheard, and answers later. Scores before the start of a stream do not count.
    refractory : int, default=75
        Least number of steps from one alarm to the next, at least n, so that no score is used
        for two alarms.
    release : float or None, default=None
        After an alarm, a score must fall below it before there can be another (hysteresis); not
        above the threshold. None asks for nothing. Never for choosing a threshold: a detector
        that is stuck gives one alarm with it and looks silent.
    wait : int, default=0
        Steps at the start of a stream in which there is no alarm.

    Raises
    ------
    BadParameter
        A value cannot be.

    Examples
    --------
    >>> scores = np.array([0.1, 0.9, 0.9, 0.2, 0.9])
    >>> Policy(refractory=2).detect(scores).tolist()
    [1, 4]
    >>> Policy(k=2, n=2, refractory=2).detect(scores).tolist()
    [2]
    """

    threshold: float = 0.5
    k: int = 1
    n: int = 1
    refractory: int = REFRACTORY
    release: float | None = None
    wait: int = 0

    contracts = {
        "threshold": Real(),
        "k": Whole(1),
        "n": Whole(1),
        "refractory": Whole(1, unit="steps"),
        "release": Either(Nothing(), Real()),
        "wait": Whole(0, unit="steps"),
    }

    def __post_init__(self) -> None:
        for name, contract in self.contracts.items():
            check_value("Policy", name, getattr(self, name), contract)
        if self.k > self.n:
            raise BadParameter(f"Policy(k={self.k}, n={self.n}): k must not be above n. Swap them.")
        if self.n > self.refractory:
            raise BadParameter(
                f"Policy(n={self.n}, refractory={self.refractory}): refractory must be at least n, "
                "or one score would make two alarms. Make it longer."
            )
        if self.release is not None and self.release > self.threshold:
            raise BadParameter(
                f"Policy(release={self.release}, threshold={self.threshold}): release must not be "
                "above the threshold. 0.8 of it is usual."
            )

    @classmethod
    def notes(cls, threshold: float = 0.5) -> "Policy":
        """Every step counts, and none for 75 steps after an alarm."""
        return cls(threshold=threshold)

    @classmethod
    def classic(cls, threshold: float = 0.5) -> "Policy":
        """Alarms at the very steps of the Coursera lesson (`chime_on_activate`).

        Its counter of steps since the last alarm begins at 0 and must exceed 75: nothing is heard
        in the first 75 steps, and 76 lie between two alarms. The score must exceed the threshold.

        Examples
        --------
        >>> Policy.classic().detect(np.ones(300)).tolist()
        [75, 151, 227]
        """
        above = float(np.nextafter(threshold, np.inf))
        return cls(threshold=above, refractory=REFRACTORY + 1, wait=REFRACTORY)

    def start(self) -> "PolicyState":
        """State before the first score of a stream."""
        return PolicyState(tail=(False,) * (self.n - 1))

    def detect(self, scores: Array) -> Array:
        """Steps of a whole stream at which there is an alarm.

        Parameters
        ----------
        scores : float array (steps,) or (steps, 1)

        Returns
        -------
        steps : int array (alarms,)
            Rising, the first step being 0.

        Raises
        ------
        BadData
            Scores of another shape, or one that is not a number.
        """
        return self.update(scores, self.start())[0]

    def update(self, scores: Array, state: "PolicyState") -> tuple[Array, "PolicyState"]:
        """Alarms in the next scores of a stream, however it is cut into pieces.

        Parameters
        ----------
        scores : float array (steps,) or (steps, 1)
            Any number of them, none included.
        state : PolicyState
            As it was left by the scores before, or `start()`.

        Returns
        -------
        steps : int array (alarms,)
            Counted from the start of the stream.
        state : PolicyState
            For the scores that follow.

        Raises
        ------
        BadParameter
            The state is of a policy with another n.
        """
        if len(state.tail) != self.n - 1:
            raise BadParameter(
                f"Policy(n={self.n}): the state is of a policy with n={len(state.tail) + 1}. "
                "Begin with start()."
            )
        values = checked_scores("Policy", scores)
        counted = np.r_[np.array(state.tail, bool), values >= self.threshold]
        upto = np.r_[0, np.cumsum(counted)]
        enough = upto[self.n :] - upto[: -self.n] >= self.k if len(values) else np.zeros(0, bool)
        candidates = np.flatnonzero(enough) + state.position
        lows = None
        if self.release is not None:
            lows = np.flatnonzero(values < self.release) + state.position
        alarms, last, armed = self._spaced(candidates, lows, state)
        tail = tuple(counted[len(counted) - self.n + 1 :].tolist())
        return alarms, PolicyState(state.position + len(values), last, armed, tail)

    def _spaced(
        self, candidates: Array, lows: Array | None, state: "PolicyState"
    ) -> tuple[Array, int | None, bool]:
        """Steps far enough from each other, the last alarm, whether there may be another."""
        alarms: list[int] = []
        last, armed = state.last, state.armed
        first = self.wait if last is None else last + self.refractory
        while True:
            if lows is not None and not armed and last is not None:
                at = int(np.searchsorted(lows, last + 1))
                if at == len(lows):
                    break
                first, armed = max(first, int(lows[at])), True
            at = int(np.searchsorted(candidates, first))
            if at == len(candidates):
                break
            last = int(candidates[at])
            alarms.append(last)
            first, armed = last + self.refractory, lows is None
        return np.array(alarms, np.int64), last, armed

    def without_release(self) -> "Policy":
        """The same without hysteresis, as thresholds are chosen."""
        return replace(self, release=None)

    def to_json(self) -> dict[str, Any]:
        """Plain settings."""
        return asdict(self)


@dataclass(frozen=True)
class PolicyState:
    """What a policy remembers of a stream; a few plain numbers that can be kept and put back.

    Attributes
    ----------
    position : int
        Steps seen.
    last : int or None
        Step of the last alarm.
    armed : bool
        Whether a score has fallen below the release since then.
    tail : tuple of bool (n - 1,)
        Which of the last scores counted.
    """

    position: int = 0
    last: int | None = None
    armed: bool = True
    tail: tuple[bool, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values; `PolicyState.from_json` takes them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "PolicyState":
        """State from what `to_json` gave, through JSON or not."""
        return cls(**{**plain, "tail": tuple(plain["tail"])})


def checked_scores(owner: str, scores: Array) -> Array:
    """Scores of one stream as float64 (steps,), or BadData."""
    values = np.asarray(scores, np.float64)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise BadData(
            f"{owner}(scores={values.shape}): scores must be (steps,) or (steps, 1), of one "
            "stream. Give one after the other."
        )
    if not np.isfinite(values).all():
        raise BadData(
            f"{owner}(scores): score {int(np.flatnonzero(~np.isfinite(values))[0])} is not a "
            "finite number. Look for silence divided by silence in what the network was given."
        )
    return values
