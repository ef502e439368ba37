"""Convolutions against Keras' own layers: values, gradients, weights, configuration, training."""

import numpy as np
import pytest

from fondo.backend import jax, keras
from fondo.engine.examples import PLAIN
from fondo.engine.losses import class_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.programs import Chunk, Loop
from fondo.engine.signatures import network_signature
from fondo.engine.step import supervised
from fondo.layers.convolution import Conv2D, DepthwiseConv2D, form_of
from fondo.layers.convolution_forms import span
from fondo.layers.convolution_plain import in_keras_alone
from fondo.layers.pooling import MaxPooling2D

RANDOM = np.random.default_rng(0)
SETTINGS = {  # keywords of Conv2D, channels of the inputs
    "tiles": ({"filters": 9, "kernel_size": 3, "padding": "same", "activation": "relu"}, 8),
    "shifts": ({"filters": 3, "kernel_size": 3, "strides": 2, "use_bias": False}, 8),
    "windows": ({"filters": 4, "kernel_size": (3, 2), "dilation_rate": 2}, 1),
    "library, groups": ({"filters": 4, "kernel_size": 3, "groups": 2}, 4),
    "library, first": ({"filters": 2, "kernel_size": 3, "data_format": "channels_first"}, 7),
}  # fmt: skip
DEPTHWISE = {
    "one of each": {"kernel_size": 3, "padding": "same", "activation": "relu"},
    "two of each, stride 2": {"kernel_size": (2, 3), "strides": 2, "depth_multiplier": 2},
    "no bias, dilated": {"kernel_size": 2, "dilation_rate": (1, 2), "use_bias": False},
}


def beside_keras(layer, channels):
    """The layer and Keras' own, of the same weights, and inputs for them."""
    kind = getattr(keras.layers, type(layer).__name__)
    theirs, x = kind.from_config(layer.get_config()), RANDOM.normal(size=(2, 9, 7, channels))
    for each in (layer, theirs):
        each.build(x.shape)
    for ours, other in zip(layer.weights, theirs.weights, strict=True):
        drawn = RANDOM.normal(size=ours.shape)
        ours.assign(drawn)
        other.assign(drawn)
    return theirs, x.astype("float32")


def value_and_gradients(layer, x):
    weights = [variable.value for variable in layer.trainable_variables]

    @jax.jit
    def both(weights, x):
        def outputs(weights, x):
            return layer.stateless_call(weights, [], x)[0]

        found, pullback = jax.vjp(outputs, weights, x)
        return found, pullback(jax.numpy.cos(jax.numpy.arange(found.size)).reshape(found.shape))

    return [np.asarray(array) for array in jax.tree.leaves(both(weights, x))]


def assert_alike(layer, channels):
    theirs, x = beside_keras(layer, channels)
    found, wanted = value_and_gradients(layer, x), value_and_gradients(theirs, x)
    assert len(found) == len(wanted)
    for ours, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-4, atol=3e-5 * abs(other).max())


@pytest.mark.parametrize("case", SETTINGS)
def test_values_and_gradients_are_those_of_keras(case):
    keywords, channels = SETTINGS[case]
    layer = Conv2D(**keywords)
    assert_alike(layer, channels)
    assert case.split(",")[0] in (_form(layer, channels), "library")


def _form(layer, channels):
    rows, columns = (
        span(n, layer.kernel_size[k], layer.strides[k], layer.padding, layer.dilation_rate[k])
        for k, n in enumerate((9, 7))
    )
    return form_of(channels, layer.filters, rows, columns)


@pytest.mark.parametrize("case", DEPTHWISE)
def test_depthwise_values_and_gradients_are_those_of_keras(case):
    layer = DepthwiseConv2D(**DEPTHWISE[case])
    assert_alike(layer, 3)
    assert layer.built


@pytest.mark.parametrize(
    ("channels", "filters", "size", "n", "stride", "wanted"),
    [
        (1, 64, 3, 28, 1, "windows"),  # few channels
        (64, 128, 1, 28, 2, "windows"),  # one cell: one product
        (64, 128, 3, 13, 1, "tiles"),
        (32, 64, 5, 12, 1, "tiles"),
        (64, 64, 2, 16, 1, "shifts"),  # too small a window for tiles
        (64, 64, 7, 16, 1, "shifts"),  # too large a one
        (256, 256, 3, 6, 1, "shifts"),  # four places: the tiles would be mostly padding
        (64, 4, 3, 16, 1, "shifts"),  # few filters
        (32, 64, 3, 32, 2, "shifts"),  # tiles have no stride
    ],
)
def test_the_form_follows_the_shape(channels, filters, size, n, stride, wanted):
    axis = span(n, size, stride, "valid")
    assert form_of(channels, filters, axis, axis) == wanted


def test_a_dilated_window_has_no_tiles():
    axis = span(16, 3, 1, "same", dilation=2)
    assert form_of(16, 16, axis, axis) == "shifts"


@pytest.mark.parametrize("kind", [Conv2D, DepthwiseConv2D])
def test_a_device_with_convolutions_of_its_own_keeps_them(kind, monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    layer = Conv2D(8, 3) if kind is Conv2D else DepthwiseConv2D(3)
    text = str(jax.make_jaxpr(lambda x: layer(x))(np.ones((1, 8, 8, 8), "float32")))
    assert "conv_general_dilated" in text


@pytest.mark.parametrize("kind", [Conv2D, DepthwiseConv2D])
def test_on_the_cpu_no_convolution_of_the_library_is_left(kind):
    layer = Conv2D(8, 3) if kind is Conv2D else DepthwiseConv2D(3)
    text = str(jax.make_jaxpr(lambda x: layer(x))(np.ones((1, 8, 8, 8), "float32")))
    assert "conv_general_dilated" not in text


def test_half_precision_is_left_to_keras():
    layer = Conv2D(8, 3, dtype="bfloat16")
    text = str(jax.make_jaxpr(lambda x: layer(x))(np.ones((1, 8, 8, 8), "float32")))
    assert "conv_general_dilated" in text


@pytest.mark.parametrize("kind", [Conv2D, DepthwiseConv2D])
def test_a_window_that_does_not_fit_is_refused_in_the_words_of_keras(kind):
    layer = Conv2D(8, 5) if kind is Conv2D else DepthwiseConv2D(5)
    with pytest.raises(ValueError, match=r"(?i)negative|dimension"):
        keras.Sequential([keras.Input((4, 4, 8)), layer])


@pytest.mark.parametrize(
    "layer", [Conv2D(3, (2, 3), strides=2, padding="same"), DepthwiseConv2D(3, dilation_rate=2)]
)
def test_the_configuration_is_that_of_keras_and_rebuilds_the_layer(layer):
    kind = getattr(keras.layers, type(layer).__name__)
    assert kind.from_config(layer.get_config()).get_config() == layer.get_config()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(again) is type(layer)
    assert again.get_config() == layer.get_config()


def network():
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            Conv2D(8, 3, activation="relu"),
            Conv2D(8, 3, padding="same"),
            MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ]
    )


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras
def test_a_network_in_keras_alone_has_another_signature_and_the_same_answers(tmp_path):
    ours = network()
    plain = in_keras_alone(ours)
    kinds = [type(layer) for layer in plain.layers]
    assert kinds[:3] == [keras.layers.Conv2D, keras.layers.Conv2D, keras.layers.MaxPooling2D]
    assert network_signature(plain) != network_signature(ours)
    assert network_signature(network()) == network_signature(ours)
    x = RANDOM.normal(size=(3, 8, 8, 1)).astype("float32")
    np.testing.assert_allclose(plain(x), ours(x), atol=1e-5)
    plain.save(tmp_path / "taken.keras")
    again = keras.saving.load_model(tmp_path / "taken.keras", custom_objects={})
    np.testing.assert_array_equal(again(x), plain(x))


def test_layers_that_keras_lacks_stay_in_a_plain_copy():
    from fondo.layers.members import MemberDense

    model = keras.Sequential([keras.Input((2, 3)), MemberDense(4)])
    copy = in_keras_alone(model)
    assert type(copy.layers[0]) is MemberDense
    np.testing.assert_array_equal(*(np.asarray(n.weights[0].value) for n in (copy, model)))


def trained(n_held):
    """State after two steps on the first 16 of `n_held` rows that lie on the device."""
    axis = span(8, 3, 1, "same")
    assert form_of(8, 8, axis, axis) == "tiles"
    keras.utils.set_random_seed(3)
    layers = [Conv2D(8, 3, padding="same"), keras.layers.GlobalAveragePooling2D()]
    model = keras.Sequential([keras.Input((8, 8, 8)), *layers])
    step = supervised(model, class_objective("cross_entropy", 8), make_optimizer("adam"))
    draws = np.random.default_rng(5)
    x = draws.normal(size=(40, 8, 8, 8)).astype("float32")[:n_held]
    data = ({PLAIN: x}, (np.arange(40) % 3)[:n_held].astype("int32"), np.ones(n_held, "float32"))
    chunk = Chunk(data, np.arange(n_held, dtype="int32").reshape(-1, 8), 16)
    state = step.init(np.zeros(2, np.uint32))
    return Loop(step, state, chunk, learn=True).run(state, chunk, np.zeros(2, np.uint32))[0]


def test_bits_do_not_depend_on_how_many_rows_there_are():
    few, many = (jax.tree.leaves(trained(n)["trainable"]) for n in (16, 40))
    assert all(np.array_equal(a, b) for a, b in zip(few, many, strict=True))
