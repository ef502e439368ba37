"""fondo.cli.output: one answer on standard output, and what exceptions become."""

import datetime
import json
import warnings
from pathlib import Path

import click
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.cli.output import plain, refuse, stage
from fondo.errors import BadData, Interrupted, TrainingFailed

simple = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
documents = st.recursive(
    simple, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(documents)
def test_plain_documents_are_valid_json_and_plain_twice_is_plain_once(document) -> None:
    once = plain(document)
    assert plain(once) == once
    assert json.loads(json.dumps(once, allow_nan=False)) == once


def test_plain_knows_numbers_of_numpy_dates_paths_and_our_records() -> None:
    class Record:
        def to_json(self) -> dict[str, float]:
            return {"value": float("inf")}

    assert plain(
        {
            1: np.int64(3),
            "f": np.float32(0.5),
            "b": np.bool_(True),
            "a": np.arange(2.0),
            "d": datetime.date(2024, 2, 29),
            "p": Path("a") / "b",
            "r": Record(),
            "s": (1, 2),
            "o": 1j,
        }
    ) == {
        "1": 3,
        "f": 0.5,
        "b": True,
        "a": [0.0, 1.0],
        "d": "2024-02-29",
        "p": "a/b",
        "r": {"value": None},
        "s": [1, 2],
        "o": "1j",
    }


def fail_in_a_stage(error: BaseException, as_json: bool, quiet: bool) -> None:
    with stage(as_json, quiet):
        raise error


def leave(error: BaseException, *, as_json: bool = True, quiet: bool = False) -> int:
    """Exit code of a stage in which `error` happens."""
    with pytest.raises(click.exceptions.Exit) as left:
        fail_in_a_stage(error, as_json, quiet)
    return left.value.exit_code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadData("data.csv, row 7: 'x' is no number."), 2),
        (TrainingFailed("Epoch 3: the loss is not a number."), 2),
        (Interrupted("Stopped at epoch 4. Go on with --resume."), 130),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("by zero"), 1),
    ],
)
def test_exit_codes(capsys, error: BaseException, code: int) -> None:
    assert leave(error) == code
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["kind"] == type(error).__name__
    assert err == told["error"] + "\n"


def test_a_users_mistake_gives_its_message_alone(capsys) -> None:
    assert leave(BadData("The message."), as_json=False) == 2
    assert capsys.readouterr() == ("", "The message.\n")


def test_our_fault_is_owned_and_says_how_to_see_more(capsys) -> None:
    assert leave(KeyError("x"), as_json=False) == 1
    err = capsys.readouterr().err
    assert "KeyError: 'x'" in err
    assert "a fault of fondo, not yours" in err
    assert "FONDO_DEBUG=1" in err
    assert "Traceback" not in err


def test_debugging_shows_the_traceback(capsys, monkeypatch) -> None:
    monkeypatch.setenv("FONDO_DEBUG", "1")
    assert leave(KeyError("x"), as_json=False) == 1
    assert "Traceback" in capsys.readouterr().err


def test_what_was_interrupted_says_how_to_go_on(capsys) -> None:
    with pytest.raises(click.exceptions.Exit), stage(as_json=False, go_on="Say --resume."):
        raise Interrupted("Stopped at epoch 4.")
    assert capsys.readouterr().err == "Stopped at epoch 4. Say --resume.\n"


def test_ctrl_c_before_training_says_stopped(capsys) -> None:
    assert leave(KeyboardInterrupt(), as_json=False) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_what_libraries_print_does_not_touch_the_answer(capsys) -> None:
    with stage(as_json=True) as speaker:
        print("chatter of a library")
        speaker.say("Working.")
        speaker.answer({"a": 1}, lambda console: None)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"a": 1}
    assert out.count("\n") == 1
    assert err == "chatter of a library\nWorking.\n"


def test_quiet_says_nothing_but_answers(capsys) -> None:
    with stage(as_json=False, quiet=True) as speaker:
        speaker.say("Working.")
        speaker.console().print("a bar")
        speaker.answer({}, lambda console: console.print("42"))
    assert capsys.readouterr() == ("42\n", "")


def test_quiet_hears_no_warnings_and_no_prints_of_libraries(capsys) -> None:
    with stage(as_json=False, quiet=True), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("2 columns are ignored: a, b.", UserWarning, stacklevel=1)
        print("chatter of a library")
    assert capsys.readouterr() == ("", "")


def test_warnings_become_notes_and_leave_out_the_line_of_code(capsys) -> None:
    with stage(as_json=False), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("2 columns are ignored: a, b.", UserWarning, stacklevel=1)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert capsys.readouterr().err == "Note: 2 columns are ignored: a, b.\n"


@pytest.mark.parametrize(
    ("mistake", "code", "told"),
    [
        (click.UsageError("No such thing."), 2, ("No such thing.", "UsageError")),
        (click.NoSuchOption("--x", "No such option."), 2, ("No such option.", "UsageError")),
        (click.Abort(), 130, ("Stopped.", "KeyboardInterrupt")),
    ],
)
def test_a_refused_command_line_is_told_of(capsys, mistake, code, told) -> None:
    message, kind = told
    assert refuse(mistake, as_json=False) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(message + "\n")
    assert refuse(mistake, as_json=True) == code
    assert json.loads(capsys.readouterr().out) == {"error": message, "kind": kind}


@pytest.mark.parametrize("error", [click.exceptions.Exit(3), BrokenPipeError()])
def test_exits_and_closed_pipes_pass(error: Exception) -> None:
    with pytest.raises(type(error)), stage(as_json=True):
        raise error
