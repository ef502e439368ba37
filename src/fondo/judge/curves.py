"""What stands behind a score, as plain numbers for tables and charts.

Nothing is drawn here; every function returns JSON.
"""

from typing import Any

import numpy as np

from fondo.judge.answers import Case, ClassCase, NumberCase, NumbersCase, PointCase
from fondo.judge.intervals import Array, Floats, wilson
from fondo.judge.ranking import top_hits

MOST_CLASSES = 50  # of a confusion matrix; the rarest are put together
MOST_POINTS = 1000  # of a scatter
MOST_DRAWN = 4  # of several targets, whose answers are drawn beside the truth: the worst


def lift_table(y: Array, p: Array, n_parts: int = 10) -> list[dict[str, float]]:
    """Lift and gain by tenths of the rows, those with the highest probability first.

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class looked for; it must occur.
    p : float array (n,)
        Its probability.
    n_parts : int, default=10
        Parts; no more than rows.

    Returns
    -------
    list of dict
        For each part: rows and positives in it; rate, their ratio, with low and high (Wilson);
        lift, the rate over that of all rows; captured, the share of all positives in this part
        and those before. A tie across a border is shared out in proportion.

    Examples
    --------
    >>> table = lift_table(np.array([1, 1] + [0] * 8), np.linspace(1, 0, 10), n_parts=5)
    >>> table[0]["captured"], table[0]["lift"]
    (1.0, 5.0)
    """
    n, total = len(y), float(np.sum(y))
    parts = min(n_parts, n)
    out, before, seen = [], 0.0, 0.0
    for i in range(parts):
        found, upto = top_hits(y, p, (i + 1) / parts) if i + 1 < parts else (total, float(n))
        rows, hits = upto - before, found - seen
        low, high, _ = wilson(hits, rows)
        rate = hits / rows
        line = {"part": i + 1, "rows": rows, "positives": hits, "rate": rate, "low": low}
        line |= {"high": high, "lift": rate * n / total, "captured": found / total}
        out.append(line)
        before, seen = upto, found
    return out


def threshold_table(y: Array, p: Array, n_points: int = 101) -> list[dict[str, Any]]:
    """Precision, recall, F1 and rows flagged by threshold (a row counts where p >= it).

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class looked for; it must occur.
    p : float array (n,)
        Its probability.
    n_points : int, default=101
        Thresholds, evenly from 0 to 1.

    Returns
    -------
    list of dict
        Rising thresholds. Precision is None where no row is flagged.
    """
    order = np.sort(np.asarray(p, np.float64))
    ones = np.sort(np.asarray(p, np.float64)[np.asarray(y) == 1])
    out: list[dict[str, Any]] = []
    for cut in np.linspace(0, 1, n_points).round(10).tolist():
        flagged = len(order) - int(np.searchsorted(order, cut))
        hits = len(ones) - int(np.searchsorted(ones, cut))
        line: dict[str, Any] = {
            "threshold": cut,
            "recall": hits / len(ones),
            "flagged": flagged,
        }
        line |= {"precision": hits / flagged if flagged else None}
        out.append(line | {"f1": 2 * hits / (flagged + len(ones))})
    return out


def calibration_curve(y: Array, p: Array, n_bins: int = 10) -> dict[str, Any]:
    """How often the class came true among rows given about the same probability.

    Parameters
    ----------
    y : array (n,) of 0 and 1
        1 is the class looked for.
    p : float array (n,)
        Its probability.
    n_bins : int, default=10
        Bins of equal numbers of rows (fewer where probabilities repeat), so that none is empty.

    Returns
    -------
    dict
        bins: predicted (mean probability), observed (share that came true), low, high (Wilson),
        rows. brier: mean squared error of the probability. gap: mean distance of predicted from
        observed, weighted by rows (expected calibration error).
    """
    y, p = np.asarray(y, np.float64), np.asarray(p, np.float64)
    edges = np.unique(np.quantile(p, np.linspace(0, 1, n_bins + 1)[1:-1]))
    which = np.searchsorted(edges, p, side="right")
    bins = []
    for code in np.unique(which):
        said, seen = p[which == code], y[which == code]
        low, high, _ = wilson(int(seen.sum()), len(seen))
        line = {"predicted": float(said.mean()), "observed": float(seen.mean())}
        bins.append(line | {"low": low, "high": high, "rows": len(seen)})
    gap = sum(abs(b["predicted"] - b["observed"]) * b["rows"] for b in bins) / len(y)
    return {"bins": bins, "brier": float(((p - y) ** 2).mean()), "gap": float(gap)}


def confusion(case: ClassCase) -> dict[str, Any]:
    """Rows by true class (lines) and answered class (columns).

    Returns
    -------
    dict
        classes: their names; counts: list of lists. Above 50 classes the rarest share one line
        and column, named for how many they are.
    """
    size, names = len(case.classes), [str(label) for label in case.classes.tolist()]
    y, guess = case.y, case.guess
    if size > MOST_CLASSES:
        often = np.argsort(-np.bincount(y, minlength=size), kind="stable")[: MOST_CLASSES - 1]
        kept = np.sort(often)
        place = np.full(size, len(kept))
        place[kept] = np.arange(len(kept))
        names = [names[i] for i in kept] + [f"{size - len(kept)} rarer classes"]
        y, guess, size = place[y], place[guess], len(names)
    counts = np.bincount(y * size + guess, minlength=size * size).reshape(size, size)
    return {"classes": names, "counts": counts.tolist()}


def residual_table(case: NumberCase) -> dict[str, Any]:
    """Predicted and actual numbers of some rows, and quantiles of the residuals of all.

    Returns
    -------
    dict
        actual, predicted: up to 1,000 rows drawn at random, rows saying of how many; quantiles:
        {share: residual}, residual being actual minus predicted; mean, the bias.
    """
    off = case.y - case.guess
    rows = np.arange(len(off))
    if len(off) > MOST_POINTS:
        rows = np.sort(np.random.default_rng(0).choice(len(off), MOST_POINTS, replace=False))
    shares = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
    quantiles = {str(s): float(q) for s, q in zip(shares, np.quantile(off, shares), strict=True)}
    return {
        "actual": case.y[rows].tolist(),
        "predicted": case.guess[rows].tolist(),
        "rows": len(off),
        "quantiles": quantiles,
        "mean": float(off.mean()),
    }


def target_table(case: NumbersCase) -> list[dict[str, Any]]:
    """Errors of each of several targets, in its own unit.

    Returns
    -------
    list of dict
        One a target, in their order: target (its name), rmse, mae, sd (of the truth, 0 where it
        has only one value), standardised (rmse in standard deviations; its own unit where sd is
        0), r2 (None where sd is 0). The worst few also have residuals, as `residual_table` gives
        them.

    Examples
    --------
    >>> y = np.array([[0.0, 10.0], [2.0, 30.0]])
    >>> table = target_table(NumbersCase(y, y + [1.0, 5.0], ("angle", "speed")))
    >>> [(row["target"], row["rmse"], row["sd"], row["r2"]) for row in table]
    [('angle', 1.0, 1.0, 0.0), ('speed', 5.0, 10.0, 0.75)]
    """
    off = case.guess - case.y
    mean_squares = (off**2).mean(axis=0)
    standardised = np.sqrt(mean_squares) / case.spread
    rows: list[dict[str, Any]] = [
        {
            "target": name,
            "rmse": float(np.sqrt(mean_squares[k])),
            "mae": float(abs(off[:, k]).mean()),
            "sd": float(case.spread[k]) if case.varies[k] else 0.0,
            "standardised": float(standardised[k]),
            "r2": float(1 - standardised[k] ** 2) if case.varies[k] else None,
        }
        for k, name in enumerate(case.names)
    ]
    for k in np.argsort(-standardised, kind="stable")[:MOST_DRAWN].tolist():
        rows[k]["residuals"] = residual_table(NumberCase(case.y[:, k], case.guess[:, k]))
    return rows


def curves(case: Case) -> dict[str, Any]:
    """Every curve that these answers allow: lift, thresholds, calibration, confusion, residuals.

    Of points: how far each lies off on average, as a share of the size of the shape. Of several
    numbers a row: the errors of each.
    """
    if isinstance(case, NumbersCase):
        return {"targets": target_table(case)}
    if isinstance(case, PointCase):
        means = case.distances.mean(axis=0).tolist()
        return {"points": [{"point": k, "error": mean} for k, mean in enumerate(means, start=1)]}
    if isinstance(case, NumberCase):
        return {"residuals": residual_table(case)}
    out: dict[str, Any] = {"confusion": confusion(case)}
    if case.p is not None and case.binary and len(case.present) == 2:
        p: Floats = case.p[:, 1]
        out["lift"] = lift_table(case.y, p)
        out["thresholds"] = threshold_table(case.y, p)
        out["calibration"] = calibration_curve(case.y, p)
    return out
