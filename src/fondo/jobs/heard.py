"""Answers to sounds looked at: mistakes, what was seen, which stretch counts, length and level.

What is found is in `report.sound_findings`, how it is drawn in `report.sounds`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fondo.explain.audio.quartiles import quarters
from fondo.explain.audio.silence import Silenced, silenced
from fondo.explain.images.gallery import confused_pairs, surest_right, wrong_rows
from fondo.report.sound_findings import Clip, Heard, Mixed, SoundFindings

Array = np.ndarray[Any, Any]

WRONG, RIGHT, PAIRS = 6, 6, 5
LONGEST = 4.0  # seconds of a sound that a page plays
ASKED = 22  # answers that it takes to silence one sound stretch by stretch
BUDGET = 10**8  # samples that the network may be given for it: some hundred sounds of 3 s
PATIENCE = 10  # times as much is done for sounds that were named


def hear(
    task: Any, X: Any, y: Any = None, *, answers: Any = None, rows: Sequence[int] | None = None
) -> SoundFindings:
    """Look at the answers of a task to sounds.

    Parameters
    ----------
    task : Task
        Fitted, with `task.data == "sounds"`.
    X : Album
        Sounds, as `task.read` gives them.
    y : array (n,) or None, default=None
        The truth, as `task.read` gives it; None where it is not known.
    answers : Answers or None, default=None
        Those of the task to X, where they are known already.
    rows : sequence of int or None, default=None
        Sounds to look at; None takes the surest mistakes and the surest right answers.

    Returns
    -------
    findings : SoundFindings
        Plain data.
    """
    return _Hearing(task, X, y, task.answers(X) if answers is None else answers).find(rows)


def heard_at(task: Any, part: Any, answers: Any) -> SoundFindings | None:
    """Findings on a part whose answers are known; None where its examples are no sounds."""
    return hear(task, part.X, part.y, answers=answers) if is_sounds(task) else None


def is_sounds(task: Any) -> bool:
    """Whether the examples of a task are sounds that are sorted into classes."""
    return bool(task.data == "sounds")


class _Hearing:
    """One look at the answers of a task."""

    def __init__(self, task: Any, X: Any, y: Any, answers: Any) -> None:
        self.task, self.X, self.y, self.answers = task, X, y, answers
        self.codes = np.searchsorted(answers.classes, answers.labels)
        self.sure = np.asarray(answers.probabilities[np.arange(len(X)), self.codes])
        self.notes: list[str] = []

    def find(self, rows: Sequence[int] | None) -> SoundFindings:
        none = np.empty(0, int)
        wrong, right = (none, none) if self.y is None else self._chosen()
        shown = [*wrong[:WRONG], *right] if rows is None else list(rows)
        heard = self._heard([int(row) for row in shown], named=rows is not None)
        known = self.y is not None
        return SoundFindings(
            n_rows=len(self.X) if known else 0,
            n_wrong=len(wrong),
            seen=self.task.seen_in_words,
            wrong=heard[: len(wrong[:WRONG])] if rows is None else [],
            right=heard[len(wrong[:WRONG]) :] if rows is None else [],
            confused=self._confused() if known else [],
            asked_for=[] if rows is None else heard,
            quarters=self._quarters() if known else {},
            notes=self.notes,
        )

    def _chosen(self) -> tuple[Array, Array]:
        """Rows that are wrong, the surest first; and the surest right ones, of other classes."""
        labels = self.answers.labels
        right = surest_right(self.y, labels, self.sure)
        best = right[np.argsort(-self.sure[right], kind="stable")]
        return wrong_rows(self.y, labels, self.sure), best[:RIGHT]

    def _confused(self) -> list[Mixed]:
        pairs = confused_pairs(np.asarray(self.y), self.answers.labels, self.sure, most=PAIRS)
        return [Mixed(str(pair.truth), str(pair.answer), len(pair.rows)) for pair in pairs]

    def _quarters(self) -> dict[str, Any]:
        survey = self.X.items.survey()
        right = np.asarray(self.y) == self.answers.labels
        values = {"length (s)": survey.seconds, "level (dBFS)": survey.levels}
        found = {name: quarters(value, right) for name, value in values.items()}
        return {name: each for name, each in found.items() if each}

    # ---- single sounds

    def _heard(self, rows: list[int], *, named: bool) -> list[Heard]:
        if not rows:
            return []
        form = self.task.form
        waves = np.asarray(self.X.items.take(np.array(rows)).load(form))
        spectra = np.asarray(self.task.seen(waves))
        most = BUDGET * (PATIENCE if named else 1) // (ASKED * form.samples)
        if most < len(rows):
            self.notes.append(
                f"Sounds are long: for {most} of the {len(rows)} shown it was asked which stretch "
                "counts."
            )
        return [self._one(row, waves[k], spectra[k], ask=k < most) for k, row in enumerate(rows)]

    def _one(self, row: int, wave: Array, spectrum: Array, *, ask: bool) -> Heard:
        rate = self.task.form.rate
        found = None
        if ask:
            found = silenced(self._probabilities, wave, int(self.codes[row]), rate)
        return Heard(
            row=row,
            name=self.X.items.places[row],
            answer=str(self.answers.labels[row]),
            seconds=len(wave) / rate,
            spectrum=spectrum,
            clip=clip_of(wave, rate, found),
            truth=None if self.y is None else str(self.y[row]),
            sure=float(self.sure[row]),
            silenced=found,
        )

    def _probabilities(self, waves: Array) -> Array:
        decoded = self.task.decode(self.task.outputs_of({"waves": waves}))
        return np.asarray(decoded.probabilities)


def clip_of(wave: Array, rate: int, found: Silenced | None) -> Clip:
    """What of a sound is played: all of it, or four seconds around the stretch that counts most."""
    count = round(LONGEST * rate)
    if len(wave) <= count:
        return Clip(wave, rate)
    middle = len(wave) / 2
    if found is not None:
        begin, end, _ = found.deepest
        middle = (begin + end) / 2 * rate
    start = int(np.clip(round(middle - count / 2), 0, len(wave) - count))
    return Clip(wave[start : start + count], rate, start / rate)
