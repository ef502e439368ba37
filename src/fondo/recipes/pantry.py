"""Small tables that recipes are cooked from where no real data are given; all made here.

They are made to show the recipe's point, not to look like anybody's customers or shares.
"""

import datetime

import numpy as np
import polars as pl


def loans(n_rows: int = 12_000, seed: int = 0) -> pl.DataFrame:
    """Loans of which about one in fifteen goes bad: target first, ten predictors, gaps, outliers.

    Parameters
    ----------
    n_rows : int, default=12_000
        Rows.
    seed : int, default=0
        Same seed, same table.

    Returns
    -------
    pl.DataFrame
        Columns named as in the "Give Me Some Credit" table.
    """
    draw = np.random.default_rng(seed)
    age = draw.normal(52, 14, n_rows).clip(21, 100).round()
    used = draw.beta(0.6, 1.4, n_rows)
    late = draw.poisson(0.35 * used + 0.05, (3, n_rows))
    income = draw.lognormal(8.6, 0.6, n_rows).round()
    debt = draw.lognormal(-1.2, 0.9, n_rows)
    lines, homes, family = draw.poisson([[8.0], [1.0], [0.8]], (3, n_rows))
    risk = -4.4 + 2.2 * used + 0.9 * late.sum(axis=0) - 0.03 * (age - 52) + 0.6 * (debt > 0.7)
    bad = draw.random(n_rows) < 1 / (1 + np.exp(-risk))
    unknown = draw.random(n_rows) < 0.2  # no income known: the ratio is then a plain sum
    used[draw.random(n_rows) < 0.005] *= 1000  # slips of the pen, as real tables have
    return pl.DataFrame(
        {
            "SeriousDlqin2yrs": bad.astype(np.int64),
            "RevolvingUtilizationOfUnsecuredLines": used,
            "age": age.astype(np.int64),
            "NumberOfTime30-59DaysPastDueNotWorse": late[0],
            "DebtRatio": np.where(unknown, (debt * income).round(), debt),
            "MonthlyIncome": pl.Series(np.where(unknown, np.nan, income)).fill_nan(None),
            "NumberOfOpenCreditLinesAndLoans": lines,
            "NumberOfTimes90DaysLate": late[2],
            "NumberRealEstateLoansOrLines": homes,
            "NumberOfTime60-89DaysPastDueNotWorse": late[1],
            "NumberOfDependents": family,
        }
    )


def prices(n_days: int = 800, seed: int = 0) -> pl.DataFrame:
    """Closing prices of a random walk whose drift changes: nothing but the last price helps.

    Parameters
    ----------
    n_days : int, default=800
        Days.
    seed : int, default=0
        Same seed, same table.

    Returns
    -------
    pl.DataFrame
        `Date`, `Close`.
    """
    draw = np.random.default_rng(seed)
    drift = np.where(np.arange(n_days) < n_days // 2, -0.0005, 0.0015)  # falls, then rises
    close = 50 * np.exp(np.cumsum(drift + draw.normal(0, 0.012, n_days)))
    first = datetime.date(2015, 1, 1)
    days = pl.date_range(first, first + datetime.timedelta(days=n_days - 1), eager=True)
    return pl.DataFrame({"Date": days, "Close": close.round(2)})
