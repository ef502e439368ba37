"""The study of the learning rate: golden values of y = 2x, and its limit."""

import numpy as np
import pytest

from fondo.scratch.differences import slopes
from fondo.studies.learning_rate import START, _path, learning_rate, pictures, sentence, table


@pytest.fixture(scope="module")
def numbers():
    return learning_rate()


def test_the_first_steps_are_those_of_the_digest(numbers) -> None:
    good, wild = numbers["paths"]["0.1"], numbers["paths"]["0.5"]
    assert good["weight"][1:4] == pytest.approx([2.2610665, 1.7389335, 2.0913733], abs=1e-6)
    assert good["bias"][1:4] == pytest.approx([0.2610665, 0.0783200, 0.1931892], abs=1e-6)
    assert (good["weight"][10], good["bias"][10]) == pytest.approx((1.9515130, 0.1145492), abs=1e-6)
    assert good["weight"][100] == pytest.approx(1.9974093, abs=1e-6)
    assert good["bias"][100] == pytest.approx(0.0076169, abs=1e-6)
    # the source calls this run "stuck in a local minimum"
    assert wild["weight"][1:4] == pytest.approx([5.3938645, -23.3234505, 187.8140814], abs=3e-5)
    assert wild["bias"][1:4] == pytest.approx([1.3053325, -8.4846612, 63.3086263], abs=3e-5)


def test_a_good_rate_ends_at_2_and_0() -> None:
    path = _path(0.1, 1000)
    assert (path["weight"][-1], path["bias"][-1]) == pytest.approx((2.0, 0.0), abs=1e-9)


def test_the_limit_is_2_over_the_largest_curvature(numbers) -> None:
    assert numbers["start"] == START == 1.477867
    assert numbers["curvatures"] == pytest.approx([0.299390, 16.700610], abs=1e-6)
    assert numbers["limit"] == pytest.approx(0.119756, abs=1e-6)


def test_the_curvatures_are_those_of_the_loss(numbers) -> None:
    """Reference: differences of differences of the loss itself."""
    x = np.array([1.0, 2.0, 3.0, 4.0])

    def loss(p) -> float:
        return float(np.mean((p["w"][0] * x + p["w"][1] - 2 * x) ** 2))

    def slope(k):
        return lambda p: float(slopes(loss, p, 1e-3, central=True)["w"][k])

    hessian = [slopes(slope(k), {"w": np.array([1.0, 0.5])}, 1e-3)["w"] for k in range(2)]
    assert np.linalg.eigvalsh(hessian) == pytest.approx(numbers["curvatures"], rel=1e-6)


def test_every_step_multiplies_the_error_by_the_same_matrix(numbers) -> None:
    # the loss is a quadratic, so error after = (1 - rate H) error before;
    # H = 2 mean [[x^2, x], [x, 1]], and over 1 to 4 the mean of x^2 is 7.5 and that of x 2.5
    hessian = np.array([[15.0, 5.0], [5.0, 2.0]])
    for rate, path in numbers["paths"].items():
        errors = np.array([np.array(path["weight"]) - 2, path["bias"]])
        expected = (np.eye(2) - float(rate) * hessian) @ errors[:, :-1]
        assert errors[:, 1:] == pytest.approx(expected, rel=1e-9)


def test_rates_below_the_limit_end_lower_and_those_above_it_higher(numbers) -> None:
    first = numbers["paths"]["0.1"]["loss"][0]
    for rate, loss in zip(numbers["sweep"]["rate"], numbers["sweep"]["loss"], strict=True):
        assert (loss < first) == (rate < numbers["limit"]), rate


def test_a_lost_run_is_cut_and_refused_by_name(numbers) -> None:
    wild = numbers["paths"]["0.5"]
    assert len(wild["loss"]) < numbers["steps"]
    assert wild["loss"][-1] > 1e8 * wild["loss"][0] > wild["loss"][-2]
    assert numbers["refusal"].startswith("fit(learning_rate=0.5): training diverged in epoch")


def test_the_sentence_and_the_table_are_made_from_the_numbers(numbers) -> None:
    words = sentence(numbers)
    assert words.count(".") > words.count(". ")
    for told in ("0.119756", "1.9599", "1.9974", "187.8", "not stuck in a local minimum"):
        assert told in words
    assert "0.25" in sentence({**numbers, "limit": 0.25})
    rows = table(numbers).rows
    assert [row[0] for row in rows] == ["0.01", "0.1", "0.5"]
    assert rows[1][3:] == ("1.9974", "0.0076169", "9.6896e-6")


def test_pictures_stay_in_the_frame(numbers, check_chart) -> None:
    weights, cliff = pictures(numbers)
    check_chart(weights)
    root = check_chart(cliff)
    assert "step 2 is \N{MINUS SIGN}23.32" in weights.caption
    assert any(text.text == "limit 0.1198" for text in root.iter() if text.tag.endswith("text"))
    for chart in pictures(learning_rate(steps=5)):
        check_chart(chart)
