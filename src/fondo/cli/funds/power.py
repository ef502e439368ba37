"""`fondo funds power`: how often skill is found, or what it takes to find it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from fondo.cli.funds.options import weekly_skill, with_kind, with_skill
from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.tables import _line, _table, interval, number

if TYPE_CHECKING:
    from rich.console import Console

    from fondo.funds.power import Power
    from fondo.funds.sample_size import Need

YEARS, FUNDS = 20, 100


@click.command("power", cls=Command)
@with_skill
@click.option(
    "--chance",
    type=float,
    metavar="SHARE",
    help="Ask what it takes to find the skill so often: years, or funds where --years is given.",
)
@click.option("--years", type=int, metavar="N", show_default=str(YEARS), help="Years of prices.")
@click.option("--funds", type=int, metavar="N", show_default=str(FUNDS), help="Funds at each date.")
@with_kind
@click.option(
    "--simulations",
    type=int,
    metavar="N",
    default=200,
    show_default=True,
    help="Universes that check the formula.",
)
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="Of all of them.")
@with_quiet
@with_json
def command(quiet: bool, as_json: bool, **given: Any) -> None:
    """Say how often a ranking would find skill, if there were some.

    A tenth of the funds is picked once a year, after six years of learning; skill is found where
    the interval of the precision by years lies above what luck gives. A formula and simulated
    universes answer side by side.
    """
    with stage(as_json, quiet) as speaker:
        skill = weekly_skill(given["skill"], given["skill_per_year"])
        if skill is None:
            raise click.UsageError("Missing option '--skill'. For example --skill 0.001.")
        if given["chance"] is not None and None not in (given["years"], given["funds"]):
            raise click.UsageError(
                "--chance asks for years or for funds. Leave one of --years and --funds out."
            )
        speaker.say("Simulating universes; this takes some seconds.")
        found = _found(skill, given)
        speaker.answer(
            {**asdict(found), "sentence": found.sentence}, lambda console: _show(console, found)
        )


def _found(skill: float, given: dict[str, Any]) -> "Power | Need":
    """The chance at a size, or the size for a chance."""
    from fondo.funds.power import power
    from fondo.funds.sample_size import funds_needed, years_needed

    kept = {name: given[name] for name in ("kind", "simulations", "seed")}
    years = YEARS if given["years"] is None else given["years"]
    funds = FUNDS if given["funds"] is None else given["funds"]
    if given["chance"] is None:
        return power(skill, years=years, funds=funds, **kept)
    if given["years"] is None:
        return years_needed(skill, chance=given["chance"], funds=funds, **kept)
    return funds_needed(skill, chance=given["chance"], years=years, **kept)


def _show(console: "Console", found: Any) -> None:
    """A table where universes were simulated, and the answer."""
    checked = getattr(found, "check", found)
    if checked is not None:
        table = _table(
            f"{number(checked.funds)} funds, {checked.years} years, {checked.tested} with picks"
        )
        for name in ("", "skill found", "95 % interval", "precision"):
            table.add_column(name, justify="right" if name else "left")
        ends = interval(checked.low, checked.high)
        table.add_row("simulated", number(checked.found), ends, number(checked.precision))
        foretold = number(checked.foretold), "", number(checked.foretold_precision)
        table.add_row("formula", *foretold)
        console.print(table)
    _line(console, "[bold]Answer:[/] ", found.sentence)
