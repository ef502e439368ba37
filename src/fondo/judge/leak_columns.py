"""Single columns that know too much: the target in disguise, and identifiers that predict.

Each column is asked alone, in cross-validation over a sample of both parts.
"""

import re
from typing import Any

import numpy as np
from scipy import stats
from sklearn.model_selection import KFold
from sklearn.tree import DecisionTreeRegressor

from fondo.judge.intervals import Array, Floats
from fondo.judge.parts import Leak, Part, joint_codes

MOST_ROWS = 5_000
LEAST_ROWS = 30  # below it, one column predicting all is no surprise
DISGUISE = {"class": 0.98, "number": 0.99}  # explained share of the target's variance
LEAST_SKILL = 0.05
_ID_NAME = re.compile(r"(^|[_\W])(id|uid|uuid|guid|key|index|idx|number|nr|no)$|[a-z]I[dD]$", re.I)


def column_leaks(train: Part, test: Part, kind: str) -> list[Leak]:
    """Columns that, alone, say the target or should not be able to say anything.

    Parameters
    ----------
    train, test : Part
        Both sides.
    kind : "class" or "number"
        Kind of target.

    Returns
    -------
    list of Leak
        At most one a column, and only where a column explains 98 % (classes) or 99 % (numbers)
        of the target, or numbers the rows and yet predicts.
    """
    n_test = len(test.y)
    y = np.concatenate([np.asarray(train.y), np.asarray(test.y)])
    if len(y) < LEAST_ROWS:
        return []
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(y))[:MOST_ROWS]
    target = _target(y[rows], kind)
    if target is None:
        return []
    found = []
    for name in train.columns:
        if name not in test.columns:
            continue
        pair = np.asarray(train.columns[name]), np.asarray(test.columns[name])
        x, is_number = _values(*pair, rows)
        numbering = is_identifier(name, *pair)
        skill = _skill(x, target, is_number or numbering)
        leak = _judged(name, skill, len(rows), numbering, kind, n_test)
        if leak is None and train.groups is None and _ID_NAME.search(name):
            leak = _shared_identifier(name, *pair, skill)
        found += [leak] if leak else []
    return found


def is_identifier(name: str, first: Array, second: Array) -> bool:
    """Whether a column numbers or names rows.

    As good as all its values differ, and they are text, a dense run of whole numbers, or the
    column is called an identifier.
    """
    values = np.concatenate([np.asarray(first), np.asarray(second)])
    n = len(values)
    if n < LEAST_ROWS or values.dtype.kind in "bmM":
        return False
    if values.dtype.kind == "f" and not (np.isfinite(values).all() and (values % 1 == 0).all()):
        return False
    codes = joint_codes(values, values[:0])[0]
    if len(np.unique(codes)) < 0.99 * n:
        return False
    if values.dtype.kind in "iuf":
        dense = float(values.max()) - float(values.min()) < 3 * n
        return dense or bool(_ID_NAME.search(name))
    return True


def _judged(
    name: str, skill: float, n: int, numbering: bool, kind: str, n_test: int
) -> Leak | None:
    if numbering:
        if skill < LEAST_SKILL + 2 / n**0.5:
            return None
        message = (
            f"Column {name} only numbers or names the rows, yet it explains {skill:.0%} of the "
            "target: the order of the rows gives the answer away. Leave it out, and shuffle before "
            "splitting."
        )
        return Leak("identifier", "leak" if skill > 0.5 else "warning", name, message, n_test)
    if skill < DISGUISE[kind]:
        return None
    message = (
        f"Column {name} alone explains {min(skill, 0.9999):.2%} of the target: it may be the "
        "target in disguise, or known only afterwards. Leave it out, unless it is known before "
        "the answer is needed."
    )
    return Leak("target in disguise", "leak", name, message, n_test)


def _shared_identifier(name: str, first: Array, second: Array, skill: float) -> Leak | None:
    """An identifier with several rows each, in both parts, whose rows share their answer."""
    left, right = joint_codes(first, second)
    values = len(np.unique(np.r_[left, right]))
    rows = int(np.isin(right, left).sum())
    several = 20 <= values <= (len(left) + len(right)) / 2
    if not several or not rows or skill < 0.2:
        return None
    message = (
        f"{rows:,} of {len(right):,} test rows share their {name} with training rows, and {name} "
        f"alone explains {skill:.0%} of the target: if it names persons or things, new ones will "
        "not be known. Split by group."
    )
    return Leak("group", "warning", name, message, rows)


def _target(y: Array, kind: str) -> Floats | None:
    """Numbers (n, 1), or one column of 0 and 1 a class; None where there is nothing to explain."""
    if kind == "number":
        numbers: Floats = y.astype(np.float64)[:, None]
        return numbers if np.ptp(numbers) > 0 else None
    codes = joint_codes(y, y[:0])[0]
    if codes.max(initial=0) == 0:
        return None
    frequent = np.argsort(-np.bincount(codes), kind="stable")[:50]
    ones: Floats = (codes[:, None] == frequent).astype(np.float64)
    return ones


def _values(first: Array, second: Array, rows: Array) -> tuple[Floats, bool]:
    """The column as numbers, or as codes in sorted order, and which of the two."""
    values = np.concatenate([first, second])[rows]
    if values.dtype.kind in "biuf":
        x = values.astype(np.float64)
        x[~np.isfinite(x)] = np.nan
        return np.clip(x, -1e30, 1e30), True  # trees work in float32
    if values.dtype.kind in "mM":
        return np.where(np.isnat(values), np.nan, values.astype(np.int64) / 1.0), True
    text = np.array(["" if v is None or v != v else str(v) for v in values.tolist()])
    return np.unique(text, return_inverse=True)[1].astype(np.float64), False


def _skill(x: Floats, target: Floats, ordered: bool) -> float:
    """Share of the target's variance that the column explains out of sample; below 0 for noise.

    For classes it is the Brier skill, 1 - Brier / Brier of the class shares.
    """
    said = np.empty_like(target)
    for train, test in KFold(5, shuffle=True, random_state=0).split(x):
        said[test] = _predicted(x[train], target[train], x[test], ordered)
    error = ((said - target) ** 2).sum()
    explained = 1 - float(error / ((target - target.mean(axis=0)) ** 2).sum())
    if ordered and target.shape[1] == 1 and not np.isnan(x).any() and np.ptp(x) > 0:
        y = target[:, 0]
        straight = abs(float(stats.pearsonr(x, y).statistic))
        rising = abs(float(stats.spearmanr(x, y).statistic))
        explained = max(explained, straight**2, rising**2)
    return explained


def _predicted(x: Floats, y: Floats, new: Floats, ordered: bool) -> Floats:
    if ordered:
        leaf = 5 if y.shape[1] > 1 else 2
        tree: Any = DecisionTreeRegressor(min_samples_leaf=leaf, random_state=0)
        guess: Floats = tree.fit(x[:, None], y).predict(new[:, None]).reshape(len(new), -1)
        return guess
    size = int(max(x.max(), new.max())) + 1
    codes, count = x.astype(int), np.bincount(x.astype(int), minlength=size)
    sums = np.stack([np.bincount(codes, column, size) for column in y.T], axis=1)
    known = sums / np.maximum(count, 1)[:, None]
    known[count == 0] = y.mean(axis=0)
    found: Floats = known[new.astype(int)]
    return found
