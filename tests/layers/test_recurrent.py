"""fondo.layers.recurrent: Keras' GRU, value by value and slope by slope."""

import numpy as np
import pytest

from fondo.backend import jax, jnp, keras
from fondo.layers.recurrent import GRU, Orthogonal, gated


def pair(**settings):
    """Ours and Keras', with the same weights."""
    ours = GRU(5, **settings)
    theirs = keras.layers.GRU(5, **settings)
    x = np.random.default_rng(0).normal(size=(3, 7, 4)).astype("float32")
    ours.build(x.shape)
    theirs.build(x.shape)
    drawn = np.random.default_rng(1)
    weights = [drawn.normal(size=w.shape).astype("float32") for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs, x


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("go_backwards", [True, False])
def test_values_are_those_of_keras(reset_after, return_sequences, go_backwards):
    ours, theirs, x = pair(
        reset_after=reset_after, return_sequences=return_sequences, go_backwards=go_backwards
    )
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reset_after", [True, False])
def test_slopes_are_those_of_keras(reset_after):
    ours, theirs, x = pair(reset_after=reset_after, return_sequences=True)
    values = [v.value for v in theirs.trainable_variables]
    aim = np.random.default_rng(2).normal(size=(3, 7, 5)).astype("float32")

    def slopes(layer):
        rest = [v.value for v in layer.non_trainable_variables]

        def loss(values, x):
            outputs, _ = layer.stateless_call(values, rest, x)
            return (outputs * aim).sum()

        return jax.grad(loss, argnums=(0, 1))(values, jnp.asarray(x))

    for mine, other in zip(
        jax.tree.leaves(slopes(ours)), jax.tree.leaves(slopes(theirs)), strict=True
    ):
        np.testing.assert_allclose(mine, other, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("reset_after", [True, False])
def test_slopes_are_those_of_small_steps(reset_after):
    drawn = np.random.default_rng(3)
    arrays = [drawn.normal(size=s) for s in ((4, 2, 9), (2, 3), (3, 9), (9,))]
    aim = drawn.normal(size=(4, 2, 3))

    def loss(*arrays):
        return (gated(*arrays, reset_after=reset_after) * aim).sum()

    with jax.enable_x64(True):
        arrays = [jnp.asarray(a, "float64") for a in arrays]
        slopes = jax.grad(loss, argnums=(0, 1, 2, 3))(*arrays)
        for k, (array, slope) in enumerate(zip(arrays, slopes, strict=True)):
            way = drawn.normal(size=array.shape)
            moved = [[a + s * 1e-6 * way if j == k else a for j, a in enumerate(arrays)]
                     for s in (1, -1)]  # fmt: skip
            told = (loss(*moved[0]) - loss(*moved[1])) / 2e-6
            assert float((slope * way).sum()) == pytest.approx(float(told), rel=1e-6, abs=1e-8)


def test_states_are_given_and_taken():
    ours, theirs, x = pair(return_state=True)
    before = np.ones((3, 5), "float32")
    for mine, other in zip(
        ours(x, initial_state=before), theirs(x, initial_state=before), strict=True
    ):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [{"activation": "relu"}, {"use_bias": False}, {"recurrent_activation": "hard_sigmoid"},
     {"unroll": True}],
    ids=["activation", "no bias", "gates", "unrolled"],
)  # fmt: skip
def test_what_is_not_written_out_is_keras_own(settings):
    ours, theirs, x = pair(**settings)
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-5, atol=1e-6)


def test_masks_are_kept():
    ours, theirs, x = pair(return_sequences=True)
    mask = np.arange(7) < np.array([[7], [4], [1]])
    np.testing.assert_allclose(ours(x, mask=mask), theirs(x, mask=mask), rtol=1e-5, atol=1e-6)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of Keras, as it saves
def test_it_goes_through_a_file_and_back(tmp_path):
    model = keras.Sequential([keras.Input((7, 4)), GRU(5, reset_after=False, dropout=0.1)])
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    x = np.ones((2, 7, 4), "float32")
    np.testing.assert_array_equal(model(x), again(x))
    assert type(again.layers[0]) is GRU


def test_dropout_falls_on_inputs_in_training_alone():
    layer = GRU(3, dropout=0.5, seed=1)
    x = np.ones((2, 5, 4), "float32")
    still = layer(x)
    assert not np.allclose(layer(x, training=True), still)
    np.testing.assert_array_equal(layer(x), still)


def test_orthogonal_rows_or_columns_are():
    wide, high = Orthogonal(1)((4, 12)), Orthogonal(1)((12, 4))
    np.testing.assert_allclose(wide @ wide.T, np.eye(4), atol=1e-6)
    np.testing.assert_allclose(high.T @ high, np.eye(4), atol=1e-6)
    assert np.array_equal(wide, Orthogonal(1)((4, 12)))
    assert not np.array_equal(wide, Orthogonal(2)((4, 12)))
    again = keras.initializers.deserialize(keras.initializers.serialize(Orthogonal(1)))
    assert np.array_equal(again((4, 12)), wide)
