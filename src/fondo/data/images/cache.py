"""Pictures that have been decoded are kept, so that nobody decodes them twice.

Memory is bounded: what was used longest ago goes to a file without a name, then away.
"""

import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from math import prod
from typing import Any

import numpy as np

from fondo.errors import OutputError

Array = np.ndarray[Any, Any]

MEMORY = 512 << 20  # bytes that are kept in memory
DISK = 8 << 30  # and on disk
_COPIED = 1 << 20  # bytes that are copied at a time


class _Block:
    """Pictures that were decoded together."""

    def __init__(self, pixels: Array, keys: list[Hashable], form: Hashable) -> None:
        self.pixels = pixels
        self.keys = keys
        self.form = form

    @property
    def on_disk(self) -> bool:
        return isinstance(self.pixels, np.memmap)


class Cache:
    """Decoded pictures by what they are and their form.

    Parameters
    ----------
    memory : int, default=512 MiB
        Bytes kept in memory; an array that is larger lies in a file, as a `numpy.memmap`.
    disk : int, default=8 GiB
        Bytes kept in files without names, which vanish with the process.

    Attributes
    ----------
    decoded : int
        Pictures that had to be decoded, ever.
    """

    def __init__(self, memory: int = MEMORY, disk: int = DISK) -> None:
        self.memory = memory
        self.disk = disk
        self.decoded = 0
        self._lock = threading.RLock()
        self._blocks: OrderedDict[int, _Block] = OrderedDict()  # used longest ago first
        self._index: dict[Hashable, dict[Hashable, tuple[int, int]]] = {}
        self._next = 0

    def load(
        self,
        keys: Sequence[Hashable],
        form: Hashable,
        shape: tuple[int, ...],
        make: Callable[[list[int], Array], None],
    ) -> Array:
        """Pictures in the order of their keys, decoded where they are not kept.

        Parameters
        ----------
        keys : sequence (n,)
            What tells pictures apart. Equal keys are decoded once.
        form, shape : hashable, tuple of int
            What they are brought to, and the shape of one.
        make : callable
            Takes positions of keys and an array (positions, ...) to be filled.

        Returns
        -------
        pixels : uint8 array (n, ...)
            Read only, as others may be given the same memory.

        Raises
        ------
        OutputError
            They are too large for memory and there is no room on disk.
        """
        with self._lock:
            found = self._index.setdefault(form, {})
            new: dict[Hashable, int] = {}
            for position, key in enumerate(keys):
                if key not in found:
                    new.setdefault(key, position)
            if new:
                pixels = self.room((len(new), *shape))
                make(list(new.values()), pixels)
                self.decoded += len(new)
                self._add(_Block(pixels, list(new), form))
            result = self._gather([found[key] for key in keys], shape)
            self._trim()
        return result

    def clear(self) -> None:
        """Forget everything; the count of what was decoded stays."""
        with self._lock:
            self._blocks.clear()
            self._index.clear()

    def held(self) -> tuple[int, int]:
        """Bytes that are kept in memory and on disk."""
        with self._lock:
            sizes = [0, 0]
            for block in self._blocks.values():
                sizes[block.on_disk] += block.pixels.nbytes
        return sizes[0], sizes[1]

    def room(self, shape: tuple[int, ...]) -> Array:
        """Array of bytes to be filled: in memory, or on disk where it is too large for that."""
        if prod(shape) <= self.memory:
            return np.empty(shape, np.uint8)
        try:
            return _on_disk(shape)
        except OSError as error:
            raise OutputError(
                f"{tempfile.gettempdir()}: there is no room for {prod(shape) / 1e9:.1f} GB of "
                f"decoded pictures ({error.strerror}). Ask for smaller pictures, or set TMPDIR to "
                "a folder with more room."
            ) from error

    def _add(self, block: _Block) -> None:
        self._blocks[self._next] = block
        table = self._index.setdefault(block.form, {})
        table.update({key: (self._next, row) for row, key in enumerate(block.keys)})
        self._next += 1

    def _gather(self, where: list[tuple[int, int]], shape: tuple[int, ...]) -> Array:
        places = np.array(where, np.int64).reshape(-1, 2)
        ids, rows = places.T
        used = np.unique(ids)
        for number in used.tolist():
            self._blocks.move_to_end(number)
        if len(used) == 1 and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
            view = self._blocks[int(used[0])].pixels[rows[0] : rows[0] + len(rows)]
        else:
            view = self.room((len(rows), *shape))
            for number in used.tolist():
                at = np.flatnonzero(ids == number)
                _fill(view, at, self._blocks[number].pixels, rows[at])
        view = view[:]  # flags of the block itself stay as they are
        view.flags.writeable = False
        return view

    def _trim(self) -> None:
        """Bring memory and disk below their bounds."""
        in_memory, on_disk = self.held()
        for number in list(self._blocks):
            block = self._blocks[number]
            if in_memory > self.memory and not block.on_disk:
                in_memory -= block.pixels.nbytes
                try:
                    copy = _on_disk(block.pixels.shape)
                    copy[:] = block.pixels
                    block.pixels = copy
                    on_disk += copy.nbytes
                except OSError:
                    self._drop(number)
        for number in list(self._blocks):
            if on_disk > self.disk and self._blocks[number].on_disk:
                on_disk -= self._blocks[number].pixels.nbytes
                self._drop(number)

    def _drop(self, number: int) -> None:
        block = self._blocks.pop(number)
        table = self._index[block.form]
        for key in block.keys:
            table.pop(key, None)


def _fill(view: Array, at: Array, pixels: Array, rows: Array) -> None:
    """Copy rows into a view, few at a time: the copy on the way is to stay near the processor."""
    step = max(_COPIED // max(prod(view.shape[1:]), 1), 1)
    for start in range(0, len(at), step):
        view[at[start : start + step]] = pixels[rows[start : start + step]]


def _on_disk(shape: tuple[int, ...]) -> Array:
    """Array in a file that has no name and vanishes when nobody holds it."""
    with tempfile.TemporaryFile(prefix="fondo-") as file:
        if hasattr(os, "posix_fallocate"):  # a full disk is an error now, not a crash later
            os.posix_fallocate(file.fileno(), 0, max(prod(shape), 1))
        return np.memmap(file, np.uint8, "w+", shape=shape)
