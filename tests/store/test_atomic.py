"""Files and folders appear whole or not at all."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fondo.errors import OutputError
from fondo.store import atomic
from fondo.store.atomic import blaming, write_bytes, write_folder, write_new


def refusing(code: int, after: int = 0) -> Callable[..., int]:
    """Stand-in for a system call that fails from the call number `after` on."""
    real, calls = os.write, []

    def refuse(*given: object) -> int:
        calls.append(given)
        if len(calls) > after:
            raise OSError(code, os.strerror(code))
        return real(*given)  # type: ignore[arg-type]

    return refuse


def fill(path: Path, text: str) -> None:
    with write_folder(path) as fresh:
        write_new(fresh / "a.txt", text.encode())
        (fresh / "deep").mkdir()
        (fresh / "deep" / "b.txt").write_text(text)


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_file_is_written_read_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folders" / "a.bin"
    write_bytes(target, b"one")
    write_bytes(target, memoryview(b"two, longer"))
    assert content(tmp_path) == {"new/folders/a.bin": b"two, longer"}


def test_empty_and_large_files_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "_CHUNK", 7)  # many calls, as a large file has
    for data in (b"", bytes(range(256)) * 3):
        write_bytes(tmp_path / "a", data)
        assert (tmp_path / "a").read_bytes() == data


def test_a_write_that_takes_only_part_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    write_bytes(tmp_path / "a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_rights_are_those_that_the_user_asked_for(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_bytes(tmp_path / "a", b"")
        fill(tmp_path / "model", "x")
    finally:
        os.umask(old)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o750


def test_a_link_is_followed_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "a").symlink_to(tmp_path / "real" / "a")
    write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "real" / "a").read_bytes() == b"new"
    fill(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert sorted(content(tmp_path / "real")) == ["a.txt", "deep/b.txt"]


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes(tmp_path / "a", b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, refusing(errno.ENOSPC))
        message = r"a: could not be written \(no space left on device\)\. Free some space"
        with pytest.raises(OutputError, match=message):
            write_bytes(tmp_path / "a", b"new")
    assert content(tmp_path) == {"a": b"old"}


@pytest.mark.parametrize("call", ["open", "write", "fsync", "mkdir"])
def test_a_full_disk_leaves_the_old_folder(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "model", "old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, refusing(errno.ENOSPC))
        with pytest.raises(OutputError, match=r"model: could not be written .* is unchanged"):
            fill(tmp_path / "model", "new")
    assert content(tmp_path) == {"model/a.txt": b"old", "model/deep/b.txt": b"old"}


def test_the_disk_fills_up_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes(tmp_path / "a", b"old")
    monkeypatch.setattr(atomic, "_CHUNK", 4)
    monkeypatch.setattr(os, "write", refusing(errno.ENOSPC, after=2))
    with pytest.raises(OutputError, match="Free some space"):
        write_bytes(tmp_path / "a", b"0123456789")
    assert content(tmp_path) == {"a": b"old"}


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (errno.EDQUOT, "Free some space"),
        (errno.EACCES, "Choose a place where you may write"),
        (errno.EROFS, "Choose a place where you may write"),
        (errno.ENAMETOOLONG, "Choose another place"),
    ],
)
def test_each_refusal_has_its_remedy(code: int, remedy: str) -> None:
    message = rf"^some/where: .*\. {remedy}"
    with pytest.raises(OutputError, match=message) as caught, blaming("some/where"):
        raise OSError(code, os.strerror(code))
    assert isinstance(caught.value.__cause__, OSError)


def test_a_folder_or_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"folder: could not .*Choose a name that no folder has"):
        write_bytes(tmp_path / "folder", b"x")
    with pytest.raises(OutputError, match=r"file: could not .*Choose a name that no file has"):
        fill(tmp_path / "file", "x")
    with pytest.raises(OutputError, match="file/a: could not be written"):
        write_bytes(tmp_path / "file" / "a", b"x")
    assert content(tmp_path) == {"file": b""}


def test_an_error_in_the_block_leaves_the_old_folder(tmp_path: Path) -> None:
    fill(tmp_path / "model", "old")

    def stop_halfway() -> None:
        with write_folder(tmp_path / "model") as fresh:
            write_new(fresh / "a.txt", b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_halfway()
    assert content(tmp_path) == {"model/a.txt": b"old", "model/deep/b.txt": b"old"}


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_replaces_all_of_the_old_one(
    exchange: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    with write_folder(tmp_path / "model") as fresh:
        write_new(fresh / "stale.txt", b"")
    fill(tmp_path / "model", "new")
    assert content(tmp_path) == {"model/a.txt": b"new", "model/deep/b.txt": b"new"}
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_where_folders_cannot_be_exchanged_a_failed_rename_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "model", "old")
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(errno.EIO, "input/output error")
        return real(self, target)

    monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OutputError, match="input/output error"):
        fill(tmp_path / "model", "new")
    assert content(tmp_path) == {"model/a.txt": b"old", "model/deep/b.txt": b"old"}


def test_what_killed_writers_left_long_ago_is_removed_and_nothing_else(tmp_path: Path) -> None:
    token = "0123456789abcdef"
    old = time.time() - 2 * atomic._STALE
    for name in (f".a.{token}.partial", f".b.{token}.partial", f".a.{token}.previous", "a.partial"):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (old, old))
    (tmp_path / f".a.{token[::-1]}.partial").mkdir()
    os.utime(tmp_path / f".a.{token[::-1]}.partial", (old, old))
    (tmp_path / f".a.{'f' * 16}.partial").write_bytes(b"of a living writer")
    write_bytes(tmp_path / "a", b"new")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {
        "a",
        "a.partial",
        f".b.{token}.partial",
        f".a.{token}.previous",
        f".a.{'f' * 16}.partial",
    }


def test_a_killed_writer_leaves_the_old_folder(tmp_path: Path) -> None:
    fill(tmp_path / "model", "old")
    program = (
        "import os, signal, sys\n"
        "from fondo.store.atomic import write_folder\n"
        "with write_folder(sys.argv[1]) as fresh:\n"
        "    (fresh / 'a.txt').write_text('new')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "model")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert killed.returncode == -9
    assert content(tmp_path / "model") == {"a.txt": b"old", "deep/b.txt": b"old"}
