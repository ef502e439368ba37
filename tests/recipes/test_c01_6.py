"""fondo.recipes.c01_6: golden values of the digest, recomputed there in float64 NumPy."""

import numpy as np
import polars as pl
import pytest

from fondo.recipes import c01_6
from fondo.recipes.kitchen import Kitchen
from fondo.recipes.plain import started_at

NEW = pl.DataFrame({"x": [5.0, 6.0]})


def fitted(start, epochs: int):
    table = c01_6.four_rows()
    task = started_at(*start)(**c01_6.settings(4, epochs))
    return task.fit(table.select("x"), table["y"].to_numpy())


def by_hand(start, epochs: int) -> list[np.ndarray]:
    """Gradient descent in float64: the witness."""
    w, b, v, c = (np.array(part, dtype=float) for part in start)
    x, y = np.arange(1.0, 5)[:, None], 2 * np.arange(1.0, 5)[:, None]
    for _ in range(epochs):
        before = x @ w + b  # (4, 3)
        hidden = np.maximum(before, 0)
        d_out = 2 * (hidden @ v + c - y) / 4  # (4, 1)
        d_before = d_out @ v.T * (before > 0)
        w, b = w - 0.01 * x.T @ d_before, b - 0.01 * d_before.sum(axis=0)
        v, c = v - 0.01 * hidden.T @ d_out, c - 0.01 * d_out.sum(axis=0)
    return [w, b, v, c]


def test_a_dead_start_moves_nothing_but_the_output_bias() -> None:
    # loss (4 + 16 + 36 + 64) / 4 = 30; slope of the bias -2 * 5; step 0.01 * 10 = 0.1
    task = fitted(c01_6.DEAD, 1)
    assert task.history_[0]["loss"] == pytest.approx(30.0)
    *kept, bias = [np.asarray(w) for w in task.network_.weights]
    assert bias == pytest.approx(0.1)
    for given, found in zip(c01_6.DEAD, kept, strict=False):
        np.testing.assert_array_equal(found.ravel(), np.ravel(given).astype("float32"))
    assert task.predict(NEW) == pytest.approx(0.1)
    assert task.network_.count_params() == 10


@pytest.mark.parametrize(
    ("epochs", "five", "six"),
    [(1, 5.03839984, 6.02423856), (100, 9.88062133, 11.82231177), (1000, 9.99995665, 11.99993542)],
)
def test_a_healthy_start_reaches_the_figures_of_the_digest(epochs, five, six) -> None:
    assert fitted(c01_6.HEALTHY, epochs).predict(NEW) == pytest.approx([five, six], abs=2e-4)


@pytest.mark.parametrize("start", [c01_6.DEAD, c01_6.HEALTHY])
def test_weights_agree_with_gradient_descent_by_hand(start) -> None:
    found = [np.asarray(w) for w in fitted(start, 20).network_.weights]
    for mine, theirs in zip(found, by_hand(start, 20), strict=True):
        np.testing.assert_allclose(mine.ravel(), theirs.ravel(), atol=1e-5)


def test_the_dish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c01_6, "MORE_EPOCHS", 200)
    monkeypatch.setattr(c01_6, "STARTS", 2)
    dish = c01_6.run(Kitchen())
    named = {figure.name: figure for figure in dish.figures}
    assert named["x = 5 after 100 epochs"].ours == pytest.approx(9.8806, abs=1e-3)
    assert named["x = 5 after 100 epochs"].naive == 5.0
    assert named["x = 5 after 100 epochs"].published == 9.865341
    assert named["dead start: loss before the step"].ours == pytest.approx(30.0)
    assert named["parameters"].ours == named["parameters"].published == 10
    assert "of 2 random starts died" in dish.notes[0]


def test_data_of_ones_own_have_no_published_figure(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(c01_6, "MORE_EPOCHS", 100)
    monkeypatch.setattr(c01_6, "STARTS", 1)
    place = tmp_path / "line.csv"
    place.write_text("x,y\n1,1\n2,2\n3,3\n4,4\n")
    first = c01_6.run(Kitchen(data=place)).figures[0]
    assert (first.published, first.naive) == (None, 2.5)
