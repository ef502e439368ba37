"""fondo.jobs.speak: words said into a folder of recordings, as the command line goes."""

import json
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from fondo.cli.main import app
from fondo.cli.output import USER_MISTAKE
from fondo.data.audio.mixing import Recording
from fondo.errors import BadData, OutputError
from fondo.jobs.speak import RATE, read_lines, speak_words, write_sound

NAME = Path(sys.executable).name
SPEAKS = """
import struct, sys, wave

wav, voice = sys.argv[1:]
period = 10 + int(voice) + len(sys.stdin.buffer.read())
with wave.open(wav, "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(16000)
    file.writeframes(b"".join(struct.pack("<h", t % period * 500) for t in range(8000)))
"""


def run(*words):
    done = CliRunner().invoke(app, ["trigger", "synthesise", *map(str, words), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def refused(*words):
    done = CliRunner().invoke(app, ["trigger", "synthesise", *map(str, words), "--json"])
    assert done.exit_code == USER_MISTAKE, done.output
    return json.loads(done.stdout)["error"]


def voices_in(folder):
    return {path.name for path in folder.iterdir()}


def test_made_up_voices_speak_into_the_folder_and_clips_are_mixed(tmp_path):
    (tmp_path / "others.txt").write_text("hello\n\nthe weather\n", encoding="utf-8")
    (tmp_path / "near.txt").write_text("alex\nalaska\n", encoding="utf-8")
    texts = ("--others", tmp_path / "others.txt", "--near", tmp_path / "near.txt")
    spoken = ("--say", "alexa", *texts, "--takes", 4)
    mixed = ("--clips", tmp_path / "c", "--count", 2)
    found = run(tmp_path / "r", *spoken, *mixed)
    assert found["spoken"] == {"positives": 4, "negatives": 4, "near_misses": 4}
    assert found["clips"]["count"] == 2
    assert len(list((tmp_path / "r" / "positives").rglob("*.flac"))) == 4
    assert (tmp_path / "c" / "manifest.jsonl").is_file()


def test_words_that_sound_like_it_are_made_up_where_asked(tmp_path):
    spoken = ("--say", "alexa", "--alike", "--takes", 6)
    found = run(tmp_path / "r", *spoken)
    assert found["spoken"] == {"positives": 6, "negatives": 0, "near_misses": 6}
    near = sorted((tmp_path / "r" / "near_misses").rglob("*.flac"))
    assert len(near) == 6
    (tmp_path / "near.txt").write_text("alex\nalaska\n", encoding="utf-8")
    both = (*spoken, "--near", tmp_path / "near.txt")
    assert run(tmp_path / "s", *both)["spoken"] == {
        "positives": 6, "negatives": 0, "near_misses": 6,
    }  # fmt: skip


def test_held_voices_are_others(tmp_path):
    names = {}
    for held in (False, True):
        flags = ["--held"] if held else []
        run(tmp_path / str(held), "--say", "go", "--takes", 12, *flags)
        names[held] = voices_in(tmp_path / str(held) / "positives")
    assert not names[True] & names[False]


def test_clips_are_mixed_by_the_settings_of_a_file(tmp_path):
    (tmp_path / "word.toml").write_text("[mixing]\nseconds = 2\n", encoding="utf-8")
    run(tmp_path / "r", "--say", "go", "--takes", 2)
    mixed = ("--clips", tmp_path / "c", "--count", 2, "--config", tmp_path / "word.toml")
    assert run(tmp_path / "r", *mixed)["clips"]["count"] == 2
    lengths = {soundfile.info(path).duration for path in (tmp_path / "c").rglob("*.flac")}
    assert lengths == {2.0}


@pytest.fixture
def program(tmp_path):
    """A command that lets a few lines of Python speak, each voice and text in its own pitch."""
    path = tmp_path / "speak.py"
    path.write_text(SPEAKS, encoding="utf-8")
    return shlex.join([sys.executable, str(path), "{wav}", "{voice}"])


def test_a_program_speaks_into_the_folder_and_clips_are_mixed(tmp_path, program):
    (tmp_path / "others.txt").write_text("grüß dich\n$(id); go\n", encoding="utf-8")
    said = ("--say", "alexa", "--others", tmp_path / "others.txt", "--takes", 3)
    by = ("--program", program, "--voices", "0, 1,2,3")
    mixed = ("--clips", tmp_path / "c", "--count", 2)
    found = run(tmp_path / "r", *said, *by, *mixed, "--quiet")
    assert found["spoken"] == {"positives": 3, "negatives": 3, "near_misses": 0}
    assert found["clips"]["count"] == 2
    files = sorted((tmp_path / "r" / "positives").rglob("*.flac"))
    assert sorted(path.stem for path in files) == [f"{NAME}-0000{k}" for k in range(3)]
    assert voices_in(tmp_path / "r" / "positives") == {f"{NAME}-{k}" for k in range(3)}
    samples, rate = soundfile.read(files[0])
    assert (rate, len(samples)) == (RATE, pytest.approx(RATE / 2, abs=RATE / 50))


def test_voices_of_a_program_that_are_held_are_others(tmp_path, program):
    said = ("--say", "go", "--program", program, "--voices", "0,1,2,3,4,5,6,7,8,9")
    run(tmp_path / "train", *said, "--takes", 8)
    run(tmp_path / "test", *said, "--takes", 2, "--held")
    assert voices_in(tmp_path / "train" / "positives") == {f"{NAME}-{k}" for k in range(8)}
    assert voices_in(tmp_path / "test" / "positives") == {f"{NAME}-8", f"{NAME}-9"}


@pytest.mark.filterwarnings("default:.*says the same each time")
def test_a_note_says_that_a_program_repeats_itself(tmp_path, program):
    (tmp_path / "others.txt").write_text("no\n", encoding="utf-8")
    words = ("--say", "go", "--others", tmp_path / "others.txt", "--takes", 2,
             "--program", program.replace("{voice}", "3"))  # fmt: skip
    done = CliRunner().invoke(app, ["trigger", "synthesise", str(tmp_path / "r"), *map(str, words)])
    assert (done.exit_code, done.stderr.count("says the same each time")) == (0, 1)
    assert voices_in(tmp_path / "r" / "positives") == {NAME}


def test_mistakes_with_a_program_are_told(tmp_path, program):
    say = (tmp_path / "r", "--say", "go")
    assert "there is nothing to say" in refused(tmp_path, "--clips", tmp_path, "--program", "x")
    assert "these are voices of a --program" in refused(*say, "--voices", "1,2")
    assert "--near FILE" in refused(*say, "--alike", "--program", program, "--voices", "1,2")
    assert "it must begin with the program" in refused(*say, "--program", "")
    assert "{voice} must stand for something" in refused(*say, "--program", program)
    one = refused(*say, "--program", program, "--voices", "1", "--held")
    assert "there is only one voice" in one
    assert "failed with exit code 1" in refused(*say, "--program", program, "--voices", "a,b,c")
    assert not (tmp_path / "r").exists()


def test_any_speaker_will_do(tmp_path):
    def speaker(texts, n, seed):
        return [
            Recording(np.full(9, 0.1, np.float32), f"me:{texts[k % len(texts)]}:{seed}", f"v{k}")
            for k in range(n)
        ]

    counts = speak_words(tmp_path, "go", ["no"], speaker=speaker, takes=2, seed=3)
    assert counts == {"positives": 2, "negatives": 2, "near_misses": 0}
    made = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.flac"))
    assert made == [
        f"{kind}/v{k}/me-0000{k}.flac" for kind in ("negatives", "positives") for k in range(2)
    ]


def test_other_mistakes_are_told(tmp_path):
    assert "say what is wanted" in refused(tmp_path)
    with pytest.raises(BadData, match="cannot be read as text"):
        read_lines(tmp_path / "none.txt")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="it cannot be written"):
        write_sound(tmp_path / "file" / "a.wav", np.zeros(3), RATE)
