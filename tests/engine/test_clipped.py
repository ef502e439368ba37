"""fondo.engine.clipped: the loss of Keras behind a softmax, and its slope of 0."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fondo.backend import jax, keras
from fondo.engine.clipped import clipped_cross_entropy, clipped_objective

LOGITS = arrays("float32", (6, 4), elements=st.floats(-60, 60, width=32))
CLASSES = np.array([0, 1, 2, 3, 0, 1], np.int32)


@settings(max_examples=20)
@given(LOGITS)
def test_it_is_the_loss_of_keras_behind_a_softmax(logits: np.ndarray) -> None:
    softmax = keras.ops.softmax(logits)
    expected = keras.losses.sparse_categorical_crossentropy(CLASSES, softmax)
    found = clipped_cross_entropy(CLASSES, logits)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@settings(max_examples=20)
@given(LOGITS)
def test_it_lies_between_nearly_nothing_and_16_nats(logits: np.ndarray) -> None:
    found = np.asarray(clipped_cross_entropy(CLASSES, logits))
    assert (found > 0).all()
    assert (found <= 16.1181).all()


def test_by_hand() -> None:
    # softmax of (log 3, 0) is (3/4, 1/4); far off, -log 1e-7 = 7 log 10
    logits = np.array([[np.log(3), 0.0], [0.0, 50.0]], np.float32)
    found = clipped_cross_entropy(np.zeros(2, np.int32), logits)
    assert np.asarray(found) == pytest.approx([np.log(4 / 3), 7 * np.log(10)], rel=1e-5)


def test_where_it_is_most_wrong_it_teaches_nothing_and_logits_do() -> None:
    from fondo.engine.losses import class_objective

    logits, truth = np.array([[0.0, 50.0]], np.float32), np.zeros(1, np.int32)
    slopes = [
        np.asarray(jax.grad(lambda z, loss=loss: loss(truth, z).sum())(logits))
        for loss in (clipped_objective().loss, class_objective("cross_entropy", 2).loss)
    ]
    np.testing.assert_array_equal(slopes[0], 0)
    np.testing.assert_allclose(slopes[1], [[-1, 1]], atol=1e-6)


def test_members_are_averaged_over() -> None:
    one, other = np.array([[0.0, 1.0]], np.float32), np.array([[2.0, 0.0]], np.float32)
    truth = np.zeros(1, np.int32)
    both = clipped_cross_entropy(truth, np.stack([one, other], axis=1))
    alone = [clipped_cross_entropy(truth, each) for each in (one, other)]
    np.testing.assert_allclose(both, np.mean(alone, axis=0), rtol=1e-6)
