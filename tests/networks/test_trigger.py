"""fondo.networks.trigger: counts of the notes, causality, names."""

import numpy as np
import pytest

from fondo.errors import BadParameter
from fondo.networks.trigger import KINDS, score_steps, trigger_network


def counts(network):
    sizes = [
        sum(int(np.prod(v.shape)) for v in part)
        for part in (network.trainable_variables, network.non_trainable_variables)
    ]
    return sizes[0], sizes[1] - 2 * sum("seed" in v.path for v in network.non_trainable_variables)


def test_the_network_of_the_notes_has_their_counts():
    network = trigger_network("notes", (5511, 101), dropout=0.8, reset_after=False, seed=0)
    assert network.output_shape == (None, 1375, 1)
    assert counts(network) == (521_657, 904)  # 522,561 in all
    told = {layer.name: layer.count_params() for layer in network.layers}
    assert told["heard"] == 297_136
    assert told["memory_1"] == 124_800
    assert told["memory_2"] == 98_688
    assert told["scores"] == 129
    other = trigger_network("notes", (5511, 101), dropout=0.8, reset_after=True, seed=0)
    assert counts(other) == (522_425, 904)  # 523,329 in all


def test_the_small_one_has_its_count():
    network = trigger_network("gru", (998, 40), dropout=0.2, reset_after=True, seed=0)
    assert counts(network)[0] == 63_233
    assert network.output_shape == (None, 497, 1)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_scores_know_nothing_of_what_comes(kind):
    network = trigger_network(kind, (60, 8), dropout=0.3, reset_after=True, seed=1)
    features = np.random.default_rng(0).normal(size=(1, 60, 8)).astype("float32")
    later = features.copy()
    later[:, 40:] += 5.0
    kernel, stride = (15, 4) if kind == "notes" else (5, 2)
    known = (40 - kernel) // stride + 1  # scores whose window ends before the change
    found, changed = np.asarray(network(features)), np.asarray(network(later))
    assert found.shape == (1, score_steps(kind, 60), 1)
    np.testing.assert_allclose(found[:, :known], changed[:, :known], rtol=1e-5, atol=1e-6)
    assert np.abs(found[:, known:] - changed[:, known:]).max() > 1e-4


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_equal_seeds_are_equal_networks(kind):
    pairs = [
        [np.asarray(v) for v in
         trigger_network(kind, (None, 8), dropout=0.3, reset_after=True, seed=s).weights]
        for s in (3, 3, 4)
    ]  # fmt: skip
    assert all(np.array_equal(a, b) for a, b in zip(pairs[0], pairs[1], strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(pairs[0], pairs[2], strict=True))


def test_members_are_networks_side_by_side_that_begin_apart():
    one = trigger_network("gru", (None, 8), dropout=0.0, reset_after=True, seed=5)
    three = trigger_network("gru", (None, 8), dropout=0.0, reset_after=True, seed=5, members=3)
    assert counts(three)[0] == 3 * counts(one)[0]
    features = np.random.default_rng(0).normal(size=(2, 30, 8)).astype("float32")
    logits = np.asarray(three(features))
    assert logits.shape == (2, 13, 3)
    assert np.abs(np.diff(logits, axis=-1)).max(axis=(0, 1)).min() > 1e-3
    alone = np.asarray(three.get_layer("member_2")(features))
    np.testing.assert_allclose(logits[..., 1:2], alone, rtol=1e-5, atol=1e-6)


def test_other_kinds_are_refused():
    with pytest.raises(BadParameter, match=r"trigger_network\(kind='grue'\): Did you mean 'gru'"):
        trigger_network("grue", (60, 8), dropout=0.0, reset_after=True, seed=0)
