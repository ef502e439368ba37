"""Jobs on sounds: a folder or a table in, a model, answers and what they rest on out."""

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from fondo import TableClassifier
from fondo.errors import BadData, BadParameter, OutputError
from fondo.jobs.evaluate import evaluate
from fondo.jobs.explain import explain
from fondo.jobs.guess import guess_of
from fondo.jobs.heard import _Hearing, clip_of, hear, heard_at, is_sounds
from fondo.jobs.predict import predict
from fondo.jobs.replay import replay
from fondo.jobs.train import train
from fondo.report.wav import wav
from fondo.tasks.rows import Part

pytest.importorskip("soundfile", reason="soundfile is not installed")

QUICK = {
    "architecture": "time", "filters": "16", "depth": "1", "dropout": "0", "bands": "16",
    "epochs": "10", "batch_size": "16", "learning_rate": "0.005", "time_gaps": "0",
    "band_gaps": "0",
}  # fmt: skip
RATE = 8000


def beep(rng: np.random.Generator, high: bool) -> np.ndarray:
    """Noise with a beep of a tenth of a second somewhere."""
    wave = rng.normal(0, 0.01, 2400)
    start, times = rng.integers(300, 1200), np.arange(800) / RATE
    wave[start : start + 800] += 0.4 * np.sin(2 * np.pi * (1800 if high else 500) * times)
    return wave


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """120 sounds of two classes; of each person four, in the names of the files."""
    place, rng = tmp_path_factory.mktemp("beeps"), np.random.default_rng(0)
    for name in ("low", "höch"):
        (place / name).mkdir()
        for number in range(60):
            data = wav(beep(rng, name != "low"), RATE)
            (place / name / f"{number // 4:03d}_{number % 4}.wav").write_bytes(data)
    return place


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "beeps"
    return train(folder, out=out, settings=QUICK, group=r"sound:(\w+)/(\d+)_\d\.wav")


def test_a_folder_of_class_folders_is_trained_on_and_judged(trained):
    assert trained.task_name == "audio-classifier"
    assert "'sound' names sound files" in trained.why
    assert trained.evaluation.scores[0].value > 0.9
    assert trained.evaluation.baselines["majority"][0].value < 0.7
    assert "logistic" in trained.evaluation.baselines
    page = trained.report.read_text()
    assert '<section id="sounds">' in page
    assert "decibels of 16 mel bands" in page
    assert "media-src data:" in page
    assert page.count("<audio ") == len(trained.heard.wrong) + len(trained.heard.right)


def test_what_holds_it_back_is_told_of_sounds(trained):
    assert trained.diagnosis.data == "sounds"
    told = " ".join([trained.diagnosis.line, *(g.sentence for g in trained.diagnosis.gaps)])
    assert "on training sounds" in told
    assert not re.search(r"\b(rows?|columns?)\b", told)


def test_groups_of_a_pattern_stay_on_one_side(trained):
    assert trained.leaks == []
    assert sum(trained.rows.values()) == 120
    assert trained.rows["test"] % 4 == 0


def test_the_answer_rests_on_the_beep(trained, folder):
    places = sorted((folder / "low").iterdir())[:3]
    found = hear(trained.task, trained.task.read(places)[0])
    assert (found.n_rows, found.wrong, found.right, found.quarters) == (0, [], [], {})
    found = hear(trained.task, trained.task.read(places)[0], rows=[0, 2])
    rng = np.random.default_rng(0)
    starts = []
    for _ in range(3):
        wave = beep(rng, False)
        starts.append(int(np.argmax(np.convolve(wave**2, np.ones(800), "valid"))) / RATE)
    for one, start in zip(found.asked_for, (starts[0], starts[2]), strict=True):
        frames = one.spectrum.max(axis=1)
        at = np.linspace(0, 0.3, len(frames))
        inside = (at > start + 0.02) & (at < start + 0.08)
        outside = (at < start - 0.04) | (at > start + 0.14)
        assert frames[inside].mean() > frames[outside].mean()
        assert one.answer == "low"
        assert 0 <= one.silenced.nothing <= 1
        assert one.silenced.whole == pytest.approx(one.sure, abs=1e-5)


def test_answers_are_beside_the_sounds_they_are_of(trained, folder):
    found = predict(trained.model, folder).frame
    assert found.columns[:2] == ["sound", "label_predicted"]
    truth = [Path(place).parent.name for place in found["sound"]]
    assert np.mean(np.array(truth) == found["label_predicted"].to_numpy()) > 0.9
    one = predict(trained.model, folder / "low" / "000_0.wav").frame
    assert one.height == 1


def test_the_folder_of_training_is_known_again_elsewhere(trained, folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    found = evaluate(trained.model, copy)
    assert found.evaluation.n_rows == trained.rows["test"]
    assert any("that the model was trained on" in note for note in found.notes)


def test_a_replay_gives_the_same_network(trained, folder):
    assert replay(trained.model, folder).identical


def test_broken_files_are_left_out_and_listed(trained, folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "low" / "000_0.wav").write_text("no sound")
    whole = (copy / "low" / "000_1.wav").read_bytes()
    (copy / "low" / "000_1.wav").write_bytes(whole[: len(whole) // 2])
    result = train(copy, out=tmp_path / "model", settings=QUICK | {"epochs": "1"})
    told = next(note for note in result.notes if "cannot be read" in note)
    assert told.startswith("2 of 120 rows")
    assert "000_0.wav" in told
    assert "000_1.wav" in told
    answered = predict(trained.model, copy).frame
    assert answered["label_predicted"].null_count() == 2


@pytest.mark.filterwarnings("ignore:.*The files of column")
def test_a_table_names_sounds_and_orders_them_in_time(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "clips")
    files = sorted((tmp_path / "clips").rglob("*.wav"), key=lambda path: path.name)
    rows = {
        "clip": [f"{path.parent.name}/{path.name}" for path in files],
        "kind": [path.parent.name for path in files],
    }
    pl.DataFrame(rows).write_csv(tmp_path / "t.csv")
    result = train(
        tmp_path / "t.csv", target="kind", out=tmp_path / "m", settings=QUICK | {"epochs": "2"},
        time=r"clip:/(\d+)_",
    )  # fmt: skip
    assert result.task_name == "audio-classifier"
    assert result.rows["test"] == 24
    assert json.dumps(result.to_json())
    with pytest.raises(BadData, match="which column is to be predicted"):
        train(tmp_path / "t.csv", out=tmp_path / "never")


def test_words_and_few_numbers_beside_sounds_are_classes_and_quantities_are_of_tables():
    frame = pl.DataFrame(
        {"s": ["a.wav"] * 60, "kind": [1, 2, 3] * 20, "word": ["1", "2"] * 30, "v": [0.5] * 60}
    )
    assert guess_of(frame, "kind").task == "audio-classifier"
    assert guess_of(frame, "word").task == "audio-classifier"
    found = guess_of(frame, "v")
    assert found.task == "table-regressor"
    assert "numbers are not learnt from sounds" in found.why
    both = frame.with_columns(p=pl.lit("a.png"))
    assert guess_of(both, "word").task == "image-classifier"


# ---- the command


def test_the_command_says_which_stretch_counts_and_writes_page_or_folder(
    ask, trained, folder, tmp_path
):
    done = ask("explain", trained.model, folder, "--rows", "1,2", "--out", tmp_path / "seen")
    assert "Sound 1 " in done.stdout
    assert "of silence alone" in done.stdout
    assert "kept for the test" in done.stdout
    names = sorted(path.name for path in (tmp_path / "seen").iterdir())
    assert names == ["1.png", "1.wav", "2.png", "2.wav", "index.html"]
    page = (tmp_path / "seen" / "index.html").read_text()
    assert "Sounds asked for" in page
    assert page.count("<audio ") == 2
    told = json.loads(ask("explain", trained.model, folder, "--rows", "1", "--json").stdout)
    assert told["sounds"][0]["row"] == 1
    assert len(told["sounds"][0]["silenced"]["probability_without"]) == 20
    assert (told["out"], told["task"]) == (None, "audio-classifier")


def test_a_single_sound_needs_no_label(ask, trained, folder, tmp_path):
    one = folder / "low" / "000_0.wav"
    done = ask("explain", trained.model, one, "--out", tmp_path / "page.html")
    assert "answered" in done.stdout
    assert ", true " not in done.stdout
    assert (tmp_path / "page.html").read_text().count("<audio ") == 1
    assert "--out FILE.html or FOLDER" in ask("explain", trained.model, one).stdout


def test_what_is_not_there_is_told(trained, folder, tmp_path):
    one = folder / "low" / "000_0.wav"
    with pytest.raises(BadData, match="there is no row 7. Rows go from 0 to 0"):
        explain(trained.model, one, rows=[7])
    with pytest.raises(BadParameter, match=r"explain\(layer='x'\): only models of pictures have"):
        explain(trained.model, one, layer="x")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="this is a file"):
        explain(trained.model, one, out=tmp_path / "file")
    (tmp_path / "bad.wav").write_text("no sound")
    with pytest.raises(BadData, match="no sound can be read"):
        explain(trained.model, tmp_path / "bad.wav")


def test_what_is_played_is_four_seconds_around_what_counts():
    from fondo.explain.audio.silence import silenced

    wave = np.arange(1000, dtype=np.float32) / 1000

    def late(waves):
        return np.abs(waves[:, 800:850]).mean(axis=1, keepdims=True)

    found = silenced(late, wave + 1, 0, 100)
    clip = clip_of(wave, 100, found)
    assert (clip.seconds, clip.start) == (4.0, 6.0)  # of ten seconds
    assert clip.samples[0] == pytest.approx(0.6)
    assert clip_of(wave, 100, None).start == 3.0
    assert clip_of(wave[:300], 100, found).seconds == 3.0


def test_long_sounds_are_asked_less(trained, folder, monkeypatch):
    from fondo.jobs import heard

    monkeypatch.setattr(heard, "BUDGET", 22 * trained.task.form.samples)
    X, y = trained.task.read(folder, "label")
    found = hear(trained.task, X, y)
    shown = [*found.wrong, *found.right]
    assert [one.silenced is None for one in shown] == [False] + [True] * (len(shown) - 1)
    assert "for 1 of the" in found.notes[0]
    assert set(found.quarters) <= {"level (dBFS)", "length (s)"}


def test_the_surest_are_shown_of_mistakes_and_of_right_answers():
    classes = np.array(list("abcdefgh"))
    y = np.repeat(classes, 2)
    answers = SimpleNamespace(
        classes=classes, labels=np.where(np.arange(16) % 2, y, np.roll(y, 2)), probabilities=None
    )
    sure = np.array([50, 51, 60, 92, 70, 93, 80, 94, 55, 95, 65, 96, 75, 97, 52, 98]) / 100
    answers.probabilities = np.repeat(sure[:, None], 8, axis=1)
    wrong, right = _Hearing(None, range(16), y, answers)._chosen()
    assert wrong[:3].tolist() == [6, 12, 4]
    assert right.tolist() == [15, 13, 11, 9, 7, 5]  # six of the eight classes, one each


def test_tables_are_not_heard():
    assert not is_sounds(TableClassifier())
    assert heard_at(TableClassifier(), Part(None, None), None) is None


def test_a_folder_of_one_class_is_refused(folder, tmp_path):
    shutil.copytree(folder / "low", tmp_path / "only" / "low")
    with pytest.raises(BadData, match="nothing to learn"):
        train(tmp_path / "only", out=tmp_path / "never", settings=QUICK)


@pytest.mark.data
def test_spoken_digits_of_a_speaker_that_was_never_heard(fondo_data: Path, tmp_path: Path) -> None:
    files = sorted((fondo_data / "audio" / "digits").glob("[0-2]_*.flac"))
    frame = pl.DataFrame({"sound": map(str, files), "label": [path.name[0] for path in files]})
    result = train(
        frame, out=tmp_path / "m", group=r"sound:/\d_(\w+)_\d+\.", test=0.3,
        settings=QUICK | {"filters": "32,64", "bands": "40", "epochs": "10"},
    )  # fmt: skip
    assert result.notes == []
    assert result.leaks == []
    score, majority = result.evaluation.scores[0], result.evaluation.baselines["majority"][0]
    assert score.low > majority.value + 0.15
