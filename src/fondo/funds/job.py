"""The whole of a backtest as a person asks for it: one or several targets, a folder, pages.

A part of it alone is `backtest`, `runs.save` or `report_page.write_report`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fondo.errors import BadData, BadParameter
from fondo.funds.backtests import Say, backtest
from fondo.funds.ledger import Ledger
from fondo.funds.panel import Panel
from fondo.funds.plan import BacktestPlan
from fondo.funds.rankers import Ranker
from fondo.funds.report_page import write_comparison, write_report
from fondo.funds.result import Backtest
from fondo.funds.runs import MANIFEST, load, save


def plans_for(plan: BacktestPlan, targets: Sequence[str]) -> dict[str, BacktestPlan]:
    """The same plan for each target: a measure that labels rank by.

    Raises
    ------
    BadParameter
        No target, one twice, or one that is no measure.
    """
    if not targets or len(set(targets)) < len(targets):
        raise BadParameter(
            f"plans_for(targets={list(targets)}): must be one target or more, none twice. Give "
            "for instance ['sharpe', 'calmar']."
        )
    return {target: replace(plan, label=replace(plan.label, measure=target)) for target in targets}


def run_backtests(
    panel: Panel,
    plans: Mapping[str, BacktestPlan],
    models: Sequence[str | Ranker],
    *,
    folder: str | Path,
    ledger: str | Path | None = None,
    leak: bool = True,
    say: Say | None = None,
) -> dict[str, Backtest]:
    """Backtest each target, keep each in a folder, and write the pages.

    Parameters
    ----------
    panel : Panel
    plans : mapping of str to BacktestPlan
        By target, from `plans_for`. With more than one, each has a folder of its own inside, and
        a page sets them side by side.
    models : sequence of str and rankers
    folder : path
    ledger : path or None, default=None
        None: `ledger.sqlite` in the folder.
    leak : bool, default=True
    say : callable (str) or None, default=None

    Returns
    -------
    done : dict of str to Backtest
        By target.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    place = Path(folder)
    done = {}
    with Ledger(place / "ledger.sqlite" if ledger is None else ledger) as book:
        for target, plan in plans.items():
            if say is not None and len(plans) > 1:
                say(f"Target: {target}.")
            done[target] = backtest(panel, models, plan=plan, ledger=book, leak=leak, say=say)
            save(done[target], place if len(plans) == 1 else place / target)
    if say is not None:
        say("Writing the pages.")
    write_pages(done, place)
    return done


def write_pages(done: Mapping[str, Backtest], folder: str | Path) -> list[Path]:
    """Pages of one backtest, or of several and one that sets them side by side."""
    place = Path(folder)
    if len(done) == 1:
        return write_report(next(iter(done.values())), place)
    pages = [write_comparison(done, place)]
    for target, each in done.items():
        pages += write_report(each, place / target)
    return pages


def load_runs(folder: str | Path) -> dict[str, Backtest]:
    """Backtests that lie in a folder, by target: one, or one in each of its folders.

    Raises
    ------
    BadData
        There is none.
    """
    place = Path(folder)
    if (place / MANIFEST).is_file() or not place.is_dir():
        one = load(place)
        return {str(one.facts["plan"]["label"]["measure"]): one}
    inside = sorted(each.name for each in place.iterdir() if (each / MANIFEST).is_file())
    if not inside:
        raise BadData(
            f"{place}: no backtest lies there. Give the folder that `fondo funds backtest` wrote."
        )
    return {name: load(place / name) for name in inside}
