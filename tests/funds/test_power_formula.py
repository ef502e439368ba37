import numpy as np
import pytest
from scipy import stats

from fondo.funds.power_formula import Ranking, _above, _correlations, formula
from fondo.funds.universe import Makeup
from fondo.judge.clusters import share_by_cluster

ALONE = Ranking(features=1)


@pytest.mark.parametrize("kind", ["iid", "market", "style"])
def test_without_skill_a_quarter_of_the_picks_hit(kind: str) -> None:
    found, precision = formula(0.0, kind=kind)
    assert precision == pytest.approx(0.25)
    assert found < 0.025


def test_precision_of_many_funds_is_that_of_two_normal_variables() -> None:
    alpha = 0.001
    r = alpha**2 / (alpha**2 + 0.01**2 / 52)
    x, y = stats.norm.isf(0.1), stats.norm.isf(0.25)
    both = stats.multivariate_normal.cdf([-x, -y], cov=[[1, r], [r, 1]])
    _, precision = formula(alpha, funds=5000, ranking=ALONE)
    assert precision == pytest.approx(both / 0.1, abs=0.002)


def test_precision_of_a_single_pick_step_by_step() -> None:
    # Ten funds, one pick of normal score z = 1.547; years 6 to 13 have learnt from 50 to 120 rows.
    funds, ranking = 10, Ranking(features=3)
    z, needed = stats.norm.isf(0.625 / 10.25), stats.norm.isf(0.25)
    found = []
    for draw in stats.chi2.ppf((np.arange(9) + 0.5) / 9, 9) / 9:
        skill = 0.001**2 * draw
        r = skill / (skill + 0.01**2 / 52)
        b = r * stats.norm.pdf(needed) / np.sqrt(0.25 * 0.75)
        for year in range(6, 14):
            c = b / np.sqrt(b**2 + 2 / (funds * (year - 1)))
            found.append(stats.norm.cdf((c * r * z - needed) / np.sqrt(1 - (c * r) ** 2)))
    assert z == pytest.approx(1.547, abs=1e-3)
    told = formula(0.001, funds=funds, years=14, ranking=ranking)[1]
    assert told == pytest.approx(np.mean(found), abs=1e-9)


def test_correlation_by_hand() -> None:
    # alpha 1 % and noise 7.2111 % a week, so 1 % for the mean of 52: half of the variance is skill
    r, weight = _correlations(Makeup(own_sd=0.01 * np.sqrt(52), alpha_sd=0.01))
    assert r.tolist() == pytest.approx([0.5])
    assert weight.tolist() == [1]


def test_the_styles_two_years_are_integrated_over() -> None:
    makeup = Makeup.of("style", alpha_sd=0.0007)
    r, weight = _correlations(makeup)
    random = np.random.default_rng(0)
    m = random.normal(0, makeup.style_sd / np.sqrt(52), (2, 200_000))
    a, s = makeup.alpha_sd**2, makeup.own_sd**2 / 52
    drawn = (a + m[0] * m[1]) / np.sqrt((a + m[0] ** 2 + s) * (a + m[1] ** 2 + s))
    assert weight.sum() == pytest.approx(1)
    assert weight @ r == pytest.approx(drawn.mean(), abs=0.01)
    assert weight @ r**2 == pytest.approx((drawn**2).mean(), abs=0.01)


def test_the_chance_is_that_of_the_interval_by_clusters() -> None:
    # years whose precision is 0.34 on average and varies more than ten picks alone would make it
    random = np.random.default_rng(1)
    count, picks, sd = 12, 10, 0.17
    runs = np.clip(random.normal(0.34, sd, (2000, count)), 0, 1)
    lower = [share_by_cluster(run * picks, np.full(count, picks)).low for run in runs]
    found = (np.array(lower) > 0.25).mean()
    hit = runs.mean() * (1 - runs.mean())
    score = np.sqrt(0.25 * 0.75 / hit)
    told = _above(runs.mean() - 0.25, runs.var(), hit / picks, score, count, 0.95)
    assert told == pytest.approx(found, abs=0.05)


@pytest.mark.parametrize("kind", ["iid", "market", "style"])
def test_more_skill_years_and_funds_raise_the_chance(kind: str) -> None:
    by_skill = [formula(alpha, kind=kind)[0] for alpha in (0.0, 0.0005, 0.001, 0.0015)]
    by_years = [formula(0.0005, years=years, kind=kind)[0] for years in (14, 30, 60)]
    by_funds = [formula(0.0005, funds=funds, kind=kind)[0] for funds in (50, 200, 800)]
    for chances in (by_skill, by_years, by_funds):
        assert (np.diff(chances) > 0).all()


def test_useless_features_cost_precision() -> None:
    precision = [formula(0.0005, ranking=Ranking(features=n))[1] for n in (1, 4, 16)]
    assert (np.diff(precision) < 0).all()
    assert precision[-1] > 0.25


def test_certain_skill_is_found_for_certain() -> None:
    found, precision = formula(0.05)
    assert found == pytest.approx(1)
    assert 0.99 < precision <= 1
