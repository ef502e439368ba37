"""Words spoken by any program: a command of the user's own that writes a sound file for a text.

No program comes with fondo or is looked for. Voices that need none are in `voices`.
"""

import re
import shlex
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np

from fondo.contracts import Real, Whole, check_value
from fondo.data.audio.decode import mixed
from fondo.data.audio.files import opened, soxr
from fondo.data.audio.mixing import Recording
from fondo.data.audio.shaping import trimmed
from fondo.errors import BadData, BadParameter, did_you_mean

Array = np.ndarray[Any, Any]

PLACEHOLDERS = ("wav", "text", "voice")
SILENT = 1e-4  # of full scale: three steps of 16 bits, which some programs add to nothing
HELD = 5  # every so many voices one is kept for judging
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_SAID_LAST = 3  # lines of what a program said before it failed
_EXAMPLE = "For example: piper -m en.onnx -f {wav}"


@dataclass(frozen=True)
class Program:
    """A program that speaks, as the command that runs it.

    Parameters
    ----------
    template : str
        The command, with placeholders: `{wav}`, the file that it must write; `{text}`, the text,
        which else is given on standard input (UTF-8, one line); `{voice}`, one of the voices.
        Split into words as a shell does it, but no shell runs it: no text is ever a command.
    voices : tuple of str, default=()
        What `{voice}` stands for, such as the numbers of speakers or the files of models; none
        where the program has one voice.
    timeout : float, default=60
        Seconds after which the program is ended, for one text.

    Raises
    ------
    BadParameter
        The template has no `{wav}`, a placeholder that there is not, or `{voice}` without voices;
        or there are voices and no `{voice}`, or two with one name.

    Examples
    --------
    >>> piper = Program("piper -m en.onnx --speaker {voice} -f {wav}", ("0", "3"))
    >>> piper.command("go", "3", "go.wav"), piper.named("3")
    (['piper', '-m', 'en.onnx', '--speaker', '3', '-f', 'go.wav'], 'piper-3')
    """

    template: str
    voices: tuple[str, ...] = ()
    timeout: float = 60.0

    def __post_init__(self) -> None:
        check_value("Program", "timeout", self.timeout, Real(0, open_low=True, unit="seconds"))
        if wrong := self._wrong():
            raise BadParameter(f"Program(template={self.template!r}): {wrong}")
        if len(set(map(self.named, self.voices))) < len(self.voices):
            raise BadParameter(
                f"Program(voices={self.voices}): each voice must be given once, and have a name of "
                "its own in letters and digits, for its folder. Leave one of two out."
            )

    @property
    def name(self) -> str:
        """File name of the program: "piper"."""
        return _as_name(Path(self._words[0]).name)

    def named(self, voice: str = "") -> str:
        """Name of a voice, which is that of its folder: "piper-3"; without one, the program's."""
        return f"{self.name}-{_as_name(voice)}" if voice else self.name

    def command(self, text: str, voice: str, wav: Path | str) -> list[str]:
        """The words of the command that lets a voice say a text into a file."""
        given = {"wav": str(wav), "text": text, "voice": voice}
        return [_PLACEHOLDER.sub(lambda found: given[found[1]], word) for word in self._words]

    def part(self, held: bool) -> "Program":
        """The program with the voices that are kept for judging, the last fifth; or with the rest.

        Raises
        ------
        BadParameter
            Voices that are kept are wanted, and there is only one voice.
        """
        if len(self.voices) < 2:
            if held:
                raise BadParameter(
                    f"Program(template={self.template!r}): there is only one voice, and one that "
                    "was learnt from cannot be judged by. Give more by --voices, or let another "
                    "program speak for judging, without --held."
                )
            return self
        kept = max(len(self.voices) // HELD, 1)
        return replace(self, voices=self.voices[-kept:] if held else self.voices[:-kept])

    def speak(self, text: str, voice: str = "") -> tuple[Array, int]:
        """A text as the program says it; it is run once.

        Parameters
        ----------
        text : str
            As the program takes it.
        voice : str, default=""
            One of the voices; "" where there are none.

        Returns
        -------
        samples : float32 array (samples,)
            Full scale is 1; the mean of the channels.
        rate : int
            Samples a second. Hertz.

        Raises
        ------
        BadParameter
            It is none of the voices.
        BadData
            The program cannot be run, fails, takes too long, or writes no sound; the message has
            the command, and what the program said last.
        MissingExtra
            soundfile is not installed.
        """
        if voice not in (self.voices or ("",)):
            hint = did_you_mean(voice, self.voices)
            raise BadParameter(f"Program.speak(voice={voice!r}): there is no such voice. {hint}")
        # a program that was ended may have left another that still writes
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            wav = Path(folder, "said.wav")
            command, told = self.command(text, voice, wav), b""
            try:
                told = self._run(command, text)
                return _heard(wav)
            except BadData as error:
                raise BadData(
                    f"Program.speak(text={text!r}): {error}{_told(told)} "
                    f"The command was: {shlex.join(command)}"
                ) from error

    def said(self, texts: Sequence[str], n: int, rate: int, *, seed: int = 0) -> list[Recording]:
        """Recordings of texts by all voices; the program is run anew for each.

        Parameters
        ----------
        texts : sequence of str
            In turn. No voice says one again before every voice has said all.
        n : int
            How many.
        rate : int
            Samples a second that they are brought to. Hertz.
        seed : int, default=0
            Draws the order of the voices. What a program draws itself, as piper does, it does not.

        Returns
        -------
        recordings : list of Recording (n,)
            Silence at the ends cut off; `voice` is as `named` has it. Where a program says a text
            the same each time, recordings repeat, and a warning says so. Speeds are not drawn
            here: `Mixing(speed=...)` does it for every voice.

        Raises
        ------
        BadData
            There are no texts, or two voices are one; or see `speak`.
        MissingExtra
            soundfile or soxr is not installed.
        """
        check_value("Program.said", "n", n, Whole(1))
        if not texts:
            raise BadData("Program.said(texts): give at least one text.")
        voices, rng = self.voices or ("",), np.random.default_rng(seed)
        who = [voices[i] for i in rng.permutation(len(voices))]
        made, repeats = [], False
        known: dict[tuple[str, int], str] = {}
        for number, (text, voice) in enumerate(islice(_turns(texts, who), n)):
            samples, own = self.speak(text, voice)
            repeats |= self._is_repeat(known, text, voice, samples)
            heard = trimmed(np.asarray(soxr().resample(samples, own, rate), np.float32), rate)
            source = f"{self.name}:{voice}:{text}:{number}"
            made.append(Recording(heard, source, self.named(voice)))
        if repeats:
            warnings.warn(
                f"{self.name} says the same each time, so recordings repeat: give more voices, or "
                "fewer takes.",
                stacklevel=2,
            )
        return made

    def _is_repeat(
        self, known: dict[tuple[str, int], str], text: str, voice: str, samples: Array
    ) -> bool:
        """Whether a voice has said a text so before; BadData where another has."""
        said = (text, hash(samples.tobytes()))
        first = known.get(said)
        known[said] = voice
        if first not in (None, voice):
            raise BadData(
                f"Program.said(voices={self.voices}): {first!r} and {voice!r} are one voice: they "
                f"say {text!r} alike in every sample. A program may take another voice where it "
                "has none of a name. Leave one out."
            )
        return first == voice

    @property
    def _words(self) -> list[str]:
        return shlex.split(self.template)

    @property
    def _placeholders(self) -> set[str]:
        return {found for word in self._words for found in _PLACEHOLDER.findall(word)}

    def _wrong(self) -> str:
        """What is wrong with the template; "" where nothing is."""
        try:
            words = self._words
        except ValueError:
            return "a quotation mark must be closed. Add the other one."
        if not words or _PLACEHOLDER.search(words[0]):
            return f"it must begin with the program. {_EXAMPLE}"
        found = self._placeholders
        if strange := sorted(found - set(PLACEHOLDERS)):
            hint = did_you_mean(strange[0], PLACEHOLDERS)
            return f"there is no placeholder {{{strange[0]}}}. {hint}"
        if "wav" not in found:
            return f"it must say with {{wav}} which file the program writes. {_EXAMPLE}"
        if self.voices and "voice" not in found:
            return "there are voices, and no {voice} that takes them. Write it where one is chosen."
        if "voice" in found and not self.voices:
            return "{voice} must stand for something. Give the voices, such as --voices 0,1,2."
        return ""

    def _run(self, command: list[str], text: str) -> bytes:
        """What the program says on standard error; BadData where it does not end well."""
        try:
            asked = b"" if "text" in self._placeholders else f"{text}\n".encode()
            done = subprocess.run(
                command, input=asked, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                timeout=self.timeout, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise BadData(
                f"the program took longer than {self.timeout:g} s and was ended. "
                f"Try it by hand: perhaps it waits for something.{_told(error.stderr)}"
            ) from error
        except OSError as error:
            raise BadData(
                f"{command[0]!r} cannot be run ({error.strerror}). Install it, or give its whole "
                "path."
            ) from error
        except ValueError as error:  # a zero byte, half a character
            raise BadData(
                f"the text cannot be given to a program ({error}). Leave it out."
            ) from error
        if done.returncode:
            raise BadData(
                f"the program failed with exit code {done.returncode}. Try it by hand."
                f"{_told(done.stderr)}"
            )
        return done.stderr


def _told(stderr: bytes | None) -> str:
    """Sentence with the last lines that a program said; "" where it said nothing."""
    lines = [line.strip() for line in (stderr or b"").decode("utf-8", "replace").splitlines()]
    last = [line for line in lines if line][-_SAID_LAST:]
    return f" It said: {' / '.join(last).rstrip('.')}." if last else ""


def _heard(wav: Path) -> tuple[Array, int]:
    """Samples and rate of what a program wrote; BadData where it is no sound."""
    if not wav.is_file() or not wav.stat().st_size:
        raise BadData(
            "the program wrote nothing into {wav}. Put {wav} where it is told its output file."
        )
    with opened(str(wav)) as sound:
        blocks = [mixed(block, mono=True) for block in sound.blocks(0, sound.frames)]
        samples, rate = np.concatenate(blocks), sound.rate
    if np.abs(samples).max() < SILENT:
        raise BadData("the program wrote silence. Give a word and a voice that it can read out.")
    return samples, rate


def _turns(texts: Sequence[str], who: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Text and voice of each take: both in turn, every pair once before any comes again."""
    met = lcm(len(texts), len(who))  # takes after which the same pairs would come again
    for number in count():
        yield texts[number % len(texts)], who[(number + number // met) % len(who)]


def _as_name(text: str) -> str:
    """Text as a part of the name of a folder."""
    return re.sub(r"[^\w.+-]+", "-", text).strip("-.")
