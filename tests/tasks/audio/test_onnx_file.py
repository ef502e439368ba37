"""fondo.tasks.audio.onnx_file: onnxruntime says, run by run, what the detector says of a sound."""

import json
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import fondo
from fondo.errors import BadParameter, MissingExtra
from fondo.judge.events import Policy
from fondo.networks.trigger import trigger_network
from fondo.tasks.audio.exporting import detector_of, write
from fondo.tasks.audio.front import FRONTS
from fondo.tasks.audio.onnx_file import as_onnx
from fondo.tasks.audio.standalone import Alarms, Detector, Front

onnx = pytest.importorskip("onnx", reason="onnx is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

SECONDS = 3
ANY = Policy(refractory=5).to_json()

# kind, front, members, reset_after
CASES = [
    ("gru", "log_mel", 1, True),
    ("gru", "log_mel", 2, False),
    ("notes", "notes", 1, False),
    ("notes", "notes_log", 1, True),
    ("dilated", "log_mel", 2, True),
    ("separable", "log_mel", 1, True),
    ("separable", "notes_log", 2, True),
]


def sound(rate):
    """Noise that swells and fades, with a hum beside which most of it is soft, and silence."""
    drawn = np.random.default_rng(1)
    times = np.arange(SECONDS * rate) / rate
    loud = 0.1 * np.sin(np.pi * times) ** 4
    wave = loud * drawn.normal(size=len(times)) + 0.2 * np.sin(2 * np.pi * 100 * times)
    return np.where(times % 1 < 0.9, wave, 0).astype("float32")


def shaken(network):
    """The network with batch statistics and biases as after training."""
    drawn = np.random.default_rng(3)
    for v in network.weights:
        if "variance" in v.path:
            v.assign(drawn.uniform(0.5, 1.5, v.shape))
        elif any(part in v.path for part in ("bias", "beta", "moving_mean", "gamma")):
            v.assign(np.asarray(v) + drawn.normal(0, 0.2, v.shape))
    return network


def made(kind, front, members, reset_after):
    """Detector of a network that has learnt nothing, whose threshold half of its scores reach."""
    end = FRONTS[front]
    seen = end.features(sound(end.rate))
    network = trigger_network(kind, (None, end.n_bands), dropout=0.2, reset_after=reset_after,
                              seed=5, members=members)  # fmt: skip
    plain = end.plain(seen.mean(axis=0), seen.std(axis=0))
    return half_above(detector_of(shaken(network), plain, ANY, kind=kind, rate=end.rate))


def half_above(detector):
    """The detector with the median of its scores as threshold."""
    middle = float(np.median(detector.feed(sound(detector.rate))[0]))
    detector.reset()
    detector.spec["policy"] = Policy(middle, 2, 3, 9, 0.98 * middle, 4).to_json()
    return detector


def small(log="log", window=33, n_fft=40):
    """Detector on a thousand samples a second, with a taper that is not symmetric."""
    drawn = np.random.default_rng(7)
    arrays = {
        "front.taper": drawn.uniform(size=window),
        "front.weights": drawn.uniform(size=n_fft // 2 + 1),
        "front.filters": drawn.uniform(size=(n_fft // 2 + 1, 6)),
    }
    spec = {"window": window, "hop": 10, "n_fft": n_fft, "log": log, "floor": 1e-10}
    none = {"front.mean": np.zeros(6), "front.scale": np.ones(6)}
    seen = Front(spec, arrays | none).feed(sound(1000))
    arrays |= {"front.mean": seen.mean(axis=0), "front.scale": seen.std(axis=0)}
    network = trigger_network("gru", (None, 6), dropout=0.0, reset_after=True, seed=2)
    return half_above(detector_of(network, (spec, arrays), ANY, kind="gru", rate=1000))


def session_of(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def heard(session, samples):
    """Scores and whether they count, a row a run."""
    inputs = session.get_inputs()
    step = inputs[0].shape[0]
    state = {each.name: np.zeros(each.shape, np.float32) for each in inputs[1:]}
    found = []
    for start in range(0, len(samples) - step + 1, step):
        block = samples[start : start + step]
        score, valid, *kept = session.run(None, {"samples": block, **state})
        state = dict(zip(state, kept, strict=True))
        found.append((score[0], valid[0]))
    return np.array(found)


@dataclass
class Both:
    """What a detector and the model of it say of one sound."""

    detector: Detector
    model: bytes
    session: Any
    wanted: np.ndarray
    alarms: list[int]
    found: np.ndarray

    @classmethod
    def of(cls, detector, samples=None):
        samples = sound(detector.rate) if samples is None else samples
        detector.reset()
        model = as_onnx(detector)
        session = session_of(model)
        return cls(detector, model, session, *detector.feed(samples), heard(session, samples))

    @property
    def scores(self):
        """Those of the model that count."""
        return self.found[self.found[:, 1] == 1, 0].astype(np.float32)

    @property
    def apart(self):
        """Largest difference of two scores; infinite where more than a last one is missing."""
        # which may be known within a run that the sound does not fill
        if len(self.wanted) - len(self.scores) not in (0, 1):
            return np.inf
        return np.abs(self.scores - self.wanted[: len(self.scores)]).max()


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(map(str, case)))
def both(request):
    return Both.of(made(*request.param))


def test_scores_are_those_of_the_detector(both):
    assert np.ptp(both.wanted) > 0.02
    assert both.apart <= 1e-5


def test_nothing_is_heard_before_the_first_score(both):
    spec, found = both.detector.spec, both.found
    first = int(both.session.get_modelmeta().custom_metadata_map["first_run"])
    assert first == -(-spec["first"] // spec["stride"]) > 1
    assert found[:, 1].tolist() == [0] * (first - 1) + [1] * (len(found) - first + 1)
    assert not found[: first - 1, 0].any()


def test_alarms_by_the_metadata_are_at_the_same_seconds(both):
    told = both.session.get_modelmeta().custom_metadata_map
    found = Alarms(json.loads(told["policy"])).feed(both.scores)
    rate, first, stride = (int(told[name]) for name in ("rate", "first", "stride"))
    seconds = [(first + step * stride) / rate for step in found]
    known = [step for step in both.alarms if step < len(both.scores)]
    assert seconds == [both.detector.seconds(step) for step in known]
    assert seconds
    assert float(told["seconds_a_step"]) == stride / rate
    assert told["fondo"] == fondo.__version__


def test_the_model_is_well_formed_and_for_older_runtimes_too(both):
    read = onnx.load_from_string(both.model)
    onnx.checker.check_model(read, full_check=True)
    assert (read.ir_version, [each.version for each in read.opset_import]) == (8, [17])
    assert {node.domain for node in read.graph.node} == {""}


def test_states_go_in_and_out_in_one_order_and_are_all_float32(both):
    given, left = both.session.get_inputs(), both.session.get_outputs()
    assert [each.name for each in left[2:]] == ["next_" + each.name for each in given[1:]]
    assert [each.shape for each in left[2:]] == [each.shape for each in given[1:]]
    assert {each.type for each in given} == {"tensor(float)"}


@pytest.mark.parametrize(
    ("log", "window", "n_fft"),
    [("log", 33, 40), ("db", 32, 32), (None, 31, 31), ("log", 10, 16)],
)
def test_front_ends_of_any_length(log, window, n_fft):
    both = Both.of(small(log, window, n_fft))
    assert np.ptp(both.wanted) > 0.02
    assert both.apart <= 1e-5


def test_a_first_score_at_the_end_of_a_run_is_not_late():
    both = Both.of(small(window=40))
    assert both.detector.spec["first"] % both.detector.spec["stride"] == 0
    assert both.apart <= 1e-5
    assert len(both.scores) == len(both.wanted)


def test_what_is_soft_beside_something_loud_is_heard_as_exactly():
    detector = made("gru", "notes_log", 1, True)
    times = np.arange(detector.rate) / detector.rate
    soft = 1e-5 * np.random.default_rng(0).normal(size=len(times))
    samples = 0.5 + 0.3 * np.sin(2 * np.pi * 50 * times) + soft
    both = Both.of(detector, samples.astype("float32"))
    assert np.ptp(both.wanted) > 0.02
    assert both.apart <= 1e-5


def test_a_detector_that_has_listened_gives_the_same_model():
    detector = small()
    assert as_onnx(detector) == as_onnx(small())
    detector.feed(np.ones(777))
    assert as_onnx(detector) == as_onnx(small())


def test_a_layer_that_is_unknown_is_refused():
    detector = small()
    detector.spec["layers"].append({"kind": "attention"})
    with pytest.raises(BadParameter, match=r"kind='attention'\): a model for ONNX has no such"):
        as_onnx(detector)


@pytest.mark.parametrize("change", [{"stride": 2}, {"past": 3}])
def test_convolutions_out_of_step_are_refused(change):
    detector = small()
    detector.spec["layers"][-1] |= change
    with pytest.raises(BadParameter, match=r"export\('scores.kernel' with stride=.*past as they"):
        as_onnx(detector)


def test_the_suffix_chooses_the_kind_of_file(tmp_path):
    detector = small()
    assert write(detector, tmp_path / "ears.onnx").read_bytes() == as_onnx(detector)
    assert "NumPy alone" in write(detector, str(tmp_path / "ears.py")).read_text(encoding="utf-8")
    with pytest.raises(BadParameter, match=r"export\(path='ears.tflite'\): path must end in \.py"):
        write(detector, "ears.tflite")


def test_without_the_package_it_says_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtra, match=r"pip install 'fondo\[onnx\]'"):
        as_onnx(small())
