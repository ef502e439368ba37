"""WAV files written with the standard library, and sounds that lie inside the page itself."""

import base64
import struct
from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.report.markup import Markup, element

Array = np.ndarray[Any, Any]
_FULL = 32_767  # of 16 bits


def wav(samples: Array, rate: int) -> bytes:
    r"""WAV file of a sound: 16 bits, one channel.

    Parameters
    ----------
    samples : float array (samples,)
        Full scale is 1; what lies beyond is cut off.
    rate : int
        Hertz.

    Returns
    -------
    file : bytes
        The same for the same samples.

    Raises
    ------
    BadData
        They are no such array.

    References
    ----------
    IBM and Microsoft (1991), Multimedia Programming Interface and Data Specifications 1.0, chapter
    3, Waveform Audio File Format.

    Examples
    --------
    >>> wav(np.zeros(2), 8000)[:4], len(wav(np.zeros(2), 8000))
    (b'RIFF', 48)
    """
    array = np.asarray(samples)
    if array.ndim != 1 or array.dtype.kind != "f" or not np.isfinite(array).all():
        raise BadData(
            "wav(samples): they must be finite fractions in a row (samples,). Found "
            f"{array.dtype} of shape {array.shape}."
        )
    body = (np.clip(array, -1, 1) * _FULL).round().astype("<i2").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    data = struct.pack("<4sI", b"data", len(body))
    head = struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data) + len(body), b"WAVE")
    return b"".join((head, form, data, body))


def page_bytes(samples: int) -> int:
    """Characters that a sound of so many samples takes in a page."""
    return 4 * -(-(44 + 2 * samples) // 3)


def player(samples: Array, rate: int, words: str) -> Markup:
    """Element that plays a sound which lies in the page as a `data:` address.

    Parameters
    ----------
    samples : float array (samples,)
        See `wav`.
    rate : int
        Hertz.
    words : str
        What it is, for those who cannot see the page.
    """
    address = f"data:audio/wav;base64,{base64.b64encode(wav(samples, rate)).decode()}"
    return element("audio", controls="controls", preload="none", src=address, aria_label=words)
