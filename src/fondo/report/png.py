"""PNG files written with the standard library, and pictures that lie inside the page itself.

What the pictures show is the business of `images`; arrays of numbers as squares are in `heat`.
"""

import base64
import struct
import zlib
from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.report.markup import Markup, element

Array = np.ndarray[Any, Any]

_COLOUR_TYPES = {1: 0, 3: 2}  # by channels: grey, red green blue


def png(pixels: Array) -> bytes:
    r"""PNG file of a picture.

    Parameters
    ----------
    pixels : uint8 array (height, width), (height, width, 1) or (height, width, 3)
        Grey, or red, green and blue.

    Returns
    -------
    file : bytes
        The same for the same pixels.

    Raises
    ------
    BadData
        They are no such array.

    Notes
    -----
    Each row gets the filter whose result is smallest, which is the heuristic that the
    specification recommends (section 12.8).

    References
    ----------
    W3C (2003), Portable Network Graphics Specification, second edition, chapters 5, 9 and 12.

    Examples
    --------
    >>> png(np.zeros((1, 1), np.uint8))[:4]
    b'\x89PNG'
    """
    array = np.asarray(pixels)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.dtype != np.uint8 or 0 in array.shape:
        raise BadData(
            f"png(pixels): they must be bytes (height, width, 1 or 3). Found {array.dtype} of "
            f"shape {array.shape}."
        )
    height, width, channels = array.shape
    if channels not in _COLOUR_TYPES:
        raise BadData(f"png(pixels): there must be 1 or 3 channels. Found {channels}.")
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    body = zlib.compress(_filtered(array), 9)
    chunks = _chunk(b"IHDR", header), _chunk(b"IDAT", body), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def image(pixels: Array, words: str, *, width: int | None = None, css: str = "pixels") -> Markup:
    """Element of a picture that lies in the page as a `data:` address.

    Parameters
    ----------
    pixels : uint8 array (height, width), (height, width, 1) or (height, width, 3)
        See `png`.
    words : str
        What it shows, for those who cannot see it.
    width : int or None, default=None
        Shown width; the height follows. Pixels; None takes the picture's own.
    css : str, default="pixels"
        Class of the element; this one keeps single pixels sharp.
    """
    height, own = pixels.shape[:2]
    shown = own if width is None else width
    return element(
        "img",
        src=address(pixels),
        width=shown,
        height=max(round(height * shown / own), 1),
        alt=words,
        class_=css,
    )


def address(pixels: Array) -> str:
    """A picture as a `data:` address."""
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"


def _chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def _filtered(array: Array) -> bytes:
    """Rows, each behind the number of its filter: none, left, above, or Paeth's (0, 1, 2, 4)."""
    height, width, channels = array.shape
    now = array.reshape(height, width * channels).astype(np.int16)
    left, above, corner = (np.zeros_like(now) for _ in range(3))
    left[:, channels:] = now[:, :-channels]
    above[1:] = now[:-1]
    corner[1:, channels:] = now[:-1, :-channels]
    guesses = {0: np.zeros_like(now), 1: left, 2: above, 4: _paeth(left, above, corner)}
    rests = np.stack([(now - guess) & 255 for guess in guesses.values()])  # (filters, H, W C)
    cost = np.where(rests < 128, rests, 256 - rests).sum(axis=2)
    best = cost.argmin(axis=0)
    chosen = rests[best, np.arange(height)].astype(np.uint8)
    numbers = np.array(list(guesses), np.uint8)[best]
    return np.concatenate([numbers[:, None], chosen], axis=1).tobytes()


def _paeth(left: Array, above: Array, corner: Array) -> Array:
    """Whichever of the three is nearest to left + above - corner; the earlier of equals."""
    guess = left + above - corner
    gaps = [np.abs(guess - each) for each in (left, above, corner)]
    first = (gaps[0] <= gaps[1]) & (gaps[0] <= gaps[2])
    return np.where(first, left, np.where(gaps[1] <= gaps[2], above, corner))
