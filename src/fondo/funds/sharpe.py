"""What a Sharpe ratio is worth after short, skewed returns and many trials.

Everything here is per period (a day, a week), never a year, unless `periods_per_year` says so:
mixing the two is the usual mistake. How probable it is that a choice was overfitted is in
`overfitting`.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from fondo.errors import BadData, BadParameter
from fondo.funds.cells import plain
from fondo.judge.luck import expected_largest


@dataclass(frozen=True)
class SharpeRatio:
    """A Sharpe ratio and the shape of the returns it is of.

    Attributes
    ----------
    value : float
        Mean over standard deviation, per period.
    n : int
        Periods.
    skew, kurtosis : float
        Of the returns; 0 and 3 for normal ones (not the excess).
    """

    value: float
    n: int
    skew: float
    kurtosis: float


def sharpe_of(returns: ArrayLike) -> SharpeRatio:
    """Sharpe ratio of returns above the riskless rate, per period.

    Parameters
    ----------
    returns : float array (n,)
        At least two, finite, not all equal.

    Raises
    ------
    BadData
        Fewer than two, one missing or infinite, or all equal.

    Examples
    --------
    >>> round(sharpe_of([0.01, 0.03, 0.02, 0.02]).value, 4)  # 0.02 / 0.0081650
    2.4495
    """
    r = np.asarray(returns, np.float64)
    if r.ndim != 1 or len(r) < 2 or not np.isfinite(r).all():
        raise BadData(
            f"sharpe_of(returns={r.shape}): there must be at least two returns, all finite. Leave "
            "out periods without a price."
        )
    sd = float(r.std(ddof=1))
    if sd <= 1e-12 * max(1.0, float(np.abs(r).max())):
        raise BadData("sharpe_of(returns): all are equal, so there is no risk to divide by.")
    skew, kurtosis = float(stats.skew(r)), float(stats.kurtosis(r, fisher=False))
    return SharpeRatio(float(r.mean()) / sd, len(r), skew, kurtosis)


def probabilistic_sharpe(
    sharpe: float,
    n: int,
    *,
    skew: float = 0.0,
    kurtosis: float = 3.0,
    benchmark: float = 0.0,
    periods_per_year: float | None = None,
) -> float:
    """Probability that the true Sharpe ratio is above a benchmark (PSR).

        PSR = Phi( (SR - SR*) sqrt(n - 1) / sqrt(1 - skew SR + (kurtosis - 1)/4 SR^2) )

    Parameters
    ----------
    sharpe : float
        As measured.
    n : int
        Periods it was measured over, at least 2.
    skew, kurtosis : float
        Of the returns; kurtosis is 3 for normal ones.
    benchmark : float, default=0.0
        Sharpe ratio to beat, in the unit of `sharpe`.
    periods_per_year : float or None, default=None
        None: both ratios are per period. A number: both are per year, and are divided by its root.

    Returns
    -------
    probability : float

    References
    ----------
    Bailey, Lopez de Prado (2012), The Sharpe ratio efficient frontier, Journal of Risk 15; Lopez de
    Prado (2018), Advances in Financial Machine Learning, section 14.7.2.

    Examples
    --------
    >>> round(probabilistic_sharpe(0.1, 101), 4)  # Phi(1 / sqrt(1 + 0.01/2))
    0.8407
    """
    value, target = (_per_period(s, periods_per_year) for s in (sharpe, benchmark))
    if n < 2:
        raise BadParameter(f"probabilistic_sharpe(n={n}): there must be at least 2 periods.")
    return float(
        stats.norm.cdf((value - target) * math.sqrt(n - 1) / _spread(value, skew, kurtosis))
    )


@dataclass(frozen=True)
class DeflatedSharpe:
    """Probability that a Sharpe ratio is more than the best of many trials without skill.

    Attributes
    ----------
    probability : float
        Above 0.95 is the usual mark.
    benchmark : float
        Expected best Sharpe ratio of the trials if none had skill, per period.
    trials : float
        How many trials were counted.
    """

    probability: float
    benchmark: float
    trials: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {name: plain(value) for name, value in vars(self).items()}


def deflated_sharpe(
    sharpe: float,
    n: int,
    *,
    trials: float,
    variance: float,
    skew: float = 0.0,
    kurtosis: float = 3.0,
    periods_per_year: float | None = None,
) -> DeflatedSharpe:
    """Sharpe ratio of the best trial, judged against the best of as many without skill (DSR).

        SR0 = sqrt(V) ((1 - g) Phi^-1(1 - 1/N) + g Phi^-1(1 - 1/(N e)));    DSR = PSR(SR0)

    Parameters
    ----------
    sharpe, n, skew, kurtosis
        Of the best trial, as in `probabilistic_sharpe`.
    trials : float
        Independent trials made, the discarded ones too: from the ledger. Trials that hang together
        are fewer, see `independent_trials`.
    variance : float
        Variance of the Sharpe ratios of the trials.
    periods_per_year : float or None, default=None
        None: `sharpe` and `variance` are per period. A number: both are of yearly ratios.

    Returns
    -------
    found : DeflatedSharpe

    Notes
    -----
    g is Euler's constant. The formula for the expected best is the authors' approximation, 2 % too
    high for 10 trials and 1 % for 100; one trial has nothing to deflate.

    References
    ----------
    Bailey, Lopez de Prado (2014), The deflated Sharpe ratio, Journal of Portfolio Management 40,
    94-107; Lopez de Prado (2018), section 14.7.3.

    Examples
    --------
    >>> found = deflated_sharpe(2.5, 1250, trials=100, variance=0.5, skew=-3, kurtosis=10,
    ...                         periods_per_year=250)
    >>> round(found.benchmark, 6), round(found.probability, 4)  # the authors' example
    (0.113172, 0.9004)
    """
    if not trials >= 1 or not 0 <= variance < math.inf:
        raise BadParameter(
            f"deflated_sharpe(trials={trials}, variance={variance}): trials must be at least 1 and "
            "variance finite and at least 0. Take both from the ledger."
        )
    per_period = variance if periods_per_year is None else variance / periods_per_year
    benchmark = math.sqrt(per_period) * best_of_normals(trials)
    value = _per_period(sharpe, periods_per_year)
    psr = probabilistic_sharpe(value, n, skew=skew, kurtosis=kurtosis, benchmark=benchmark)
    return DeflatedSharpe(psr, benchmark, trials)


def best_of_normals(trials: float, *, exact: bool = False) -> float:
    """Expected largest of so many standard normal numbers.

    Parameters
    ----------
    trials : float
        At least 1; may be a fraction for trials that hang together, unless `exact`.
    exact : bool, default=False
        Integrate instead of the approximation that the deflated Sharpe ratio is defined with.

    Examples
    --------
    >>> [round(best_of_normals(100, exact=exact), 4) for exact in (False, True)]
    [2.5306, 2.5076]
    """
    if exact:
        return expected_largest(round(trials))
    if trials <= 1:
        return 0.0
    near, far = (float(stats.norm.ppf(1 - 1 / (trials * f))) for f in (1.0, math.e))
    # between one trial and two the approximation dips below nothing
    return max(0.0, (1 - np.euler_gamma) * near + np.euler_gamma * far)


def independent_trials(trials: int, correlation: float) -> float:
    """How many independent trials some are worth that hang together.

        N = correlation + (1 - correlation) trials

    Parameters
    ----------
    trials : int
        Trials made, at least 1.
    correlation : float in [0, 1]
        Mean correlation between their returns; 1 makes them one trial.

    References
    ----------
    Bailey, Lopez de Prado (2014), the appendix on the number of independent trials.

    Examples
    --------
    >>> independent_trials(100, 0.5)
    50.5
    """
    if trials < 1 or not 0 <= correlation <= 1:
        raise BadParameter(
            f"independent_trials(trials={trials}, correlation={correlation}): trials must be at "
            "least 1 and correlation lie in [0, 1]. Take a negative mean correlation as 0."
        )
    return correlation + (1 - correlation) * trials


def track_record_needed(
    sharpe: float,
    *,
    skew: float = 0.0,
    kurtosis: float = 3.0,
    benchmark: float = 0.0,
    level: float = 0.95,
) -> float:
    """Periods after which a Sharpe ratio, per period, is above a benchmark with some probability.

    Parameters
    ----------
    sharpe, skew, kurtosis, benchmark
        As in `probabilistic_sharpe`, per period.
    level : float in (0, 1), default=0.95
        Probability asked for.

    Returns
    -------
    periods : float
        Infinite where the ratio is not above the benchmark.

    References
    ----------
    Bailey, Lopez de Prado (2012), there the minimum track record length.

    Examples
    --------
    >>> round(track_record_needed(0.1))  # 1 + 1.005 (1.645 / 0.1)^2
    273
    """
    if sharpe <= benchmark:
        return math.inf
    z = float(stats.norm.ppf(level))
    return 1 + (_spread(sharpe, skew, kurtosis) * z / (sharpe - benchmark)) ** 2


def _per_period(sharpe: float, periods_per_year: float | None) -> float:
    if periods_per_year is not None and not periods_per_year > 0:
        raise BadParameter(
            f"sharpe(periods_per_year={periods_per_year}): must be above 0: 252, 52 or 12."
        )
    return sharpe if periods_per_year is None else sharpe / math.sqrt(periods_per_year)


def _spread(sharpe: float, skew: float, kurtosis: float) -> float:
    """Standard error of a Sharpe ratio per root of the periods less one."""
    square = 1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2
    if not 0 < square < math.inf:
        raise BadParameter(
            f"sharpe(value={sharpe:g}, skew={skew:g}, kurtosis={kurtosis:g}): no returns have such "
            "moments. Kurtosis is 3 for normal returns, and at least 1 + skew squared."
        )
    return math.sqrt(square)
