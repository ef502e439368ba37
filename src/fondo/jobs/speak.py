"""Words said into a folder of recordings, by espeak-ng or by a program of the user's own.

How they speak is in `data.audio.voices` and `data.audio.programs`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fondo.data.audio.files import soundfile
from fondo.data.audio.mixing import Recording
from fondo.data.audio.programs import Program
from fondo.data.audio.voices import VARIANTS, spoken, voices
from fondo.errors import BadData, OutputError

RATE = 22_050  # samples a second of what is written, espeak-ng's own
HELD_VOICES = 16  # made-up persons of espeak-ng that are kept for judging

# texts, how many recordings, seed -> recordings at RATE
Speaker = Callable[[Sequence[str], int, int], list[Recording]]


def by_espeak(held: bool) -> Speaker:
    """Speak with the voices of espeak-ng.

    Parameters
    ----------
    held : bool
        Use the voices that are kept for judging; else all but those.
    """
    kept = VARIANTS[::5][:HELD_VOICES]
    who = voices(variants=kept if held else [v for v in VARIANTS if v not in kept])
    return lambda texts, n, seed: spoken(texts, who, n, RATE, seed=seed)


def by_program(program: Program, held: bool) -> Speaker:
    """Speak with a program.

    Parameters
    ----------
    program : Program
        What is run.
    held : bool
        Use the voices that are kept for judging; else all but those. See `Program.part`.

    Raises
    ------
    BadParameter
        Voices that are kept are wanted, and there is only one voice.
    """
    part = program.part(held)
    return lambda texts, n, seed: part.said(texts, n, RATE, seed=seed)


def speak_words(
    folder: Path, word: str, others: Sequence[str], near: Sequence[str] = (), *, speaker: Speaker,
    takes: int, seed: int,
) -> dict[str, int]:  # fmt: skip
    """Write a word and others, said by made-up voices, into a folder of recordings.

    Parameters
    ----------
    folder : path
        Files go to `positives/VOICE/`, `negatives/VOICE/` and `near_misses/VOICE/`.
    word : str
        The trigger word.
    others : sequence of str
        Words and sentences that are not it.
    near : sequence of str, default=()
        Words that sound like it.
    speaker : callable
        Who says them: `by_espeak` or `by_program`.
    takes : int
        How many of each.
    seed : int
        Draws voices and, where the speaker has them, speeds and pitches.

    Returns
    -------
    counts : dict
        Files of each kind.

    Raises
    ------
    BadData
        A text cannot be said.
    OutputError
        A file cannot be written.
    """
    counts = {}
    for kind, texts in (("positives", [word]), ("negatives", others), ("near_misses", near)):
        made = speaker(texts, takes, seed) if texts else []
        for number, recording in enumerate(made):
            maker = recording.source.partition(":")[0]
            path = folder / kind / recording.voice / f"{maker}-{number:05d}.flac"
            write_sound(path, recording.samples, RATE)
        counts[kind] = len(made)
    return counts


def read_lines(path: Path) -> list[str]:
    """Lines of a text file that are not empty."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{path}: it cannot be read as text ({error}).") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def write_sound(path: Path, samples: np.ndarray[Any, Any], rate: int) -> None:
    """Write samples as FLAC or OGG, by the name, else as WAV; its folder is made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = {".flac": "FLAC", ".ogg": "OGG"}.get(path.suffix.lower(), "WAV")
        soundfile().write(str(path), samples, rate, format=kind)
    except (OSError, RuntimeError) as error:
        raise OutputError(f"{path}: it cannot be written ({error}).") from error
