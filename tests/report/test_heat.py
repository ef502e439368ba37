"""fondo.report.heat: pictures of arrays, read back chunk by chunk."""

import numpy as np

from fondo.report.heat import _coloured, _flat, _shrunk, heat

BLUE, WHITE, ORANGE, GREY = (31, 95, 153), (247, 247, 247), (194, 89, 12), (150, 156, 162)


def test_colours_by_hand():
    pixels = _coloured(np.array([[-2.0, 0.0, 2.0, np.nan]]), 2.0)
    assert [tuple(p) for p in pixels[0].tolist()] == [BLUE, WHITE, ORANGE, GREY]


def test_a_long_line_is_broken_like_text():
    flat, told = _flat(np.arange(70.0))
    assert flat.shape == (2, 64)
    assert flat[1, 5] == 69
    assert np.isnan(flat[1, 6:]).all()
    assert "64 numbers a line" in told


def test_further_axes_become_fields_side_by_side():
    array = np.arange(2 * 3 * 4, dtype=float).reshape(2, 3, 4)
    flat, told = _flat(array)
    found = {
        tuple(flat[r : r + 2, c : c + 3].ravel())
        for r in range(0, flat.shape[0], 3)
        for c in range(0, flat.shape[1], 4)
    }
    assert {tuple(array[:, :, k].ravel()) for k in range(4)} <= found
    assert "One field of 2 x 3" in told


def test_large_arrays_are_averaged_and_keep_their_mean():
    array = np.random.default_rng(0).normal(size=(1000, 800))
    flat, told = _shrunk(array)
    assert flat.shape == (334, 400)
    assert "3 x 2 numbers" in told
    inner = array[:999].reshape(333, 3, 400, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(flat[:333], inner)


def test_the_caption_tells_shape_and_range():
    figure = heat("kernel <of> it", np.array([[-1.5, 0.0], [0.5, 3.0]]))
    assert "kernel &lt;of&gt; it, shape 2 x 2: from \N{MINUS SIGN}1.50 to 3, mean 0.500" in figure
    assert "full colour is 3." in figure


def test_nothing_but_zeros_is_drawn_too():
    assert "full colour is 1." in heat("nothing", np.zeros(100))
