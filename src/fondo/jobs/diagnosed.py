"""What holds the network of a job back, and whether it still holds on other rows."""

from dataclasses import replace
from typing import Any

import polars as pl

from fondo.explain.apart import set_apart
from fondo.explain.diagnose import Parts, diagnose_parts, likeliest
from fondo.explain.diagnose import check_person as check_error_of_person
from fondo.jobs.fitted import Fitted
from fondo.jobs.job import Job
from fondo.judge.answers import Answers
from fondo.judge.diagnosis import Diagnosis, diagnose
from fondo.judge.evaluation import Evaluation
from fondo.judge.levels import Levels
from fondo.judge.measures import level_of
from fondo.tasks.rows import Part, read_target


def check_person(job: Job, task: Any, y: pl.Series) -> None:
    """BadParameter, before any training, where no person can have the error that was stated."""
    if job.human is not None:
        targets = read_target(task, y, len(y), fitting=True)
        check_error_of_person("train", task, targets, job.human)


def diagnosed(
    job: Job, fitted: Fitted, parts: tuple[Part, Part], answers: Answers, evaluation: Evaluation
) -> Diagnosis:
    """Diagnosis of a training.

    Parameters
    ----------
    job : Job
        What was asked for.
    fitted : Fitted
        The task, with its validation rows where they are not among the training rows.
    parts : (Part, Part)
        Training and test rows, read.
    answers : Answers
        To the test rows.
    evaluation : Evaluation
        Of the test rows.
    """
    task, (training, test) = fitted.task, parts
    if fitted.validation is not None:
        held: Part | None = Part(*task.read(fitted.validation.X, fitted.validation.y))
    elif fitted.counts["validation"]:
        training, held = set_apart(task, training)
    else:
        held = None
    return diagnose_parts(
        task,
        Parts(training, test, held, answers, *_drawn(job, held is not None), fitted.counts),
        evaluation,
        human=job.human,
        seed=job.seed,
    )


def _drawn(job: Job, validated: bool) -> tuple[str, str]:
    """How validation rows were drawn beside training rows, and test rows beside those."""
    if job.time is not None:
        return "later", "later"
    if job.group is not None:
        return ("other groups", "alike") if validated else ("alike", "other groups")
    return "alike", "alike"


def elsewhere(known: Diagnosis, y: Any, answers: Answers) -> Diagnosis:
    """A diagnosis of training with other rows in place of the test part.

    Parameters
    ----------
    known : Diagnosis
        Of the training.
    y : array (n,)
        Targets of the other rows.
    answers : Answers
        What the network said of them.
    """
    plain, _ = likeliest(answers)

    def moved(levels: Levels) -> Levels:
        test = level_of(levels.metric, y, plain, "on these rows")
        stale = f"The error {levels.test.whose} "  # how the test rows were drawn
        notes = tuple(note for note in levels.notes if not note.startswith(stale))
        return replace(levels, test=test, test_rows="elsewhere", notes=notes)

    also = None if known.also is None else moved(known.also.levels)
    return diagnose(moved(known.levels), also, known.data)
