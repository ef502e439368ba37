"""The model folder: written whole or not at all, read only if every bit is as it was written.

What the parts mean is the task's; here they are JSON, arrays and text, and nothing is executed.
"""

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fondo.errors import BadParameter, ModelFolderError, OutputError
from fondo.store import manifest, parts, plain
from fondo.store.atomic import blaming, write_folder, write_new
from fondo.store.weights import Array, pack_arrays

FORMAT = 1  # layout that `write` makes; `_READERS` keeps one reader for each there ever was
REQUIRED = ("model.json", "weights.safetensors", "history.json", "receipt.json", "card.md")
STANDARD = (*REQUIRED, "report.html")
CHECKPOINT = "checkpoint.safetensors"  # training may leave it in the folder-to-be
_IGNORED = {CHECKPOINT, ".DS_Store"}
_MOST_MANIFEST = 1 << 20  # bytes


@dataclass(frozen=True)
class Stored:
    """Everything a model folder holds.

    Attributes
    ----------
    model : dict
        Task name, settings, learned state, versions: plain JSON.
    weights : dict of str to array
        The network's.
    history : list of dict
        One row an epoch.
    receipt : dict
        See `fondo.store.receipt`.
    card : str
        The model card, Markdown.
    report : str or None
        The report, HTML.
    extra : dict of str to object
        Further JSON files by name without `.json`.
    version : str
        Version of fondo that wrote the folder.
    """

    model: dict[str, Any]
    weights: dict[str, Array]
    history: list[dict[str, Any]]
    receipt: dict[str, Any]
    card: str
    report: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    version: str = ""


def write(
    folder: str | os.PathLike[str],
    *,
    model: Mapping[str, Any],
    weights: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    receipt: Mapping[str, Any],
    card: str,
    report: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Write a model folder; one that is already there is replaced only when the new one is whole.

    Parameters
    ----------
    folder : str or path
        New, empty, or a model folder without other files in it.
    model, receipt : mapping
        Plain JSON.
    weights : mapping of str to array
        The network's.
    history : sequence of mapping
        One row an epoch; a value that is no number is kept as null.
    card : str
        Model card, Markdown.
    report : str, default=None
        Report, HTML.
    extra : mapping of str to object, default=None
        Further JSON by name, such as "evaluation"; not-a-number is kept as null.

    Raises
    ------
    BadParameter
        Something that JSON or safetensors cannot hold, or a name that is no file name.
    OutputError
        The folder could not be written, or holds files of others; it is unchanged.
    """
    files = {
        "model.json": plain.dump(model, "model"),
        "weights.safetensors": pack_arrays(weights),
        "history.json": plain.dump(history, "history", gaps=True),
        "receipt.json": plain.dump(receipt, "receipt"),
        "card.md": card.encode("utf-8", "backslashreplace"),
    }
    if report is not None:
        files["report.html"] = report.encode("utf-8", "backslashreplace")
    for name, value in (extra or {}).items():
        if not manifest.is_name(f"{name}.json") or f"{name}.json" in STANDARD:
            raise BadParameter(
                f"write(extra={name!r}): a name must be small letters, digits and underscores, "
                "and not a name of the folder's own files. Rename it."
            )
        files[f"{name}.json"] = plain.dump(value, f"extra.{name}", gaps=True)
    check_place(folder)
    with write_folder(folder) as fresh:
        for name, data in files.items():
            write_new(fresh / name, data)
        write_new(fresh / manifest.NAME, manifest.pack(files, FORMAT))


def read(folder: str | os.PathLike[str]) -> Stored:
    """Read a model folder of this or any earlier version.

    Files that the manifest does not list are left alone.

    Parameters
    ----------
    folder : str or path
        As given to `write`.

    Returns
    -------
    stored : Stored
        All that was written, verified against the SHA-256 of every file.

    Raises
    ------
    ModelFolderError
        Not a model folder, damaged, incomplete, or of a later version: names folder, file and
        what to do.
    """
    where = Path(folder)
    listed = _manifest(where)
    if listed.format not in _READERS:
        raise ModelFolderError(
            f"{where}: was written by fondo {listed.version} in format {listed.format}; this one "
            f"reads formats up to {FORMAT}. Update fondo."
        )
    return _READERS[listed.format](where, listed)


def check_place(folder: str | os.PathLike[str]) -> None:
    """OutputError unless `folder` is new, empty, or a model folder without files of others.

    For asking before a training, not after it.
    """
    where = Path(folder)
    with blaming(where):
        _check_parent(Path(os.path.realpath(where)))
        if not where.exists():
            return
        present = {entry.name for entry in where.iterdir()} - _IGNORED
    try:
        own = {manifest.NAME, *STANDARD, *_manifest(where).files}
    except ModelFolderError:
        own = set()
    strangers = sorted(present - own)
    if strangers:
        raise OutputError(
            f"{where}: holds {strangers[0]!r}, which is no part of a model. "
            "Choose another folder, or empty this one; it is unchanged."
        )


def _check_parent(where: Path) -> None:
    """PermissionError unless a folder can be made there."""
    above = next(parent for parent in where.parents if parent.exists())
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{above.name} is a file")
    if not os.access(above, os.W_OK):
        raise PermissionError(errno.EACCES, "permission denied")


def _manifest(where: Path) -> manifest.Manifest:
    """Manifest of the folder, or the error that says why there is none."""
    try:
        names = {entry.name for entry in where.iterdir()}
    except FileNotFoundError:
        raise ModelFolderError(f"{where}: there is no such folder. Check the name.") from None
    except NotADirectoryError:
        raise ModelFolderError(
            f"{where}: is a file; a model is a folder. Give the folder that was saved."
        ) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise ModelFolderError(
            f"{where}: could not be opened ({reason}). Check the name and the rights."
        ) from error
    if manifest.NAME not in names:
        found = "incomplete" if "model.json" in names else "no model folder" if names else "empty"
        raise ModelFolderError(
            f"{where}: is {found}; {manifest.NAME} is missing. Give a folder that fondo saved, "
            "copied whole."
        )
    data = parts.read_plain(where, manifest.NAME, most=_MOST_MANIFEST)
    try:
        return manifest.unpack(data)
    except ValueError as error:
        parts.fail(where, manifest.NAME, f"is damaged or foreign ({error})", error)


def _read_1(where: Path, listed: manifest.Manifest) -> Stored:
    """Folder of format 1: the files of `write`, all listed."""
    for name in REQUIRED:
        if name not in listed.files:
            parts.fail(where, manifest.NAME, f"does not list {name}")
    data = {name: parts.read_listed(where, name, said) for name, said in listed.files.items()}
    found = {
        name: parts.to_json(where, name, data[name]) for name in data if name.endswith(".json")
    }
    for name in ("model.json", "receipt.json"):
        if not isinstance(found[name], dict):
            parts.fail(where, name, "must hold an object")
    rows = found["history.json"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        parts.fail(where, "history.json", "must hold a list of objects")
    page = data.get("report.html")
    return Stored(
        model=found.pop("model.json"),
        weights=parts.to_arrays(where, "weights.safetensors", data["weights.safetensors"]),
        history=found.pop("history.json"),
        receipt=found.pop("receipt.json"),
        card=parts.to_text(where, "card.md", data["card.md"]),
        report=None if page is None else parts.to_text(where, "report.html", page),
        extra={name.removesuffix(".json"): value for name, value in found.items()},
        version=listed.version,
    )


_READERS: dict[int, Callable[[Path, manifest.Manifest], Stored]] = {1: _read_1}
