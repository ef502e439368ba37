"""fondo.scratch.lenet, and whole small CNNs: sizes by the formula, Keras beside it, learning."""

import math

import numpy as np
from sklearn.datasets import load_digits

from fondo.backend import keras
from fondo.scratch.convert import from_model
from fondo.scratch.convolution import Conv2D, output_size
from fondo.scratch.dense import Dense
from fondo.scratch.lenet import lenet
from fondo.scratch.network import Network
from fondo.scratch.optimizers import Adam
from fondo.scratch.pooling import MaxPooling2D
from fondo.scratch.shaping import Flatten
from fondo.scratch.training import fit, gradients


def keras_lenet():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, "relu"),
            layers.Dense(84, "relu"),
            layers.Dense(10),
        ]
    )


def keras_small():
    """A CNN with everything in it, and a shortcut."""
    layers = keras.layers
    inputs = keras.Input((8, 9, 2))
    x = layers.Conv2D(4, 3, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    y = layers.Conv2D(4, (3, 2), padding="same", activation="elu")(x)
    x = layers.Add()([x, y])
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Conv2D(5, 2, strides=2, activation="tanh")(x)
    x = layers.LayerNormalization()(x)
    x = layers.AveragePooling2D((1, 2))(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(3)(x))


def randomise(model):
    random = np.random.default_rng(0)
    for variable in model.weights:
        values = random.normal(0, 0.5, variable.shape)
        variable.assign(np.abs(values) + 0.1 if "variance" in variable.name else values)
    return model


def test_sizes_follow_the_formula():
    # N-C8: floor((n - 5) / 1) + 1, then floor((n - 2) / 2) + 1, twice: 28, 24, 12, 8, 4
    network, n = lenet(), 28
    shapes = [row["shape"] for row in network.summary()]
    for layer, channels in enumerate([6, 6, 16, 16]):
        n = output_size(n, *((5, 0, 1) if layer % 2 == 0 else (2, 0, 2)))
        assert shapes[layer] == (n, n, channels)
    assert shapes[4:] == [(4 * 4 * 16,), (120,), (84,), (10,)]


def test_how_many_numbers_are_trained():
    # 6 filters of 5 x 5 x 1 and a bias each: 156; 16 of 5 x 5 x 6: 2,416; 256 into 120: 30,840;
    # 120 into 84: 10,164; 84 into 10: 850. Together 44,426.
    assert lenet().count == 156 + 2416 + 30_840 + 10_164 + 850 == 44_426
    # The 61,706 that is often told is for 32 x 32 pixels, or zeros around 28 x 28: then 5 x 5 x 16
    # = 400 numbers are flattened instead of 256, and 144 * 120 = 17,280 weights more.
    layers = [
        Conv2D(6, 5, padding="same"),
        MaxPooling2D(2),
        Conv2D(16, 5),
        MaxPooling2D(2),
        Flatten(),
        Dense(120),
        Dense(84),
        Dense(10),
    ]
    assert Network(layers, (28, 28, 1)).count == 44_426 + 17_280 == 61_706


def test_lenet_of_keras_is_taken_over():
    model = randomise(keras_lenet())
    network, ours = from_model(model), lenet()
    x = np.random.default_rng(1).random((3, 28, 28, 1))
    np.testing.assert_allclose(network.predict(x), np.asarray(model(x)), rtol=1e-9)
    assert [w.shape for w in network.weights.values()] == [w.shape for w in ours.weights.values()]
    assert network.count == ours.count


def test_a_whole_small_cnn_answers_as_keras_does():
    model = randomise(keras_small())
    x = np.random.default_rng(1).normal(size=(4, 8, 9, 2))
    network = from_model(model)
    np.testing.assert_allclose(network.predict(x), np.asarray(model(x)), rtol=1e-9)
    assert network.count == sum(math.prod(v.shape) for v in model.trainable_variables)


def test_twenty_steps_end_where_those_of_keras_do():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(20, 6, 8, 9, 2)), random.integers(0, 3, (20, 6))
    model = keras_small()
    network, ours = from_model(model), Adam(0.01)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    for rows, target in zip(x, y, strict=True):
        model.train_on_batch(rows, target)
        _, slopes = gradients(network, rows, target, "cross_entropy_of_logits")
        ours.update(network.weights, slopes)
    for layer in network.layers:
        theirs = {v.name: np.asarray(v.value) for v in model.get_layer(layer.name).weights}
        for name, array in {**layer.weights, **layer.statistics}.items():
            np.testing.assert_allclose(array, theirs[name], atol=1e-6)


def test_it_learns_digits():
    # scikit-learn's 8 x 8 digits, each pixel three times as wide and high, two zeros around
    pixels, y = load_digits(return_X_y=True)
    x = np.kron(pixels.reshape(-1, 8, 8) / 16, np.ones((3, 3)))
    x = np.pad(x, [(0, 0), (2, 2), (2, 2)])[..., None]
    network = lenet()
    fit(network, x[:500], y[:500], "cross_entropy_of_logits", Adam(0.002), epochs=3)
    right = network.predict(x[500:800]).argmax(axis=1) == y[500:800]
    assert right.mean() > 0.8  # one in ten by chance
