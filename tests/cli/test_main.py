"""fondo.cli.main: help texts as stored, nothing heavy at start, a command line that is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fondo
from fondo.cli.main import app
from fondo.version import __version__

SNAPSHOTS = Path(__file__).parent / "snapshots"
COMMANDS = ("train", "predict", "evaluate", "explain", "replay", "recipes", "cook", "doctor")
HEAVY = {"numpy", "polars", "sklearn", "scipy", "keras", "jax", "rich.console", "rich.progress"}


def assert_matches_snapshot(name: str, text: str) -> None:
    place = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("FONDO_SNAPSHOTS") == "1":
        SNAPSHOTS.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
    stored = place.read_text(encoding="utf-8")
    assert text == stored, f"{place.name} differs; `make snapshots` rewrites it, read the diff"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_reads_as_stored(ask, command: str) -> None:
    done = ask(*command.split(), "--help")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert_matches_snapshot(f"help-{command or 'fondo'}", done.stdout)


def test_every_command_is_listed_and_has_json() -> None:
    names = [command.name for command in app.registered_commands]
    assert names == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_json(ask, command: str) -> None:
    assert "--json" in ask(command, "--help").stdout


@pytest.mark.parametrize("words", ["--help", "train --help", "--version"])
def test_help_imports_nothing_heavy(words: str) -> None:
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
    loaded = set(done.stderr.split())
    assert "fondo.cli.main" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_without_a_command_the_help_is_shown(ask) -> None:
    done = ask()
    assert "Commands:" in done.stdout + done.stderr


def test_version(ask) -> None:
    done = ask("--version")
    assert (done.exit_code, done.stdout) == (0, f"fondo {__version__}\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trian"], "No such command 'trian'"),
        (["train"], "Missing argument 'SOURCE'"),
        (["train", "a.csv", "--tagret", "y"], "No such option"),
        (["train", "a.csv", "--seed", "x"], "--seed"),
    ],
)
def test_a_command_line_that_cannot_be_read_gives_2_and_no_answer(ask, words, told) -> None:
    done = ask(*words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""
