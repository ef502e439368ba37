"""fondo.layers.preparation: pictures as the weights of backbones want them."""

import numpy as np
import pytest

from fondo.backend import keras
from fondo.layers.preparation import MODES, Prepare

PIXEL = np.array([[[[10, 20, 40]]]], np.uint8)  # red, green, blue


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("caffe", [40 - 103.939, 20 - 116.779, 10 - 123.68]),
        ("tf", [(v / 255 - 0.5) * 2 for v in (10, 20, 40)]),
        ("torch", [(v / 255 - m) / s for v, m, s in
                   [(10, 0.485, 0.229), (20, 0.456, 0.224), (40, 0.406, 0.225)]]),
        ("lite", [-117 / 128, -107 / 128, -87 / 128]),
        ("unit", [10 / 255, 20 / 255, 40 / 255]),
    ],
)  # fmt: skip
def test_one_pixel_in_each_mode(mode: str, expected: list[float]) -> None:
    found = np.asarray(Prepare(**MODES[mode])(PIXEL))
    assert found.dtype == np.float32
    assert found[0, 0, 0] == pytest.approx(expected, rel=1e-6)


def test_every_mode_is_tried() -> None:
    assert set(MODES) == {"caffe", "tf", "torch", "lite", "unit"}


def test_bytes_and_floats_come_to_the_same() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 3)).astype(np.uint8)
    layer = Prepare(**MODES["caffe"])
    assert np.array_equal(layer(pictures), layer(pictures.astype(np.float32)))


def test_a_grey_picture_is_taken_for_each_channel() -> None:
    grey = np.random.default_rng(1).integers(0, 256, (2, 3, 4, 1)).astype(np.uint8)
    layer = Prepare(**MODES["torch"])
    assert np.array_equal(layer(grey), layer(np.repeat(grey, 3, axis=-1)))
    assert layer.compute_output_shape((None, 3, 4, 1)) == (None, 3, 4, 3)


@pytest.mark.parametrize("mode", ["caffe", "torch"])
def test_its_config_has_all_of_its_numbers(mode: str) -> None:
    layer = Prepare(**MODES[mode], name="prepared")
    config = keras.layers.serialize(layer)
    again = keras.layers.deserialize(config)
    assert config["config"]["means"] == list(MODES[mode]["means"])
    assert config["config"]["order"] == MODES[mode]["order"]
    assert np.array_equal(again(PIXEL), layer(PIXEL))
