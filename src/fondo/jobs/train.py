"""The whole job: read, guess, split, fit, judge, explain, report, save.

`fondo train`, the recipes and three lines of Python all come here.
"""

import contextlib
import time as clock
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fondo.data.content import by_content
from fondo.data.fingerprint import fingerprint
from fondo.data.splits import Latest
from fondo.data.tables.stream import StreamedTable
from fondo.engine.callbacks import Callback
from fondo.errors import Interrupted
from fondo.explain.importance import Importance
from fondo.explain.reasons import Reason
from fondo.jobs import streamed
from fondo.jobs.diagnosed import check_person, diagnosed
from fondo.jobs.fitted import Fitted, importances, page_parts, reasons_of
from fondo.jobs.guess import Guess, guess_of
from fondo.jobs.heard import heard_at
from fondo.jobs.job import Job, check_job
from fondo.jobs.looked import looked_at
from fondo.jobs.notes import learnt_notes, naming
from fondo.jobs.places import checkpoint_note, checkpoint_of, choose_folder
from fondo.jobs.rows import Rows, rows_of, split
from fondo.jobs.source import open_source
from fondo.judge.diagnosis import Diagnosis
from fondo.judge.evaluation import Evaluation
from fondo.report.picture_findings import PictureFindings
from fondo.report.report import report
from fondo.report.sound_findings import SoundFindings
from fondo.tasks.base import Task
from fondo.tasks.registry import task_class
from fondo.tasks.rows import Part
from fondo.tasks.run import Run
from fondo.tasks.settings import configure

SHOWN_ROWS = 3  # test rows whose predictions are shown with their reasons


@dataclass(frozen=True)
class TrainResult:
    """What a training gave.

    Parameters
    ----------
    task : Task
        Fitted.
    job : Job
        What was asked for.
    why : str
        Why this task was chosen.
    rows : dict
        Rows of the parts: "train", "validation", "test".
    evaluation : Evaluation
        Scores on the test part, beside the baselines.
    importances : list of Importance
        What shuffling each column costs, on test rows.
    reasons : list of list of Reason
        Why the first test rows are predicted as they are.
    predictions, truths : list
        What is predicted for those rows, and what is true.
    model, report : Path or None
        Where they lie; None where nothing was to be written.
    seconds : float
        Wall-clock time of the whole job.
    notes : list of str
        What was set aside, and why.
    diagnosis : Diagnosis or None
        What holds the network back, and what to do about it.
    looked : PictureFindings or None
        Answers to test pictures looked at; None where the rows are no pictures.
    heard : SoundFindings or None
        Answers to test sounds looked at; None where the rows are no sounds.
    """

    task: Task
    job: Job
    why: str
    rows: dict[str, int]
    evaluation: Evaluation
    importances: list[Importance] = field(default_factory=list)
    reasons: list[list[Reason]] = field(default_factory=list)
    predictions: list[Any] = field(default_factory=list)
    truths: list[Any] = field(default_factory=list)
    model: Path | None = None
    report: Path | None = None
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    diagnosis: Diagnosis | None = None
    looked: PictureFindings | None = None
    heard: SoundFindings | None = None

    @property
    def task_name(self) -> str:
        """Registered name of the task."""
        return self.job.task

    @property
    def leaks(self) -> list[Any]:
        """Leaks found between training and test part."""
        return list(self.evaluation.leaks)

    @property
    def dropped(self) -> list[tuple[str, str]]:
        """Columns left out, each with the reason."""
        encoder = getattr(self.task, "encoder_", None)
        return [] if encoder is None else list(encoder.dropped_)

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo train --json`."""
        return answer(self.job.task, self.evaluation) | {
            "rows": self.rows,
            "why": self.why,
            "model": None if self.model is None else str(self.model),
            "report": None if self.report is None else str(self.report),
            "seconds": round(self.seconds, 3),
            "notes": self.notes,
            "dropped": [list(pair) for pair in self.dropped],
            "diagnosis": None if self.diagnosis is None else self.diagnosis.to_json(),
        }


def answer(task: str, evaluation: Evaluation) -> dict[str, Any]:
    """Keys that `train --json` and `evaluate --json` share; `targets` where there are several."""
    first = evaluation.scores[0]
    several = evaluation.curves.get("targets", ())
    each = [{k: v for k, v in row.items() if k != "residuals"} for row in several]
    return {
        "task": task,
        "rows": {"test": evaluation.n_rows},
        "score": {k: getattr(first, k) for k in ("name", "value", "low", "high")},
        "baselines": {
            name: next(score.value for score in scores if score.name == first.name)
            for name, scores in evaluation.baselines.items()
        },
        "scores": [score.to_json() for score in evaluation.scores],
        "verdict": evaluation.verdict,
        "leaks": [leak.to_json() for leak in evaluation.leaks],
    } | ({"targets": each} if each else {})


def train(
    source: str | Path | pl.DataFrame,
    *,
    target: str | None = None,
    task: str | None = None,
    out: str | Path | None = None,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    test: float = 0.2,
    group: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    drop: Sequence[str] = (),
    human: float | None = None,
    resume: bool = False,
    memory_budget: int | None = None,
    callbacks: Sequence[Callback] = (),
    say: Callable[[str], None] | None = None,
) -> TrainResult:
    """Train a network on a table, judge it on rows it never saw, explain, report and save it.

    Parameters
    ----------
    source : path, "sample:NAME" or frame
        The table.
    target : str or None, default=None
        Column to predict; a sample has its own. From pictures also several, as "angle,speed" or
        "x*,y*".
    task : str or None, default=None
        Name of the task; None guesses it from the target.
    out : path or None, default=None
        Folder of the model; None takes runs/NAME, with a number where that exists.
    seed : int, default=0
        Draws the split and the weights.
    settings : mapping of str to str or None
        As after `--set`: {"epochs": "20", "scale": "robust"}.
    test : float in (0, 1), default=0.2
        Share of rows kept for the final judgement.
    group, time, weight : str or None
        Columns whose values keep rows together, order them (the latest are the test), and weigh
        them in training.
    drop : sequence of str
        Columns left out.
    human : float or None, default=None
        Error of a person who does the same by hand: the share of wrong answers for classes, the
        RMSE in the unit of the target for numbers, in standard deviations for several. What is
        above it is told as avoidable bias.
    resume : bool, default=False
        Go on from the checkpoint in `out`.
    memory_budget : int or None
        Bytes the encoded table may take before it is streamed from disk.
    callbacks : sequence of Callback
        Told of each epoch.
    say : callable or None
        Told in words what goes on.

    Returns
    -------
    result : TrainResult
        The fitted task, its scores beside the baselines, and where model and report lie.
    """
    started = clock.perf_counter()
    tell = say or (lambda _: None)
    table = open_source(source, target, weight, memory_budget)
    why = Guess(task, "you asked for it") if task else guess_of(table.sample, table.target)
    job = Job(
        source=table.name,
        target=table.target,
        task=why.task,
        seed=seed,
        settings=dict(settings or {}),
        test=test,
        group=group,
        time=time,
        weight=weight,
        drop=tuple(drop),
        human=human,
        fingerprint="" if table.stream else fingerprint(by_content(table.sample)),
    )
    check_job(job)
    tell(f"Task: {job.task}, because {why.why}.")
    folder = choose_folder(out, table.name, resume=resume)
    run = Run(
        checkpoint=checkpoint_of(folder),
        resume=resume,
        callbacks=tuple(callbacks),
        memory_budget=memory_budget,
    )
    if note := checkpoint_note(folder, resume=resume):
        tell(note)
    with naming(table.name):
        fitted = fit(job, table.stream or rows_of(job, table.sample), run)
        if table.stream:
            told = fitted.task.receipt_["data"]["fingerprint"]
            job = replace(job, streamed=True, fingerprint=told)
        fitted = replace(fitted, notes=[*table.notes, *fitted.notes])
        tell("Judging on the test part, beside the baselines.")
        with _resumable(folder):
            return _kept(judged(job, fitted, why.why), fitted, folder, started)


@contextlib.contextmanager
def _resumable(folder: Path) -> Iterator[None]:
    """Say after a Ctrl-C that what was trained is not lost."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(
            "Stopped after training, before the model was written. The checkpoint is at "
            f"{checkpoint_of(folder)}; resume to go on from there."
        ) from None


def fit(job: Job, rows: Rows | StreamedTable, run: Run) -> Fitted:
    """Fitted task of a job, with its training and test rows."""
    task = configure(task_class(job.task), job.settings, seed=job.seed)
    if isinstance(rows, StreamedTable):
        return streamed.fit(task, job, rows, run)
    training, test = split(job, rows)
    check_person(job, task, training.y)
    if job.time is not None and isinstance(task.validation, float):
        task.set_params(validation=Latest(job.time, task.validation))
    task.fit(training.X, training.y, training.weight, groups=training.groups, run=run)
    counts = {
        "train": training.X.height - task.n_validation_,
        "validation": task.n_validation_,
        "test": test.X.height,
    }
    notes = [*test.notes, *learnt_notes(task, (training, test))]
    if task.validation and not task.n_validation_:
        notes.append(
            "No rows could be set apart for validation: the best epoch was chosen by the loss on "
            "the training rows themselves."
        )
    return Fitted(task, training, test, counts, notes)


def judged(job: Job, fitted: Fitted, why: str) -> TrainResult:
    """Scores, baselines, leaks and explanations of a fitted task on its test part."""
    task = fitted.task
    known, test = (
        Part(*task.read(part.X, part.y), groups=part.groups, times=part.times)
        for part in (fitted.training, fitted.test)
    )
    shown = fitted.test.X.head(SHOWN_ROWS)
    answers = task.answers(test.X)
    evaluation = task.judged(test, answers, known)
    found, more = importances(task, fitted.test, job.seed)
    return TrainResult(
        task=task,
        job=job,
        why=why,
        rows=fitted.counts,
        evaluation=evaluation,
        importances=found,
        reasons=reasons_of(task, shown, fitted.training.X, job.seed),
        predictions=np.asarray(task.predict(shown)).tolist(),
        truths=fitted.test.y.head(SHOWN_ROWS).to_list(),
        notes=[*fitted.notes, *more],
        diagnosis=diagnosed(job, fitted, (known, test), answers, evaluation),
        looked=looked_at(task, test, answers, job.seed),
        heard=heard_at(task, test, answers),
    )


def _kept(result: TrainResult, fitted: Fitted, folder: Path, started: float) -> TrainResult:
    """Result with its model and report written."""
    page = report(
        result.task, result.evaluation, result=result, **page_parts(result, fitted, folder)
    )
    told: dict[str, Any] = {"evaluation": result.evaluation, "job": result.job}
    if result.diagnosis is not None:
        told["diagnosis"] = result.diagnosis
    extra = {name: part.to_json() for name, part in told.items()}
    result.task.save(folder, report=page, **extra)
    checkpoint_of(folder).unlink(missing_ok=True)
    return replace(
        result,
        model=folder,
        report=folder / "report.html",
        seconds=clock.perf_counter() - started,
    )
