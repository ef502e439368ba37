import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression

from fondo.errors import BadParameter
from fondo.funds.power import _first, _learnt, power
from fondo.funds.power_formula import Ranking
from fondo.funds.universe import Makeup, draw_returns


@pytest.mark.parametrize(
    ("alpha_sd", "precision", "found"),
    [  # measured elsewhere with a logistic regression on 16 features
        (0.0005, 0.297, 0.245),
        (0.0010, 0.452, 1.0),
        (0.0015, 0.601, 1.0),
    ],
)
def test_skill_is_found_as_often_as_a_real_ranking_finds_it(
    alpha_sd: float, precision: float, found: float
) -> None:
    told = power(alpha_sd, simulations=60, seed=2)
    assert told.precision == pytest.approx(precision, abs=0.02)
    assert told.found == pytest.approx(found, abs=0.10)
    assert told.foretold == pytest.approx(found, abs=0.10)
    assert told.low <= told.found <= told.high
    assert told.tested == 14


@pytest.mark.parametrize(
    ("kind", "alpha_sd", "years", "features"),
    [("market", 0.0005, 36, 8), ("iid", 0.0015, 20, 1), ("style", 0.001, 20, 8)],
)
def test_the_formula_agrees_with_simulation(
    kind: str, alpha_sd: float, years: int, features: int
) -> None:
    told = power(
        alpha_sd, kind=kind, years=years, simulations=60, ranking=Ranking(features=features)
    )
    assert told.foretold == pytest.approx(told.found, abs=0.10)
    assert told.foretold_precision == pytest.approx(told.precision, abs=0.025)


def test_without_skill_it_is_seldom_found() -> None:
    told = power(0.0, simulations=80, seed=1)
    assert told.found <= 0.04
    assert told.foretold <= 0.025
    assert told.precision == pytest.approx(0.25, abs=0.01)


def test_the_past_ratio_alone_is_the_one_of_the_universe() -> None:
    seed = np.random.SeedSequence(0).spawn(1)[0]
    r = draw_returns(Makeup.of("market", alpha_sd=0.001), 40, 16, np.random.default_rng(seed))
    yearly = r.reshape(16, 52, 40)
    ratio = yearly.mean(axis=1) / yearly.std(axis=1, ddof=1)
    hits = []
    for year in range(5, 15):  # the first pick is after six years
        picked = np.argsort(-ratio[year])[:4]
        hits.append((stats.rankdata(-ratio[year + 1])[picked] <= 10).mean())
    alone = Ranking(features=1)
    told = power(0.001, funds=40, years=16, simulations=1, ranking=alone)
    assert told.precision == pytest.approx(np.mean(hits))


def test_the_best_share_of_each_row_by_hand() -> None:
    # Half of five is two; a fifth of five is one; less than one fund is still one.
    values = np.array([[5.0, 1.0, 4.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    assert _first(values, 0.5).tolist() == [
        [True, False, True, False, False],
        [False, False, False, True, True],
    ]
    assert _first(values, 0.2).sum(axis=1).tolist() == [1, 1]
    assert _first(values, 0.01).sum(axis=1).tolist() == [1, 1]


def learnt(past: np.ndarray, best: np.ndarray, tested: list[int], features: int) -> np.ndarray:
    return _learnt(past, best, np.array(tested), features, np.random.default_rng(7))


def test_weights_are_those_of_least_squares_on_the_years_before() -> None:
    random = np.random.default_rng(5)
    past = random.normal(size=(6, 30))
    best = _first(random.normal(size=(6, 30)), 0.2)
    X = np.random.default_rng(7).normal(size=(6, 30, 3))
    X[..., 0] = stats.zscore(past, axis=1)
    reference = LinearRegression(fit_intercept=False)
    reference.fit(X[:4].reshape(-1, 3), best[:4].ravel() - 0.2)
    found = learnt(past, best, [4], 3)[0]
    np.testing.assert_allclose(found, X[4] @ reference.coef_)


def test_no_label_of_a_year_to_come_is_learnt() -> None:
    random = np.random.default_rng(5)
    past, best = random.normal(size=(8, 20)), _first(random.normal(size=(8, 20)), 0.25)
    changed = best.copy()
    changed[4:] = changed[4:, ::-1]  # the label of the fifth date ends after that date
    before, after = (learnt(past, labels, [4, 6], 4) for labels in (best, changed))
    assert (before[0] == after[0]).all()
    assert (before[1] != after[1]).any()


def test_the_seed_decides_and_the_sentence_tells_what_was_found() -> None:
    told, again, other = (power(0.001, years=14, simulations=20, seed=s) for s in (1, 1, 2))
    assert told == again
    assert told.precision != other.precision
    assert told.sentence.startswith(
        "Skill with a spread of 0.10\N{NO-BREAK SPACE}% a week (5.2\N{NO-BREAK SPACE}% a year) is "
        f"found in {100 * told.found:.0f}\N{NO-BREAK SPACE}% of 20 universes"
    )
    assert "100 funds and 14 years, 8 of them with picks" in told.sentence


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kind": "volatility"}, "elsewhere more than chance is hit without skill"),
        ({"kind": "market+skill"}, "must be one of 'iid', 'market', 'style'"),
        ({"years": 13}, "years must be a whole number of at least 14"),
        ({"funds": 9}, "funds must be a whole number of at least 10"),
        (
            {"funds": 40, "ranking": Ranking(top=0.01)},
            "funds must be a whole number of at least 100",
        ),
        ({"simulations": 0}, "simulations must be a whole number of at least 1"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"alpha_sd": -0.1}, "alpha_sd must be a number in"),
        ({"alpha_sd": float("nan")}, "alpha_sd must be a number in"),
    ],
)
def test_what_cannot_be_asked_is_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        power(**{"alpha_sd": 0.001, **settings})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"top": 0}, "top must be a number in"),
        ({"quantile": 1.0}, "quantile must be a number in"),
        ({"features": 0}, "features must be a whole number of at least 1"),
        ({"burn_in": 1}, "burn_in must be a whole number of at least 2"),
        ({"level": 95}, "level must be a number in"),
    ],
)
def test_a_ranking_that_cannot_be_is_refused(settings: dict[str, float], said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        Ranking(**settings)
