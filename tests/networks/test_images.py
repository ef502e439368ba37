"""fondo.networks.images: counts, order of the layers, and the law that normalisation keeps."""

import numpy as np
import pytest

from fondo.engine.signatures import network_signature
from fondo.networks.images import PixelShape, pixel_mlp


@pytest.mark.parametrize(
    ("shape", "count", "other"),
    [
        (PixelShape(), 795_010, 0),
        (PixelShape(hidden=(1000,) * 3), 2_797_010, 0),
        (PixelShape(batch_norm=True), 797_010, 2_000),  # 4 numbers a unit, half of them averages
        (PixelShape(dropout=0.5, l2=0.1), 795_010, 0),
        (PixelShape(hidden=()), 7_850, 0),
    ],
)
def test_parameters_are_those_of_the_source(shape: PixelShape, count: int, other: int) -> None:
    network = pixel_mlp(784, 10, shape, seed=0)
    counted = [
        sum(int(np.prod(w.shape)) for w in weights)
        for weights in (network.trainable_weights, network.non_trainable_weights)
    ]
    assert counted == [count, other]


def test_the_forward_pass_is_the_formula() -> None:
    network = pixel_mlp(3, 2, PixelShape(hidden=(4,)), seed=1)
    W, b, V, c = (np.asarray(weight) for weight in network.weights)
    x = np.array([[0.1, -0.5, 2.0], [1.0, 1.0, 1.0]], np.float32)
    expected = np.maximum(x @ W + b, 0) @ V + c
    np.testing.assert_allclose(np.asarray(network(x)), expected, rtol=1e-5)


def test_seeds_draw_and_the_same_seed_draws_the_same() -> None:
    first, again, other = (np.asarray(pixel_mlp(3, 2, seed=s).weights[0]) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_layers_stand_in_the_order_that_the_docstring_says() -> None:
    shape = PixelShape(hidden=(4, 4), batch_norm=True, dropout=0.0)
    names = [layer.name for layer in pixel_mlp(3, 2, shape, seed=0).layers]
    assert names == [
        "hidden_1", "normalised_1", "dropout_1", "hidden_2", "normalised_2", "dropout_2", "out",
    ]  # fmt: skip


def test_penalties_are_the_sums_of_all_kernels() -> None:
    network = pixel_mlp(3, 2, PixelShape(hidden=(4,), l1=0.5, l2=0.25), seed=0)
    kernels = [np.asarray(w) for w in network.weights if w.shape[0] != 1 and len(w.shape) == 2]
    expected = sum(0.5 * np.abs(k).sum() + 0.25 * (k**2).sum() for k in kernels)
    assert float(sum(network.losses)) == pytest.approx(expected, rel=1e-5)


def test_a_penalty_of_one_kind_is_never_taken_for_the_other() -> None:
    shapes = [PixelShape((4,), l1=l1, l2=l2) for l1, l2 in ((0.1, 0.0), (0.0, 0.1), (0.0, 0.2))]
    lasso, ridge, stronger = (network_signature(pixel_mlp(3, 2, s, seed=0)) for s in shapes)
    assert lasso != ridge
    assert ridge == stronger  # a strength changes no program


def test_behind_a_normalisation_the_size_of_the_weights_does_not_matter() -> None:
    x = np.random.default_rng(0).normal(0, 30, (200, 5)).astype("f4")  # beside it epsilon is small
    moved = {}
    for norm in (True, False):
        network = pixel_mlp(5, 3, PixelShape((16,), batch_norm=norm), seed=0)
        before = np.asarray(network(x, training=True))
        first, bias, *rest = (np.asarray(weight) for weight in network.weights)
        network.set_weights([10 * first, 10 * bias, *rest])
        after = np.asarray(network(x, training=True))
        moved[norm] = np.abs(after - before).max() / np.abs(before).max()
    assert moved[True] < 0.05  # all that is left is the epsilon of 0.001
    assert moved[False] > 1.0
