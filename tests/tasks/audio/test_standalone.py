"""fondo.tasks.audio.standalone and exporting: the stream says what the network says of the clip."""

import subprocess
import sys
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.judge.events import Policy
from fondo.networks.trigger import KINDS, trigger_network
from fondo.tasks.audio.exporting import as_program, detector_of, plain_layers
from fondo.tasks.audio.standalone import Alarms, Front, sigmoid

RATE, WINDOW, HOP, BANDS = 1000, 32, 10, 6


def front():
    """Six bands of a small spectrogram, logarithms, standardised by nothing."""
    drawn = np.random.default_rng(7)
    arrays = {
        "front.taper": np.hanning(WINDOW),
        "front.weights": np.ones(WINDOW // 2 + 1),
        "front.filters": drawn.uniform(size=(WINDOW // 2 + 1, BANDS)),
        "front.mean": np.full(BANDS, -1.0),
        "front.scale": np.full(BANDS, 2.0),
    }
    return {"window": WINDOW, "hop": HOP, "n_fft": WINDOW, "log": "log", "floor": 1e-10}, arrays


def shaken(network):
    """The network with weights as after training: no two alike, statistics of a batch kept."""
    drawn = np.random.default_rng(3)
    for v in network.weights:
        if "seed" in v.path:
            continue
        change = drawn.uniform(0.1, 0.3, v.shape)
        v.assign(np.asarray(v) + change if "variance" in v.path else np.asarray(v) + change - 0.2)
    return network


@pytest.fixture(
    scope="module", params=[*((kind, 1) for kind in sorted(KINDS)), ("gru", 3), ("dilated", 2)]
)
def both(request):
    """Network and detector of a kind, a wave, and the network's answers to the whole of it."""
    kind, members = request.param
    network = trigger_network(kind, (None, BANDS), dropout=0.3, reset_after=kind != "notes",
                              seed=0, members=members)  # fmt: skip
    detector = detector_of(
        shaken(network), front(), Policy(refractory=20).to_json(), kind=kind, rate=RATE
    )
    samples = np.random.default_rng(1).normal(size=2500).astype("float32") * 0.1
    features = Front(*front()).feed(samples)
    return detector, samples, sigmoid(np.asarray(network(features[None]))[0].mean(axis=-1))


def fed(detector, samples, sizes):
    detector.reset()
    scores, alarms, at = [], [], 0
    for size in sizes:
        found = detector.feed(samples[at : at + size])
        scores.append(found[0])
        alarms += found[1]
        at += size
    return np.concatenate(scores), alarms


@pytest.mark.parametrize("size", [1, 7, 160, 1280, 16_000])
def test_pieces_of_any_length_give_the_scores_of_the_whole(both, size):
    detector, samples, wanted = both
    samples = samples[: 40 * WINDOW] if size == 1 else samples
    scores, _ = fed(detector, samples, [size] * (len(samples) // size + 1))
    np.testing.assert_allclose(scores, wanted[: len(scores)], atol=1e-5)
    assert len(scores) == len(wanted) or size == 1


def test_random_pieces_give_the_same_alarms(both):
    detector, samples, wanted = both
    sizes = np.random.default_rng(2).integers(0, 300, 60)
    scores, alarms = fed(detector, samples, sizes)
    middle = float(np.median(wanted))
    policy = Policy(threshold=middle, refractory=20)
    detector.spec["policy"] = policy.to_json()
    scores, alarms = fed(detector, samples, sizes)
    assert alarms == policy.detect(scores).tolist()
    assert alarms


def test_a_state_that_was_kept_is_gone_on_from(both):
    detector, samples, _ = both
    whole, _ = fed(detector, samples, [2500])
    fed(detector, samples, [1111])
    kept = detector.state()
    detector.feed(np.ones(500))
    detector.restore(kept)
    rest, _ = detector.feed(samples[1111:])
    np.testing.assert_allclose(rest, whole[-len(rest) :], atol=1e-6)


def test_time_of_a_score_is_when_its_last_sample_came(both):
    detector, samples, _ = both
    due = round(detector.seconds(3) * RATE)
    assert len(fed(detector, samples, [due - 1])[0]) == 3
    assert len(fed(detector, samples, [due])[0]) == 4


@given(
    scores=st.lists(st.sampled_from([0.1, 0.4, 0.6, 0.9]), max_size=60),
    k=st.integers(1, 3),
    more=st.integers(0, 2),
    refractory=st.integers(5, 12),
    release=st.sampled_from([None, 0.3, 0.5]),
    wait=st.integers(0, 9),
    cut=st.integers(0, 60),
)
def test_alarms_are_those_of_the_policy(scores, k, more, refractory, release, wait, cut):
    policy = Policy(0.5, k, k + more, refractory, release, wait)
    alarms = Alarms(policy.to_json())
    found = alarms.feed(scores[:cut])
    other = Alarms(policy.to_json())
    other.restore(alarms.state())
    found += other.feed(scores[cut:])
    assert found == policy.detect(np.array(scores, float)).tolist()


def test_the_exported_file_needs_numpy_alone_and_gives_the_same_alarms(both, tmp_path):
    detector, samples, wanted = both
    detector.spec["policy"] = Policy(threshold=float(np.median(wanted)), refractory=20).to_json()
    program = tmp_path / "detector.py"
    program.write_text(as_program(detector), encoding="utf-8")
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32768).round().astype("<i2").tobytes())
    rounded = (samples * 32768).round().astype("<i2").astype(np.float32) / 32768
    _, alarms = fed(detector, rounded, [2500])
    # isolated: no site packages of ours but the folder that NumPy lies in
    code = (
        f"import sys; sys.path.append({str(np.__path__[0])[: -len('/numpy')]!r})\n"
        f"sys.argv = ['detector', 'a.wav']\nexec(open({str(program)!r}).read())\n"
        "known = ('fondo', 'keras', 'jax')\n"
        "assert not [m for m in sys.modules if m.split('.')[0] in known]"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        word for step in alarms for word in ("a.wav", f"{detector.seconds(step):.3f}")
    ]


def test_layers_that_a_stream_cannot_have_are_refused():
    model = keras.Sequential([keras.Input((20, 6)), keras.layers.LayerNormalization()])
    model = keras.Model(model.inputs, model.outputs)
    with pytest.raises(BadParameter, match=r"has no layer LayerNormalization"):
        plain_layers(model)
