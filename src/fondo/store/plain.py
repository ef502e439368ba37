"""JSON as the model folder holds it: strict both ways, and what cannot be JSON is refused.

No object is ever made from it but dict, list, str, int, float, bool and None.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fondo.errors import BadParameter


def dump(value: Any, owner: str, *, gaps: bool = False) -> bytes:
    """JSON of mappings with text keys, sequences, text, numbers, truth values and None.

    Parameters
    ----------
    value : object
        NumPy scalars count as numbers, tuples as lists.
    owner : str
        What it is, for the message.
    gaps : bool, default=False
        Write NaN and infinities, for which JSON has no word, as null instead of refusing them.

    Returns
    -------
    text : bytes
        UTF-8, one value a line, with a newline at the end.

    Raises
    ------
    BadParameter
        Something else is in it: says where.

    Examples
    --------
    >>> print(dump({"width": 64, "cap": (0.5, None)}, "model").decode())
    {
     "width": 64,
     "cap": [
      0.5,
      null
     ]
    }
    """
    return (json.dumps(_plain(value, owner, gaps), indent=1, allow_nan=False) + "\n").encode()


def parse(data: bytes) -> Any:
    """Value of JSON text; whatever is wrong with it is a ValueError that says what.

    Refused beside broken syntax: NaN, infinities and numbers out of float64's range, nesting that
    is too deep, a name twice in one object, text that is not UTF-8.

    Examples
    --------
    >>> parse(b'{"width": 64}')
    {'width': 64}
    >>> parse(b'[NaN]')
    Traceback (most recent call last):
    ...
    ValueError: NaN is no JSON number
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_unique,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _plain(value: Any, where: str, gaps: bool) -> Any:
    """`value` with Python's own types only."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and (gaps or math.isfinite(value)):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _plain(item, f"{where}.{name}", gaps) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(item, f"{where}[{i}]", gaps) for i, item in enumerate(value)]
    shown = repr(value) if isinstance(value, float) else type(value).__name__
    raise BadParameter(
        f"write({where}={shown}): must be finite numbers, text, lists, or mappings with text keys. "
        "Convert it first."
    )


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is out of range")
    return number


def _whole(text: str) -> int:
    if len(text) > 400:  # longer ones take quadratic time to read, and nothing needs them
        raise ValueError(f"a number of {len(text)} digits is out of range")
    return int(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
