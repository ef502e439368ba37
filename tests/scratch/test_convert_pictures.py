"""fondo.scratch.convert: networks of our layers for pictures are taken over by their names."""

import numpy as np
import pytest

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.layers.convolution import Conv2D, DepthwiseConv2D
from fondo.layers.pooling import AveragePooling2D, MaxPooling2D
from fondo.scratch.convert import from_model


@pytest.fixture(autouse=True)
def float64():
    """These networks are as people train them: in float32."""


def test_convolutions_and_pooling_of_ours_answer_alike_in_the_glass_box():
    network = keras.Sequential(
        [
            keras.Input((11, 12, 1)),
            Conv2D(8, 3, activation="relu", name="edges"),
            MaxPooling2D(2),
            Conv2D(8, 3, padding="same", use_bias=False),
            AveragePooling2D(2, padding="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ]
    )
    x = np.random.default_rng(0).normal(size=(4, 11, 12, 1)).astype("float32")
    ours = from_model(network)
    np.testing.assert_allclose(ours.predict(x), np.asarray(network(x)), atol=1e-5)
    kinds = [type(layer).__name__ for layer in ours.layers][:4]
    assert kinds == ["Conv2D", "MaxPooling2D", "Conv2D", "AveragePooling2D"]


def test_a_depthwise_convolution_is_refused_by_its_name():
    network = keras.Sequential([keras.Input((4, 4, 2)), DepthwiseConv2D(2, name="deep")])
    with pytest.raises(BadParameter, match=r"does not know 'deep' \(DepthwiseConv2D\)"):
        from_model(network)
