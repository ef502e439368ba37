"""Open a model with the job that made it; read a source as that job did."""

from pathlib import Path
from typing import Any

import polars as pl

from fondo.data.samples import read_source
from fondo.data.tables.frames import to_frame
from fondo.errors import ModelFolderError
from fondo.jobs.job import Job
from fondo.store.folder import Stored, read
from fondo.tasks.base import Task
from fondo.tasks.saving import build


def open_model(folder: str | Path) -> tuple[Task, Stored, Job | None]:
    """Fitted task, what its folder holds, and the job where `fondo train` made it."""
    stored = read(Path(folder))
    job = stored.extra.get("job")
    return build(stored, Path(folder), Task), stored, None if job is None else Job.from_json(job)


def job_of(folder: str | Path, job: Job | None) -> Job:
    """The job; ModelFolderError where the model came from Python and has none."""
    if job is None:
        raise ModelFolderError(
            f"{folder}: this model was saved from Python, without the record of a `fondo train` "
            "run, so its target column and split are not known. Use task.evaluate(X, y)."
        )
    return job


def read_frame(source: Any) -> pl.DataFrame:
    """Table of a source: a path, sample:NAME or a frame."""
    return read_source(source) if isinstance(source, str | Path) else to_frame(source)
