"""Held-out scores of sound tasks on real sounds, asserted against stated marks, with times.

Run with FONDO_DATA set: python -m benchmarks.sound_quality [digits esc10 urban]
"""

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo import AudioClassifier, Distort, SoundNet, Spectrum, Waves
from fondo.data.samples import read_source
from fondo.data.tables.patterns import column_of
from fondo.judge.intervals import wilson

CEPSTRA = {
    "spectrum": Spectrum(kind="mfcc", coefficients=40, average=True, span=None),
    "architecture": SoundNet(kind="dense", hidden=(1000,)),
    "augment": Distort(gain=0.0, shift=0.0, time_gaps=0.0, band_gaps=0.0),
}


@dataclass(frozen=True)
class Folded:
    """Right answers over folds, each judged by a network that did not hear it."""

    name: str
    hits: list[int]
    counts: list[int]
    seconds: float

    @property
    def value(self) -> float:
        """Mean over the folds."""
        return float(np.mean([h / n for h, n in zip(self.hits, self.counts, strict=True)]))

    def show(self, mark: float | None = None) -> None:
        ends = wilson(sum(self.hits), sum(self.counts))
        folds = ", ".join(f"{h / n:.3f}" for h, n in zip(self.hits, self.counts, strict=True))
        told = "" if mark is None else f", mark at least {mark:.3f}"
        print(
            f"{self.name}: {self.value:.3f} (95 % of all {ends.low:.3f} to {ends.high:.3f}){told}; "
            f"folds {folds}; {self.seconds:.0f} s",
            flush=True,
        )


def folded(
    name: str, make: Callable[[], Any], table: pl.DataFrame, y: np.ndarray, folds: np.ndarray
) -> Folded:
    """A network for each fold, fitted on the others."""
    start = time.perf_counter()
    hits, counts = [], []
    for fold in np.unique(folds):
        rest, part = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        task = make().fit(table[rest.tolist()], y[rest], groups=folds[rest])
        right = task.predict(table[part.tolist()]) == y[part]
        hits.append(int(right.sum()))
        counts.append(len(part))
    return Folded(name, hits, counts, time.perf_counter() - start)


def digits(folder: Path) -> Iterator[str]:
    """Ten digits, one of six speakers left out at a time."""
    table = read_source(folder / "audio/digits")
    name = table["sound"].str.split("/").list.last().str.split("_")
    y, who = name.list[0].to_numpy(), name.list[1].to_numpy()
    change = Distort(speed=0.25, pitch=2.0, tone=9.0, shift=0.2, noise=(5.0, 40.0), band_gaps=0.2)

    def make() -> Any:
        return AudioClassifier(
            waves=Waves(level=-20.0), augment=change, batch_size=64,
            spectrum=Spectrum(span=50.0, hop=0.01, bands=40, centre=False),
            epochs=40, patience=None, validation=None,
        )  # fmt: skip

    found = folded("spoken digits, speakers left out", make, table, y, who)
    found.show(0.85)
    if found.value < 0.85:
        yield f"digits: {found.value:.3f}, 0.85 asked for"


def esc10(folder: Path) -> Iterator[str]:
    """Ten sounds of the surroundings, the set's five folds."""
    table = read_source(folder / "audio/esc10")
    y, folds = table["label"].to_numpy(), column_of(table, r"sound:/(\d)-[^/]*$").to_numpy()
    change = Distort(shift=0.2, noise=(10.0, 40.0), pitch=2.0)

    def make() -> Any:
        return AudioClassifier(
            augment=change, epochs=60, batch_size=32, patience=None, validation=None
        )

    found = folded("ESC-10, five folds", make, table, y, folds)
    found.show(0.72)
    if found.value < 0.72:
        yield f"esc10: {found.value:.3f}, 0.72 asked for"


def urban(folder: Path) -> Iterator[str]:
    """Sounds of the city, one of three folds held out, beside averages of cepstra."""
    table = read_source(folder / "audio/urban/labels.csv")
    y, folds = table["class"].to_numpy(), table["fold"].to_numpy()
    change = Distort(shift=0.2, noise=(10.0, 40.0), pitch=2.0)

    def make() -> Any:
        return AudioClassifier(
            augment=change, epochs=50, batch_size=32, patience=None, validation=None
        )

    def dense() -> Any:
        return AudioClassifier(**CEPSTRA, epochs=60, patience=None, validation=None)

    plain = folded("urban, averages of cepstra", dense, table, y, folds)
    plain.show()
    found = folded("urban, fold held out", make, table, y, folds)
    found.show(plain.value + 0.15)
    if found.value < plain.value + 0.15:
        yield f"urban: {found.value:.3f}, {plain.value + 0.15:.3f} asked for"


PARTS: dict[str, Callable[[Path], Iterator[str]]] = {
    "digits": digits, "esc10": esc10, "urban": urban,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="benchmarks.sound_quality", description=str(__doc__).split("\n")[0]
    )
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; default: all")
    chosen = parser.parse_args().parts or list(PARTS)
    if unknown := [part for part in chosen if part not in PARTS]:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    place = os.environ.get("FONDO_DATA")
    if not place:
        print("FONDO_DATA is not set: the real sounds are not on this machine")
        return 0
    wrong: list[str] = []
    warnings.simplefilter("ignore")
    for part in chosen:
        print(f"\n{part} (load {os.getloadavg()[0]:.1f})", flush=True)
        wrong += PARTS[part](Path(place))
    for line in wrong:
        print("MISSED", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
