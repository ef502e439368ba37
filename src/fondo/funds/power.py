"""How often skill is found in simulated universes, beside what a formula foretells.

The ranking is a cheap stand-in for a real one: it learns, year by year, how much to trust last
year's Sharpe ratio among features that say nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fondo import contracts
from fondo.contracts import Whole
from fondo.funds.power_formula import USUAL, Ranking, checked, formula
from fondo.funds.universe import WEEKS, Makeup, draw_returns
from fondo.judge.clusters import share_by_cluster
from fondo.judge.intervals import wilson
from fondo.report.scales import number, percent

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Power:
    """What was found in simulated universes, and what the formula foretold.

    Parameters
    ----------
    alpha_sd : float
        Standard deviation of skill between funds, per week.
    years, funds : int
        Size of each universe.
    tested : int
        Years with picks.
    precision : float
        Mean share of hits among the picks.
    found, low, high : float
        Share of the universes in which skill was found, with a 95 % interval by Wilson for the
        number of universes.
    simulations : int
        Universes.
    foretold, foretold_precision : float
        What the formula says of `found` and `precision`.
    """

    alpha_sd: float
    years: int
    funds: int
    tested: int
    precision: float
    found: float
    low: float
    high: float
    simulations: int
    foretold: float
    foretold_precision: float

    @property
    def sentence(self) -> str:
        """What this says, for a person."""
        return (
            f"{told(self.alpha_sd)} is found in {percent(self.found)} of {self.simulations} "
            f"universes ({percent(self.low)} to {percent(self.high)}) of {self.funds} funds and "
            f"{self.years} years, {self.tested} of them with picks; the mean precision is "
            f"{number(self.precision)}. The formula says {percent(self.foretold)} and "
            f"{number(self.foretold_precision)}."
        )


def told(alpha_sd: float) -> str:
    """Skill in words, a week and a year."""
    return (
        f"Skill with a spread of {percent(alpha_sd, 2)} a week ({percent(WEEKS * alpha_sd, 1)} a "
        "year)"
    )


def power(
    alpha_sd: float,
    *,
    years: int = 20,
    funds: int = 100,
    kind: str = "market",
    simulations: int = 200,
    seed: int = 0,
    ranking: Ranking = USUAL,
) -> Power:
    """How often skill of a given spread is found, and how precise the picks are.

    Each simulated universe is ranked once a year, walking forward; skill is found if the interval
    of the precision by years, the headline of `fondo.funds.inference`, lies above what luck gives.

    Parameters
    ----------
    alpha_sd : float
        Standard deviation of the funds' constant extra return, per week: 0.001 is 5.2 % a year.
        0 gives the share of false alarms.
    years, funds : int
        Size of each universe.
    kind : {"market", "iid", "style"}, default="market"
        Universe that the skill hides in. Others are refused: where noise differs between funds,
        or losers vanish, more than a quarter of the picks are hits without any skill.
    simulations : int, default=200
        Universes.
    seed : int, default=0
        Universe k has the seed (seed, k).
    ranking : Ranking, default=USUAL
        How funds are picked and judged.

    Returns
    -------
    power : Power
        Simulated and foretold.

    Raises
    ------
    BadParameter
        Sizes that leave fewer than 8 years with picks or too few funds, or another kind.

    Examples
    --------
    >>> found = power(0.0015, years=14, simulations=20)
    >>> found.found > 0.9, found.foretold > 0.9
    (True, True)
    """
    makeup = checked(alpha_sd, years, funds, kind, ranking)
    contracts.check_value("power", "simulations", simulations, Whole(1))
    contracts.check_value("power", "seed", seed, Whole(0))
    seeds = np.random.SeedSequence(seed).spawn(simulations)
    runs = np.stack([_walk(makeup, years, funds, ranking, each) for each in seeds])  # (S, Y)
    sizes = np.full(runs.shape[1], max(1, int(ranking.top * funds + 1e-9)))  # picks of each year
    lower = [share_by_cluster(run * sizes, sizes, ranking.level).low for run in runs]
    found = np.array(lower) > ranking.quantile
    low, high, _ = wilson(int(found.sum()), simulations)
    foretold, precision = formula(alpha_sd, years=years, funds=funds, kind=kind, ranking=ranking)
    return Power(
        alpha_sd=alpha_sd,
        years=years,
        funds=funds,
        tested=runs.shape[1],
        precision=float(runs.mean()),
        found=float(found.mean()),
        low=low,
        high=high,
        simulations=simulations,
        foretold=foretold,
        foretold_precision=precision,
    )


def _walk(
    makeup: Makeup, years: int, funds: int, ranking: Ranking, seed: np.random.SeedSequence
) -> Floats:
    """Precision of the picks of each tested year (Y,), in one universe."""
    random = np.random.default_rng(seed)
    weekly = draw_returns(makeup, funds, years, random).reshape(years, WEEKS, funds)
    sharpe: Floats = weekly.mean(axis=1) / weekly.std(axis=1, ddof=1)  # (years, N)
    past, best = sharpe[:-1], _first(sharpe[1:], ranking.quantile)
    tested = np.arange(ranking.burn_in - 1, years - 1)  # places of the decision dates
    score = past[tested]
    if ranking.features > 1:
        score = _learnt(past, best, tested, ranking.features, random)
    picked = _first(score, ranking.top)
    precision: Floats = (picked & best[tested]).sum(axis=1) / picked.sum(axis=1)
    return precision


def _first(values: Floats, share: float) -> NDArray[np.bool_]:
    """Which values of each row (rows, N) are among its best `share`, at least one."""
    count = max(1, int(share * values.shape[1] + 1e-9))
    limit = -np.partition(-values, count - 1, axis=1)[:, count - 1]
    best: NDArray[np.bool_] = values >= limit[:, None]
    return best


def _learnt(
    past: Floats,
    best: NDArray[np.bool_],
    tested: NDArray[np.int64],
    features: int,
    random: np.random.Generator,
) -> Floats:
    """Scores (tested, N) with weights by least squares on the labels known at each date."""
    centred = past - past.mean(axis=1, keepdims=True)
    scaled: Floats = centred / centred.std(axis=1, keepdims=True)
    X = random.normal(size=(*past.shape, features))  # (D, N, F)
    X[..., 0] = scaled
    products = np.cumsum(np.einsum("dnf,dng->dfg", X, X), axis=0)
    answers = np.cumsum(np.einsum("dnf,dn->df", X, best - best.mean()), axis=0)
    known = tested - 1  # the label of the date before ends today
    weights = np.linalg.solve(products[known], answers[known][..., None])  # (tested, F, 1)
    scores: Floats = (X[tested] @ weights)[..., 0]
    return scores
