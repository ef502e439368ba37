"""The study of memory: the formula of C11-4, and gradients measured."""

import numpy as np
import pytest

from fondo.scratch.memory import influence
from fondo.scratch.recurrent import SimpleRNN
from fondo.studies.memory import memory, pictures, sentence, table


@pytest.fixture(scope="module")
def numbers():
    return memory(seeds=4, steps=25)


def test_the_weights_are_those_of_the_digest(numbers) -> None:
    assert numbers["linear"] == {
        "0.5": {"weights": [1.0, 0.5, 0.25, 0.125, 0.0625], "sum": 1.9375},
        "2": {"weights": [1.0, 2.0, 4.0, 8.0, 16.0], "sum": 31.0},
    }


def test_without_tanh_the_measured_factor_is_the_scale() -> None:
    """Witness for what is measured: an orthogonal matrix times 0.5 halves every step."""
    layer = SimpleRNN(6, "linear")
    layer.build((8, 3))
    layer.built = True
    layer.weights["recurrent_kernel"] *= 0.5
    found = influence(layer, np.random.default_rng(0).normal(size=(2, 8, 3)))
    assert found[1:] / found[:-1] == pytest.approx(np.full(7, 2.0))


def test_tanh_can_only_shrink_what_the_formula_says(numbers) -> None:
    # its slope is at most 1, so no step multiplies by more than the scale
    for scale in (0.5, 2.0):
        found = numbers["layers"][f"RNN, scale {scale:g}"]
        assert found["per_step"]["high"] < scale
    assert numbers["layers"]["RNN, scale 2"]["per_step"]["low"] > 1


def test_an_lstm_forgets_more_slowly_and_its_bias_matters(numbers) -> None:
    back = {name: found["back_20"] for name, found in numbers["layers"].items()}
    assert back["RNN, scale 0.5"]["high"] < back["LSTM, forget bias 0"]["low"]
    assert back["LSTM, forget bias 0"]["high"] < back["LSTM, forget bias 1"]["low"] < 0
    assert numbers["lstm_over_rnn"]["low"] > 0


def test_factor_and_influence_tell_the_same(numbers) -> None:
    for found in numbers["layers"].values():
        assert found["influence"]["mean"][0] == 0  # the last step, by which all are divided
        assert found["influence"]["mean"][20] == found["back_20"]["mean"]
        assert 20 * np.log10(found["per_step"]["mean"]) == pytest.approx(
            found["back_20"]["mean"], abs=0.1
        )


def test_the_sentence_follows_the_intervals(numbers) -> None:
    words = sentence(numbers)
    assert "1, 0.5, 0.25, 0.125, 0.0625 (sum 1.9375) for U = 0.5" in words
    assert "1, 2, 4, 8, 16 (sum 31) for U = 2" in words
    assert "the LSTM's more than the first RNN's" in words
    level = {**numbers, "lstm_over_rnn": {"mean": 1.0, "low": -1.0, "high": 3.0}}
    assert "within noise of the first RNN's" in sentence(level)


def test_the_table_and_the_pictures(numbers, check_chart) -> None:
    rows = table(numbers).rows
    assert rows[:2] == [("linear, U = 0.5", "0.5", "9.54e-7"), ("linear, U = 2", "2", "1,048,576")]
    assert len(rows) == 6
    for chart in pictures(numbers):
        check_chart(chart)


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, two, other = (memory(seed, seeds=2, steps=21) for seed in (1, 1, 2))
    assert one == two
    assert one != other
