"""fondo.explain.images.occlusion: falls worked out by hand for a linear network."""

import numpy as np
import pytest

from fondo.errors import BadParameter
from fondo.explain.images.occlusion import _spans, occlusion


def test_falls_by_hand(linear):
    weights = np.zeros((2, 4, 1))
    weights[:, 0] = 1.0
    picture = np.zeros((1, 2, 4, 1), np.uint8)
    picture[0, :, 0] = 204  # mean 51; the output is 2 x 204 / 255 = 1.6
    maps = occlusion(linear(weights), picture, 1, patch=0.5, stride=0.25)
    # patches of 1 x 2 pixels: covering one of the two weighed pixels takes 153 / 255 = 0.6
    expected = [[0.6, 0.3, 0.0, 0.0]] * 2
    np.testing.assert_allclose(maps[0], expected, atol=1e-6)
    turned = occlusion(linear(weights), picture, 0, patch=0.5, stride=0.25)
    np.testing.assert_allclose(turned[0], -np.array(expected), atol=1e-6)


def test_patches_reach_both_edges_of_any_size():
    assert _spans(7, 0.3, 0.3) == [(0, 2), (2, 4), (4, 6), (5, 7)]
    assert _spans(3, 1.0, 1.0) == [(0, 3)]
    assert _spans(2, 0.1, 0.1) == [(0, 1), (1, 2)]


def test_each_picture_is_explained_by_its_own_choice(convolutional, pictures):
    maps = occlusion(convolutional, pictures[:2], [0, 2], patch=0.5, stride=0.5)
    second = occlusion(convolutional, pictures[1:2], 2, patch=0.5, stride=0.5)
    assert maps.shape == (2, 12, 16)
    np.testing.assert_allclose(maps[1], second[0], atol=1e-6)


@pytest.mark.parametrize("shares", [(0.2, 0.3), (0.2, 0.0), (1.5, 0.1)])
def test_shares_that_leave_pixels_out_are_refused(convolutional, pictures, shares):
    patch, stride = shares
    with pytest.raises(BadParameter, match=r"occlusion\(patch=.*0 < stride <= patch <= 1"):
        occlusion(convolutional, pictures, 0, patch=patch, stride=stride)
