"""Dropout and penalties whose strength may be traced: the numbers of Keras, and one program."""

import numpy as np
import pytest

from fondo.backend import jax, keras
from fondo.engine.knobs import knobs_of, turned
from fondo.layers.knobs import Dropout, Penalty

ROWS = np.random.default_rng(0).normal(size=(400, 30)).astype("float32")


@pytest.mark.parametrize("noise_shape", [None, (None, 1)])
def test_dropout_silences_the_numbers_that_keras_silences(noise_shape):
    ours = Dropout(0.3, noise_shape=noise_shape, seed=7)
    theirs = keras.layers.Dropout(0.3, noise_shape=noise_shape, seed=7)
    found, wanted = (np.asarray(layer(ROWS, training=True)) for layer in (ours, theirs))
    np.testing.assert_array_equal(found == 0, wanted == 0)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(ours(ROWS, training=False)), ROWS)


def test_dropout_keeps_the_expected_sum():
    kept = np.asarray(Dropout(0.4, seed=1)(np.ones((500, 40), "float32"), training=True))
    assert np.mean(kept == 0) == pytest.approx(0.4, abs=0.02)
    assert kept.mean() == pytest.approx(1, abs=0.03)


def test_a_traced_rate_is_the_rate():
    layer = Dropout(0.5, seed=3)
    network = keras.Sequential([keras.Input((30,)), layer])
    fixed = [v.value for v in network.non_trainable_variables]

    def silenced(rate):
        with turned(knobs_of(network), [rate]):
            return network.stateless_call([], fixed, ROWS, training=True)[0]

    program = jax.jit(silenced)
    for rate in (0.0, 0.2, 0.7):
        assert np.mean(np.asarray(program(np.float32(rate))) == 0) == pytest.approx(rate, abs=0.02)
    assert layer.rate == 0.5


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.3), (0.2, 0.0), (0.1, 0.4)])
def test_penalty_is_that_of_keras(l1, l2):
    found = float(Penalty(l1, l2)(ROWS))
    assert found == pytest.approx(float(keras.regularizers.L1L2(l1, l2)(ROWS)), rel=1e-5)
    # by hand: 2 (|-1| + |3|) + 0.5 (1 + 9) = 13
    assert float(Penalty(2.0, 0.5)(np.array([-1.0, 3.0], "float32"))) == 13


def test_configs_rebuild_them():
    assert Penalty(0.1, 0.2).get_config() == {"l1": 0.1, "l2": 0.2}
    config = keras.saving.serialize_keras_object(Dropout(0.25, noise_shape=(None, 1), seed=4))
    assert config["registered_name"] == "fondo>Dropout"
    again = keras.saving.deserialize_keras_object(config)
    assert (again.rate, again.noise_shape, again.seed) == (0.25, (None, 1), 4)
