"""Whatever happens to a model folder: one clear ModelFolderError, nothing run, nothing huge."""

import builtins
import contextlib
import hashlib
import importlib
import json
import marshal
import os
import pickle
import re
import shutil
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fondo.errors import ModelFolderError
from fondo.store.folder import FORMAT, REQUIRED, read, write
from fondo.store.manifest import KIND, NAME

ALL = (*REQUIRED, "report.html", "evaluation.json", NAME)
REMEDY = r"\. Take a fresh copy of the folder, or train the model again\.$"
PICKLE = b"\x80\x04cbuiltins\nexec\n(S'raise SystemExit'\ntR."
quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def save(folder: Path, *, seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    write(
        folder,
        model={"task": "TableClassifier", "learned": {"seed": seed}},
        weights={"w": rng.normal(size=(3, 2)).astype("float32"), "n": np.array(seed)},
        history=[{"epoch": 1, "loss": float(rng.random())}],
        receipt={"seed": seed},
        card=f"# Card {seed}\n",
        report=f"<p>{seed}</p>",
        extra={"evaluation": {"seed": seed}},
    )


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two model folders, written once."""
    place = tmp_path_factory.mktemp("models")
    save(place / "m")
    save(place / "other", seed=1)
    read(place / "m")  # whatever is imported late is imported now
    return place


@pytest.fixture
def folder(models: Path, tmp_path: Path) -> Path:
    """Copy of the first model."""
    return shutil.copytree(models / "m", tmp_path / "m")


def poison(*given: Any, **named: Any) -> Any:
    raise AssertionError(f"something was run: {given!r}")


@contextlib.contextmanager
def nothing_runs() -> Iterator[None]:
    """Every door through which the folder's content could run is poisoned in the block."""
    real = builtins.__import__

    def known_only(name: str, *rest: Any, **named: Any) -> Any:
        return real(name, *rest, **named) if name in sys.modules else poison(name)

    doors: list[tuple[Any, str]] = [
        (builtins, "eval"),
        (builtins, "exec"),
        (pickle, "load"),
        (pickle, "loads"),
        (pickle, "Unpickler"),
        (marshal, "loads"),
        (importlib, "import_module"),
        (np, "load"),
        (os, "system"),
        (subprocess, "Popen"),
    ]
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in doors:
            patch.setattr(owner, name, poison)
        patch.setattr(builtins, "__import__", known_only)
        yield


def caught(folder: Path) -> ModelFolderError:
    """The error of reading; an AssertionError of `poison` or any other passes through."""
    with nothing_runs():
        try:
            read(folder)
        except ModelFolderError as error:
            return error
    raise AssertionError("the folder was read")


def check_refused(folder: Path, message: str) -> None:
    """Reading raises one ModelFolderError in one line that begins with the folder's name."""
    tracemalloc.start()
    try:
        told = str(caught(folder))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert re.search(message, told), told
    assert told.startswith(f"{folder}: ")
    assert "\n" not in told
    assert len(told) < len(str(folder)) + 400
    assert peak < 20e6  # bytes


def forge(folder: Path, change: Callable[[dict[str, Any]], None] = lambda body: None) -> None:
    """Give the folder a manifest that fits what it holds now, changed, under a good seal."""
    files = {
        path.name: {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in folder.iterdir()
        if path.is_file() and path.name != NAME
    }
    body = {"kind": KIND, "format": FORMAT, "fondo": "0.1.0", "files": files}
    change(body)
    blank = json.dumps({**body, "seal": "0" * 64}).encode()
    seal = hashlib.sha256(blank).hexdigest().encode()
    (folder / NAME).write_bytes(blank.replace(b"0" * 64, seal))


def test_a_forged_manifest_is_read_so_the_tests_below_test_what_follows(folder: Path) -> None:
    forge(folder)
    with nothing_runs():
        assert read(folder).version == "0.1.0"


def test_the_poison_works() -> None:
    with nothing_runs(), pytest.raises(AssertionError, match="something was run"):
        pickle.loads(PICKLE)
    with nothing_runs(), pytest.raises(AssertionError, match="something was run"):
        import turtledemo  # noqa: F401


@quiet
@given(name=st.sampled_from(ALL), share=st.floats(0, 1, exclude_max=True))
def test_truncation(folder: Path, name: str, share: float) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: int(share * (len(whole) - 1))])
    try:
        check_refused(folder, rf"{name} (has|is damaged).*{REMEDY}")
    finally:
        (folder / name).write_bytes(whole)


@quiet
@given(name=st.sampled_from(ALL), share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit(folder: Path, name: str, share: float, bit: int) -> None:
    whole = (folder / name).read_bytes()
    damaged = bytearray(whole)
    damaged[int(share * len(whole))] ^= 1 << bit
    (folder / name).write_bytes(damaged)
    try:
        check_refused(folder, rf"{name} is .*{REMEDY}")
    finally:
        (folder / name).write_bytes(whole)


@quiet
@given(name=st.sampled_from(ALL), data=st.binary(max_size=400))
def test_any_other_bytes(folder: Path, name: str, data: bytes) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(data)
    try:
        check_refused(folder, rf"{name} (has|is) .*{REMEDY}")
    finally:
        (folder / name).write_bytes(whole)


@pytest.mark.parametrize("name", ALL)
def test_a_file_of_another_model(name: str, folder: Path, models: Path) -> None:
    shutil.copy(models / "other" / name, folder / name)
    check_refused(folder, REMEDY)


def test_two_files_of_one_model_swapped(folder: Path) -> None:
    (folder / "receipt.json").rename(folder / "spare")
    (folder / "history.json").rename(folder / "receipt.json")
    (folder / "spare").rename(folder / "history.json")
    check_refused(folder, REMEDY)


@pytest.mark.parametrize("name", ALL)
def test_a_missing_file(name: str, folder: Path) -> None:
    (folder / name).unlink()
    check_refused(folder, f"{NAME} is missing" if name == NAME else rf"{name} is missing{REMEDY}")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", ["folder", "link", "dangling link", "loop", "pipe"])
def test_something_else_in_place_of_a_file(kind: str, name: str, folder: Path) -> None:
    path = folder / name
    path.rename(folder.parent / "elsewhere")
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        target = {"link": folder.parent / "elsewhere", "loop": path}.get(kind, folder / "nowhere")
        path.symlink_to(target)
    check_refused(folder, rf"{name} must be a plain file.*{REMEDY}")


def test_no_folder_at_all(folder: Path) -> None:
    check_refused(folder.parent / "nowhere", r"there is no such folder\. Check the name\.")
    check_refused(folder / "card.md", r"is a file; a model is a folder\. Give the folder")
    check_refused(folder / "card.md" / "x", r"is a file|no such folder")


def test_empty_foreign_and_incomplete_folders(folder: Path) -> None:
    empty, foreign = folder.parent / "empty", folder.parent / "foreign"
    for place in (empty, foreign):
        place.mkdir()
    check_refused(empty, r"is empty; manifest\.json is missing\. Give a folder that fondo saved")
    (foreign / "model.pkl").write_bytes(PICKLE)
    (foreign / "__init__.py").write_text("raise SystemExit")
    check_refused(foreign, "is no model folder; manifest")
    (foreign / NAME).write_text('{"name": "web app"}')
    check_refused(foreign, r"is damaged or foreign \(it is not fondo's\)")
    (folder / NAME).unlink()
    check_refused(folder, "is incomplete; manifest")


@pytest.mark.parametrize("number", [FORMAT + 1, 10**30])
def test_a_format_of_the_future(number: int, folder: Path) -> None:
    forge(folder, lambda body: body.update(format=number, fondo="9.0"))
    check_refused(folder, rf"was written by fondo 9\.0 in format {number}; .* Update fondo\.$")


@pytest.mark.parametrize("number", [0, -1, "1", None, True, 1.0, [1]])
def test_a_format_that_is_none(number: object, folder: Path) -> None:
    forge(folder, lambda body: body.update(format=number))
    check_refused(folder, rf"names no format or version.*{REMEDY}")


@pytest.mark.parametrize(
    "name", ["../outside.json", "/etc/passwd", "..", "a/../../x.json", "x.py", "\0.json", "x\n.md"]
)
def test_a_path_out_of_the_folder(name: str, folder: Path) -> None:
    (folder.parent / "outside.json").write_text("{}")
    said = {"bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}
    forge(folder, lambda body: body["files"].update({name: said}))
    check_refused(folder, rf"manifest\.json .* which may not be.*{REMEDY}")


@pytest.mark.parametrize("size", [2**40, 2**63, 10**400, 0, -1, 1.5, None, "9"])
def test_a_size_that_is_not_so(size: object, folder: Path) -> None:
    forge(folder, lambda body: body["files"]["card.md"].update(bytes=size))
    check_refused(folder, rf"(card\.md|manifest\.json) .*{REMEDY}")


@pytest.mark.parametrize("name", REQUIRED)
def test_a_file_that_is_not_listed(name: str, folder: Path) -> None:
    forge(folder, lambda body: body["files"].pop(name))
    check_refused(folder, rf"manifest\.json does not list {name}{REMEDY}")


def test_a_file_too_large_for_json_is_not_read(folder: Path) -> None:
    with (folder / "model.json").open("r+b") as file:
        file.truncate(1 << 40)  # a sparse terabyte
    change = {"bytes": 1 << 40, "sha256": "a" * 64}
    os.truncate(folder / NAME, 0)
    shutil.move(folder / "model.json", folder.parent / "giant")
    forge(folder, lambda body: body["files"].update({"model.json": change}))
    shutil.move(folder.parent / "giant", folder / "model.json")
    check_refused(folder, rf"model\.json has {1 << 40} bytes, more than any model's{REMEDY}")


JSON = {
    "NaN": b'{"a": NaN}',
    "infinity": b"[{}, -Infinity]",
    "1e999": b'{"a": 1e999}',
    "a number of 10,000 digits": b"1" * 10_000,
    "deep lists": b"[" * 200_000 + b"]" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "a name twice": b'{"a": 1, "a": 2}',
    "not UTF-8": b'{"a": "\xff"}',
    "cut": b'{"a": ',
    "nothing": b"",
    "a number": b"7",
    "text": b'"x"',
    "null": b"null",
    "a list of numbers": b"[1, 2]",
    "a pickle": PICKLE,
    "an expression": b"__import__('os').system('true')",
}


@pytest.mark.parametrize("name", ["model.json", "receipt.json", "history.json"])
@pytest.mark.parametrize("data", JSON.values(), ids=JSON)
def test_json_that_is_none_under_a_good_seal(data: bytes, name: str, folder: Path) -> None:
    (folder / name).write_bytes(data)
    forge(folder)
    check_refused(folder, rf"{name} (is no JSON|must hold).*{REMEDY}")


@pytest.mark.parametrize("name", [NAME])
@pytest.mark.parametrize("data", JSON.values(), ids=JSON)
def test_a_manifest_that_is_none(data: bytes, name: str, folder: Path) -> None:
    (folder / name).write_bytes(data)
    check_refused(folder, rf"manifest\.json is damaged or foreign \(.*{REMEDY}")


@pytest.mark.parametrize("name", ["card.md", "report.html"])
def test_text_that_is_no_text_under_a_good_seal(name: str, folder: Path) -> None:
    (folder / name).write_bytes(b"\xff\xfe\x00")
    forge(folder)
    check_refused(folder, rf"{name} is no text in UTF-8{REMEDY}")


def arrays_file(shape: list[int], kind: str = "F64", end: int = 8) -> bytes:
    header = {"w": {"dtype": kind, "shape": shape, "data_offsets": [0, end]}}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"8 bytes!"


@pytest.mark.parametrize(
    "data",
    [
        arrays_file([2**40], end=2**43),
        arrays_file([2**62, 2**62]),
        arrays_file([2**40]),
        arrays_file([1], kind="PYOBJECT"),
        struct.pack("<Q", 2**63) + b"{}",
        PICKLE,
        b"",
    ],
)
def test_weights_that_are_none_under_a_good_seal(data: bytes, folder: Path) -> None:
    (folder / "weights.safetensors").write_bytes(data)
    forge(folder)
    check_refused(folder, rf"weights\.safetensors holds no weights that can be read{REMEDY}")


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), MemoryError()])
def test_a_file_that_cannot_be_read(
    error: Exception, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: Any, *rest: Any, **named: Any) -> int:
        if str(path).endswith("weights.safetensors"):
            raise error
        return real(path, *rest, **named)

    monkeypatch.setattr(os, "open", refuse)
    check_refused(folder, rf"weights\.safetensors could not be read \(\w+.*\){REMEDY}")


def test_code_that_lies_in_the_folder_is_left_alone(folder: Path) -> None:
    for name in ("model.py", "__init__.py", "sitecustomize.py", "model.pkl"):
        (folder / name).write_bytes(b"raise SystemExit" if name.endswith("py") else PICKLE)
    with nothing_runs():
        assert read(folder).receipt == {"seed": 0}
