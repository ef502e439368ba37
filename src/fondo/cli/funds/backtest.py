"""`fondo funds backtest`: an honest track record of a way to rank funds."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fondo.cli.funds.asked import panel_of, plan_of, with_burn_in, with_plan
from fondo.cli.funds.options import notes_on
from fondo.cli.line import Command
from fondo.cli.options import pool_of, with_json, with_on, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.tables import _line, _table, show_notes

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


@click.command("backtest", cls=Command)
@with_plan
@click.option(
    "--target", "targets", multiple=True, metavar="MEASURE", default=("sharpe",), show_default=True,
    help="What good means: sharpe, calmar, sortino, return, peer_residual, ... Several: side by "
    "side.",
)  # fmt: skip
@click.option(
    "--model", "models", multiple=True, metavar="M", default=("logistic", "forest", "network"),
    show_default=True, help="logistic, forest, network or boosting. Baselines are always beside.",
)  # fmt: skip
@with_burn_in
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="DIR", show_default="runs/funds-NAME",
    help="Folder for the pages, the rows and the manifest.",
)  # fmt: skip
@click.option(
    "--ledger", type=click.Path(path_type=Path), metavar="FILE",
    show_default="runs/funds-ledger.sqlite",
    help="Where every trial is written down; use one for all trials on the same prices.",
)  # fmt: skip
@click.option("--no-leak-meter", is_flag=True, help="Do not show what shuffled rows would tell.")
@with_on
@with_seed
@with_quiet
@with_json
def command(quiet: bool, as_json: bool, **given: Any) -> None:
    """Rank funds year by year by what was known, and judge the rankings.

    Each year is ranked by models that learned from labels that had ended before it. Pages with
    every figure, its interval and its baselines go into a folder; they print well.
    """
    with stage(as_json, quiet) as speaker:
        plan = plan_of(given, given["targets"][0], burn_in=given["burn_in"])

        from fondo.funds.job import plans_for, run_backtests
        from fondo.funds.record import records

        plans, panel = plans_for(plan, given["targets"]), panel_of(given)
        folder = given["report"] or Path("runs") / f"funds-{_stem(given['prices'])}"
        with pool_of(given["on"]) as pool:
            done = run_backtests(
                panel, plans, _models(given["models"], pool), folder=folder,
                ledger=given["ledger"] or Path("runs") / "funds-ledger.sqlite",
                leak=not given["no_leak_meter"], say=speaker.say,
            )  # fmt: skip
        found = {target: records(each) for target, each in done.items()}
        answer = {
            "report": folder,
            "targets": {
                target: {
                    "facts": done[target].facts,
                    "leak": None if (leak := done[target].leak) is None else leak.to_json(),
                    "models": [record.to_json() for record in records_.values()],
                }
                for target, records_ in found.items()
            },
        }

        def show(console: "Console") -> None:
            show_notes(console, notes_on(panel))
            for target, each in done.items():
                show_backtest(console, target, each, found[target])
            _line(console, "[bold]Report:[/] ", str(folder / "index.html"))

        speaker.answer(answer, show)


def _stem(prices: str) -> str:
    return prices.removeprefix("sample:") if prices.startswith("sample:") else Path(prices).stem


def _models(names: tuple[str, ...], pool: Any) -> list[Any]:
    """Models by name; the network trains where `--on` says."""
    if pool is None:
        return list(names)
    from fondo.funds.network_ranker import Network

    return [Network(on=pool) if name == "network" else name for name in names]


def show_backtest(console: "Console", target: str, done: Any, found: Any) -> None:
    """A line for each model, and what it comes to."""
    from fondo.funds.report_words import verdict

    tests, data = done.facts["tests"], done.facts["data"]
    console.print(
        f"{data['funds']} funds ({data['ended']} ended), {len(tests)} test years, "
        f"{tests[0]['first']} to {tests[-1]['last']}; target {target}."
    )
    console.print(_models_table(found))
    _line(console, "[bold]Verdict:[/] ", verdict(done, found))


def _models_table(found: Any) -> "Table":
    from fondo.funds.report_findings import share
    from fondo.report.scales import percent

    base = next(iter(found.values())).evidence.base_rate
    table = _table("Picks: the top tenth of each date and peer group", f"Blind picks: {base:.3f}.")
    table.add_column("model", no_wrap=True)
    table.add_column("precision", justify="right", style="bold", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    for name in ("avoid", "rank IC", "spread"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, record in found.items():
        proof = record.evidence
        low, high, _ = proof.intervals[proof.headline]
        table.add_row(
            name, share(proof.precision), f"{share(low)} to {share(high)}",
            share(record.avoid.precision), share(record.rank_ic.mean),
            percent(record.spread.mean, 1),
        )  # fmt: skip
    return table
