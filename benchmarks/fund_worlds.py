"""Invented universes of funds walked through, leaked and cheated on: what one seed shows.

Which of them are run, how often, and what they must show is in `funds`. Each function is one
simulation for a process of a pool: it takes plain values and gives plain values.
"""

import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression

from fondo.errors import BadData
from fondo.funds.backtests import backtest
from fondo.funds.inference import evidence
from fondo.funds.leak_meter import LeakWarning, fitted_scores, measure_leak
from fondo.funds.learned import Forest, Logistic
from fondo.funds.nulls import permutation_null
from fondo.funds.observations import observe
from fondo.funds.overfitting import overfitting
from fondo.funds.panel import Panel
from fondo.funds.picks import avoid_precision, selective_precision, top_precision
from fondo.funds.plan import BacktestPlan
from fondo.funds.power import power
from fondo.funds.prepare import f_values, preparation
from fondo.funds.reader import read
from fondo.funds.result import Backtest
from fondo.funds.scores import rank_ic
from fondo.funds.spans import spans
from fondo.funds.splits import PurgedKFold, PurgedWalkForward
from fondo.funds.thresholds import precision_by_threshold
from fondo.funds.universe import WEEKS, make_universe, survivors

Found = dict[str, float]

BASE = 0.25  # of a null: a quarter of the funds is in the first quartile
BURN_IN = 5 * 7 * WEEKS  # days from the first decision date, which is after a year: six years
DRAWS, ROWS = 250, 100  # of a threshold, and rows that it is chosen from


def walked(kind: str, step: int, seed: int, alpha_sd: float = 0.0, forest: bool = False) -> Found:
    """One universe of 100 funds and 20 years, ranked walking forward, and what that proves."""
    panel = make_universe(kind, seed=seed, alpha_sd=alpha_sd)
    model = Forest(draws=0) if forest else Logistic(products=False, k=8)
    plan = BacktestPlan(step=step, burn_in=BURN_IN)
    done = backtest(panel, [model], plan=plan, leak=False)
    rows, scores = done.tested, done.column(model.name)
    told = evidence(selective_precision(scores, rows["y"], rows["date"]))
    past = selective_precision(done.column("past_sharpe"), rows["y"], rows["date"])
    found = {"precision": told.precision, "past": past.precision}
    for name in ("wilson", "year"):
        low, high, _ = told.intervals[name]
        found |= {f"{name} covers": low <= BASE <= high, f"{name} above": low > BASE}
    if kind == "iid":
        found |= flagged(done, model.name)
    if kind == "volatility":
        for name, sigma in (("plain", None), ("matched", rows["volatility"])):
            null = permutation_null(scores, rows["y"], rows["date"], volatility=sigma)
            found[name] = null.p_value <= 0.05
    return found


def flagged(done: Backtest, name: str) -> Found:
    """Precision at the threshold from the training side, and at the best of the tested rows."""
    rows = done.tested
    y, chance, cut = (rows[key].to_numpy() for key in ("y", f"chance:{name}", f"cut:{name}"))
    over = chance >= cut  # NaN flags nobody
    curve = precision_by_threshold(chance, y)
    return {
        "flagged": float(over.sum()),
        "flagged hits": float(y[over].sum()),
        "best": float(curve.precision[curve.threshold == curve.best()][0]),
    }


def leaked(step: int, model: str, seed: int) -> Found:
    """Precision of one model on a style without skill, rows shuffled and rows by date."""
    rows = observe(make_universe("style", seed=seed), step=step)
    rows = rows.take(rows.labelled)
    chosen = {
        "forest": RandomForestClassifier(100, min_samples_leaf=5, random_state=seed, n_jobs=1),
        "logistic": LogisticRegression(solver="newton-cholesky", class_weight="balanced"),
    }[model]
    pipeline = preparation()
    pipeline.steps.append(("model", chosen))
    times, purged = spans(rows.date, rows.label_end), PurgedWalkForward(burn_in=BURN_IN)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LeakWarning)
        leak = measure_leak(pipeline, rows.X, rows.y, times, purged=purged)
    warned = any(issubclass(each.category, LeakWarning) for each in caught)
    assert warned == leak.flagged
    return {"shuffled": leak.shuffled, "purged": leak.purged, "gap": leak.gap, "warned": warned}


def calculated(alpha_sd: float, simulations: int) -> Found:
    """What the power calculator says of a spread of skill."""
    told = power(alpha_sd, simulations=simulations)
    return {
        "precision": told.precision,
        "found": told.found,
        "foretold": told.foretold,
        "foretold precision": told.foretold_precision,
    }


def persisted(seed: int) -> Found:
    """Last year's best and worst tenth among next year's first quarter, with and without ends."""
    size: dict[str, Any] = {"funds": 400, "years": 15, "seed": seed}
    panel = make_universe("survivorship", **size)
    kept = survivors(panel)
    found = {f"{key}, all": value for key, value in _persistence(panel).items()}
    found |= {f"{key}, survivors": value for key, value in _persistence(kept).items()}
    gain = float(np.nanmean(kept.returns) - np.nanmean(make_universe("market", **size).returns))
    return {**found, "gain": WEEKS * gain, "refused": _refused(kept)}


def _refused(panel: Panel) -> bool:
    """Whether the reader refuses the prices of twenty of these funds."""
    funds = panel.funds[:20]
    table = {"date": np.repeat(panel.dates, len(funds)), "fund": np.tile(funds, len(panel.dates)),
             "nav": panel.nav[:, :20].ravel()}  # fmt: skip
    try:
        read(pl.DataFrame(table))
    except BadData as error:
        return "survivors" in str(error)
    return False


def _persistence(panel: Panel) -> Found:
    dates = panel.dates[3 * WEEKS + 1 :: WEEKS]  # a week after those closed had their last price
    rows = observe(panel, features=["total_return"], step=list(dates), target="return")
    rows = rows.take(rows.labelled)
    past = rows.X[:, 0]
    return {
        "winners": selective_precision(past, rows.y, rows.date).precision,
        "losers": selective_precision(-past, rows.y, rows.date).precision,
        "avoided": avoid_precision(past, rows.outcome, rows.date).precision,
        "rank": rank_ic(past, rows.outcome, rows.date).mean,
    }


def selected(seed: int) -> Found:
    """1,770 products of noise, the best 20 chosen inside each of five folds, and outside them."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(500, 60)), (rng.random(500) < BASE).astype(float)
    left, right = np.array(list(combinations(range(60), 2))).T
    products = X[:, left] * X[:, right]  # (500, 1770)
    model = LogisticRegression(class_weight="balanced", max_iter=1000)
    inside = preparation(k=20)
    inside.steps.append(("model", model))
    chosen = SelectKBest(f_values, k=20).fit_transform(products, y)
    day = np.datetime64("2000-01-07") + 7 * np.repeat(np.arange(100), 5)
    found: dict[str, list[float]] = {"inside": [], "outside": []}
    for train, test in PurgedKFold(5, embargo=0).split(X, groups=spans(day, day + 7)):
        for name, work, table in (("inside", inside, products), ("outside", model, chosen)):
            scores = fitted_scores(clone(work), table, y, train, test)
            found[name].append(top_precision(y[test], scores))
    return {name: float(np.mean(values)) for name, values in found.items()}


def cut(seed: int) -> Found:
    """The best of 19 thresholds on noise, chosen on training rows, and on the tested ones."""
    rng = np.random.default_rng(seed)
    nested, cheated = [], []
    for _ in range(DRAWS):
        scores, y = rng.random((2, ROWS)), (rng.random((2, ROWS)) < BASE).astype(float)
        train, test = (precision_by_threshold(s, v) for s, v in zip(scores, y, strict=True))
        cheated.append(test.precision[test.threshold == test.best()][0])
        nested.append(test.precision[test.threshold == train.best()][0])
    return {"nested": float(np.nanmean(nested)), "best": float(np.mean(cheated))}


def overfitted(seed: int, planted: bool) -> Found:
    """Probability of overfitting among 50 trials of noise, one of them good where planted."""
    table = np.random.default_rng(seed).normal(size=(10 * WEEKS, 50))
    table[:, 0] += 0.25 * planted
    return {"probability": overfitting(table, noise=0).probability}


def india(folder: str) -> dict[str, Any]:
    """Real funds: what a logistic regression proves beside last year's Sharpe ratio."""
    panel = read(Path(folder) / "funds" / "india_nav.parquet")
    done = backtest(panel, [Logistic(products=False, k=8)], leak=False)
    rows = done.tested
    found: dict[str, Any] = {"shape": panel.shape}
    for name in ("logistic", "past_sharpe"):
        picks = selective_precision(done.column(name), rows["y"], rows["date"], rows["peer"])
        told = evidence(picks)
        found[name] = (told.precision, *told.intervals[told.headline][:2], told.base_rate)
        found["years"] = told.years
    return found
