"""The whole job for a table larger than the memory budget. `train` decides and comes here."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from fondo.data.tables.read import file_format
from fondo.data.tables.stream import StreamedTable, draw_parts
from fondo.errors import BadData, BadParameter
from fondo.explain.diagnose import MOST_ROWS
from fondo.jobs.diagnosed import check_person
from fondo.jobs.fitted import Fitted
from fondo.jobs.job import Job
from fondo.jobs.roles import check_column, readable_target, target_notes, weights_of
from fondo.jobs.rows import Rows, rows_of
from fondo.tasks.registry import task_class
from fondo.tasks.run import Run
from fondo.tasks.tables.streamed import SAMPLE, draw, fit_streamed

GUESSED_FROM = 10_000  # first rows, to guess the task of a streamed table
SHARE_OF_MEMORY = 0.5  # of what is free, for a table and its encoding together
GROWTH = {"parquet": 10, "delimited": 6}  # bytes in memory for a byte of file, on the safe side
PACKED = 4  # more for a compressed text file


def too_large(source: Any, budget: int | None) -> bool:
    """Whether a table must be streamed: its file, unpacked and encoded, is above the budget."""
    path = Path(str(source))
    if str(source).startswith("sample:") or not path.is_file():
        return False
    form = file_format(path)
    if form not in GROWTH:
        return False
    size = path.stat().st_size * GROWTH[form]
    if path.suffix in (".gz", ".bz2"):
        size *= PACKED
    return size > (budget if budget is not None else SHARE_OF_MEMORY * free_memory())


def free_memory() -> int:
    """Bytes of memory that are free, or half of all where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 4 << 30


def fit(task: Any, job: Job, table: StreamedTable, run: Run) -> Fitted:
    """Fitted task, with samples of the training, the test and the validation part."""
    for name in ("group", "time"):
        if getattr(job, name) is not None:
            raise BadParameter(
                f"train({name}={getattr(job, name)!r}): a streamed table is split at random. "
                "Give more memory with --memory, or leave it out."
            )
    for name in job.drop:
        check_column(job, table.sample(1, 0), "drop", name)
    known, told = _known(job, table)
    share = (1 - job.test) * (task.validation if isinstance(task.validation, float) else 0.15)
    shares = {"train": 1 - job.test - share, "validation": share, "test": job.test}
    drawn = draw_parts(table.n_rows, shares, job.seed)
    parts = {name: mask & known for name, mask in drawn.items()}
    learnt = {name: parts[name] for name in ("train", "validation")}
    if job.human is not None:
        check_person(job, task, _sample(job, table, parts["train"], MOST_ROWS).y)
    fit_streamed(task, table, learnt, run, drop=job.drop)
    counts = {name: int(np.count_nonzero(mask)) for name, mask in parts.items()}
    training, test = (_sample(job, table, parts[name]) for name in ("train", "test"))
    held = parts["validation"]
    return Fitted(
        task,
        training,
        test,
        counts,
        [*told, *_notes(counts, (training, test)), *task.encoder_.notes_],
        _sample(job, table, held, MOST_ROWS) if held.any() else None,
    )


def _sample(job: Job, table: StreamedTable, mask: np.ndarray, most: int = SAMPLE) -> Rows:
    """Random rows of a part, at most so many."""
    return rows_of(job, table.take(draw(mask, job.seed, most)))


def _known(job: Job, table: StreamedTable) -> tuple[np.ndarray, list[str]]:
    """Which rows have a target, after a look at every target and weight."""
    kind = task_class(job.task).kind
    masks: list[np.ndarray] = []
    start = 0
    for batch in table.batches(columns=[c for c in (job.target, job.weight) if c is not None]):
        masks.append(readable_target(job, batch, kind, start).is_not_null().to_numpy())
        if job.weight is not None:
            weights_of(job, batch, start)
        start += batch.height
    known = np.concatenate(masks)
    if not known.any():
        raise BadData(f"{job.source}: no row has a value in the target column {job.target!r}.")
    return known, target_notes(job, ~known)


def _notes(counts: dict[str, int], samples: tuple[Rows, Rows]) -> list[str]:
    """What a reader must know of a streamed training."""
    training, test = (rows.X.height for rows in samples)
    return [
        f"The table was streamed: the network learnt from all {counts['train']} training rows; "
        f"statistics of columns and classic models come from {training} of them, scores from "
        f"{test} of the {counts['test']} test rows, drawn at random."
    ]
