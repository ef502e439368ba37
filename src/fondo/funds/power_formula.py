"""The chance to find skill in a ranking of funds, in closed form, and what is ranked how.

`power` checks it against simulated universes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fondo import contracts
from fondo.contracts import Contract, Real, Whole
from fondo.errors import BadParameter
from fondo.funds.inference import ENOUGH
from fondo.funds.universe import WEEKS, Makeup

Floats = NDArray[np.float64]

KINDS = ("iid", "market", "style")  # where only skill makes more hits than chance
_NODES = 12  # of the quadrature over the style's return of a year
_DRAWS = 9  # of the spread that the skill of a universe's funds happens to have
_RANKS = 50  # picks whose chances are computed; of more, as many spread evenly
_SPREADS = 200  # points of the distribution of the spread that is seen


@dataclass(frozen=True)
class Ranking:
    """How funds are picked once a year, and when skill counts as found.

    Parameters
    ----------
    top : float, default=0.1
        Share of the funds that is picked.
    quantile : float, default=0.25
        A pick is a hit if it ends in this best share by Sharpe ratio of the next year; also the
        share of hits without skill.
    burn_in : int, default=6
        Years before the first pick; what was known then has been learnt from.
    features : int, default=6
        Features that the ranking weighs by least squares: last year's Sharpe ratio and
        `features - 1` that are noise. 6 are as precise as a logistic regression on 8 of 16
        overlapping measures; 1 ranks by the Sharpe ratio alone, nothing to learn.
    level : float, default=0.95
        Of the two-sided interval by years; skill is found if its lower end is above `quantile`.
    """

    top: float = 0.1
    quantile: float = 0.25
    burn_in: int = 6
    features: int = 6
    level: float = 0.95

    def __post_init__(self) -> None:
        share = Real(0, 1, open_low=True, open_high=True)
        limits: Mapping[str, Contract] = {
            **dict.fromkeys(("top", "quantile", "level"), share),
            "burn_in": Whole(2, unit="years"),
            "features": Whole(1),
        }
        for name, contract in limits.items():
            contracts.check_value("Ranking", name, getattr(self, name), contract)


USUAL = Ranking()
"""The ranking that is asked about unless another is given."""


def formula(
    alpha_sd: float,
    *,
    years: int = 20,
    funds: int = 100,
    kind: str = "market",
    ranking: Ranking = USUAL,
) -> tuple[float, float]:
    """Chance to find skill, and the precision of the picks, without simulation.

    Among the funds of one date, last year's mean return x and the next year's y are normal with

        correlation r = (a^2 + m m') / sqrt((a^2 + m^2 + s^2/52) (a^2 + m'^2 + s^2/52))

    where a is `alpha_sd`, s the noise of a fund per week, and m, m' the style's mean returns in
    the two years (0 without a style; else integrated over). Weights learnt from n fund-years
    leave a score that has the correlation c = b / sqrt(b^2 + (features - 1)/n) with x, b being
    that of x with a hit. The precision is the mean over the picks of

        P(hit | rank i) = Phi((c r z_i - z) / sqrt(1 - c^2 r^2))

    with z_i the normal score of rank i and z the quantile that makes a hit. Yearly precisions
    vary as hits among picks do and as style and learning make them; the lower end of the interval
    follows from their mean and spread. All of it is averaged over the spread of skill that a
    universe of so many funds happens to have.

    Returns
    -------
    found : float
        Chance that the interval by years lies above what luck gives.
    precision : float
        Expected share of hits.

    Notes
    -----
    Funds with a large loading on the style vary more, so that their Sharpe ratios are smaller;
    this is left out, and precision in a style comes out up to 0.03 too high.

    References
    ----------
    Blom (1958), Statistical Estimates and Transformed Beta-Variables: normal scores at
    (i - 3/8) / (n + 1/4).

    Examples
    --------
    >>> found, precision = formula(0.001)
    >>> f"{found:.2f} {precision:.3f}"
    '1.00 0.455'
    """
    makeup = checked(alpha_sd, years, funds, kind, ranking)
    drawn = stats.chi2.ppf((np.arange(_DRAWS) + 0.5) / _DRAWS, funds - 1) / (funds - 1)
    sizes = alpha_sd * np.sqrt(drawn)
    found = [_at(replace(makeup, alpha_sd=float(size)), years, funds, ranking) for size in sizes]
    chance, precision = np.mean(found, axis=0)
    return float(chance), float(precision)


def _at(makeup: Makeup, years: int, funds: int, ranking: Ranking) -> tuple[float, float]:
    """The same for funds whose skill has exactly the spread of the makeup."""
    r, weight = _correlations(makeup)
    q, picks = ranking.quantile, max(1, int(ranking.top * funds + 1e-9))
    tested = np.arange(ranking.burn_in, years)
    b = float(weight @ r) * stats.norm.pdf(stats.norm.ppf(q)) / math.sqrt(q * (1 - q))
    noise = (ranking.features - 1) / (funds * (tested - 1))
    c = b / np.sqrt(b * b + noise) if b > 0 else np.full(len(tested), float(ranking.features == 1))
    shared = c[:, None] * r  # (Y, Q)
    points = min(picks, _RANKS)
    rank = (np.arange(points) + 0.5) * picks / points + 0.5  # 1, 2, ... where all are taken
    scores = stats.norm.ppf(1 - (rank - 0.375) / (funds + 0.25))
    needed = stats.norm.ppf(1 - q)
    chances = stats.norm.cdf(
        (shared[..., None] * scores - needed) / np.sqrt(1 - shared[..., None] ** 2)
    )
    hits = chances.mean(axis=-1)  # (Y, Q)
    mean = hits @ weight
    finite = (funds - picks) / (funds - 1)  # a place that one pick takes is lost to the others
    within = (chances * (1 - chances)).mean(axis=-1) @ weight / picks * finite
    variance = float(np.mean(within + (hits - mean[:, None]) ** 2 @ weight) + mean.var())
    precision = float(mean.mean())
    hit = precision * (1 - precision)
    score = math.sqrt(q * (1 - q) / hit)  # Wilson's interval has the error at the base
    level, count = ranking.level, len(tested)
    return _above(precision - q, variance, hit / picks, score, count, level), precision


def _correlations(makeup: Makeup) -> tuple[Floats, Floats]:
    """Correlation of one year's mean with the next, over the style's two returns (Q,), weights."""
    skill, noise = makeup.alpha_sd**2, makeup.own_sd**2 / WEEKS
    if not makeup.style_sd:
        return np.array([skill / (skill + noise)]), np.ones(1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)  # for exp(-x^2/2)
    m = nodes * makeup.style_sd / math.sqrt(WEEKS)
    spread = np.sqrt(skill + m**2 + noise)
    r = (skill + np.outer(m, m)) / np.outer(spread, spread)
    weight = np.outer(weights, weights)
    return r.ravel(), (weight / weight.sum()).ravel()


def _above(
    gain: float, variance: float, alone: float, score: float, count: int, level: float
) -> float:
    """Chance that the lower end of `share_by_cluster` over `count` years is above the base.

    It is where the gain over the base exceeds Student's quantile times `score` times the error
    of the mean; `alone` is the variance that independent picks would have, the least that
    counts. The variance that the years show is chi-squared around the true one.
    """
    freedom = count - 1
    seen = stats.chi2.ppf((np.arange(_SPREADS) + 0.5) / _SPREADS, freedom) / freedom * variance
    limit = stats.t.ppf((1 + level) / 2, freedom) * score * np.sqrt(np.maximum(seen, alone) / count)
    return float(stats.norm.cdf((gain - limit) / math.sqrt(variance / count)).mean())


def checked(alpha_sd: float, years: int, funds: int, kind: str, ranking: Ranking) -> Makeup:
    """Makeup of the universe; BadParameter where skill cannot be looked for."""
    if kind not in KINDS:
        raise BadParameter(
            f"power(kind={kind!r}): must be one of {', '.join(map(repr, KINDS))}; elsewhere more "
            "than chance is hit without skill. Choose one of these."
        )
    contracts.check_value("power", "funds", funds, Whole(fewest(ranking)))
    contracts.check_value("power", "years", years, Whole(shortest(ranking), unit="years"))
    return Makeup.of(kind, alpha_sd=alpha_sd)


def shortest(ranking: Ranking) -> int:
    """Years at least: what is learnt first, and enough years with picks for a headline."""
    return ranking.burn_in + ENOUGH


def fewest(ranking: Ranking) -> int:
    """Funds at least: one pick, one hit, and more rows than weights to learn."""
    wanted = (1 / ranking.top, 1 / ranking.quantile, ranking.features)
    return max(10, *map(math.ceil, wanted))
