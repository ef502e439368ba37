"""The one door to Pillow: a file is opened by what it holds, checked, and told plainly if broken.

What becomes of the pixels is in `decode`.
"""

import importlib
import io
import os
import stat
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fondo.errors import BadData, FondoError, MissingExtra

MOST_PIXELS = 178_000_000  # of a picture that is read: 0.5 GB in colour; Pillow's own limit is near
KINDS = "JPEG, PNG, PPM, PGM, BMP, WebP, TIFF and GIF"

_SHOWN_BYTES = 512  # that tell a text file from other strange ones


def pillow(part: str = "Image") -> Any:
    """A module of Pillow, imported when first asked for.

    Parameters
    ----------
    part : str, default="Image"
        Name of the module.

    Returns
    -------
    module : module

    Raises
    ------
    MissingExtra
        Pillow is not installed.

    Examples
    --------
    >>> pillow().new("L", (3, 2)).size
    (3, 2)
    """
    try:
        return importlib.import_module(f"PIL.{part}")
    except ImportError as error:
        raise MissingExtra(
            "Picture files need Pillow, which is not installed. "
            "Install it with: pip install 'fondo[images]'"
        ) from error


class _Quiet:
    """Pillow's warnings are not heard while anyone is inside.

    `warnings.catch_warnings` alone would not do: threads that leave it in another order than they
    came in put back the wrong filters for good. So the first one in sets them, the last one out
    puts them back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._kept: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._kept = warnings.catch_warnings()
                self._kept.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._kept.__exit__(*error)
                self._kept = None


quiet = _Quiet()


class Refused(Exception):  # noqa: N818  it never leaves this package
    """A picture that is whole but of no use; the text is the reason, without the name."""


@contextmanager
def naming(name: str, data: bytes = b"") -> Iterator[None]:
    """Whatever goes wrong with a picture inside becomes BadData with its name and the reason.

    Parameters
    ----------
    name : str
        Path or place of the picture.
    data : bytes
        Content of the file, to look at where it cannot be read.
    """
    try:
        with quiet:
            yield
    except Refused as error:
        raise BadData(f"{name}: {error}") from error
    except (FondoError, MemoryError):
        raise
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise BadData(f"{name}: {_reason(error, data, name)}") from error


def read_bytes(path: str) -> bytes:
    """Content of a file that may be a picture.

    Parameters
    ----------
    path : str
        Path of the file.

    Returns
    -------
    data : bytes
        Never empty.

    Raises
    ------
    BadData
        It is not there, no file, empty, or must not be read.
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):  # opening a pipe would wait for ever
            kind = "a folder" if Path(path).is_dir() else "no ordinary file"
            raise BadData(f"{path}: this is {kind}, not a picture.")
        with Path(path).open("rb") as file:
            data = file.read(_SHOWN_BYTES)
            if kind_of(data):  # a film of 4 GB named .jpg is not read to its end
                data += file.read()
    except FileNotFoundError as error:
        raise BadData(f"{path}: there is no such file.") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        told = getattr(error, "strerror", None) or str(error)
        raise BadData(f"{path}: the file cannot be opened ({told}).") from error
    if not data:
        raise BadData(f"{path}: the file is empty.")
    return data


def kind_of(data: bytes) -> str:
    """Kind of picture that the first bytes of a file promise; "" where they promise none.

    Examples
    --------
    >>> kind_of(b"GIF89a..."), kind_of(b"Good morning")
    ('Gif', '')
    """
    if data[:3] == b"\xff\xd8\xff":
        return "Jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "Png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "Tiff"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "Gif"
    if data[:2] == b"BM":
        return "Bmp"
    return "Ppm" if data[:1] == b"P" and data[1:3].strip() in _NETPBM else ""


_NETPBM = (b"1", b"2", b"3", b"4", b"5", b"6")


def opened(data: bytes) -> Any:
    """Picture of which only the header has been read; call it within `naming`.

    Parameters
    ----------
    data : bytes
        Content of the file.

    Returns
    -------
    image : PIL.Image.Image
        Not decoded yet, in the mode and the size of the file; the first of several frames.

    Raises
    ------
    Refused
        It has no pixels, or too many.
    Exception
        Nearly any, where the file is damaged.
    """
    kind = kind_of(data)
    if not kind:
        raise ValueError("no kind of picture")  # `naming` says what it is
    # not through Image.open: that warns of large pictures by a limit that others may change
    plugin = pillow(f"{kind}ImagePlugin")
    image = getattr(plugin, f"{kind}ImageFile")(io.BytesIO(data))
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Refused(
            f"the picture has {width:,} x {height:,} pixels; more than {MOST_PIXELS:,} in all "
            "are not read. Make it smaller, or remove it."
        )
    if min(width, height) < 1:
        raise Refused("the picture has no pixels.")
    return image


def _reason(error: Exception, data: bytes, name: str) -> str:
    """Why a file cannot be read, in plain words."""
    if data and (not kind_of(data) or _is_text(data[:_SHOWN_BYTES])):
        return _stranger(data, name)
    if isinstance(error, pillow().DecompressionBombError):  # WebP and tiles of TIFF
        return f"the picture has too many pixels ({error})."
    words = str(error).lower()
    cut = isinstance(error, EOFError) or any(w in words for w in ("truncated", "end of file"))
    if cut or _is_short(data):
        return "the file is cut off: it ends before the picture does. Fetch it again."
    return f"the file is damaged ({str(error) or type(error).__name__}). Fetch it again."


def _stranger(data: bytes, name: str) -> str:
    """What a file is that is no picture."""
    ending = os.path.splitext(name)[1]  # noqa: PTH122  places are no paths
    called = f" named {ending}" if ending else ""
    start = data[:_SHOWN_BYTES]
    if _is_text(start):
        page = start.lstrip().lower().startswith((b"<!doctype html", b"<html"))
        return f"this is a {'web page' if page else 'text file'}{called}, not a picture."
    return f"this is no picture{called} of a kind that is read ({KINDS})."


def _is_text(start: bytes) -> bool:
    if start[:3].strip() in (b"P1", b"P2", b"P3"):
        return False  # pictures written in figures
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:  # a letter may be cut in two
            return False
        text = start[: error.start].decode("utf-8")
    return bool(text) and all(c.isprintable() or c in "\t\r\n\f\ufeff" for c in text)


def _is_short(data: bytes) -> bool:
    """Whether a WebP file is shorter than it states: its decoder does not say why it fails."""
    if kind_of(data) != "WebP" or len(data) < 8:
        return False
    return bool(struct.unpack("<I", data[4:8])[0] + 8 > len(data))
