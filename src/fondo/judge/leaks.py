"""Signs that test rows are no honest test: found between two parts and named.

Rows are compared in `leak_rows`, single columns in `leak_columns`; here are time, groups and the
list of all. No check proves a leak: each says what was seen and what to do.
"""

from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.judge.answers import check_kind
from fondo.judge.intervals import Array
from fondo.judge.leak_columns import column_leaks
from fondo.judge.leak_rows import same_rows
from fondo.judge.parts import Leak, Part

__all__ = ["Leak", "Part", "find_leaks"]


def find_leaks(train: Part, test: Part, kind: str) -> list[Leak]:
    """Look for everything that makes test scores better than life.

    The same row on both sides; a column that almost equals the target; an identifier that
    predicts; time running backwards between the parts; one group on both sides.

    Parameters
    ----------
    train, test : Part
        What was learnt from, and what is judged on; the same columns.
    kind : "class" or "number"
        Kind of target.

    Returns
    -------
    list of Leak
        The most serious first. Severity "leak" means that the score cannot be trusted, "warning"
        that a person should look, "note" that it was seen and is no cause for doubt.

    Examples
    --------
    >>> rows = np.arange(3, dtype=np.uint64)
    >>> part = Part(rows, {}, np.arange(3.0), groups=np.array(["a", "b", "b"]))
    >>> [leak.kind for leak in find_leaks(part, part, "number")]
    ['group', 'same row']
    """
    check_kind("find_leaks", kind)
    for name, part in (("train", train), ("test", test)):
        if len(part.y) == 0 or len(part.hashes) != len(part.y):
            raise BadData(
                f"find_leaks({name}): there must be at least one row and one hash a row, not "
                f"{len(part.y)} targets and {len(part.hashes)} hashes. Hash these very rows."
            )
    found = [*groups_shared(train, test), *time_backwards(train, test)]
    found += [*same_rows(train, test), *column_leaks(train, test, kind)]
    order = {"leak": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda leak: order[leak.severity])


def groups_shared(train: Part, test: Part) -> list[Leak]:
    """Groups (persons, households, machines) that have rows in both parts."""
    if train.groups is None or test.groups is None:
        return []
    known = set(np.asarray(train.groups).tolist())
    shared = [group in known for group in np.asarray(test.groups).tolist()]
    rows = sum(shared)
    if rows == 0:
        return []
    first = np.asarray(test.groups).tolist()[shared.index(True)]
    message = (
        f"{rows:,} of {len(shared):,} test rows belong to groups that also have training rows, "
        f"for instance {first!r}. Split by group."
    )
    return [Leak("group", "leak", "groups", message, rows)]


def time_backwards(train: Part, test: Part) -> list[Leak]:
    """Training rows that are later than test rows, where the parts are ordered by time."""
    if train.time is None or test.time is None:
        return []
    past, future = _known(train.time), _known(test.time)
    if not len(past) or not len(future):
        return []
    rows = int((future < past.max()).sum())
    if rows == 0:
        return []
    severity = "leak" if rows > 0.01 * len(future) else "warning"
    message = (
        f"{rows:,} of {len(future):,} test rows are earlier than the last training row "
        f"({past.max()}): the model has seen the future of the rows it is judged on. "
        "Take the latest rows as the test part."
    )
    return [Leak("time", severity, "time", message, rows)]


def _known(times: Array) -> Any:
    """Times that are not missing."""
    values = np.asarray(times)
    if values.dtype == object:
        values = np.array([v for v in values.tolist() if v is not None])
    return values[values == values] if len(values) else values  # nan and NaT differ from themselves
