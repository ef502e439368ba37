"""Why a saved model answers sounds as it does: what it answered, saw, and which stretch counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from fondo.errors import OutputError
from fondo.jobs.explain_pictures import FIRST, chosen_rows, read_files
from fondo.jobs.heard import hear
from fondo.jobs.job import Job
from fondo.jobs.notes import naming
from fondo.jobs.rows import name_of
from fondo.report.png import png
from fondo.report.sound_charts import spectrum_pixels
from fondo.report.sound_findings import Heard
from fondo.report.sounds import sound_page
from fondo.report.wav import wav
from fondo.store.atomic import blaming, write_bytes

PAGE = "index.html"


@dataclass(frozen=True)
class SoundsExplained:
    """Answers to some sounds, which stretch of each counts, and where the files lie.

    Parameters
    ----------
    task : str
        Name of the estimator.
    sounds : list of Heard
        Each with its answer.
    out : Path or None
        The page that was written.
    notes : list of str
        What was left out, and why.
    """

    task: str
    sounds: list[Heard]
    out: Path | None = None
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo explain --json` for sounds."""
        return {
            "task": self.task,
            "sounds": [one.to_json() for one in self.sounds],
            "out": None if self.out is None else str(self.out),
            "notes": self.notes,
        }


def explain_sounds(
    opened: tuple[Any, Job | None],
    source: str | Path | pl.DataFrame,
    rows: Sequence[int] = FIRST,
    out: str | Path | None = None,
) -> SoundsExplained:
    """Explain a saved model on sounds, with their labels or without.

    Parameters
    ----------
    opened : (Task, Job or None)
        The model and the job that made it.
    source : path, "sample:NAME" or frame
        A sound, a folder of sounds, or a table with a column of them.
    rows : sequence of int, default=(0, 1, 2)
        Which of them.
    out : path or None, default=None
        HTML page to write; or a folder for the page with what was seen (PNG) and heard (WAV).

    Returns
    -------
    explained : SoundsExplained

    Raises
    ------
    BadData
        There is no such row, or no sound can be read.
    OutputError
        The folder is a file.
    """
    task, job = opened
    frame, truth, notes = read_files(task, job, source)
    chosen = chosen_rows(rows or FIRST, frame.height)
    with naming(name_of(source)):
        X, y = task.read(frame, truth)
        found = hear(task, X, y, rows=chosen)
    place = None
    if out is not None:
        words = f"{type(task).__name__} on {name_of(source)}."
        page = sound_page(found, "What the network heard in sounds", words)
        place = _written(Path(out), page, found.asked_for)
    name = type(task).__name__ if job is None else job.task
    return SoundsExplained(name, list(found.asked_for), place, [*notes, *found.notes])


def _written(out: Path, page: str, heard: Sequence[Heard]) -> Path:
    """The page; beside it, where a folder was asked for, each sound as it was seen and heard."""
    if out.suffix.lower() in (".html", ".htm"):
        write_bytes(out, page.encode())
        return out
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: this is a file. Give a folder, or a name that ends in .html.")
    with blaming(out):
        out.mkdir(parents=True, exist_ok=True)
    for one in heard:
        write_bytes(out / f"{one.row}.png", png(spectrum_pixels(one.spectrum)))
        write_bytes(out / f"{one.row}.wav", wav(one.clip.samples, one.clip.rate))
    write_bytes(out / PAGE, page.encode())
    return out / PAGE
