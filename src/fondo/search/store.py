"""Trials on disk: one SQLite file a study, safe against kills at any moment.

What is proposed is written before it is run, what is found as soon as it is found.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fondo.errors import BadData, BadParameter, OutputError

FORMAT = 1
STATES = ("running", "done", "pruned", "failed")


@dataclass
class Trial:
    """One candidate.

    Parameters
    ----------
    number : int
        From 0, in the order of proposals.
    settings : dict
        What was tried.
    state : {"running", "done", "pruned", "failed"}
    values : list of float
        Score of each fold that was run.
    message : str
        Why it failed.
    """

    number: int
    settings: dict[str, Any]
    state: str = "running"
    values: list[float] = field(default_factory=list)
    message: str = ""

    @property
    def score(self) -> float:
        """Mean over its folds; NaN before there is one."""
        return sum(self.values) / len(self.values) if self.values else float("nan")

    def line(self) -> str:
        """The trial in one line."""
        told = f"{self.score:.6g}" if self.values else self.message
        settings = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        return f"Candidate {self.number} {self.state}: {told} ({settings})."

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "number": self.number,
            "settings": self.settings,
            "state": self.state,
            "score": self.score if self.values else None,
            "values": self.values,
            "message": self.message,
        }


class Store:
    """The trials of one study, in memory or in a file.

    Parameters
    ----------
    path : path or None
        SQLite file; made where it does not exist. None keeps the trials in memory.
    facts : mapping
        What makes the study this one: data, task, space, folds, seed. A file of another study is
        refused.

    Raises
    ------
    BadParameter
        The file belongs to another study; says in what it differs.
    BadData
        The file is no store of trials, or damaged.
    OutputError
        It cannot be written.
    """

    def __init__(self, path: str | Path | None, facts: Mapping[str, Any]) -> None:
        self.path = None if path is None else Path(path)
        self._database = self._open()
        with self._guarded():
            self._database.executescript(
                "create table if not exists study (format integer, facts text);"
                "create table if not exists trials (number integer primary key, settings text, "
                "state text, marks text, message text);"
            )
        self._check(json.loads(json.dumps(dict(facts))))

    def trials(self) -> list[Trial]:
        """All of them, in order."""
        with self._guarded():
            rows = self._database.execute("select * from trials order by number").fetchall()
        try:
            return [Trial(n, _tuples(json.loads(s)), t, json.loads(v), m) for n, s, t, v, m in rows]
        except (ValueError, TypeError) as error:
            raise BadData(f"{self.path}: a trial cannot be read ({error}).") from error

    def propose(self, trials: Sequence[Trial]) -> None:
        """Write new trials, all or none."""
        with self._guarded(), self._database:
            self._database.executemany(
                "insert into trials values (?, ?, ?, ?, ?)", map(_row, trials)
            )

    def note(self, trial: Trial) -> None:
        """Write what was found of a trial."""
        number, *rest = _row(trial)
        with self._guarded(), self._database:
            self._database.execute(
                "update trials set settings=?, state=?, marks=?, message=? where number=?",
                (*rest, number),
            )

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _open(self) -> sqlite3.Connection:
        if self.path is None:
            return sqlite3.connect(":memory:", check_same_thread=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return sqlite3.connect(self.path, check_same_thread=False)
        except (OSError, sqlite3.OperationalError) as error:
            raise OutputError(f"{self.path}: the trials cannot be kept there ({error}).") from error

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutputError(f"{self.path}: the trials cannot be written ({error}).") from error
        except sqlite3.DatabaseError as error:
            raise BadData(f"{self.path}: this is no store of trials ({error}).") from error

    def _check(self, facts: dict[str, Any]) -> None:
        with self._guarded():
            rows = self._database.execute("select format, facts from study").fetchall()
            if not rows:
                with self._database:
                    text = json.dumps(facts, sort_keys=True)
                    self._database.execute("insert into study values (?, ?)", (FORMAT, text))
                return
        known = json.loads(rows[0][1])
        differing = sorted(k for k in {*known, *facts} if known.get(k) != facts.get(k))
        if rows[0][0] != FORMAT or differing:
            told = ", ".join(differing) or "its format"
            raise BadParameter(
                f"search(storage={str(self.path)!r}): the file holds another study; it differs in "
                f"{told}. Name another file, or ask for the same again."
            )


def _row(trial: Trial) -> tuple[Any, ...]:
    settings, values = json.dumps(trial.settings), json.dumps(trial.values)
    return trial.number, settings, trial.state, values, trial.message


def _tuples(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings with lists as the tuples they were."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
