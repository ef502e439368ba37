"""fondo.recipes.c03_2: weights move the threshold and leave the ranking."""

import pytest

from fondo.recipes import c03_1, c03_2, pantry
from fondo.recipes.kitchen import Kitchen


def test_weights_raise_recall_lower_accuracy_and_hardly_move_the_ranking(monkeypatch) -> None:
    whole = pantry.loans
    monkeypatch.setattr(pantry, "loans", lambda: whole(4000))
    monkeypatch.setattr(c03_1, "EPOCHS", 8)
    monkeypatch.setattr(c03_1, "BATCH", 32)
    monkeypatch.setattr(c03_2, "SEEDS", 2)
    dish = c03_2.run(Kitchen())
    named = {figure.name.partition(" (")[0]: figure for figure in dish.figures}
    assert named["recall at 0.5, weighted minus plain"].ours > 0.5
    assert named["accuracy at 0.5, weighted minus plain"].ours < -0.1
    assert abs(named["ROC AUC, weighted minus plain"].ours) < 0.05
    assert named["accuracy at 0.5, plain"].naive > 0.9
    assert dish.figures[0].published is None


def test_the_worked_example() -> None:
    # -log 0.2 = 1.609437912, and a hundred times that
    assert "1.609438 nats" in c03_2._worked()
    assert "160.9438" in c03_2._worked()


@pytest.mark.parametrize("metric", c03_2.NAMES)
def test_every_metric_has_a_name(metric: str) -> None:
    assert c03_2.NAMES[metric]
