"""fondo.cli.line: arguments on the help page, commands imported when asked for, Ctrl-C."""

import importlib
import sys
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from fondo.cli import funds
from fondo.cli.line import Argument, Command, Commands
from fondo.cli.main import COMMANDS, app


@click.command("dig", cls=Command)
@click.argument("place", cls=Argument, metavar="PLACE", help="Where to dig.")
@click.option("--deep", is_flag=True, help="Further down.")
def dig(place: str, deep: bool) -> None:
    """Dig a hole at a place that was chosen with care by somebody who knows holes, long ago.

    It is filled again.
    """
    click.echo(f"{place} {deep}")


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Modules asked for; every one of them holds `dig`."""
    names: list[str] = []

    def give(name: str) -> SimpleNamespace:
        names.append(name)
        return SimpleNamespace(command=dig)

    monkeypatch.setattr(importlib, "import_module", give)
    return names


def group() -> Commands:
    return Commands("tool", names=("dig", "bury"))


def test_arguments_stand_between_text_and_options() -> None:
    page = CliRunner().invoke(dig, ["--help"]).stdout
    assert page.index("filled again") < page.index("PLACE  Where to dig.")
    assert page.index("Arguments:") < page.index("Options:")
    assert page.startswith("Usage: dig [OPTIONS] PLACE\n")


def test_a_command_without_arguments_has_no_such_section() -> None:
    page = CliRunner().invoke(Command("idle", help="Do nothing."), ["--help"]).stdout
    assert "Arguments" not in page


def test_the_short_help_is_the_first_line_whole() -> None:
    assert dig.get_short_help_str(limit=10).endswith("who knows holes, long ago.")
    assert Command("idle").get_short_help_str() == ""


def test_only_the_command_asked_for_is_imported(asked) -> None:
    done = CliRunner().invoke(group(), ["dig", "here", "--deep"])
    assert (done.exit_code, done.stdout) == (0, "here True\n")
    assert asked == ["fondo.cli.dig"] * len(asked)


def test_a_word_that_is_no_command_imports_nothing(asked) -> None:
    done = CliRunner().invoke(group(), ["digg"])
    assert (done.exit_code, asked) == (2, [])
    assert "No such command 'digg'. Did you mean 'dig'?" in done.stderr


def test_commands_are_looked_up_for_completion_without_complaint(asked) -> None:
    context = click.Context(group(), resilient_parsing=True)
    assert group().resolve_command(context, ["digg"])[1] is None
    assert group().parse_args(context, []) == []


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_ctrl_c_while_a_command_is_imported_gives_130(monkeypatch, words: list[str]) -> None:
    def stop(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib, "import_module", stop)
    done = CliRunner().invoke(group(), ["dig", *words])
    assert done.exit_code == 130
    assert done.stderr.strip() == "Stopped."
    assert bool(done.stdout) is bool(words)


def test_json_is_looked_for_in_the_arguments_of_the_process(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["tool", "digg", "--json"])
    with pytest.raises(SystemExit, match="2"):
        group()()
    assert '"kind": "UsageError"' in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_fondo_is_found_under_its_name(name: str) -> None:
    command = app.get_command(click.Context(app), name)
    assert isinstance(command, Command | Commands)
    assert command.name == name


@pytest.mark.parametrize("name", funds.COMMANDS)
def test_every_command_of_funds_is_found_under_its_name(name: str) -> None:
    command = funds.command.get_command(click.Context(app), name)
    assert isinstance(command, Command)
    assert command.name == name
    assert funds.command.get_command(click.Context(app), "train") is None
