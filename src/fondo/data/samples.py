"""Tables that scikit-learn carries, with real names and labels in words; and what a source is.

Files are read in `tables.read`.
"""

import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from sklearn import datasets

from fondo.data.audio.columns import KIND as SOUNDS
from fondo.data.audio.source import read_sounds
from fondo.data.audio.tones import KINDS, TONES, labels
from fondo.data.images.columns import resolve
from fondo.data.images.source import read_pictures
from fondo.data.tables.read import read_table
from fondo.errors import BadParameter, did_you_mean

PREFIX = "sample:"
PICTURES = "digit_pictures"  # the one sample whose rows are pictures
SOUND_ROWS = "tones"  # the one whose rows are sounds


class Sample(NamedTuple):
    """A table to try things on.

    Attributes
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        The table, target included, as the last column.
    target : str
        Name of the target column.
    task : str
        "class" or "number".
    description : str
        What it is, in one sentence.
    """

    frame: pl.DataFrame
    target: str
    task: str
    description: str


# loader of scikit-learn, target column, task, description
_SAMPLES = {
    "breast_cancer": (
        "load_breast_cancer", "diagnosis", "class",
        "569 breast tumours, 30 measurements of cell nuclei; benign or malignant.",
    ),
    "wine": (
        "load_wine", "cultivar", "class",
        "178 Italian wines, 13 chemical measurements; which of three cultivars.",
    ),
    "diabetes": (
        "load_diabetes", "progression", "number",
        "442 people with diabetes, 10 measurements; progression of the disease after a year.",
    ),
    "digits": (
        "load_digits", "digit", "class",
        "1797 handwritten digits of 8 x 8 pixels, brightness 0 to 16; which digit.",
    ),
    "iris": (
        "load_iris", "species", "class",
        "150 iris flowers, lengths and widths of sepals and petals in cm; which species.",
    ),
}  # fmt: skip


def names() -> list[str]:
    """Names of all samples.

    Examples
    --------
    >>> names()
    ['breast_cancer', 'wine', 'diabetes', 'digits', 'iris', 'digit_pictures', 'tones']
    """
    return [*_SAMPLES, PICTURES, SOUND_ROWS]


def sample(name: str) -> Sample:
    """Sample table by its name.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    sample : Sample
        Table, target, task and description. Classes are words.

    Raises
    ------
    BadParameter
        There is no such sample.

    Examples
    --------
    >>> iris = sample("iris")
    >>> iris.target, iris.frame["species"].unique().sort().to_list()
    ('species', ['setosa', 'versicolor', 'virginica'])
    """
    if name == PICTURES:
        return _digit_pictures()
    if name == SOUND_ROWS:
        return _tones()
    if name not in _SAMPLES:
        raise BadParameter(
            f"sample(name={str(name)!r}): there is no such sample. {did_you_mean(name, names())}"
        )
    loader, target, task, description = _SAMPLES[name]
    # the file of diabetes as it was published: ages in years, not scaled
    options = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, loader)(**options)
    columns = dict(zip(map(str, bunch.feature_names), bunch.data.T, strict=True))
    answers = bunch.target
    if task == "class":
        answers = np.array([str(word) for word in bunch.target_names])[answers]
    frame = pl.DataFrame({k: np.ascontiguousarray(v) for k, v in columns.items()})
    return Sample(frame.with_columns(pl.Series(target, answers)), target, task, description)


def _digit_pictures() -> Sample:
    """The digits as pictures of 8 x 8 pixels, not as columns of numbers."""
    digits = datasets.load_digits()
    places = [f"{PREFIX}digits#{row}" for row in range(len(digits.target))]
    labels = [str(digit) for digit in digits.target]
    told = "1,797 handwritten digits as pictures of 8 x 8 pixels; which digit."
    frame = pl.DataFrame({"picture": places, "label": labels})
    return Sample(frame, "label", "class", told)


def _tones() -> Sample:
    """Sounds that are made when they are asked for."""
    kinds = labels()
    places = [f"{TONES}#{row}" for row in range(len(kinds))]
    told = (
        f"{len(kinds)} sounds of half a second, made by a formula, in noise; which of the kinds "
        f"{', '.join(KINDS[:-1])} and {KINDS[-1]}."
    )
    return Sample(pl.DataFrame({"sound": places, "label": kinds}), "label", "class", told)


def read_source(source: str | Path) -> pl.DataFrame:
    """Table that a source names: "sample:NAME", a file, or a folder of pictures or of sounds.

    Pictures and sounds become rows with their paths; those of a table are looked for beside it. A
    folder that holds both is one of what there is more of; the rest is told as passed over. A
    column that names sounds of which none is there is a column of words.

    Parameters
    ----------
    source : str or pathlib.Path
        Where the table is.

    Returns
    -------
    table : polars.DataFrame (n_rows, n_columns)
        The table; the target of a sample is its last column.

    Raises
    ------
    BadParameter
        There is no such sample.
    BadData
        The file or folder cannot be used.

    Examples
    --------
    >>> read_source("sample:wine").shape
    (178, 14)
    """
    if isinstance(source, str) and source.startswith(PREFIX):
        return sample(source.removeprefix(PREFIX)).frame
    path = Path(source)
    found, notes = read_sounds(path) or read_pictures(path) or _read_table(source)
    for note in notes:
        warnings.warn(f"{source}: {note}", UserWarning, stacklevel=2)
    return found


def _read_table(source: str | Path) -> tuple[pl.DataFrame, list[str]]:
    """Table of a file, with paths of its pictures and sounds, and what was noticed."""
    frame, notes = resolve(read_table(source), Path(source))
    # tables of measured features often name the sounds that they were measured from
    frame, more = SOUNDS.resolve(frame, Path(source), lenient=True)
    return frame, notes + more
