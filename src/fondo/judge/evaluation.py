"""The judgement: scores beside baselines, a plain verdict, leaks, curves.

It only judges answers that it is given; who gave them is the business of the tasks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.judge.answers import Answers, Case, NumberCase, NumbersCase, PointCase, case_of
from fondo.judge.baselines import NAMES
from fondo.judge.compare import Comparison, compare
from fondo.judge.curves import curves
from fondo.judge.intervals import Array
from fondo.judge.leaks import Leak
from fondo.judge.metrics import measure
from fondo.judge.scores import Score

__all__ = ["Evaluation", "Leak", "Score", "judge"]

NEARLY_CONSTANT = 0.02  # spread of the answers over that of the truth
MOST_NAMED = 5  # of several targets


@dataclass(frozen=True)
class Evaluation:
    """What is known about a model on rows it did not learn from.

    Attributes
    ----------
    kind : "class", "number", "numbers" or "points"
        Kind of target.
    n_rows : int
        Rows judged on.
    scores : list of Score
        The headline first.
    baselines : dict of str to list of Score
        The same scores of a fool and of classic models.
    leaks : list of Leak
        Why the scores may be too good; empty where nothing was found.
    verdict : str
        Whether the network is worth it, in plain words.
    comparisons : list of Comparison
        Headline score against each baseline, best baseline first.
    curves : dict
        Plain numbers for charts, see `curves`.
    split : dict
        How the rows were chosen.
    notes : list of str
        What else a reader must know.
    """

    kind: str
    n_rows: int
    scores: list[Score]
    baselines: dict[str, list[Score]]
    leaks: list[Leak]
    verdict: str
    comparisons: list[Comparison] = field(default_factory=list)
    curves: dict[str, Any] = field(default_factory=dict)
    split: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON from which `from_json` rebuilds it."""
        return {
            "kind": self.kind,
            "n_rows": self.n_rows,
            "scores": [score.to_json() for score in self.scores],
            "baselines": {k: [s.to_json() for s in v] for k, v in self.baselines.items()},
            "leaks": [leak.to_json() for leak in self.leaks],
            "verdict": self.verdict,
            "comparisons": [c.to_json() for c in self.comparisons],
            "curves": self.curves,
            "split": self.split,
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Evaluation":
        """Rebuild from what `to_json` gave; BadData where that is not so."""
        try:
            return cls(
                kind=str(plain["kind"]),
                n_rows=int(plain["n_rows"]),
                scores=[Score.from_json(s) for s in plain["scores"]],
                baselines={
                    k: [Score.from_json(s) for s in v] for k, v in plain["baselines"].items()
                },
                leaks=[Leak.from_json(leak) for leak in plain["leaks"]],
                verdict=str(plain["verdict"]),
                comparisons=[Comparison.from_json(c) for c in plain["comparisons"]],
                curves=dict(plain["curves"]),
                split=dict(plain["split"]),
                notes=[str(note) for note in plain["notes"]],
            )
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise BadData(
                "Evaluation.from_json(plain): it must be what to_json gave. Evaluate again to "
                "write a new one."
            ) from fault


def judge(
    kind: str,
    y: Array,
    answers: Answers,
    baselines: Mapping[str, Answers] | None = None,
    leaks: Sequence[Leak] = (),
    *,
    split: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> Evaluation:
    """Score answers beside baselines and say plainly whether the model is worth it.

    Parameters
    ----------
    kind : "class", "number", "numbers" or "points"
        Kind of target.
    y : array (n,)
        The truth of rows that the model did not learn from.
    answers : Answers
        What the model said.
    baselines : mapping of str to Answers, default=None
        What simpler models said of the same rows.
    leaks : sequence of Leak, default=()
        From `find_leaks`; those of severity "note" go to the notes.
    split : mapping, default=None
        How the rows were chosen, kept as it is.
    notes : sequence of str, default=()
        Kept as they are; warnings of this function follow.

    Returns
    -------
    Evaluation
        "Better" and "worse" mean that the 95 % interval of the paired difference to the best
        baseline does not hold 0.

    Examples
    --------
    >>> y = np.arange(100.0)
    >>> found = judge("number", y, Answers(numbers=y + 1), {"mean": Answers(numbers=0 * y + 50)})
    >>> found.verdict.split(":")[0]
    'Worth it'
    """
    y, rivals = np.asarray(y), dict(baselines or {})
    case = case_of(kind, y, answers)
    scores = measure(kind, y, answers)
    names = {score.name for score in scores}
    beside = {
        name: [score for score in measure(kind, y, rival) if score.name in names]
        for name, rival in rivals.items()
    }
    comparisons = _comparisons(kind, y, answers, rivals, beside, scores[0])
    serious = [leak for leak in leaks if leak.severity != "note"]
    remarks = [*notes, *(leak.message for leak in leaks if leak.severity == "note")]
    remarks += [f"{name}: {rival.note}." for name, rival in rivals.items() if rival.note]
    constant = constant_warning(case)
    return Evaluation(
        kind=kind,
        n_rows=len(y),
        scores=scores,
        baselines=beside,
        leaks=serious,
        verdict=" ".join(
            filter(None, [_verdict(scores[0], comparisons), constant, _doubt(serious)])
        ),
        comparisons=comparisons,
        curves=curves(case),
        split=dict(split or {}),
        notes=remarks,
    )


def _comparisons(
    kind: str,
    y: Array,
    answers: Answers,
    rivals: Mapping[str, Answers],
    beside: Mapping[str, Sequence[Score]],
    top: Score,
) -> list[Comparison]:
    """Headline score against each baseline that has it, the best baseline first."""
    sign = 1 if top.higher_is_better else -1
    values = {
        name: sign * score.value
        for name, scores in beside.items()
        for score in scores
        if score.name == top.name
    }
    order = sorted(values, key=lambda name: values[name], reverse=True)
    return [compare(kind, y, answers, rivals[name], metric=top.name, other=name) for name in order]


def _verdict(top: Score, comparisons: Sequence[Comparison]) -> str:
    """Whether the network is worth it: two sentences at most."""
    value, low, high = (_told(number) for number in (top.value, top.low, top.high))
    ours = f"{top.name} {value} (95 % interval {low} to {high})"
    if not comparisons:
        return f"No baseline to compare with: {ours}."
    best = comparisons[0]
    theirs = f"the best baseline, {best.other} ({_told(top.value - best.difference)})"
    gap = f"by {_told(abs(best.difference), 2)} ({_spread(best)})"
    if best.result == "better":
        return f"Worth it: {ours} is better than {theirs}, {gap}."
    fools = [c for c in comparisons if c.other in NAMES]
    beaten = all(c.result == "better" for c in fools)
    if best.result == "worse":
        words = f"Not worth it: {ours} is worse than {theirs}, {gap}."
    else:
        words = (
            f"Not shown to be worth it: {ours} is not distinguishable from {theirs}; "
            f"difference {_told(best.difference, 2, '+')} ({_spread(best)})."
        )
    if fools and not beaten:
        failed = next(c.other for c in fools if c.result != "better")
        return f"{words} It is not better than always giving the same answer ({failed})."
    return words


def _spread(c: Comparison) -> str:
    low, high = sorted((abs(c.low), abs(c.high))) if c.result != "level" else (c.low, c.high)
    return f"95 % interval {_told(low, 2)} to {_told(high, 2)}"


def _told(number: float, digits: int = 4, sign: str = "") -> str:
    """A number to read: some digits where it is small, whole with commas where it is large."""
    if abs(number) < 1000 or not np.isfinite(number):
        return f"{number:{sign}.{digits}g}"
    unit = 10 ** max(0, int(np.log10(abs(number))) + 1 - digits)
    return f"{round(number / unit) * unit:{sign},.0f}"


def _doubt(leaks: Sequence[Leak]) -> str:
    if any(leak.severity == "leak" for leak in leaks):
        return "But a leak was found: the score cannot be trusted before it is mended."
    return "Signs of a leak were found: look at them before trusting the score." if leaks else ""


def constant_warning(case: Case) -> str:
    """Sentence where the answers hardly differ from row to row; empty where they do.

    A network that has stopped learning (dead units, a step too large) answers one number, and
    its error can still look like an error.
    """
    if isinstance(case, PointCase):
        return ""  # a mean shape among the baselines says as much
    if isinstance(case, NumbersCase):
        return _constant_targets(case)
    if isinstance(case, NumberCase):
        spread, truth = float(case.guess.std()), float(case.y.std())
        if len(case.y) > 1 and truth > 0 and spread < NEARLY_CONSTANT * truth:
            return (
                f"Warning: the answers are nearly constant (standard deviation {spread:.3g}, of "
                f"the truth {truth:.3g}): the network has learnt next to nothing."
            )
        return ""
    if len(case.present) < 2 or (case.guess != case.guess[0]).any():
        return ""
    answer = case.classes[case.guess[0]]
    if case.p is None or float(case.p.std(axis=0).max()) < NEARLY_CONSTANT / 2:
        return (
            f"Warning: the answers are nearly constant (always {answer!s}): the network has learnt "
            "next to nothing."
        )
    return (
        f"Every row is answered {answer!s}, although the probabilities differ: choose a threshold "
        "for your aim, or use the probabilities as a ranking."
    )


def _constant_targets(case: NumbersCase) -> str:
    """The same of those of several targets whose answers hardly differ."""
    still = case.varies & (case.guess.std(axis=0) < NEARLY_CONSTANT * case.spread)
    if len(case.y) < 2 or not still.any():
        return ""
    names = ", ".join(f"{case.names[k]!r}" for k in np.flatnonzero(still)[:MOST_NAMED])
    more = ", ..." if still.sum() > MOST_NAMED else ""
    return (
        f"Warning: the answers are nearly constant for {names}{more}: the network has learnt next "
        f"to nothing of {'them' if still.sum() > 1 else 'it'}."
    )
