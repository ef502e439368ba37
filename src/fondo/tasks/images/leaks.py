"""Leaks that pictures can show: the same file on both sides, or one that looks the same.

Groups and times are looked at as for tables, in `judge.leaks`.
"""

from typing import Any

import numpy as np

from fondo.data.images.twins import twins
from fondo.judge import leaks as checks
from fondo.tasks.rows import Part

MANY = 0.01  # of the test pictures that look like training pictures: beyond it, a person must look
EXAMPLES = 3
NUMERIC = ("number", "numbers")  # kinds whose targets are compared as numbers


def picture_leaks(train: Part, test: Part, kind: str) -> list[Any]:
    """Leaks between two parts whose X are albums.

    Parameters
    ----------
    train, test : Part
        What was learnt from, and what is judged on.
    kind : str
        Kind of target.

    Returns
    -------
    leaks : list of Leak
        The most serious first.
    """
    surveys = [part.X.pictures.survey() for part in (train, test)]
    rows = [
        checks.Part(survey.digests, {}, _single(part.y), part.times, part.groups)
        for part, survey in zip((train, test), surveys, strict=True)
    ]
    found = checks.find_leaks(rows[0], rows[1], "number" if kind in NUMERIC else "class")
    pairs = twins(surveys[0], surveys[1])
    if pairs.near:
        found.append(_near(pairs, train, test))
    return found


def _near(pairs: Any, train: Part, test: Part) -> Any:
    """Leak of pictures that look the same though their files differ."""
    count = len(test.X)
    names = "; ".join(
        f"{test.X.pictures.places[b]} and {train.X.pictures.places[a]}"
        for a, b in pairs.near_examples[:EXAMPLES]
    )
    severity = "warning" if pairs.near > MANY * count else "note"
    message = (
        f"{pairs.near:,} of {count:,} test pictures look nearly like a training picture, for "
        f"instance {names}. If they show the same thing, split by group."
    )
    return checks.Leak("near duplicate", severity, "pictures", message, pairs.near)


def _single(y: Any) -> np.ndarray:
    """Targets with one value a row, to compare rows by."""
    values = np.asarray(y)
    return values if values.ndim == 1 else values.reshape(len(values), -1)[:, 0]
