"""fondo.scratch.words: the toys of the cookbook (C10-1, C10-2, C10-7), laws, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

from fondo.backend import jax, jnp
from fondo.errors import BadData
from fondo.scratch.differences import slopes
from fondo.scratch.words import (
    context_pairs,
    cooccurrence,
    cosine,
    cosines,
    euclidean,
    glove,
    glove_loss,
    tokens,
    vocabulary,
    word_vectors,
)

SENTENCES = ["I enjoy playing TT", "I like playing TT"]

# ---- C10-1


def test_words_are_those_of_the_vectoriser():
    # its usual pattern drops single letters; the cookbook keeps them
    theirs = CountVectorizer(token_pattern=r"(?u)\b\w+\b")
    counts = theirs.fit_transform(SENTENCES).toarray()
    assert vocabulary(SENTENCES) == list(theirs.get_feature_names_out())
    assert vocabulary(SENTENCES) == ["enjoy", "i", "like", "playing", "tt"]
    assert counts.tolist() == [[1, 1, 0, 1, 1], [0, 1, 1, 1, 1]]
    assert [[tokens(s).count(w) for w in vocabulary(SENTENCES)] for s in SENTENCES] == (
        counts.tolist()
    )


def test_pairs_of_the_two_sentences():
    # the source prints nine rows and gives the third the output 2 where "playing" is 3
    contexts, words = context_pairs(SENTENCES)
    assert contexts.tolist() == [
        [1, 0, 0, 1, 1], [0, 1, 0, 1, 1], [1, 1, 0, 0, 1], [1, 1, 0, 1, 0],
        [0, 0, 1, 1, 1], [0, 1, 0, 1, 1], [0, 1, 1, 0, 1], [0, 1, 1, 1, 0],
    ]  # fmt: skip
    assert words.tolist() == [1, 0, 3, 4, 1, 2, 3, 4]


@settings(max_examples=15)
@given(
    sentences=st.lists(
        st.lists(st.sampled_from("abcd"), min_size=2, max_size=6).map(" ".join), min_size=1
    )
)
def test_sentences_of_any_length_give_a_pair_a_word(sentences):
    contexts, words = context_pairs(sentences)
    lengths = [len(tokens(sentence)) for sentence in sentences]
    assert len(words) == sum(lengths)
    assert contexts.sum(axis=1).tolist() == [n - 1 for n in lengths for _ in range(n)]
    whole = contexts + np.eye(len(vocabulary(sentences)))[words]  # context and word: the sentence
    np.testing.assert_array_equal(whole[0], whole[lengths[0] - 1])


@pytest.mark.parametrize("seed", range(5))
def test_interchangeable_words_come_out_closest(seed):
    # softmax and categorical cross-entropy, as in the prose: the code's sigmoid and binary one
    # forget that each pair has exactly one answer
    vectors, network = word_vectors(SENTENCES, seed=seed)
    assert [w.shape for w in network.weights.values()] == [(5, 3), (3, 5)]
    table = cosines(vectors)
    assert len(table) == 10
    assert set(table[0][:2]) == {"enjoy", "like"}
    assert table[0][2] > table[1][2] + 0.1
    for place, vector in enumerate(vectors.values()):
        np.testing.assert_array_equal(vector, network.weights["vectors/kernel"][place])


PRINTED = {
    "i": [1.6032135, 1.3119363, -1.7557099],
    "enjoy": [-1.4379208, -0.94042814, -2.4946306],
    "playing": [0.77564436, -2.887907, -0.4725666],
    "tt": [-2.0346394, 0.82441056, 0.67760855],
    "like": [-1.4300524, -0.94189996, -2.6602516],
}


def test_cosines_of_the_printed_vectors():
    found = {row[:2]: row[2] for row in cosines({k: np.array(v) for k, v in PRINTED.items()})}
    expected = {
        ("enjoy", "like"): 0.999512, ("enjoy", "playing"): 0.303098,
        ("playing", "like"): 0.299449, ("i", "like"): 0.132956, ("i", "enjoy"): 0.102216,
        ("enjoy", "tt"): 0.066094, ("tt", "like"): 0.045472, ("i", "playing"): -0.208681,
        ("i", "tt"): -0.540169, ("playing", "tt"): -0.615232,
    }  # fmt: skip
    assert list(found) == list(expected)  # the closest first
    np.testing.assert_allclose(list(found.values()), list(expected.values()), atol=6e-7)


def test_words_without_a_context_are_refused():
    with pytest.raises(BadData, match="no sentence has two words"):
        context_pairs(["I", "you"])


# ---- C10-2


def test_cosine_and_distance_of_the_cookbook():
    # It prints 0.03 for the distance, which is 0.0289, its square; and a garbled cosine.
    enjoy, like = [-1.43, -0.94, -2.49], [-1.43, -0.94, -2.66]
    assert cosine(enjoy, like) == pytest.approx(0.99953652, abs=6e-9)
    assert euclidean(enjoy, like) == pytest.approx(0.17, abs=1e-12)
    assert cosine(PRINTED["enjoy"], PRINTED["like"]) == pytest.approx(0.999512, abs=6e-7)
    assert euclidean(PRINTED["enjoy"], PRINTED["like"]) == pytest.approx(0.165814, abs=6e-7)


@settings(max_examples=15)
@given(seed=st.integers(0, 1000), size=st.integers(1, 6), scale=st.floats(0.01, 100))
def test_measures_agree_with_scikit_learn_and_with_geometry(seed, size, scale):
    a, b = np.random.default_rng(seed).normal(size=(2, size))
    assert cosine(a, b) == pytest.approx(cosine_similarity([a], [b])[0, 0], rel=1e-9)
    assert euclidean(a, b) == pytest.approx(euclidean_distances([a], [b])[0, 0], rel=1e-6)
    assert cosine(scale * a, b) == pytest.approx(cosine(a, b))
    assert cosine(a, -b) == pytest.approx(-cosine(a, b))
    law = a @ a + b @ b - 2 * cosine(a, b) * np.sqrt((a @ a) * (b @ b))  # law of cosines
    assert euclidean(a, b) ** 2 == pytest.approx(law, rel=1e-6, abs=1e-9)


def test_vectors_that_cannot_be_compared_are_refused():
    with pytest.raises(BadData, match="cosine: a zero vector has no direction"):
        cosine([0, 0], [1, 2])
    with pytest.raises(BadData, match="euclidean: both vectors must have the same length. Got 2"):
        euclidean([0, 0], [1])


# ---- C10-7

TOY = ["this is test", "this is also a"]
WINDOW_2 = [[0, 2, 0.5, 0.5, 0], [0, 0, 1, 1, 0.5], [0] * 5, [0, 0, 0, 0, 1], [0] * 5]
FIRST = {
    "vectors": np.array([
        [-0.64, 0.82, -0.08], [-0.89, -0.31, 0.79], [-0.01, 0.14, 0.82], [-0.1, -0.67, 0.89],
        [-0.1, -0.84, 0.35],
    ]),
    "biases": np.array([0.16, -0.34, -0.35, 0.26, 0.36]),
}  # fmt: skip
SECOND = {
    "vectors": np.array([
        [0.057, -0.170, 0.0123], [0.207, -0.138, -0.0404], [0.025, 0.0927, -0.1035],
        [-0.215, 0.0088, 0.0481], [-0.230, 0.1941, -0.0807],
    ]),
    "biases": np.array([-0.28, 0.09, -0.19, -0.03, -0.22]),
}  # fmt: skip


def test_tables_of_the_toy():
    words, counts = cooccurrence(TOY, weighted=False)
    assert words == ["this", "is", "test", "also", "a"]
    expected = [[0, 2, 1, 1, 1], [0, 0, 1, 1, 1], [0] * 5, [0, 0, 0, 0, 1], [0] * 5]
    assert counts.tolist() == expected
    weighted = cooccurrence(TOY)[1]
    np.testing.assert_allclose(weighted[0], [0, 2, 0.5, 0.5, 1 / 3])
    assert cooccurrence(TOY, 2)[1].tolist() == WINDOW_2
    both = cooccurrence(TOY, 2, symmetric=True)[1]
    np.testing.assert_array_equal(both, both.T)
    np.testing.assert_array_equal(np.triu(both), WINDOW_2)
    assert cooccurrence(["is this", "this is this"])[1].tolist() == [[0, 3], [0, 0]]


TERMS = {
    ("this", "is"): (0.05318296, 0.02050604), ("this", "test"): (0.01880302, 0.00587027),
    ("this", "also"): (0.01880302, 0.00582414), ("is", "test"): (0.03162278, 0.00018603),
    ("is", "also"): (0.03162278, 0.02675388), ("is", "a"): (0.01880302, 0.03371470),
    ("also", "a"): (0.03162278, 0.07155977),
}  # fmt: skip


def test_loss_of_the_toy_pair_by_pair():
    # the printed f reads "x / 100 * 0.75" where the power 0.75 is meant
    words, counts = cooccurrence(TOY, 2)
    assert np.count_nonzero(counts) == len(TERMS)
    for (one, other), (f, term) in TERMS.items():
        place = words.index(one), words.index(other)
        alone = np.zeros_like(counts)
        alone[place] = counts[place]
        assert min(1, (counts[place] / 100) ** 0.75) == pytest.approx(f, abs=6e-9)
        assert glove_loss(alone, FIRST)[0] == pytest.approx(term, abs=6e-9)
    assert glove_loss(counts, FIRST)[0] == pytest.approx(0.16441483, abs=1e-8)
    assert glove_loss(counts, SECOND)[0] == pytest.approx(0.04785718, abs=1e-8)


@pytest.mark.parametrize(("weights", "total"), [(FIRST, 0.11917519), (SECOND, 0.01355183)])
def test_the_spreadsheet_took_logarithms_to_base_10(weights, total):
    counts = np.array(WINDOW_2)
    w, b = weights["vectors"], weights["biases"]
    misses = w @ w.T + b[:, None] + b - np.log10(np.where(counts > 0, counts, 1))
    terms = (counts / 100) ** 0.75 * misses**2  # 0 where there is no count
    assert terms.sum() == pytest.approx(total, abs=1e-8)
    assert glove_loss(counts, weights)[0] != pytest.approx(total, rel=0.1)


def drawn(seed, shared, n=4, size=2):
    random = np.random.default_rng(seed)
    shapes = {"vectors": (n, size), "biases": (n,)}
    if not shared:
        shapes |= {"contexts": (n, size), "context_biases": (n,)}
    weights = {name: random.normal(size=shape) for name, shape in shapes.items()}
    return random.poisson(1.0, (n, n)) * 60.0, weights  # some are 0, some above 100


def by_jax(weights, counts):
    w, b = weights["vectors"], weights["biases"]
    v, c = weights.get("contexts", w), weights.get("context_biases", b)
    total = 0.0
    for i, j in zip(*np.nonzero(counts), strict=True):
        f = min(1.0, (counts[i, j] / 100) ** 0.75)
        total += f * (w[i] @ v[j] + b[i] + c[j] - np.log(counts[i, j])) ** 2
    return jnp.asarray(total)


@pytest.mark.parametrize("shared", [True, False])
@settings(max_examples=6)
@given(seed=st.integers(0, 1000))
def test_glove_loss_and_gradient_agree_with_jax(shared, seed):
    counts, weights = drawn(seed, shared)
    value, found = glove_loss(counts, weights)
    expected, by_weight = jax.value_and_grad(by_jax)(weights, counts)
    assert value == pytest.approx(float(expected), rel=1e-9)
    for name, w in by_weight.items():
        np.testing.assert_allclose(found[name], np.asarray(w), rtol=1e-9, atol=1e-12)
    close = slopes(lambda p: glove_loss(counts, p)[0], weights, 1e-5, central=True)
    for name, w in close.items():
        np.testing.assert_allclose(found[name], w, atol=1e-7)


@pytest.mark.parametrize("seed", range(3))
def test_training_fits_the_counts(seed):
    words, counts = cooccurrence(TOY, 2, symmetric=True)
    weights, losses = glove(counts, epochs=500, seed=seed)
    assert losses[-1] < losses[0] / 1000
    assert len(losses) == 501
    told = weights["vectors"] @ weights["contexts"].T
    told += weights["biases"][:, None] + weights["context_biases"]
    there = counts > 0
    np.testing.assert_allclose(np.exp(told[there]), counts[there], rtol=0.05)
    assert len(weights["vectors"]) == len(words)


def test_first_steps_of_adagrad_are_the_learning_rate_long():
    # squares = g^2: the step is learning_rate g / |g|, whatever the slope
    counts = np.array(WINDOW_2) + np.array(WINDOW_2).T
    before, after = (glove(counts, epochs=n, learning_rate=0.01)[0] for n in (0, 1))
    steps = np.abs(after["vectors"] - before["vectors"])
    np.testing.assert_allclose(steps, 0.01, rtol=1e-3)


def test_counts_without_a_pair_are_refused():
    with pytest.raises(BadData, match="glove: counts has no pair"):
        glove(cooccurrence(["this", "is"])[1])
