"""How a command line is read: click's own parts, with the little that fondo asks beyond them.

Which commands there are is said in `main`, what they take in their own files.
"""

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from fondo.cli.output import refuse
from fondo.errors import did_you_mean


class Argument(click.Argument):
    """Argument that says what it is for; click has known `help` here only since 8.5."""

    def __init__(self, *given: Any, help: str, **named: Any) -> None:
        super().__init__(*given, **named)
        self.help = help


class Command(click.Command):
    """Command whose help page tells of its arguments, laid out alike on every click."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, text, arguments and options, in that order."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_arguments(ctx, formatter)
        self.format_options(ctx, formatter)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each argument with its sentence, where there are arguments."""
        found = [each for each in self.get_params(ctx) if isinstance(each, Argument)]
        if found:
            with formatter.section("Arguments"):
                formatter.write_dl([(each.human_readable_name, each.help or "") for each in found])

    def get_short_help_str(self, limit: int = 45) -> str:
        """First line of the help: one whole sentence, whatever the `limit`."""
        return first_line(self)


def first_line(command: click.Command) -> str:
    """First line of the help of a command."""
    return (command.help or "").partition("\n")[0]


class Commands(click.Group):
    """The commands of fondo: each lies in a module of its name, imported when it is asked for.

    Parameters
    ----------
    *given, **named : object
        What `click.Group` takes.
    names : sequence of str
        The commands, in the order of the help page.
    package : str, default="fondo.cli"
        Where their modules lie.
    """

    def __init__(
        self, *given: Any, names: Sequence[str], package: str = "fondo.cli", **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self.names = names
        self.package = package

    def get_short_help_str(self, limit: int = 45) -> str:
        """First line of the help, as of any command."""
        return first_line(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of the help page."""
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None where there is none of that name."""
        if cmd_name not in self.names:
            return None
        command: click.Command = importlib.import_module(
            f"{self.package}.{cmd_name.replace('-', '_')}"
        ).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command named first; another word is refused with the nearest name."""
        if args[0] not in self.names and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}. {did_you_mean(args[0], self.names)}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what stands before the command; with nothing at all, show the help."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(click.UsageError.exit_code)
        return super().parse_args(ctx, args)

    def main(self, *given: Any, **named: Any) -> Any:
        """Run the command line; the process ends with its exit code."""
        words = given[0] if given else named.get("args")
        as_json = "--json" in (sys.argv[1:] if words is None else words)
        try:
            code = super().main(*given, **named | {"standalone_mode": False})
        except (click.ClickException, click.Abort) as mistake:
            code = refuse(mistake, as_json=as_json)
        sys.exit(code)
