"""fondo.jobs.listen: from a folder of recordings to a judged detector, as the command line goes."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import wave
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from fondo.cli.main import app
from fondo.cli.output import STOPPED, USER_MISTAKE
from fondo.cli.progress import Bar
from fondo.cli.trigger import asked
from fondo.errors import BadData, BadParameter
from fondo.jobs.listen import evaluate_trigger, heard
from fondo.jobs.record import record
from fondo.judge.events import Policy
from fondo.tasks.audio import listening
from fondo.tasks.audio.ears import Heard
from fondo.tasks.audio.standalone import Detector
from fondo.tasks.audio.trigger import TriggerWord

RATE = 16_000
FEW = """
epochs = 9
rounds = 0
learning_rate = 0.006
batch_size = 8
false_alarms = 120

[mixing]
clips = 60
seconds = 3
room = 0
snr_db = [10, 30]
"""


def tone(rises, voice, seed):
    rng = np.random.default_rng([seed, voice])
    low, high = 300 + 40 * voice, 1200 + 90 * voice
    n = int(RATE * rng.uniform(0.28, 0.38))
    pitch = np.linspace(low, high, n) if rises else np.linspace(high, low, n)
    return 0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.hanning(n) ** 0.3


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Recordings to learn from, and recordings of other voices."""
    root = tmp_path_factory.mktemp("words")
    for name, voices in (("train", range(6)), ("test", (8, 9))):
        for voice in voices:
            for kind, rises in (("positives", True), ("negatives", False)):
                place = root / name / kind / f"voice{voice}"
                place.mkdir(parents=True)
                for seed in range(2):
                    soundfile.write(place / f"{seed}.wav", tone(rises, voice, seed), RATE)
        for k in range(2):
            place = root / name / "backgrounds"
            place.mkdir(exist_ok=True)
            noise = 0.01 * np.random.default_rng([k, len(name)]).normal(size=3 * RATE)
            soundfile.write(place / f"{name}{k}.wav", noise, RATE)
    return root


def run(*words, code=0):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture(scope="module")
def model(folders, tmp_path_factory):
    out = tmp_path_factory.mktemp("model") / "rise"
    few = out.with_name("few.toml")
    few.write_text(FEW, encoding="utf-8")
    given = ("--config", few, "--set", "epochs=10", "--json", "--quiet")
    found = json.loads(run("trigger", "train", folders / "train", "--out", out, *given))
    assert found["model"] == str(out)
    assert 0 < found["policy"]["threshold"] < 1
    return out


def test_settings_come_from_the_file_and_what_is_set_wins(model):
    task = TriggerWord.load(model)
    assert (task.epochs, task.batch_size, task.random_state) == (10, 8, 0)
    assert (task.mixing.clips, task.mixing.snr_db) == (60, (10.0, 30.0))


def test_a_seed_that_was_typed_wins_over_that_of_the_file(tmp_path):
    (tmp_path / "a.toml").write_text("random_state = -1\n", encoding="utf-8")
    train = ("trigger", "train", tmp_path / "none", "--config", tmp_path / "a.toml")
    assert "random_state must be" in _refused(*train)
    assert "no such folder" in _refused(*train, "--seed", 0)
    assert "random_state=-2" in _refused(*train, "--seed", 0, "--set", "random_state=-2")


def test_near_misses_are_counted_apart_from_false_alarms(model, folders, tmp_path):
    shutil.copytree(folders / "test", tmp_path / "test")
    (tmp_path / "test" / "negatives").rename(tmp_path / "test" / "near_misses")
    found = json.loads(run("trigger", "evaluate", model, tmp_path / "test", "--json"))
    usual = json.loads(run("trigger", "evaluate", model, folders / "test", "--json"))
    assert found["without"]["near_misses"]["n"] == 4
    assert found["curve"]["near_misses"] == 4
    assert usual["without"]["near_misses"]["n"] == 0
    fired = found["without"]["near_misses"]["hits"]
    assert (
        fired + found["without"]["false_alarms"]["count"]
        == (usual["without"]["false_alarms"]["count"])
    )
    assert sum(f["kind"] == "near miss" for f in found["failures"]) == fired


def test_new_voices_are_heard_and_the_verdict_has_intervals(model, folders):
    found = json.loads(run("trigger", "evaluate", model, folders / "test", "--json"))
    recall = found["words"]["recall"]
    assert recall["n"] == 16  # four words at four distances
    assert recall["value"] >= 0.5
    assert recall["low"] < recall["value"]
    assert {row["is"] for row in found["words"]["by"]["snr"]} == {20.0, 10.0, 5.0, 0.0}
    assert found["real_time_factor"] < 1


def test_a_threshold_is_chosen_anew_and_written_into_the_folder(model, folders, tmp_path):
    shutil.copytree(model, tmp_path / "model")
    given = ("trigger", "choose", tmp_path / "model", folders / "test")
    quiet = 0.001 * np.random.default_rng(0).normal(size=5 * RATE)
    soundfile.write(tmp_path / "room.wav", quiet, RATE)
    limits = ("--false-alarms", 300, "--near-misses", 0.5)
    found = json.loads(run(*given, *limits, "--without", tmp_path / "room.wav", "--json"))
    old, new = TriggerWord.load(model), TriggerWord.load(tmp_path / "model")
    assert found["before"] == old.policy.threshold
    assert found["policy"]["threshold"] == new.policy.threshold == new.choice_["threshold"]
    assert (new.false_alarms, new.near_misses) == (300.0, 0.5)
    assert found["choice"]["recall"]["n"] == 16
    assert new.scores(quiet[:RATE]).tolist() == old.scores(quiet[:RATE]).tolist()
    assert "On these recordings: threshold" in run(*given)  # at the limits it was given last
    assert "false_alarms" in _refused(*given, "--false-alarms", 0)
    assert "voice" in _refused("trigger", "choose", tmp_path / "model", folders / "train")


def test_voices_that_were_learnt_from_are_refused(model, folders):
    task = TriggerWord.load(model)
    with pytest.raises(BadData, match=r"voice(?s:.*)'training' and 'judging'"):
        evaluate_trigger(task, folders / "train")


def test_the_page_has_curve_and_failures_that_can_be_heard(model, folders, tmp_path):
    page = tmp_path / "page.html"
    words = run("trigger", "evaluate", model, folders / "test", "--report", page)
    assert "heard" in words
    text = page.read_text(encoding="utf-8")
    assert "Misses against false alarms" in text
    assert "<script" not in text
    assert ("<audio" in text) or "There were none." in text


def said(path, at=(1.0, 3.0), rate=RATE, channels=1):
    samples = 0.001 * np.random.default_rng(0).normal(size=5 * RATE)
    for second in at:
        word = tone(True, 8, 0)
        samples[int(second * RATE) :][: len(word)] += word
    step = RATE // rate
    samples = samples[::step]
    soundfile.write(path, np.stack([samples] * channels, axis=1), rate)
    return path


def test_files_and_standard_input_give_the_same_times(model, tmp_path):
    path = said(tmp_path / "a.wav")
    told = json.loads(run("trigger", "listen", model, path, "--json"))["heard"][str(path)]
    with wave.open(str(path)) as file:
        raw = file.readframes(file.getnframes())
    done = CliRunner().invoke(app, ["trigger", "listen", str(model), "-", "--json"], input=raw)
    found = json.loads(done.stdout)
    assert found["heard"]["-"] == pytest.approx(told, abs=0.021)
    assert found["words"]["-"] == ["rise"] * len(told)
    assert told == [at.seconds for at in heard({"rise": TriggerWord.load(model)}, str(path))]


def test_several_words_are_told_apart_by_the_names_of_their_folders(model, tmp_path):
    path, other = said(tmp_path / "a.wav"), tmp_path / "models" / "again"
    shutil.copytree(model, other)
    listen = ("trigger", "listen", model, "--also", other, path)
    alone = json.loads(run("trigger", "listen", model, path, "--json"))
    found = json.loads(run(*listen, "--json"))
    seconds, words = found["heard"][str(path)], found["words"][str(path)]
    pairs = [(second, word) for second in alone["heard"][str(path)] for word in ("again", "rise")]
    assert list(zip(seconds, words, strict=True)) == pairs
    assert pairs
    told = run(*listen)
    assert f"{pairs[0][0]:.2f} again, {pairs[0][0]:.2f} rise" in told
    assert "rise" not in run("trigger", "listen", model, path).replace(str(path), "")
    with wave.open(str(path)) as file:
        raw = file.readframes(file.getnframes())
    given = ["trigger", "listen", str(model), "--also", str(other), "-", "--json"]
    done = json.loads(CliRunner().invoke(app, given, input=raw).stdout)
    assert done["words"]["-"] == words
    assert done["heard"]["-"] == pytest.approx(seconds, abs=0.021)


def test_two_words_of_the_same_name_are_refused(model, tmp_path):
    shutil.copytree(model, tmp_path / "rise")
    given = ("trigger", "listen", model, "--also", tmp_path / "rise", tmp_path / "a.wav")
    assert "there is another model named rise" in _refused(*given)
    assert "there is another model named rise" in _refused(*given[:3], "--also", model, "-")


def test_words_of_other_rates_listen_to_files_but_not_to_one_stream(tmp_path, monkeypatch):
    def opened(folder):
        return SimpleNamespace(detector=lambda: shout(int(folder.name)))

    monkeypatch.setattr(asked, "opened", opened)
    samples = np.zeros(16_000)
    samples[8000:8160] = 0.9
    soundfile.write(tmp_path / "a.wav", samples, 8000)
    given = ("trigger", "listen", tmp_path / "8000", "--also", tmp_path / "4000")
    found = json.loads(run(*given, tmp_path / "a.wav", "--json"))
    assert sorted(found["words"][str(tmp_path / "a.wav")]) == ["4000", "8000"]
    assert found["heard"][str(tmp_path / "a.wav")] == pytest.approx([1.0, 1.0], abs=0.021)
    for sounds in (("-",), ()):  # standard input, the microphone
        assert "8000 8,000, 4000 4,000" in _refused(*given, *sounds)


def shout(rate):
    """A detector at that rate of what is loud for a hundredth of a second."""
    hop = rate // 100
    arrays = {
        "front.taper": np.ones(hop), "front.weights": np.r_[1.0, np.zeros(hop // 2)] / hop**2,
        "front.mean": np.zeros(hop // 2 + 1), "front.scale": np.ones(hop // 2 + 1),
        "out": np.r_[100.0, np.zeros(hop // 2)].reshape(1, -1, 1).astype("float32"),
    }  # fmt: skip
    spec = {
        "rate": rate, "stride": hop, "first": hop, "policy": Policy(threshold=0.9).to_json(),
        "front": {"window": hop, "hop": hop, "n_fft": hop, "log": None, "floor": 1e-9},
        "layers": [{"kind": "conv", "kernel": "out", "stride": 1, "dilation": 1, "past": 0}],
    }  # fmt: skip
    return Detector(spec, arrays)


def test_the_microphone_tells_words_as_they_are_heard(model, monkeypatch):
    def microphone(ears):
        assert list(ears.detectors) == ["rise"]
        yield Heard(1.5, "rise"), SimpleNamespace(dropped=0)
        yield Heard(2.25, "rise"), SimpleNamespace(dropped=3)
        raise KeyboardInterrupt

    monkeypatch.setattr(listening, "microphone", microphone)
    told = run("trigger", "listen", model, code=STOPPED)
    assert told.splitlines() == ["1.50", "2.25 (3 blocks lost)"]


def test_weights_of_8_bits_make_a_small_program(model, tmp_path):
    sizes = {}
    for bits in (32, 8):
        out = tmp_path / f"{bits}.py"
        sizes[bits] = json.loads(
            run("trigger", "export", model, "--out", out, "--bits", bits, "--json")
        )["bytes"]
    assert sizes[8] < 0.5 * sizes[32]
    assert "bits must be 32 or 8" in _refused(
        "trigger", "export", model, "--out", tmp_path / "a.py", "--bits", 4
    )


TINY = (
    "--set", "epochs=3", "--set", "rounds=1", "--set", "mixing.clips=8",
    "--set", "mixing.seconds=1.5", "--set", "alarm.refractory=1", "--set", "batch_size=8",
)  # fmt: skip


def test_ctrl_c_in_a_round_says_the_command_that_goes_on(folders, tmp_path, monkeypatch):
    out = tmp_path / "a word [1]"  # no pattern of files
    starts, (start, epoch) = [], (Bar.on_start, Bar.on_epoch)
    monkeypatch.setattr(
        Bar, "on_start", lambda bar, *a, **k: starts.append(1) or start(bar, *a, **k)
    )

    def stopping(bar, row):
        epoch(bar, row)
        if len(starts) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Bar, "on_epoch", stopping)
    given = ("trigger", "train", folders / "train", "--out", out, *TINY, "--json")
    stopped = json.loads(run(*given, code=STOPPED))
    assert stopped["kind"] == "Interrupted"
    assert "after epoch 1. The checkpoint is at" in stopped["error"]
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"{out.name}.checkpoint", f"{out.name}.checkpoint.round-1"}
    monkeypatch.setattr(Bar, "on_epoch", epoch)
    words = shlex.split(re.search(r"Go on with: (fondo trigger train .*)$", stopped["error"])[1])
    assert words[-1] == "--resume"
    assert sorted(words[:-1]) == sorted(["fondo", *map(str, given)])
    done = CliRunner().invoke(app, words[1:])
    assert done.exit_code == 0, done.output
    assert "epoch" not in done.stderr  # the round had one, which is not learnt again
    found = json.loads(done.stdout)
    assert [row["epoch"] for row in found["history"]] == [1, 2, 3, 4]
    assert found["policy"]["refractory"] == 50
    assert {path.name for path in tmp_path.iterdir()} == {out.name}


def test_what_a_person_may_not_expect_of_checkpoints_is_told(folders, tmp_path):
    given = ("trigger", "train", folders / "none", "--out", tmp_path / "m")
    done = CliRunner().invoke(app, [*map(str, given), "--resume"])
    assert "There is no checkpoint" in done.stderr
    (tmp_path / "m.checkpoint").write_text("of another training")
    done = CliRunner().invoke(app, [*map(str, given)])
    assert "starts afresh; --resume would have gone on" in done.stderr


# Who starts tests in the background may have them ignore Ctrl-C.
CHILD = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from fondo.cli.main import main
main()
"""


def started(*words):
    """`fondo WORDS` in a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", CHILD, *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=env, stdout=pipe, stderr=pipe, text=True)


def test_a_service_hears_what_listening_hears_until_it_is_stopped(model, tmp_path):
    path = said(tmp_path / "a.wav")
    with wave.open(str(path)) as file:
        raw = file.readframes(file.getnframes())
    done = CliRunner().invoke(app, ["trigger", "listen", str(model), "-", "--json"], input=raw)
    wanted, times = json.loads(done.stdout)["heard"]["-"], []
    with started("trigger", "serve", model, "--port", 0, "--json") as service:
        try:
            address = json.loads(service.stdout.readline())["address"]
            with connect(address) as client:
                assert json.loads(client.recv(timeout=60))["rate"] == RATE
                for at in range(0, len(raw), 1280):
                    client.send(raw[at : at + 1280])
                client.send('{"reset": true}')
                while "heard" in (reply := json.loads(client.recv(timeout=60))):
                    times.append(reply["heard"])
                service.send_signal(signal.SIGINT)
                with pytest.raises(ConnectionClosed, match="1001"):  # going away
                    client.recv(timeout=60)
            out, err = service.communicate(timeout=60)
        finally:
            service.kill()
    assert wanted
    assert times == wanted
    assert json.loads(out) == {"error": "Stopped.", "kind": "KeyboardInterrupt"}
    assert err.endswith("Listening. Ctrl-C ends it.\nStopped.\n")
    assert service.returncode == STOPPED


def test_a_chime_is_laid_over_and_rate_and_channels_are_kept(model, tmp_path):
    path, out = said(tmp_path / "a.wav", channels=2), tmp_path / "b.wav"
    picture = tmp_path / "c.svg"
    found = json.loads(
        run("trigger", "chime", model, path, "--out", out, "--picture", picture, "--json")
    )
    before, after = soundfile.read(path)[0], soundfile.read(out)[0]
    assert after.shape == before.shape
    assert soundfile.info(out).samplerate == RATE
    changed = np.flatnonzero(np.abs(after - before).max(axis=1) > 0.01) / RATE
    if found["heard"]:
        assert changed.min() >= found["heard"][0] - 0.01
    else:
        assert not len(changed)
    assert picture.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize("name", ["ears.py", "ears.onnx"])
def test_the_exported_file_is_small(model, tmp_path, name):
    if name.endswith(".onnx"):
        pytest.importorskip("onnx", reason="onnx is not installed")
    out = tmp_path / name
    found = json.loads(run("trigger", "export", model, "--out", out, "--json"))
    assert 10_000 < found["bytes"] == out.stat().st_size < 3_000_000


def test_a_kind_of_file_that_is_unknown_is_a_mistake(model, tmp_path):
    run("trigger", "export", model, "--out", tmp_path / "ears.txt", code=USER_MISTAKE)
    assert not (tmp_path / "ears.txt").exists()


def test_a_person_is_enrolled_kept_and_forgotten(model, folders, tmp_path):
    ears, own = tmp_path / "ears", tmp_path / "own"
    shutil.copytree(model, ears)
    shutil.copytree(folders / "train", own)
    for seed in range(2, 5):
        soundfile.write(own / "positives" / "voice0" / f"{seed}.wav", tone(True, 0, seed), RATE)
    found = json.loads(run("trigger", "enrol", ears, own, "--voice", "voice0", "--json"))["person"]
    assert (found["voices"], found["own"]["n"], found["others"]["n"]) == (["voice0"], 5, 10)
    enrolled = TriggerWord.load(ears)
    assert [gate["kind"] for gate in enrolled.gates] == ["who"]
    spoken = np.pad(tone(True, 0, 9), (RATE, RATE)).astype("float32")
    gated, free = enrolled.scores(spoken), TriggerWord.load(model).scores(spoken)
    assert (gated == free).any()
    assert ((gated == free) | (gated == 0)).all()
    assert "it answers to everybody" in run("trigger", "enrol", ears, "--forget")
    assert TriggerWord.load(ears).gates == []


def test_enrolment_wants_recordings_and_a_voice_or_to_forget(model, folders):
    for given in ((), (folders / "train",), (folders / "train", "--voice", "a", "--forget")):
        assert "give RECORDINGS and --voice NAME, or --forget" in _refused(
            "trigger", "enrol", model, *given
        )
    assert "nobody of this name" in _refused(
        "trigger", "enrol", model, folders / "train", "--voice", "nobody"
    )


def test_mistakes_are_told(tmp_path, model):
    assert "no such folder" in _refused("trigger", "train", tmp_path / "none")
    assert "mixing.clip" in _refused("trigger", "train", tmp_path, "--set", "mixing.clip=3")
    (tmp_path / "a.toml").write_text("[mixing]\nclip = 3\n", encoding="utf-8")
    assert "mixing.clips" in _refused("trigger", "train", tmp_path, "--config", tmp_path / "a.toml")
    assert "none.wav" in _refused("trigger", "listen", model, tmp_path / "none.wav")
    assert "serve(port=70000)" in _refused("trigger", "serve", model, "--port", 70000)


def _refused(*words):
    done = CliRunner().invoke(app, [*(str(word) for word in words), "--json"])
    assert done.exit_code == USER_MISTAKE, done.output
    return json.loads(done.stdout)["error"]


@pytest.mark.parametrize(
    ("voice", "takes", "seconds"), [("", 1, 1.0), ("a/b", 1, 1.0), ("a", 0, 1.0), ("a", 1, 0.0)]
)
def test_recordings_that_cannot_be_are_refused(tmp_path, voice, takes, seconds):
    with pytest.raises(BadParameter, match="record"):
        record(tmp_path, voice, takes, seconds, print)
