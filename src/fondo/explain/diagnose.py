"""What holds a fitted task back: its errors on the rows it learnt from and on others, compared.

What the gaps mean is decided in `judge.diagnosis`; here the errors are measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.explain.apart import check_apart, set_apart
from fondo.judge.answers import Answers
from fondo.judge.diagnosis import Diagnosis
from fondo.judge.diagnosis import diagnose as diagnose_levels
from fondo.judge.evaluation import Evaluation
from fondo.judge.levels import DRAWN, Level, Levels, check_human
from fondo.judge.measures import MEASURES, level_of, level_of_score
from fondo.judge.metrics import headline
from fondo.tasks.rows import Part, part_of

MOST_ROWS = (
    20_000  # of a part that are predicted: the interval of an error rate is below 1.4 points
)
_TEST_ROWS = {
    "alike": "on test rows",
    "later": "on the later test rows",
    "other groups": "on test rows of other groups",
    "elsewhere": "on these rows",
}


@dataclass(frozen=True)
class Parts:
    """Rows of a fitted task, each with its part to play, as the task reads them.

    Parameters
    ----------
    training, test : Part
        Rows learnt from, and rows that had no part in training.
    validation : Part or None
        Rows that chose the epoch.
    answers : Answers or None
        To all test rows, where they are at hand; None asks the task.
    validation_rows, test_rows : one of DRAWN
        How validation rows were drawn beside the training rows, and test rows beside validation.
    counts : mapping of str to int
        Rows of "train", "validation" and "test" in all, where these are samples of them.
    """

    training: Part
    test: Part
    validation: Part | None = None
    answers: Answers | None = None
    validation_rows: str = "alike"
    test_rows: str = "alike"
    counts: Mapping[str, int] = field(default_factory=dict)


def diagnose(
    task: Any,
    train: tuple[Any, ...],
    test: tuple[Any, ...],
    validation: tuple[Any, ...] | None = None,
    human: float | None = None,
    *,
    drawn: str = "alike",
    seed: int = 0,
) -> Diagnosis:
    """Say what holds a fitted task back, high bias, high variance or other data, and what to do.

    The errors on training, validation and test rows are compared with one another, with the best
    classic model fitted on the same rows, and with a person's error where one is stated.

    Parameters
    ----------
    task : Task
        Fitted.
    train : (X, y) or (X, y, groups)
        The rows that `fit` was given, in their order, with groups where it had groups; the
        validation rows are found among them. With `validation`, the rows learnt from alone.
    test : (X, y) or (X, y, groups)
        Rows that had no part in training.
    validation : (X, y), (X, y, groups) or None, default=None
        Rows that chose the epoch, where `fit` was given them as `validation_data`.
    human : float or None, default=None
        Error of a person who does the same by hand: the share of wrong answers for classes, the
        RMSE in the unit of the target for numbers (MAE where the loss is "mae" or a quantile); of
        several numbers a row, each in standard deviations over the rows that are judged.
    drawn : {"alike", "later", "other groups", "elsewhere"}, default="alike"
        How the test rows were drawn, beside the validation rows. Only where they were drawn
        otherwise can a higher test error be a mismatch of the data.
    seed : int, default=0
        Draws rows, where a part has more than 20,000.

    Returns
    -------
    diagnosis : Diagnosis
        `findings` in order of size, each with its gap, interval and remedy; `levels`; `notes`;
        `line`, all on one line; `also`, the same by log loss or MAE.

    Raises
    ------
    BadParameter
        `human` is no error, or above that of always giving the same answer.
    BadData
        `train` does not hold the validation rows of the task.

    Notes
    -----
    Training rows are predicted like all others, with dropout off: the loss that is shown while
    training is another number. For classes, error rate and log loss are measured, with the
    likeliest class whatever the threshold; where one class has four fifths of the rows and no
    person's level is stated, log loss comes first.

    References
    ----------
    Ng (2018), Machine Learning Yearning, chapters 20 to 22 and 40 to 41.

    Examples
    --------
    >>> import fondo
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> small = fondo.MLP(hidden=(8,), embedding="none", members=1)
    >>> task = fondo.TableClassifier(architecture=small, epochs=2).fit(X[::2], y[::2])
    >>> found = diagnose(task, train=(X[::2], y[::2]), test=(X[1::2], y[1::2]))
    >>> sorted(found.levels.shown())
    ['best rival', 'naive', 'test', 'training', 'validation']
    """
    check_is_fitted(task, "network_")
    if drawn not in DRAWN:
        raise BadParameter(f"diagnose(drawn={drawn!r}): {did_you_mean(str(drawn), DRAWN)}")
    whole, unseen = _part(task, "train", train), _part(task, "test", test)
    check_person("diagnose", task, whole.y, human)
    validation_rows, held = "alike", None
    if validation is not None:
        training, held = whole, _part(task, "validation", validation)
    else:
        training, held = set_apart(task, whole)
        check_apart(task, held)
        if held is not None:
            validation_rows = drawn_apart(task, whole)
    answers = task.answers(unseen.X)
    evaluation = task.judged(unseen, answers, whole, leaks=False)
    parts = Parts(training, unseen, held, answers, validation_rows, drawn)
    return diagnose_parts(task, parts, evaluation, human=human, seed=seed)


def _part(task: Any, name: str, given: Any) -> Part:
    if not isinstance(given, tuple | list) or len(given) not in (2, 3):
        raise BadParameter(
            f"diagnose({name}=...): {name} must be (X, y), or (X, y, groups). Give rows with their "
            "targets."
        )
    X, y = task.read(given[0], given[1])
    if y is None:
        raise BadData(f"diagnose({name}): the targets are missing. Give (X, y).")
    groups = None if len(given) == 2 else np.asarray(given[2])
    if groups is not None and len(groups) != len(y):
        raise BadData(f"diagnose({name}): {len(y)} rows but {len(groups)} groups. Give one a row.")
    return Part(X, y, groups=groups)


def drawn_apart(task: Any, whole: Part) -> str:
    """How `fit` drew the validation rows beside those it learnt from, one of DRAWN."""
    if whole.groups is not None:
        return "other groups"
    return "alike" if isinstance(task.validation, float | int) else "later"


def measures_of(task: Any) -> tuple[str, str]:
    """The measure that a person's level is stated by, and the one told beside it."""
    if task.kind == "class":
        return "error_rate", "log_loss"
    if task.kind == "points":
        return "point_error", "point_error"
    loss = getattr(task, "loss", "")
    absolute = isinstance(loss, str) and loss.startswith(("mae", "quantile"))
    end = "_standardised" if task.kind == "numbers" else ""
    first, second = ("mae", "rmse") if absolute else ("rmse", "mae")
    return f"{first}{end}", f"{second}{end}"


def check_person(owner: str, task: Any, y: Any, human: float | None) -> None:
    """Raise BadParameter where a person cannot have that error on targets like these."""
    if human is None:
        return
    metric = measures_of(task)[0]
    check_human(owner, metric, human, naive_level(task.fool(y), metric, y).value)


def naive_level(fools: Mapping[str, Any], metric: str, y: Any) -> Level:
    """Error of the best constant answer on these rows."""
    whose = "of always giving the same answer"
    levels = [level_of(metric, y, fool.answers(len(y)), whose) for fool in fools.values()]
    return min(levels, key=lambda level: level.value)


def diagnose_parts(
    task: Any, parts: Parts, evaluation: Evaluation, *, human: float | None = None, seed: int = 0
) -> Diagnosis:
    """Diagnosis of a fitted task whose rows are read and parted.

    Parameters
    ----------
    task : Task
        Fitted.
    parts : Parts
        Its rows.
    evaluation : Evaluation
        Of the test rows, with the rivals' scores where they are known.
    human : float or None, default=None
        Error of a person.
    seed : int, default=0
        Draws rows of large parts.
    """
    asked = {
        "training": _ask(task, parts.training, "on training rows", seed),
        "test": _ask(task, parts.test, _TEST_ROWS[parts.test_rows], seed, parts.answers),
    }
    if parts.validation is not None:
        asked["validation"] = _ask(task, parts.validation, "on validation rows", seed)
    for name, one in asked.items():
        in_all = parts.counts.get("train" if name == "training" else name, 0)
        asked[name] = replace(one, count=max(one.count, in_all))
    order, notes = _order(task, asked, human)
    usual = measures_of(task)[0]
    found = [
        Levels(
            metric,
            naive=naive_level(task.fools_, metric, asked["training"].y),
            rival=best_rival(task, evaluation, metric),
            human=human if metric == usual else None,
            validation_rows=parts.validation_rows,
            test_rows=parts.test_rows,
            unfinished=task.best_epoch_ == len(task.history_) == task.epochs,
            comparable=task.row_weight(parts.training.y) is None,
            notes=tuple(notes) if metric == order[0] else (),
            **{name: one.level(metric) for name, one in asked.items()},
        )
        for metric in order
    ]
    return diagnose_levels(found[0], found[1] if len(found) > 1 else None, task.data)


@dataclass(frozen=True)
class _Asked:
    """Rows of one part with what the task answers to them."""

    y: Any
    answers: Answers
    groups: np.ndarray | None
    whose: str
    count: int
    tilted: bool

    def level(self, metric: str) -> Level:
        return level_of(metric, self.y, self.answers, self.whose, self.groups)


def _ask(task: Any, part: Part, whose: str, seed: int, answers: Answers | None = None) -> _Asked:
    """Answers to the rows of a part, at most 20,000 of them where they are not at hand."""
    count, groups = task.n_rows(part.X), part.groups
    if answers is None and count > MOST_ROWS:
        rows = np.sort(np.random.default_rng(seed).permutation(count)[:MOST_ROWS])
        groups = None if groups is None else groups[rows]
        part = part_of(task, Part(part.X, part.y), rows)
    plain, tilted = likeliest(task.answers(part.X) if answers is None else answers)
    return _Asked(part.y, plain, groups, whose, count, tilted)


def _order(
    task: Any, asked: Mapping[str, _Asked], human: float | None
) -> tuple[list[str], list[str]]:
    """Measures, the one that decides first; and what is to be said of them and of the rows."""
    order = list(dict.fromkeys(measures_of(task)))
    notes = [
        f"The error {one.whose} is that of {len(one.y):,} of {one.count:,}, drawn at random."
        for one in asked.values()
        if len(one.y) < one.count
    ]
    if task.kind != "class":
        return order, notes
    if asked["test"].answers.probabilities is None:
        return order[:1], notes
    if human is None and headline("class", asked["training"].y) != "accuracy":
        order.reverse()
        notes.append("One class has most of the rows, so log loss decides, not the error rate.")
    if any(one.tilted for one in asked.values()):
        notes.append(
            "Error rates are of the likeliest class; the threshold that was chosen for an aim is "
            "left aside."
        )
    return order, notes


def likeliest(answers: Answers) -> tuple[Answers, bool]:
    """Answers whose labels are the likeliest classes, and whether some had not been so."""
    if answers.probabilities is None or answers.labels is None:
        return answers, False
    p, classes = np.asarray(answers.probabilities), np.asarray(answers.classes)
    best = p.argmax(axis=1)
    others = np.asarray(answers.labels) != classes[best]
    tilted = bool((others & (np.sort(p, axis=1)[:, -2] < p.max(axis=1))).any())
    return (Answers(None, p, classes), True) if tilted else (answers, False)


def best_rival(task: Any, evaluation: Evaluation, metric: str) -> Level | None:
    """Level of the classic model with the lowest error on the test rows; None where none is."""
    wanted = MEASURES[metric].score
    levels = [
        level_of_score(score, f"of {name} on test rows", evaluation.n_rows)
        for name, scores in evaluation.baselines.items()
        if name not in task.fools_
        for score in scores
        if score.name == wanted
    ]
    return min(levels, key=lambda level: level.value) if levels else None
