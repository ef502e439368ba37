"""The backtest: rankers walk forward through the years, and what they said is kept row by row.

What they said is a `result.Backtest`, what it proves is in `record`, how it is stored in `runs`.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.funds.catalogue import USUAL, rankers
from fondo.funds.digests import panel_digest
from fondo.funds.leak_meter import Leak, LeakWarning, measure_leak
from fondo.funds.learned import Forest
from fondo.funds.ledger import Ledger
from fondo.funds.panel import Panel
from fondo.funds.plan import BacktestPlan
from fondo.funds.rankers import Ranked, Ranker
from fondo.funds.record import Record
from fondo.funds.result import Backtest
from fondo.funds.splits import PurgedWalkForward
from fondo.funds.tuning import MOST_ROWS
from fondo.funds.walk import Walk, make_walk, spread_dates
from fondo.store.receipt import versions

Say = Callable[[str], None]


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
    >>> from fondo.funds.record import Record
    >>> from fondo.funds.universe import make_universe
    >>> skilled = make_universe("skill", funds=40, years=10, alpha_sd=0.002)
    >>> done = backtest(skilled, [Logistic(products=False, k=4)], leak=False)
    >>> Record(done, "logistic").picks.precision > 0.5
    True
    """
    plan = BacktestPlan() if plan is None else plan
    speak = say or (lambda sentence: None)
    chosen = rankers(models, panel)
    speak("Features and labels.")
    walk = make_walk(panel, plan)
    frame, facts = _frame(panel, walk), _facts(panel, walk)
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
            if book is not None:
                _write_down(book, Backtest(frame, told, facts), ranker, walk)
        facts["ledger"] = None if book is None else _sealed(book, facts["data"]["sha256"])
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
    tested = np.zeros(len(rows), bool)
    tested[walk.tested] = True
    return pl.DataFrame(
        {
            "date": rows.date,
            "label_end": rows.label_end,
            "fund": panel.funds[rows.fund],
            "parent": panel.funds[panel.parent_codes[rows.fund]],
            "peer": panel.named(rows.peer),
            "tested": tested,
            "y": rows.y,
            "outcome": rows.outcome,
            "growth": np.full(len(rows), np.nan) if rows.growth is None else rows.growth,
            **{name: walk.known[name] for name in ("volatility", "tracking_error", "past")},
        }
    )


def _facts(panel: Panel, walk: Walk) -> dict[str, Any]:
    rows = walk.rows
    tests = [
        {"first": str(rows.date[s].min()), "last": str(rows.date[s].max()), "learned": len(t),
         "tested": len(s)}
        for t, s in walk.pairs
    ]  # fmt: skip
    return {
        "versions": versions(),
        "data": {
            "sha256": panel_digest(panel),
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


def _write_down(book: Ledger, so_far: Backtest, ranker: Ranker, walk: Walk) -> None:
    """One line for what was tested, and one for each setting that was tried inside."""
    plan, data = so_far.facts["plan"], so_far.facts["data"]["sha256"]
    for trial in so_far.models[ranker.name]["trials"]:
        scores = {"inner_precision": trial["held"], "trained_precision": trial["trained"]}
        told = {**ranker.settings(), "inner": trial["settings"], "plan": plan}
        split = f"inner folds before {trial['test']}"
        book.add(told, scores, data=data, split=split, seed=walk.plan.seed)
    record = Record(so_far, ranker.name)
    scores = {
        "precision": record.picks.precision,
        "auc": record.auc.mean,
        "rank_ic": record.rank_ic.mean,
        "sharpe": record.yearly_spread.ratio,
    }
    split = f"walk forward, {len(walk.pairs)} years from {so_far.facts['tests'][0]['first']}"
    book.add({**ranker.settings(), "plan": plan}, scores, data=data, split=split,
             seed=walk.plan.seed)  # fmt: skip


def _leak(walk: Walk, speak: Say) -> Leak:
    """What a forest shows when rows are shuffled, on at most 20,000 rows of spread dates."""
    speak("Leak meter: the same forest on shuffled rows and by date.")
    labelled = np.flatnonzero(walk.rows.labelled)
    rows = labelled[spread_dates(walk.rows.date[labelled], MOST_ROWS)]
    forest = Forest(draws=0)
    estimator = forest.prepared()
    estimator.steps.append(("model", forest.model(forest.usual, len(rows), walk.plan.seed)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeakWarning)  # the report says it
        return measure_leak(
            estimator, walk.X[rows], walk.y[rows], walk.times[rows], peer=walk.rows.peer[rows],
            purged=PurgedWalkForward("year", burn_in=walk.plan.burn_in, window=walk.plan.window),
        )  # fmt: skip
