"""Words as vectors: from their neighbours in a sentence, and from counts of neighbours (GloVe).

Small enough to follow each number; sentences are strings, words are told apart in lower case.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.scratch.dense import Dense
from fondo.scratch.layer import Array, Arrays
from fondo.scratch.network import Network
from fondo.scratch.optimizers import Adam
from fondo.scratch.training import fit

Vectors = Mapping[str, Array]


def tokens(sentence: str) -> list[str]:
    """Words of a sentence in lower case; single letters are words too.

    Examples
    --------
    >>> tokens("I enjoy playing TT.")
    ['i', 'enjoy', 'playing', 'tt']
    """
    return re.findall(r"\b\w+\b", sentence.lower())


def vocabulary(sentences: Sequence[str]) -> list[str]:
    """All words of the sentences, in alphabetical order."""
    return sorted({word for sentence in sentences for word in tokens(sentence)})


def context_pairs(sentences: Sequence[str]) -> tuple[Array, Array]:
    """Each word, to be guessed from all others of its sentence.

    Parameters
    ----------
    sentences : sequence of str
        Of any length; one of a single word has no context and gives no pair.

    Returns
    -------
    contexts : float array (pairs, words)
        How often each word of the `vocabulary` is in the rest of the sentence.
    words : int array (pairs,)
        Place of the word itself in the `vocabulary`.

    Examples
    --------
    >>> context_pairs(["I enjoy"])  # from enjoy to i, from i to enjoy
    (array([[1., 0.], [0., 1.]]), array([1, 0]))
    """
    known = vocabulary(sentences)
    contexts, words = [], []
    for sentence in sentences:
        places = [known.index(word) for word in tokens(sentence)]
        counts = np.bincount(places, minlength=len(known)).astype(float)
        for place in places if len(places) > 1 else []:
            contexts.append(counts - np.eye(len(known))[place])
            words.append(place)
    if not words:
        raise BadData("context_pairs: no sentence has two words. Give at least one that has.")
    return np.array(contexts), np.array(words)


def word_vectors(
    sentences: Sequence[str],
    *,
    size: int = 3,
    epochs: int = 1000,
    learning_rate: float = 0.01,
    seed: int = 0,
) -> tuple[Vectors, Network]:
    """Vectors of words, learnt by guessing each word from the others of its sentence.

        context -> linear layer of `size` units -> softmax over all words

    Parameters
    ----------
    sentences : sequence of str
    size : int, default=3
        Numbers a word.
    epochs : int, default=1000
    learning_rate : float, default=0.01
        Of Adam, in batches of 4 pairs.
    seed : int, default=0

    Returns
    -------
    vectors : dict of str to array (size,)
        What the first layer, "vectors", answers to the word alone.
    network : Network

    Notes
    -----
    Continuous bag of words with the contexts summed; the original averages them, which is the
    same for sentences of one length. Neither layer has a bias: one in the first would be added
    to all vectors and change every cosine.

    References
    ----------
    Mikolov et al. (2013), Efficient estimation of word representations in vector space,
    section 3.1.
    """
    known, (contexts, words) = vocabulary(sentences), context_pairs(sentences)
    layers = [
        Dense(size, use_bias=False, name="vectors"),
        Dense(len(known), "softmax", use_bias=False, name="words"),
    ]
    network = Network(layers, (len(known),), seed=seed)
    optimizer, loss = Adam(learning_rate), "categorical_cross_entropy"
    fit(network, contexts, words, loss, optimizer, epochs=epochs, batch_size=4, seed=seed)
    network.predict(np.eye(len(known)))  # each word alone
    return dict(zip(known, layers[0].seen["outputs"], strict=True)), network


def cosine(a: Any, b: Any) -> float:
    """Cosine of the angle between two vectors: 1 the same direction, 0 none in common, -1 opposite.

        a'b / (|a| |b|)

    Raises
    ------
    BadData
        A zero vector, which has no direction, or vectors of different length.

    Examples
    --------
    >>> round(cosine([-1.43, -0.94, -2.49], [-1.43, -0.94, -2.66]), 4)
    0.9995
    """
    a, b = _two("cosine", a, b)
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    if lengths == 0:
        raise BadData("cosine: a zero vector has no direction. Leave it out.")
    return float(a @ b) / lengths


def euclidean(a: Any, b: Any) -> float:
    """Distance between two points, sqrt(sum (a - b)^2), in their own units.

    Examples
    --------
    >>> round(euclidean([-1.43, -0.94, -2.49], [-1.43, -0.94, -2.66]), 9)
    0.17
    """
    a, b = _two("euclidean", a, b)
    return float(np.linalg.norm(a - b))


def cosines(vectors: Vectors) -> list[tuple[str, str, float]]:
    """Cosine of every pair of words, the closest pair first."""
    table = [(a, b, cosine(vectors[a], vectors[b])) for a, b in combinations(vectors, 2)]
    return sorted(table, key=lambda row: -row[2])


def cooccurrence(
    sentences: Sequence[str],
    window: int | None = None,
    weighted: bool = True,
    symmetric: bool = False,
) -> tuple[list[str], Array]:
    """How often each two words stand near one another in a sentence.

    Parameters
    ----------
    sentences : sequence of str
    window : int or None, default=None
        Most words from the one to the other; None is the whole sentence.
    weighted : bool, default=True
        Count neighbours as 1 and others as 1 / distance; otherwise all as 1.
    symmetric : bool, default=False
        Count each two words both ways; otherwise above the diagonal alone.

    Returns
    -------
    words : list of str
        In the order of their first appearance.
    counts : float array (words, words)
        A word with itself is not counted.

    Examples
    --------
    >>> cooccurrence(["this is test"])
    (['this', 'is', 'test'], array([[0. , 1. , 0.5], [0. , 0. , 1. ], [0. , 0. , 0. ]]))
    """
    words = list(dict.fromkeys(word for sentence in sentences for word in tokens(sentence)))
    counts = np.zeros((len(words), len(words)))
    for sentence in sentences:
        places = [words.index(word) for word in tokens(sentence)]
        for first, second in combinations(range(len(places)), 2):
            distance, pair = second - first, sorted((places[first], places[second]))
            if pair[0] != pair[1] and distance <= (window or distance):
                counts[pair[0], pair[1]] += 1 / distance if weighted else 1
    return words, counts + counts.T if symmetric else counts


def glove_loss(
    counts: Array, weights: Arrays, *, most: float = 100.0, power: float = 0.75
) -> tuple[float, Arrays]:
    """How badly dot products of vectors tell the logarithms of counts.

        J = sum over counts > 0 of f(count) (w_i'v_j + b_i + c_j - ln count)^2
        f(count) = min(1, (count / most)^power)

    Parameters
    ----------
    counts : float array (words, words)
    weights : dict of str to array
        "vectors" w (words, size) and "biases" b (words,); "contexts" v and "context_biases" c as
        well where words have other vectors as neighbours. Without them v = w and c = b.
    most : float, default=100
        Counts above it weigh no more; x_max of the paper.
    power : float, default=0.75
        alpha of the paper.

    Returns
    -------
    loss : float
    gradients : dict of str to array
        By the names of `weights`.

    References
    ----------
    Pennington et al. (2014), GloVe: global vectors for word representation, eq. 8 and 9.
    """
    shared = "contexts" not in weights
    w, b = weights["vectors"], weights["biases"]
    v, c = (w, b) if shared else (weights["contexts"], weights["context_biases"])
    seen = counts > 0  # f(0) = 0: other pairs say nothing
    f = np.minimum(1, (counts / most) ** power)
    misses = (w @ v.T + b[:, None] + c - np.log(np.where(seen, counts, 1))) * seen  # (V, V)
    d = 2 * f * misses
    found = {"vectors": d @ v, "biases": d.sum(axis=1)}
    others = {"contexts": d.T @ w, "context_biases": d.sum(axis=0)}
    if not shared:
        return float((f * misses**2).sum()), found | others
    pairs = zip(found.items(), others.values(), strict=True)
    return float((f * misses**2).sum()), {name: one + other for (name, one), other in pairs}


def glove(
    counts: Array, *, size: int = 3, epochs: int = 100, learning_rate: float = 0.05, seed: int = 0
) -> tuple[Arrays, list[float]]:
    """Vectors fitted to counts by AdaGrad, all non-zero pairs at each step.

        squares = squares + g^2;    w = w - learning_rate g / sqrt(squares)

    Parameters
    ----------
    counts : float array (words, words)
        From `cooccurrence`.
    size : int, default=3
    epochs : int, default=100
    learning_rate : float, default=0.05
        As in the paper.
    seed : int, default=0
        Draws the start, uniform within +-1 / (2 size).

    Returns
    -------
    weights : dict of str to array
        As `glove_loss` takes them; the paper's vector of a word is "vectors" + "contexts".
    losses : list of float
        Before each step and after the last.

    References
    ----------
    Duchi et al. (2011), Adaptive subgradient methods, algorithm 1 with a diagonal matrix.
    """
    counts = np.asarray(counts, float)
    if not (counts > 0).any():
        raise BadData("glove: counts has no pair of words. Give sentences of two words and more.")
    random, n = np.random.default_rng(seed), len(counts)
    shapes = {"vectors": (n, size), "biases": (n,), "contexts": (n, size), "context_biases": (n,)}
    weights = {name: random.uniform(-0.5, 0.5, shape) / size for name, shape in shapes.items()}
    squares = {name: np.full(shape, 1e-12) for name, shape in shapes.items()}  # never 0 / 0
    losses = []
    for _ in range(epochs):
        loss, gradients = glove_loss(counts, weights)
        losses.append(loss)
        for name, g in gradients.items():
            squares[name] += g**2
            weights[name] -= learning_rate * g / np.sqrt(squares[name])
    return weights, [*losses, glove_loss(counts, weights)[0]]


def _two(owner: str, a: Any, b: Any) -> tuple[Array, Array]:
    a, b = np.asarray(a, float).ravel(), np.asarray(b, float).ravel()
    if a.shape != b.shape:
        raise BadData(
            f"{owner}: both vectors must have the same length. Got {a.size} and {b.size}."
        )
    return a, b
