"""The whole job of a learning curve: read, guess, deal, fit, and say what more rows would buy."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fondo.jobs.asked import Asked
from fondo.jobs.job import Job
from fondo.jobs.notes import naming
from fondo.jobs.rows import rows_of
from fondo.report.more_data import more_data_page
from fondo.search.more_data import MoreData, MoreDataPlan, more_data_part
from fondo.store.atomic import write_bytes
from fondo.tasks.registry import task_class
from fondo.tasks.rows import Part, check_weight
from fondo.tasks.settings import configure

PAGE = "more-data.html"


@dataclass(frozen=True)
class MoreDataResult:
    """What more rows of a source would buy.

    Parameters
    ----------
    source, target, task : str
    why : str
        Why this task was chosen.
    found : MoreData
        Curves, and the answer in words.
    notes : list of str
        What was set aside, and why.
    page : Path or None
        Where the page lies; None where none was asked for.
    again : str
        The command that measures the same; empty for a frame.
    """

    source: str
    target: str
    task: str
    why: str
    found: MoreData
    notes: list[str] = field(default_factory=list)
    page: Path | None = None
    again: str = ""

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo more-data --json`."""
        return {
            "source": self.source,
            "target": self.target,
            "task": self.task,
            "why": self.why,
            **self.found.to_json(),
            "notes": self.notes,
            "page": None if self.page is None else str(self.page),
        }


def more_data(
    job: Asked,
    *,
    plan: MoreDataPlan | None = None,
    out: str | Path | None = None,
    say: Callable[[str], None] | None = None,
) -> MoreDataResult:
    """Measure the learning curve of a source, and say what doubling its rows would buy.

    Parameters
    ----------
    job : Asked
        What the curve is of.
    plan : MoreDataPlan or None
        How it is measured; its time is that of the job.
    out : path or None
        Folder for the page; None writes nothing.
    say : callable or None
        Told in words what goes on.

    Raises
    ------
    BadData
        A table that is too large to be held, or too small for a curve; columns that are not there.
    """
    tell = say or (lambda _: None)
    plan = replace(plan or MoreDataPlan(), time=job.time)
    plan.check()
    table, why, asked = job.open(plan, tell)
    with naming(table.name):
        rows = rows_of(asked, table.sample)
        task = configure(task_class(asked.task), asked.settings, seed=plan.seed)
        X, y = task.read(rows.X, rows.y, fitting=True)
        part = Part(X, y, check_weight(task, rows.weight, X, y), rows.groups)
        tell(f"Fitting nested subsets of {len(y):,} rows, dealt {plan.repeats} times.")
        found = more_data_part(task, part, plan)
    result = MoreDataResult(
        table.name,
        table.target,
        asked.task,
        why.why,
        found,
        [*table.notes, *rows.notes, *found.notes],
        again=_command(asked, plan) if isinstance(job.source, str | Path) else "",
    )
    return result if out is None else _written(result, Path(out))


def _command(job: Job, plan: MoreDataPlan) -> str:
    """The command line that measures the same once more."""
    words = [job.source, "--target", job.target, "--task", job.task]
    for name in ("group", "time", "weight"):
        if (value := getattr(job, name)) is not None:
            words += [f"--{name}", value]
    words += [word for name in job.drop for word in ("--drop", name)]
    words += [word for pair in job.settings.items() for word in ("--set", "=".join(pair))]
    words += ["--test", f"{plan.test:g}", "--repeats", str(plan.repeats), "--seed", str(plan.seed)]
    if plan.sizes is not None:
        words += ["--sizes", ",".join(map(str, plan.sizes))]
    return f"fondo more-data {shlex.join(words)}"


def _written(result: MoreDataResult, folder: Path) -> MoreDataResult:
    place = folder / PAGE
    write_bytes(place, more_data_page(result).encode())
    return replace(result, page=place)
