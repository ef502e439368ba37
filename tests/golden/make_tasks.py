"""Writes the golden models of this version: `python tests/golden/make_tasks.py`.

Real tasks on a generated table, made once a released version and never changed: every later version
must load them and answer as they did (to float32 on another machine).
"""

import json
from pathlib import Path

import numpy as np
import polars as pl

from fondo import MLP, TableClassifier, TableRegressor
from fondo.version import __version__

HERE = Path(__file__).parent / "tasks"
SMALL = MLP(hidden=(8,), members=2, bins=4, embedding_width=2)


def table() -> pl.DataFrame:
    """Numbers with gaps, words, yes and no, dates: every kind of column."""
    rng = np.random.default_rng(0)
    n = 60
    number = rng.normal(size=n)
    return pl.DataFrame(
        {
            "größe": np.where(np.arange(n) % 7 == 0, np.nan, number),
            "colour": rng.choice(["red", "blue"], n),
            "member": np.arange(n) % 3 == 0,
            "day": pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 2, 29), eager=True),
            "price": 10 + 3 * number + rng.normal(size=n),
            "sold": np.where(number > 0, "yes", "no"),
        }
    )


def make(folder: Path) -> None:
    """Write both models, the rows and what they answer into `folder`."""
    frame = table()
    inputs = frame.drop("price", "sold")
    classifier = TableClassifier(architecture=SMALL, epochs=5).fit(inputs, frame["sold"])
    regressor = TableRegressor(architecture=SMALL, epochs=5).fit(inputs, frame["price"])
    folder.mkdir(parents=True)
    inputs.write_csv(folder / "rows.csv")
    classifier.save(folder / "classifier")
    regressor.save(folder / "regressor")
    answers = {
        "classifier": classifier.predict_proba(inputs)[:, 1].tolist(),
        "labels": classifier.predict(inputs).tolist(),
        "regressor": regressor.predict(inputs).tolist(),
        "interval": regressor.predict_interval(inputs, 0.5)[0].tolist(),
    }
    (folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    place = HERE / __version__
    if place.exists():
        raise SystemExit(f"{place.name} is there already; a golden model is never changed.")
    make(place)
    print(f"wrote {place.name}")
