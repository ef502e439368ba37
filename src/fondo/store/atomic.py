"""Files and folders that appear whole or not at all; a kill or a full disk leaves the old ones.

Nothing here knows what is inside them; the model folder is in `fondo.store.folder`.
"""

import contextlib
import ctypes
import errno
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from fondo.errors import OutputError

_STALE = 24 * 3600  # seconds after which a half-written sibling has no writer any more
_CHUNK = 1 << 24  # bytes handed to the kernel at once
_REMEDIES = {
    errno.ENOSPC: "Free some space, or choose another place.",
    errno.EDQUOT: "Free some space, or choose another place.",
    errno.EACCES: "Choose a place where you may write.",
    errno.EPERM: "Choose a place where you may write.",
    errno.EROFS: "Choose a place where you may write.",
    errno.EISDIR: "Choose a name that no folder has.",
    errno.ENOTDIR: "Choose a name that no file has, under folders only.",
    errno.EEXIST: "Choose a name that no file has, under folders only.",
}


def write_bytes(path: str | os.PathLike[str], data: bytes | bytearray | memoryview) -> None:
    """Put `data` into the file `path`, so that a reader sees the old content or all of the new.

    Written to a sibling, flushed to the disk, then renamed over `path`. Folders that are missing
    on the way are made; a symbolic link is followed, not replaced.

    Parameters
    ----------
    path : str or path
        The file.
    data : bytes-like
        All of its new content.

    Raises
    ------
    OutputError
        The disk is full, the place may not be written, ...: names the path; the old file stays.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_bytes(Path(folder, "new", "a.txt"), b"whole")
    ...     Path(folder, "new", "a.txt").read_bytes()
    b'whole'
    """
    target = Path(os.path.realpath(path))
    with blaming(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        partial = _sibling(target, "partial")
        try:
            write_new(partial, data)
            partial.replace(target)
            _sync(target.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def write_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Folder to fill, which takes the place of `path` when the block ends without an error.

    Everything that `path` held before is gone then, so ask first whether it may be replaced. On
    Linux the two folders are exchanged in one step; elsewhere there is an instant between two
    renames in which the old folder lies beside as `.NAME.*.previous`.

    Parameters
    ----------
    path : str or path
        The folder; those above it are made if missing. A symbolic link is followed.

    Yields
    ------
    folder : Path
        Empty sibling of `path` to write into, by `write_bytes` or by any other means.

    Raises
    ------
    OutputError
        The disk is full, the place may not be written, ...: names the path; the old folder stays.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     with write_folder(Path(parent, "model")) as folder:
    ...         _ = Path(folder, "a.txt").write_text("a")
    ...     sorted(os.listdir(parent)), os.listdir(Path(parent, "model"))
    (['model'], ['a.txt'])
    """
    target = Path(os.path.realpath(path))
    with blaming(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_dir():
            raise FileExistsError(errno.EEXIST, "a file has this name")
        _sweep(target)
        partial = _sibling(target, "partial")
        partial.mkdir()
        try:
            yield partial
            _sync_tree(partial)
            _put(partial, target)
        finally:  # the half-written folder or, after the exchange, the old one
            shutil.rmtree(partial, ignore_errors=True)


def write_new(path: Path, data: bytes | bytearray | memoryview) -> None:
    """Make the new file `path` with `data` and wait until the disk has it; a plain OSError else.

    For files inside `write_folder`, which names the folder in its OutputError.
    """
    rest = memoryview(data).cast("B")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)  # less what the user's umask takes away
    try:
        while rest:
            rest = rest[os.write(descriptor, rest[:_CHUNK]) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def blaming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what the operating system refuses inside the block into OutputError naming `path`."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error) or type(error).__name__).lower()
        remedy = _REMEDIES.get(error.errno or 0, "Choose another place.")
        raise OutputError(
            f"{os.fspath(path)}: could not be written ({reason}). {remedy} "
            "What was there before is unchanged."
        ) from error


def _sibling(target: Path, suffix: str) -> Path:
    """Unused name beside `target`, hidden, on the same disk so that renaming is atomic."""
    return target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}.{suffix}")


def _sweep(target: Path) -> None:
    """Remove what writers of `target` that were killed long ago have left half-written."""
    pattern = re.compile(re.escape(f".{target.name[:40]}.") + r"[0-9a-f]{16}\.partial")
    for entry in target.parent.iterdir():
        if not pattern.fullmatch(entry.name):
            continue
        with contextlib.suppress(OSError):  # gone already, or not ours to remove
            if time.time() - entry.lstat().st_mtime < _STALE:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()


def _sync(folder: Path) -> None:
    """Ask the disk to keep the names in `folder`; not every file system can promise it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    """Wait until the disk has every file under `folder`."""
    for parent, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(
                Path(parent, name), os.O_RDWR
            )  # Windows flushes only writable ones
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        _sync(Path(parent))


def _put(partial: Path, target: Path) -> None:
    """Give the finished folder `partial` the name `target`; the old one ends as `partial`."""
    if not target.exists():
        partial.rename(target)
    elif not _exchange(partial, target):
        previous = _sibling(target, "previous")
        target.rename(previous)
        try:
            partial.rename(target)
        except BaseException:
            previous.rename(target)
            raise
        shutil.rmtree(previous, ignore_errors=True)
    _sync(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders swap names in one step; False where the system cannot (renameat2(2))."""
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None)
    if not hasattr(library, "renameat2"):  # glibc before 2.28
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(library.renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)
