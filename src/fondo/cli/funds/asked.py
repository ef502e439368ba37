"""Options that say how prices are read and what a backtest or a ranking does, and their meaning.

Arguments that other commands of `fondo funds` share are in `options`.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fondo.cli.funds.options import with_peer_groups, with_prices

if TYPE_CHECKING:
    from fondo.funds.panel import Panel
    from fondo.funds.plan import BacktestPlan

Work = TypeVar("Work", bound=Callable[..., Any])

_READING = (
    click.option(
        "--frequency",
        type=click.Choice(["D", "W", "M"]),
        show_default="found in the dates",
        help="Daily, weekly or monthly; more frequent prices are resampled.",
    ),
    click.option("--day", metavar="DAY", help="Resample to this weekday or day of the month."),
    click.option(
        "--survivors-only-ok", is_flag=True, help="Take prices in which no fund ever ends."
    ),
)
_LABEL = (
    click.option(
        "--side",
        type=click.Choice(["top", "bottom"]),
        default="top",
        show_default=True,
        help="Look for the best funds, or for those to avoid.",
    ),
    click.option(
        "--quantile",
        type=float,
        metavar="SHARE",
        default=0.25,
        show_default=True,
        help="Share of a group that counts as good.",
    ),
    click.option(
        "--dead",
        type=click.Choice(["peer_mean", "loser", "leave_out"]),
        default="peer_mean",
        show_default=True,
        help="What becomes of a fund that ends in the label window.",
    ),
    click.option(
        "--risk-free",
        type=float,
        metavar="SHARE",
        default=0.0,
        show_default=True,
        help="Return of money without risk in a year.",
    ),
)
_FEATURES = (
    click.option(
        "--features", metavar="NAME,NAME,...", show_default="all", help="What models look at."
    ),
    click.option("--composite", is_flag=True, help="Four blocks in place of their features."),
    click.option("--look-back", type=int, metavar="N", show_default="a year", help="In periods."),
    click.option("--horizon", type=int, metavar="N", show_default="a year", help="In periods."),
    click.option(
        "--step",
        type=int,
        metavar="N",
        show_default="a month",
        help="Periods between two decision dates.",
    ),
)
_MODELS = (
    click.option(
        "--groups",
        type=click.Choice(["together", "dummies", "apart"]),
        default="together",
        show_default=True,
        help="One model for all peer groups, one that is told the group, or one for each.",
    ),
    click.option(
        "--scale",
        type=click.Choice(["group", "date", "fold"]),
        default="group",
        show_default=True,
        help="Scale features within date and group, within the date, or by training rows.",
    ),
    click.option(
        "--window", type=float, metavar="YEARS", show_default="all",
        help="Learn from the latest years only.",
    ),
    click.option(
        "--half-life", type=float, metavar="YEARS", help="After so long a training row counts half."
    ),
    click.option(
        "--share", type=float, metavar="SHARE", default=0.1, show_default=True,
        help="Share of each group that is picked.",
    ),
)  # fmt: skip

with_burn_in = click.option(
    "--burn-in", type=float, metavar="YEARS", default=3.0, show_default=True,
    help="Years before the first test.",
)  # fmt: skip


def with_plan(command: Work) -> Work:
    """Give a command PRICES and all options of reading, label, features and models."""
    for option in reversed((with_peer_groups, *_READING, *_LABEL, *_FEATURES, *_MODELS)):
        command = option(command)
    return with_prices(command)


def panel_of(given: Mapping[str, Any]) -> "Panel":
    """Prices as they were asked for."""
    from fondo.funds.samples import read_prices

    day = given["day"]
    return read_prices(
        given["prices"],
        peer_groups=given["peer_groups"],
        frequency=given["frequency"],
        day=int(day) if day is not None and day.isdecimal() else day,
        survivors_only_ok=given["survivors_only_ok"],
    )


def plan_of(given: Mapping[str, Any], target: str, *, burn_in: float = 3.0) -> "BacktestPlan":
    """Plan as it was asked for, with years as days."""
    from fondo.funds.features import FeatureSet
    from fondo.funds.labels import Label
    from fondo.funds.plan import BacktestPlan

    label = {name: given[name] for name in ("side", "quantile", "dead", "risk_free")}
    names = given["features"]
    chosen = None if names is None else [name.strip() for name in names.split(",") if name.strip()]
    kept = ("look_back", "horizon", "step", "groups", "scale", "half_life", "share", "seed")
    window = given["window"]
    return BacktestPlan(
        label=Label(target, **label),
        features=FeatureSet(chosen, risk_free=given["risk_free"], composite=given["composite"]),
        burn_in=_days("--burn-in", burn_in),
        window=None if window is None else _days("--window", window),
        **{name: given[name] for name in kept},
    )


def _days(option: str, years: float) -> int:
    if not 0 <= years < 1000:
        raise click.UsageError(f"{option} {years}: must be a number of years, such as 3.")
    return round(years * 365)
