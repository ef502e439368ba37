"""Pictures of one set that are in another too, as they are or nearly so.

What is done about them is for the leak checks.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.data.images.survey import Survey

Array = np.ndarray[Any, Any]

NEAR = 4  # bits of 63 by which pictures that look the same may differ
ALIKE = 0.993  # least correlation of their thumbs
EXAMPLES = 10
_PAIRS = 1 << 22  # compared at a time; 40 MB
_DENSE = 64  # candidates a picture, from which on it is quicker to compare all thumbs


@dataclass(frozen=True)
class Twins:
    """Pictures of a second set that are in a first one too.

    Parameters
    ----------
    exact : int
        Pictures of the second set whose very content is in the first.
    near : int
        Others of the second set that look nearly like one in the first.
    exact_examples, near_examples : tuple of (int, int)
        Up to ten pairs: row in the first set, row in the second.
    """

    exact: int
    near: int
    exact_examples: tuple[tuple[int, int], ...]
    near_examples: tuple[tuple[int, int], ...]


def twins(first: Survey, second: Survey, near: int = NEAR, alike: float = ALIKE) -> Twins:
    """Pictures that two sets share.

    Parameters
    ----------
    first, second : Survey
        Of pictures for training and for testing, say.
    near : int, default=4
        Bits by which two hashes may differ (Hamming distance) if the pictures look the same.
    alike : float, default=0.993
        Least correlation of their 16 x 16 thumbs, -1 to 1. Brightness and contrast do not count.

    Returns
    -------
    twins : Twins
        A picture of the second set is counted once, with the first that is most like it. Broken
        pictures are not compared, plain ones only by their content.

    Notes
    -----
    All pairs of hashes are compared, about 100 million a second; memory does not grow with the
    number of pairs. The hash alone would take small drawings for each other: of 10,000 test
    pictures of MNIST, 6,262 have a hash within 4 bits of a training picture, and few of those are
    as like it as a photograph is to its copy at half the size, in another quality, or brighter.
    """
    # the first of equal digests, so that examples do not depend on how they are sorted
    sound = np.flatnonzero(~first.broken)
    digests, rows = np.unique(first.digests[sound], return_index=True)
    exact = ~second.broken & np.isin(second.digests, digests)
    exact_rows = np.flatnonzero(exact)
    at = np.searchsorted(digests, second.digests[exact_rows[:EXAMPLES]])
    origins = sound[rows[at]].tolist()
    pairs = tuple(zip(origins, exact_rows[:EXAMPLES].tolist(), strict=True))
    found = _near(first, second, np.flatnonzero((second.hashes != 0) & ~exact), (near, alike))
    return Twins(len(exact_rows), len(found), pairs, tuple(found[:EXAMPLES]))


def _near(
    first: Survey, second: Survey, rows: Array, limits: tuple[int, float]
) -> list[tuple[int, int]]:
    """The picture of the first set most like each of these of the second, where alike enough."""
    origins = np.flatnonzero(first.hashes != 0)
    if len(origins) == 0 or len(rows) == 0:
        return []
    known, thumbs = first.hashes[origins], _unit(first, origins)
    pairs: list[tuple[int, int]] = []
    step = max(_PAIRS // len(known), 1)
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        differ = np.bitwise_count(second.hashes[part][:, None] ^ known)  # (part, first)
        likeness = _likeness(differ <= limits[0], thumbs, _unit(second, part))
        best = likeness.argmax(axis=1)
        found = np.flatnonzero(likeness[np.arange(len(part)), best] >= limits[1])
        pairs += [(int(origins[best[k]]), int(part[k])) for k in found]
    return pairs


def _likeness(candidates: Array, first: Array | None, second: Array | None) -> Array:
    """Correlation of thumbs (second, first), -1 where they are no candidates; 1 without thumbs."""
    if first is None or second is None:
        return np.where(candidates, np.float32(1), np.float32(-1))
    if np.count_nonzero(candidates) > _DENSE * len(candidates):
        return np.where(candidates, second @ first.T, np.float32(-1))
    likeness = np.full(candidates.shape, -1, np.float32)
    b, a = np.nonzero(candidates)
    likeness[b, a] = np.einsum("ij,ij->i", second[b], first[a])
    return likeness


def _unit(survey: Survey, rows: Array) -> Array | None:
    """Thumbs (rows, 256) without their mean, of length 1."""
    if survey.thumbs is None:
        return None
    flat = survey.thumbs[rows].reshape(len(rows), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1))
