"""What a network sees of sounds, computed outside it: for statistics, rivals and pictures.

A program is compiled once for each view and filled up to whole blocks, not operation by operation.
Blocks are computed side by side: a fast Fourier transform keeps one processor busy, not more.
"""

from typing import Any

import numpy as np

from fondo.data.threads import in_threads
from fondo.engine.programs import programs
from fondo.networks.sounds import View

Array = np.ndarray[Any, Any]

BLOCK = 64  # sounds that are read at a time, and most whose spectra are computed at a time
SAMPLES = 1 << 20  # of a block: with more of them its spectra no longer lie close at hand


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
    size = _block(waves.shape[1])
    empty = np.zeros((size, waves.shape[1]), np.float32)
    program = programs.get("seen", repr(view), view.seen, empty)

    def block(start: int) -> Array:
        part = np.asarray(waves[start : start + size], np.float32)
        if len(part) < size:
            part = np.concatenate([part, empty[len(part) :]])
        return np.asarray(program(part))

    first = block(0)
    seen = np.empty((len(waves), *first.shape[1:]), np.float32)
    seen[:size] = first[: len(waves)]

    def fill(start: int) -> None:
        seen[start : start + size] = block(start)[: len(waves) - start]

    in_threads(fill, range(size, len(waves), size))
    return seen


def _block(n_samples: int) -> int:
    """Sounds of a block, a power of two, so that few programs are compiled.

    Examples
    --------
    >>> _block(1000), _block(160_000), _block(10**8)
    (64, 4, 1)
    """
    return min(BLOCK, 1 << max((SAMPLES // n_samples).bit_length() - 1, 0))
