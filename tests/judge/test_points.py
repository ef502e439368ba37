"""Points in the judge: errors over the size of the shape, the mean shape, comparisons."""

import numpy as np
import pytest

from fondo.errors import BadData
from fondo.judge.answers import Answers, point_case
from fondo.judge.baselines import Naive, commonest, naive, previous
from fondo.judge.compare import compare
from fondo.judge.evaluation import judge
from fondo.judge.measures import level_of
from fondo.judge.metrics import headline, measure

SQUARE = np.array([[0.0, 4.0, 4.0, 0.0, 0.0, 0.0, 4.0, 4.0]])  # x of four corners, then y


def test_the_error_is_the_mean_distance_over_the_size_of_the_box():
    answered = SQUARE + np.array([[3.0, 0, 0, 0, 4.0, 0, 0, 0]])  # one corner 5 away, 3-4-5
    case = point_case(SQUARE, Answers(numbers=answered))
    assert case.distances.tolist() == [[1.25, 0, 0, 0]]  # 5 over sqrt(4 x 4)
    assert case.guess.tolist() == [1.25 / 4]


def test_larger_pictures_of_the_same_give_the_same_error():
    answered = SQUARE + np.random.default_rng(0).normal(size=SQUARE.shape)
    small = point_case(SQUARE, Answers(numbers=answered)).guess
    large = point_case(7 * SQUARE, Answers(numbers=7 * answered)).guess
    assert large == pytest.approx(small)


def test_points_on_a_line_are_measured_by_its_length():
    line = np.array([[0.0, 10.0, 5.0, 3.0, 3.0, 3.0]])
    answered = line + np.array([[0, 0, 0, 1.0, 1.0, 1.0]])
    assert point_case(line, Answers(numbers=answered)).guess == pytest.approx([0.1])


@pytest.mark.parametrize(
    ("truth", "answered", "message"),
    [
        (SQUARE, SQUARE[:, :6], "as many"),
        (SQUARE[:, :7], SQUARE[:, :7], r"must be \(rows, 2 k\)"),
        (SQUARE * np.nan, SQUARE, "finite coordinates"),
        (np.ones((1, 8)), SQUARE, "row 0 lie in one place"),
    ],
    ids=["fewer", "odd", "nan", "one place"],
)
def test_points_that_cannot_be_judged_are_refused(truth, answered, message):
    with pytest.raises(BadData, match=message):
        point_case(truth, Answers(numbers=answered))


def faces(rows: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    centre = rng.normal(50, 5, (rows, 2)).repeat(5, axis=1)
    return centre + 20 * np.array([0, 1, 2, 1, 1, 0, 0, 0, 1, 2.0]) + rng.normal(0, 1, (rows, 10))


def test_a_model_is_judged_beside_the_mean_shape():
    train, test = faces(200)[:100], faces(200)[100:]
    fools = naive("points", train)
    close = Answers(numbers=test + np.random.default_rng(2).normal(0, 0.5, test.shape))
    found = judge("points", test, close, {k: f.answers(len(test)) for k, f in fools.items()})
    assert headline("points", test) == found.scores[0].name == "normalised_mean_error"
    assert found.verdict.startswith("Worth it")
    assert found.scores[0].low < found.scores[0].value < found.scores[0].high
    assert len(found.curves["points"]) == 5
    assert found.baselines["mean shape"][0].value > 3 * found.scores[0].value


def test_failures_are_rows_whose_error_is_above_a_tenth():
    answered = np.concatenate([SQUARE, SQUARE + 1])  # the second is off by 1.41 of 4
    scores = measure("points", np.repeat(SQUARE, 2, axis=0), Answers(numbers=answered))
    assert {s.name: s.value for s in scores}["failure_rate"] == 0.5


def test_equal_answers_are_level():
    answers = Answers(numbers=faces(40) + 1)
    found = compare("points", faces(40), answers, answers, metric="normalised_mean_error")
    assert (found.difference, found.result) == (0.0, "level")


def test_the_mean_shape_survives_json():
    fool = naive("points", faces(20))["mean shape"]
    assert Naive.from_json(fool.to_json()) == fool
    with pytest.raises(BadData, match="Train the model again"):
        Naive.from_json({"kind": "points", "name": "mean shape", "shape": []})


def test_the_diagnosis_knows_the_error_of_points():
    answers = Answers(numbers=faces(30) + np.random.default_rng(0).normal(size=(30, 10)))
    level = level_of("point_error", faces(30), answers, "on test rows")
    assert level.value == pytest.approx(point_case(faces(30), answers).guess.mean())
    assert level.low < level.value < level.high


def test_a_number_that_many_rows_share_is_a_fools_answer():
    held_straight = np.array([0.0] * 12 + list(np.linspace(-1, 1, 88)))
    assert commonest(held_straight)["commonest"].value == 0.0
    assert commonest(np.linspace(0, 1, 100)) == {}


def test_the_row_before_answers_in_the_order_of_time():
    found = previous(np.array([5.0, 9.0]), [2, 1], np.array([1.0, 2.0, 3.0]), [30, 10, 20])
    assert found.numbers.tolist() == [3.0, 5.0, 2.0]  # 10: 5.0 of time 2; 20: 2.0; 30: 3.0
