"""Whether a sound file is as long as its header says: libsndfile reads what is there, and is mute.

The ends of FLAC and MP3 are not looked at here: they are missed in decoding.
"""

import os
import struct
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

_STREAMED = 0x7FFFF000  # sizes from here on are written by programs that did not know better
_PAGE = 65_307  # bytes of the largest page of Ogg
_PAGE_HEAD = 27


def is_cut_off(path: str, kind: str) -> bool:
    """Whether samples that the header promises are missing at the end of a file.

    Parameters
    ----------
    path : str
        Path of the file.
    kind : str
        "WAV", "AIFF", "AU", "OGG"; others are never found short.

    Returns
    -------
    short : bool

    Notes
    -----
    WAV, AIFF and AU state the bytes of their samples; a WAV or AU that was written to a pipe states
    a size near 2^31 or 2^32, which is no promise. Ogg states no length: it is short where its last
    page is. A file cut between two pages is a whole shorter one.
    """
    looks = {"WAV": _wav, "AIFF": _aiff, "AU": _au, "OGG": _ogg}
    if kind not in looks:
        return False
    with Path(path).open("rb") as file:
        try:
            return looks[kind](file, os.fstat(file.fileno()).st_size)
        except struct.error:  # the header itself is cut
            return True


def _wav(file: BinaryIO, length: int) -> bool:
    order = ">" if file.read(12)[:4] == b"RIFX" else "<"
    wide = 0  # size that RF64 keeps beside, in 64 bits
    while True:
        name, size = struct.unpack(f"{order}4sI", file.read(8))
        if name == b"data":
            if size == 0xFFFFFFFF and wide:
                return bool(wide > length - file.tell())
            return bool(size < _STREAMED and size > length - file.tell())
        start = file.tell()
        if name == b"ds64":
            wide = struct.unpack("<QQ", file.read(16))[1]
        file.seek(start + size + size % 2)


def _aiff(file: BinaryIO, length: int) -> bool:
    file.seek(12)
    while True:
        name, size = struct.unpack(">4sI", file.read(8))
        if name == b"SSND":
            return bool(size > length - file.tell())
        file.seek(size + size % 2, os.SEEK_CUR)


def _au(file: BinaryIO, length: int) -> bool:
    order = "<" if file.read(4) == b"dns." else ">"
    start, size = struct.unpack(f"{order}II", file.read(8))
    return bool(size < _STREAMED and size > length - start)


def _ogg(file: BinaryIO, length: int) -> bool:
    file.seek(max(length - _PAGE - _PAGE_HEAD, 0))
    tail = file.read()
    at = tail.rfind(b"OggS\0")
    if at < 0:
        return True  # no page begins in the last bytes, though none is as long as they are
    count = struct.unpack_from("B", tail, at + _PAGE_HEAD - 1)[0]
    head = at + _PAGE_HEAD + count
    return bool(head + sum(tail[at + _PAGE_HEAD : head]) > len(tail))


# ---- MP3: kilobits a second by the number in a frame's header, for layers II and III of MPEG 1 and
# for all of MPEG 2 (ISO/IEC 11172-3 and 13818-3, 2.4.2.3); hertz likewise
_BITS = {
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def is_unstated(path: str, kind: str) -> bool:
    """Whether a file is an MP3 of varying bit rate without a word on its length.

    libsndfile then takes the bit rate of the first frame for that of all, and would end too early.

    Parameters
    ----------
    path : str
        Path of the file.
    kind : str
        As for `is_cut_off`; only "MP3" is looked at.
    """
    if kind != "MP3":
        return False
    status = Path(path).stat()
    return _varies(path, status.st_mtime_ns, status.st_size)


@lru_cache(4096)  # half a second for an hour of sound, and stretches of it are asked for one by one
def _varies(path: str, changed: int, size: int) -> bool:
    with Path(path).open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        at = 0
        while data[at : at + 3] == b"ID3" and len(data) >= at + 10:
            stated = data[at + 6 : at + 10]  # bytes that follow, seven bits in each
            at += 10 + sum(byte << 7 * (3 - k) for k, byte in enumerate(stated))
        first = _frame(data[at : at + 4])
        told = data[at : at + 64]  # behind at most 36 bytes
        if first is None or any(word in told for word in (b"Xing", b"Info", b"VBRI")):
            return False
        found: tuple[int, int] | None = first
        while found is not None and found[0] == first[0]:
            at += found[1]
            found = _frame(data[at : at + 4])
        return found is not None


def _frame(head: bytes) -> tuple[int, int] | None:
    """Bit rate of a frame and its length in bytes; None where there is no frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] >> 5 != 7:
        return None
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3
    rate, bits, padding = (head[2] >> 2) & 3, head[2] >> 4, (head[2] >> 1) & 1
    if version == 1 or layer not in (1, 2) or rate == 3 or bits in (0, 15):
        return None
    kilobits = _BITS[(3, layer) if version == 3 else (2, 1)][bits]
    size = 144_000 if version == 3 or layer == 2 else 72_000
    return kilobits, size * kilobits // _HERTZ[version][rate] + padding
