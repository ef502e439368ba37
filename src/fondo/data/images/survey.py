"""One cheap look at every picture: its size, what it holds, how it looks, whether it is broken.

Decoding them for a network is in `load`.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from fondo.data.images.decode import (
    Form,
    flat,
    orientation,
    recoloured,
    reshaped,
    upright,
    upright_size,
)
from fondo.data.images.hashes import SIDE, THUMB, perceptual_hashes, shrunk, thumbs
from fondo.data.images.imaging import naming, opened, pillow, read_bytes
from fondo.data.images.places import Stamp, check_rows, sort, stack_of, stamp
from fondo.data.images.stacks import Stack
from fondo.data.threads import in_threads
from fondo.errors import BadData

Array = np.ndarray[Any, Any]

_DRAFT = 2 * SIDE  # pixels a side, at least, to which a JPEG is decoded
_CHUNK = 32  # files that a thread looks at before it comes back
_ROWS = 1024  # pictures of an array that are looked at together
_KEPT = 1_000_000  # files that are remembered, about 0.3 kB each


@dataclass
class Survey:
    """What is known of some pictures.

    Parameters
    ----------
    heights, widths : int32 array (n,)
        Pixels, of the upright picture; 0 where it is broken.
    channels : uint8 array (n,)
        As stored: 1 grey, 3 colour, 4 with transparency; 0 where it is broken.
    digests : uint64 array (n,)
        Of the content: of the bytes of a file, of the pixels of a row of an array. 0 where the
        file cannot be read at all.
    hashes : uint64 array (n,)
        How the picture looks; see `perceptual_hashes`. 0 where it is plain or broken.
    faults : dict of int to str
        Row to what is wrong, with the name of the picture.
    thumbs : uint8 array (n, 16, 16) or None, default=None
        The pictures made very small, and grey.
    """

    heights: Array
    widths: Array
    channels: Array
    digests: Array
    hashes: Array
    faults: dict[int, str] = field(default_factory=dict)
    thumbs: Array | None = None

    @classmethod
    def empty(cls, n: int) -> "Survey":
        """Of `n` pictures that nobody has looked at."""
        return cls(
            heights=np.zeros(n, np.int32),
            widths=np.zeros(n, np.int32),
            channels=np.zeros(n, np.uint8),
            digests=np.zeros(n, np.uint64),
            hashes=np.zeros(n, np.uint64),
            thumbs=np.zeros((n, THUMB, THUMB), np.uint8),
        )

    def __len__(self) -> int:
        return len(self.heights)

    @property
    def broken(self) -> Array:
        """Which pictures cannot be read (n,)."""
        return np.asarray(self.heights == 0)

    @property
    def plain(self) -> Array:
        """Which pictures are of one shade, so that nothing can be said of their look (n,)."""
        return np.asarray((self.hashes == 0) & ~self.broken)


class _Look(NamedTuple):
    height: int = 0
    width: int = 0
    channels: int = 0
    digest: int = 0
    hash: int = 0
    fault: str = ""
    thumb: bytes = bytes(THUMB * THUMB)


def survey(places: Sequence[str]) -> Survey:
    """Look at pictures once, in several threads; what is known already is only looked up.

    Parameters
    ----------
    places : sequence of str (n,)
        Files, or rows of arrays; see `places`.

    Returns
    -------
    survey : Survey
        Nothing is raised for a broken picture: it is among `faults`.

    Notes
    -----
    Every file is read to its end, so that one that is cut off is found; of a JPEG only the coarse
    waves are decoded. A file is looked at again when its size or its time of change differ.
    """
    found = Survey.empty(len(places))
    work = sort(places)
    looks = _look_at(list(work.files))
    for path, here in work.files.items():
        for position in here:
            _enter(found, position, looks[path])
    for file, member, positions, rows in work.stacks:
        try:
            stack, _ = stack_of(file, member)
        except BadData as error:
            found.faults.update(dict.fromkeys(positions.tolist(), str(error)))
            continue
        inside = rows < len(stack)
        for position, row in zip(positions[~inside].tolist(), rows[~inside], strict=True):
            found.faults[position] = _missing(stack, row)
        _copy(found, positions[inside], survey_stack(stack, rows[inside]))
    return found


def survey_stack(stack: Stack, rows: Array) -> Survey:
    """Look at rows of an array; see `survey`.

    Parameters
    ----------
    stack : Stack
        The pictures. What is seen is kept with them.
    rows : int array (n,)
        Rows of it.

    Returns
    -------
    survey : Survey
    """
    if stack.looks is None:
        stack.looks, stack.known = Survey.empty(len(stack)), np.zeros(len(stack), bool)
    new = np.unique(rows)[~stack.known[np.unique(rows)]] if len(rows) else rows
    parts = [new[start : start + _ROWS] for start in range(0, len(new), _ROWS)]
    for part, (digests, hashes, small) in zip(
        parts, in_threads(lambda part: _look_at_rows(stack, part), parts), strict=True
    ):
        stack.looks.digests[part], stack.looks.hashes[part] = digests, hashes
        stack.looks.thumbs[part] = small
        stack.known[part] = True
    stack.looks.heights[:], stack.looks.widths[:], stack.looks.channels[:] = stack.shape[1:]
    found = Survey.empty(len(rows))
    _copy(found, np.arange(len(rows)), stack.looks, rows)
    return found


def _copy(to: Survey, at: Array, source: Survey, rows: Array | None = None) -> None:
    for name in ("heights", "widths", "channels", "digests", "hashes", "thumbs"):
        values = getattr(source, name)
        getattr(to, name)[at] = values if rows is None else values[rows]


def _enter(found: Survey, row: int, look: _Look) -> None:
    found.heights[row], found.widths[row] = look.height, look.width
    found.channels[row], found.digests[row], found.hashes[row] = look[2:5]
    if found.thumbs is not None:
        found.thumbs[row].flat = np.frombuffer(look.thumb, np.uint8)
    if look.fault:
        found.faults[row] = look.fault


def _missing(stack: Stack, row: int) -> str:
    try:
        check_rows(stack, np.array([row]))
    except BadData as error:
        return str(error)
    raise AssertionError(row)  # it is asked only where the row is missing


# ---- files


class _Seen:
    """Looks at files, by path; the ones that were asked for last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: OrderedDict[str, tuple[Stamp, _Look]] = OrderedDict()
        self.counted = 0  # files that were opened, ever

    def get(self, path: str, now: Stamp) -> _Look | None:
        with self._lock:
            then, look = self._looks.get(path, (None, None))
            if then != now:
                return None
            self._looks.move_to_end(path)
            return look

    def put(self, path: str, now: Stamp, look: _Look) -> None:
        with self._lock:
            self.counted += 1
            self._looks[path] = now, look
            while len(self._looks) > _KEPT:
                self._looks.popitem(last=False)


seen = _Seen()


def _look_at(paths: list[str]) -> dict[str, _Look]:
    """Looks at files, those that are new to us in threads."""
    looks: dict[str, _Look] = {}
    new: list[tuple[str, Stamp]] = []
    for path in paths:
        try:
            now = stamp(path)
        except BadData as error:
            looks[path] = _Look(fault=str(error))
            continue
        look = seen.get(path, now)
        if look is None:
            new.append((path, now))
        else:
            looks[path] = look
    parts = [new[start : start + _CHUNK] for start in range(0, len(new), _CHUNK)]
    for part, fresh in zip(parts, in_threads(_look_at_files, parts), strict=True):
        for (path, now), look in zip(part, fresh, strict=True):
            seen.put(path, now, look)
            looks[path] = look
    return looks


def _look_at_files(part: Iterable[tuple[str, Stamp]]) -> list[_Look]:
    """Looks at some files, one after the other; the hashes are computed together."""
    looks, smalls = [], []
    for path, _ in part:
        digest = 0
        try:
            data = read_bytes(path)
            digest = _digest(data)
            look, small = _look_closely(path, data, digest)
        except BadData as error:
            look, small = _Look(digest=digest, fault=str(error)), np.zeros((SIDE, SIDE))
        looks.append(look)
        smalls.append(small)
    small = np.stack(smalls)
    told = zip(looks, perceptual_hashes(small).tolist(), thumbs(small), strict=True)
    return [look._replace(hash=code, thumb=thumb.tobytes()) for look, code, thumb in told]


def _look_closely(path: str, data: bytes, digest: int) -> tuple[_Look, Array]:
    with naming(path, data):
        image = opened(data)
        turn = orientation(image)
        width, height = upright_size(image)
        bare = image.mode in ("1", "L", "F") or image.mode.startswith("I")
        clear = image.has_transparency_data
        if image.format == "JPEG":
            image.draft("L", (_DRAFT, _DRAFT))
        image.load()
        grey = flat(image, 1)
        small = grey.resize((SIDE, SIDE), pillow().Resampling.BILINEAR, reducing_gap=3.0)
        pixels = np.asarray(upright(small, turn))
    return _Look(height, width, 4 if clear else 1 if bare else 3, digest), pixels


def _digest(data: Any, head: bytes = b"") -> int:
    """First 64 bits of a hash of bytes."""
    made = hashlib.blake2b(head, digest_size=8)
    made.update(data)
    return int.from_bytes(made.digest(), "little")


# ---- rows of arrays


def _look_at_rows(stack: Stack, rows: Array) -> tuple[Array, Array, Array]:
    """Digests, hashes and thumbs of rows of an array."""
    block = stack.bytes(rows)
    head = str(block.shape[1:]).encode()
    digests = np.array([_digest(picture.data, head) for picture in block], np.uint64)
    grey = recoloured(block, 1)
    if grey is None:
        form = Form(block.shape[1], block.shape[2], 1)
        grey = np.stack([reshaped(picture, form, stack.name) for picture in block])
    small = shrunk(grey[..., 0])
    return digests, perceptual_hashes(small), thumbs(small)
