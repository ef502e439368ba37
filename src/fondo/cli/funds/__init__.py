"""`fondo funds`: the list of its commands; each is a file of its own."""

import click

from fondo.cli.line import Commands

COMMANDS = ("backtest", "rank", "report", "batches", "groups", "simulate", "power")


@click.group("funds", cls=Commands, names=COMMANDS, package="fondo.cli.funds")
def command() -> None:
    """Rank funds by what they may do next, and see whether that can be known.

    Start with:  fondo funds backtest sample:skill
    """
