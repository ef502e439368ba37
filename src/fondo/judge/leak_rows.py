"""The same row in both parts: copies that leak, told from coincidences that do not.

Two customers may honestly share every entry of a coarse table. Copies are told apart by looking at
pairs of rows that differ in exactly one column: coincidences come with many of those, copies alone.
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from fondo.judge.intervals import Array
from fondo.judge.leak_columns import is_identifier
from fondo.judge.parts import Leak, Part, joint_codes

MOST_TRAIN, MOST_TEST = 200_000, 5_000  # rows compared when coincidences are counted
CHANCE = 1e-3


def same_rows(train: Part, test: Part) -> list[Leak]:
    """Test rows that also stand in the training rows, columns that only number rows set aside.

    Parameters
    ----------
    train, test : Part
        Both sides; `hashes` decide, and `columns` where there is an identifier among them.

    Returns
    -------
    list of Leak
        At most one. "leak" for copies of 1 % of the test rows or more, "warning" for fewer,
        "note" where coincidence explains them.

    Notes
    -----
    For each column j let N_j test rows have a training row equal in all but j, and let q_j be the
    chance that two values of j agree. If column j were drawn anew, N_j q_j / (1 - q_j) rows would
    agree in j as well; the largest of these over columns is the number expected by coincidence.
    Columns that depend on each other agree more often, hence three times that number is allowed,
    and the Poisson chance of what is seen must be below one in a thousand.
    """
    found = np.isin(test.hashes, train.hashes)
    names = [name for name in train.columns if name in test.columns]
    numbering = [n for n in names if is_identifier(n, train.columns[n], test.columns[n])]
    rng = np.random.default_rng(0)
    if numbering and len(train.y) <= MOST_TRAIN:
        kept = [name for name in names if name not in numbering]
        keys = _row_keys(train, test, kept) if kept else None
        found = found if keys is None else np.isin(keys[1].sum(axis=0), keys[0].sum(axis=0))
        names = kept
    rows, n = int(found.sum()), len(found)
    if rows == 0:
        return []
    seen = f"{rows:,} of {n:,} test rows ({rows / n:.1%}) also stand in the training rows"
    if numbering:
        seen += f", apart from {', '.join(numbering[:3])}"
    some = _sample(rng, len(train.y), MOST_TRAIN), _sample(rng, n, MOST_TEST)
    expected, exact = _coincidences(train, test, names, some) if names else (0.0, rows)
    if exact and stats.poisson.sf(exact - 1, 3 * expected) > CHANCE:
        message = (
            f"{seen}. Values are so coarse that rows meet by coincidence, so this is no sign of a "
            "leak; if they are copies of one another, drop repeated rows before splitting."
        )
        return [Leak("same row", "note", "rows", message, rows)]
    severity = "leak" if rows >= 0.01 * n else "warning"
    message = (
        f"{seen}, far more than coincidence explains: the model is asked what it was told. "
        "Drop repeated rows before splitting, or keep rows of one source together as a group."
    )
    return [Leak("same row", severity, "rows", message, rows)]


def _sample(rng: np.random.Generator, n: int, most: int) -> Array:
    return np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))


def _row_keys(train: Part, test: Part, names: Sequence[str]) -> tuple[Array, Array]:
    """One random-looking number a value: two uint64 arrays (columns + 1, n); rows add up."""
    parts: tuple[list[Array], list[Array]] = ([], [])
    pairs = [(train.columns[name], test.columns[name]) for name in names] + [(train.y, test.y)]
    for place, (first, second) in enumerate(pairs):
        for part, codes in zip(parts, joint_codes(first, second), strict=True):
            part.append(_mix(codes.astype(np.uint64), place))
    return np.stack(parts[0]), np.stack(parts[1])


def _mix(codes: Array, place: int) -> Array:
    """Stafford's mix 13 (the finaliser of SplitMix64), another for each column."""
    z = codes + np.uint64((place + 1) * 0x9E3779B97F4A7C15 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _coincidences(
    train: Part, test: Part, names: Sequence[str], some: tuple[Array, Array]
) -> tuple[float, int]:
    """Test rows expected to meet an equal training row by coincidence, and those that do."""
    left, right = _taken(train, names, some[0]), _taken(test, names, some[1])
    known, asked = _row_keys(left, right, names)
    whole, sought = known.sum(axis=0), asked.sum(axis=0)
    twins = np.isin(sought, whole)
    expected = 0.0
    for column, wanted in zip(known, asked, strict=True):
        near = int((np.isin(sought - wanted, whole - column) & ~twins).sum())
        counts = np.unique(column, return_counts=True)[1]
        agree = float(((counts / counts.sum()) ** 2).sum())
        if agree < 1:  # a constant column tells nothing
            expected = max(expected, near * agree / (1 - agree))
    return expected, int(twins.sum())


def _taken(part: Part, names: Sequence[str], rows: Array) -> Part:
    columns = {name: np.asarray(part.columns[name])[rows] for name in names}
    return Part(part.hashes[rows], columns, np.asarray(part.y)[rows])
