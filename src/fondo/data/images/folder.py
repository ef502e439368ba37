"""A folder of pictures becomes a table: one row a picture, the class is the folder that it is in.

The way through it is in `data.classed`; files of arrays are read in `arrays`.
"""

import os
import re
from pathlib import Path

import polars as pl

from fondo.data.classed import LABEL as LABEL
from fondo.data.classed import read_classed
from fondo.data.images.columns import KIND, PICTURE
from fondo.data.images.idx import read_mnist
from fondo.errors import BadData

PART = "part"

_MNIST = re.compile(r"(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\.gz)?")


def read_folder(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """Table of the pictures in a folder.

    Parameters
    ----------
    path : pathlib.Path
        A folder with one folder a class, in which pictures may lie at any depth; or with pictures
        alone; or with the four files of MNIST.

    Returns
    -------
    table : polars.DataFrame (n_pictures, 1 to 3)
        "picture": path, `path` included, sorted. "label": name of the class folder, where there
        are some. "part": "train" or "test", for MNIST.
    notes : list of str
        What was passed over, in sentences.

    Raises
    ------
    BadData
        There are no pictures; or class folders differ only in capitals; or they are parts
        (train, test) rather than classes.
    """
    path = Path(path)
    if not path.is_dir():
        raise BadData(f"{path}: there is no such folder.")
    names = sorted(os.listdir(path))  # noqa: PTH208  names are wanted, not paths
    if any(_MNIST.fullmatch(name) for name in names):
        return _mnist(path, names), []
    return read_classed(path, KIND)


def _mnist(path: Path, names: list[str]) -> pl.DataFrame:
    """Table of the pictures of MNIST, or of a set in the same form."""
    found = read_mnist(path)
    pictures, labels, parts = [], [], []
    for part, prefix, values in (("train", "train", found.y), ("test", "t10k", found.y_test)):
        file = path / _images(prefix, names)
        pictures += [f"{file}#{row}" for row in range(len(values))]
        labels += [str(label) for label in values.tolist()]
        parts += [part] * len(values)
    return pl.DataFrame({PICTURE: pictures, LABEL: labels, PART: parts})


def _images(prefix: str, names: list[str]) -> str:
    """File of pictures that `read_mnist` takes: a hyphen before a dot, gzipped before plain."""
    stems = (f"{prefix}-images-idx3-ubyte", f"{prefix}-images.idx3-ubyte")
    return next(name for s in stems for name in (f"{s}.gz", s) if name in names)
