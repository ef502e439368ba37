"""The rows that a fitted task learnt from, and those that chose its epoch, told apart again.

They were parted by `tasks.rows.split_part`, which parts the same rows the same way every time.
"""

from typing import Any

import numpy as np

from fondo.errors import BadData
from fondo.tasks.rows import Part, split_part

_CLOSE = 1e-3  # of a loss: float32 sums in another order


def set_apart(task: Any, whole: Part) -> tuple[Part, Part | None]:
    """Training and validation rows among those that `fit` was given; None where all were learnt.

    Parameters
    ----------
    task : Task
        With the settings it was fitted with.
    whole : Part
        All rows given to `fit`, in their order, with their groups.

    Returns
    -------
    training, validation : Part, Part or None
        With their groups and weights.
    """
    places = np.arange(task.n_rows(whole.X))
    # each row carries its place as its weight, so that its group and its weight are found again
    parts = split_part(task, Part(whole.X, whole.y, places), whole.groups)
    training, held = (None if part is None else _with_own(part, whole) for part in parts)
    return training or whole, held


def _with_own(part: Part, whole: Part) -> Part:
    def of(array: np.ndarray | None) -> np.ndarray | None:
        return None if array is None else array[part.weight]

    return Part(part.X, part.y, of(whole.weight), of(whole.groups), of(whole.times))


def check_apart(task: Any, held: Part | None) -> None:
    """Raise BadData where these cannot be the validation rows that the task was fitted with.

    Their number and their loss after the kept epoch must be those that the training recorded.
    """
    count = 0 if held is None else task.n_rows(held.X)
    if count == task.n_validation_ and (held is None or _loss_agrees(task, held)):
        return
    raise BadData(
        f"diagnose(train): these are not the rows that {type(task).__name__} was fitted on, in "
        "their order: its validation rows cannot be found among them. Give the same rows, with "
        "their groups where fit had groups: train=(X, y, groups). Or say which is which: "
        "train=(rows learnt from, ...), validation=(X, y)."
    )


def _loss_agrees(task: Any, held: Part) -> bool:
    kept = [row for row in task.history_ if row.get("epoch") == task.best_epoch_]
    recorded = kept[0].get("val_loss") if kept else None
    if recorded is None or task.receipt_.get("data", {}).get("weighted"):
        return True  # nothing to compare with, or weights that are not known here
    rows = task.examples(held)
    losses = task.objective().loss(rows.target, task.outputs_of(rows.inputs))
    mean = np.average(np.asarray(losses, "float64").reshape(len(losses), -1).mean(axis=1),
                      weights=rows.weight)  # fmt: skip
    return bool(abs(mean - recorded) <= _CLOSE * max(1.0, abs(recorded)))
