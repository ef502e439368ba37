"""IDX files, in which MNIST is kept: read, and checked byte by byte against their own header.

The format: two zero bytes, a code for the type, the number of axes, the length of each axis as a
big-endian int32, then the values, the last axis fastest.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from fondo.errors import BadData

Array = np.ndarray[Any, Any]

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_MOST_AXES = 8  # more is no data set but a damaged header
_MOST_BYTES = 1 << 32  # of one file unpacked; a header that promises more is taken for damaged
_GZIP = b"\x1f\x8b"
_PARTS = {
    "X": ("train", "images", 3),
    "y": ("train", "labels", 1),
    "X_test": ("t10k", "images", 3),
    "y_test": ("t10k", "labels", 1),
}


class Pictures(NamedTuple):
    """Training and test pictures with their labels.

    Attributes
    ----------
    X, X_test : uint8 array (pictures, height, width)
        Brightness, 0 to 255.
    y, y_test : uint8 array (pictures,)
        Labels, from 0 on.
    """

    X: Array
    y: Array
    X_test: Array
    y_test: Array


def read_idx(path: Path) -> Array:
    """Array that an IDX file holds, gzipped or not (told by its first bytes, not by its name).

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    array : array
        In the type and the shape that the file states, in the machine's own byte order.

    Raises
    ------
    BadData
        The file is not there, is no IDX file, or holds fewer or more values than it states.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "a.idx"
    >>> _ = place.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
    >>> read_idx(place)
    array([7, 8, 9], dtype=uint8)
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            if not packed:
                return _read(file, path)
            with gzip.open(file) as unpacked:
                return _read(unpacked, path)
    except (OSError, EOFError, zlib.error) as error:  # BadGzipFile is an OSError
        raise BadData(f"{path}: the file cannot be read ({error}). Fetch it again.") from error


def _read(file: Any, path: Path) -> Array:
    dtype, shape = _header(file, path)
    size = dtype.itemsize * math.prod(shape)
    if size > _MOST_BYTES:
        raise BadData(
            f"{path}: its header states shape {shape}, {size:,} bytes, more than the "
            f"{_MOST_BYTES:,} that are read. The file is damaged; fetch it again."
        )
    body = file.read(size + 1)
    if len(body) != size:
        found = f"{len(body):,}" if len(body) < size else f"more than {size:,}"
        raise BadData(
            f"{path}: its header states shape {shape}, {size:,} bytes, and {found} follow. "
            "The file is cut off or damaged; fetch it again."
        )
    return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _header(file: BinaryIO, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Type and shape that the first bytes state."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES:
        raise BadData(
            f"{path}: an IDX file must begin with two zero bytes and a type from 0x08 to 0x0E. "
            f"This one begins with {magic.hex(' ') or 'nothing'}; it is not an IDX file."
        )
    axes = magic[3]
    lengths = file.read(4 * axes)
    if not 1 <= axes <= _MOST_AXES or len(lengths) < 4 * axes:
        raise BadData(
            f"{path}: an IDX file must have 1 to {_MOST_AXES} axes and state their lengths. "
            f"Its header states {axes}; the file is cut off or damaged."
        )
    shape = struct.unpack(f">{axes}i", lengths)
    if min(shape) < 0:
        raise BadData(f"{path}: its header states shape {shape}; no length may be below 0.")
    return np.dtype(_TYPES[magic[2]]), shape


def read_mnist(folder: Path) -> Pictures:
    """Pictures of a folder that holds the four files of MNIST, or of a set in the same form.

    Parameters
    ----------
    folder : pathlib.Path
        With `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
        `t10k-labels-idx1-ubyte`, each with or without `.gz`, or with a dot before `idx`.

    Returns
    -------
    pictures : Pictures
        Training and test pictures.

    Raises
    ------
    BadData
        A file is missing or damaged, or the four do not belong together.
    """
    if not folder.is_dir():
        raise BadData(
            f"{folder}: it must be a folder with the four files of MNIST "
            "(train-images-idx3-ubyte.gz and so on). Give the folder, not a file."
        )
    found = {name: _part(folder, *what) for name, what in _PARTS.items()}
    pictures = Pictures(**{name: array for name, (_, array) in found.items()})
    places = {name: place for name, (place, _) in found.items()}
    for images, labels in (("X", "y"), ("X_test", "y_test")):
        n, k = len(getattr(pictures, images)), len(getattr(pictures, labels))
        if n != k or n == 0:
            raise BadData(
                f"{places[labels]}: each picture must have a label. There are {n:,} pictures in "
                f"{places[images].name} and {k:,} labels."
            )
    if pictures.X.shape[1:] != pictures.X_test.shape[1:]:
        raise BadData(
            f"{places['X_test']}: test pictures must be of the size of the training pictures, "
            f"{pictures.X.shape[1:]}. They are {pictures.X_test.shape[1:]}."
        )
    _check_labels(pictures, places)
    return pictures


def _part(folder: Path, part: str, kind: str, axes: int) -> tuple[Path, Array]:
    """One of the four files, and what is in it."""
    wanted = f"{part}-{kind}-idx{axes}-ubyte"
    names = {wanted, wanted.replace("-idx", ".idx")}
    places = [folder / f"{name}{end}" for name in sorted(names) for end in (".gz", "")]
    there = [place for place in places if place.is_file()]
    if not there:
        raise BadData(f"{folder}: there is no {wanted}.gz, nor the same without .gz.")
    array = read_idx(there[0])
    if array.ndim != axes or array.dtype != np.uint8:
        raise BadData(
            f"{there[0]}: {kind} must be unsigned bytes on {axes} "
            f"{'axis' if axes == 1 else 'axes'}. Found {array.dtype} of shape {array.shape}."
        )
    return there[0], array


def _check_labels(pictures: Pictures, places: dict[str, Path]) -> None:
    known = np.unique(pictures.y)
    if len(known) < 2:
        raise BadData(
            f"{places['y']}: there must be pictures of at least two labels. Every label is "
            f"{known[0]}."
        )
    if pictures.X.shape[1] * pictures.X.shape[2] == 0:
        raise BadData(f"{places['X']}: a picture must have a pixel. Found {pictures.X.shape}.")
    strange = np.setdiff1d(pictures.y_test, known)
    if strange.size:
        raise BadData(
            f"{places['y_test']}: label {strange[0]} is not among the training labels, so no "
            "network could give it. Check that the four files belong together."
        )
