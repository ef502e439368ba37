"""Columns of a table that name files of one kind: found by their entries, made paths that exist.

Which endings a kind has is said beside it, in `images.columns` and `audio.columns`; no file is
opened here.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fondo.errors import BadData

SHOWN = 10  # names that a message holds at most

_ADDRESS = r"(?i)^[a-z][a-z0-9+.-]+://"


@dataclass(frozen=True)
class Kind:
    """A kind of file that rows of a table may be about.

    Parameters
    ----------
    one, many : str
        What one and several of them are called: "picture", "pictures".
    endings : tuple of str
        Ends of their names, in small letters, with the dot.
    part : str
        Pattern of places that are a part of a file: what follows the last "#" is no part of the
        path. One that Python and Rust both read.
    elsewhere : str, default=""
        Beginning of places that are in no file.
    """

    one: str
    many: str
    endings: tuple[str, ...]
    part: str
    elsewhere: str = ""

    @property
    def _file(self) -> str:
        return rf"(?is)^.*[^/\\](?:{'|'.join(map(re.escape, self.endings))})$"

    def is_named(self, name: str) -> bool:
        """Whether a name is that of such a file; addresses of the web are not."""
        return re.fullmatch(self._file, name) is not None and re.match(_ADDRESS, name) is None

    def columns(self, frame: pl.DataFrame) -> list[str]:
        """Names of the columns of text whose every entry names such a file or a part of one."""
        return [name for name in frame.columns if self._names(frame[name])]

    def resolve(
        self, frame: pl.DataFrame, table_path: Path | str, lenient: bool = False
    ) -> tuple[pl.DataFrame, list[str]]:
        """Table whose first such column holds paths that exist, and what was noticed.

        Parameters
        ----------
        frame : polars.DataFrame (n_rows, n_columns)
            The table; one without such a column comes back as it is.
        table_path : pathlib.Path or str
            Where the table lies.
        lenient : bool, default=False
            A column of which no file is there is one of words, and a note says so.

        Returns
        -------
        table : polars.DataFrame (n_rows, n_columns)
            With paths in place of the entries.
        notes : list of str
            In sentences.

        Raises
        ------
        BadData
            Files do not exist; the first ten are named. Or two folders hold them.
        """
        names = self.columns(frame)
        if not names:
            return frame, self._address_notes(frame)
        name = names[0]
        notes = []
        if len(names) > 1:
            others = ", ".join(map(repr, names[1:]))
            notes.append(
                f"Columns {', '.join(map(repr, names))} all name {self.many}; the first, {name!r}, "
                f"is used. Drop it to use {others}."
            )
        folder = Path(table_path).parent
        entries = frame[name].cast(pl.String)
        known = entries.drop_nulls().unique(maintain_order=True).to_list()
        try:
            paths = self._paths(known, folder, f"{table_path}: column {name!r}", notes)
        except _NoneThere:
            if not lenient:
                raise
            words = (
                f"Column {name!r} names {self.many}, of which none is there, and is read as words."
            )
            return frame, [*notes, words]
        found = pl.Series(name, [None if e is None else paths[e] for e in entries], pl.String)
        return frame.with_columns(found), notes

    def _names(self, column: pl.Series, addresses: bool = False) -> bool:
        """Whether all entries name such files (or, if asked, addresses of them)."""
        if column.dtype not in (pl.String, pl.Categorical, pl.Enum):
            return False
        there = column.drop_nulls()
        if there.is_empty():
            return False
        for part in (there.head(1), there):  # most columns end at the first entry
            words = part.cast(pl.String)
            named = words.str.contains(self._file) & (words.str.contains(_ADDRESS) == addresses)
            if not (named if addresses else named | words.str.contains(self.part)).all():
                return False
        return True

    def _address_notes(self, frame: pl.DataFrame) -> list[str]:
        found = [name for name in frame.columns if self._names(frame[name], addresses=True)]
        return [
            f"Column {name!r} holds addresses of {self.many}, not files, and is read as words. "
            f"Download the {self.many} and name the files instead."
            for name in found
        ]

    def _paths(
        self, entries: list[str], folder: Path, owner: str, notes: list[str]
    ) -> dict[str, str]:
        """Path of each entry."""
        paths = {e: e if self._is_elsewhere(e) else str(folder / e) for e in entries}
        missing = [e for e in entries if not self._exists(paths[e])]
        below = [e for e in missing if not Path(e).is_absolute()]
        if below:
            counts = {
                f: sum(self._exists(str(folder / f / e)) for e in below)
                for f in sorted(_folders(folder))
            }
            most = max(counts.values(), default=0)
            best = [f for f, count in counts.items() if count == most > 0]
            if len(best) > 1:
                shown = " and ".join(f"{f}/" for f in best[:SHOWN])
                raise BadData(
                    f"{owner}: {most:,} of its files are in each of {shown}, so it is not clear "
                    f"which are meant. Write the folder into the table, as in {best[0]}/{below[0]}."
                )
            if best:
                paths |= {e: str(folder / best[0] / e) for e in below}
                missing = [e for e in missing if not self._exists(paths[e])]
                column = owner.rpartition("column ")[2]
                notes.append(f"The files of column {column} are in {best[0]}/.")
        if missing:
            shown = "".join(f"\n  {e}" for e in missing[:SHOWN])
            more = f"\n  and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
            error = _NoneThere if len(missing) == len(entries) else BadData
            raise error(
                f"{owner}: {len(missing):,} of {len(entries):,} files do not exist, neither from "
                f"{folder} on nor in a folder there:{shown}{more}"
            )
        return paths

    def _is_elsewhere(self, place: str) -> bool:
        return bool(self.elsewhere) and place.startswith(self.elsewhere)

    def _exists(self, path: str) -> bool:
        """Whether a place is there, as far as its file goes."""
        if self._is_elsewhere(path):
            return True
        file = path.rpartition("#")[0] if re.match(self.part, path) else path
        try:
            return Path(file).exists()
        except (OSError, ValueError):  # a name that is too long, or has a null character
            return False


class _NoneThere(BadData):
    """None of the files that a column names exists."""


def _folders(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [e.name for e in entries if not e.name.startswith(".") and e.is_dir()]
