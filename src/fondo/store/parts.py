"""One file of a model folder, read with distrust; whatever is wrong is one ModelFolderError.

Which files there must be is in `fondo.store.folder`, their list in `fondo.store.manifest`.
"""

import os
import stat
from pathlib import Path
from typing import Any, NoReturn

from fondo.errors import BadData, ModelFolderError
from fondo.store import manifest, plain
from fondo.store.weights import Array, unpack_arrays

_MOST_JSON = 1 << 28  # bytes of one JSON file; nothing fondo writes comes near


def fail(where: Path, name: str, what: str, cause: BaseException | None = None) -> NoReturn:
    """Raise the ModelFolderError that says `what` is wrong with file `name` of folder `where`."""
    raise ModelFolderError(
        f"{where}: {name} {what}. Take a fresh copy of the folder, or train the model again."
    ) from cause


def read_listed(where: Path, name: str, said: manifest.Entry) -> bytes:
    """Content of a file, which must be what the manifest says."""
    most = _MOST_JSON if name.endswith(".json") else None
    data = read_plain(where, name, most=most, size=said.size)
    if not manifest.fits(data, said):
        fail(where, name, "is not as it was written (its SHA-256 differs)")
    return data


def read_plain(where: Path, name: str, *, most: int | None, size: int | None = None) -> bytes:
    """Content of a plain file in the folder itself, of `size` bytes and at most `most`.

    No link is followed, no pipe waited for, and no more memory taken than the file has bytes.
    """
    path = where / name
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            fail(where, name, "must be a plain file, not a link, folder or device")
        with os.fdopen(os.open(path, flags), "rb") as file:
            length = os.fstat(file.fileno()).st_size
            if size is not None and length != size:
                fail(where, name, f"has {length} bytes where {size} were written")
            if most is not None and length > most:
                fail(where, name, f"has {length} bytes, more than any model's")
            return file.read(length)
    except FileNotFoundError as error:
        fail(where, name, "is missing", error)
    except (OSError, MemoryError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        fail(where, name, f"could not be read ({reason.lower()})", error)


def to_json(where: Path, name: str, data: bytes) -> Any:
    """Value of JSON text."""
    try:
        return plain.parse(data)
    except ValueError as error:
        fail(where, name, f"is no JSON that fondo wrote ({error})", error)


def to_arrays(where: Path, name: str, data: bytes) -> dict[str, Array]:
    """Arrays of a safetensors file."""
    try:
        return unpack_arrays(data, name)[0]
    except BadData as error:
        fail(where, name, "holds no weights that can be read", error)


def to_text(where: Path, name: str, data: bytes) -> str:
    """Text in UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        fail(where, name, "is no text in UTF-8", error)
