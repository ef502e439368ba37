"""The list of a model folder's files with size and SHA-256, sealed so that no bit can change.

It finds damage and mix-ups; it is no signature, and proves nothing about who wrote the folder.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fondo.store import plain
from fondo.version import __version__

NAME = "manifest.json"
KIND = "fondo model"
_BLANK = b"0" * 64
_SEAL = re.compile(rb'"seal": "([0-9a-f]{64})"')
_FILE = re.compile(r"[a-z0-9_]{1,64}\.(json|safetensors|md|html)")  # no folder, no hidden file
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """What the manifest says about one file.

    Attributes
    ----------
    size : int
        Length in bytes.
    sha256 : str
        64 hexadecimal characters.
    """

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What the manifest says about the folder.

    Attributes
    ----------
    format : int
        Layout of the folder, from 1.
    version : str
        Version of fondo that wrote it.
    files : dict of str to Entry
        Every file but the manifest itself; names without any path.
    """

    format: int
    version: str
    files: dict[str, Entry]


def pack(files: Mapping[str, bytes], layout: int) -> bytes:
    """Bytes of the manifest of `files`, in folder layout number `layout`."""
    listed = {name: {"bytes": len(data), "sha256": _sha(data)} for name, data in files.items()}
    body = {"kind": KIND, "format": layout, "fondo": __version__, "files": listed}
    blank = plain.dump({**body, "seal": _BLANK.decode()}, "manifest")
    return blank.replace(_BLANK, _sha(blank).encode())


def unpack(data: bytes) -> Manifest:
    """Manifest in `data`; ValueError says what is wrong with it.

    The seal is the SHA-256 of the file with zeros where the seal stands; every layout keeps it,
    so that damage is told from a folder of a later version.
    """
    found = plain.parse(data)
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise ValueError("it is not fondo's")
    seals = _SEAL.findall(data)
    if len(seals) != 1 or _sha(data.replace(seals[0], _BLANK)).encode() != seals[0]:
        raise ValueError("its seal does not fit")
    layout, version, files = found.get("format"), found.get("fondo"), found.get("files")
    if type(layout) is not int or layout < 1 or not isinstance(version, str):
        raise ValueError("it names no format or version")
    if not isinstance(files, dict):
        raise ValueError("it lists no files")
    return Manifest(layout, version, {name: _entry(name, said) for name, said in files.items()})


def fits(data: bytes, entry: Entry) -> bool:
    """Whether `data` is what the manifest says."""
    return len(data) == entry.size and _sha(data) == entry.sha256


def is_name(name: str) -> bool:
    """Whether a file of a model folder may have this name: no path, nothing hidden, no code."""
    return bool(_FILE.fullmatch(name)) and name != NAME


def _entry(name: str, said: Any) -> Entry:
    if not is_name(name):
        raise ValueError(f"it lists the file name {name[:80]!r}, which may not be")
    size, sha = (said.get("bytes"), said.get("sha256")) if isinstance(said, dict) else (None, None)
    if type(size) is not int or size < 0 or not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise ValueError(f"it gives no size or no hash of {name}")
    return Entry(size, sha)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
