"""fondo.data.images.survey and hashes: what one look tells of each picture."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.fft
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from fondo.data.images import survey as module
from fondo.data.images.folder import read_folder
from fondo.data.images.hashes import SIDE, perceptual_hashes, shrunk, thumbs
from fondo.data.images.pictures import Pictures
from fondo.data.images.survey import Survey, survey
from fondo.data.images.twins import NEAR


def photo(seed: int, height: int = 120, width: int = 160) -> Image.Image:
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(20, 220, (7, 9, 3), np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


def distance(first: Any, second: Any) -> list[int]:
    return np.bitwise_count(np.atleast_1d(first ^ second)).tolist()


def test_sizes_are_those_of_the_upright_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("a.jpg", "a.png", "a.tif"):
        photo(0).save(tmp_path / name, exif=exif)
    photo(0).save(tmp_path / "b.jpg")
    found = survey([str(tmp_path / n) for n in ("a.jpg", "b.jpg", "a.png", "a.tif")])
    assert found.heights.tolist() == [160, 120, 160, 160]
    assert found.widths.tolist() == [120, 160, 120, 120]
    assert found.heights.dtype == np.int32


def test_channels_are_those_that_are_stored(tmp_path: Path) -> None:
    grey = photo(0).convert("L")
    wanted = {"a.jpg": 1, "b.jpg": 3, "a.png": 1, "b.png": 3, "c.png": 4, "d.png": 4, "p.png": 3,
              "t.png": 1, "w.png": 1, "g.gif": 4, "c.tif": 3, "a.pgm": 1, "e.png": 4}  # fmt: skip
    pictures = {
        "a.jpg": grey, "b.jpg": grey.convert("RGB"), "a.png": grey, "b.png": grey.convert("RGB"),
        "c.png": photo(0).convert("RGBA"), "d.png": grey.convert("LA"),
        "p.png": photo(0).convert("P"), "t.png": grey.convert("1"),
        "w.png": Image.fromarray(np.zeros((4, 4), np.uint16)), "g.gif": photo(0).convert("P"),
        "c.tif": photo(0).convert("CMYK"), "a.pgm": grey, "e.png": grey,
    }  # fmt: skip
    for name, picture in pictures.items():
        picture.save(
            tmp_path / name,
            **({"transparency": picture.getpixel((0, 0))} if name in ("g.gif", "e.png") else {}),
        )
    found = survey([str(tmp_path / name) for name in wanted])
    assert dict(zip(wanted, found.channels.tolist(), strict=True)) == wanted
    assert found.faults == {}


def test_digests_are_of_the_bytes(tmp_path: Path) -> None:
    photo(0).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    photo(1).save(tmp_path / "c.png")
    digests = survey([str(tmp_path / f"{k}.png") for k in "abc"]).digests
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]
    assert digests.dtype == np.uint64


def test_a_second_look_opens_nothing_unless_the_file_changed(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{k}.png") for k in range(70)]
    for k, path in enumerate(paths):
        photo(k, 12, 16).save(path)
    before = module.seen.counted
    first = survey(paths)
    assert module.seen.counted == before + 70
    again = survey(paths[::-1])
    assert module.seen.counted == before + 70
    np.testing.assert_array_equal(again.hashes, first.hashes[::-1])
    photo(99, 20, 20).save(paths[3])
    os.utime(paths[3], ns=(5, 5))
    assert survey(paths).heights[3] == 20
    assert module.seen.counted == before + 71
    Path(paths[3]).unlink()
    assert "there is no such file" in survey(paths).faults[3]


def test_what_is_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT", 3)
    monkeypatch.setattr(module, "seen", module._Seen())
    paths = [str(tmp_path / f"{k}.png") for k in range(5)]
    for path in paths:
        photo(0, 8, 8).save(path)
    survey(paths)
    assert list(module.seen._looks) == paths[2:]


def test_the_same_file_twice_is_looked_at_once(tmp_path: Path) -> None:
    photo(0).save(tmp_path / "a.png")
    before = module.seen.counted
    found = survey([str(tmp_path / "a.png")] * 3)
    assert module.seen.counted == before + 1
    assert found.heights.tolist() == [120] * 3


def test_arrays_look_as_their_files_do(tmp_path: Path) -> None:
    pixels = [np.asarray(photo(k)) for k in range(6)]
    paths = [str(tmp_path / f"{k}.png") for k in range(6)]
    for array, path in zip(pixels, paths, strict=True):
        Image.fromarray(array).save(path)
    of_files, of_array = survey(paths), Pictures.of_array(np.stack(pixels), "t").survey()
    assert max(distance(of_files.hashes, of_array.hashes)) <= 2
    assert np.abs(of_files.thumbs.astype(int) - of_array.thumbs).max() <= 1
    assert of_array.widths.tolist() == of_files.widths.tolist()


def test_rows_of_an_array_are_looked_at_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = Pictures.of_array(np.stack([np.asarray(photo(k, 9, 9)) for k in range(5)]), "t")
    looked: list[int] = []
    keep = module._look_at_rows
    monkeypatch.setattr(module, "_look_at_rows", lambda s, r: (looked.extend(r), keep(s, r))[1])
    part = pictures.take([3, 1, 3]).survey()
    assert sorted(looked) == [1, 3]
    whole = pictures.survey()
    assert sorted(looked) == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(part.hashes, whole.hashes[[3, 1, 3]])
    np.testing.assert_array_equal(part.digests, whole.digests[[3, 1, 3]])
    assert len(set(whole.digests.tolist())) == 5


def test_nothing_is_a_survey_too() -> None:
    assert len(survey([])) == 0
    assert len(Pictures.of_array(np.zeros((0, 4, 4)), "t").survey()) == 0
    assert len(pickle.loads(pickle.dumps(Survey.empty(3)))) == 3


# ---- hashes


def test_a_hash_against_scipys_cosine_transform() -> None:
    small = np.random.default_rng(0).uniform(0, 255, (3, SIDE, SIDE))
    for picture, found in zip(small, perceptual_hashes(small), strict=True):
        waves = scipy.fft.dctn(picture, norm="ortho")[:8, :8].ravel()[1:]
        bits = "0" + "".join("1" if wave > np.median(waves) else "0" for wave in waves)
        assert int(found) == int(bits, 2)


def test_a_hash_by_hand() -> None:
    # one wave across, cos(pi (2x + 1) / 64): the coefficient beside the mean is large, all others 0
    across = np.cos(np.pi * (2 * np.arange(SIDE) + 1) / (2 * SIDE))
    picture = np.broadcast_to(128 + 100 * across, (1, SIDE, SIDE))
    assert (int(perceptual_hashes(picture)[0]) >> 62) & 1 == 1
    turned = int(perceptual_hashes(picture.transpose(0, 2, 1))[0])
    assert (turned >> 55) & 1 == 1  # first of the second row of 8


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.floats(0.3, 3), st.floats(-50, 50))
def test_brightness_and_contrast_change_nothing(seed: int, gain: float, shift: float) -> None:
    small = np.random.default_rng(seed).uniform(0, 255, (2, SIDE, SIDE))
    np.testing.assert_array_equal(perceptual_hashes(small), perceptual_hashes(small * gain + shift))
    assert set(np.bitwise_count(perceptual_hashes(small)).tolist()) == {31}


def test_plain_pictures_are_marked(tmp_path: Path) -> None:
    Image.new("RGB", (50, 50), (80, 90, 100)).save(tmp_path / "plain.jpg")
    rng = np.random.default_rng(0)
    grain = Image.fromarray(rng.integers(126, 130, (200, 200), np.uint8))
    grain.save(tmp_path / "grain.png")
    photo(0).save(tmp_path / "photo.png")
    (tmp_path / "broken.png").write_bytes(b"no")
    names = ("plain.jpg", "grain.png", "photo.png", "broken.png")
    found = survey([str(tmp_path / n) for n in names])
    assert found.plain.tolist() == [True, True, False, False]
    assert found.broken.tolist() == [False, False, False, True]
    assert (found.hashes == 0).tolist() == [True, True, False, True]


@pytest.mark.parametrize("length", [1, 8, 28, 32, 33, 100, 640])
def test_making_small_is_pillows_bilinear(length: int) -> None:
    picture = np.random.default_rng(length).integers(0, 256, (length, 50), np.uint8)
    wanted = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    assert np.abs(shrunk(picture[None])[0] - np.asarray(wanted, float)).max() <= 1.01


def test_thumbs_are_means_of_four() -> None:
    small = np.zeros((1, SIDE, SIDE))
    small[0, 0, :2], small[0, 1, 0] = 100, 60
    found = thumbs(small)
    assert found.shape == (1, 16, 16)
    assert (found[0, 0, 0], int(found.sum())) == (65, 65)


def variants(path: str, folder: Path) -> list[str]:
    """Copies of a picture that a person would call the same."""
    with Image.open(path) as image:
        image = image.convert("RGB")
    width, height = image.size
    copies = {
        "half.png": image.resize((width // 2, height // 2), Image.Resampling.BICUBIC),
        "twice.jpg": image.resize((width * 2, height * 2), Image.Resampling.BILINEAR),
        "poor.jpg": image,
        "dark.jpg": ImageEnhance.Brightness(image).enhance(0.7),
        "contrast.jpg": ImageEnhance.Contrast(image).enhance(1.2),
        "grey.png": image.convert("L"),
    }
    made = []
    for name, copy in copies.items():
        made.append(str(folder / f"{Path(path).stem}-{name}"))
        copy.save(made[-1], **({"quality": 50} if name == "poor.jpg" else {}))
    return made


def test_copies_of_a_picture_have_nearly_its_hash(tmp_path: Path) -> None:
    for seed in range(8):
        path = str(tmp_path / f"{seed}.jpg")
        photo(seed).save(path, quality=92)
        hashes = survey([path, *variants(path, tmp_path)]).hashes
        assert max(distance(hashes[0], hashes[1:])) <= NEAR
    others = survey([str(tmp_path / f"{seed}.jpg") for seed in range(8)]).hashes
    assert min(distance(others[:-1], others[1:])) > 10


@pytest.mark.data
@pytest.mark.parametrize("name", ["faces", "keypoints/train", "signs/train"])
def test_hashes_of_real_pictures(fondo_data: Path, tmp_path: Path, name: str) -> None:
    places = read_folder(fondo_data / "images" / name)[0]["picture"].to_list()[::37][:60]
    found = survey(places)
    assert found.faults == {}
    gaps = np.bitwise_count(found.hashes[:, None] ^ found.hashes)[np.triu_indices(len(places), 1)]
    assert (gaps <= NEAR).mean() < 0.001
    copies = [distance(found.hashes[k], survey(variants(places[k], tmp_path)).hashes)
              for k in range(0, len(places), 6)]  # fmt: skip
    limit = 0.8 if name == "signs/train" else 0.98  # of 32 pixels half is little
    assert (np.array(copies) <= NEAR).mean() >= limit
