"""Tables from files and back: CSV and kin, Parquet, Arrow, JSON lines, Excel.

The format is found by looking into the file, not by its name. Frames in memory are in `frames`.
"""

import contextlib
import json
import os
import re
import secrets
import warnings
from collections.abc import Callable
from pathlib import Path

import polars as pl

from fondo.data.tables import text
from fondo.data.tables.delimited import open_delimited, pieces, tidy_names, typed
from fondo.errors import BadData, BadParameter, OutputError, did_you_mean

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # http://..., also as a Path; no C:/
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_table(path: str | Path, *, sheet: str | None = None) -> pl.DataFrame:
    r"""Read a table from a file, whatever its format.

    The separator, the encoding (UTF-8, UTF-16 with its mark, Windows-1252) and the compression
    (gzip, bzip2, xz) of text are found. Empty fields and words such as "NA" are missing values. A
    text column becomes numbers if every entry is one, and no entry starts with a zero that counts.

    Parameters
    ----------
    path : str or pathlib.Path
        CSV, TSV, text with ";" or "|", Parquet, Arrow (Feather), JSON lines or Excel.
    sheet : str or None, default=None
        Name of the Excel sheet; the first if None.

    Returns
    -------
    table : polars.DataFrame (n_rows, n_columns)
        At least one row and one column; a column without a name is called "column_1", "column_2"
        after its place.

    Raises
    ------
    BadData
        There is no such file, or it is empty, binary, ragged, damaged, without rows, or has two
        columns of one name.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "people.csv")
    ...     _ = path.write_text("name;age\nAda;36\nBob;NA\n")
    ...     print(read_table(path).to_dict(as_series=False))
    {'name': ['Ada', 'Bob'], 'age': [36, None]}
    """
    path = check_file(path)
    form = file_format(path)
    if sheet is not None and form != "excel":
        raise BadParameter(f"read_table(sheet={sheet!r}): {path} is no Excel file. Leave it out.")
    if form == "excel":
        frame = _excel(path, sheet)
    else:
        frame = _READERS[form](path)
    if frame.width == 0:
        raise BadData(f"{path}: the table has no columns. Give a file with a line of names.")
    if frame.height == 0:
        raise BadData(f"{path}: only a line of names, no rows. Give a file with at least one row.")
    return frame


def write_table(frame: pl.DataFrame, path: str | Path) -> None:
    """Write a table in the format that the ending of the file's name says.

    Parameters
    ----------
    frame : polars.DataFrame (n_rows, n_columns)
        Any table.
    path : str or pathlib.Path
        Ends in .csv, .tsv, .parquet, .arrow, .feather, .jsonl or .ndjson.

    Raises
    ------
    BadParameter
        The ending is another one.
    OutputError
        The file cannot be written.
    """
    path = Path(path)
    writers: dict[str, Callable[[Path], object]] = {
        ".csv": frame.write_csv,
        ".tsv": lambda target: frame.write_csv(target, separator="\t"),
        ".parquet": frame.write_parquet,
        ".arrow": frame.write_ipc,
        ".feather": frame.write_ipc,
        ".jsonl": frame.write_ndjson,
        ".ndjson": frame.write_ndjson,
    }
    if path.suffix.lower() not in writers:
        raise BadParameter(
            f"write_table(path={str(path)!r}): the name must end in {', '.join(writers)}. "
            "Choose one of these."
        )
    partial = path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}.partial")
    try:
        writers[path.suffix.lower()](partial)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)  # a reader sees the old table or all of the new
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition(": ")[0]
        raise OutputError(
            f"{path}: cannot be written ({reason}). Check the folder, its rights and the free "
            "space. What was there before is unchanged."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def check_file(path: str | Path) -> Path:
    """The path of a file that is there and not empty; BadData otherwise."""
    if _ADDRESS.match(str(path)):
        raise BadData(f"{path}: fondo does not download. Fetch the file and give its path.")
    path = Path(path)
    if not path.exists():
        raise BadData(f"{path}: there is no such file. {_nearest(path)}")
    if path.is_dir():
        raise BadData(f"{path}: this is a folder, not a file. Give the file with the table.")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise BadData(f"{path}: cannot be opened ({error.strerror}). Check its rights.") from error
    if empty:
        raise BadData(f"{path}: the file is empty. Give a file with a line of names and rows.")
    return path


def _nearest(path: Path) -> str:
    """What to do about a path that leads nowhere."""
    if not path.parent.is_dir():
        return f"The folder {path.parent} does not exist either. Check the path."
    files = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    hint = did_you_mean(path.name, files)
    return hint if hint.startswith("Did you mean") else "Check its name and folder."


def file_format(path: Path) -> str:
    """Format of a file by its first bytes: "parquet", "arrow", "excel", "json" or "delimited"."""
    start = next(pieces(path, 4096), b"")
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"ARROW1"):
        return "arrow"
    if start.startswith((_ZIP, _OLD_EXCEL)):
        return "excel"
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        raise BadData(f"{path}: packed with zstd. Unpack it first (zstd -d), or use gzip.")
    body = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    named = any(ending in (".json", ".jsonl", ".ndjson") for ending in path.suffixes)
    return "json" if body.startswith(b"{") or (named and body.startswith(b"[")) else "delimited"


def _delimited(path: Path) -> pl.DataFrame:
    file = open_delimited(path)
    frames = list(file.blocks())
    if file.encoding == "cp1252":
        warnings.warn(
            f"{path}: not UTF-8, read as Windows-1252. Save it as UTF-8 if letters look wrong.",
            UserWarning,
            stacklevel=3,
        )
    if text.to_numbers(pl.Series(file.names)).null_count() == 0:
        warnings.warn(
            f"{path} line 1: taken as column names, though it holds only numbers. Put a line of "
            "names above it if it is a row.",
            UserWarning,
            stacklevel=3,
        )
    names = list(file.names)
    return typed(pl.concat(frames), file.separator) if frames else pl.DataFrame(schema=names)


def _json(path: Path) -> pl.DataFrame:
    content = b"".join(pieces(path, 1 << 24)).removeprefix(b"\xef\xbb\xbf")
    try:
        if content.lstrip().startswith(b"["):
            return typed_text(pl.read_json(content, infer_schema_length=None))
        return typed_text(pl.read_ndjson(content, infer_schema_length=None))
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise BadData(f"{path}{_bad_json(content, error)}") from error


def _bad_json(content: bytes, error: Exception) -> str:
    """What is wrong with JSON lines: the first line that is no object."""
    for number, line in enumerate(content.splitlines(), 1):
        try:
            if line.strip() and not isinstance(json.loads(line), dict):
                raise ValueError("not an object")
        except ValueError as fault:
            return f" line {number}: not one JSON object ({fault}). Put one {{...}} on each line."
    return f": the values of a column do not fit together ({error}). Make them of one type."


def typed_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Text columns of a frame as the types that hold all their entries; others stay."""
    texts = typed(frame.select(pl.col(pl.String)))
    return frame.with_columns(texts.get_columns())


def _parquet(path: Path) -> pl.DataFrame:
    return _binary(path, "Parquet", pl.read_parquet)


def _arrow(path: Path) -> pl.DataFrame:
    return _binary(path, "Arrow", pl.read_ipc)


def _binary(path: Path, form: str, reader: Callable[[Path], pl.DataFrame]) -> pl.DataFrame:
    try:
        return reader(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise BadData(
            f"{path}: cannot be read as {form} ({reason}). Copy or write the file again."
        ) from error


def _excel(path: Path, sheet: str | None) -> pl.DataFrame:
    import fastexcel  # only where an Excel file is read

    try:
        book = fastexcel.read_excel(path)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise BadParameter(
                f"read_table(sheet={sheet!r}): no such sheet in {path}. "
                f"{did_you_mean(sheet, names)}"
            )
        chosen = sheet if sheet is not None else names[0]
        raw = book.load_sheet(chosen, header_row=None, n_rows=1, dtypes="string").to_polars()
        heads = ["" if cell is None else str(cell) for cell in raw.row(0)] if raw.height else []
        frame = book.load_sheet(chosen, header_row=None, skip_rows=1).to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise BadData(
            f"{path}: cannot be read as Excel ({reason}). Save it again as .xlsx, or as CSV."
        ) from error
    columns = tidy_names(heads + [""] * (frame.width - len(heads)), f"{path} sheet {chosen}")
    if frame.width < len(columns):
        return pl.DataFrame(schema=list(columns))
    frame.columns = list(columns)
    return typed_text(frame)


_READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    "parquet": _parquet,
    "arrow": _arrow,
    "json": _json,
    "delimited": _delimited,
}
