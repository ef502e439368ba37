"""The model folder comes back as it was written, or was not written at all."""

import errno
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fondo.errors import BadParameter, ModelFolderError, OutputError
from fondo.store.folder import CHECKPOINT, check_place, read, write
from fondo.store.weights import hash_arrays
from fondo.version import __version__

GOLDEN = Path(__file__).parents[1] / "golden"
WEIGHTS = {"b": np.arange(6, dtype="float32").reshape(2, 3), "a": np.zeros((0, 2), "int64")}


def save(folder: Path, **changes: Any) -> None:
    parts: dict[str, Any] = {
        "model": {"task": "TableClassifier", "learned": {"größe": [1, 2.5, None, True]}},
        "weights": WEIGHTS,
        "history": [{"epoch": 1, "loss": 0.5}],
        "receipt": {"seed": 0},
        "card": "# Größe\n",
    }
    write(folder, **{**parts, **changes})


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    save(tmp_path / "m", report="<p>ü</p>", extra={"evaluation": {"scores": [1]}, "job": [2]})
    found = read(tmp_path / "m")
    assert found.model == {"task": "TableClassifier", "learned": {"größe": [1, 2.5, None, True]}}
    assert found.history == [{"epoch": 1, "loss": 0.5}]
    assert found.receipt == {"seed": 0}
    assert (found.card, found.report) == ("# Größe\n", "<p>ü</p>")
    assert found.extra == {"evaluation": {"scores": [1]}, "job": [2]}
    assert found.version == __version__
    assert hash_arrays(found.weights) == hash_arrays(WEIGHTS)


def test_report_and_extra_may_be_left_out(tmp_path: Path) -> None:
    save(tmp_path / "m")
    found = read(str(tmp_path / "m"))
    assert (found.report, found.extra) == (None, {})


def test_equal_models_give_equal_folders(tmp_path: Path) -> None:
    save(tmp_path / "one")
    save(tmp_path / "two", weights=dict(reversed(WEIGHTS.items())))
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_a_model_folder_is_replaced_whole(tmp_path: Path) -> None:
    save(tmp_path / "m", report="old", extra={"job": {}})
    (tmp_path / "m" / CHECKPOINT).write_bytes(b"left by training")
    save(tmp_path / "m", card="new")
    assert (read(tmp_path / "m").card, read(tmp_path / "m").report) == ("new", None)
    assert sorted(content(tmp_path / "m")) == [
        "card.md",
        "history.json",
        "manifest.json",
        "model.json",
        "receipt.json",
        "weights.safetensors",
    ]


def test_no_file_of_the_user_is_ever_lost(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "model.json").write_text("somebody's own")
    save(tmp_path / "m")
    (tmp_path / "m" / "notes.txt").write_text("mine")
    for name, stranger in (("photos", "model.json"), ("m", "notes.txt")):
        before = content(tmp_path / name)
        message = f"{name}: holds '{stranger}', which is no part of a model. Choose another"
        with pytest.raises(OutputError, match=message.replace(".", r"\.")):
            save(tmp_path / name)
        assert content(tmp_path / name) == before
    assert read(tmp_path / "m").receipt == {"seed": 0}  # notes beside a model do not matter


def test_the_place_can_be_checked_before_a_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_bytes(b"")
    for good in ("new", "new/deep/er", "empty"):
        check_place(tmp_path / good)
    for bad in ("file", "file/below"):
        with pytest.raises(OutputError, match=f"{bad}: could not be written"):
            check_place(tmp_path / bad)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match=r"permission denied.*Choose a place where you may"):
        check_place(tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file"]


@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_full_disk_leaves_the_old_model(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "m", card="old")
    before, real, calls = content(tmp_path / "m"), getattr(os, call), []

    def full(*given: Any, **named: Any) -> Any:
        calls.append(given)
        if len(calls) > 6 and any(tmp_path.glob(".m.*.partial")):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        message = r"m: could not be written \(no space left on device\)\. Free some space"
        with pytest.raises(OutputError, match=message):
            save(tmp_path / "m", card="new", extra={"a": {}, "b": {}, "c": {}})
    assert content(tmp_path / "m") == before
    assert read(tmp_path / "m").card == "old"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"cap": math.inf}}, r"write\(model.cap=inf\)"),
        ({"receipt": {"seed": object()}}, r"write\(receipt.seed=object\)"),
        ({"weights": {"w": np.array(["x"])}}, r"save_arrays\(arrays='w'\)"),
        ({"extra": {"../x": {}}}, r"write\(extra='../x'\): a name must be small letters"),
        ({"extra": {"model": {}}}, r"write\(extra='model'\).* Rename it"),
        ({"extra": {"manifest": {}}}, r"write\(extra='manifest'\)"),
    ],
)
def test_what_a_folder_cannot_hold_is_refused_before_anything_is_written(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(BadParameter, match=message):
        save(tmp_path / "m", **changes)
    assert list(tmp_path.iterdir()) == []


def test_gaps_in_history_and_extra_are_null(tmp_path: Path) -> None:
    save(tmp_path / "m", history=[{"loss": math.nan}], extra={"job": {"x": -math.inf}})
    found = read(tmp_path / "m")
    assert (found.history, found.extra) == ([{"loss": None}], {"job": {"x": None}})


def test_text_that_is_no_unicode_does_not_stop_saving(tmp_path: Path) -> None:
    save(tmp_path / "m", card="\udcff", model={"name": "\udcff"})
    assert read(tmp_path / "m").card == "\\udcff"
    assert read(tmp_path / "m").model == {"name": "\udcff"}


def test_a_link_to_a_folder_is_read(tmp_path: Path) -> None:
    save(tmp_path / "m")
    (tmp_path / "link").symlink_to(tmp_path / "m")
    assert read(tmp_path / "link").receipt == {"seed": 0}


def test_a_folder_that_may_not_be_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(self: Path) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", forbidden)
    with pytest.raises(ModelFolderError, match=r"could not be opened \(permission denied\)"):
        read(tmp_path)


@pytest.mark.parametrize("folder", sorted(GOLDEN.glob("*/")), ids=lambda folder: folder.name)
def test_a_folder_of_every_released_version_is_read(folder: Path) -> None:
    if not (folder / "manifest.json").exists():
        pytest.skip(f"{folder.name} is no golden folder")
    found = read(folder)
    assert found.version == folder.name
    assert hash_arrays(found.weights) == found.extra["expected"]["weights"]
    assert found.model == found.extra["expected"]["model"]
