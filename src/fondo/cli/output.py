"""Where a command speaks: one answer on standard output, everything else on standard error.

Also which exit code an exception becomes. How answers look is in `tables`.
"""

import contextlib
import datetime
import io
import json
import math
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TextIO

import click

from fondo.errors import FondoError, Interrupted

if TYPE_CHECKING:
    from rich.console import Console

USER_MISTAKE, OUR_FAULT, STOPPED = 2, 1, 130


class Stage:
    """One command at work: it talks on standard error and answers once on standard output.

    Parameters
    ----------
    as_json : bool
        Answer with one JSON object instead of tables.
    quiet : bool, default=False
        Say nothing while working; mistakes are still told.
    """

    def __init__(self, *, as_json: bool, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._answers: TextIO = sys.stdout  # before `stage` sends other people's prints away

    def console(self) -> "Console":
        """Rich console on standard error; silent with `quiet`."""
        return _console(sys.stderr, quiet=self.quiet)

    def say(self, sentence: str) -> None:
        """Tell `sentence` on standard error."""
        if not self.quiet:
            print(sentence, file=sys.stderr, flush=True)

    def answer(self, document: Mapping[str, Any], show: Callable[["Console"], None]) -> None:
        """Give the answer: `document` as JSON, or what `show` draws on a console."""
        if self.as_json:
            self.write(json.dumps(plain(document), allow_nan=False) + "\n")
        else:
            show(_console(self._answers))
            self._answers.flush()

    def write(self, text: str) -> None:
        """Write `text` to standard output as it is."""
        self._answers.write(text)
        self._answers.flush()


@contextlib.contextmanager
def stage(as_json: bool, quiet: bool = False, *, go_on: str = "") -> Iterator[Stage]:
    """Run one command: exceptions become messages and exit codes.

    Whatever libraries print goes to standard error, so the answer stands alone; with `quiet` it
    is not heard at all. A user's mistake
    (any `FondoError`) gives its message and exit code 2; with `as_json` the answer is then
    `{"error": message, "kind": class}`. Ctrl-C gives 130, anything unforeseen 1.

    Parameters
    ----------
    as_json : bool
        Answer with one JSON object.
    quiet : bool, default=False
        Say nothing while working.
    go_on : str, default=""
        How the command goes on after it was stopped, where a checkpoint is left.

    Yields
    ------
    speaker : Stage
        What the command speaks through.
    """
    speaker = Stage(as_json=as_json, quiet=quiet)
    try:
        chatter = io.StringIO() if quiet else sys.stderr
        with contextlib.redirect_stdout(chatter), warnings.catch_warnings():
            warnings.showwarning = _unheard if quiet else _note
            yield speaker
    except (click.exceptions.Exit, click.Abort, click.UsageError, BrokenPipeError):
        raise
    except Interrupted as stopped:
        _fail(speaker, f"{stopped} {go_on}".rstrip(), stopped, STOPPED)
    except KeyboardInterrupt as stopped:
        _fail(speaker, "Stopped.", stopped, STOPPED)
    except FondoError as mistake:
        _fail(speaker, str(mistake), mistake, USER_MISTAKE)
    except Exception as fault:
        told = f"{type(fault).__name__}: {fault}"
        message = f"fondo failed ({told}). This is a fault of fondo, not yours; please report it."
        if not _debugging():
            message += " Set FONDO_DEBUG=1 to see where it happened."
        _fail(speaker, message, fault, OUR_FAULT)


def refuse(mistake: click.ClickException | click.Abort, *, as_json: bool) -> int:
    """Tell of a command line that could not be read, or was stopped before it was.

    Parameters
    ----------
    mistake : click.ClickException or click.Abort
        What click raised.
    as_json : bool
        Answer with `{"error": message, "kind": "UsageError"}` too.

    Returns
    -------
    code : int
        The exit code.
    """
    if isinstance(mistake, click.Abort):
        message, kind, code = "Stopped.", "KeyboardInterrupt", STOPPED
        print(message, file=sys.stderr, flush=True)
    else:
        message, kind, code = mistake.format_message(), "UsageError", USER_MISTAKE
        mistake.show()
    if as_json:
        sys.stdout.write(_error(message, kind))
        sys.stdout.flush()
    return code


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: NumPy numbers become Python's, NaN and infinity None.

    Parameters
    ----------
    value : object
        Mappings, sequences, numbers, arrays, dates, paths, or anything with `to_json()`.

    Returns
    -------
    plain : dict, list, str, int, float, bool or None
        Text of the object where nothing else fits.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"a": np.float32(0.5), "b": np.array([1, 2]), "c": float("nan")})
    {'a': 0.5, 'b': [1, 2], 'c': None}
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    for method in ("to_json", "tolist"):  # our records; NumPy
        if hasattr(value, method):
            return plain(getattr(value, method)())
    return str(value)


def _console(stream: TextIO, *, quiet: bool = False) -> "Console":
    from rich.console import Console

    return Console(file=stream, highlight=False, quiet=quiet)


def _note(
    message: Warning | str, category: type[Warning], *_where: object, **_more: object
) -> None:
    """Show a warning as one sentence, without the line of code that raised it."""
    if issubclass(category, UserWarning):
        print(f"Note: {message}", file=sys.stderr, flush=True)


def _unheard(*_warning: object, **_more: object) -> None:
    """Show no warning."""


def _error(message: str, kind: str) -> str:
    """Answer of a command that has none."""
    return json.dumps({"error": message, "kind": kind}) + "\n"


def _fail(speaker: Stage, message: str, error: BaseException, code: int) -> None:
    if _debugging():
        traceback.print_exception(error, file=sys.stderr)
    print(message, file=sys.stderr, flush=True)
    if speaker.as_json:
        speaker.write(_error(message, type(error).__name__))
    raise click.exceptions.Exit(code)


def _debugging() -> bool:
    return os.environ.get("FONDO_DEBUG", "") not in ("", "0")
