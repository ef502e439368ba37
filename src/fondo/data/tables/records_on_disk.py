"""Encoded examples in a file of records of one width, written once and read in blocks.

The file is read with plain reads, not mapped into memory: what was read counts as used only while
it is held. What the records mean is the business of the encoder.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData, OutputError

Block = tuple[dict[str, NDArray[Any]], NDArray[Any], NDArray[np.float32]]

_BLOCK_BYTES = 8 << 20
_POOL = 8  # blocks whose rows are shuffled together: 64 MiB


class DiskExamples:
    """Encoded rows in a file, given back block by block.

    Parameters
    ----------
    path : str or pathlib.Path
        File of records.
    record : numpy.dtype
        One record: a field for each input, then "target" and "weight".
    n_rows : int
        Number of records.

    Raises
    ------
    BadData
        The file has another length.
    """

    def __init__(self, path: str | Path, record: np.dtype[Any], n_rows: int) -> None:
        self.path, self.record, self.n_rows = Path(path), record, n_rows
        size = self.path.stat().st_size if self.path.exists() else 0
        if size != n_rows * record.itemsize:
            raise BadData(
                f"{self.path}: {size} bytes, expected {n_rows} records of {record.itemsize}. "
                "Encode the table again."
            )
        self.block_rows = max(1, _BLOCK_BYTES // record.itemsize)

    def blocks(self, generator: np.random.Generator | None = None) -> Iterator[Block]:
        """All rows, each once.

        Parameters
        ----------
        generator : numpy.random.Generator or None, default=None
            None gives the order of the file. Else blocks are visited in random order, and rows are
            shuffled inside a pool of several blocks; the order depends on the generator alone.

        Yields
        ------
        inputs : dict of str to array (n_block_rows, ...)
            What the encoder gave.
        target : array (n_block_rows, ...)
            What the target became.
        weight : float32 array (n_block_rows,)
            Row weights.
        """
        n_blocks = -(-self.n_rows // self.block_rows)
        if generator is None:
            for block in range(n_blocks):
                yield self._split(self._read(block))
            return
        order = generator.permutation(n_blocks)
        for start in range(0, n_blocks, _POOL):
            pool = np.concatenate([self._read(block) for block in order[start : start + _POOL]])
            places = generator.permutation(len(pool))
            for first in range(0, len(pool), self.block_rows):
                yield self._split(pool[places[first : first + self.block_rows]])

    def _read(self, block: int) -> NDArray[Any]:
        first = int(block) * self.block_rows
        count = min(self.block_rows, self.n_rows - first)
        records = np.fromfile(self.path, self.record, count, offset=first * self.record.itemsize)
        if len(records) < count:
            raise BadData(f"{self.path}: the file was cut short. Encode the table again.")
        return records

    @staticmethod
    def _split(records: NDArray[Any]) -> Block:
        parts = {name: np.ascontiguousarray(records[name]) for name in records.dtype.names or ()}
        target, weight = parts.pop("target"), parts.pop("weight")
        return parts, target, weight


class RecordWriter:
    """Writes encoded batches one behind the other.

    Parameters
    ----------
    path : pathlib.Path
        File to write; its folder is made if it is not there.

    Raises
    ------
    OutputError
        The file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.n_rows = path, 0
        self._record: np.dtype[Any] | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb")
        except OSError as error:
            raise _cannot_write(path, error) from error

    def write(
        self,
        inputs: dict[str, NDArray[Any]],
        target: NDArray[Any],
        weight: NDArray[np.float32],
    ) -> None:
        """Add the rows of a batch; their first axis is the row."""
        arrays = {**inputs, "target": np.asarray(target), "weight": np.asarray(weight, np.float32)}
        if self._record is None:
            self._record = np.dtype([(k, v.dtype, v.shape[1:]) for k, v in arrays.items()])
        records = np.empty(len(weight), self._record)
        for name, array in arrays.items():
            records[name] = array
        try:
            self._file.write(records.view(np.uint8).data)
        except OSError as error:
            raise _cannot_write(self.path, error) from error
        self.n_rows += len(records)

    def close(self) -> None:
        """Finish the file."""
        try:
            self._file.close()
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def examples(self) -> DiskExamples:
        """What was written, ready to be read."""
        if self._record is None:
            raise BadData(f"{self.path}: no rows were written. Give a part with rows.")
        return DiskExamples(self.path, self._record, self.n_rows)


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path}: cannot be written ({error.strerror or error}). Check the folder, its rights and "
        "the free space."
    )
