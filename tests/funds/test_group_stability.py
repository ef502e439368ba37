import numpy as np
import pytest

from fondo.errors import BadParameter
from fondo.funds.group_stability import stability, summed
from fondo.funds.groups import Grouping, k_means


def clouds(apart: float) -> np.ndarray:
    random = np.random.default_rng(0)
    return apart * np.repeat(np.eye(3), 10, axis=0) + random.normal(size=(30, 3))


@pytest.mark.parametrize("what", ["starts", "funds"])
def test_clear_groups_are_found_again(what: str) -> None:
    X = clouds(20.0)
    # one start may end badly even here: two centres in one cloud
    found = stability(X, k_means(X, 3), what=what, runs=8)
    assert found.mean > (0.99 if what == "funds" else 0.5)
    if what == "funds":
        assert not found.is_weak
        assert (found.loyalty > 0.99).all()


def test_groups_that_are_not_there_are_not_found_again() -> None:
    X = np.random.default_rng(1).normal(size=(40, 3))
    found = stability(X, k_means(X, 5), what="funds", runs=8)
    assert found.is_weak
    assert found.low <= found.mean <= found.high
    assert found.loyalty.min() < 0.6
    assert (found.what, found.runs) == ("funds", 8)


def test_weeks_are_drawn_by_the_given_function() -> None:
    X = clouds(20.0)
    grouping = k_means(X, 3)
    same = stability(X, grouping, what="weeks", runs=3, redraw=lambda _: X)
    assert same.mean == 1
    noise = stability(
        X, grouping, what="weeks", runs=6, redraw=lambda random: random.normal(size=X.shape)
    )
    assert noise.mean == pytest.approx(0, abs=0.1)


def test_agreement_of_runs_and_loyalty_by_hand() -> None:
    # Groups 0 0 1 1. Run A finds them; run B has the second fund in the other group; the last
    # fund is not in run B.
    runs = [np.array([0, 0, 1, 1]), np.array([0, 1, 1, -1])]
    found = summed("funds", Grouping(np.array([0, 0, 1, 1]), 0.0, ""), runs)
    # Of three funds in both: 0 0 1 against 0 1 1. No pair agrees as together; pairs apart in both:
    # 0-2. Adjusted: (0 - 1/3) / (1 - 1/3) = -0.5.
    assert found.mean == pytest.approx(-0.5)
    # Fund 0: with its own in 1 of 2 runs, with fund 2 in none of 2, with fund 3 in none of 1.
    assert found.loyalty[0] == pytest.approx(0.5)
    # Fund 1: own 1 of 2; fund 2 in 1 of 2, fund 3 in 0 of 1: 0.5 - 0.25.
    assert found.loyalty[1] == pytest.approx(0.25)
    # Fund 3: own 1 of 1, others 0.
    assert found.loyalty[3] == pytest.approx(1.0)


def test_the_seed_decides() -> None:
    X = np.random.default_rng(1).normal(size=(30, 2))
    grouping = k_means(X, 4)
    first, again, other = (
        stability(X, grouping, what="funds", runs=4, seed=s).mean for s in (0, 0, 1)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"what": "weeks"}, "'weeks' with a `redraw`"),
        ({"what": "years"}, "must be 'starts', 'funds', or 'weeks'"),
        ({"runs": 1}, "runs must be a whole number of at least 2"),
    ],
)
def test_runs_that_cannot_be_are_refused(settings: dict, said: str) -> None:
    X = clouds(5.0)
    with pytest.raises(BadParameter, match=said):
        stability(X, k_means(X, 2), **settings)
