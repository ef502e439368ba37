"""fondo.networks.sounds: shapes, counts of a published network, and what is seen."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from fondo import SoundNet
from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.networks.sounds import View, sound_network

SPEECH = View(
    rate=8000, samples=4000, kind="log_mel", bands=24, coefficients=13, window=256, hop=128,
    low=20.0, high=None, span=80.0, centre=True, average=False, level=None,
)  # fmt: skip
FRAMES = 32  # of 4000 samples, silence around them: 1 + 4000 // 128


def unit(bands: int = 24) -> tuple[list[float], list[float]]:
    return [0.0] * bands, [1.0] * bands


def counts(network: Any) -> tuple[int, int]:
    parts = network.trainable_weights, network.non_trainable_weights
    trained, other = (sum(int(np.prod(w.shape)) for w in weights) for weights in parts)
    return trained, other


@pytest.mark.parametrize("kind", ["residual", "plain", "time"])
@pytest.mark.parametrize("pooling", ["average", "maximum"])
def test_waves_become_one_number_an_output(kind: str, pooling: str) -> None:
    shape = SoundNet(kind=kind, filters=(4, 8), depth=1, pooling=pooling, hidden=(5,))
    network = sound_network(SPEECH, 3, shape, unit(), seed=0)
    assert network.input_shape == (None, 4000)
    assert network.output_shape == (None, 3)
    assert network.get_layer("scaled").output.shape == (None, FRAMES, 24)
    assert network.get_layer("pooled").output.shape == (None, 8)
    assert [layer.name for layer in network.layers[-3:]] == ["hidden_1", "hidden_1_dropout", "out"]


def test_the_published_network_of_genres() -> None:
    """C15-1: 900 frames of 128 bands, seven stages, counts derived by hand in the recipe."""
    shape = SoundNet(
        kind="time", filters=[64 << k for k in range(7)], depth=1, padding="valid",
        hidden=(256, 256), dropout=0.5, pooling="maximum",
    )  # fmt: skip
    view = replace(SPEECH, rate=16_000, samples=899 * 512, window=2048, hop=512, bands=128)
    network = sound_network(view, 10, shape, unit(128), seed=0)
    assert network.get_layer("scaled").output.shape[1:] == (900, 128)
    lengths = [layer.output.shape[1] for layer in network.layers if layer.name.endswith("pool")]
    assert lengths == [449, 223, 110, 54, 26, 12, 5]
    trained, other = counts(network)
    assert (trained + other, other) == (34_728_650, 16_256)


@dataclass(frozen=True)
class _Count:
    view: View
    shape: SoundNet
    trained: int


@pytest.mark.parametrize(
    "case",
    [
        # 24 means into 5 units, those into 3 outputs
        _Count(replace(SPEECH, average=True), SoundNet(kind="dense", hidden=(5,)), 125 + 18),
        # every band of every frame
        _Count(SPEECH, SoundNet(kind="dense", hidden=(5,)), (FRAMES * 24 + 1) * 5 + 18),
        # one convolution over time of 3 x 24 x 4 with biases, normalised by 8 numbers
        _Count(SPEECH, SoundNet(kind="time", filters=(4,), depth=1), 288 + 4 + 8 + 15),
        _Count(
            SPEECH, SoundNet(kind="time", filters=(4,), depth=1, batch_norm=False), 288 + 4 + 15
        ),
    ],
    ids=["averages", "dense", "time", "not normalised"],
)
def test_parameters_by_hand(case: _Count) -> None:
    network = sound_network(case.view, 3, case.shape, unit(), seed=0)
    assert counts(network)[0] == case.trained


def test_standardising_takes_mean_and_spread_of_each_band() -> None:
    mean, spread = np.arange(24.0), np.arange(1.0, 25.0)
    network = sound_network(
        SPEECH, 2, SoundNet(kind="dense"), (mean.tolist(), spread.tolist()), seed=0
    )
    wave = np.random.default_rng(0).normal(0, 0.1, (2, 4000)).astype(np.float32)
    inside = keras.Model(network.input, network.get_layer("scaled").output)
    seen = np.asarray(SPEECH.seen(wave))
    np.testing.assert_allclose(np.asarray(inside(wave)), (seen - mean) / spread, atol=1e-4)


def test_gain_is_of_no_matter_to_what_is_centred() -> None:
    wave = np.random.default_rng(0).normal(0, 0.1, (2, 4000)).astype(np.float32)
    loud, quiet = (np.asarray(SPEECH.seen(gain * wave)) for gain in (1.0, 0.25))
    np.testing.assert_allclose(loud, quiet, atol=2e-3)
    plain = replace(SPEECH, centre=False)
    loud, quiet = (np.asarray(plain.seen(gain * wave)) for gain in (1.0, 0.25))
    np.testing.assert_allclose(loud - quiet, 12.04, atol=0.01)  # decibels: 20 log10 4
    level = replace(SPEECH, centre=False, level=-20.0)
    loud, quiet = (np.asarray(level.seen(gain * wave)) for gain in (1.0, 0.25))
    np.testing.assert_allclose(loud, quiet, atol=2e-3)


@pytest.mark.parametrize(
    ("kind", "bands"), [("log_mel", 24), ("mfcc", 13), ("pcen", 24), ("log", 129)]
)
def test_every_kind_of_spectrum_has_its_bands(kind: str, bands: int) -> None:
    seen = np.asarray(replace(SPEECH, kind=kind).seen(np.zeros((1, 4000), np.float32)))
    assert seen.shape == (1, FRAMES, bands)
    assert np.isfinite(seen).all()


def test_seeds_draw_and_the_same_seed_draws_the_same() -> None:
    shape = SoundNet(kind="time", filters=(4,), depth=1)
    first, again, other = (
        np.asarray(sound_network(SPEECH, 2, shape, unit(), seed=s).trainable_weights[0])
        for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_gaps_are_of_training_alone() -> None:
    shape = SoundNet(kind="dense", dropout=0.0)
    network = sound_network(SPEECH, 2, shape, unit(), seed=0, gaps=(0.5, 0.5, 0.0))
    wave = np.random.default_rng(0).normal(0, 0.1, (4, 4000)).astype(np.float32)
    still = np.asarray(network(wave, training=False))
    np.testing.assert_array_equal(still, np.asarray(network(wave, training=False)))
    assert np.abs(np.asarray(network(wave, training=True)) - still).max() > 1e-3
    assert "gaps" in [layer.name for layer in network.layers]
    names = [layer.name for layer in sound_network(SPEECH, 2, shape, unit(), seed=0).layers]
    assert "gaps" not in names


@pytest.mark.parametrize(("frames", "left"), [(2, 2), (3, 1), (4, 2)])
def test_without_zeros_around_two_frames_are_lost_where_there_are_three(frames, left):
    view = replace(SPEECH, samples=128 * frames - 1, window=100)
    shape = SoundNet(kind="time", padding="valid", filters=(4,), depth=1)
    network = sound_network(view, 2, shape, unit(), seed=0)
    assert network.get_layer("stage_1_convolution_1").output.shape == (None, left, 4)


def test_a_frame_alone_needs_no_room_for_convolutions() -> None:
    one = replace(SPEECH, samples=100, window=100)
    shape = SoundNet(kind="time", padding="valid")
    assert sound_network(one, 2, shape, unit(), seed=0).output_shape == (None, 2)
    with pytest.raises(BadParameter, match=r"leave nothing of a spectrum with 1 frames or bands"):
        sound_network(one, 2, SoundNet(kind="plain", padding="valid", depth=1), unit(), seed=0)
