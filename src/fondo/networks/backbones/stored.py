"""What files of weights come to: layers in order, each with its arrays; and the word for damage."""

from typing import Any

import numpy as np

from fondo.errors import BadData

Array = np.ndarray[Any, np.dtype[Any]]
Stored = list[tuple[str, list[Array]]]  # name of each layer in the file, and its weights
Shapes = list[tuple[int, ...]]


def damaged(source: str, reason: object) -> BadData:
    """The error for a file that is not whole, or not what it seems."""
    told = str(reason).strip().rstrip(".").splitlines()
    return BadData(
        f"{source}: must be a whole file of weights ({told[0] if told else 'it ends too early'}). "
        "Take a fresh copy."
    )
