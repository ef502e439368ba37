"""How a report puts things: names and units of metrics, and what cannot be drawn.

Numbers alone are written by `scales`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fondo.judge.metrics import METRICS
from fondo.report.scales import number, real

_CAPITALS = {"roc": "ROC", "auc": "AUC", "rmse": "RMSE", "mae": "MAE", "mape": "MAPE", "r2": "R²"}
_WORDS = {
    "brier": "Brier score",
    "median_ae": "Median absolute error",
    "r2_mean": "Mean R²",
    "rmse_standardised": "RMSE of all targets",
    "mae_standardised": "MAE of all targets",
    "top_decile_capture": "Positives in the top tenth",
    "top_decile_precision": "Precision of the top tenth",
}


def metric_name(name: str) -> str:
    """Name of a metric in words.

    Examples
    --------
    >>> metric_name("roc_auc"), metric_name("balanced_accuracy")
    ('ROC AUC', 'Balanced accuracy')
    """
    if name in _WORDS:
        return _WORDS[name]
    words = " ".join(_CAPITALS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def metric_unit(name: str, unit: str) -> str:
    """Unit of a metric, where `unit` is that of the target."""
    known = METRICS[name].unit if name in METRICS else ""
    return {"target": unit, "share": ""}.get(known, known)


def amount(value: object) -> float:
    """Value to sort and to add by: what is no finite number counts as 0."""
    found = real(value)
    return found if math.isfinite(found) else 0.0


def measured(value: object, unit: str) -> str:
    """Number with its unit.

    Examples
    --------
    >>> measured(0.25, "dollars"), measured(0.25, "100,000 dollars"), measured(0.25, "")
    ('0.250 dollars', '0.250 (in 100,000 dollars)', '0.250')
    """
    shown = f"(in {unit})" if unit[:1].isdigit() else unit
    return f"{number(value)} {shown}".rstrip()


def column(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """One column of a curve; None where a row lacks it.

    Examples
    --------
    >>> column([{"part": 1, "low": 0.2}, {"part": 2}], "low")
    [0.2, None]
    """
    return [row.get(name) for row in rows]


def nothing(count: int) -> str:
    """Why nothing can be drawn of `count` values.

    Examples
    --------
    >>> nothing(3)
    'Nothing to draw: none of the 3 values is a finite number.'
    """
    if not count:
        return "Nothing to draw: no values were given."
    return f"Nothing to draw: none of the {number(count)} values is a finite number."


def left_out(count: int, what: str = "point") -> str:
    """Sentence on what is not drawn; empty where everything is.

    Examples
    --------
    >>> left_out(2, "row")
    '2 rows without a finite value are not drawn.'
    """
    if not count:
        return ""
    verb = (
        f"{what} without a finite value is" if count == 1 else f"{what}s without a finite value are"
    )
    return f"{count} {verb} not drawn."
