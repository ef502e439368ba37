"""Arrays of numbers that are pictures: checked once, and read as bytes row by row.

Where they lie, in memory or in a file, is said by who makes a `Stack`.
"""

from typing import Any

import numpy as np

from fondo.errors import BadData

Array = np.ndarray[Any, Any]

_BLOCK = 1 << 24  # numbers looked at or converted at a time, so that a file is never all in memory
_WHITE = 255
_WIDE = 65_535


class Stack:
    """Pictures of one size in an array, as bytes.

    Which number is white depends on the whole array, never on one picture of it:

    - bytes are taken as they are, truth values as black and white;
    - 16-bit numbers without a sign are divided by 257;
    - fractions are multiplied by 255 where none is above 1, else they are taken as they are, up
      to 255;
    - other whole numbers are taken as they are up to 255, and divided by 257 up to 65,535.

    Parameters
    ----------
    array : array (n, height, width) or (n, height, width, 1, 3 or 4)
        Grey, colour, or colour and how opaque.
    name : str
        What it is called in messages: a file, or the owner of an argument.
    white : float or None, default=None
        The number that is white, where it is known.

    Attributes
    ----------
    shape : (int, int, int, int)
        Pictures, height, width, channels.

    Raises
    ------
    BadData
        Another shape or type, or numbers outside of the range; the row is named.
    """

    def __init__(self, array: Array, name: str, white: float | None = None) -> None:
        shape = array.shape
        if array.ndim not in (3, 4) or (array.ndim == 4 and shape[3] not in (1, 3, 4)):
            raise BadData(
                f"{name}: pictures must be an array of shape (n, height, width) or "
                f"(n, height, width, channels) with 1, 3 or 4 channels. This one is {shape}."
            )
        if 0 in shape[1:]:
            raise BadData(f"{name}: a picture must have a pixel. The array is of shape {shape}.")
        if array.dtype.kind not in "buif":
            raise BadData(f"{name}: pictures must be numbers. The array holds {array.dtype}.")
        self.array = array if array.ndim == 4 else array[..., None]
        self.name = name
        self.shape = self.array.shape
        self.white = self._white() if white is None else white
        self.known = np.zeros(0, bool)  # which rows `survey` has looked at
        self.looks: Any = None  # what it saw
        self.token = ""  # what tells it from others, once somebody asks

    def __len__(self) -> int:
        return int(self.shape[0])

    def bytes(self, rows: Array) -> Array:
        """Some of the pictures as uint8 (n, height, width, channels); white is 255."""
        found = np.empty((len(rows), *self.shape[1:]), np.uint8)
        for part in self._parts(len(rows)):
            block = self.array[rows[part]]
            if self.white != _WHITE:
                block = np.rint(np.asarray(block, np.float64) * (_WHITE / self.white))
            elif block.dtype.kind == "f":
                block = np.rint(block)
            found[part] = block
        return found

    def _parts(self, n: int) -> list[slice]:
        step = max(_BLOCK // int(np.prod(self.shape[1:])), 1)
        return [slice(start, min(start + step, n)) for start in range(0, n, step)]

    def _white(self) -> float:
        """The number that is white; all numbers are looked at unless the type says it."""
        dtype = self.array.dtype
        if dtype == np.uint8:
            return _WHITE
        if dtype == np.bool_:
            return 1
        if dtype == np.uint16:
            return _WIDE
        highest = max((self._highest(part) for part in self._parts(len(self))), default=0.0)
        if dtype.kind == "f" and highest <= 1:
            return 1
        return _WHITE if highest <= _WHITE else _WIDE

    def _highest(self, part: slice) -> float:
        """Largest number of some rows, which are refused where one cannot be a brightness."""
        block = np.asarray(self.array[part])
        is_float = block.dtype.kind == "f"
        most = _WHITE if is_float else _WIDE
        for wrong, what in (
            (~np.isfinite(block) if is_float else np.zeros(1, bool), "numbers that are not finite"),
            (block < 0, "numbers below 0"),
            (block > most, f"numbers above {most:,}"),
        ):
            if wrong.any():
                row = part.start + int(np.argmax(wrong.reshape(len(wrong), -1).any(axis=1)))
                raise BadData(
                    f"{self.name}: row {row} holds {what}. Brightness must lie between 0 and 1 or "
                    "0 and 255 (fractions), or 0 and 65,535 (whole numbers)."
                )
        return float(block.max())
