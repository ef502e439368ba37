"""fondo.tasks.audio.standalone and exporting: the stream says what the network says of the clip."""

import subprocess
import sys
import wave
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.judge.events import Policy
from fondo.networks.trigger import KINDS, trigger_network
from fondo.tasks.audio.exporting import as_program, detector_of, in_8_bits, plain_layers, write
from fondo.tasks.audio.gates import GATES
from fondo.tasks.audio.standalone import Alarms, Detector, Front, sigmoid

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


def program_of(detector, tmp_path, **settings):
    """Detector of the exported file, as another program has it."""
    write(detector, tmp_path / "detector.py", **settings)
    module = ModuleType("detector")
    exec((tmp_path / "detector.py").read_text(encoding="utf-8"), module.__dict__)
    return module.embedded()


def test_weights_of_8_bits_say_nearly_the_same_in_a_smaller_file(both, tmp_path):
    detector, samples, wanted = both
    small = program_of(detector, tmp_path, bits=8)
    assert {name: array.shape for name, array in small.arrays.items()} == {
        name: array.shape for name, array in detector.arrays.items()
    }
    assert small.spec == detector.spec
    scores, _ = fed(small, samples, [2500])
    assert 0 < np.abs(scores - wanted).max() < 0.03
    assert len(as_program(detector, 8)) < len(as_program(detector))
    detector.reset()
    np.testing.assert_allclose(program_of(detector, tmp_path).feed(samples)[0], wanted, atol=1e-5)


def test_each_channel_of_a_kernel_has_a_scale_and_all_else_is_kept():
    drawn = np.random.default_rng(0)
    arrays = {
        "conv.kernel": drawn.normal(size=(5, 4, 3)) * [1.0, 1e-3, 0.0], "conv.bias": np.ones(3),
        "each.kernel": drawn.normal(size=(5, 4, 1)) * [[1.0], [1e-3], [10.0], [0.0]],
        "gru.recurrent": drawn.normal(size=(4, 12)), "front.filters": drawn.normal(size=(9, 6)),
        "who.basis": drawn.normal(size=(6, 3)),
    }  # fmt: skip
    found = in_8_bits(arrays)
    for name in ("conv.kernel", "each.kernel", "gru.recurrent"):
        whole, scale, array = found[name], found[f"{name}:scale"], arrays[name]
        assert whole.dtype == np.int8
        channel = 1 if array.shape[-1] == 1 else array.ndim - 1
        others = tuple(axis for axis in range(array.ndim) if axis != channel)
        steps = np.abs(array).max(axis=others) / 127
        assert (np.abs(whole * scale - array).max(axis=others) <= 0.5001 * steps + 1e-12).all()
        assert scale.size == array.shape[channel]
    assert set(found) - set(arrays) == {
        "conv.kernel:scale", "each.kernel:scale", "gru.recurrent:scale",
    }  # fmt: skip
    for name in ("conv.bias", "front.filters", "who.basis"):
        assert found[name] is arrays[name]


def test_other_bits_are_refused(both, tmp_path):
    with pytest.raises(BadParameter, match=r"export\(bits=16\): bits must be 32 or 8"):
        as_program(both[0], 16)
    with pytest.raises(BadParameter, match=r"bits=8 is for \.py alone"):
        write(both[0], tmp_path / "a.onnx", 8)
    with pytest.raises(BadParameter, match=r"must end in \.py"):
        write(both[0], tmp_path / "a.txt")


# ---- gates

SPEECH_RATE = 8000
VOICE = {"kind": "voice", "seconds": 0.2}


def spoken():
    """Two seconds of noise, with a voice of 150 Hz from 0.8 s to 1.2 s."""
    times = np.arange(2 * SPEECH_RATE) / SPEECH_RATE
    voice = sum(np.sin(2 * np.pi * 150 * k * times + k) / k for k in range(1, 12))
    spoken = 0.2 * voice * ((times >= 0.8) & (times < 1.2))
    noise = 0.01 * np.random.default_rng(0).normal(size=len(times))
    return (spoken + noise).astype(np.float32)


def listens(loud_detector, *kinds):
    """A detector with these gates, and the same without."""
    plain = loud_detector(bias=0.5, rate=SPEECH_RATE)
    drawn, bands = np.random.default_rng(1), len(plain.arrays["front.mean"])
    arrays = plain.arrays | {
        "who.basis": drawn.normal(size=(bands, 4)), "who.weights": drawn.normal(size=8),
        "who.bias": np.array([0.0]),
    }  # fmt: skip
    hop = SPEECH_RATE // 100
    who = {"kind": "who", "frames": 20, "blocks": 2, "window": hop, "hop": hop}
    spec = plain.spec | {"gates": [{"voice": VOICE, "who": who}[kind] for kind in kinds]}
    return Detector(spec, arrays), plain


@pytest.mark.parametrize("kinds", [("voice",), ("who",), ("voice", "who")], ids=str)
def test_scores_are_those_without_gates_where_all_gates_are_open(loud_detector, kinds):
    gated, plain = listens(loud_detector, *kinds)
    samples = spoken()
    scores, wanted = gated.feed(samples)[0], plain.feed(samples)[0]
    ends = plain.spec["first"] + plain.spec["stride"] * np.arange(len(wanted))
    features = Front(plain.spec["front"], plain.arrays).feed(samples)
    open_ = np.all(
        [
            GATES[spec["kind"]](spec, gated.arrays, SPEECH_RATE).feed(samples, features, ends)
            for spec in gated.spec["gates"]
        ],
        axis=0,
    )
    assert scores.dtype == np.float32
    assert 5 < open_.sum() < len(open_) - 5
    assert (wanted > 0.5).all()
    np.testing.assert_array_equal(scores, wanted * open_)


@given(st.lists(st.integers(0, 3000), max_size=12))
def test_gates_do_not_hang_on_how_a_stream_is_cut(loud_detector, sizes):
    gated, _ = listens(loud_detector, "voice", "who")
    samples = spoken()
    whole = fed(gated, samples, [len(samples)])
    found = fed(gated, samples, [*sizes, len(samples)])
    np.testing.assert_array_equal(found[0], whole[0])
    assert found[1] == whole[1] != []


@given(st.integers(0, 2 * SPEECH_RATE))
def test_gates_are_part_of_the_state(loud_detector, cut):
    (gated, _), (other, _) = (listens(loud_detector, "voice", "who") for _ in range(2))
    samples = spoken()
    whole = fed(gated, samples, [len(samples)])
    first = fed(gated, samples, [cut])
    kept = gated.state()
    gated.feed(samples[:5000])
    for detector in (gated, other):
        detector.restore(kept)
        rest = detector.feed(samples[cut:])
        np.testing.assert_array_equal(np.concatenate([first[0], rest[0]]), whole[0])
        assert first[1] + rest[1] == whole[1]
    gated.reset()
    np.testing.assert_array_equal(gated.feed(samples)[0], whole[0])


def test_where_a_gate_is_closed_there_is_no_alarm(loud_detector):
    gated, plain = listens(loud_detector, "voice")
    samples = spoken()
    alarms = [gated.seconds(step) for step in gated.feed(samples)[1]]
    assert 0.8 < alarms[0] < 1.0
    assert alarms[-1] <= 1.2 + 0.032 + 0.2
    assert min(plain.feed(samples)[1]) == 0


@pytest.mark.parametrize("bits", [32, 8])
def test_an_exported_file_has_its_gates_in_it(loud_detector, tmp_path, bits):
    gated, _ = listens(loud_detector, "voice", "who")
    program, samples = program_of(gated, tmp_path, bits=bits), spoken()
    found, wanted = program.feed(samples), gated.feed(samples)
    np.testing.assert_allclose(found[0], wanted[0], atol=0.01)
    assert found[1] == wanted[1] != []
    text = (tmp_path / "detector.py").read_text(encoding="utf-8")
    assert "import fondo" not in text
    assert "from fondo" not in text
    assert type(program.gates[0]).__module__ == "detector"


def test_layers_that_a_stream_cannot_have_are_refused():
    model = keras.Sequential([keras.Input((20, 6)), keras.layers.LayerNormalization()])
    model = keras.Model(model.inputs, model.outputs)
    with pytest.raises(BadParameter, match=r"has no layer LayerNormalization"):
        plain_layers(model)
