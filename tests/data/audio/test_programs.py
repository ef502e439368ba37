"""fondo.data.audio.programs: words by a program of the user's own, here a few lines of Python."""

import json
import shlex
import sys
from itertools import islice
from math import lcm
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.programs import Program, _turns
from fondo.errors import BadData, BadParameter

RATE = 8000
NAME = Path(sys.executable).name
SPEAKS = """
import json, math, struct, sys, time, wave

wav, voice, how = sys.argv[1:4]
text = sys.argv[4] if len(sys.argv) > 4 else sys.stdin.buffer.read().decode("utf-8")
with open(__file__ + ".log", "a") as log:
    print(json.dumps([text, voice]), file=log)
print("chatter that is no answer")
print("loading\\nlooking", file=sys.stderr, flush=True)
if how == "fail":
    sys.exit("\\n\\nno such model")
if how == "hang":
    time.sleep(60)
if how == "text":
    open(wav, "w").write("no sound at all")
if how in ("nothing", "text"):
    sys.exit()
hertz = 200 if how == "one voice" else 200 + 50 * int(voice or 0)
if how == "draws":
    hertz += time.perf_counter_ns() % 997 / 100
loud = {"silence": 0, "whisper": 3}.get(how, 8192)
tone = [round(loud * math.sin(2 * math.pi * hertz * t / 8000)) for t in range(4000)]
with wave.open(wav, "wb") as file:
    file.setnchannels(2 if how == "stereo" else 1)
    file.setsampwidth(2)
    file.setframerate(8000)
    for value in [0] * 2000 + tone + [0] * 2000:
        file.writeframes(struct.pack("<h", value) + (b"\\0\\0" if how == "stereo" else b""))
"""


@pytest.fixture
def program(tmp_path):
    """What gives a program that speaks in one way or another, with voices or none."""
    path = tmp_path / "speak it.py"  # the name has to be quoted
    path.write_text(SPEAKS, encoding="utf-8")

    def of(how="well", voices=(), *, text=False, timeout=60.0):
        voice = "{voice}" if voices else ""
        words = [sys.executable, str(path), "{wav}", voice, how, *["{text}"] * text]
        return Program(shlex.join(words), tuple(voices), timeout)

    def calls():
        lines = path.with_name(f"{path.name}.log").read_text(encoding="utf-8").splitlines()
        return [tuple(json.loads(line)) for line in lines]

    of.calls = calls
    return of


def test_what_the_program_wrote_comes_back(program):
    samples, rate = program(voices="04").speak("go", "4")
    assert (rate, samples.dtype, len(samples)) == (RATE, np.float32, 8000)
    tone = 0.25 * np.sin(2 * np.pi * 400 * np.arange(4000) / RATE)  # 8192 of 32768
    assert samples[2000:6000] == pytest.approx(tone, abs=1 / 32768)
    assert not samples[:2000].any()
    assert not samples[6000:].any()


def test_channels_are_averaged(program):
    assert np.abs(program("stereo").speak("go")[0]).max() == pytest.approx(0.125, abs=1e-3)


@pytest.mark.parametrize(
    "text",
    ["go", "Grüße, 東京", 'it\'s "so"; touch {wav} $(id) `id` | > x && rm -rf * \\', "{voice}", ""],
)
def test_a_text_arrives_as_it_is_and_no_shell_reads_it(program, text, tmp_path):
    before = {path.name for path in tmp_path.iterdir()}
    program(text=True).speak(text)
    program().speak(text)
    assert program.calls() == [(text, ""), (f"{text}\n", "")]
    assert {path.name for path in tmp_path.iterdir()} - before == {"speak it.py.log"}


def test_placeholders_stand_anywhere_in_a_word():
    piper = Program("~/piper --out={wav} 'a b' --who=x{voice}y{voice}", ("3",))
    told = piper.command("go", "3", "/w.wav")
    assert told == ["~/piper", "--out=/w.wav", "a b", "--who=x3y3"]


def test_recordings_are_trimmed_and_brought_to_the_wanted_rate(program):
    (found,) = program().said(["go"], 1, 16_000)
    assert len(found.samples) == pytest.approx(8000, abs=320)  # half a second
    assert (found.voice, found.source) == (NAME, f"{NAME}::go:0")


def test_every_voice_says_every_text_before_any_is_said_again(program):
    found = program(voices="013").said(["yes", "no"], 6, RATE, seed=1)
    assert sorted(program.calls()) == sorted(
        (f"{text}\n", voice) for text in ("yes", "no") for voice in "013"
    )
    assert [r.source.split(":")[2] for r in found] == ["yes", "no"] * 3
    assert {r.voice for r in found} == {f"{NAME}-{voice}" for voice in "013"}


def test_the_seed_draws_the_order_of_the_voices(program):
    voices = [[r.voice for r in program(voices="0123").said(["go"], 4, RATE, seed=s)]
              for s in (0, 0, 1)]  # fmt: skip
    assert voices[0] == voices[1] != voices[2]


@given(st.integers(1, 12), st.integers(1, 12))
def test_pairs_come_again_only_when_all_have_come(texts, who):
    turns = list(islice(_turns([*map(str, range(texts))], [*map(str, range(who))]), texts * who))
    assert len(set(turns)) == texts * who
    assert [int(text) for text, _ in turns] == [k % texts for k in range(texts * who)]
    first = [voice for _, voice in turns[: lcm(texts, who)]]
    assert max(map(first.count, first)) == min(map(first.count, first))


def test_a_program_that_says_the_same_each_time_is_told_once(program):
    with pytest.warns(UserWarning, match=f"{NAME} says the same each time.*more voices") as told:
        found = program(voices="01").said(["go"], 6, RATE)
    assert len(told) == 1
    assert len(found) == len(program.calls()) == 6


def test_a_program_that_draws_says_something_else_each_time(program):
    found = program("draws").said(["go"], 3, RATE)
    assert len({r.samples.tobytes() for r in found}) == 3


def test_voices_that_are_one_are_refused(program):
    with pytest.raises(BadData, match=r"'[04]' and '[04]' are one voice: they say 'go'.*Leave one"):
        program("one voice", "04").said(["go"], 2, RATE)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("fail", r"failed with exit code 1. .* It said: loading / looking / no such model. The c"),
        ("nothing", r"wrote nothing into \{wav\}. .* It said: loading / looking. The command was"),
        ("text", r"said.wav: this is a text file .* The command was"),
        ("silence", "the program wrote silence"),
        ("whisper", "the program wrote silence"),
    ],
)
def test_a_program_that_gives_no_sound_is_told_with_its_command(program, how, told):
    with pytest.raises(BadData, match=told) as raised:
        program(how).speak("go")
    assert str(raised.value).startswith("Program.speak(text='go'): ")
    assert f"The command was: {sys.executable} '" in str(raised.value)
    assert "chatter" not in str(raised.value)


def test_a_program_that_hangs_is_ended(program):
    with pytest.raises(BadData, match=r"took longer than 0.5 s and was ended"):
        program("hang", timeout=0.5).speak("go")


def test_a_program_that_is_not_there_or_cannot_be_run_is_told(tmp_path):
    with pytest.raises(BadData, match=r"'pipr' cannot be run \(No such file.*Install it, or give"):
        Program("pipr -f {wav}").speak("go")
    with pytest.raises(BadData, match=r"cannot be run \(Permission denied\)"):
        Program(shlex.join([str(tmp_path), "{wav}"])).speak("go")


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["zero", "half a character"])
def test_a_text_that_no_program_can_be_given_is_told(program, text):
    with pytest.raises(BadData, match="the text cannot be given to a program"):
        program(text=True).speak(text)


@pytest.mark.parametrize(
    ("template", "voices", "told"),
    [
        ("", (), r"Program\(template=''\): it must begin with the program"),
        ("{text} {wav}", (), "it must begin with the program. For example: piper"),
        ("say '{wav}", (), "a quotation mark must be closed"),
        ("say {text}", (), r"it must say with \{wav\} which file"),
        ("say {wave}", (), r"there is no placeholder \{wave\}. Did you mean 'wav'"),
        ("say {wav} {}", (), r"there is no placeholder \{\}. Known: wav, text, voice"),
        ("say {wav}", ("1",), r"there are voices, and no \{voice\}"),
        ("say {wav} {voice}", (), r"\{voice\} must stand for something.*--voices 0,1,2"),
        ("say {wav} {voice}", ("1", "1"), r"voices=\('1', '1'\)\): each voice must be given once"),
        ("say {wav} {voice}", ("a/b", "a-b"), "each voice must be given once, and have a name"),
    ],
)
def test_templates_that_cannot_be_are_refused(template, voices, told):
    with pytest.raises(BadParameter, match=told):
        Program(template, voices)


def test_other_mistakes_are_told(program):
    with pytest.raises(BadParameter, match=r"timeout=0\): timeout must be a number above 0 \(sec"):
        Program("say {wav}", timeout=0)
    with pytest.raises(BadParameter, match=r"speak\(voice='slr'\): .* Did you mean 'slt'"):
        Program("flite -voice {voice} -o {wav}", ("slt", "kal")).speak("go", "slr")
    with pytest.raises(BadData, match="at least one text"):
        program().said([], 1, RATE)
    with pytest.raises(BadParameter, match=r"Program.said\(n=0\)"):
        program().said(["go"], 0, RATE)


def test_names_of_voices_are_names_of_folders():
    program = Program("/opt/my\\ piper.sh -m {voice} -f {wav}", ("models/en_US-amy.onnx", "../x"))
    assert program.name == "my-piper.sh"
    assert program.named("models/en_US-amy.onnx") == "my-piper.sh-models-en_US-amy.onnx"
    assert program.named("../x") == "my-piper.sh-x"


@pytest.mark.parametrize(("n", "kept"), [(2, 1), (4, 1), (9, 1), (10, 2), (25, 5)])
def test_the_last_fifth_of_the_voices_is_kept_and_the_rest_learnt_from(n, kept):
    program = Program("say {voice} {wav}", tuple(map(str, range(n))))
    held, rest = program.part(True).voices, program.part(False).voices
    assert rest + held == program.voices
    assert len(held) == kept


def test_a_single_voice_cannot_be_kept_too(program):
    assert program().part(False) == program()
    with pytest.raises(BadParameter, match=r"only one voice, and one that was learnt from"):
        program(voices="3").part(True)
