"""Speed of fund ranking: features, walking forward, the search of a forest, networks side by side.

Each figure comes from a process of its own that has imported what it needs before the clock
starts: `python -m benchmarks.fund_speed NAME`. What is found is in `fund_worlds`.
"""

import json
import math
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from benchmarks.peers import environment

Work = Callable[[], Any]

FUNDS, YEARS, WEEKS = 1000, 20, 52
FEW = {"funds": 20, "dates": 25}  # that the loop over empyrical goes through, then told for all
ONE_CORE = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
BOTH = ("cagr", "sharpe", "sortino", "calmar", "volatility", "downside_deviation", "max_drawdown",
        "value_at_risk", "expected_shortfall", "tail_ratio")  # fmt: skip
"""Features that empyrical-reloaded has too, each from the returns of one fund."""


@dataclass(frozen=True)
class Line:
    """A figure, the mark that it must keep to (none: told only), and the author's."""

    what: str
    found: float
    low: float = -math.inf
    high: float = math.inf
    author: str = ""
    form: str = ".3f"

    @property
    def judged(self) -> bool:
        return math.isfinite(self.low) or math.isfinite(self.high)

    @property
    def reached(self) -> bool:
        return self.low <= self.found <= self.high

    @property
    def mark(self) -> str:
        low, high = (format(end, self.form) for end in (self.low, self.high))
        if not self.judged:
            return "told only"
        if not math.isfinite(self.low):
            return f"<= {high}"
        return f">= {low}" if not math.isfinite(self.high) else f"{low} to {high}"

    def __str__(self) -> str:
        verdict = ("reached" if self.reached else "MISSED") if self.judged else ""
        author = f"author {self.author}" if self.author else ""
        found = format(self.found, self.form)
        return f"    {self.what:<58}{found:>8}   {self.mark:<17}{author:<24}{verdict}".rstrip()


def simulation() -> Work:
    """A universe of 100 funds and 20 years, walked through year by year and judged."""
    from benchmarks.fund_worlds import walked

    walked("market", WEEKS, 10_000)
    seeds = iter(range(1, 10_000))
    return lambda: walked("market", WEEKS, next(seeds))


def script() -> Work:
    """What a script in pandas and scikit-learn does for the same: 16 features, no baselines."""
    import pandas as pd
    from sklearn.feature_selection import SelectKBest
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from fondo.funds.universe import make_universe

    panel = make_universe("market", seed=1)
    nav = pd.DataFrame(panel.nav, pd.DatetimeIndex(panel.dates), panel.funds)

    def features(r: Any) -> Any:
        market, growth = r.mean(axis=1), (1 + r).cumprod()
        beta = r.apply(lambda one: one.cov(market)) / market.var()
        own = r.sub(market, axis=0)
        lows = r.clip(upper=0)
        columns = {
            "mean": r.mean(), "sd": r.std(), "sharpe": r.mean() / r.std(),
            "sortino": r.mean() / (lows**2).mean() ** 0.5, "downside": lows.std(),
            "drawdown": (growth / growth.cummax() - 1).min(), "skew": r.skew(),
            "kurtosis": r.kurt(), "quantile": r.quantile(0.05), "beta": beta,
            "alpha": r.mean() - beta * market.mean(), "error": own.std(),
            "ratio": own.mean() / own.std(), "hits": (r > 0).mean(),
            "momentum_3m": growth.iloc[-1] / growth.iloc[-14],
            "momentum_6m": growth.iloc[-1] / growth.iloc[-27],
        }  # fmt: skip
        return pd.DataFrame(columns)

    def run() -> float:
        returns = nav.pct_change().iloc[1:]
        tables, labels = [], []
        for week in range(WEEKS, len(returns) - WEEKS + 1, WEEKS):
            after = returns.iloc[week : week + WEEKS]
            tables.append(features(returns.iloc[week - WEEKS : week]))
            labels.append((after.mean() / after.std()).rank(pct=True) > 0.75)
        precision = []
        for place in range(5, len(tables)):
            model = make_pipeline(
                StandardScaler(),
                SelectKBest(k=8),
                LogisticRegression(solver="newton-cg", class_weight="balanced"),
            )
            model.fit(pd.concat(tables[:place]), pd.concat(labels[:place]))
            chance = pd.Series(model.predict_proba(tables[place])[:, 1], tables[place].index)
            precision.append(labels[place][chance.nlargest(10).index].mean())
        return float(np.mean(precision))

    return run


def forest(groups: str, years: int) -> Work:
    """A forest with a search of 20 draws, 4 peer groups of 300 funds, every week a date."""
    from fondo.funds.learned import Forest
    from fondo.funds.plan import BacktestPlan
    from fondo.funds.universe import make_universe
    from fondo.funds.walk import make_walk

    panel = make_universe("market", funds=1200, groups=4, years=years)

    def run() -> dict[str, Any]:
        walk = make_walk(panel, BacktestPlan(step=1, groups=groups))
        found = Forest(draws=20).rank(walk)
        return {"rows": len(walk.rows), "tests": len(walk.pairs), "trials": len(found.trials)}

    return run


def features(step: int) -> Work:
    """All features that prices alone feed, of 1,000 funds over 20 years of weeks."""
    from fondo.funds.features import feature_table
    from fondo.funds.universe import make_universe

    panel = make_universe("market", funds=FUNDS, years=YEARS)
    ends = np.arange(WEEKS, len(panel.dates), step)

    def run() -> dict[str, Any]:
        table = feature_table(panel, ends, [WEEKS])
        return {"shape": table.values.shape, "size": table.values.nbytes / (1 << 30)}

    return run


def few_features() -> Work:
    """The ten features that empyrical has too, every 4 weeks."""
    from fondo.funds.features import FeatureSet, feature_table
    from fondo.funds.universe import make_universe

    panel = make_universe("market", funds=FUNDS, years=YEARS)
    ends = np.arange(WEEKS, len(panel.dates), 4)
    return lambda: feature_table(panel, ends, [WEEKS], FeatureSet(list(BOTH)))


def empyrical() -> Work:
    """The same ten of some funds at some dates, one fund and date after the other."""
    import empyrical as e  # type: ignore[import-untyped]

    from fondo.funds.universe import make_universe

    panel = make_universe("market", funds=FEW["funds"], years=YEARS)
    returns = panel.nav[1:] / panel.nav[:-1] - 1
    ends = np.linspace(WEEKS, len(returns), FEW["dates"]).astype(int)
    weekly = {"period": "weekly"}

    def run() -> None:
        for end in ends:
            for fund in range(FEW["funds"]):
                r = returns[end - WEEKS : end, fund]
                e.annual_return(r, **weekly), e.sharpe_ratio(r, **weekly)
                e.sortino_ratio(r, **weekly), e.calmar_ratio(r, **weekly)
                e.annual_volatility(r, **weekly), e.downside_risk(r, **weekly)
                e.max_drawdown(r), e.value_at_risk(r)
                e.conditional_value_at_risk(r), e.tail_ratio(r)

    return run


def networks(beside: bool) -> Work:
    """The networks of a walk of 16 years, trained together or one year after the other."""
    from fondo.funds.network_ranker import Job, Network, train_jobs
    from fondo.funds.plan import BacktestPlan
    from fondo.funds.universe import make_universe
    from fondo.funds.walk import make_walk

    walk = make_walk(make_universe("market+skill"), BacktestPlan(step=4))
    network = Network()
    jobs = []
    for place, (train, test) in enumerate(walk.pairs):
        task = network.task(network.candidates()[0], len(train), walk.plan.seed)
        jobs.append(Job(task, walk, train, test, place))
    parts = [jobs] if beside else [[job] for job in jobs]

    def run() -> dict[str, Any]:
        scores = [each for part in parts for each in train_jobs(part)]
        return {"years": len(scores)}

    return run


WORKS: dict[str, tuple[Callable[[], Work], int, bool]] = {
    "simulation": (simulation, 10, True),
    "script": (script, 3, True),
    "features, every 4 weeks": (lambda: features(4), 1, False),
    "features, every week": (lambda: features(1), 1, False),
    "ten features": (few_features, 1, True),
    "empyrical": (empyrical, 1, True),
    "networks side by side": (lambda: networks(True), 1, False),
    "networks one by one": (lambda: networks(False), 1, False),
    "forest, together": (lambda: forest("together", YEARS), 1, False),
    "forest, apart": (lambda: forest("apart", YEARS), 1, False),
}
"""What is timed: (prepares it, how often it runs, on one core)."""


def speed(few: bool) -> Iterator[tuple[str, list[Line]]]:
    """Lines about time, each work in a process of its own while nothing else runs."""
    ours, theirs = measured("simulation"), measured("script")
    yield "100 funds x 20 years, a logistic regression each year, one core", [
        Line("seconds a simulation", ours["seconds"], high=1.0, form=".2f"),
        Line("pandas and scikit-learn, 16 features alone, times as long",
             theirs["seconds"] / ours["seconds"], form=".1f"),
    ]  # fmt: skip
    lines = []
    for often, high in (("every 4 weeks", 5.0), ("every week", 5.0)):
        found = measured(f"features, {often}")
        lines += [
            Line(f"{often}, seconds", found["seconds"], high=high, form=".2f"),
            Line("    peak memory of the process, GiB", found["peak"], form=".2f"),
            Line("    of which the table of features", found["size"], form=".2f"),
        ]
    ten, loops = measured("ten features"), measured("empyrical")
    windows = FUNDS * (YEARS - 1) * WEEKS / 4
    few_windows = FEW["funds"] * FEW["dates"]
    ratio = loops["seconds"] * windows / few_windows / ten["seconds"]
    lines.append(Line("ten of them by loops over empyrical, times as long", ratio, form=".0f"))
    yield "34 features of 1,000 funds x 20 years of weeks", lines
    both = [measured(f"networks {how}")["seconds"] for how in
            ("side by side", "one by one")]  # fmt: skip
    yield (
        "15 years of networks, 100 funds, 4-weekly, compiling included",
        [
            Line("side by side, seconds", both[0], form=".1f"),
            Line("one by one, times as long", both[1] / both[0], form=".1f"),
        ],
    )
    if not few:
        found = measured("forest, together")
        title = f"4 groups x 300 funds x 20 years, weekly: {found['rows']:,} rows, forest"
        yield (
            f"{title} searched with 20 draws, all groups in one model",
            [
                Line("minutes, features and all", found["seconds"] / 60, high=10.0, form=".1f"),
                Line("    peak memory, GiB", found["peak"], form=".2f"),
            ],
        )


def measured(name: str) -> dict[str, Any]:
    """Median seconds of a work, peak memory (GiB) of its process, and what it found."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fund_speed", name],
        env=environment(ONE_CORE if WORKS[name][2] else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def alone(name: str) -> None:
    """Time one work in this process, and write it as a line of JSON."""
    warnings.simplefilter("ignore")
    prepare, rounds, one_core = WORKS[name]
    if one_core and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
    run, seconds, before = prepare(), [], _peak()
    for _ in range(rounds):
        begun = time.perf_counter()
        answer = run()
        seconds.append(time.perf_counter() - begun)
    found = answer if isinstance(answer, dict) else {}
    print(json.dumps({**_plain(found.items()), "seconds": median(seconds), "peak": _peak(),
                      "before": before}))  # fmt: skip


def _plain(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: bool(v) if isinstance(v, np.bool_) else v for name, v in items}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


if __name__ == "__main__":
    alone(sys.argv[1])
