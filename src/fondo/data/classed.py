"""A folder of files of one kind becomes a table: one row a file, the class is its folder.

What the files hold is not looked at.
"""

import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from fondo.data.named_files import SHOWN, Kind
from fondo.errors import BadData

LABEL = "label"

_PARTS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval"}


def read_classed(path: Path, kind: Kind) -> tuple[pl.DataFrame, list[str]]:
    """Table of the files of a kind in a folder.

    Parameters
    ----------
    path : pathlib.Path
        A folder with one folder a class, in which files may lie at any depth; or with files alone.
    kind : Kind
        Which files are wanted.

    Returns
    -------
    table : polars.DataFrame (n_files, 1 or 2)
        Named as `kind.one`: path, `path` included, sorted. "label": name of the class folder,
        where there are some.
    notes : list of str
        What was passed over, in sentences.

    Raises
    ------
    BadData
        There are none; or class folders differ only in capitals; or they are parts (train, test)
        rather than classes.
    """
    if not path.is_dir():
        raise BadData(f"{path}: there is no such folder.")
    names = sorted(os.listdir(path))  # noqa: PTH208  names are wanted, not paths
    walk = Walk(path, kind)
    walk.start()
    found = sorted(walk.found, key=lambda name: name.split("/"))
    if not found:
        raise BadData(f"{path}: {_nothing(walk)}{_tables(names)}")
    classed = [name for name in found if "/" in name]
    labels = [name.partition("/")[0] for name in classed]
    if not classed:
        return pl.DataFrame({kind.one: [str(path / n) for n in found]}), walk.notes()
    _check_classes(path, sorted(set(labels)), kind)
    notes = walk.notes()
    if beside := len(found) - len(classed):
        notes.append(
            f"{count(beside, kind.one)} beside the class folders {_are(beside)} of no class and "
            "left out."
        )
    if len(set(labels)) == 1:
        notes.append(f"There is only one class folder, {labels[0]!r}.{_tables(names)}")
    return pl.DataFrame({kind.one: [str(path / n) for n in classed], LABEL: labels}), notes


@dataclass
class Walk:
    """What is found on the way through a folder, each real folder once.

    Parameters
    ----------
    root : pathlib.Path
        The folder.
    kind : Kind
        Which files are wanted.
    found : list of str
        Their paths from `root` on, with "/" between the names.
    empty, again, closed : list of str
        Class folders without them; folders that were walked under another name; folders that must
        not be read.
    hidden : int
        Names that begin with a dot.
    others : Counter of str
        Endings of other files.
    """

    root: Path
    kind: Kind
    found: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    hidden: int = 0
    others: Counter[str] = field(default_factory=Counter)
    _known: set[tuple[int, int]] = field(default_factory=set)

    def start(self) -> None:
        """Walk through all of it, by names in order."""
        self._is_new("")
        # all class folders first: a link from one to another does not take its files away
        for name in self._list(""):
            before, waiting = len(self.found), [name]
            while waiting:
                waiting += reversed(self._list(waiting.pop()))
            if len(self.found) == before and name not in self.closed:
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
            elif self._is_folder(entry):
                folders += [relative] if self._is_new(relative) else []
            elif self.kind.is_named(entry.name):
                self.found.append(relative)
            else:
                self.others[Path(entry.name).suffix.lower() or "no ending"] += 1
        return folders

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        """Whether an entry is a folder to go into; one named like a file is told as a fault."""
        try:
            return entry.is_dir() and not self.kind.is_named(entry.name)
        except OSError:  # a link in a circle
            return False

    def notes(self) -> list[str]:
        """Sentences on what was passed over."""
        told = []
        if n := self.others.total():
            endings = ", ".join(f"{k} {v:,}" for k, v in self.others.most_common(5))
            told.append(
                f"{count(n, 'file')} {_are(n)} no {self.kind.one} and passed over ({endings})."
            )
        if self.hidden:
            told.append(f"{count(self.hidden, 'hidden entry')} passed over.")
        for folders, what in (
            (self.empty, f"without {self.kind.many}"),
            (self.again, "walked already under another name"),
            (self.closed, "that must not be read"),
        ):
            if folders:
                shown = ", ".join(folders[:SHOWN]) + (", ..." if len(folders) > SHOWN else "")
                told.append(f"{count(len(folders), 'folder')} {what}: {shown}.")
        return told


def count(n: int, what: str) -> str:
    """A number and what it counts.

    Examples
    --------
    >>> count(1, "entry"), count(2000, "entry"), count(2, "sound")
    ('1 entry', '2,000 entries', '2 sounds')
    """
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{n:,} {what if n == 1 else plural}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _is_text(name: str) -> bool:
    """Whether a name is written in the letters of the system; a table can hold no other."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_classes(path: Path, classes: list[str], kind: Kind) -> None:
    if {name.lower() for name in classes} <= _PARTS:
        shown = ", ".join(f"{name}/" for name in classes)
        raise BadData(
            f"{path}: its folders {shown} look like parts, not like classes. Give one of them "
            f"(for instance {path / classes[-1]}), or a table with a column of {kind.many}."
        )
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in classes:
        alike[name.casefold()].append(name)
    double = [names for names in alike.values() if len(names) > 1]
    if double:
        shown = "; ".join(" and ".join(map(repr, names)) for names in double[:SHOWN])
        raise BadData(
            f"{path}: class folders differ only in capitals: {shown}. Put their {kind.many} "
            "together, or rename one."
        )


def _nothing(walk: Walk) -> str:
    """Why there are no such files."""
    notes = " ".join(walk.notes())
    return f"there is no {walk.kind.one} in this folder or below. {notes}".strip()


def _tables(names: list[str]) -> str:
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv", ".parquet"))]
    return f" There is a table, {tables[0]}: did you mean to give that?" if tables else ""
