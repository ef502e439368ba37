"""Tables larger than memory: read in batches, encoded once to disk, given back in blocks.

Everything here keeps a few blocks in memory, never the table. Training is the engine's business.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.fingerprint import Fingerprinter
from fondo.data.tables import text
from fondo.data.tables.delimited import Delimited, open_delimited
from fondo.data.tables.encoder import TableEncoder
from fondo.data.tables.read import check_file, file_format
from fondo.data.tables.records_on_disk import DiskExamples, RecordWriter
from fondo.errors import BadData, BadParameter, did_you_mean

__all__ = ["DiskExamples", "StreamedTable", "draw_parts", "encode_parts", "encode_to_disk"]

_CELLS = 1 << 22  # cells decoded at a time: 32 MiB of float64
_ROWS = 65_536


class StreamedTable:
    """A Parquet or CSV file that is read in batches of rows.

    Parameters
    ----------
    path : str or pathlib.Path
        The file; CSV and its kin may be compressed.
    target : str
        Column that is to be predicted.
    weight : str or None, default=None
        Column of row weights.

    Attributes
    ----------
    n_rows : int
        Rows in the file.
    columns : list of str
        Names of all columns, target and weight included.
    schema : dict of str to polars.DataType
        Type of each column.

    Raises
    ------
    BadData
        The file cannot be used, or is of another format.
    BadParameter
        There is no column of that name.

    Notes
    -----
    A CSV file is read once from end to end when it is opened, to count its rows and to find types
    that hold all of its entries.
    """

    def __init__(self, path: str | Path, target: str, weight: str | None = None) -> None:
        self.path = check_file(path)
        self.target, self.weight = target, weight
        self._file: Delimited | None = None
        form = file_format(self.path)
        if form == "parquet":
            self._open_parquet()
        elif form == "delimited":
            self._open_delimited()
        else:
            raise BadData(
                f"{self.path}: {form} cannot be streamed. Write the table as Parquet or CSV."
            )
        for setting, name in (("target", target), ("weight", weight)):
            if name is not None and name not in self.columns:
                raise BadParameter(
                    f"StreamedTable({setting}={name!r}): {self.path} has no such column. "
                    f"{did_you_mean(name, self.columns)}"
                )
        if self.n_rows == 0:
            raise BadData(f"{self.path}: no rows. Give a file with at least one row.")

    @property
    def columns(self) -> list[str]:
        """Names of all columns."""
        return list(self.schema)

    def batches(
        self, rows: int = _ROWS, columns: Sequence[str] | None = None
    ) -> Iterator[pl.DataFrame]:
        """All rows in the order of the file.

        Parameters
        ----------
        rows : int, default=65_536
            Most rows of a batch.
        columns : sequence of str or None, default=None
            Columns to read; all if None.

        Yields
        ------
        batch : polars.DataFrame (n_batch_rows, n_columns)
            The next rows.
        """
        names = self.columns if columns is None else list(columns)
        chunks = self._parquet_chunks(names) if self._file is None else self._text_chunks(names)
        for chunk in chunks:
            for start in range(0, chunk.height, rows):
                yield chunk[start : start + rows]

    def sample(self, n: int, seed: int) -> pl.DataFrame:
        """Some rows drawn at random, in the order of the file.

        Parameters
        ----------
        n : int
            How many; all where the file has fewer.
        seed : int
            Same seed, same rows.

        Returns
        -------
        frame : polars.DataFrame (n, n_columns)
            All columns.
        """
        generator = np.random.default_rng(seed)
        return self.take(generator.choice(self.n_rows, min(n, self.n_rows), replace=False))

    def take(self, rows: NDArray[np.int64]) -> pl.DataFrame:
        """Chosen rows, by their places in the file and in its order.

        Parameters
        ----------
        rows : int array (n,)
            Places counted from 0, each once, in any order.

        Returns
        -------
        frame : polars.DataFrame (n, n_columns)
            All columns.
        """
        drawn = np.sort(rows)
        taken, start = [], 0
        for batch in self.batches():
            stop = start + len(batch)
            inside = drawn[np.searchsorted(drawn, start) : np.searchsorted(drawn, stop)]
            if len(inside):
                taken.append(batch[inside - start].rechunk())
            start = stop
        return pl.concat(taken) if taken else pl.DataFrame(schema=self.schema)

    def fingerprint(self) -> str:
        """What `fondo.data.fingerprint.fingerprint` gives for the table read whole."""
        digest = Fingerprinter()
        for batch in self.batches():
            digest.update(batch)
        return digest.hexdigest()

    def _open_parquet(self) -> None:
        try:
            scan = pl.scan_parquet(self.path)
            self.schema = dict(scan.collect_schema())
            self.n_rows = int(scan.select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise BadData(
                f"{self.path}: cannot be read as Parquet ({reason}). Write the file again."
            ) from error

    def _open_delimited(self) -> None:
        self._file = open_delimited(self.path)
        names, commas = self._file.names, self._file.separator != ","
        types: dict[str, pl.DataType] = {name: pl.Null() for name in names}
        pointed: dict[str, pl.DataType] = dict(types)
        self.n_rows = 0
        for block in self._file.blocks():
            self.n_rows += block.height
            _widen(types, block)
            if commas:
                _widen(pointed, block.select(text.with_points(block[name]) for name in names))
        self._commas = {k for k in names if types[k] == pl.String and pointed[k].is_numeric()}
        types |= {name: pointed[name] for name in self._commas}
        self.schema = {k: pl.String() if v == pl.Null else v for k, v in types.items()}

    def _parquet_chunks(self, names: list[str]) -> Iterator[pl.DataFrame]:
        scan = pl.scan_parquet(self.path, low_memory=True).select(names)
        size = max(_ROWS, _CELLS // max(len(names), 1))
        for start in range(0, self.n_rows, size):
            yield scan.slice(start, size).collect()

    def _text_chunks(self, names: list[str]) -> Iterator[pl.DataFrame]:
        if self._file is not None:
            for block in self._file.blocks():
                yield block.select(
                    text.as_type(
                        text.with_points(block[k]) if k in self._commas else block[k],
                        self.schema[k],
                    )
                    for k in names
                )


def _widen(types: dict[str, pl.DataType], block: pl.DataFrame) -> None:
    """Make each type hold the entries of one more block."""
    for name, found in types.items():
        if found != pl.String:
            types[name] = text.wider(found, text.exact_type(block[name]))


def draw_parts(n_rows: int, shares: Mapping[str, float], seed: int) -> dict[str, NDArray[np.bool_]]:
    """Give each row at random to one part.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    shares : mapping of str to float
        Share of each part; together 1 at most. What is over belongs to no part.
    seed : int
        Same seed, same parts.

    Returns
    -------
    parts : dict of str to bool array (n_rows,)
        Which rows belong to each part; a byte a row.

    Examples
    --------
    >>> parts = draw_parts(1000, {"train": 0.8, "test": 0.2}, seed=0)
    >>> int((parts["train"] ^ parts["test"]).sum())
    1000
    """
    if min(shares.values()) < 0 or sum(shares.values()) > 1 + 1e-9:
        raise BadParameter(
            f"draw_parts(shares={dict(shares)}): shares must be at least 0 and together at most 1. "
            "Lower one of them."
        )
    draw = np.random.default_rng(seed).random(n_rows, dtype=np.float32)
    edges = np.concatenate([[0.0], np.cumsum(list(shares.values()))])
    edges[edges > 1 - 1e-9] = 2.0  # rounding of the sum must lose no row
    return {name: (draw >= edges[i]) & (draw < edges[i + 1]) for i, name in enumerate(shares)}


def encode_to_disk(
    encoder: TableEncoder,
    encode_target: Callable[[pl.Series], NDArray[np.generic]],
    stream: StreamedTable,
    folder: str | Path,
    *,
    part: NDArray[np.bool_] | None = None,
) -> DiskExamples:
    """Encode the rows of one part into a file of records.

    Parameters
    ----------
    encoder : TableEncoder
        Fitted on training rows.
    encode_target : callable
        Turns the target column of a batch into an array (n_batch_rows, ...).
    stream : StreamedTable
        The table.
    folder : str or pathlib.Path
        Where the file goes; made if it is not there.
    part : bool array (n_rows,) or None, default=None
        Rows to encode; all if None.

    Returns
    -------
    examples : DiskExamples
        The encoded rows, in the order of the table.
    """
    rows = np.ones(stream.n_rows, bool) if part is None else part
    return encode_parts(encoder, encode_target, stream, folder, parts={"examples": rows})[
        "examples"
    ]


def encode_parts(
    encoder: TableEncoder,
    encode_target: Callable[[pl.Series], NDArray[np.generic]],
    stream: StreamedTable,
    folder: str | Path,
    *,
    parts: Mapping[str, NDArray[np.bool_]],
) -> dict[str, DiskExamples]:
    """Encode several parts while the table is read once; see `encode_to_disk`.

    Parameters
    ----------
    encoder, encode_target, stream, folder
        As in `encode_to_disk`.
    parts : mapping of str to bool array (n_rows,)
        Rows of each part, as `draw_parts` gives them. The name becomes the file's name.

    Returns
    -------
    examples : dict of str to DiskExamples
        The encoded rows of each part.

    Raises
    ------
    BadData
        A part has no rows.
    OutputError
        The folder or a file cannot be written.
    """
    for name, rows in parts.items():
        if rows.shape != (stream.n_rows,) or not rows.any():
            raise BadData(
                f"encode_parts(parts={{{name!r}: ...}}): {int(rows.sum())} rows of "
                f"{len(rows)}, the table has {stream.n_rows}. Give each part at least one row."
            )
    writers = {name: RecordWriter(Path(folder, f"{name}.records")) for name in parts}
    start = 0
    own = [*encoder.feature_names_, stream.target, *([stream.weight] if stream.weight else [])]
    try:
        for batch in stream.batches(columns=list(dict.fromkeys(own))):
            stop = start + batch.height
            for name, rows in parts.items():
                inside = batch.filter(pl.Series(rows[start:stop]))
                if inside.height:
                    writers[name].write(
                        encoder.transform(inside.select(encoder.feature_names_)),
                        encode_target(inside[stream.target]),
                        _weights(inside, stream.weight),
                    )
            start = stop
    finally:
        for writer in writers.values():
            writer.close()
    return {name: writer.examples() for name, writer in writers.items()}


def _weights(frame: pl.DataFrame, name: str | None) -> NDArray[np.float32]:
    if name is None:
        return np.ones(frame.height, np.float32)
    return frame[name].cast(pl.Float32).to_numpy()
