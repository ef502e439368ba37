"""Many pictures become one array, decoded in threads and kept.

How one is decoded is in `decode`, what is kept in `cache`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fondo.data.images.cache import Cache
from fondo.data.images.decode import Form, decode, recoloured, reshaped
from fondo.data.images.places import check_rows, sort, stack_of, stamp
from fondo.data.images.stacks import Stack
from fondo.data.threads import in_threads

Array = np.ndarray[Any, Any]

_CHUNK = 16  # pictures that a thread decodes before it comes back

cache = Cache()


def load(places: Sequence[str], form: Form) -> Array:
    """Pictures of files and of rows of arrays, in one form.

    Parameters
    ----------
    places : sequence of str (n,)
        See `places`.
    form : Form
        Size, channels, and what to do about proportions.

    Returns
    -------
    pixels : uint8 array (n, height, width, channels)
        Read only. A `numpy.memmap` where it is larger than 512 MiB.

    Raises
    ------
    BadData
        A picture cannot be read; the first one is named.
    OutputError
        There is neither memory nor disk for them.
    """
    work = sort(places)
    if not work.files and len(work.stacks) == 1:
        file, member, _, rows = work.stacks[0]
        stack, now = stack_of(file, member)
        return load_stack(stack, rows, form, (file, member, now))
    if not work.stacks:
        return _load_files(places, work.files, form)
    result = cache.room((len(places), form.height, form.width, form.channels))
    paths = [path for path, at in work.files.items() for _ in at]
    if paths:
        at = [position for positions in work.files.values() for position in positions]
        result[at] = _load_files(paths, work.files, form)
    for file, member, positions, rows in work.stacks:
        stack, now = stack_of(file, member)
        result[positions] = load_stack(stack, rows, form, (file, member, now))
    return result


def _load_files(places: Sequence[str], files: dict[str, Any], form: Form) -> Array:
    known = {path: (str(Path(path).absolute()), *stamp(path)) for path in files}

    def make(positions: list[int], pixels: Array) -> None:
        def decode_some(start: int) -> None:
            for k in range(start, min(start + _CHUNK, len(positions))):
                pixels[k] = decode(places[positions[k]], form)

        in_threads(decode_some, range(0, len(positions), _CHUNK))

    return cache.load([known[path] for path in places], form, _shape(form), make)


def load_stack(stack: Stack, rows: Array, form: Form, token: Any) -> Array:
    """Rows of an array of pictures, in one form; see `load`.

    Parameters
    ----------
    stack : Stack
        The pictures.
    rows : int array (n,)
        Rows of it.
    form : Form
        What they are brought to.
    token : hashable
        What tells this array from others.

    Returns
    -------
    pixels : uint8 array (n, height, width, channels)
    """
    check_rows(stack, rows)
    if form.crop is None and (form.height, form.width) == stack.shape[1:3] and stack.shape[3] != 4:
        return _as_they_are(stack, rows, form.channels)

    def make(positions: list[int], pixels: Array) -> None:
        def reshape_some(start: int) -> None:
            chosen = rows[positions[start : start + _CHUNK]]
            for k, picture in enumerate(stack.bytes(chosen), start):
                pixels[k] = reshaped(picture, form, f"{stack.name}#{chosen[k - start]}")

        in_threads(reshape_some, range(0, len(positions), _CHUNK))

    keys = [(token, row) for row in rows.tolist()]
    return cache.load(keys, form, _shape(form), make)


def _as_they_are(stack: Stack, rows: Array, channels: int, step: int = 4096) -> Array:
    """Rows of an array that are of the wanted size, of which nothing needs decoding."""
    result = cache.room((len(rows), *stack.shape[1:3], channels))
    for start in range(0, len(rows), step):
        block = recoloured(stack.bytes(rows[start : start + step]), channels)
        result[start : start + step] = block
    return result


def _shape(form: Form) -> tuple[int, int, int]:
    return form.height, form.width, form.channels
