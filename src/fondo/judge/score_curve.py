"""A learning curve in the unit of a score, beside the naive answer, and what it says in words.

Errors fall and scores may rise; the curve of the errors is in `learning_curve`.
"""

import math
from dataclasses import dataclass
from typing import Any

from fondo.judge.learning_curve import Estimate, LearningCurve

_LARGE = 1e9  # from here on numbers are written with a power of ten


@dataclass(frozen=True)
class ScoreCurve:
    """How a score goes with the rows learnt from.

    Attributes
    ----------
    metric : str
    higher_is_better : bool
        Then it lies between 0 and 1, and the error is 1 minus the score.
    curve : LearningCurve
        Of the error.
    scores : tuple (repeats) of tuple (sizes) of float
        As measured.
    naive : tuple (sizes) of float
        Mean score of the best constant answer, learnt from the same rows.
    """

    metric: str
    higher_is_better: bool
    curve: LearningCurve
    scores: tuple[tuple[float, ...], ...]
    naive: tuple[float, ...]

    @property
    def name(self) -> str:
        """Name of the score in words."""
        return self.metric.replace("_", " ")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Rows learnt from."""
        return self.curve.sizes

    def at(self, n: float) -> Estimate:
        """Score with n rows, on the curve."""
        return self._score(self.curve.at(n))

    def measured(self, place: int) -> Estimate:
        """Mean score at one of the sizes."""
        return self._score(self.curve.measured(place))

    def gain(self, factor: float = 2.0) -> Estimate:
        """How much better the score gets with `factor` times the rows; above 0 is better."""
        return self.curve.gain(factor)

    def rows_for(self, score: float) -> Estimate:
        """Rows with which the curve reaches a score; infinite where it never does."""
        return self.curve.rows_for(1 - score if self.higher_is_better else score)

    @property
    def helps(self) -> bool:
        """Whether doubling the rows buys more than chance would show.

        The lower end must be above 0 with the digits it is written with: a law that fell steeply
        once can only fall on, be it by next to nothing.
        """
        gain = self.gain()
        return gain.low > 0 and float(rounded(gain)[1].replace(",", "")) > 0

    @property
    def told(self) -> str:
        """One sentence: what doubling the rows would buy."""
        n, gain = f"{self.sizes[-1]:,}", self.gain()
        if self.helps:
            verb, by = "raise" if self.higher_is_better else "lower", rounded(gain)
            to = rounded(self.at(2 * self.sizes[-1]), gain)[0]
            return (
                f"Doubling the {n} training rows would {verb} {self.name} by about {by[0]} "
                f"({by[1]} to {by[2]}), to {to}."
            )
        change = gain if self.higher_is_better else Estimate(-gain.value, -gain.high, -gain.low)
        _, low, high = rounded(change, sign="+")
        if gain.high < 0:
            return (
                f"More rows made it worse: doubling the {n} training rows would change "
                f"{self.name} by {low} to {high}. Look whether the rows are all of one kind."
            )
        return (
            "More rows of this kind would buy nothing that can be told from chance: doubling the "
            f"{n} training rows would change {self.name} by something between {low} and {high}."
        )

    @property
    def told_briefly(self) -> str:
        """The same as an afterthought to another score's sentence."""
        value, low, high = rounded(self.gain())
        if self.helps:
            verb = "rise" if self.higher_is_better else "fall"
            return f"The {self.name} would {verb} by about {value} ({low} to {high})."
        return f"By {self.name} no gain can be told from chance ({low} to {high})."

    @property
    def warning(self) -> str:
        """What makes the curve doubtful; empty where nothing does."""
        n, best, naive = f"{self.sizes[-1]:,}", self.measured(-1).value, self.naive[-1]
        told, foretold = [], self.curve.foretold
        if not foretold.holds:
            predicted, measured = self._turned(foretold.predicted), self._turned(foretold.measured)
            shown = rounded(Estimate(measured, foretold.low, foretold.high))[0]
            said = rounded(Estimate(predicted, foretold.low, foretold.high))[0]
            told.append(
                f"The curve is no sure guide: from the smaller sizes alone it foretells "
                f"{self.name} {said} for {n} rows, and {shown} was measured, which chance does not "
                "explain."
            )
        if (best <= naive) if self.higher_is_better else (best >= naive):
            told.append(
                f"With {n} rows the network is no better by {self.name} than always giving the "
                "same answer."
            )
        return " ".join(told)

    def table(self) -> list[dict[str, Any]]:
        """One row a size, then the doubled rows as the curve foretells them."""
        found = [
            self._row(n, self.measured(k)) | {"naive": self.naive[k], "foretold": False}
            for k, n in enumerate(self.sizes)
        ]
        twice = 2 * self.sizes[-1]
        return [*found, self._row(twice, self.at(twice)) | {"naive": None, "foretold": True}]

    def _row(self, n: int, score: Estimate) -> dict[str, Any]:
        return {"rows": n, "curve": self.at(n).value, **score.to_json()}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: the table, the law, the doubling, and the check."""
        law, foretold = self.curve.law, self.curve.foretold
        return {
            "metric": self.metric,
            "higher_is_better": self.higher_is_better,
            "sizes": self.table(),
            "scores": [list(line) for line in self.scores],
            "law": {
                name: float(getattr(law, name)) for name in ("floor", "scale", "rate", "reference")
            },
            "doubling": self.gain().to_json(),
            "check": {
                "predicted": self._turned(foretold.predicted),
                "measured": self._turned(foretold.measured),
                "holds": foretold.holds,
            },
        }

    def _turned(self, error: float) -> float:
        return 1 - error if self.higher_is_better else error

    def _score(self, error: Estimate) -> Estimate:
        if not self.higher_is_better:
            return error
        ends = (1 - error.value, 1 - error.high, 1 - error.low)
        return Estimate(*(max(end, 0.0) for end in ends))  # no such score is below 0


def rounded(
    found: Estimate, width: Estimate | None = None, *, sign: str = ""
) -> tuple[str, str, str]:
    """Value and ends with the digits that the interval (or another, `width`) is worth.

    Examples
    --------
    >>> rounded(Estimate(0.01234, 0.00312, 0.0204))
    ('0.012', '0.003', '0.020')
    >>> rounded(Estimate(12345.6, 11000.0, 13900.0), sign="+")
    ('+12,300', '+11,000', '+13,900')
    """
    reach = width or found
    size = reach.high - reach.low
    if not math.isfinite(size):
        size = abs(found.value)
    places = 1 - math.floor(math.log10(size)) if size > 0 else 4
    shown = [_written(value, places, sign) for value in found]
    return shown[0], shown[1], shown[2]


def _written(value: float, places: int, sign: str) -> str:
    if not math.isfinite(value):
        return f"{value:{sign}}"
    if abs(value) >= _LARGE:
        return f"{value:{sign}.3g}"
    text = f"{round(value, places):{sign},.{max(places, 0)}f}"
    return text.lstrip("-") if not text.strip("+-0.,") else text
