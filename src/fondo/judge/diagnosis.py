"""What holds a model back: bias, variance or other rows, read from gaps between levels of error.

The levels are measured in `measures`; which rows they come from is the business of the tasks.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from fondo.errors import BadParameter, did_you_mean
from fondo.judge.levels import DRAWN, WORDS, Level, Levels, difference, stated, told
from fondo.judge.remedies import NOTHING, TOO_FEW, TOO_FEW_GROUPS, remedy
from fondo.judge.wording import told_of

# What counts as large is a judgement; these shares are stated in `diagnose` and in the docs.
WORTH = 0.1  # of the error: a smaller gap is not what to mend first
SMALL = 0.01  # of the naive error: a smaller gap is no harm at all
OPEN = 0.1  # of the naive error: a gap that may be as large is not ruled out
LITTLE = 0.1  # of the naive error: who takes away less has learnt next to nothing


@dataclass(frozen=True)
class Finding:
    """A gap between two levels of error, or what is to be said where none stands out.

    Attributes
    ----------
    name : str
        "high bias", "avoidable bias", "high variance", "data mismatch", "nothing stands out" or
        "too few rows to tell" (pictures, sounds); "choice of the epoch" for a test error above the
        validation error where both parts were drawn alike.
    between : str
        Which two errors it lies between.
    gap, low, high : float
        One error minus another, with its 95 % interval.
    distinguishable : bool
        Whether chance alone is not enough to explain it.
    stands_out : bool
        Whether it is also large enough to be mended first.
    sentence, remedy : str
        What was seen, and what to do, in plain words.
    """

    name: str
    between: str
    gap: float
    low: float
    high: float
    distinguishable: bool
    stands_out: bool
    sentence: str
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain dict of the attributes; an end without a bound becomes None."""
        plain = asdict(self)
        return {k: None if v in (math.inf, -math.inf) else v for k, v in plain.items()}


@dataclass(frozen=True)
class Diagnosis:
    """What holds a model back.

    Attributes
    ----------
    levels : Levels
        What it rests on.
    findings : list of Finding
        Those that stand out, the largest first; or a single one that says why there is none.
    gaps : list of Finding
        Every gap that was looked at.
    notes : list of str
        What a reader must know.
    also : Diagnosis or None
        The same by another measure.
    data : str, default="tables"
        Kind of data that findings and notes speak of: rows, pictures or sounds.
    """

    levels: Levels
    findings: list[Finding]
    gaps: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    also: "Diagnosis | None" = None
    data: str = "tables"

    @property
    def line(self) -> str:
        """All of it on one line: the first finding with its remedy, then the others."""
        first, *others = self.findings
        words = [f"{first.name}: {first.sentence} {first.remedy}"]
        words += [f"Also {each.name}: {each.sentence}" for each in others]
        names = {each.name for each in self.findings}
        more = [] if self.also is None else [g for g in self.also.gaps if g.stands_out]
        if self.also is not None and (new := [g.name for g in more if g.name not in names]):
            words.append(f"By {WORDS[self.also.levels.metric]}: {', '.join(new)}.")
        return " ".join(words)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON from which `from_json` rebuilds it."""
        return {
            "metric": self.levels.metric,
            "findings": [each.to_json() for each in self.findings],
            "gaps": [each.to_json() for each in self.gaps],
            "levels": self.levels.to_json(),
            "notes": self.notes,
            "also": None if self.also is None else self.also.to_json(),
            "data": self.data,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Diagnosis":
        """The diagnosis that `to_json` wrote, drawn anew from its levels."""
        also = plain.get("also")
        return diagnose(
            Levels.from_json(plain["levels"]),
            None if also is None else Levels.from_json(also["levels"]),
            plain.get("data", "tables"),  # folders of fondo 0.1 do not say
        )


def diagnose(levels: Levels, also: Levels | None = None, data: str = "tables") -> Diagnosis:
    """Name what holds a model back, with the size of each gap and what to do about it.

        avoidable bias = training error - error of a person
        high bias      = training error - error that the best rival reaches on test rows
        high variance  = validation error - training error
        data mismatch  = test error - validation error, where the two were drawn differently;
                         where they were drawn alike, it is the choice of the epoch, or chance

    Parameters
    ----------
    levels : Levels
        Errors by the measure that decides.
    also : Levels or None, default=None
        Errors by another measure, told beside it.
    data : str, default="tables"
        Kind of data, as `task.data`: "pictures" and "sounds" are called so, all else rows.

    Returns
    -------
    diagnosis : Diagnosis
        A gap stands out where its 95 % interval leaves zero out, and it makes up at least a tenth
        of the error and more than a hundredth of the naive error. Where none does, but one may be
        as large as a tenth of the naive error, rows are too few to tell. Without a person's level
        or a rival, bias is high where less than a tenth of the naive error was taken away even on
        the rows learnt from.

    Notes
    -----
    The intervals tell the chance of which rows were drawn, for the network as it is: trained anew
    with another seed it would be another one.

    References
    ----------
    Ng (2018), Machine Learning Yearning, chapters 20 to 22 (bias, variance, avoidable bias) and
    40 to 41 (data mismatch). There, mismatch is told from variance by rows that are drawn like
    the training rows and held out; here the validation part is that, where it is drawn so.

    Examples
    --------
    >>> def level(value):
    ...     return Level("", value, value - 0.01, value + 0.01, 5000)
    >>> found = diagnose(Levels("error_rate", level(0.01), level(0.11), level(0.5), level(0.11)))
    >>> found.findings[0].name, round(found.findings[0].gap, 3)
    ('high variance', 0.1)
    """
    _check(levels)
    little = _little(levels)
    others = [gap for gap in (_bias(levels), _variance(levels), _beyond(levels)) if gap]
    others.sort(key=lambda g: -g.gap)
    gaps = ([little] if little else []) + others  # how much the first may cost, nobody knows
    standing = [g for g in gaps if g.stands_out]
    unsure = [g for g in gaps if _is_open(g, levels)]
    notes = [*levels.notes, *_notes(levels, gaps)]
    if standing:
        notes += [f"Whether there is {g.name}, too, cannot be told: {g.sentence}" for g in unsure]
    findings = standing or [_none(levels, gaps, unsure)]
    return Diagnosis(
        levels,
        [_told_of(data, each) for each in findings],
        [_told_of(data, each) for each in gaps],
        [told_of(data, note) for note in notes],
        None if also is None else diagnose(also, data=data),
        data,
    )


def _told_of(data: str, finding: Finding) -> Finding:
    """The finding in words that fit the kind of data."""
    words = ("name", "between", "sentence", "remedy")
    told_: dict[str, Any] = {name: told_of(data, getattr(finding, name)) for name in words}
    return replace(finding, **told_)


def _check(levels: Levels) -> None:
    for name, value, known in (
        ("metric", levels.metric, tuple(WORDS)),
        ("validation_rows", levels.validation_rows, DRAWN),
        ("test_rows", levels.test_rows, DRAWN),
    ):
        if value not in known:
            raise BadParameter(f"diagnose({name}={value!r}): {did_you_mean(str(value), known)}")


def _fair_rival(levels: Levels) -> Level | None:
    """The rival, where its test error says what training rows allow: where all are drawn alike."""
    alike = levels.test_rows == levels.validation_rows == "alike"
    return levels.rival if levels.comparable and alike else None


def _bias(levels: Levels) -> Finding | None:
    """Training error above what is known to be reachable; None where nothing is known."""
    rival = _fair_rival(levels)
    if rival is not None and (levels.human is None or rival.value < levels.human):
        return _gap(levels, "high bias", levels.training, rival)
    if levels.human is not None:
        return _gap(levels, "avoidable bias", levels.training, stated(levels.human))
    return None


def _little(levels: Levels) -> Finding | None:
    """High bias where nothing is known to be reachable, and the naive error was hardly lowered."""
    if not levels.comparable or levels.human is not None or _fair_rival(levels) is not None:
        return None
    low, high, _ = difference(levels.naive, levels.training)
    if low > 0 and high >= LITTLE * levels.naive.value:
        return None
    stands_out = high < LITTLE * levels.naive.value
    what = remedy("high bias", levels.unfinished)
    return Finding(
        "high bias",
        _between(levels.naive, levels.training),
        levels.naive.value - levels.training.value,
        low,
        high,
        stands_out,
        stands_out,
        _learnt(levels, high),
        what,
    )


def _between(upper: Level, lower: Level) -> str:
    return f"{upper.whose}, less that {lower.whose}"


def _learnt(levels: Levels, most: float) -> str:
    """Sentence on what the network took away of the naive error."""
    share = max(0.0, most / levels.naive.value) if levels.naive.value else 0.0
    return (
        f"Even on the rows it learnt from, the network's {WORDS[levels.metric]} "
        f"({_value(levels, levels.training)}) is at most {100 * share:.0f} % below that of always "
        f"giving the same answer ({_value(levels, levels.naive)})."
    )


def _variance(levels: Levels) -> Finding:
    """Error on rows not learnt from above that on rows learnt from."""
    return _gap(levels, "high variance", levels.validation or levels.test, levels.training)


def _beyond(levels: Levels) -> Finding | None:
    """Test error above validation error: mismatch, or no more than the choice of the epoch."""
    if levels.validation is None:
        return None
    name = "choice of the epoch" if levels.test_rows == "alike" else "data mismatch"
    return _gap(levels, name, levels.test, levels.validation)


def _gap(levels: Levels, name: str, upper: Level, lower: Level) -> Finding:
    low, high, _ = difference(upper, lower)
    gap = upper.value - lower.value
    error = max(level.value for level in (levels.training, levels.test, upper))
    large = gap >= WORTH * error and gap > SMALL * levels.naive.value * (1 + 1e-9)
    stands_out = low > 0 and large
    size = told(levels.metric, abs(gap), gap=True)
    words = (
        f"The {WORDS[levels.metric]} {upper.whose} ({_value(levels, upper)}) is {size} "
        f"{'above' if gap >= 0 else 'below'} that {lower.whose} ({_value(levels, lower)}); 95 % "
        f"interval of the gap {_range(levels, low, high)}."
    )
    what = remedy(name, levels.unfinished, levels.test_rows)
    beyond = low > 0 or high < 0
    between = _between(upper, lower)
    return Finding(name, between, gap, low, high, beyond, stands_out, words, what)


def _range(levels: Levels, low: float, high: float) -> str:
    """Ends of a gap, the unit written once: "4.1 to 6.3 points"."""
    ends = [told(levels.metric, end, gap=True) for end in (low, high)]
    if math.isfinite(low):
        ends[0] = ends[0].split()[0]
    return " to ".join(ends)


def _value(levels: Levels, level: Level) -> str:
    return told(levels.metric, level.value)


def _is_open(gap: Finding, levels: Levels) -> bool:
    """Whether a gap that may be nothing may also be large."""
    wide = gap.low <= 0 and gap.high >= OPEN * levels.naive.value
    return wide and not gap.stands_out and gap.name != "choice of the epoch"


def _none(levels: Levels, gaps: Sequence[Finding], unsure: Sequence[Finding]) -> Finding:
    """What to say where no gap stands out."""
    if unsure:
        widest = max(unsure, key=lambda g: g.high)
        grouped = "other groups" in (levels.validation_rows, levels.test_rows)
        words = f"{widest.name} cannot be ruled out. {widest.sentence}"
        return replace(
            widest,
            name="too few rows to tell",
            sentence=words[:1].upper() + words[1:],
            remedy=TOO_FEW_GROUPS if grouped else TOO_FEW,
        )
    largest = max(gaps, key=lambda g: g.gap)
    return replace(
        largest,
        name="nothing stands out",
        sentence="No gap between the levels is both beyond chance and large.",
        remedy=NOTHING,
    )


def _notes(levels: Levels, gaps: Sequence[Finding]) -> list[str]:
    """What a reader must know of these levels."""
    notes = []
    if levels.validation is None:
        notes.append(
            "There is no validation part: what is called variance is test error minus training "
            "error."
            + (
                " Whether other rows are to blame cannot be told."
                if levels.test_rows != "alike"
                else ""
            )
        )
    else:
        notes.append(
            "The validation rows chose the epoch, so their error is slightly too low, and the "
            "variance with it."
        )
        if levels.validation_rows != "alike":
            notes.append(
                f"The validation rows are not drawn like the training rows ({_how(levels)}), so "
                "what is called variance holds what that changes, too."
            )
    for gap in gaps:
        if gap.name == "choice of the epoch" and gap.distinguishable and not gap.stands_out:
            notes.append(f"{gap.sentence} {gap.remedy}")
        if gap.name == "high variance" and gap.high < 0:
            notes.append(f"{gap.sentence} The validation rows are easier than the training rows.")
    return notes + _note_on_rivals(levels)


def _how(levels: Levels) -> str:
    words = {"later": "they are later", "other groups": "they are of other groups"}
    return words.get(levels.validation_rows, "they come from elsewhere")


def _note_on_rivals(levels: Levels) -> list[str]:
    """Why a rival was, or was not, taken as what can be reached."""
    rival = _fair_rival(levels)
    if not levels.comparable:
        return [
            "Training weighs the classes and this measure does not, so bias is not judged beside "
            "the naive answer and the rivals."
        ]
    if rival is None:
        return []
    notes = []
    if levels.human is not None and rival.value < levels.human:
        notes.append(
            f"The {WORDS[levels.metric]} {rival.whose} ({_value(levels, rival)}) is below the one "
            "stated for a person: bias is measured against it."
        )
    most = difference(levels.naive, levels.training).high
    if most < LITTLE * levels.naive.value and difference(levels.training, rival).low <= 0:
        notes.append(
            f"{_learnt(levels, most)} No rival does better beyond chance: these columns seem to "
            "say little of the target."
        )
    return notes
