"""What a study is made of. Finding and running studies is in `book`, chance in `spread`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fondo.report.svg import Chart

Numbers = dict[str, Any]
"""What a study found, as JSON can hold it."""


@dataclass(frozen=True)
class Table:
    """The main numbers of a study, as they are read: names of columns, and rows of cells."""

    head: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Study:
    """A question that a few small networks answer.

    Parameters
    ----------
    name : str
        As it is asked for, such as `learning-rate`.
    title : str
        What is studied, in one line.
    numbers : callable (seed) -> Numbers
        The work. Everything below is made from what it gives, so nothing is typed in.
    sentence : callable (Numbers) -> str
        What was found, with its numbers; says what is within noise.
    table : callable (Numbers) -> Table
        The main numbers.
    pictures : callable (Numbers) -> sequence of Chart
        The most telling one first.
    """

    name: str
    title: str
    numbers: Callable[..., Numbers] = field(repr=False)
    sentence: Callable[[Numbers], str] = field(repr=False)
    table: Callable[[Numbers], Table] = field(repr=False)
    pictures: Callable[[Numbers], Sequence[Chart]] = field(repr=False)
