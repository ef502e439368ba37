"""fondo.data.images.load and cache: nothing is decoded twice, and memory is bounded."""

import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fondo.data.images import cache as module
from fondo.data.images.cache import Cache
from fondo.data.images.decode import Form
from fondo.data.images.load import cache, load
from fondo.errors import BadData, OutputError

FORM = Form(5, 7, 3)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    rng = np.random.default_rng(0)
    for k in range(40):
        Image.fromarray(rng.integers(0, 256, (5, 7, 3), np.uint8)).save(tmp_path / f"{k:02}.png")
    return [str(tmp_path / f"{k:02}.png") for k in range(40)]


def pixels(paths: list[str]) -> np.ndarray:
    return np.stack([np.asarray(Image.open(path)) for path in paths])


def test_a_second_load_decodes_nothing(files: list[str]) -> None:
    before = cache.decoded
    first = load(files, FORM)
    assert cache.decoded == before + 40
    again = load(files, FORM)
    assert cache.decoded == before + 40
    assert np.shares_memory(first, again)
    np.testing.assert_array_equal(first, pixels(files))
    load(files, Form(5, 7, 1))
    assert cache.decoded == before + 80  # another form


def test_parts_of_what_was_loaded_decode_nothing(files: list[str]) -> None:
    load(files, FORM)
    before = cache.decoded
    for part in (files[10:20], files[::-1], files[::3], [files[5]] * 4):
        np.testing.assert_array_equal(load(part, FORM), pixels(part))
    assert cache.decoded == before


def test_what_is_new_among_the_known_is_decoded_once(files: list[str]) -> None:
    load(files[:10], FORM)
    before = cache.decoded
    mixed = [files[20], files[3], files[20], files[21], files[0]]
    np.testing.assert_array_equal(load(mixed, FORM), pixels(mixed))
    assert cache.decoded == before + 2


def test_a_file_that_changed_is_decoded_again(files: list[str]) -> None:
    load(files, FORM)
    Image.new("RGB", (7, 5), (1, 2, 3)).save(files[4])
    os.utime(files[4], ns=(7, 7))
    assert load(files, FORM)[4, 0, 0].tolist() == [1, 2, 3]


def test_relative_and_absolute_paths_are_one_file(
    files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(files, FORM)
    before = cache.decoded
    monkeypatch.chdir(Path(files[0]).parent)
    load([Path(path).name for path in files], FORM)
    assert cache.decoded == before


def test_what_comes_back_is_read_only(files: list[str]) -> None:
    for part in (files, files[::-1]):
        with pytest.raises(ValueError, match="read-only"):
            load(part, FORM)[0] = 0


def test_a_broken_or_missing_file_is_named(files: list[str]) -> None:
    Path(files[30]).write_text("no picture")
    with pytest.raises(BadData, match=r"30.png: this is a text file named .png"):
        load(files, FORM)
    with pytest.raises(BadData, match=r"gone.png: there is no such file"):
        load([*files[:3], "gone.png"], FORM)
    np.testing.assert_array_equal(load(files[:30], FORM), pixels(files[:30]))


def test_nothing_is_loaded_from_nothing() -> None:
    assert load([], FORM).shape == (0, 5, 7, 3)


# ---- the cache by itself: pictures are 10 bytes, all equal to their key


def ask(cache: Cache, keys: list[int], form: str = "f") -> np.ndarray:
    def make(positions: list[int], out: np.ndarray) -> None:
        out[:] = np.array([keys[k] for k in positions])[:, None]

    found = cache.load(keys, form, (10,), make)
    np.testing.assert_array_equal(found, np.repeat(np.array(keys), 10).reshape(-1, 10))
    return found


def test_what_is_too_much_for_memory_goes_to_disk_and_is_not_lost() -> None:
    cache = Cache(memory=50, disk=1000)
    ask(cache, [1, 2, 3])
    ask(cache, [4, 5, 6])
    assert cache.held() == (30, 30)
    ask(cache, [1, 4])
    assert cache.decoded == 6


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = Cache(memory=50, disk=0)
    ask(cache, [1, 2])
    ask(cache, [3, 4])
    ask(cache, [1, 2])
    ask(cache, [5, 6])  # 60 bytes: 3 and 4 must go
    assert cache.held() == (40, 0)
    ask(cache, [1, 2, 5, 6])
    assert cache.decoded == 6
    ask(cache, [3])
    assert cache.decoded == 7


def test_an_array_larger_than_memory_lies_in_a_file_without_a_name(tmp_path: Path) -> None:
    cache = Cache(memory=50, disk=1000)
    tempfile.tempdir = str(tmp_path)
    try:
        found = ask(cache, list(range(9)))
        gathered = ask(cache, list(range(8, -1, -1)))
        assert list(tmp_path.iterdir()) == []
    finally:
        tempfile.tempdir = None
    assert isinstance(found, np.memmap)
    assert isinstance(gathered, np.memmap)
    assert cache.held() == (0, 90)
    cache.clear()
    assert found[8, 0] == 8  # who holds it keeps it


def test_a_full_disk_is_an_error_or_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    cache = Cache(memory=50, disk=1000)
    ask(cache, [1, 2, 3])
    monkeypatch.setattr(module, "_on_disk", full)
    ask(cache, [4, 5, 6])
    assert cache.held() == (30, 0)  # nowhere to put the first ones
    ask(cache, [1])
    assert cache.decoded == 7
    with pytest.raises(OutputError, match=r"no room for .* \(No space left .* set TMPDIR"):
        ask(cache, list(range(9)))


def test_forms_do_not_mix() -> None:
    cache = Cache()
    ask(cache, [1, 2], "small")
    ask(cache, [1, 2], "large")
    assert cache.decoded == 4


def test_a_failure_leaves_nothing_behind() -> None:
    cache = Cache()

    def fail(positions: list[int], out: np.ndarray) -> None:
        raise BadData("broken")

    with pytest.raises(BadData, match="broken"):
        cache.load([1, 2], "f", (10,), fail)
    ask(cache, [1, 2])
    assert cache.decoded == 2


def test_several_threads_may_ask_at_once() -> None:
    cache = Cache(memory=100, disk=200)
    found: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda k=k: found.append(ask(cache, list(range(k, k + 12)))))
        for k in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert sum(cache.held()) <= 300


# ---- threads
