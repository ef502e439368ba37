"""The probability from which a row counts as the class looked for, chosen for a stated aim.

Choose on validation rows: a threshold chosen on the test part flatters itself. Two classes only.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.judge.intervals import Array, Floats


@dataclass(frozen=True)
class F1:
    """Highest F1, the harmonic mean of precision and recall. Text: `f1`."""

    def __str__(self) -> str:
        return "f1"


@dataclass(frozen=True)
class Recall:
    """Best precision among thresholds that find at least this share. Text: `recall:0.8`."""

    least: float

    def __str__(self) -> str:
        return f"recall:{self.least:g}"


@dataclass(frozen=True)
class Precision:
    """Best recall among thresholds at least this precise. Text: `precision:0.9`."""

    least: float

    def __str__(self) -> str:
        return f"precision:{self.least:g}"


@dataclass(frozen=True)
class Cost:
    """Lowest total cost, each kind of error having its price. Text: `cost:1:10`.

    Attributes
    ----------
    false_positive, false_negative : float
        Price of a false alarm and of a miss, in any common unit.
    """

    false_positive: float = 1.0
    false_negative: float = 1.0

    def __str__(self) -> str:
        return f"cost:{self.false_positive:g}:{self.false_negative:g}"


Aim = F1 | Recall | Precision | Cost
_FORMS: dict[str, tuple[int, Callable[..., Aim]]] = {
    "f1": (0, F1),
    "recall": (1, Recall),
    "precision": (1, Precision),
    "cost": (2, Cost),
}


def parse_aim(text: str) -> Aim:
    """Aim written as text: f1, recall:0.8, precision:0.9, cost:1:10.

    Examples
    --------
    >>> parse_aim("cost:1:10")
    Cost(false_positive=1.0, false_negative=10.0)
    """
    word, *rest = str(text).strip().lower().split(":")
    if word not in _FORMS:
        raise BadParameter(
            f"parse_aim({text!r}): aim must be f1, recall:SHARE, precision:SHARE or "
            f"cost:FALSE_ALARM:MISS. {did_you_mean(word, _FORMS)}"
        )
    count, build = _FORMS[word]
    try:
        values = [float(part) for part in rest]
    except ValueError:
        values = []
    if len(values) != count or len(rest) != count:
        raise BadParameter(
            f"parse_aim({text!r}): {word} must be followed by {count} numbers, each after a colon. "
            "Examples: f1, recall:0.8, precision:0.9, cost:1:10."
        )
    aim = build(*values)
    _check_aim(aim)
    return aim


def choose_threshold(y: Array, p: Array, aim: Aim | str = "f1") -> float:
    """Threshold that serves an aim best on these rows; a row counts where p >= threshold.

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class looked for; both must occur.
    p : float array (n,)
        Its probability.
    aim : Aim or str, default="f1"
        `F1()`, `Recall(0.8)`, `Precision(0.9)`, `Cost(1, 10)` or their text forms.

    Returns
    -------
    float
        Halfway between two probabilities that occur, so that rounding does not move a row
        across; 0 to flag every row, above 1 to flag none. Of equally good ones the nearest to
        one half.

    Raises
    ------
    BadData
        Where no threshold reaches the asked precision; says what is reachable.

    Examples
    --------
    >>> choose_threshold(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.6, 0.9]), "f1")
    0.5
    """
    aim = parse_aim(aim) if isinstance(aim, str) else aim
    _check_aim(aim)
    cuts, hits, flagged, positives = _cuts(np.asarray(y), np.asarray(p, np.float64))
    precision = np.where(flagged > 0, hits / np.maximum(flagged, 1), 0.0)
    gain = _gain(aim, hits, flagged, positives)
    if isinstance(aim, Precision) and not np.isfinite(gain).any():
        raise BadData(
            f"choose_threshold(aim='{aim}'): no threshold reaches precision {aim.least:g} on these "
            f"{len(y):,} rows; the best is {precision.max():.3f}. Ask for less."
        )
    best = np.flatnonzero(gain >= gain.max() - 1e-12 * max(1.0, abs(gain.max())))
    return float(cuts[best[np.argmin(abs(cuts[best] - 0.5))]])


def _gain(aim: Aim, hits: Floats, flagged: Floats, positives: int) -> Floats:
    """What to make large, for each cut: (cuts,)."""
    precision = np.where(flagged > 0, hits / np.maximum(flagged, 1), 0.0)
    recall = hits / positives
    if isinstance(aim, Recall):
        return np.where(recall >= aim.least - 1e-12, precision, -np.inf)
    if isinstance(aim, Precision):
        enough = (precision >= aim.least - 1e-12) & (flagged > 0)
        return np.where(enough, recall, -np.inf)
    if isinstance(aim, Cost):
        cost: Floats = aim.false_positive * (flagged - hits)
        return -(cost + aim.false_negative * (positives - hits))
    f1: Floats = 2 * hits / (flagged + positives)
    return f1


def _cuts(y: Array, p: Floats) -> tuple[Floats, Floats, Floats, int]:
    """Every threshold that matters, falling, with hits and rows flagged at each."""
    if y.shape != p.shape or p.ndim != 1 or not np.isin(y, (0, 1)).all() or not _is_share(p):
        raise BadData(
            f"choose_threshold(y={y.shape}, p={p.shape}): y must be 0 or 1 and p a probability for "
            "each row. Give the codes of the two classes and the probability of the second."
        )
    positives = int(y.sum())
    if positives in (0, len(y)):
        raise BadData(
            f"choose_threshold(y): both classes must occur, but {positives} of {len(y)} rows are "
            "1. Give a part that has both, e.g. by a stratified split."
        )
    order = np.argsort(-p, kind="stable")
    falling = p[order]
    last = np.flatnonzero(np.r_[falling[1:] != falling[:-1], True])  # last row of each tie
    hits = np.cumsum(y[order])[last]
    between = falling[last[:-1]] + (falling[last[:-1] + 1] - falling[last[:-1]]) / 2
    none = np.nextafter(1.0, 2.0) if falling[0] == 1 else (1 + falling[0]) / 2
    cuts = np.r_[none, between, 0.0]
    return cuts, np.r_[0.0, hits], np.r_[0.0, last + 1.0], positives


def _is_share(p: Floats) -> bool:
    return bool(np.isfinite(p).all() and (p >= 0).all() and (p <= 1).all())


def _check_aim(aim: Aim) -> None:
    if isinstance(aim, Recall | Precision) and not 0 < aim.least <= 1:
        raise BadParameter(
            f"{type(aim).__name__}(least={aim.least}): least must be a number in (0, 1]. "
            "0.8 means four of five."
        )
    if isinstance(aim, Cost):
        prices = (aim.false_positive, aim.false_negative)
        if not (np.isfinite(prices).all() and min(prices) >= 0 and max(prices) > 0):
            raise BadParameter(
                f"Cost(false_positive={prices[0]}, false_negative={prices[1]}): prices must be "
                "finite, at least 0, and not both 0. 1 and 10 make a miss ten false alarms."
            )
