"""CSV, TSV and their kin: compression, encoding and separator are found, records come in blocks.

What the text of a column means is in `text`; other formats are in `read`.
"""

import bz2
import codecs
import csv
import gzip
import io
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl

from fondo.data.tables import text
from fondo.data.tables.records import Records
from fondo.errors import BadData

SEPARATORS = ",;\t|"
_BLOCK = 1 << 24  # bytes of text parsed at a time
_HEAD = 1 << 18  # bytes looked at to find separator and names
_OPENERS: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Delimited:
    """A delimited text file whose way of writing is known.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    encoding : str
        Name of the encoding, as Python knows it.
    separator : str
        The character between fields.
    names : tuple of str
        Column names; a column without one is named after its place: "column_1".
    """

    path: Path
    encoding: str
    separator: str
    names: tuple[str, ...]

    def blocks(self, size: int = _BLOCK) -> Iterator[pl.DataFrame]:
        """All records as text, block by block; BadData where a record is not whole."""
        records = Records(self.separator, len(self.names))
        rest, first = b"", True
        for piece in _utf8(self.path, self.encoding, size):
            rest += piece
            if first:
                text_start = len(rest) - len(rest.lstrip(b"\r\n"))
                records.line += rest[:text_start].count(b"\n")
                rest = rest[text_start:]
            frame, end = self._parse(records, rest, skip=first)
            rest, first = rest[end:], first and end == 0
            if frame.height:
                yield frame
        if rest.strip():
            frame, _ = self._parse(records, rest + b"\n", skip=first)
            if records.quoted:
                raise BadData(
                    f"{self.path} line {records.line}: a quotation mark opens and never closes. "
                    "Close it, or double it where it is part of the text."
                )
            if frame.height:
                yield frame

    def _parse(self, records: Records, block: bytes, *, skip: bool) -> tuple[pl.DataFrame, int]:
        """Whole records at the start of `block`, and how many bytes they take."""
        empty = pl.DataFrame(schema=dict.fromkeys(self.names, pl.String))
        end = records.feed(block)
        self._check(records)
        if not block[:end].strip():
            return empty, end
        try:
            frame = pl.read_csv(
                block[:end],
                has_header=False,
                separator=self.separator,
                infer_schema=False,
                schema=dict.fromkeys(map(str, range(len(self.names))), pl.String),
            )
        except pl.exceptions.PolarsError as error:
            reason = str(error).splitlines()[0]
            raise BadData(
                f"{self.path} near line {records.line}: cannot be read as text separated by "
                f"{self.separator!r} ({reason}). Check the quotation marks there."
            ) from error
        frame.columns = list(self.names)
        if len(self.names) > 1 and records.blank:
            keep = pl.Series([True]).new_from_index(0, frame.height).scatter(records.blank, False)
            frame = frame.filter(keep)
        return (frame[1:] if skip else frame), end

    def _check(self, records: Records) -> None:
        if records.wrong is not None:
            line, found = records.wrong
            raise BadData(
                f"{self.path} line {line}: {found} fields, but the first line names "
                f"{len(self.names)} columns. Correct that line, or put text that holds "
                f"{self.separator!r} in quotation marks."
            )


def open_delimited(path: Path) -> Delimited:
    """Find out how a delimited text file is written.

    Parameters
    ----------
    path : pathlib.Path
        CSV, TSV or the like, plain or compressed with gzip, bzip2 or xz.

    Returns
    -------
    file : Delimited
        Ready to give its records.

    Raises
    ------
    BadData
        The file is empty, binary, in no known encoding, or two columns share a name.
    """
    encoding = _encoding(path)
    head = next(_utf8(path, encoding, _HEAD), b"").decode(errors="ignore").lstrip("\n\r")
    if not head.strip():
        raise BadData(f"{path}: the file is empty. Give a file with a line of names and rows.")
    lines = [line for line in head.splitlines()[:50] if line.strip()]
    whole = lines[:-1] if len(head) >= _HEAD // 2 and len(lines) > 2 else lines
    try:
        separator = _separator(whole)
        cells = next(csv.reader(io.StringIO(head), delimiter=separator))
    except csv.Error as error:
        raise BadData(
            f"{path} line 1: cannot be read as text in columns ({error}). Check quotation marks, "
            "and that lines end with a line feed."
        ) from error
    return Delimited(path, encoding, separator, tidy_names(cells, str(path)))


def tidy_names(cells: list[str], where: str) -> tuple[str, ...]:
    """Column names without blanks around them; nameless ones get "column_" and their place.

    Parameters
    ----------
    cells : list of str
        What the line of names holds.
    where : str
        File named in the error.

    Raises
    ------
    BadData
        Two columns share a name.

    Examples
    --------
    >>> tidy_names(["", " age"], "people.csv")
    ('column_1', 'age')
    """
    names = [cell.strip() or f"column_{place}" for place, cell in enumerate(cells, 1)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        places = [str(place) for place, name in enumerate(names, 1) if name == twice]
        raise BadData(
            f"{where} line 1: the column name {twice!r} stands {len(places)} times (columns "
            f"{', '.join(places)}). Give every column a name of its own."
        )
    return tuple(names)


def _separator(lines: list[str]) -> str:
    """The separator that most lines agree on, with as many fields as the first line."""

    def agreement(separator: str) -> tuple[float, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=separator)]
        same = sum(count == counts[0] for count in counts) / len(counts)
        return (same if counts[0] > 1 else 0.0), counts[0]

    return max(SEPARATORS, key=agreement)


def read_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading; gzip, bzip2 and xz are undone on the way."""
    with path.open("rb") as file:
        start = file.read(6)
    opener = next((o for mark, o in _OPENERS.items() if start.startswith(mark)), None)
    stream: IO[bytes] = path.open("rb") if opener is None else opener(path, "rb")
    return stream


def pieces(path: Path, size: int) -> Iterator[bytes]:
    """Bytes of a file, decompressed, in pieces of `size`; BadData where it is damaged."""
    try:
        with read_bytes(path) as stream:
            while piece := stream.read(size):
                yield piece
    except (EOFError, OSError, lzma.LZMAError) as error:
        raise BadData(
            f"{path}: cannot be read to its end ({error}). Copy or download the file again."
        ) from error


def _encoding(path: Path) -> str:
    """UTF-8 where it fits, else by the mark at the start, else Windows-1252 where that fits."""
    start = next(pieces(path, 4096), b"")
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
    if marked is None and b"\0" in start:
        raise BadData(
            f"{path}: the file holds binary data, not text. Give CSV, TSV, JSON lines, Parquet, "
            "Arrow or Excel, under a name that says which."
        )
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            for _ in _utf8(path, encoding, _BLOCK):
                pass
        except BadData:
            continue
        return encoding
    fault = _first_fault(path, marked or "utf-8")
    raise BadData(
        f"{path} line {fault}: the text is in no encoding that fondo knows (tried "
        f"{marked or 'UTF-8 and Windows-1252'}). Save the file as UTF-8."
    )


def _first_fault(path: Path, encoding: str) -> int:
    """Line on which a file stops being text in `encoding`, counted from 1."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    for piece in pieces(path, _HEAD):
        try:
            line += decoder.decode(piece).count("\n")
        except UnicodeDecodeError as error:
            return line + bytes(error.object[: error.start]).count(b"\n")
    return line


def _utf8(path: Path, encoding: str, size: int) -> Iterator[bytes]:
    """Text of a file as UTF-8, without byte order mark; BadData where it is not `encoding`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in pieces(path, size):
            decoded = decoder.decode(piece)
            yield piece if encoding == "utf-8" else decoded.encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise BadData(f"{path}: the text is not {encoding} ({error.reason}).") from error


def typed(frame: pl.DataFrame, separator: str = ",") -> pl.DataFrame:
    """Text columns as the types that hold all their entries.

    Where fields are not parted by commas, a column that is numbers once its decimal commas are
    points is one of numbers.
    """
    return frame.select(_typed(column, commas=separator != ",") for column in frame)


def _typed(column: pl.Series, *, commas: bool) -> pl.Series:
    found = text.exact_type(column)
    if commas and found == pl.String:
        pointed = text.with_points(column)
        other = text.exact_type(pointed)
        if other.is_numeric():
            return text.as_type(pointed, other)
    return text.as_type(column, found)
