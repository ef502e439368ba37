"""The backtest: rankers walk forward through the years, and what they said is kept row by row.

What it proves is in `record`, how it is stored in `runs`, its pages in `report_page`.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.errors import BadParameter, did_you_mean
from fondo.funds.catalogue import USUAL, rankers
from fondo.funds.digests import panel_digest
from fondo.funds.leak_meter import Leak, LeakWarning, measure_leak
from fondo.funds.learned import Forest
from fondo.funds.ledger import Ledger
from fondo.funds.panel import Panel
from fondo.funds.picks import selective_precision
from fondo.funds.plan import BacktestPlan
from fondo.funds.rankers import Ranked, Ranker
from fondo.funds.scores import auc_by_date, rank_ic, top_minus_bottom
from fondo.funds.spans import apart
from fondo.funds.splits import PurgedWalkForward
from fondo.funds.tuning import MOST_ROWS
from fondo.funds.walk import Walk, make_walk
from fondo.judge.intervals import Floats
from fondo.store.receipt import versions

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Backtest:
    """What rankers said at each date, and what came of it.

    Attributes
    ----------
    rows : polars.DataFrame
        A row for each fund and decision date: date, label_end, fund, parent, peer, tested, y,
        outcome, growth (return over the label window, as a share), volatility, tracking_error
        and past (the label's measure) of the year before; then for each model "score:NAME", and
        for those that learn "chance:NAME" (calibrated) and "cut:NAME" (threshold of training).
    models : dict of str to dict
        By name, in order: "learns", "settings", "seconds", "trials" (what was tried inside).
    facts : dict
        Of the data and the plan, for the manifest.
    leak : Leak or None
        What shuffled rows would have shown.
    issues : polars.DataFrame
        What was found in the prices.
    left_out : polars.DataFrame
        What got no row or no label.
    """

    rows: pl.DataFrame
    models: dict[str, dict[str, Any]]
    facts: dict[str, Any]
    leak: Leak | None = None
    issues: pl.DataFrame = field(default_factory=pl.DataFrame)
    left_out: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def learned(self) -> list[str]:
        """Names of the models that learn."""
        return [name for name, told in self.models.items() if told["learns"]]

    @property
    def baselines(self) -> list[str]:
        """Names of the baselines."""
        return [name for name, told in self.models.items() if not told["learns"]]

    @property
    def tested(self) -> pl.DataFrame:
        """Rows that were ranked."""
        return self.rows.filter(pl.col("tested"))

    def column(self, name: str, *, kind: str = "score") -> Floats:
        """What a model said of the tested rows (n,); BadParameter where there is none."""
        if name not in self.models:
            raise BadParameter(
                f"Backtest.column(name={name!r}): no such model. {did_you_mean(name, self.models)}"
            )
        key = f"{kind}:{name}"
        if key not in self.rows.columns:
            return np.full(self.tested.height, np.nan)
        return self.tested[key].to_numpy()


def backtest(
    panel: Panel,
    models: Sequence[str | Ranker] = USUAL,
    *,
    plan: BacktestPlan | None = None,
    ledger: Ledger | str | Path | None = None,
    leak: bool = True,
    say: Say | None = None,
) -> Backtest:
    """Rank funds year by year, each year by models that know only what was known before it.

    Parameters
    ----------
    panel : Panel
        Prices, from `fondo.funds.read` or `make_universe`.
    models : sequence of str and rankers, default=("logistic", "forest", "network")
        Also "boosting"; baselines are added to any.
    plan : BacktestPlan or None, default=None
        Label, features, dates, groups.
    ledger : Ledger, path or None, default=None
        Where every trial is written down, inner ones too, so that the best of many is judged as
        that. None: nowhere, and the result knows only of its own trials.
    leak : bool, default=True
        Whether the leak meter runs: what shuffled rows would have shown.
    say : callable (str) or None, default=None
        Told what is being done.

    Returns
    -------
    done : Backtest

    Raises
    ------
    BadData
        Too little history for a single test.
    BadParameter
        A model that does not exist.

    Examples
    --------
    >>> from fondo.funds.learned import Logistic
    >>> from fondo.funds.universe import make_universe
    >>> skilled = make_universe("skill", funds=40, years=10, alpha_sd=0.002)
    >>> done = backtest(skilled, [Logistic(products=False, k=4)], leak=False)
    >>> picks = selective_precision(done.column("logistic"), done.tested["y"], done.tested["date"])
    >>> picks.precision > 0.5
    True
    """
    plan = BacktestPlan() if plan is None else plan
    speak = say or (lambda sentence: None)
    chosen = rankers(models, panel)
    speak("Features and labels.")
    walk = make_walk(panel, plan)
    data = panel_digest(panel)
    frame = _frame(panel, walk)
    told: dict[str, dict[str, Any]] = {}
    with _opened(ledger) as book:
        for ranker in chosen:
            speak(f"Walking forward: {ranker.name}, {len(walk.pairs)} years.")
            began = time.perf_counter()
            found = ranker.rank(walk)
            seconds = time.perf_counter() - began
            frame = frame.with_columns(_columns(ranker.name, found))
            told[ranker.name] = {
                "learns": ranker.learns,
                "settings": ranker.settings(),
                "seconds": round(seconds, 2),
                "trials": [vars(trial) for trial in found.trials],
            }
            _write_down(book, ranker, found, walk, data)
        facts = _facts(panel, walk, data, book)
    meter = _leak(walk, speak) if leak else None
    return Backtest(frame, told, facts, meter, panel.issues, walk.rows.left_out)


def _columns(name: str, found: Ranked) -> list[pl.Series]:
    columns = [pl.Series(f"score:{name}", found.scores)]
    if found.probability is not None and found.threshold is not None:
        columns += [
            pl.Series(f"chance:{name}", found.probability),
            pl.Series(f"cut:{name}", found.threshold),
        ]
    return columns


def _frame(panel: Panel, walk: Walk) -> pl.DataFrame:
    """Rows of the walk with names in place of codes."""
    rows = walk.rows
    parent = rows.fund if panel.parent is None else panel.parent[rows.fund]
    tested = np.zeros(len(rows), bool)
    tested[walk.tested] = True
    groups = np.array([*panel.group_names, "no group"])  # code -1 is the last
    return pl.DataFrame(
        {
            "date": rows.date,
            "label_end": rows.label_end,
            "fund": panel.funds[rows.fund],
            "parent": panel.funds[parent],
            "peer": groups[rows.peer],
            "tested": tested,
            "y": rows.y,
            "outcome": rows.outcome,
            "growth": np.full(len(rows), np.nan) if rows.growth is None else rows.growth,
            **{name: walk.known[name] for name in ("volatility", "tracking_error", "past")},
        }
    )


def _facts(panel: Panel, walk: Walk, data: str, book: Ledger | None) -> dict[str, Any]:
    rows = walk.rows
    tests = [
        {"first": str(rows.date[s].min()), "last": str(rows.date[s].max()), "learned": len(t),
         "tested": len(s)}
        for t, s in walk.pairs
    ]  # fmt: skip
    return {
        "versions": versions(),
        "data": {
            "sha256": data,
            "funds": len(panel.funds),
            "ended": int((~np.isnat(panel.dead_at)).sum()),
            "dates": len(panel.dates),
            "first": str(panel.dates[0]),
            "last": str(panel.dates[-1]),
            "frequency": panel.frequency,
            "groups": list(panel.group_names),
            "costs": panel.cost is not None,
        },
        "plan": walk.plan.to_json(),
        "features": list(walk.names),
        "overlap": rows.overlap,
        "sign": walk.plan.sign,
        "side": walk.plan.side,
        "rows": len(rows),
        "labels": int(rows.labelled.sum()),
        "tests": tests,
        "ledger": None if book is None else _sealed(book, data),
    }


def _sealed(book: Ledger, data: str) -> dict[str, Any]:
    """What the ledger says of these data, for the report."""
    outer = [trial for trial in book.distinct(data) if "precision" in trial.scores]
    spread = [trial.scores["sharpe"] for trial in outer if trial.scores.get("sharpe") is not None]
    return {
        "digest": book.digest,
        "trials": len(outer),
        "trials_ever": len(book),
        "sharpe_variance": float(np.var(np.array(spread, float), ddof=1))
        if len(spread) > 1
        else None,
    }


@contextmanager
def _opened(ledger: Ledger | str | Path | None) -> Iterator[Ledger | None]:
    """Ledger to write in, which is closed at the end if it was opened here."""
    if ledger is None or isinstance(ledger, Ledger):
        yield ledger
        return
    with Ledger(ledger) as book:
        yield book


def _write_down(book: Ledger | None, ranker: Ranker, found: Ranked, walk: Walk, data: str) -> None:
    """One line for what was tested, and one for each setting that was tried inside."""
    if book is None:
        return
    plan, rows, at = walk.plan.to_json(), walk.rows, walk.tested
    split = f"walk forward, {len(walk.pairs)} years from {rows.date[at].min()}"
    for trial in found.trials:
        scores = {"inner_precision": trial.held, "trained_precision": trial.trained}
        told = {**ranker.settings(), "inner": trial.settings, "plan": plan}
        book.add(
            told, scores, data=data, split=f"inner folds before {trial.test}", seed=walk.plan.seed
        )
    book.add(
        {**ranker.settings(), "plan": plan},
        headline_scores(found.scores, walk),
        data=data, split=split, seed=walk.plan.seed,
    )  # fmt: skip


def headline_scores(scores: Floats, walk: Walk) -> dict[str, float]:
    """Precision of the picks, area, rank correlation and yearly Sharpe ratio of the spread."""
    plan, rows = walk.plan, walk.rows.take(walk.tested)
    score, where = scores[walk.tested], (rows.date, rows.peer)
    growth = np.full(len(rows), np.nan) if rows.growth is None else rows.growth
    spread = top_minus_bottom(plan.side * score, growth, *where, share=plan.share)
    free = apart(rows.date, rows.label_end)
    apart_dates = np.isin(spread.date, np.unique(rows.date[free]))
    yearly = replace(spread, date=spread.date[apart_dates], values=spread.values[apart_dates])
    return {
        "precision": selective_precision(score, rows.y, *where, share=plan.share).precision,
        "auc": auc_by_date(score, rows.y, *where).mean,
        "rank_ic": rank_ic(score, plan.sign * rows.outcome, *where).mean,
        "sharpe": yearly.ratio,
    }


def _leak(walk: Walk, speak: Say) -> Leak:
    """What a forest shows when rows are shuffled, on at most 20,000 rows of spread dates."""
    speak("Leak meter: the same forest on shuffled rows and by date.")
    labelled = np.flatnonzero(walk.rows.labelled)
    dates, of = np.unique(walk.rows.date[labelled], return_inverse=True)
    every = -(-len(labelled) // MOST_ROWS)
    rows = labelled[(len(dates) - 1 - of) % every == 0]
    forest = Forest(draws=0)
    estimator = forest.prepared()
    estimator.steps.append(("model", forest.model(forest.usual, len(rows), walk.plan.seed)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeakWarning)  # the report says it
        return measure_leak(
            estimator, walk.X[rows], walk.y[rows], walk.times[rows], peer=walk.rows.peer[rows],
            purged=PurgedWalkForward("year", burn_in=walk.plan.burn_in, window=walk.plan.window),
        )  # fmt: skip
