"""Files of arrays given as a source: a table with one row a picture, and labels where they are.

How rows of them are read is in `places`.
"""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.data.images.columns import PICTURE
from fondo.data.images.folder import LABEL, PART
from fondo.data.images.idx import read_idx
from fondo.data.images.places import open_npz, picture_member, read_member, shape_of, stack_of
from fondo.errors import BadData

Array = np.ndarray[Any, Any]

LABELS = ("y", "labels", "targets", "label", "target")
_SPLIT = (("x_train", "y_train", "train"), ("x_test", "y_test", "test"))  # as Keras saves sets


def read_arrays(path: Path) -> tuple[pl.DataFrame, list[str]]:
    """Table of the pictures in a .npz, .npy or IDX file.

    Parameters
    ----------
    path : pathlib.Path
        The file. In a .npz the pictures are the array X, images or pictures, or the only one with
        3 or 4 axes; labels are y, labels or targets. One with x_train, y_train, x_test and y_test
        is read as two parts. The labels of an IDX file are in the file beside it.

    Returns
    -------
    table : polars.DataFrame (n_pictures, 1 to 3)
        "picture": `FILE#ROW` or `FILE#MEMBER/ROW`. "label": where there is one, a column each
        (label1, label2, ...) where a picture has several. "part": "train" or "test".
    notes : list of str
        What was passed over, in sentences.

    Raises
    ------
    BadData
        The file is damaged, holds no pictures, or not as many labels as pictures.
    """
    path = Path(path)
    if path.suffix.lower() == ".npz":
        with open_npz(str(path)) as members:
            return _read_npz(path, members)
    stack, _ = stack_of(str(path))
    labels = _beside(path)
    if labels is not None:
        _check_lengths(len(stack), len(labels), f"{path}", "the file of labels beside it")
    return _frame(str(path), "", len(stack), labels), _dark(stack, "")


def _read_npz(path: Path, members: Any) -> tuple[pl.DataFrame, list[str]]:
    lower = {name.lower(): name for name in members.files}
    if all(word in lower for pair in _SPLIT for word in pair[:2]):
        parts = []
        for x, y, part in _SPLIT:
            frame, notes = _table(path, members, lower[x], lower[y], True)
            parts.append(frame.with_columns(pl.lit(part).alias(PART)))
        return pl.concat(parts), notes
    name = picture_member(members, str(path))
    label = next((word for word in LABELS if word in members.files and word != name), None)
    several = sum(len(shape_of(members, each)) in (3, 4) for each in members.files) > 1
    frame, notes = _table(path, members, name, label, several)
    rest = [each for each in members.files if each not in (name, label)]
    if rest:
        notes.append(f"The pictures are {name!r}; passed over: {', '.join(rest)}.")
    return frame, notes


def _table(
    path: Path, members: Any, name: str, label: str | None, named: bool
) -> tuple[pl.DataFrame, list[str]]:
    """Table of one array of a .npz, with its labels."""
    member = name if named else ""
    stack, _ = stack_of(str(path), member)
    labels = None if label is None else read_member(members, str(path), label)
    if labels is not None:
        shown = f"{label!r} {labels.shape}"
        if labels.ndim not in (1, 2):
            raise BadData(f"{path}: labels {shown} must have one or two axes.")
        _check_lengths(len(stack), len(labels), str(path), shown)
    return _frame(str(path), member, len(stack), labels), _dark(stack, f" of {name!r}")


def _check_lengths(pictures: int, labels: int, owner: str, what: str) -> None:
    if pictures != labels:
        raise BadData(
            f"{owner}: there must be as many labels as pictures. There are {pictures:,} pictures "
            f"and {labels:,} labels in {what}."
        )


def _frame(file: str, member: str, n: int, labels: Array | None) -> pl.DataFrame:
    head = f"{file}#{member}/" if member else f"{file}#"
    columns: dict[str, Any] = {PICTURE: [f"{head}{row}" for row in range(n)]}
    if labels is not None and (labels.ndim == 1 or labels.shape[1] == 1):
        columns[LABEL] = labels.reshape(n).tolist()
    elif labels is not None:
        columns |= {f"{LABEL}{k}": part.tolist() for k, part in enumerate(labels.T, start=1)}
    return pl.DataFrame(columns)


def _beside(path: Path) -> Array | None:
    """Labels of an IDX file of pictures, from the file that is named alike."""
    name = path.name.replace("images", "labels").replace("idx3", "idx1")
    if name == path.name or path.suffix.lower() == ".npy":
        return None
    bare = name.removesuffix(".gz")
    there = [place for n in (name, bare, f"{bare}.gz") if (place := path.with_name(n)).is_file()]
    return read_idx(there[0]) if there else None


def _dark(stack: Any, of: str) -> list[str]:
    """A note where bytes are only 0 and 1, which is nearly black of 255."""
    if len(stack) == 0 or stack.array.dtype != np.uint8 or stack.array.max() > 1:
        return []
    return [
        f"The bytes{of} are only 0 and 1, and 255 is white. Save them as truth values (bool) "
        "if 1 is to be white."
    ]
