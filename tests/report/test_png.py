"""fondo.report.png: files read back by hand and by Pillow, and pictures within a page."""

import base64
import io
import re
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadData
from fondo.report.png import address, image, png


def chunks(file):
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    place, found = 8, {}
    while place < len(file):
        (length,) = struct.unpack(">I", file[place : place + 4])
        kind, body = file[place + 4 : place + 8], file[place + 8 : place + 8 + length]
        checksum = file[place + 8 + length : place + 12 + length]
        assert struct.unpack(">I", checksum)[0] == zlib.crc32(kind + body)
        found[kind] = body
        place += 12 + length
    return found


def read_back(file):
    """Pixels of a file, undone byte by byte as the specification says (section 9.2)."""
    parts = chunks(file)
    width, height, bits, colours = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    assert bits == 8
    step = {0: 1, 2: 3}[colours]
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, -1)
    out = np.zeros((height, width * step), int)
    for y in range(height):
        for x in range(width * step):
            left = out[y, x - step] if x >= step else 0
            above = out[y - 1, x] if y else 0
            corner = out[y - 1, x - step] if y and x >= step else 0
            guess = left + above - corner
            nearest = min((left, above, corner), key=lambda value: abs(guess - value))
            add = {0: 0, 1: left, 2: above, 4: nearest}[int(rows[y, 0])]
            out[y, x] = (int(rows[y, x + 1]) + add) % 256
    return out.reshape(height, width, step).astype(np.uint8)


@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 3]), st.integers(0, 99))
def test_a_file_is_read_back_pixel_by_pixel(height, width, channels, seed):
    rng = np.random.default_rng(seed)
    smooth = np.cumsum(rng.integers(0, 9, (height, width, channels)), axis=seed % 2)
    pixels = (smooth if seed % 3 else rng.integers(0, 256, smooth.shape)).astype(np.uint8)
    np.testing.assert_array_equal(read_back(png(pixels)), pixels)


@pytest.mark.parametrize("channels", [1, 3])
def test_pillow_reads_the_same(channels):
    pillow = pytest.importorskip("PIL.Image")
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (9, 7, channels), np.uint8)
    pixels[3:] = np.arange(7, dtype=np.uint8)[None, :, None]
    shown = pillow.open(io.BytesIO(png(pixels)))
    shown.load()
    assert shown.mode == ("L" if channels == 1 else "RGB")
    np.testing.assert_array_equal(np.asarray(shown).reshape(pixels.shape), pixels)


def test_smooth_pictures_become_small_files():
    y, x = np.mgrid[0:64, 0:64]
    smooth = (x + 2 * y).astype(np.uint8)
    assert len(png(smooth)) < 64 * 64 / 8


def test_each_row_has_the_filter_that_suits_it():
    row = np.array([10, 10, 10, 10, 200, 200, 200, 200])
    pixels = np.array([row, row, row[::-1], 0 * row + [0, 9, 18, 27, 36, 45, 54, 63]])
    blocks = np.kron(np.array([[10, 250], [90, 40]]), np.ones((1, 4)))  # no neighbour fits all
    pixels = np.concatenate([pixels, blocks]).astype(np.uint8)
    lines = zlib.decompress(chunks(png(pixels))[b"IDAT"])
    assert list(lines[::9]) == [1, 2, 1, 1, 1, 4]
    np.testing.assert_array_equal(read_back(png(pixels))[..., 0], pixels)


def test_grey_pictures_may_lack_the_axis_of_channels():
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert png(pixels) == png(pixels[..., None])


def test_a_picture_lies_in_the_page_and_is_described():
    pixels = np.zeros((2, 4, 3), np.uint8)
    shown = image(pixels, "a <dark> one", width=100)
    assert 'width="100" height="50"' in shown
    assert 'alt="a &lt;dark&gt; one"' in shown
    found = re.search(r'src="data:image/png;base64,([^"]+)"', shown)
    assert base64.b64decode(found[1]) == png(pixels)
    assert address(pixels).endswith(found[1])


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (np.zeros((2, 2)), "Found float64 of shape"),
        (np.zeros((2, 0), np.uint8), "must be bytes"),
        (np.zeros((2, 2, 4), np.uint8), "1 or 3 channels. Found 4"),
        (np.zeros(4, np.uint8), "must be bytes"),
    ],
    ids=["fractions", "empty", "alpha", "a line"],
)
def test_what_is_no_picture_is_refused(pixels, told):
    with pytest.raises(BadData, match=told):
        png(pixels)
