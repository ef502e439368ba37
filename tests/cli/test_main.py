"""fondo.cli.main: help texts as stored, nothing heavy at start, a command line that is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import fondo
from fondo.cli import funds, trigger
from fondo.cli.main import COMMANDS, app
from fondo.version import __version__

GROUPS = {"funds": funds, "trigger": trigger}  # these only list others
UNDER = tuple(f"{group} {name}" for group, each in GROUPS.items() for name in each.COMMANDS)
EVERY = (*COMMANDS, *UNDER)
WORKING = tuple(name for name in EVERY if name not in GROUPS)
SNAPSHOTS = Path(__file__).parent / "snapshots"
HEAVY = {"numpy", "polars", "sklearn", "scipy", "keras", "jax", "rich.console", "rich.progress"}


def assert_matches_snapshot(name: str, text: str) -> None:
    place = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("FONDO_SNAPSHOTS") == "1":
        SNAPSHOTS.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
    stored = place.read_text(encoding="utf-8")
    assert text == stored, f"{place.name} differs; `make snapshots` rewrites it, read the diff"


@pytest.mark.parametrize("command", ["", *EVERY])
def test_help_reads_as_stored(ask, command: str) -> None:
    done = ask(*command.split(), "--help")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert_matches_snapshot(f"help-{command.replace(' ', '-') or 'fondo'}", done.stdout)


def test_every_command_is_listed_in_its_order() -> None:
    assert app.list_commands(click.Context(app)) == list(COMMANDS)
    for group in GROUPS.values():
        assert group.command.list_commands(click.Context(app)) == list(group.COMMANDS)


@pytest.mark.parametrize("command", WORKING)
def test_every_command_takes_json(ask, command: str) -> None:
    assert "--json" in ask(*command.split(), "--help").stdout


@pytest.mark.parametrize("command", ["", *EVERY])
def test_help_may_be_asked_with_h(ask, command: str) -> None:
    assert ask(*command.split(), "-h").stdout == ask(*command.split(), "--help").stdout


@pytest.mark.parametrize(
    "command", ["train", "predict", "evaluate", "explain", "replay", "cook", *UNDER]
)
def test_every_command_that_makes_noise_can_be_quiet(ask, command: str) -> None:
    assert "-q, --quiet" in ask(*command.split(), "--help").stdout


def modules_after(words: str) -> set[str]:
    """Modules that `fondo WORDS` imported."""
    code = (
        "import sys\n"
        "from fondo.cli.main import main\n"
        f"sys.argv = ['fondo', *{words.split()!r}]\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    source = str(Path(fondo.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("words", ["--help", "train --help", "--version"])
def test_help_imports_nothing_heavy(words: str) -> None:
    loaded = modules_after(words)
    assert "fondo.cli.main" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize(("words", "wanted"), [("cook --help", {"cook"}), ("--version", set())])
def test_a_command_is_imported_when_it_is_asked_for(words: str, wanted: set[str]) -> None:
    loaded = modules_after(words)
    assert {name for name in COMMANDS if f"fondo.cli.{name}" in loaded} == wanted


def test_without_a_command_the_help_is_shown(ask) -> None:
    done = ask()
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == ask("--help").stdout


def test_version(ask) -> None:
    done = ask("--version")
    assert (done.exit_code, done.stdout) == (0, f"fondo {__version__}\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trian"], "No such command 'trian'. Did you mean 'train'?"),
        (["x"], "No such command 'x'. Known: train, predict,"),
        (["--nope"], "No such option"),
        (["train"], "Missing argument 'SOURCE'"),
        (["train", "a.csv", "--tagret", "y"], "--target"),
        (["train", "a.csv", "--tagret", "y"], "No such option"),
        (["train", "a.csv", "--seed", "x"], "Invalid value for '--seed'"),
        (["train", "a.csv", "--target"], "'--target' requires an argument"),
        (["recipes", "more"], "unexpected extra argument (more)"),
    ],
)
def test_a_command_line_that_cannot_be_read_gives_2(ask, words, told) -> None:
    done = ask(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    # the answer is JSON where JSON was asked for, though `--json` itself was never read
    done = ask(words[0], "--json", *words[1:])
    assert done.exit_code == 2
    answer = json.loads(done.stdout)
    assert answer["kind"] == "UsageError"
    assert told in answer["error"]
    assert answer["error"] in done.stderr
