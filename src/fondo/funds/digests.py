"""Digests of data: the same numbers give the same one, so that trials on them can be told."""

import hashlib

import numpy as np
from numpy.typing import ArrayLike

from fondo.funds.panel import Panel


def data_digest(*arrays: ArrayLike) -> str:
    """SHA-256 of the values, types and shapes of some arrays: same data, same digest.

    Parameters
    ----------
    *arrays : arrays
        Of numbers, dates or text, in the order that counts.

    Examples
    --------
    >>> data_digest([1.0, 2.0]) == data_digest(np.array([1.0, 2.0])) != data_digest([[1.0, 2.0]])
    True
    """
    total = hashlib.sha256()
    for values in arrays:
        array = np.ascontiguousarray(values)
        if array.dtype.hasobject:
            array = array.astype(np.str_)
        total.update(f"{array.dtype.str}{np.shape(values)}".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def panel_digest(panel: Panel) -> str:
    """SHA-256 of the dates, funds, prices, groups and ends of a panel."""
    return data_digest(panel.dates, panel.funds, panel.nav, panel.peer_codes, panel.dead_at)
