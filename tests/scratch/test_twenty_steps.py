"""fondo.scratch whole: networks trained 20 steps here and by Keras end with the same weights."""

import numpy as np
import pytest

from fondo.backend import keras
from fondo.scratch.convert import from_model
from fondo.scratch.optimizers import SGD, Adam, RMSProp
from fondo.scratch.training import fit

OPTIMIZERS = {
    "SGD": (lambda: SGD(0.05), lambda: keras.optimizers.SGD(0.05)),
    "momentum": (lambda: SGD(0.02, 0.9, True), lambda: keras.optimizers.SGD(0.02, 0.9, True)),
    "RMSProp": (lambda: RMSProp(0.01), lambda: keras.optimizers.RMSprop(0.01)),
    "Adam": (lambda: Adam(0.01), lambda: keras.optimizers.Adam(0.01)),
}
LOSSES = {
    "mean_squared_error": lambda: keras.losses.MeanSquaredError(),
    "binary_cross_entropy": lambda: keras.losses.BinaryCrossentropy(),
    "categorical_cross_entropy": lambda: keras.losses.SparseCategoricalCrossentropy(),
    "cross_entropy_of_logits": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
}
EPOCHS, BATCHES, SIZE = 4, 5, 4  # 20 steps


def end_alike(layers, x, y, loss, optimizer):
    """Train both from the same weights on the same batches; assert that each array of weights
    moved, and that both end within 1e-6. Returns ours, which learnt those arrays."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(x.shape[1:]), *layers])
    network = from_model(model)  # before training: the same start
    start = [w.copy() for w in network.weights.values()]
    ours, theirs = (make() for make in OPTIMIZERS[optimizer])
    history = fit(network, x, y, loss, ours, epochs=EPOCHS, batch_size=SIZE, shuffle=False)
    model.compile(theirs, LOSSES[loss]())
    after = model.fit(x, y, batch_size=SIZE, epochs=EPOCHS, shuffle=False, verbose=0)
    assert (ours.steps, int(theirs.iterations)) == (20, 20)
    trained = [np.asarray(v.value) for v in model.trainable_variables]
    for w, v, before in zip(network.weights.values(), trained, start, strict=True):
        np.testing.assert_allclose(w, v, rtol=0, atol=1e-6)
        assert np.abs(w - before).max() > 1e-3  # it did move
    losses = [row["loss"] for row in history]
    np.testing.assert_allclose(losses, after.history["loss"], rtol=1e-6)
    np.testing.assert_allclose(network.predict(x), np.asarray(model(x)), rtol=0, atol=1e-6)
    return network


def rows(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=(BATCHES * SIZE, *shape))


def classes(count):
    return np.random.default_rng(1).integers(0, count, BATCHES * SIZE)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_mlp_with_penalties(optimizer):
    layers = [
        keras.layers.Dense(6, "relu", kernel_regularizer=keras.regularizers.L2(0.02)),
        keras.layers.Dense(5, "tanh", kernel_regularizer=keras.regularizers.L1L2(0.001, 0.01)),
        keras.layers.Dense(1),
    ]
    network = end_alike(layers, rows(3), rows(1, seed=1), "mean_squared_error", optimizer)
    assert len(network.weights) == 6


def test_an_mlp_without_penalties_on_probabilities():
    layers = [keras.layers.Dense(6, "relu"), keras.layers.Dense(3, "softmax")]
    network = end_alike(layers, rows(4), classes(3), "categorical_cross_entropy", "Adam")
    assert len(network.weights) == 4


def test_an_mlp_with_batch_normalisation_and_its_running_averages():
    layers = [
        keras.layers.Dense(5, "elu"),
        keras.layers.BatchNormalization(momentum=0.8),
        keras.layers.Dense(3),
    ]
    network = end_alike(layers, rows(4), classes(3), "cross_entropy_of_logits", "momentum")
    for name, array in network.layers[1].statistics.items():
        theirs = getattr(layers[1], name).value
        np.testing.assert_allclose(array, np.asarray(theirs), rtol=0, atol=1e-6)
        assert np.abs(array - (name == "moving_variance")).max() > 0.01


def test_a_cnn():
    layers = [
        keras.layers.Conv2D(4, 3, activation="relu", padding="same"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(3, 2, strides=2, kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Flatten(),
        keras.layers.Dense(3, "softmax"),
    ]
    network = end_alike(layers, rows(8, 8, 2), classes(3), "categorical_cross_entropy", "Adam")
    assert len(network.weights) == 6


def test_an_lstm():
    layers = [
        keras.layers.LSTM(4, return_sequences=True),
        keras.layers.LSTM(3),
        keras.layers.Dense(1, "sigmoid"),
    ]
    ones = classes(2)[:, None]
    network = end_alike(layers, rows(5, 2), ones, "binary_cross_entropy", "RMSProp")
    assert len(network.weights) == 8
