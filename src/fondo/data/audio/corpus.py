"""Training clips kept on disk: FLAC files, and a line on each in `manifest.jsonl`.

How clips are made is in `clips`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fondo.contracts import Whole, check_value
from fondo.data.audio.clips import Recipe, Sources, make_clip
from fondo.data.audio.files import soundfile
from fondo.data.audio.mixing import POSITIVE, Clip, Event, Skipped
from fondo.errors import BadData, OutputError

MANIFEST, ABOUT = "manifest.jsonl", "about.json"
FORM = 1  # of the manifest; another one is refused
_PCM = "PCM_16"


@dataclass(frozen=True)
class Entry:
    """What the manifest says of a clip.

    Attributes
    ----------
    path : pathlib.Path
        The FLAC file.
    seed, number : int
        Of all clips, and which one: `make_clip(sources, recipe, seed, number)` makes it again.
    rate : int
        Samples a second.
    milliseconds : int
        Length.
    events : tuple of Event
        Words by their start. Milliseconds.
    skipped : tuple of Skipped
        Words that are not in it.
    background, room : str
        Where they come from; "" for none.
    snr : float or None
        Level of the words over that of the background, as it was asked for. Decibels.
    """

    path: Path
    seed: int
    number: int
    rate: int
    milliseconds: int
    events: tuple[Event, ...]
    skipped: tuple[Skipped, ...]
    background: str
    room: str
    snr: float | None

    @property
    def ends(self) -> list[int]:
        """Last millisecond of every positive word."""
        return [event.end for event in self.events if event.kind == POSITIVE]


def write_clips(
    folder: Path | str, sources: Sources, recipe: Recipe, *, seed: int = 0, n: int
) -> list[Entry]:
    """Make clips and keep them; those that lie there already are not made again.

    Parameters
    ----------
    folder : path
        Made where it is missing.
    sources : Sources
        What clips are made of.
    recipe : Recipe
        What they are like.
    seed : int, default=0
        Same seed, same clips.
    n : int
        How many, from number 0 on. More than before adds to them.

    Returns
    -------
    entries : list of Entry (n,)

    Raises
    ------
    OutputError
        The folder holds clips of other sources, another recipe or another seed, or cannot be
        written to.
    MissingExtra
        soundfile is not installed.

    Notes
    -----
    Files have 16 bits: what is under -96 dB of full scale is lost. A line is written after its
    file is whole, so that work that was stopped goes on where it was.
    """
    check_value("write_clips", "n", n, Whole(1))
    place = Path(folder)
    audio = soundfile()
    try:
        place.mkdir(parents=True, exist_ok=True)
        _claim(place, {"form": FORM, "seed": int(seed), "rate": sources.rate,
                       "sources": sources.fingerprint(), "recipe": recipe.to_json()})  # fmt: skip
        whole = _lines(place / MANIFEST)
        with (place / MANIFEST).open("w", encoding="utf-8") as manifest:  # a torn line goes
            manifest.writelines(f"{line}\n" for line in whole)
            for number in range(len(whole), n):
                clip = make_clip(sources, recipe, seed, number)
                name = f"{number:06d}.flac"
                audio.write(str(place / name), clip.samples, clip.rate, _PCM, format="FLAC")
                manifest.write(json.dumps(_row(clip, name, seed, number)) + "\n")
                manifest.flush()
    except OSError as error:
        raise OutputError(f"{place}: clips cannot be written ({error}).") from error
    return read_manifest(place)[:n]


def read_manifest(folder: Path | str) -> list[Entry]:
    """What is known of the clips in a folder.

    Parameters
    ----------
    folder : path
        As `write_clips` left it.

    Returns
    -------
    entries : list of Entry
        By number.

    Raises
    ------
    BadData
        There is no manifest, one of its lines cannot be read, or a file that it names is missing.
    """
    place = Path(folder)
    path = place / MANIFEST
    if not path.is_file():
        raise BadData(f"{path}: there is no such file. Make clips with write_clips first.")
    return list(_entries(place, path))


def _entries(place: Path, path: Path) -> Iterator[Entry]:
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
        try:
            entry = _entry(place, json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise BadData(
                f"{path}, line {number}: this is no line of a manifest ({error!r}). Delete the "
                "line and all after it; write_clips makes those clips again."
            ) from error
        if not entry.path.is_file():
            raise BadData(
                f"{path}, line {number}: its file {entry.path.name} is missing. Delete the line "
                "and all after it; write_clips makes those clips again."
            )
        yield entry


def _row(clip: Clip, name: str, seed: int, number: int) -> dict[str, Any]:
    return {
        "file": name,
        "seed": int(seed),
        "number": number,
        "rate": clip.rate,
        "milliseconds": clip.milliseconds,
        "events": [event._asdict() for event in clip.events],
        "skipped": [word._asdict() for word in clip.skipped],
        "background": clip.background,
        "room": clip.room,
        "snr": clip.levels.snr_db,
    }


def _entry(place: Path, row: dict[str, Any]) -> Entry:
    name, length = str(row["file"]), int(row["milliseconds"])
    if Path(name).name != name:  # a line must not lead out of the folder
        raise ValueError(f"a file named {name!r}")
    events = tuple(Event(**event) for event in row["events"])
    for event in events:
        if not 0 <= event.start <= event.end < length:
            raise ValueError(f"a word from {event.start} to {event.end} ms")
    return Entry(
        path=place / name,
        seed=int(row["seed"]),
        number=int(row["number"]),
        rate=int(row["rate"]),
        milliseconds=length,
        events=events,
        skipped=tuple(Skipped(**word) for word in row["skipped"]),
        background=row["background"],
        room=row["room"],
        snr=row["snr"],
    )


def _claim(place: Path, about: dict[str, Any]) -> None:
    """Write what the folder is for, or refuse one that is for something else."""
    path = place / ABOUT
    wanted = json.loads(json.dumps(about))  # tuples as the file has them
    if not path.exists():
        if (place / MANIFEST).exists():
            raise OutputError(
                f"{place}: it holds a manifest, but no {ABOUT}. Give an empty folder."
            )
        path.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
        return
    try:
        found = dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        found = {}
    differ = [name for name, value in wanted.items() if found.get(name) != value]
    if differ:
        raise OutputError(
            f"{place}: it holds clips of another kind; what differs: {', '.join(differ)}. Give an "
            "empty folder, or delete this one."
        )


def _lines(path: Path) -> list[str]:
    """Lines of a manifest up to the first that is not whole or whose file is gone."""
    kept: list[str] = []
    for line in path.read_text("utf-8", "replace").splitlines() if path.exists() else []:
        try:
            entry = _entry(path.parent, json.loads(line))
        except (ValueError, KeyError, TypeError):
            break
        if entry.number != len(kept) or not entry.path.is_file():
            break
        kept.append(line)
    return kept
