"""A person's own recordings, from the microphone into a folder of recordings."""

from collections.abc import Callable
from pathlib import Path

from fondo.data.audio.files import soundfile
from fondo.errors import BadParameter, OutputError
from fondo.tasks.audio.listening import sounddevice

RATE = 44_100  # samples a second; training brings them to its own rate


def record(
    folder: Path, voice: str, takes: int, seconds: float, say: Callable[[str], None]
) -> list[Path]:
    """Record some files, one after the other.

    Parameters
    ----------
    folder : path
        Files go to its folder VOICE, numbered on from those that are there.
    voice : str
        Who speaks.
    takes : int
        How many.
    seconds : float
        Length of each.
    say : callable
        Told before each take.

    Returns
    -------
    files : list of path (takes,)
    """
    if not voice.strip() or "/" in voice or "\\" in voice:
        raise BadParameter(f"record(voice={voice!r}): the name of the voice must be a folder name.")
    if takes < 1 or not 0 < seconds <= 3600:
        raise BadParameter(
            f"record(takes={takes}, seconds={seconds:g}): at least one take, above 0 and at most "
            "3,600 seconds long."
        )
    card, place = sounddevice(), folder / voice
    try:
        place.mkdir(parents=True, exist_ok=True)
        first = len(list(place.glob("*.flac")))
        made = []
        for number in range(first, first + takes):
            say(f"Take {number + 1}: speak now ({seconds:g} s)")
            samples = card.rec(round(seconds * RATE), RATE, channels=1, dtype="float32")
            card.wait()
            path = place / f"{number:04d}.flac"
            soundfile().write(str(path), samples, RATE, format="FLAC")
            made.append(path)
    except OSError as error:
        raise OutputError(f"{place}: it cannot be written ({error}).") from error
    return made
