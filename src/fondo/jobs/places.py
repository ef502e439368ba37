"""Where a training puts its model and its checkpoint; what is in them `store` knows."""

from pathlib import Path

from fondo.errors import OutputError
from fondo.store.atomic import blaming
from fondo.store.folder import check_place

CHECKPOINT = ".checkpoint"  # beside the model folder, until the model is whole


def checkpoint_of(folder: Path) -> Path:
    """Where the state of an unfinished training lies: beside its model folder."""
    return folder.with_name(folder.name + CHECKPOINT)


def choose_folder(out: str | Path | None, source: str, *, resume: bool) -> Path:
    """Folder for the model: the one asked for if it is free, else runs/NAME with a number.

    With `resume` and no folder asked for, the one whose checkpoint is the latest.
    """
    if out is not None:
        folder = Path(out)
        if (folder / "model.json").exists():
            raise OutputError(
                f"{folder}: holds a model already. Choose another --out or remove it."
            )
    else:
        folder = _next_folder(source, resume=resume)
    check_place(folder)
    with blaming(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def checkpoint_note(folder: Path, *, resume: bool) -> str:
    """What a person may not expect of the checkpoint; empty where all is as it should be."""
    place = checkpoint_of(folder)
    if resume and not place.exists():
        return f"There is no checkpoint at {place}: training starts from the beginning."
    if not resume and place.exists():
        return (
            f"The unfinished training in {place} starts afresh; --resume would have gone on "
            "with it."
        )
    return ""


def _next_folder(source: str, *, resume: bool) -> Path:
    stem = Path(source.removeprefix("sample:")).name.split(".")[0] or "table"
    base = Path("runs") / stem
    if resume:
        waiting = base.parent.glob(f"{stem}*{CHECKPOINT}")
        latest = max(waiting, key=lambda f: f.stat().st_mtime, default=checkpoint_of(base))
        return latest.with_name(latest.name.removesuffix(CHECKPOINT))
    number, folder = 1, base
    while folder.exists() or checkpoint_of(folder).exists():
        number += 1
        folder = base.with_name(f"{stem}-{number}")
    return folder
