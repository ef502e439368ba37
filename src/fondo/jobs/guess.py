"""Which task a person wants, guessed from the target column, with the reason."""

from dataclasses import dataclass

import polars as pl

from fondo.data.audio.columns import sound_column
from fondo.data.images.columns import picture_column
from fondo.data.tables.text import NUMBER_SHARE, clean, has_codes, to_numbers
from fondo.jobs.targets import are_points, target_columns
from fondo.tasks.registry import TASKS

MOST_CLASSES = 20  # whole numbers with more distinct values are taken as quantities


@dataclass(frozen=True)
class Guess:
    """A task, and why."""

    task: str
    why: str


def _share_of_numbers(words: pl.Series) -> float:
    known = clean(words).drop_nulls()
    if known.is_empty() or has_codes(known):
        return 0.0
    return 1 - to_numbers(known).null_count() / len(known)


def guess(target: pl.Series) -> Guess:
    """Task for a target column: classes for words and few whole numbers, else numbers.

    Examples
    --------
    >>> guess(pl.Series("grade", ["a", "b", "a"])).task
    'table-classifier'
    >>> guess(pl.Series("price", [1.5, 2.25, 3.0])).task
    'table-regressor'
    """
    values = target.drop_nulls()
    distinct = values.n_unique()
    name = repr(target.name)
    read = _share_of_numbers(values) if values.dtype == pl.String else 0.0
    if read >= NUMBER_SHARE:
        return Guess("table-regressor", f"{read:.1%} of the entries of {name} are numbers")
    if not values.dtype.is_numeric():
        return Guess("table-classifier", f"{name} holds {distinct} different words")
    whole = values.dtype.is_integer() or bool((values == values.round()).all())
    if whole and (distinct == 2 or (distinct <= MOST_CLASSES and distinct * 5 <= len(values))):
        return Guess("table-classifier", f"{name} holds {distinct} different whole numbers")
    kind = "whole numbers" if whole else "numbers"
    return Guess("table-regressor", f"{name} holds {distinct} different {kind}")


def guess_of(frame: pl.DataFrame, target: str) -> Guess:
    """Task for a target column of a table, or of pictures or sounds where a column names files.

    Words beside files are classes even where they look like numbers: folders have such names. Where
    a table names pictures and sounds, it is about pictures.

    Examples
    --------
    >>> guess_of(pl.DataFrame({"picture": ["a.png", "b.png"], "label": ["01", "02"]}), "label").task
    'image-classifier'
    >>> guess_of(pl.DataFrame({"sound": ["a.wav", "b.wav"], "label": ["01", "02"]}), "label").task
    'audio-classifier'
    >>> guess_of(pl.DataFrame({"picture": ["a.png"], "tilt": [0.1], "sun": [2.0]}), "tilt,sun").task
    'image-regressor'
    """
    if target not in frame.columns:
        return _of_several(target_columns(frame, target), target)
    found = guess(frame[target])
    for prefix, item, files in (
        ("image-", "picture", picture_column(frame)),
        ("audio-", "sound", sound_column(frame)),
    ):
        if files is not None:
            return _of_files(found, frame[target], prefix, f"{files!r} names {item} files")
    return found


def _of_several(names: list[str], target: str) -> Guess:
    """Guess for a target of several columns: points where they are pairs, else numbers."""
    if are_points(names):
        return Guess("image-keypoints", f"{target!r} names pairs of columns, x and y of points")
    return Guess("image-regressor", f"{target!r} names {len(names)} columns of numbers")


def _of_files(found: Guess, target: pl.Series, prefix: str, why: str) -> Guess:
    """Guess for rows that are files, from that for rows of a table."""
    if target.dtype == pl.String:
        words = f"{target.name!r} holds {target.n_unique()} different words"
        return Guess(f"{prefix}classifier", f"{why} and {words}")
    task = found.task.replace("table-", prefix)
    if task not in TASKS:  # numbers beside sounds
        return Guess(found.task, f"{found.why}, and numbers are not learnt from sounds")
    return Guess(task, f"{why} and {found.why}")
