"""The ledger of trials: whatever was tried is written down, so that the best can be judged by it.

One SQLite file, safe against kills and against several writers. What the number of trials means
for the winner is in `fondo.judge.luck` and `sharpe`.
"""

import datetime
import hashlib
import json
import math
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fondo.errors import BadData, BadParameter, OutputError, did_you_mean
from fondo.judge.luck import best_share
from fondo.store.plain import dump

FORMAT = 1
_START = "0" * 64  # what the first trial is chained to
_WAIT = 60.0  # seconds that a writer waits for another


@dataclass(frozen=True)
class LedgerTrial:
    """One thing that was tried, and what came of it.

    Attributes
    ----------
    number : int
        From 1, in the order of time.
    at : str
        Moment it was written, UTC.
    settings : dict
        Model and preparation.
    data, split : str
        What it was tried on: digests or names.
    seed : int
        Of everything random in it.
    scores : dict of str to float or None
        None where a score is not defined; empty where the trial failed.
    digest : str
        SHA-256 of this trial and all before it.
    """

    number: int
    at: str
    settings: dict[str, Any]
    data: str
    split: str
    seed: int
    scores: dict[str, float | None]
    digest: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class BestOfTrials:
    """The best trial beside what the best would be by luck.

    Attributes
    ----------
    trial : LedgerTrial
        The best by the score; of equals the first.
    score : str
        Name of the score.
    value : float
        Its value.
    trials : int
        Different trials made.
    by_luck : float
        Expected best of as many shares of `picks` rows, were all as good as `base_rate`.
    base_rate, picks : float
        What luck was reckoned with.
    """

    trial: LedgerTrial
    score: str
    value: float
    trials: int
    by_luck: float
    base_rate: float
    picks: float

    def line(self) -> str:
        """The finding in one sentence."""
        times = "trial" if self.trials == 1 else "trials"
        return (
            f"Best {self.score} of {self.trials} {times}: {self.value:.3f}; without any skill the "
            f"best would be about {self.by_luck:.3f} (base rate {self.base_rate:.3f}, "
            f"{self.picks:.0f} picks)."
        )


class Ledger:
    """Trials in a file that is only ever added to.

    Each trial carries a digest of itself and all before it: one that was changed or taken out
    from the middle is noticed when the file is opened. One taken off the end is noticed by
    comparing `digest` with the one printed in a report.

    Parameters
    ----------
    path : path
        SQLite file; made, with its folder, where it does not exist.

    Raises
    ------
    BadData
        The file is no ledger, or one that was tampered with.
    OutputError
        It cannot be opened or written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Ledger(Path(folder, "trials.sqlite")) as ledger:
    ...         for k, precision in ((1, 0.26), (4, 0.38), (7, 0.31)):
    ...             _ = ledger.add({"k": k}, {"precision": precision}, data="ab12", split="year")
    ...         print(ledger.best("precision", picks=50).line())
    Best precision of 3 trials: 0.380; without any skill the best would be about 0.302 (base rate
    0.250, 50 picks).
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()  # SQLite keeps processes apart, not threads
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.OperationalError) as error:
            raise OutputError(f"{self.path}: the ledger cannot be kept there ({error}).") from error
        try:
            with self._written():
                self._prepare()
            self.trials()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        with self._guarded():
            return int(self._database.execute("select count(*) from trials").fetchone()[0])

    def add(
        self,
        settings: Mapping[str, Any],
        scores: Mapping[str, float],
        *,
        data: str,
        split: str,
        seed: int = 0,
    ) -> LedgerTrial:
        """Write a trial down; it is on disk when this returns, whole or not at all.

        Parameters
        ----------
        settings : mapping
            What was tried; text, numbers, lists and mappings of them.
        scores : mapping of str to float
            What came of it; NaN where a score is not defined, empty where the trial failed.
        data, split : str
            What it was tried on, e.g. `data_digest(X, y)` and `repr(splitter)`.
        seed : int, default=0
            Of everything random in it.

        Returns
        -------
        trial : LedgerTrial

        Raises
        ------
        BadParameter
            Settings or scores that cannot be written as JSON.
        """
        if not all(isinstance(word, str) for word in (data, split)):
            raise BadParameter(
                f"Ledger.add(data={type(data).__name__}, split={type(split).__name__}): must be "
                "text. Give data_digest(X, y) and repr(splitter)."
            )
        told = _one_line(dict(settings), "settings")
        found = _one_line({name: float(value) for name, value in scores.items()}, "scores")
        with self._written():
            last = self._database.execute(
                "select number, digest from trials order by number desc limit 1"
            ).fetchone()
            number, before = (last[0] + 1, last[1]) if last else (1, _START)
            at = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
            line = [number, at, told, data, split, int(seed), found]
            digest = _digest(before, line)
            self._database.execute("insert into trials values (?,?,?,?,?,?,?,?)", [*line, digest])
        return _trial((*line, digest))

    def trials(self) -> list[LedgerTrial]:
        """All trials in the order of time; BadData where the chain of digests is broken."""
        with self._guarded():
            rows = self._database.execute("select * from trials order by number").fetchall()
        before = _START
        for place, row in enumerate(rows, start=1):
            if row[0] != place or row[7] != _digest(before, list(row[:7])):
                raise BadData(
                    f"{self.path}: trial {place} was changed, or one before it was taken out. A "
                    "ledger is only added to; start a new one and say why."
                )
            before = row[7]
        try:
            return [_trial(row) for row in rows]
        except (ValueError, TypeError) as error:
            raise BadData(f"{self.path}: a trial cannot be read ({error}).") from error

    @property
    def digest(self) -> str:
        """Seal of all trials so far, for the report."""
        found = self.trials()
        return found[-1].digest if found else _START

    def distinct(self, data: str | None = None) -> list[LedgerTrial]:
        """First of each different trial: doing the very same again is no new look at the data.

        Parameters
        ----------
        data : str or None, default=None
            Only trials on this data; None takes all.
        """
        seen: dict[tuple[str, str, str, int], LedgerTrial] = {}
        for trial in self.trials():
            if data is not None and trial.data != data:
                continue
            key = (json.dumps(trial.settings, sort_keys=True), trial.data, trial.split, trial.seed)
            seen.setdefault(key, trial)
        return list(seen.values())

    def values(self, score: str, data: str | None = None) -> dict[int, float]:
        """A score of each different trial that has it, by the number of the trial.

        Parameters
        ----------
        score : str
        data
            As in `distinct`.

        Raises
        ------
        BadParameter
            No trial has a score of that name.
        """
        found = self.distinct(data)
        values = {t.number: v for t in found if (v := t.scores.get(score)) is not None}
        if not values:
            names = sorted({name for trial in found for name in trial.scores})
            raise BadParameter(
                f"Ledger.values(score={score!r}): no trial has such a score. "
                f"{did_you_mean(score, names)}"
            )
        return values

    def variance(self, score: str, data: str | None = None) -> float:
        """Variance of a score over the different trials, for `deflated_sharpe`; NaN below two."""
        values = list(self.values(score, data).values())
        return float(np.var(values, ddof=1)) if len(values) > 1 else math.nan

    def best(
        self, score: str, *, picks: float, base_rate: float = 0.25, data: str | None = None
    ) -> BestOfTrials:
        """Best trial by a share (such as a precision) beside the best of as many by luck.

        Parameters
        ----------
        score : str
            Name of a score in [0, 1]; higher is better.
        picks : float
            Rows that each share is of, at least 1; the effective number where picks hang together.
        base_rate : float in [0, 1], default=0.25
            What each would score without skill.
        data
            As in `values`.

        Returns
        -------
        found : BestOfTrials
            All different trials count, also those without this score. Trials that agree with each
            other would have less luck, so that `by_luck` is rather too high.
        """
        values, trials = self.values(score, data), self.distinct(data)
        number = max(values, key=lambda n: (values[n], -n))
        trial = next(t for t in trials if t.number == number)
        luck = best_share(len(trials), round(picks), base_rate)
        return BestOfTrials(trial, score, values[number], len(trials), luck, base_rate, picks)

    def to_json_lines(self) -> str:
        """All trials as text, one JSON object a line."""
        return "".join(json.dumps(trial.to_json()) + "\n" for trial in self.trials())

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _prepare(self) -> None:
        run = self._database.execute
        kinds = {row[0] for row in run("select name from sqlite_master where type = 'table'")}
        if kinds and "ledger" not in kinds:
            raise BadData(f"{self.path}: this is no ledger of trials. Name another file.")
        run("create table if not exists ledger (format integer)")
        run(
            "create table if not exists trials (number integer primary key, at text, settings "
            "text, data text, split text, seed integer, scores text, digest text)"
        )
        for verb in ("update", "delete"):
            run(
                f"create trigger if not exists no_{verb} before {verb} on trials begin "
                "select raise(abort, 'a ledger is only added to'); end"
            )
        known = run("select format from ledger").fetchall()
        if not known:
            run("insert into ledger values (?)", [FORMAT])
        elif known[0][0] != FORMAT:
            raise BadData(
                f"{self.path}: a ledger of format {known[0][0]}, and this version reads {FORMAT}. "
                "Use a newer fondo."
            )

    @contextmanager
    def _written(self) -> Iterator[None]:
        """One transaction that no other writer comes between."""
        with self._lock, self._guarded():
            self._database.execute("begin immediate")
            try:
                yield
                self._database.execute("commit")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("rollback")
                raise

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutputError(f"{self.path}: the ledger cannot be written ({error}).") from error
        except sqlite3.DatabaseError as error:
            raise BadData(f"{self.path}: this is no ledger of trials ({error}).") from error


def _one_line(value: Any, what: str) -> str:
    """JSON without line breaks, keys in order: the same value gives the same text."""
    plain = json.loads(dump(value, what, gaps=what == "scores"))
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _digest(before: str, line: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps([before, *line]).encode()).hexdigest()


def _trial(row: Sequence[Any]) -> LedgerTrial:
    number, at, settings, data, split, seed, scores, digest = row
    return LedgerTrial(
        number, at, json.loads(settings), data, split, seed, json.loads(scores), digest
    )
