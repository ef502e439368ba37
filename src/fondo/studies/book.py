"""The list of studies, and how one is run. The studies are files beside this one.

How a study is written to a file is in `page`.
"""

import importlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fondo.errors import BadParameter, did_you_mean
from fondo.report.svg import Chart
from fondo.studies.parts import Numbers, Study, Table

_MODULES = (
    "initialisation", "learning_rate", "optimizers", "batch_size", "regularisation", "spirals",
    "memory",
)  # fmt: skip


@dataclass(frozen=True)
class StudyResult:
    """A study that was run.

    Attributes
    ----------
    name, title : str
        From the study.
    sentence : str
        What was found, with its numbers.
    numbers : dict
        Everything found, as JSON can hold it; what each means is told by the study's function,
        such as `fondo.studies.memory.memory`.
    table : Table
        The main numbers, as they are read.
    charts : tuple of Chart
        The most telling one first.
    seed : int
        The same seed gives the same numbers.
    seconds : float
        Wall clock.
    """

    name: str
    title: str
    sentence: str
    numbers: Numbers
    table: Table
    charts: tuple[Chart, ...]
    seed: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures, of which the captions stay."""
        return {
            "name": self.name,
            "title": self.title,
            "sentence": self.sentence,
            "seed": self.seed,
            "seconds": self.seconds,
            "numbers": self.numbers,
            "captions": [f"{chart.title}: {chart.caption}" for chart in self.charts],
        }


def catalogue() -> Sequence[Study]:
    """Every study, in the order of a course.

    Examples
    --------
    >>> [each.name for each in catalogue()][:3]
    ['initialisation', 'learning-rate', 'optimizers']
    """
    return [importlib.import_module(f"fondo.studies.{name}").study for name in _MODULES]


def find(name: str) -> Study:
    """Study called `name`, written with a hyphen or an underscore.

    Raises
    ------
    BadParameter
        With the nearest name, where there is none.

    Examples
    --------
    >>> find("learning_rate").name
    'learning-rate'
    """
    known = {each.name: each for each in catalogue()}
    wanted = name.strip().lower().replace("_", "-")
    if wanted not in known:
        raise BadParameter(
            f"study(name={name!r}): there is no such study. {did_you_mean(wanted, known)} "
            "`fondo study` lists them."
        )
    return known[wanted]


def study(name: str, *, seed: int = 0) -> StudyResult:
    """Run one study.

    Parameters
    ----------
    name : str
        As `catalogue` lists it.
    seed : int, at least 0, default=0
        Draws points, weights and orders of rows.

    Returns
    -------
    result : StudyResult
        Numbers, sentence, table and charts.

    Raises
    ------
    BadParameter
        Where there is no such study, or the seed is below 0.

    Examples
    --------
    >>> result = study("learning-rate")
    >>> result.title, round(result.numbers["limit"], 6), len(result.charts)
    ('How long a step may be: y = 2x', 0.119756, 2)
    """
    chosen, start = find(name), time.perf_counter()
    if seed < 0:
        raise BadParameter(f"study(seed={seed}): seed must be a whole number of at least 0.")
    numbers = chosen.numbers(seed)
    return StudyResult(
        name=chosen.name,
        title=chosen.title,
        sentence=chosen.sentence(numbers),
        numbers=numbers,
        table=chosen.table(numbers),
        charts=tuple(chosen.pictures(numbers)),
        seed=seed,
        seconds=time.perf_counter() - start,
    )
