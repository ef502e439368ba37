"""Named arrays on disk as safetensors, whole or not at all, and their hash.

Which arrays a model has, and what the metadata means, is the caller's; nothing is ever executed.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import safetensors
import safetensors.numpy

from fondo.errors import BadData, BadParameter
from fondo.store.atomic import write_bytes

Array = np.ndarray[Any, np.dtype[Any]]

_TYPES: dict[str, Any] = {
    "BOOL": np.bool_,
    "U8": np.uint8,
    "I8": np.int8,
    "U16": np.uint16,
    "I16": np.int16,
    "U32": np.uint32,
    "I32": np.int32,
    "U64": np.uint64,
    "I64": np.int64,
    "F16": np.float16,
    "BF16": ml_dtypes.bfloat16,
    "F32": np.float32,
    "F64": np.float64,
}
_NAMES = {np.dtype(kind).name for kind in _TYPES.values()}
_FAULTS = (safetensors.SafetensorError, ArithmeticError, LookupError, RecursionError, ValueError)
_NOTE = "fondo"  # one key: the library writes several in random order, and equal runs differ then


def pack_arrays(arrays: Mapping[str, Any], metadata: Mapping[str, str] | None = None) -> bytes:
    """Bytes of a safetensors file; equal arrays and metadata give equal bytes.

    Parameters
    ----------
    arrays : mapping of str to array
        Real numbers or booleans, any shape, also empty and 0-dimensional.
    metadata : mapping of str to str, default=None
        Kept in the file's header, under one key, as JSON.

    Returns
    -------
    data : bytes
        For `unpack_arrays`, or any reader of safetensors.

    Raises
    ------
    BadParameter
        An array of objects or text, a name or metadata that is no text.
    """
    plain = {}
    for name, value in arrays.items():
        array = np.asarray(value, order="C")
        if not isinstance(name, str) or name == "__metadata__":
            raise BadParameter(
                f"save_arrays(arrays={name!r}): a name must be a text other than '__metadata__'. "
                "Rename it."
            )
        if array.dtype.name not in _NAMES:
            raise BadParameter(
                f"save_arrays(arrays={name!r}): its type must be one of "
                f"{', '.join(sorted(_NAMES))}, not {array.dtype}. Convert it first."
            )
        plain[name] = array.astype(array.dtype.newbyteorder("<"), copy=False)
    notes = dict(metadata or {})
    if not all(isinstance(word, str) for pair in notes.items() for word in pair):
        raise BadParameter("save_arrays(metadata): names and values must be text. Use json.dumps.")
    header = {_NOTE: json.dumps(notes, sort_keys=True)}
    return bytes(safetensors.numpy.save(plain, metadata=header))


def unpack_arrays(data: bytes, source: str) -> tuple[dict[str, Array], dict[str, str]]:
    """Arrays and metadata of the bytes of a safetensors file.

    Parameters
    ----------
    data : bytes
        The whole file. No more memory is taken than it has bytes, whatever shapes it declares.
    source : str
        Where it comes from, for the message.

    Returns
    -------
    arrays : dict of str to array
        Own, writable copies.
    metadata : dict of str to str
        As given to `save_arrays`; of a file by another program, its header's notes.

    Raises
    ------
    BadData
        Truncated, damaged, or not such a file.
    """
    try:
        arrays = {}
        for name, part in safetensors.deserialize(data):  # type: ignore[no-untyped-call]
            kind = np.dtype(_TYPES[part["dtype"]]).newbyteorder("<")
            arrays[name] = np.frombuffer(bytearray(part["data"]), kind).reshape(part["shape"])
        return dict(sorted(arrays.items())), _metadata(data)
    except _FAULTS as error:
        reason = str(error).rstrip(".")
        raise BadData(
            f"{source}: must be a whole safetensors file of numbers ({reason}). "
            "Take a fresh copy, or make the file again."
        ) from error


def save_arrays(
    path: str | os.PathLike[str],
    arrays: Mapping[str, Any],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write named arrays, with notes in the header, as one safetensors file, atomically.

    Parameters
    ----------
    path : str or path
        The file; folders on the way are made.
    arrays : mapping of str to array
        Real numbers or booleans (also bfloat16), any shape, also empty and 0-dimensional.
    metadata : mapping of str to str, default=None
        Kept in the header: `json.dumps` what is not text.

    Raises
    ------
    BadParameter
        An array of objects or text, a name or metadata that is no text.
    OutputError
        The file could not be written; the old one stays whole.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_arrays(Path(folder, "a.safetensors"), {"w": np.arange(3)}, {"epoch": "7"})
    ...     load_arrays(Path(folder, "a.safetensors"))
    ({'w': array([0, 1, 2])}, {'epoch': '7'})
    """
    write_bytes(path, pack_arrays(arrays, metadata))


def load_arrays(path: str | os.PathLike[str]) -> tuple[dict[str, Array], dict[str, str]]:
    """Read what `save_arrays` wrote.

    Parameters
    ----------
    path : str or path
        A safetensors file.

    Returns
    -------
    arrays : dict of str to array
        Bit for bit what was saved, names sorted.
    metadata : dict of str to str
        What was saved with them.

    Raises
    ------
    BadData
        No such file, or truncated, damaged, not safetensors.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadData(
            f"{os.fspath(path)}: could not be read ({reason}). Check the name and the rights."
        ) from error
    return unpack_arrays(data, os.fspath(path))


def hash_arrays(arrays: Mapping[str, Any] | Sequence[Any]) -> str:
    """SHA-256, in hexadecimal, over names or positions, types, shapes and every bit of arrays.

    Parameters
    ----------
    arrays : mapping of str to array, or sequence of array
        A mapping's order does not matter, a sequence's does.

    Returns
    -------
    digest : str
        64 characters; 0.0 and -0.0 differ, as do float32 and float64.

    Raises
    ------
    BadParameter
        An array of Python objects, which have no bits of their own.

    Examples
    --------
    >>> hash_arrays([np.zeros(2)]) == hash_arrays([np.zeros(2)])
    True
    >>> hash_arrays([np.zeros(2)]) == hash_arrays([np.zeros((2, 1))])
    False
    """
    pairs = sorted(arrays.items()) if isinstance(arrays, Mapping) else enumerate(arrays)
    digest = hashlib.sha256()
    for name, value in pairs:
        array = np.asarray(value, order="C")
        if array.dtype.hasobject:
            raise BadParameter(
                f"hash_arrays(arrays={name!r}): its type must be numbers or text of a fixed width, "
                "not objects. Convert it first."
            )
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        head = json.dumps([name, array.dtype.name, array.shape]).encode()
        digest.update(len(head).to_bytes(8, "little") + head)
        digest.update(array.reshape(-1).view(np.uint8).data if array.size else b"")
    return digest.hexdigest()


def _metadata(data: bytes) -> dict[str, str]:
    """Notes in the header of a file that `safetensors.deserialize` has already found whole."""
    length = int.from_bytes(data[:8], "little")
    found: dict[str, str] = json.loads(data[8 : 8 + length]).get("__metadata__") or {}
    if list(found) != [_NOTE]:
        return found
    notes = json.loads(found[_NOTE])
    if not isinstance(notes, dict) or not all(isinstance(note, str) for note in notes.values()):
        raise ValueError("its notes are no text")
    return notes
