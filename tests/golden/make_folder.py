"""Writes the golden model folder of this version: `python tests/golden/make_folder.py`.

One folder a released version, named after it, made once and never changed: whatever comes later
must read all of them. `expected.json` in the folder says what reading must give.
"""

from pathlib import Path

import numpy as np

from fondo.store.folder import write
from fondo.store.receipt import make_receipt
from fondo.store.weights import hash_arrays
from fondo.version import __version__

HERE = Path(__file__).parent


def make(folder: Path) -> None:
    """Write the golden folder into `folder`."""
    weights = {
        "0000.dense/kernel": np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3),
        "0001.dense/bias": np.zeros(3, "float32"),
        "0002.seed": np.array([0, 7], "uint32"),
        "0003.empty": np.zeros((0, 3), "float32"),
        "0004.step": np.array(12, "int64"),
    }
    model = {"task": "TableClassifier", "settings": {"epochs": 2}, "learned": {"names": ["größe"]}}
    digest = hash_arrays(weights)
    write(
        folder,
        model=model,
        weights=weights,
        history=[{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": float("nan")}],
        receipt=make_receipt({"rows": 4}, {"epochs": 2}, 0, {"fondo": __version__}, [digest]),
        card="# Model card: größe\n",
        report="<!doctype html><title>größe</title>",
        extra={"expected": {"weights": digest, "model": model}},
    )


if __name__ == "__main__":
    place = HERE / __version__
    if place.exists():
        raise SystemExit(f"{place.name} is there already; a golden folder is never changed.")
    make(place)
    print(f"wrote {place.name}")
