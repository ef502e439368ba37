"""Arguments and options that several commands of `fondo funds` share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fondo.cli.line import Argument

if TYPE_CHECKING:
    from fondo.funds.panel import Panel

Work = TypeVar("Work", bound=Callable[..., Any])

with_peer_groups = click.option(
    "--peer-groups",
    metavar="FILE",
    help="A table of fund and peer group, for prices that come without.",
)
with_kind = click.option(
    "--kind",
    metavar="KIND",
    default="market",
    show_default=True,
    help="Universe that the skill hides in: iid, market or style.",
)


def with_prices(command: Work) -> Work:
    """Give a command the argument PRICES."""
    return click.argument(
        "prices",
        cls=Argument,
        metavar="PRICES",
        help="A table of fund prices, long or wide (CSV, Parquet, ...), or sample:NAME.",
    )(command)


def with_skill(command: Work) -> Work:
    """Give a command the options --skill and --skill-per-year."""
    weekly = click.option(
        "--skill",
        type=float,
        metavar="SD",
        help="Spread of skill between funds, a share a week: 0.001 is 5.2 % a year.",
    )
    yearly = click.option(
        "--skill-per-year", type=float, metavar="SD", help="The same a year: 0.052 is 5.2 %."
    )
    return weekly(yearly(command))


def weekly_skill(skill: float | None, per_year: float | None) -> float | None:
    """Spread of skill a week, from either option; None where neither was given."""
    if skill is not None and per_year is not None:
        raise click.UsageError(
            "--skill and --skill-per-year say the same. Leave one of the two out."
        )
    return per_year / 52 if per_year is not None else skill


def whole_numbers(option: str, text: str) -> tuple[int, ...]:
    """Whole numbers written as `52,13,4`; a usage error names the option where they are none."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise click.UsageError(
            f"{option} {text}: must be whole numbers with commas between them, such as 52,13,4."
        )
    return tuple(int(part) for part in parts)


def notes_on(panel: "Panel") -> list[str]:
    """What was found while the prices were read, counted by kind, in one sentence or none."""
    counts = panel.issues["kind"].value_counts(sort=True) if panel.issues.height else None
    if counts is None:
        return []
    told = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.iter_rows())
    return [f"Found in the prices: {told}. `panel.issues` lists them."]
