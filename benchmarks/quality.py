"""Quality of the defaults on real tables: held-out scores, asserted against stated marks.

Run with FONDO_DATA set: python -m benchmarks.quality [credit taiwan_credit california boston]
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.model_selection import RepeatedKFold, train_test_split

from fondo import TableClassifier, TableRegressor
from fondo.data.tables.read import read_table

Row = dict[str, Any]


@dataclass(frozen=True)
class Mark:
    """A score that must be reached: at least `value`, or at most with `below`."""

    score: str
    value: float
    below: bool = False

    def holds(self, found: float) -> bool:
        return found <= self.value if self.below else found >= self.value


MARKS = {
    "credit": [Mark("roc_auc", 0.860), Mark("top_decile_capture", 0.53)],
    "taiwan_credit": [Mark("roc_auc", 0.772)],
    "california": [Mark("rmse", 0.50, below=True)],
    "boston": [Mark("mae", 2.4, below=True)],
}


def load(folder: Path, name: str) -> tuple[pl.DataFrame, np.ndarray]:
    tables = folder / "tables"
    if name == "credit":
        frame = read_table(tables / "credit.csv.gz")
        frame = frame.drop(frame.columns[0])  # the row number
        return frame.drop("SeriousDlqin2yrs"), frame["SeriousDlqin2yrs"].to_numpy()
    if name == "taiwan_credit":
        frame = read_table(tables / "taiwan_credit.csv").drop("ID")
        return frame.drop("class"), frame["class"].to_numpy()
    if name == "california":
        frame = read_table(tables / "california.csv")
        return frame.drop("median_house_value"), frame["median_house_value"].to_numpy() / 1e5
    frame = read_table(tables / "boston.csv")
    return frame.drop("MEDV"), frame["MEDV"].to_numpy()


def classify(X: pl.DataFrame, y: np.ndarray) -> list[Row]:
    parts = np.arange(len(y))
    train, test = train_test_split(parts, test_size=0.2, random_state=0, stratify=y)
    task = TableClassifier().fit(X[train], y[train])
    return held_out(task, (X, y), train, test)


def regress(X: pl.DataFrame, y: np.ndarray) -> list[Row]:
    train, test = train_test_split(np.arange(len(y)), test_size=0.2, random_state=0)
    return held_out(TableRegressor().fit(X[train], y[train]), (X, y), train, test)


def held_out(task: Any, data: tuple[pl.DataFrame, np.ndarray], train: Any, test: Any) -> list[Row]:
    X, y = data
    evaluation = task.evaluate(X[test], y[test], train=(X[train], y[train]))
    rows = []
    for score in evaluation.scores:
        beside = {
            name: round(next((s.value for s in scores if s.name == score.name), np.nan), 4)
            for name, scores in evaluation.baselines.items()
        }
        rows.append(
            {
                "score": score.name,
                "value": round(score.value, 4),
                "low": round(score.low, 4),
                "high": round(score.high, 4),
                "beside": beside,
            }
        )
    rows[0]["epochs"] = len(task.history_)
    return rows


def repeated_folds(X: pl.DataFrame, y: np.ndarray) -> list[Row]:
    """Mean absolute error over 5 x 5 folds, beside a linear model's; interval over repeats."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import LinearRegression

    matrix, errors = X.to_numpy(), {"fondo": [], "linear": [], "boosted trees": []}
    for train, test in RepeatedKFold(n_splits=5, n_repeats=5, random_state=0).split(matrix):
        task = TableRegressor().fit(X[train], y[train])
        answers = {
            "fondo": task.predict(X[test]),
            "linear": LinearRegression().fit(matrix[train], y[train]).predict(matrix[test]),
            "boosted trees": HistGradientBoostingRegressor(random_state=0)
            .fit(matrix[train], y[train])
            .predict(matrix[test]),
        }
        for name, answer in answers.items():
            errors[name].append(np.abs(answer - y[test]).mean())
    own = np.array(errors["fondo"])
    half = 1.96 * own.std(ddof=1) * np.sqrt(1 / len(own) + 1 / 4)  # corrected for shared rows
    beside = {name: round(float(np.mean(e)), 4) for name, e in errors.items() if name != "fondo"}
    mean = float(own.mean())
    return [
        {
            "score": "mae",
            "value": round(mean, 4),
            "low": round(mean - half, 4),
            "high": round(mean + half, 4),
            "beside": beside,
        }
    ]


JOBS = {
    "credit": classify,
    "taiwan_credit": classify,
    "california": regress,
    "boston": repeated_folds,
}


def check(name: str, rows: list[Row]) -> list[str]:
    found = {row["score"]: row for row in rows}
    wrong = []
    for mark in MARKS[name]:
        row = found[mark.score]
        if not mark.holds(row["value"]):
            wrong.append(f"{name}: {mark.score} {row['value']} misses {mark.value}")
        linear = row["beside"].get("linear", row["beside"].get("logistic"))
        if linear is not None and not Mark("", linear, mark.below).holds(row["value"]):
            wrong.append(f"{name}: {mark.score} {row['value']} is behind the linear {linear}")
    return wrong


def main(names: list[str]) -> int:
    place = os.environ.get("FONDO_DATA")
    if not place:
        print("FONDO_DATA is not set: the real tables are not on this machine", file=sys.stderr)
        return 0
    wrong = []
    for name in names or list(JOBS):
        started = time.perf_counter()
        rows = JOBS[name](*load(Path(place), name))
        seconds = round(time.perf_counter() - started, 1)
        print(json.dumps({"table": name, "seconds": seconds, "scores": rows}))
        wrong += check(name, rows)
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
