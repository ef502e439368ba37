"""fondo.scratch.convolution: against Keras in float64, against laws, and by hand (C04-2, C04-3)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.scratch.convert import from_model
from fondo.scratch.convolution import (
    Conv1D,
    Conv2D,
    convolve,
    correlate,
    output_size,
    partial_sums,
)
from fondo.scratch.network import Network
from fondo.scratch.windows import Windows

A = np.arange(1, 17).reshape(4, 4)  # C04-2
B = [[1, 2], [3, 4]]
images = arrays("float64", (5, 6), elements=st.floats(-9, 9))


# ---- reference


@settings(max_examples=10)
@given(
    size=st.sampled_from([(5, 6), (6, 7)]),
    kernel=st.sampled_from([(1, 1), (2, 3), (3, 3), (4, 2)]),
    step=st.sampled_from([(1, 1), (2, 2), (1, 3), "dilated"]),
    padding=st.sampled_from(["valid", "same"]),
    use_bias=st.booleans(),
)
def test_conv2d_agrees_with_keras(disagreement, randomised, size, kernel, step, padding, use_bias):
    dilated = step == "dilated"
    layer = keras.layers.Conv2D(
        3,
        kernel,
        strides=1 if dilated else step,
        dilation_rate=(1, 2) if dilated else 1,
        padding=padding,
        use_bias=use_bias,
        activation="tanh",
    )
    layer = randomised(layer, (*size, 2), seed=kernel[0])
    assert disagreement(layer, np.random.default_rng(kernel[1]).normal(size=(2, *size, 2))) <= 1


@settings(max_examples=9)
@given(
    steps=st.sampled_from([7, 8]),
    kernel=st.sampled_from([1, 2, 3]),
    step=st.sampled_from([1, 2, "dilated"]),
    padding=st.sampled_from(["valid", "same", "causal"]),
)
def test_conv1d_agrees_with_keras(disagreement, randomised, steps, kernel, step, padding):
    dilated = step == "dilated"
    layer = keras.layers.Conv1D(
        2, kernel, 1 if dilated else step, padding, dilation_rate=2 if dilated else 1
    )
    layer = randomised(layer, (steps, 3), seed=kernel)
    assert disagreement(layer, np.random.default_rng(steps).normal(size=(2, steps, 3))) <= 1


def test_penalties_of_keras_are_taken_over(randomised):
    layer = keras.layers.Conv1D(2, 2, kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2))
    model = keras.Sequential([keras.Input((4, 1)), randomised(layer, (4, 1))])
    network = from_model(model)
    assert network.penalty() == pytest.approx(float(sum(layer.losses)), rel=1e-12)


@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 3), st.integers(1, 4))
def test_the_formula_counts_the_places_of_a_window(n, f, p, s):
    if f <= n + 2 * p:
        padded = np.zeros(n + 2 * p)
        starts = range(0, len(padded) - f + 1, s)
        assert output_size(n, f, p, s) == len(starts)


def test_sizes_of_known_networks():
    # N-C8. LeNet-5 on 32 x 32: 28, 14, 10, 5; AlexNet's first layers on 227: 55, 27; VGG keeps 224
    sizes = [32]
    for f, s in [(5, 1), (2, 2), (5, 1), (2, 2)]:
        sizes.append(output_size(sizes[-1], f, s=s))
    assert sizes == [32, 28, 14, 10, 5]
    assert (output_size(227, 11, s=4), output_size(55, 3, s=2)) == (55, 27)
    assert output_size(224, 3, p=1) == 224


# ---- laws


@given(images, images, st.floats(-3, 3))
def test_convolution_is_linear(x, y, factor):
    kernel = [[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]]
    for slide in (correlate, convolve):
        found = slide(x + factor * y, kernel, padding="same")
        apart = slide(x, kernel, padding="same") + factor * slide(y, kernel, padding="same")
        np.testing.assert_allclose(found, apart, atol=1e-9)


@given(images, st.integers(0, 2), st.integers(0, 3))
def test_a_shifted_image_gives_shifted_sums(x, down, right):
    whole = np.zeros((9, 11))
    whole[:5, :6] = x
    moved = np.roll(whole, (down, right), axis=(0, 1))  # what is rolled over the edge is zero
    before, after = correlate(whole, B), correlate(moved, B)
    np.testing.assert_allclose(after[down:, right:], before[: 8 - down, : 10 - right], atol=1e-12)


@given(st.sampled_from([(1, 1), (2, 1), (2, 3)]), st.sampled_from(["valid", "same"]))
def test_a_dilated_kernel_is_one_with_zeros_between(dilation, padding):
    random = np.random.default_rng(0)
    x, kernel = random.normal(size=(2, 8, 9, 2)), random.normal(size=(3, 2, 2, 3))
    spread = np.zeros((2 * dilation[0] + 1, dilation[1] + 1, 2, 3))
    spread[:: dilation[0], :: dilation[1]] = kernel
    layers = [
        Conv2D(3, (3, 2), 2, padding, dilation_rate=dilation),
        Conv2D(3, spread.shape[:2], 2, padding),
    ]
    found = []
    for layer, weight in zip(layers, (kernel, spread), strict=True):
        layer(x)
        layer.weights["kernel"] = weight
        found += [layer(x), layer.backward(np.ones_like(layer.seen["outputs"]))]
    np.testing.assert_allclose(found[0], found[2], atol=1e-12)
    np.testing.assert_allclose(found[1], found[3], atol=1e-12)


def test_no_place_of_a_causal_convolution_sees_what_comes_later():
    layer = Conv1D(2, 3, padding="causal", dilation_rate=2)
    x = np.random.default_rng(0).normal(size=(1, 9, 1))
    before, x[0, 5:] = layer(x), 7.0
    np.testing.assert_array_equal(layer(x)[0, :5], before[0, :5])


# ---- by hand


def test_sums_of_the_cookbook_by_hand():
    # C04-2: first sum 1*1 + 2*2 + 5*3 + 6*4 = 44. The text calls no padding "same" and zero
    # padding "valid", which is the wrong way round, and the operation a matrix multiplication.
    nine = [[44, 54, 64], [84, 94, 104], [124, 134, 144]]
    np.testing.assert_array_equal(correlate(A, B), nine)
    np.testing.assert_array_equal(correlate(A, B, stride=2), [[44, 64], [124, 144]])
    same = [[44, 54, 64, 28], [84, 94, 104, 44], [124, 134, 144, 60], [41, 44, 47, 16]]
    np.testing.assert_array_equal(correlate(A, B, padding="same"), same)
    flipped = [[26, 36, 46], [66, 76, 86], [106, 116, 126]]
    np.testing.assert_array_equal(convolve(A, B), flipped)
    np.testing.assert_array_equal(np.maximum(correlate(A, B), 0), nine)  # relu leaves them


def test_every_partial_sum_is_there():
    found = partial_sums(A, B, stride=2, padding="valid")
    np.testing.assert_array_equal(found.windows[0, 1], [[3, 4], [7, 8]])
    np.testing.assert_array_equal(found.products[0, 1], [[3, 8], [21, 32]])
    assert found.sums[0, 1] == 3 + 8 + 21 + 32
    corner = partial_sums(A, B, padding="same")
    np.testing.assert_array_equal(corner.windows[3, 3], [[16, 0], [0, 0]])


def test_the_layer_gives_the_same_sums_and_shows_them():
    layer = Conv2D(1, 2, padding="same", activation="relu")
    x = np.asarray(A, float).reshape(1, 4, 4, 1)
    layer(x)
    layer.weights["kernel"][:] = np.reshape(B, (2, 2, 1, 1))
    layer.weights["bias"][:] = -50.0
    layer(x)
    sums = correlate(A, B, padding="same") - 50
    np.testing.assert_array_equal(layer.seen["sums"][0, :, :, 0], sums)
    np.testing.assert_array_equal(layer.seen["outputs"][0, :, :, 0], np.maximum(sums, 0))
    assert layer.seen["padded"].shape == (1, 5, 5, 1)
    assert list(layer.seen) == ["inputs", "padded", "sums", "outputs"]
    # Sums above 50 pass the gradient on: 54 64 / 84 94 104 / 124 134 144 60. There the upper left
    # cell of the kernel lies on 2 3 / 5 6 7 / 9 10 11 12.
    layer.backward(np.ones((1, 4, 4, 1)))
    assert layer.gradients["bias"] == 9
    assert layer.gradients["kernel"][0, 0] == 2 + 3 + 5 + 6 + 7 + 9 + 10 + 11 + 12


def tiny(kernel, bias, weight, shift):
    """The CNN of C04-3, with its 12 numbers set."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Conv2D(1, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.set_weights(
        [
            np.reshape(kernel, (3, 3, 1, 1)),
            np.array([bias]),
            np.array([[weight]]),
            np.array([shift]),
        ]
    )
    return model


# C04-3: two images of 4 x 4 x 1 (the text says 28 x 28 x 1)
PAIR = [
    [[1, 2, 3, 4], [2, 3, 4, 5], [5, 6, 7, 8], [1, 3, 4, 5]],
    [[-1, 2, 3, -4], [2, -3, 4, 5], [-5, 6, -7, 8], [-1, -3, -4, -5]],
]
TWO = np.array(PAIR)[..., None] / 8


def test_tiny_cnn_of_the_cookbook_by_hand():
    # C04-3, companion set. The printed hand pass multiplies by the dense bias instead of adding it
    # (0.5 for the first image) and slices the array with one index too many.
    kernel = [
        [0.6814055, 0.10788856, -1.1003789],
        [-0.89227337, 0.3559073, 0.59061545],
        [0.1328827, -0.59389687, 0.36998487],
    ]
    network = from_model(tiny(kernel, 0.13318129, 1.6743613, -1.0489521))
    assert network.count == 12
    answers = network.predict(TWO)
    convolution, pooling = network.layers[:2]
    sums = [
        [[-0.00024255, -0.04372565], [-0.00125899, -0.02813175]],
        [[-1.2511013, 2.7651778], [0.04180637, -1.13026989]],
    ]
    np.testing.assert_allclose(convolution.seen["sums"][..., 0], sums, atol=1e-7)
    np.testing.assert_allclose(pooling.seen["outputs"].ravel(), [0, 2.765177801], atol=1e-9)
    np.testing.assert_allclose(answers.ravel(), [0.259426377, 0.972905458], atol=1e-9)
    assert answers[0, 0] == pytest.approx(0.2594264, abs=1e-6)
    assert answers[0, 0] != pytest.approx(0.5, abs=0.1)


def test_tiny_cnn_with_an_averaging_filter_by_hand():
    # First image: the largest of four windows of nine cells is that of the lower right corner,
    # (3 + 4 + 5 + 6 + 7 + 8 + 3 + 4 + 5) / 9 / 8 = 0.625; sigmoid(0.625) = 0.651354865.
    # Second image: 14 / 9 / 8 = 0.194444, from -1 2 3, 2 -3 4, -5 6 -7 = 1; 2 3 -4, -3 4 5,
    # 6 -7 8 = 14; 2 -3 4, -5 6 -7, -1 -3 -4 = -11; -3 4 5, 6 -7 8, -3 -4 -5 = 1.
    network = from_model(tiny(np.full((3, 3), 1 / 9), 0.0, 1.0, 0.0))
    answers = network.predict(TWO).ravel()
    np.testing.assert_allclose(answers, [0.651354865, 0.548458528], atol=1e-9)


@settings(max_examples=4)
@given(st.integers(0, 99))
def test_hand_pass_equals_keras(seed):
    random = np.random.default_rng(seed)
    model = tiny(random.normal(size=9), *random.normal(size=3))
    theirs = np.asarray(model(TWO)).ravel()
    kernel, bias, weight, shift = (np.asarray(w.value) for w in model.weights)
    for image, theirs_one in zip(TWO[..., 0], theirs, strict=True):
        largest = np.maximum(correlate(image, kernel[:, :, 0, 0]) + bias, 0).max()
        by_hand = 1 / (1 + np.exp(-(largest * weight + shift)))
        assert by_hand.item() == pytest.approx(theirs_one, abs=1e-6)
    np.testing.assert_allclose(from_model(model).predict(TWO).ravel(), theirs, atol=1e-12)


# ---- bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Conv2D(0, 3), r"Conv2D\(filters=0\): must be a whole number of at least 1"),
        (lambda: Conv2D(1, 0), r"Conv2D\(kernel_size=0\): must be one or 2 whole numbers"),
        (lambda: Conv2D(1, (3, 3, 3)), r"Conv2D\(kernel_size=\(3, 3, 3\)\)"),
        (lambda: Conv2D(1, 3, 1.5), r"Conv2D\(strides=1.5\)"),
        (lambda: Conv1D(1, 3, dilation_rate=-1), r"Conv1D\(dilation_rate=-1\)"),
        (lambda: Conv2D(1, 3, padding="smae"), r"padding='smae'.*Did you mean 'same'\?"),
        (lambda: Conv2D(1, 3, padding="causal"), r"Conv2D\(padding='causal'\)"),
        (lambda: Conv2D(1, 3, activation="rulu"), r"Did you mean 'relu'\?"),
        (lambda: output_size(3, 5), r"the window must fit: f at most n \+ 2p"),
        (lambda: output_size(3, 2, s=0), r"output_size\(n=3, f=2, p=0, s=0\)"),
        (lambda: correlate(A, B, stride=0), r"partial_sums\(stride=0\)"),
        (lambda: correlate(A, B, padding="full"), r"padding='full'.*Known: valid, same"),
    ],
)
def test_impossible_settings_are_refused(call, words):
    with pytest.raises(BadParameter, match=words):
        call()


def test_grouped_filters_and_channels_first_are_refused():
    def model(**settings):
        layer = keras.layers.Conv1D(2, 2, name="odd", **settings)
        return keras.Sequential([keras.Input((4, 2)), layer])

    with pytest.raises(BadParameter, match=r"Conv1D\(groups=2\).*in layer 'odd'"):
        from_model(model(groups=2))
    with pytest.raises(BadParameter, match=r"Conv1D\(data_format='channels_first'\)"):
        from_model(model(data_format="channels_first"))


@pytest.mark.parametrize(
    ("image", "kernel", "words"),
    [
        ([1, 2], B, r"partial_sums\(image\): must be a matrix of finite numbers"),
        ([[1, 2], [3]], B, "rows of one length"),
        ([["a"]], B, r"\(image\)"),
        (A, [[np.nan]], r"\(kernel\): must be a matrix of finite"),
        (A, np.ones((5, 2)), r"a window of \(5, 2\) does not fit into \(4, 4\)"),
    ],
)
def test_typed_in_numbers_that_cannot_be_are_refused(image, kernel, words):
    with pytest.raises(BadData, match=words):
        correlate(image, kernel)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1, 8, 8), r"got \(1, 8, 8\)"),
        ((1, 8, 8, 2), r"\(batch, at least 3, at least 3, 1\)\. Got \(1, 8, 8, 2\)"),
        ((1, 2, 8, 1), r"Conv2D 'edges': expected inputs of shape"),
    ],
)
def test_rows_of_a_wrong_shape_name_the_layer(shape, words):
    network = Network([Conv2D(2, 3, name="edges")], (8, 8, 1))
    with pytest.raises(BadData, match=f"(?i){words}"):
        network.predict(np.zeros(shape))


def test_the_view_of_windows_copies_nothing():
    x = np.zeros((2, 6, 6, 3))
    assert np.shares_memory(Windows((2, 2), (1, 1), (1, 1)).view(x), x)
