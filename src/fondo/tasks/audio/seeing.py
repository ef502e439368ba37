"""What a network sees of sounds, computed outside it: for statistics, rivals and pictures.

A program is compiled once for each view and filled up to whole blocks, not operation by operation.
"""

from typing import Any

import numpy as np

from fondo.engine.programs import programs
from fondo.networks.sounds import View

Array = np.ndarray[Any, Any]

BLOCK = 64  # sounds whose spectra are computed at a time


def seen_by(view: View, waves: Array) -> Array:
    """What is seen of waves.

    Parameters
    ----------
    view : View
        Of the network.
    waves : float array (n, samples)
        At least one sound, at the view's rate.

    Returns
    -------
    seen : float32 array (n, frames, bands)
        As the network has it, before it is set in spreads around the mean.

    Examples
    --------
    >>> view = View(8000, 800, "log_mel", 16, 20, 200, 80, 0.0, None, 80.0, True, False, None)
    >>> seen_by(view, np.zeros((3, 800), np.float32)).shape
    (3, 11, 16)
    """
    found = []
    for start in range(0, len(waves), BLOCK):
        part = np.asarray(waves[start : start + BLOCK], np.float32)
        filling = np.zeros((BLOCK - len(part), *part.shape[1:]), np.float32)
        block = np.concatenate([part, filling])
        program = programs.get("seen", repr(view), view.seen, block)
        found.append(np.asarray(program(block))[: len(part)])
    return np.concatenate(found)
