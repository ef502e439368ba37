"""Where one picture is: a file, or a row of an array in a file or of a sample.

`FILE`, `FILE#ROW` (.npy, IDX, .npz with one array of pictures), `FILE.npz#MEMBER/ROW`, or
`sample:digits#ROW`. What is done with the pixels is in `decode` and `load`.
"""

import re
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fondo.data.images.idx import read_idx
from fondo.data.images.stacks import Stack
from fondo.errors import BadData

Array = np.ndarray[Any, Any]

PICTURES = ("X", "images", "pictures")  # members of a .npz that are taken where there are several
DIGITS = "sample:digits"

_ROW = re.compile(r"(?s)(.+)#(?:(.+)/)?(\d+)")
_ARRAYS = re.compile(r"(?is).*(\.npz|\.npy|(\.idx\d?|-ubyte)(\.gz)?)")
_KEPT = 4  # files of arrays that stay open
_DIGITS_WHITE = 16.0

Stamp = tuple[int, int]  # when a file was changed, in nanoseconds, and its size in bytes


class Place(NamedTuple):
    """Row of an array of pictures.

    Attributes
    ----------
    file : str
        Path of the file, or "sample:digits".
    member : str
        Name of the array in a .npz, "" where it goes without saying.
    row : int
        From 0.
    """

    file: str
    member: str
    row: int


def parse(text: str) -> Place | None:
    """Row of an array that a place names; None where the place is a file of its own.

    Examples
    --------
    >>> parse("a.npz#X/12")
    Place(file='a.npz', member='X', row=12)
    >>> parse("photo#1.jpg") is None
    True
    """
    found = _ROW.fullmatch(text) if "#" in text else None
    if found is None or not (found[1].startswith("sample:") or is_array_file(found[1])):
        return None
    return Place(found[1], found[2] or "", int(found[3]))


def is_array_file(name: str) -> bool:
    """Whether a name is that of a file of arrays.

    Examples
    --------
    >>> is_array_file("train-images-idx3-ubyte.gz"), is_array_file("cat.png")
    (True, False)
    """
    return _ARRAYS.fullmatch(name) is not None


class Sorted(NamedTuple):
    """Places by what they are.

    Attributes
    ----------
    files : dict of str to list of int
        Path of a picture file to the positions where it stands.
    stacks : list of (str, str, int array, int array)
        File, member, positions and rows; a file with its member once.
    """

    files: dict[str, list[int]]
    stacks: list[tuple[str, str, Array, Array]]


def sort(places: Sequence[str]) -> Sorted:
    """Places sorted into files and rows of arrays.

    Parameters
    ----------
    places : sequence of str

    Returns
    -------
    sorted : Sorted

    Examples
    --------
    >>> sort(["b.jpg", "a.npy#3", "b.jpg"]).files
    {'b.jpg': [0, 2]}
    """
    files: dict[str, list[int]] = {}
    stacks: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    for position, text in enumerate(places):
        place = parse(text)
        if place is None:
            files.setdefault(text, []).append(position)
        else:
            positions, rows = stacks.setdefault((place.file, place.member), ([], []))
            positions.append(position)
            rows.append(place.row)
    found = [(*key, np.array(at), np.array(rows)) for key, (at, rows) in stacks.items()]
    return Sorted(files, found)


def stamp(path: str) -> Stamp:
    """When a file was changed and how large it is, which tells whether it is still the same.

    Raises
    ------
    BadData
        There is no such file.
    """
    try:
        status = Path(path).stat()
    except FileNotFoundError as error:
        raise BadData(f"{path}: there is no such file.") from error
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or str(error)
        raise BadData(f"{path}: the file cannot be opened ({told}).") from error
    return status.st_mtime_ns, status.st_size


class _Kept:
    """Arrays that were opened last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stacks: OrderedDict[tuple[str, str, Stamp], Stack] = OrderedDict()

    def get(self, file: str, member: str, now: Stamp) -> Stack:
        with self._lock:
            key = (file, member, now)
            if key not in self._stacks:
                self._stacks[key] = _read(file, member)
            self._stacks.move_to_end(key)
            while len(self._stacks) > _KEPT:
                self._stacks.popitem(last=False)
            return self._stacks[key]


_kept = _Kept()


def stack_of(file: str, member: str = "") -> tuple[Stack, Stamp]:
    """Pictures of a file of arrays, or of a sample, and the stamp of the file.

    Parameters
    ----------
    file : str
        Path of a .npz, .npy or IDX file, or "sample:digits".
    member : str, default=""
        Name of the array in a .npz.

    Returns
    -------
    stack : Stack
        Opened once and kept.
    stamp : (int, int)
        Changes when the file does.

    Raises
    ------
    BadData
        The file is not there, is damaged, or holds no pictures under that name.
    """
    if file.startswith("sample:") and file != DIGITS:
        raise BadData(f"{file}: there is no such sample of pictures. There is {DIGITS}.")
    now = (0, 0) if file == DIGITS else stamp(file)
    return _kept.get(file, member, now), now


def check_rows(stack: Stack, rows: Array) -> None:
    """Raise BadData where a row is not in the array."""
    if len(rows) and rows.max() >= len(stack):
        raise BadData(
            f"{stack.name}#{rows.max()}: there is no such row. The array has {len(stack):,} "
            "pictures, and rows count from 0."
        )


def _read(file: str, member: str) -> Stack:
    name = f"{file}#{member}" if member else file
    if file == DIGITS:
        from sklearn.datasets import load_digits

        return Stack(load_digits().images, name, _DIGITS_WHITE)
    ending = Path(file).suffix.lower()
    if ending == ".npz":
        with open_npz(file) as members:
            return Stack(read_member(members, file, member or picture_member(members, file)), name)
    if member:
        raise BadData(f"{name}: only .npz files have arrays with names. Leave {member!r} out.")
    return Stack(read_npy(file) if ending == ".npy" else read_idx(Path(file)), name)


def read_npy(file: str) -> Array:
    """Array of a .npy file, of which only what is asked for is read from disk.

    Raises
    ------
    BadData
        The file is damaged, or holds Python objects.
    """
    try:
        return np.load(file, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    except (OSError, ValueError, EOFError) as error:
        raise _unread(file, error) from error


@contextmanager
def open_npz(file: str) -> Iterator[Any]:
    """Arrays of a .npz file by their names, for a while.

    Raises
    ------
    BadData
        The file is not there, or is damaged.
    """
    stamp(file)
    with Path(file).open("rb") as opened:  # given a name, NumPy leaves a damaged file open
        try:
            found = np.load(opened, allow_pickle=False)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise _unread(file, error) from error
        if not isinstance(found, np.lib.npyio.NpzFile):
            raise BadData(f"{file}: this is no .npz file. Give it the ending that it should have.")
        with found:
            yield found


def read_member(members: Any, file: str, name: str) -> Array:
    """One array of an open .npz file.

    Raises
    ------
    BadData
        There is none of that name, it is damaged, or holds Python objects.
    """
    if name not in members.files:
        there = ", ".join(members.files) or "none"
        raise BadData(f"{file}: there is no array {name!r}. There are: {there}.")
    try:
        return np.asarray(members[name])
    except Exception as error:  # zlib, zipfile and numpy each have their own
        raise _unread(f"{file}#{name}", error) from error


def shape_of(members: Any, name: str) -> tuple[int, ...]:
    """Shape of an array of an open .npz file, from its header alone; () where it is damaged."""
    try:
        with members.zip.open(f"{name}.npy") as file:
            version = np.lib.format.read_magic(file)
            readers = {1: np.lib.format.read_array_header_1_0}
            reader = readers.get(version[0], np.lib.format.read_array_header_2_0)
            return tuple(reader(file)[0])
    except (KeyError, ValueError, OSError, zipfile.BadZipFile):
        return ()


def picture_member(members: Any, file: str) -> str:
    """Name of the array of an open .npz file that holds its pictures.

    Raises
    ------
    BadData
        There is none, or several and none is called X, images or pictures.
    """
    possible = [name for name in members.files if len(shape_of(members, name)) in (3, 4)]
    named = [name for name in PICTURES if name in possible]
    if named or len(possible) == 1:
        return (named or possible)[0]
    there = ", ".join(f"{name} {shape_of(members, name)}" for name in members.files) or "none"
    if not possible:
        raise BadData(
            f"{file}: no array has 3 or 4 axes, (n, height, width) or (n, height, width, "
            f"channels), so there are no pictures. There are: {there}."
        )
    raise BadData(
        f"{file}: several arrays may be the pictures. Call one of them X, or say which with "
        f"{Path(file).name}#NAME/ROW. There are: {there}."
    )


def _unread(file: str, error: Exception) -> BadData:
    words = str(error)
    if "pickled" in words or "magic string" in words:  # NumPy takes any rubbish for a pickle
        return BadData(f"{file}: this is no file of NumPy. Fetch or save it again.")
    if "Object arrays" in words or "Python objects" in words:
        return BadData(
            f"{file}: it holds Python objects, which are never opened: they could run code. "
            "Save the pictures as an array of numbers."
        )
    return BadData(f"{file}: the file cannot be read ({error}). Fetch or save it again.")
