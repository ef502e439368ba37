"""fondo.scratch.ctc: the cookbook (C14-1, C14-2), every path counted, Keras, laws, refusals."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import jax, jnp, keras
from fondo.errors import BadData
from fondo.scratch.activations import softmax
from fondo.scratch.ctc import best_path, collapse, ctc_loss, least_steps
from fondo.scratch.dense import Dense
from fondo.scratch.network import Network
from fondo.scratch.optimizers import Adam
from fondo.scratch.training import fit


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("-a-b-", "ab"), ("aab", "ab"), ("abb", "ab"), ("ab-b", "abb"), ("-aa-bb", "ab"),
        ("---", ""), ("a-a", "aa"), ("", ""),
    ],
)  # fmt: skip
def test_paths_of_the_cookbook(path, text):
    # it stops at "-a-b-", blanks and all: they are dropped, after merging
    assert collapse(path, "-") == text
    codes = ["-ab".index(symbol) for symbol in path]
    assert collapse(codes) == ["-ab".index(symbol) for symbol in text]
    if codes:
        assert best_path(np.eye(3)[codes]) == collapse(codes)


@settings(max_examples=20)
@given(text=st.text("abc", max_size=6), blanks=st.lists(st.integers(1, 3), min_size=7, max_size=7))
def test_blanks_between_all_letters_keep_any_text(text, blanks):
    path = "".join("-" * n + letter for n, letter in zip(blanks, [*text, ""], strict=False))
    assert collapse(path, "-") == text
    assert collapse(text, "-") == text or least_steps(text) > len(text)


@pytest.mark.parametrize(("label", "steps"), [("ab", 2), ("abb", 4), ("", 0), ("aaa", 5)])
def test_least_steps(label, steps):
    assert least_steps(label) == steps
    texts = [{collapse("".join(p), "-") for p in product("-ab", repeat=n)} for n in range(6)]
    assert [label in found for found in texts] == [n >= steps for n in range(6)]


# ---- C14-2: three steps, symbols blank, a, b

P = np.array([[0.8, 0.2, 0.0], [0.1, 0.9, 0.0], [0.8, 0.1, 0.1]])


def logarithms(p):
    with np.errstate(divide="ignore"):
        return np.log(p)


@pytest.mark.parametrize(
    ("label", "probability"),
    [([], 0.064), ([1], 0.834), ([1, 1], 0.002), ([1, 2], 0.092), ([2], 0.008)],
)
def test_loss_of_the_cookbook(label, probability):
    # It counts the path -aa twice (0.906) and gives 0.04, a logarithm to base 10; the six paths
    # of "a" are 0.008 + 0.072 + 0.018 + 0.576 + 0.016 + 0.144 = 0.834
    value, _ = ctc_loss(logarithms(P), label)
    assert value == pytest.approx(-math.log(probability), abs=1e-12)


def test_figures_of_the_cookbook():
    assert ctc_loss(logarithms(P), [1])[0] == pytest.approx(0.181522, abs=6e-7)
    assert ctc_loss(logarithms(P), [1, 2])[0] == pytest.approx(2.385967, abs=6e-7)


def test_the_best_path_is_not_always_the_best_text():
    # best path: blank, blank with 0.36; but "a" has 0.64 by its three paths together
    p = np.log([[0.6, 0.4], [0.6, 0.4]])
    assert best_path(p) == []
    assert math.exp(-ctc_loss(p, [1])[0]) == pytest.approx(0.64)


# ---- every path counted


def enumerated(logits, label, blank):
    """Minus the logarithm of the summed probability of all paths, one by one."""
    paths = product(range(logits.shape[1]), repeat=logits.shape[0])
    fitting = np.array([path for path in paths if collapse(path, blank) == list(label)])
    log_p = jax.nn.log_softmax(logits)
    each = log_p[np.arange(logits.shape[0]), fitting].sum(axis=1)
    return -jax.nn.logsumexp(each)


cases = st.sampled_from(
    [(4, 3, [1, 2], 0), (4, 3, [1, 1], 0), (3, 3, [], 0), (4, 3, [0, 1], 2), (5, 2, [1, 1, 1], 0)]
)


@settings(max_examples=8)
@given(case=cases, seed=st.integers(0, 1000), scale=st.sampled_from([1.0, 30.0]))
def test_value_and_slopes_are_those_of_all_paths(case, seed, scale):
    steps, classes, label, blank = case
    logits = np.random.default_rng(seed).normal(0, scale, (steps, classes))
    value, pullback = ctc_loss(logits, label, blank)
    expected, by_logit = jax.value_and_grad(enumerated)(jnp.asarray(logits), label, blank)
    assert value == pytest.approx(float(expected), rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(pullback(3.0), 3 * np.asarray(by_logit), rtol=1e-7, atol=1e-10)


@settings(max_examples=2)
@given(seed=st.integers(0, 1000))
def test_a_padded_batch_agrees_with_keras(seed):
    logits = np.random.default_rng(seed).normal(0, 2, (3, 6, 4))
    labels = np.array([[1, 2, 3], [2, 2, 0], [3, 0, 0]])  # padded with the blank
    value, pullback = ctc_loss(logits, labels)
    loss = keras.losses.CTC()
    expected, by_logit = jax.value_and_grad(lambda z: loss(jnp.asarray(labels), z))(
        jnp.asarray(logits)
    )
    assert value == pytest.approx(float(expected), rel=1e-9)
    np.testing.assert_allclose(pullback(1.0), np.asarray(by_logit), rtol=1e-7, atol=1e-10)
    alone = [ctc_loss(z, label) for z, label in zip(logits, labels, strict=True)]
    assert value == pytest.approx(np.mean([one for one, _ in alone]))
    np.testing.assert_allclose(pullback(1.0)[1], alone[1][1](1.0) / 3)


# ---- laws


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_probabilities_of_all_texts_sum_to_1(seed):
    logits = np.random.default_rng(seed).normal(0, 2, (3, 3))
    texts = {tuple(collapse(path)) for path in product(range(3), repeat=3)}
    total = sum(math.exp(-ctc_loss(logits, text)[0]) for text in texts)
    assert total == pytest.approx(1, rel=1e-12)


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), shift=st.floats(-500, 500))
def test_a_constant_added_to_a_step_changes_nothing_and_time_may_run_back(seed, shift):
    logits, label = np.random.default_rng(seed).normal(0, 2, (6, 4)), [1, 3, 3]
    value, pullback = ctc_loss(logits, label)
    moved = logits + shift * np.eye(6)[:, [2]]
    assert ctc_loss(moved, label)[0] == pytest.approx(value, rel=1e-9)
    np.testing.assert_allclose(pullback(1.0).sum(axis=1), 0, atol=1e-12)
    back, turned = ctc_loss(logits[::-1], label[::-1])
    assert back == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(turned(1.0)[::-1], pullback(1.0), atol=1e-12)


def test_long_sequences_do_not_underflow():
    # equal scores: 300 steps of ln 4, less the logarithm of the number of paths
    logits = np.zeros((300, 4))
    value, pullback = ctc_loss(logits, [1, 2, 3] * 30)
    assert 0 < value < 300 * math.log(4)
    assert np.isfinite(pullback(1.0)).all()
    far = ctc_loss(1000 * np.eye(4)[[1, 0, 2]], [3])  # each step is sure of another letter
    assert far[0] == pytest.approx(2000 - math.log(2), rel=1e-9)  # 3-- and --3, 1000 nats a miss


def test_a_network_learns_to_spell():
    x = np.eye(5)[None]  # five steps, told apart
    network = Network([Dense(3)], (5, 5))
    fit(network, x, [[1, 2, 2]], ctc_loss, Adam(0.1), epochs=150)
    assert best_path(network.predict(x)[0]) == [1, 2, 2]
    np.testing.assert_allclose(softmax(network.predict(x)[0])[0].sum(axis=1), 1)


# ---- refusals


@pytest.mark.parametrize(
    ("shape", "label", "words"),
    [
        ((3, 3), [1, 2, 2], "label of row 0 needs at least 4 steps.*Got 3; shorten it"),
        ((2, 3, 3), [[1], [1, 2, 1, 2]], "label of row 1 needs at least 4 steps"),
        ((3, 3), [1, 3], "label of row 0 must hold classes from 0 to 2"),
        ((3, 3), [1, 0, 2], "the blank 0 only as padding at its end"),
        ((3, 3), [1.5], "must hold classes from 0 to 2"),
        ((2, 3, 3), [[1]], r"Got \(2, 3, 3\) and 1 labels"),
        ((3,), [1], r"the shape \(steps, classes\).*Got \(3,\)"),
    ],
)
def test_labels_that_cannot_be_are_refused(shape, label, words):
    with pytest.raises(BadData, match=words):
        ctc_loss(np.zeros(shape), label)


def test_a_label_that_probabilities_rule_out_is_infinitely_surprising():
    assert ctc_loss(logarithms(P), [2, 1])[0] == math.inf
