"""What a search or a learning curve is of, apart from how it goes: a table, and a task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fondo.errors import BadData
from fondo.jobs.guess import Guess, guess_of
from fondo.jobs.job import Job, check_job
from fondo.jobs.source import Opened, open_source


@dataclass(frozen=True)
class Asked:
    """What many fits are of.

    Parameters
    ----------
    source : path, "sample:NAME" or frame
    target, task, group, time, weight : str or None
        As in `train`.
    settings : mapping of str to str
        The same in all fits.
    drop : sequence of str
    """

    source: str | Path | pl.DataFrame
    target: str | None = None
    task: str | None = None
    group: str | None = None
    time: str | None = None
    weight: str | None = None
    settings: Mapping[str, str] | None = None
    drop: Sequence[str] = ()

    def open(self, plan: Any, tell: Callable[[str], None]) -> tuple[Opened, Guess, Job]:
        """The table, its task and why, and the job that `plan` (its seed and test share) makes.

        Raises
        ------
        BadData
            The table is too large to be held in memory, or lacks a column.
        """
        table = open_source(self.source, self.target, self.weight, None)
        if table.stream is not None:
            raise BadData(
                f"{table.name}: the table is too large to be held in memory, as many fits of it "
                "side by side need. Some hundred thousand of its rows tell as much: give those."
            )
        asked = self.task
        why = Guess(asked, "you asked for it") if asked else guess_of(table.sample, table.target)
        tell(f"Task: {why.task}, because {why.why}.")
        job = Job(
            source=table.name,
            target=table.target,
            task=why.task,
            seed=plan.seed,
            settings=dict(self.settings or {}),
            test=plan.test,
            group=self.group,
            time=self.time,
            weight=self.weight,
            drop=tuple(self.drop),
        )
        check_job(job)
        return table, why, job
