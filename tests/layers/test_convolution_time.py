"""fondo.layers.convolution_time: Keras' convolutions along time, value by value."""

import numpy as np
import pytest

from fondo.backend import jax, jnp, keras
from fondo.layers.convolution_time import Conv1D, DepthwiseConv1D

X = np.random.default_rng(0).normal(size=(2, 23, 9)).astype("float32")
CASES = [
    {"kernel_size": 15, "strides": 4, "padding": "valid"},
    {"kernel_size": 5, "strides": 2, "padding": "same"},
    {"kernel_size": 3, "padding": "causal", "dilation_rate": 4},
    {"kernel_size": 3, "padding": "same"},
    {"kernel_size": 1},
    {"kernel_size": 4, "padding": "causal", "activation": "relu", "use_bias": False},
]


def distance(ours, theirs):
    """Largest difference of values, and of slopes, as a share of what is allowed."""
    ours.build(X.shape)
    theirs.build(X.shape)
    drawn = np.random.default_rng(1)
    weights = [drawn.normal(size=w.shape).astype("float32") for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    values = [v.value for v in theirs.trainable_variables]

    def slopes(layer):
        def loss(values, x):
            return (layer.stateless_call(values, [], x)[0] ** 2).sum()

        return jax.tree.leaves(jax.grad(loss, argnums=(0, 1))(values, jnp.asarray(X)))

    pairs = [(ours(X), theirs(X), 2e-5, 1e-4)]
    pairs += [(*pair, 2e-3, 1e-3) for pair in zip(slopes(ours), slopes(theirs), strict=True)]
    shares = []
    for mine, other, absolute, relative in pairs:
        mine, other = np.asarray(mine), np.asarray(other)
        assert mine.shape == other.shape
        shares.append(float((np.abs(mine - other) / (absolute + relative * np.abs(other))).max()))
    return max(shares)


@pytest.mark.parametrize("case", CASES, ids=lambda c: "-".join(map(str, c.values())))
def test_values_and_slopes_are_those_of_keras(case):
    assert distance(Conv1D(8, **case), keras.layers.Conv1D(8, **case)) <= 1


@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_depthwise_ones_too(multiplier, padding):
    settings = {"kernel_size": 3, "depth_multiplier": multiplier, "padding": padding}
    theirs = keras.layers.DepthwiseConv1D(**settings)
    assert distance(DepthwiseConv1D(**settings), theirs) <= 1


def test_groups_are_keras_own():
    assert distance(Conv1D(6, 3, groups=3), keras.layers.Conv1D(6, 3, groups=3)) <= 1


def test_the_comparison_finds_another_activation_and_another_padding():
    assert distance(Conv1D(8, 3, activation="relu"), keras.layers.Conv1D(8, 3)) > 1
    with pytest.raises(AssertionError):
        distance(Conv1D(8, 3, padding="same"), keras.layers.Conv1D(8, 3))


def test_causal_means_that_nothing_to_come_is_seen():
    layer = Conv1D(4, 3, padding="causal", dilation_rate=2)
    later = X.copy()
    later[:, 12:] += 1
    np.testing.assert_allclose(layer(X)[:, :12], layer(later)[:, :12], rtol=1e-6)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of Keras, as it saves
def test_it_goes_through_a_file_and_back(tmp_path):
    model = keras.Sequential(
        [keras.Input((23, 9)), Conv1D(4, 3, padding="causal"), DepthwiseConv1D(3)]
    )
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(model(X), again(X))
    assert [type(layer) for layer in again.layers] == [Conv1D, DepthwiseConv1D]
