"""fondo.data.images.decode: modes, turns, fits and crops, each against Pillow or by hand."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fondo.data.images import decode as module
from fondo.data.images.decode import Form, decode, original, recoloured, reshaped, shown
from fondo.errors import BadData, BadParameter

RAMP = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20


def photo(height: int, width: int, seed: int = 0) -> Image.Image:
    """Something smooth with some grain, as a photograph is."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (6, 8, 3), np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.int64)
    grain = rng.integers(-6, 7, (height, width, 1))
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def saved(folder: Path, image: Image.Image, name: str, **options: Any) -> str:
    image.save(folder / name, **options)
    return str(folder / name)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.webp", "a.ppm"])
def test_kinds_without_loss_come_back_bit_by_bit(tmp_path: Path, name: str) -> None:
    image = photo(9, 14)
    options = {"lossless": True} if name == "a.webp" else {}
    path = saved(tmp_path, image, name, **options)
    np.testing.assert_array_equal(decode(path, Form(9, 14, 3)), np.asarray(image))
    np.testing.assert_array_equal(original(path), np.asarray(image))


def test_a_grey_pgm_and_a_gif(tmp_path: Path) -> None:
    for name in ("a.pgm", "a.gif"):
        path = saved(tmp_path, Image.fromarray(RAMP), name)
        np.testing.assert_array_equal(decode(path, Form(3, 4, 1))[..., 0], RAMP)
        np.testing.assert_array_equal(decode(path, Form(3, 4, 3)), np.stack([RAMP] * 3, -1))


def test_a_jpeg_is_what_pillow_decodes(tmp_path: Path) -> None:
    path = saved(tmp_path, photo(40, 50), "a.jpg", quality=90)
    with Image.open(path) as image:
        np.testing.assert_array_equal(decode(path, Form(40, 50, 3)), np.asarray(image))
        np.testing.assert_array_equal(
            decode(path, Form(40, 50, 1))[..., 0], np.asarray(image.convert("L"))
        )


def test_the_name_does_not_matter_only_the_content(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(RAMP), "a.jpg", format="PNG")
    np.testing.assert_array_equal(decode(path, Form(3, 4, 1))[..., 0], RAMP)


def test_scaling_is_fair_bicubic(tmp_path: Path) -> None:
    image = photo(40, 60)
    path = saved(tmp_path, image, "a.png")
    wanted = np.asarray(image.resize((20, 30), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(decode(path, Form(30, 20, 3)), wanted)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_pictures_are_turned_upright(tmp_path: Path, name: str, turn: int) -> None:
    # what undoes each orientation, from the EXIF standard: which corner the first pixel belongs in
    undo = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a),
    }
    image = photo(5, 8)
    exif = Image.Exif()
    exif[0x0112] = turn
    options = {"lossless": True} if name == "a.webp" else {}
    path = saved(tmp_path, image, name, exif=exif, **options)
    wanted = undo[turn](np.asarray(image))
    np.testing.assert_array_equal(decode(path, Form(*wanted.shape[:2], 3)), wanted)
    np.testing.assert_array_equal(original(path), wanted)


def test_crop_counts_from_the_top_of_the_upright_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its side
    path = saved(tmp_path, Image.fromarray(RAMP), "a.png", exif=exif)
    stood = np.rot90(RAMP, -1)  # (4, 3)
    found = decode(path, Form(2, 2, 1, crop=(2, 1, 0, 0)))[..., 0]
    np.testing.assert_array_equal(found, stood[2:, :2])


def test_a_damaged_exif_block_does_not_spoil_the_picture(tmp_path: Path) -> None:
    path = saved(tmp_path, photo(16, 16), "a.jpg", exif=b"Exif\0\0MM\0*\xff\xff\xff\xffrubbish")
    assert decode(path, Form(16, 16, 3)).shape == (16, 16, 3)


def test_transparency_is_on_white(tmp_path: Path) -> None:
    # red at half strength on white: 255; 0 * 128/255 + 255 * 127/255 = 127
    pixels = np.array([[[255, 0, 0, 128], [10, 20, 30, 255], [10, 20, 30, 0]]], np.uint8)
    path = saved(tmp_path, Image.fromarray(pixels), "a.png")
    wanted = [[[255, 127, 127], [10, 20, 30], [255, 255, 255]]]
    assert decode(path, Form(1, 3, 3)).tolist() == wanted
    assert reshaped(pixels, Form(1, 3, 3), "x").tolist() == wanted


def test_grey_with_alpha_and_palettes_with_a_clear_colour(tmp_path: Path) -> None:
    pixels = np.array([[[100, 255], [100, 0]]], np.uint8)
    path = saved(tmp_path, Image.fromarray(pixels), "a.png")
    assert decode(path, Form(1, 2, 1)).ravel().tolist() == [100, 255]
    image = Image.new("P", (2, 1))
    image.putpalette([9, 8, 7, 50, 60, 70])
    image.putdata([0, 1])
    for name in ("b.png", "b.gif"):
        path = saved(tmp_path, image, name, transparency=1)
        assert decode(path, Form(1, 2, 3)).tolist() == [[[9, 8, 7], [255, 255, 255]]]


def test_a_grey_or_colour_png_with_one_clear_colour(tmp_path: Path) -> None:
    image = Image.fromarray(RAMP)
    path = saved(tmp_path, image, "a.png", transparency=40)
    assert decode(path, Form(3, 4, 1))[0].ravel().tolist() == [0, 20, 255, 60]
    path = saved(tmp_path, image.convert("RGB"), "b.png", transparency=(40, 40, 40))
    assert decode(path, Form(3, 4, 1))[0].ravel().tolist() == [0, 20, 255, 60]


def test_cmyk_and_two_tones(tmp_path: Path) -> None:
    image = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    path = saved(tmp_path, image, "a.tif")
    assert decode(path, Form(16, 16, 3))[0, 0].tolist() == [0, 255, 255]
    near = decode(saved(tmp_path, image, "a.jpg"), Form(1, 1, 3))[0, 0].astype(int)
    assert np.abs(near - [0, 255, 255]).max() <= 3
    path = saved(tmp_path, Image.fromarray(RAMP > 100), "b.png")
    np.testing.assert_array_equal(decode(path, Form(3, 4, 1))[..., 0], (RAMP > 100) * 255)


def test_sixteen_bits_are_divided_by_257(tmp_path: Path) -> None:
    # 128.4 / 257 is just below a half, 129 / 257 just above; 65,535 / 257 = 255
    values = np.array([[0, 128, 129, 257, 25_700, 65_535]], np.uint16)
    for name in ("a.png", "a.tif", "a.pgm"):
        path = saved(tmp_path, Image.fromarray(values), name)
        assert decode(path, Form(1, 6, 1)).ravel().tolist() == [0, 0, 1, 1, 100, 255]


def test_whole_numbers_of_32_bits_must_fit_16(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(np.array([[0, 257, 65_535]], np.int32)), "a.tif")
    assert decode(path, Form(1, 3, 1)).ravel().tolist() == [0, 1, 255]
    path = saved(tmp_path, Image.fromarray(np.array([[-1, 70_000]], np.int32)), "b.tif")
    with pytest.raises(BadData, match="b.tif: its pixels are whole numbers from -1 to 70,000"):
        decode(path, Form(1, 2, 1))


def test_fractions_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(np.ones((2, 2), np.float32)), "a.tif")
    with pytest.raises(BadData, match="a.tif: its pixels are fractions, .* Save it with 8 or 16"):
        decode(path, Form(2, 2, 1))


def test_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("L", (4, 4), shade) for shade in (40, 200)]
    for name in ("a.gif", "a.tif", "a.webp", "a.png"):
        path = saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:])
        found = decode(path, Form(4, 4, 1))
        assert np.abs(found.astype(int) - 40).max() <= 1


def test_stretch_crop_and_pad_by_hand(tmp_path: Path) -> None:
    halves = np.zeros((4, 8), np.uint8)
    halves[:, 2:6], halves[:, 6:] = 100, 200
    path = saved(tmp_path, Image.fromarray(halves), "a.png")
    # the middle 4 x 4 of 4 x 8 is of one shade
    assert decode(path, Form(4, 4, 1, "crop"))[..., 0].tolist() == [[100] * 4] * 4
    padded = decode(path, Form(8, 8, 1, "pad"))[..., 0]
    np.testing.assert_array_equal(padded[2:6], halves)
    assert not padded[[0, 1, 6, 7]].any()
    stretched = decode(path, Form(8, 8, 1))[..., 0]
    np.testing.assert_array_equal(stretched[:, 0], np.zeros(8))


def test_pad_puts_black_on_the_left_and_right_of_what_is_tall(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("L", (2, 4), 255), "a.png")
    assert decode(path, Form(4, 6, 1, "pad"))[0].ravel().tolist() == [0, 0, 255, 255, 0, 0]
    assert decode(path, Form(2, 2, 1, "pad"))[0].ravel().tolist() == [255, 0]  # 1 of 2 columns


def test_crop_is_top_right_bottom_left(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(RAMP), "a.png")
    found = decode(path, Form(1, 2, 1, crop=(1, 2, 1, 0)))[..., 0]
    np.testing.assert_array_equal(found, RAMP[1:2, :2])
    found = decode(path, Form(2, 1, 1, crop=(0, 0, 1, 3)))[..., 0]
    np.testing.assert_array_equal(found, RAMP[:2, 3:])


@pytest.mark.parametrize("crop", [(2, 0, 1, 0), (0, 3, 0, 1), (0, 9, 0, 0)])
def test_a_crop_must_leave_something(tmp_path: Path, crop: tuple[int, int, int, int]) -> None:
    path = saved(tmp_path, Image.fromarray(RAMP), "a.png")
    with pytest.raises(BadData, match=r"a.png: crop \(.* leaves nothing of a picture of 3 x 4"):
        decode(path, Form(2, 2, 1, crop=crop))


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"height": 0}, "both must be at least 1 pixel"),
        ({"channels": 2}, r"Form\(channels=2\): channels must be 1"),
        ({"fit": "squeeze"}, "fit must be stretch, crop or pad"),
        ({"crop": (0, -1, 0, 0)}, "four numbers of pixels of at least 0"),
    ],
)
def test_forms_that_cannot_be(form: dict[str, Any], told: str) -> None:
    with pytest.raises(BadParameter, match=told):
        Form(**({"height": 2, "width": 2, "channels": 1} | form))


@pytest.mark.parametrize("size", [(1, 1), (20_000, 10), (1, 20_000)])
@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_odd_proportions_are_fine(tmp_path: Path, size: tuple[int, int], fit: Any) -> None:
    path = saved(tmp_path, Image.new("L", size, 77), "a.png")
    found = decode(path, Form(6, 5, 3, fit))
    assert found.shape == (6, 5, 3)
    assert found.max() == 77
    assert max(original(path).shape) <= 512


@pytest.mark.parametrize("sides", [(500, 500), (601, 799)])
@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
def test_what_is_decoded_coarsely_cannot_be_told(
    tmp_path: Path, sides: tuple[int, int], fit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, photo(*sides), "a.jpg", quality=88)
    form = Form(64, 64, 3, fit)
    used: list[int] = []
    keep = module._draft_scale
    monkeypatch.setattr(module, "_draft_scale", lambda *a: used.append(keep(*a)) or used[-1])
    quick = decode(path, form).astype(int)
    assert used[0] > 1
    monkeypatch.setattr(module, "_DRAFT", 1e9)
    monkeypatch.setattr(module, "_GAP", None)
    fair = decode(path, form).astype(int)
    assert used[1] == 1
    assert np.abs(quick - fair).mean() < 1
    assert np.abs(quick - fair).max() <= 10


@pytest.mark.parametrize("fit", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("crop", [(0, 0, 0, 0), (64, 8, 0, 16), (71, 0, 3, 0), (7, 64, 64, 0)])
def test_a_crop_is_as_if_the_rest_had_never_been(
    tmp_path: Path, crop: tuple[int, int, int, int], fit: Any
) -> None:
    top, right, bottom, left = crop
    whole = np.random.default_rng(0).integers(200, 256, (260, 300, 3), np.uint8)
    inner = np.asarray(photo(260 - top - bottom, 300 - right - left)) // 3
    whole[top : 260 - bottom, left : 300 - right] = inner
    path = saved(tmp_path, Image.fromarray(whole), "a.png")
    part = saved(tmp_path, Image.fromarray(inner), "b.png")
    form = Form(24, 20, 3, fit, crop)
    wanted = decode(part, Form(24, 20, 3, fit))
    np.testing.assert_array_equal(decode(path, form), wanted)
    np.testing.assert_array_equal(reshaped(whole, form, "x"), wanted)


@pytest.mark.parametrize("cut", [64, 66, 68, 71])
@pytest.mark.parametrize("side", range(4))
@pytest.mark.parametrize("turn", [1, 3, 6])
def test_what_is_cut_off_does_not_shine_through_a_coarse_jpeg(
    tmp_path: Path, cut: int, side: int, turn: int
) -> None:
    pixels = np.zeros((512, 520), np.uint8)
    edge = [np.s_[:cut], np.s_[:, 520 - cut :], np.s_[512 - cut :], np.s_[:, :cut]][side]
    pixels[edge] = 255
    stored = np.rot90(pixels, {1: 0, 3: 2, 6: 1}[turn])
    exif = Image.Exif()
    exif[0x0112] = turn
    path = saved(tmp_path, Image.fromarray(stored), "a.jpg", quality=97, exif=exif)
    crop = tuple(cut if k == side else 0 for k in range(4))
    found = decode(path, Form(32, 32, 1, crop=crop))  # type: ignore[arg-type]
    assert found.max() <= 6  # a block of JPEG itself rings across the cut


def test_a_turned_picture_of_odd_size_is_not_shifted(tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.arange(45, dtype=np.uint8) * 5, (45, 45))
    exif = Image.Exif()
    exif[0x0112] = 2
    path = saved(tmp_path, Image.fromarray(ramp), "a.jpg", quality=97, exif=exif)
    wanted = Image.fromarray(ramp[:, ::-1]).resize((8, 8), Image.Resampling.BICUBIC)
    found = decode(path, Form(8, 8, 1))[..., 0].astype(int)
    assert np.abs(found - np.asarray(wanted)).max() <= 2


def test_a_turned_jpeg_is_decoded_coarsely_too(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    image = photo(480, 640)
    path = saved(tmp_path, image, "a.jpg", exif=exif, quality=92)
    wanted = np.rot90(np.asarray(image.resize((40, 30), Image.Resampling.BICUBIC)))
    found = decode(path, Form(40, 30, 3))
    assert np.abs(found.astype(int) - wanted).mean() < 1.5


def test_the_original_is_at_most_so_large(tmp_path: Path) -> None:
    path = saved(tmp_path, photo(300, 1200), "a.jpg")
    assert original(path).shape == (128, 512, 3)
    assert original(path, 60).shape == (15, 60, 3)
    assert shown(np.zeros((300, 1200, 1), np.uint8), 60).shape == (15, 60, 3)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_grey_and_colour_are_pillows(seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (2, 3, 5, 3), np.uint8)
    grey = recoloured(pixels, 1)
    assert grey is not None
    for picture, told in zip(pixels, grey, strict=True):
        np.testing.assert_array_equal(told[..., 0], Image.fromarray(picture).convert("L"))
    again = recoloured(grey, 3)
    assert again is not None
    np.testing.assert_array_equal(again[..., 2:], grey)
    assert recoloured(np.zeros((1, 2, 2, 4), np.uint8), 3) is None


def test_grey_by_hand() -> None:
    # 0.299, 0.587 and 0.114 of 255: 76.2, 149.7, 29.1
    pixels = np.array([[[[255, 0, 0], [0, 255, 0], [0, 0, 255]]]], np.uint8)
    grey = recoloured(pixels, 1)
    assert grey is not None
    assert grey.ravel().tolist() == [76, 150, 29]


def test_what_comes_back_can_be_written_to(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(RAMP), "a.png")
    found = decode(path, Form(3, 4, 1))
    found[:] = 0
    assert found.dtype == np.uint8
    assert not found.any()
    assert io.BytesIO(found.data).read() == bytes(12)
