"""A folder of pictures becomes a table: one row a picture, the class is the folder that it is in.

Files of arrays are read in `arrays`.
"""

import os
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from fondo.data.images.columns import PICTURE, SHOWN, is_picture
from fondo.data.images.idx import read_mnist
from fondo.errors import BadData

LABEL = "label"
PART = "part"

_PARTS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval"}
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
    walk = _Walk(path)
    walk.start()
    found = sorted(walk.pictures, key=lambda name: name.split("/"))
    if not found:
        raise BadData(f"{path}: {_nothing(walk)}{_tables(names)}")
    classed = [name for name in found if "/" in name]
    labels = [name.partition("/")[0] for name in classed]
    if not classed:
        return pl.DataFrame({PICTURE: [str(path / n) for n in found]}), walk.notes()
    _check_classes(path, sorted(set(labels)))
    notes = walk.notes()
    if beside := len(found) - len(classed):
        notes.append(
            f"{_count(beside, 'picture')} beside the class folders {_are(beside)} of no class and "
            "left out."
        )
    if len(set(labels)) == 1:
        notes.append(f"There is only one class folder, {labels[0]!r}.{_tables(names)}")
    frame = pl.DataFrame({PICTURE: [str(path / n) for n in classed], LABEL: labels})
    return frame, notes


@dataclass
class _Walk:
    """What is found on the way through a folder, each real folder once."""

    root: Path
    pictures: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)  # class folders
    again: list[str] = field(default_factory=list)  # folders that were walked under another name
    closed: list[str] = field(default_factory=list)  # and those that must not be read
    hidden: int = 0
    others: Counter[str] = field(default_factory=Counter)  # endings of what is no picture
    _known: set[tuple[int, int]] = field(default_factory=set)

    def start(self) -> None:
        """Walk through all of it, by names in order."""
        self._is_new("")
        # all class folders first: a link from one to another does not take its pictures away
        for name in self._list(""):
            count, waiting = len(self.pictures), [name]
            while waiting:
                waiting += reversed(self._list(waiting.pop()))
            if len(self.pictures) == count and name not in self.closed:
                self.empty.append(name)

    def _is_new(self, here: str) -> bool:
        """Whether a folder is seen for the first time."""
        try:
            status = (self.root / here).stat()
        except OSError:
            self.closed.append(here)
            return False
        real = status.st_dev, status.st_ino
        if real in self._known:
            self.again.append(here)
            return False
        self._known.add(real)
        return True

    def _list(self, here: str) -> list[str]:
        """Take in the files of a folder; the new folders in it come back."""
        try:
            with os.scandir(self.root / here) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self.closed.append(here)
            return []
        folders = []
        for entry in listed:
            relative = f"{here}/{entry.name}" if here else entry.name
            if entry.name.startswith("."):
                self.hidden += 1
            elif not _is_text(entry.name):
                self.others["name that is no text"] += 1
            elif _is_folder(entry):
                folders += [relative] if self._is_new(relative) else []
            elif is_picture(entry.name):
                self.pictures.append(relative)
            else:
                self.others[Path(entry.name).suffix.lower() or "no ending"] += 1
        return folders

    def notes(self) -> list[str]:
        """Sentences on what was passed over."""
        told = []
        if n := self.others.total():
            endings = ", ".join(f"{k} {v:,}" for k, v in self.others.most_common(5))
            told.append(f"{_count(n, 'file')} {_are(n)} no picture and passed over ({endings}).")
        if self.hidden:
            told.append(f"{_count(self.hidden, 'hidden entry')} passed over.")
        for folders, what in (
            (self.empty, "without pictures"),
            (self.again, "walked already under another name"),
            (self.closed, "that must not be read"),
        ):
            if folders:
                shown = ", ".join(folders[:SHOWN]) + (", ..." if len(folders) > SHOWN else "")
                told.append(f"{_count(len(folders), 'folder')} {what}: {shown}.")
        return told


def _is_text(name: str) -> bool:
    """Whether a name is written in the letters of the system; a table can hold no other."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder to go into; one named like a picture is told as a fault."""
    try:
        return entry.is_dir() and not is_picture(entry.name)
    except OSError:  # a link in a circle
        return False


def _check_classes(path: Path, classes: list[str]) -> None:
    if {name.lower() for name in classes} <= _PARTS:
        shown = ", ".join(f"{name}/" for name in classes)
        raise BadData(
            f"{path}: its folders {shown} look like parts, not like classes. Give one of them "
            f"(for instance {path / classes[-1]}), or a table with a column of pictures."
        )
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in classes:
        alike[name.casefold()].append(name)
    double = [names for names in alike.values() if len(names) > 1]
    if double:
        shown = "; ".join(" and ".join(map(repr, names)) for names in double[:SHOWN])
        raise BadData(
            f"{path}: class folders differ only in capitals: {shown}. Put their pictures together, "
            "or rename one."
        )


def _nothing(walk: _Walk) -> str:
    """Why there are no pictures."""
    notes = " ".join(walk.notes())
    return f"there is no picture in this folder or below. {notes}".strip()


def _tables(names: list[str]) -> str:
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv", ".parquet"))]
    return f" There is a table, {tables[0]}: did you mean to give that?" if tables else ""


def _count(n: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{n:,} {what if n == 1 else plural}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


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
