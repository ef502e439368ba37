"""fondo.scratch.normalisation: against Keras in float64, against laws, and by hand (C02-12)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.scratch.convert import _taken, from_model
from fondo.scratch.network import Network
from fondo.scratch.normalisation import BatchNormalization, LayerNormalization

batches = arrays("float64", (6, 3), elements=st.floats(-9, 9).map(lambda x: round(x, 3)))
SHAPES = [(4, 3), (3, 5, 2), (2, 3, 4, 2)]


def normal(shape, seed=0):
    return np.random.default_rng(seed).normal(1.0, 2.0, shape)


# ---- reference


@settings(max_examples=8)
@given(
    shape=st.sampled_from(SHAPES),
    training=st.booleans(),
    center=st.booleans(),
    scale=st.booleans(),
    momentum=st.sampled_from([0.99, 0.5]),
)
def test_batch_normalisation_agrees_with_keras(
    disagreement, randomised, shape, training, center, scale, momentum
):
    layer = keras.layers.BatchNormalization(
        momentum=momentum, epsilon=0.01, center=center, scale=scale
    )
    layer = randomised(layer, shape[1:], seed=len(shape))
    x = normal(shape)
    assert disagreement(layer, x, training=training) <= 1
    ours = _taken(layer)
    ours(x, training=training)
    trained, fixed = (
        [v.value for v in vs] for vs in (layer.trainable_variables, layer.non_trainable_variables)
    )
    theirs = layer.stateless_call(trained, fixed, x, training=training)[1]
    assert [v.name for v in layer.non_trainable_variables] == list(ours.statistics)
    for a, b in zip(ours.statistics.values(), theirs, strict=True):
        np.testing.assert_allclose(a, np.asarray(b), rtol=1e-9)


@settings(max_examples=4)
@given(shape=st.sampled_from(SHAPES), center=st.booleans(), scale=st.booleans())
def test_layer_normalisation_agrees_with_keras(disagreement, randomised, shape, center, scale):
    layer = keras.layers.LayerNormalization(center=center, scale=scale)
    assert disagreement(randomised(layer, shape[1:]), normal(shape)) <= 1


def test_axis_written_as_its_number_is_the_last_one(disagreement, randomised):
    assert (
        disagreement(randomised(keras.layers.BatchNormalization(axis=2), (4, 3)), normal((2, 4, 3)))
        <= 1
    )
    assert (
        disagreement(randomised(keras.layers.LayerNormalization(axis=2), (4, 3)), normal((2, 4, 3)))
        <= 1
    )


# ---- laws


@given(batches, st.sampled_from([1e-3, 1e-6]))
def test_outputs_have_mean_0_and_variance_just_below_1(x, epsilon):
    out = BatchNormalization(epsilon=epsilon)(x, training=True)
    variance = x.var(axis=0)
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(out.var(axis=0), variance / (variance + epsilon), atol=1e-9)
    across = LayerNormalization(epsilon=epsilon)(x)
    np.testing.assert_allclose(across.mean(axis=1), 0, atol=1e-9)


@given(st.floats(0.1, 50), st.floats(-50, 50))
def test_scale_and_shift_of_the_inputs_do_not_matter(factor, shift):
    x = normal((8, 3))
    for layer in (BatchNormalization(epsilon=0.0), LayerNormalization(epsilon=0.0)):
        before = layer(x, training=True)
        np.testing.assert_allclose(layer(factor * x + shift, training=True), before, atol=1e-9)


def test_a_shift_of_all_rows_and_their_stretching_have_no_gradient():
    x, d = normal((8, 3)), normal((8, 3), seed=1)
    layer = BatchNormalization(epsilon=0.0)
    layer(x, training=True)
    back = layer.backward(d)
    np.testing.assert_allclose(back.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose((back * x).sum(axis=0), 0, atol=1e-12)


def test_running_averages_come_to_the_mean_and_variance_of_the_rows():
    layer, x = BatchNormalization(momentum=0.9), normal((16, 2))
    for _ in range(300):
        layer(x, training=True)
    np.testing.assert_allclose(layer.statistics["moving_mean"], x.mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(layer.statistics["moving_variance"], x.var(axis=0), rtol=1e-9)
    alone = np.vstack([layer(x[k : k + 1]) for k in range(16)])  # a batch of one works
    np.testing.assert_allclose(alone, layer(x, training=True), atol=1e-9)


def test_answering_leaves_the_running_averages_as_they_are():
    layer = BatchNormalization()
    layer(normal((4, 2)))
    np.testing.assert_array_equal(layer.statistics["moving_mean"], [0, 0])
    np.testing.assert_array_equal(layer.statistics["moving_variance"], [1, 1])


# ---- by hand


def test_one_to_four_by_hand():
    # C02-12: mean 2.5, variance 1.25 (divided by 4); -1.5 / sqrt(1.25) = -1.341640786
    layer = BatchNormalization(epsilon=0.0)
    found = layer(np.array([[1.0], [2.0], [3.0], [4.0]]), training=True).ravel()
    wanted = [-1.341640786, -0.447213595, 0.447213595, 1.341640786]
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    # 0.99 * 0 + 0.01 * 2.5, and 0.99 * 1 + 0.01 * 1.25
    np.testing.assert_allclose(layer.statistics["moving_mean"], [0.025], rtol=1e-12)
    np.testing.assert_allclose(layer.statistics["moving_variance"], [1.0025], rtol=1e-12)


def test_a_batch_of_one_is_all_shift_in_training():
    layer = BatchNormalization()
    layer(np.array([[7.0, -3.0]]), training=True)
    layer.weights["beta"][:] = [1.0, 2.0]
    np.testing.assert_array_equal(layer(np.array([[7.0, -3.0]]), training=True), [[1.0, 2.0]])
    np.testing.assert_array_equal(layer.backward(np.ones((1, 2))), [[0.0, 0.0]])


def test_four_numbers_a_feature_half_of_them_trained():
    # C02-12: gamma and beta are trained, the two running averages are not
    network = Network([BatchNormalization()], (1000,))
    assert network.count == 2000
    assert sum(a.size for a in network.layers[0].statistics.values()) == 2000


# ---- bad input


def test_impossible_settings_are_refused():
    with pytest.raises(BadParameter, match=r"BatchNormalization\(epsilon=-1\): must be at least 0"):
        BatchNormalization(epsilon=-1)
    with pytest.raises(BadParameter, match=r"BatchNormalization\(momentum=2\): must be from 0 to"):
        BatchNormalization(momentum=2)
    with pytest.raises(BadParameter, match=r"LayerNormalization\(axis=\[1, 2\]\)"):
        LayerNormalization(axis=[1, 2])
    with pytest.raises(BadParameter, match=r"BatchNormalization\(axis=1\).*in layer 'odd'"):
        Network([BatchNormalization(axis=1, name="odd")], (4, 3))


def test_rows_of_a_wrong_shape_name_the_layer():
    network = Network([BatchNormalization(name="norm")], (3,))
    words = r"BatchNormalization 'norm': expected .*\(batch, ..., 3\)\. Got \(1, 4\)"
    with pytest.raises(BadData, match=words):
        network.predict([[1.0, 2.0, 3.0, 4.0]])


def test_variants_of_keras_are_refused():
    with pytest.warns(UserWarning, match="rms_scaling"):
        layer = keras.layers.LayerNormalization(rms_scaling=True, name="odd")
    model = keras.Sequential([keras.Input((3,)), layer])
    with pytest.raises(BadParameter, match=r"LayerNormalization\(rms_scaling=True\).*layer 'odd'"):
        from_model(model)
