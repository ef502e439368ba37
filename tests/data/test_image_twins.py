"""fondo.data.images.twins: pictures that are in two sets."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fondo.data.images import twins as module
from fondo.data.images.folder import read_folder
from fondo.data.images.pictures import Pictures
from fondo.data.images.survey import Survey, survey
from fondo.data.images.twins import twins


def seen(digests: list[int], hashes: list[int], thumbs: Any = None) -> Survey:
    """Survey of pictures of which only this is known."""
    n = len(digests)
    ones = np.ones(n, np.int32)
    told = np.array(digests, np.uint64), np.array(hashes, np.uint64)
    return Survey(ones, ones, ones.astype(np.uint8), *told, thumbs=thumbs)


def test_exact_and_near_by_hand() -> None:
    first = seen([10, 11, 12], [0b1111, 0b1 << 40, 0xFFFF_0000])
    # row 0: same content. 1: 2 bits from row 0. 2: 4 bits from row 2. 3: 5 bits from row 2.
    second = seen([11, 20, 21, 22], [0b1111, 0b0011, 0x0FFF_0000, 0x07FF_0000])
    found = twins(first, second)
    assert (found.exact, found.near) == (1, 2)
    assert found.exact_examples == ((1, 0),)
    assert found.near_examples == ((0, 1), (2, 2))
    assert twins(first, second, near=2).near_examples == ((0, 1),)
    assert twins(first, second, near=5).near == 3


def test_the_top_bit_counts() -> None:
    assert twins(seen([1], [1 << 63]), seen([2], [1])).near == 1
    assert twins(seen([1], [(1 << 63) | 1]), seen([2], [1 << 63]), near=0).near == 0


def test_plain_pictures_are_twins_only_by_their_content() -> None:
    found = twins(seen([1, 2], [0, 5]), seen([1, 3], [0, 0]))
    assert (found.exact, found.near) == (1, 0)


def test_broken_pictures_are_no_twins() -> None:
    first, second = seen([0, 5], [0, 5]), seen([0, 5], [0, 5])
    first.heights[:] = 0
    assert twins(first, second).exact == 0
    first.heights[1] = 1
    found = twins(first, second)
    assert (found.exact, found.exact_examples) == (1, ((1, 1),))


def test_each_is_counted_once_and_ten_examples_are_given() -> None:
    first, second = seen([7] * 30, [9] * 30), seen([7] * 15 + [8] * 12, [9] * 27)
    found = twins(first, second)
    assert (found.exact, found.near) == (15, 12)
    assert found.exact_examples == tuple((0, k) for k in range(10))
    assert found.near_examples == tuple((0, k) for k in range(15, 25))


def test_nothing_has_no_twins() -> None:
    none, some = Survey.empty(0), seen([1], [1])
    for first, second in ((none, some), (some, none), (none, none)):
        assert twins(first, second) == module.Twins(0, 0, (), ())


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_parts_make_no_difference_and_all_pairs_are_compared(seed: int, pairs: int) -> None:
    rng = np.random.default_rng(seed)
    hashes = rng.integers(1, 64, 30).astype(np.uint64)  # 6 bits: near by chance
    thumbs = rng.integers(0, 256, (5, 16, 16)).astype(np.uint8)[rng.integers(0, 5, 30)]
    first = seen(list(range(18)), hashes[:18].tolist(), thumbs[:18])
    second = seen(list(range(50, 62)), hashes[18:].tolist(), thumbs[18:])
    wanted = sum(
        any(
            bin(int(a) ^ int(b)).count("1") <= 2 and (s == t).all()
            for a, s in zip(hashes[:18], thumbs[:18], strict=True)
        )
        for b, t in zip(hashes[18:], thumbs[18:], strict=True)
    )
    for size, dense in ((pairs, 64), (pairs, 0), (10_000, 0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_PAIRS", size)
            patch.setattr(module, "_DENSE", dense)
            assert twins(first, second, near=2).near == wanted


def test_thumbs_are_compared_whatever_the_brightness() -> None:
    thumb = np.random.default_rng(0).integers(40, 120, (1, 16, 16)).astype(np.uint8)
    other = np.random.default_rng(1).integers(40, 120, (1, 16, 16)).astype(np.uint8)
    first = seen([1], [5], thumb)
    assert twins(first, seen([2], [5], thumb * 2 + 10)).near == 1
    assert twins(first, seen([2], [5], other)).near == 0
    assert twins(first, seen([2], [5], 255 - thumb)).near == 0
    assert twins(first, seen([2], [1 << 30], thumb)).near == 1  # 3 bits
    assert twins(first, seen([2], [0b111111 << 30], thumb)).near == 0


def test_copies_of_files_are_found(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for k in range(6):
        coarse = Image.fromarray(rng.integers(20, 230, (6, 8, 3), np.uint8))
        image = coarse.resize((120, 90), Image.Resampling.BICUBIC)
        image.save(tmp_path / f"{k}.png")
        image.resize((60, 45), Image.Resampling.BICUBIC).save(tmp_path / f"{k}-small.jpg")
    (tmp_path / "0-same.png").write_bytes((tmp_path / "0.png").read_bytes())
    first = survey([str(tmp_path / f"{k}.png") for k in range(4)])
    names = ["0-same.png", "5.png", "3-small.jpg", "4-small.jpg"]
    found = twins(first, survey([str(tmp_path / name) for name in names]))
    assert found.exact_examples == ((0, 0),)
    assert found.near_examples == ((3, 2),)


@pytest.mark.data
def test_real_sets_share_what_they_should(fondo_data: Path) -> None:
    images = fondo_data / "images"
    places = read_folder(images / "faces")[0]["picture"].to_list()
    rows = np.random.default_rng(0).permutation(len(places))
    faces = Pictures.of_places(places)
    found = twins(faces.take(rows[:2000]).survey(), faces.take(rows[2000:]).survey())
    assert (found.exact, found.near) == (2, 3)
    digits = Pictures.of_places([f"sample:digits#{k}" for k in range(1797)])
    rows = np.random.default_rng(0).permutation(1797)
    few = twins(digits.take(rows[:1400]).survey(), digits.take(rows[1400:]).survey())
    assert few.near <= 4  # of 397; by the hash alone it would be many more
