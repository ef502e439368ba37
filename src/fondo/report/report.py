"""From a fitted task to its report.

What the page looks like is in `page`; nothing is judged here.
"""

import dataclasses
from pathlib import Path
from typing import Any

from fondo.errors import BadParameter, did_you_mean
from fondo.judge.evaluation import Evaluation
from fondo.report.content import ReportContent
from fondo.report.page import render
from fondo.store.atomic import write_bytes

_FIELDS = tuple(field.name for field in dataclasses.fields(ReportContent))
_USAGE = (
    ("fondo predict MODEL NEW_ROWS --out answers.csv", "Answers for new rows."),
    ("fondo evaluate MODEL LABELLED_ROWS", "Scores on rows whose answers are known."),
    ("fondo explain MODEL ROWS", "What the answers depend on, and why single rows got theirs."),
    ("fondo replay MODEL TRAINING_ROWS", "Train again and say whether the weights are identical."),
)


def report(
    task: Any,
    evaluation: Evaluation | None = None,
    *,
    result: Any = None,
    path: str | Path | None = None,
    **more: Any,
) -> str:
    """Write the report of a fitted task: one HTML file that opens without a network.

    Parameters
    ----------
    task : Task
        Fitted.
    evaluation : Evaluation or None, default=None
        What `task.evaluate` gave on test rows; without it the page says that there is none.
    result : TrainResult or None, default=None
        What `fondo.jobs.train` gave: rows of the parts, diagnosis, importances, reasons, notes.
    path : str, Path or None, default=None
        Where to write the page, atomically; None writes nothing.
    **more
        Any field of `ReportContent`, in place of what task and result say.

    Returns
    -------
    str
        The page.
    """
    for name in more:
        if name not in _FIELDS:
            raise BadParameter(
                f"report({name}=...): this must be a part of the report. "
                f"{did_you_mean(name, _FIELDS)}"
            )
    known = _of_task(task) | _of_result(result) | {"evaluation": evaluation} | more
    page = render(ReportContent(**known))
    if path is not None:
        write_bytes(Path(path), page.encode())
    return page


def _of_task(task: Any) -> dict[str, Any]:
    encoder = getattr(task, "encoder_", None)
    threshold = getattr(task, "threshold_", None)
    numbers = getattr(task, "kind", "") == "number"
    return {
        "task": type(task).__name__,
        "target": "the target",
        "dropped": list(getattr(encoder, "dropped_", ())),
        "notes": list(getattr(encoder, "notes_", ())),
        "history": task.history_,
        "best_epoch": task.best_epoch_,
        "threshold": None if threshold is None else {"value": threshold, "aim": task.aim},
        "network": {"layers": task.summary()},
        "settings": task.settings(),
        "receipt": task.receipt_,
        "reason_unit": "change of the answer" if numbers else "change of the answer's probability",
        "usage": _USAGE,
    }


def _of_result(result: Any) -> dict[str, Any]:
    if result is None:
        return {}
    job = result.job
    asked = {"group": job.group, "time": job.time}
    split = {"seed": job.seed, "test share": job.test} | {k: v for k, v in asked.items() if v}
    explained = zip(result.predictions, result.reasons, strict=False)
    return {
        "target": job.target,
        "source": job.source,
        "diagnosis": result.diagnosis,
        "rows": result.rows,
        "split": split,
        "notes": result.notes,
        "pictures": getattr(result, "looked", None),
        "sounds": getattr(result, "heard", None),
        "importances": [dataclasses.asdict(found) for found in result.importances],
        "reasons": [
            {"row": i + 1, "answer": answer, "reasons": [reason.to_json() for reason in found]}
            for i, (answer, found) in enumerate(explained)
        ],
    }
