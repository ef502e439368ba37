"""fondo.recipes.c03_3: the published split, the network that learns nothing, and one that does."""

import numpy as np
import pytest

from fondo.recipes import c03_3
from fondo.recipes.kitchen import Kitchen


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c03_3, "SEEDS", 2)
    monkeypatch.setattr(c03_3, "defaults", lambda seed: c03_3.network(seed))


def test_the_split_covers_every_row_once() -> None:
    train, test = c03_3.published_split(506)
    assert (len(train), len(test)) == (404, 102)
    assert sorted([*train, *test]) == list(range(506))


@pytest.mark.usefixtures("small")
def test_the_published_penalty_gives_a_constant_and_no_penalty_does_not() -> None:
    dish = c03_3.run(Kitchen())
    named = {figure.name.partition(" (mean")[0]: figure for figure in dish.figures}
    dead, free = named["MAE, as published (L1 0.1)"], named["MAE, no L1, linear output"]
    assert named["spread of its predictions"].ours < 1.0  # of 346 units
    assert dead.ours == pytest.approx(dead.naive, rel=0.05)
    assert free.ours < 0.85 * free.naive
    assert dead.published is None
    assert "least-squares line" in dish.notes[0]


@pytest.mark.data
def test_the_real_split_gives_the_constants_of_the_digest(fondo_data) -> None:
    rows = c03_3.houses(Kitchen(data=fondo_data / "tables" / "boston.csv"))
    assert rows.X.row(0)[:3] == (1.23247, 0.0, 8.14)
    assert rows.y[0] == 15.2
    assert np.abs(np.median(rows.y) - rows.y_test).mean() == pytest.approx(6.660784, abs=1e-6)
    assert np.abs(np.mean(rows.y) - rows.y_test).mean() == pytest.approx(6.533042, abs=1e-6)
