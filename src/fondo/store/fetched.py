"""Files that are downloaded once, into the user's cache, and checked before anyone sees them.

Only what a user has asked for by name comes here.
"""

import hashlib
import http.client
import os
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

from fondo.errors import BadData, BadParameter, OutputError
from fondo.store.atomic import write_bytes

PIECE = 1 << 20  # bytes read at a time
PATIENCE = 30  # seconds without an answer after which a download is given up
LARGEST = 1 << 31  # bytes

Progress = Callable[[int, int | None], None]  # bytes so far, and of the whole where it is told


def fetch(url: str, checksum: str, name: str, progress: Progress | None = None) -> Path:
    """File of this address, downloaded where the cache does not have it yet.

    Parameters
    ----------
    url : str
        Beginning with https:// or http://.
    checksum : str
        SHA-256 of the file in hexadecimal (64 digits), or MD5 (32 digits).
    name : str
        Of the file in the cache.
    progress : (bytes so far, bytes in all or None) -> None, default=None
        Called after each piece.

    Returns
    -------
    path : Path
        A whole file with this check-sum.

    Raises
    ------
    BadParameter
        Another kind of address, check-sum or name.
    OutputError
        No answer, or the cache cannot be written.
    BadData
        What came is another file; it is not kept.
    """
    _check(url, checksum, name)
    path = cache_folder() / name
    if path.is_file() and _digest(checksum, path) == checksum.lower():
        return path
    data = _download(url, path, progress)
    if _digest(checksum, data) != checksum.lower():
        raise BadData(
            f"{url}: the file must have the check-sum {checksum}; what came is another one "
            f"({len(data)} bytes) and was not kept. Try again, or give a file of your own: "
            "weights=PATH."
        )
    write_bytes(path, data)
    return path


def cache_folder() -> Path:
    """Folder of downloaded files: FONDO_CACHE where it is set, else ~/.cache/fondo."""
    place = os.environ.get("FONDO_CACHE")
    return Path(place) if place else Path.home() / ".cache" / "fondo"


def _download(url: str, path: Path, progress: Progress | None) -> bytes:
    pieces: list[bytes] = []
    done = 0
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            told = answer.headers.get("Content-Length") or ""
            whole = int(told) if told.isdigit() else None
            while piece := answer.read(PIECE):
                pieces.append(piece)
                done += len(piece)
                if done > LARGEST:
                    raise OSError("it does not end")
                if progress is not None:
                    progress(done, whole)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = str(getattr(error, "reason", error)) or type(error).__name__
        raise OutputError(
            f"{url}: could not be downloaded ({reason.rstrip('.')}). Go online and try again, or "
            f"download it elsewhere, and give the file: weights=PATH, or put it at {path}."
        ) from error
    return b"".join(pieces)


def _digest(checksum: str, content: Path | bytes) -> str:
    """Digest of a file or of bytes, of the kind that a check-sum of this length is."""
    # MD5 is what Keras tells; a file made to deceive could not do more than be wrong weights
    found = hashlib.md5(usedforsecurity=False) if len(checksum) == 32 else hashlib.sha256()
    if isinstance(content, bytes):
        found.update(content)
    else:
        with content.open("rb") as file:
            while piece := file.read(PIECE):
                found.update(piece)
    return found.hexdigest()


def _check(url: str, checksum: str, name: str) -> None:
    if not url.startswith(("https://", "http://")):
        raise BadParameter(f"fetch(url={url!r}): must begin with https:// or http://.")
    if not re.fullmatch(r"[0-9a-fA-F]{64}|[0-9a-fA-F]{32}", checksum):
        raise BadParameter(
            f"fetch(checksum={checksum!r}): must be 64 (SHA-256) or 32 (MD5) hexadecimal digits."
        )
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name):
        raise BadParameter(f"fetch(name={name!r}): must be the name of a file without a folder.")
