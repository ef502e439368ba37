"""The study of L2, dropout and stopping early."""

import numpy as np
import pytest

from fondo.studies.regularisation import (
    STRENGTHS,
    _best,
    _points,
    _run,
    _stopped,
    pictures,
    regularisation,
    sentence,
    table,
)


@pytest.fixture(scope="module")
def numbers():
    return regularisation(seeds=2, steps=60)


def test_every_way_starts_from_the_same_points_and_is_told_without_its_penalty() -> None:
    with_none, with_l2 = _run("none", 0.0, 1, 10), _run("L2", 1e-12, 1, 10)
    assert with_l2["path"] == pytest.approx(with_none["path"], rel=1e-6)
    strong = _run("L2", 0.01, 1, 10)
    # the penalty of such a network is about 0.01 x 50; the loss told has no part of it
    assert strong["path"][0, 0] < 0.6


def test_dropout_is_off_when_the_network_answers() -> None:
    # were it not, the training loss under dropout 0.9 would jump about; it is a function of weights
    first, again = (_run("dropout", 0.9, 1, 20) for _ in range(2))
    assert first["path"] == pytest.approx(again["path"])


def test_the_strength_is_chosen_on_validation_points_alone() -> None:
    # columns: training loss, validation loss, loss and accuracy on further points
    runs = [
        {"path": np.array([[0, 0.1, 9, 9.0], [0, 0.5, 0.1, 1.0]])},
        {"path": np.array([[0, 0.9, 9, 9.0], [0, 0.4, 0.9, 0.5]])},
    ]
    assert _best(runs) is runs[1]


def test_stopping_early_keeps_the_best_step_from_then_on() -> None:
    path = np.array([[3, 0.9, 1.0, 0.5], [2, 0.4, 2.0, 0.6], [1, 0.7, 3.0, 0.7]])
    stopped = _stopped({"path": path, "strength": 0.0, "plane": []})
    assert stopped["strength"] == 20
    assert stopped["path"].tolist() == [path[0].tolist(), path[1].tolist(), path[1].tolist()]
    assert path[2, 0] == 1  # the run itself is left as it was


def test_the_three_sets_share_no_points() -> None:
    sets = [points for points, _ in _points(0)]
    assert [len(points) for points in sets] == [60, 200, 1000]
    every = np.vstack(sets)
    assert len(np.unique(every, axis=0)) == 1260


def test_numbers_are_paired_and_counted(numbers) -> None:
    ways = numbers["ways"]
    assert list(ways) == [*STRENGTHS, "stopping early"]
    assert ways["none"]["loss_over_none"] == {"mean": 0, "low": 0, "high": 0}
    for way in ("L2", "dropout"):
        assert sum(ways[way]["chosen"].values()) == 2
        change = ways[way]["loss"]["mean"] - ways["none"]["loss"]["mean"]
        assert ways[way]["loss_over_none"]["mean"] == pytest.approx(change)
    assert len(ways["L2"]["curve"]["mean"]) == 6


def test_l2_keeps_the_loss_on_new_points_low() -> None:
    ways = regularisation(seeds=3, steps=150)["ways"]
    assert ways["L2"]["loss"]["mean"] < ways["none"]["loss"]["mean"] / 2
    training = {way: ways[way]["training_curve"]["mean"][-1] for way in ways}
    assert training["none"] < training["L2"]


def test_the_sentence_follows_the_intervals(numbers) -> None:
    low, level = ({"mean": m, "low": m - 0.1, "high": m + 0.1} for m in (-0.5, 0.02))
    ways = {
        way: {**found, "loss_over_none": low, "accuracy_over_none": level}
        for way, found in numbers["ways"].items()
    }
    words = sentence({**numbers, "ways": ways})
    assert words.count("lower beyond noise, and an accuracy higher by") == 3
    assert words.count("within noise") == 3


def test_the_table_and_the_pictures(numbers, check_chart) -> None:
    rows = table(numbers).rows
    assert [row[0] for row in rows] == ["none", "L2", "dropout", "stopping early"]
    assert rows[0][3:] == ("-", "-")
    assert "steps (" in str(rows[3][4])
    charts = pictures(numbers)
    assert [chart.title for chart in charts][1:] == [
        "The boundary without either",
        "The boundary with L2",
    ]
    for chart in charts:
        check_chart(chart)
