"""What follows the first training of a trigger word: clips it finds hard, and a threshold.

Both ask the network what it makes of clips that it has not met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path
from typing import Any

import numpy as np

from fondo.data.audio.clips import Sources, clips
from fondo.engine.examples import Examples
from fondo.engine.predict import network_state, set_state
from fondo.engine.train import train
from fondo.errors import BadData
from fondo.judge.detection import Stream, Word
from fondo.judge.detection_curve import choose_threshold, detection_curve
from fondo.tasks.audio.clipset import ClipSet
from fondo.tasks.run import Run

HARDEST = 0.25  # of the clips without the word, in a round of hard ones
ROUND = ".round-"  # in the name of its checkpoint
APART = 1000  # seeds of a round lie so far from those of the one before


def harder(
    task: Any, sources: Sources, parts: tuple[ClipSet, ClipSet], number: int, run: Run
) -> ClipSet:
    """Clips without the word that a network finds hardest, learnt together with the others.

    Parameters
    ----------
    task : TriggerWord
        Trained once; trained further here, for half as many epochs.
    sources : Sources
        Of training.
    parts : (ClipSet, ClipSet)
        Clips of training and of validation.
    number : int
        Of the round, from 1 on.
    run : Run
        Checkpoint (each round has one of its own beside it), callbacks, memory.

    Returns
    -------
    clips : ClipSet
        Those learnt from now.
    """
    learnt, held = parts
    n = task.mixing_.clips
    found = task.clips(sources, n, task.random_state + APART * number, positives=(0, 0))
    peaks = task.outputs(found).mean(axis=-1).max(axis=1)
    hard = found.take(np.argsort(-peaks)[: max(int(HARDEST * n), 1)])
    both = learnt.joined(hard)
    examples = [Examples(task.encode(part), task.read(part)[1]) for part in (both, held)]
    begun = f"round {number} after {task.receipt_['hashes'][-1]}"
    plan = task.plan(len(both), replace(run, checkpoint=checkpoint_of(run, number)), begun)
    plan = replace(plan, epochs=max(task.epochs // 2, 1))
    step = replace(task.step(task.network_), objective=task.objective(ramped=False))
    outcome = train(step, examples[0], examples[1], plan)
    set_state(task.network_, outcome.state)
    before = len(task.history_)
    rows = [{**row, "epoch": row["epoch"] + before} for row in outcome.history]
    task.history_ = [*task.history_, *rows]
    task.best_epoch_ = before + outcome.best_epoch
    return both


def checkpoint_of(run: Run, number: int) -> Path | None:
    """Where the checkpoint of a round lies: beside that of the first training."""
    place = run.checkpoint
    return None if place is None else place.with_name(f"{place.name}{ROUND}{number}")


def forget_rounds(place: Path | None) -> None:
    """Remove the checkpoints of rounds beside that of a first training."""
    if place is not None:
        for kept in place.parent.glob(f"{escape(place.name)}{ROUND}*"):
            kept.unlink(missing_ok=True)


@dataclass(frozen=True)
class Candidate:
    """A network as it was after a round, and what it is worth on held voices.

    Attributes
    ----------
    state : mapping
        Weights, as `engine.predict.network_state` gives them.
    epoch : int
        That its weights are of.
    found : (policy, choice, curve)
        As `chosen` has them.
    """

    state: Mapping[str, Any]
    epoch: int
    found: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]

    @classmethod
    def of(cls, task: Any, sources: Sources) -> "Candidate":
        """A task's network as it is now, judged on recordings that it did not learn from."""
        found = chosen(task, held_streams(task, sources))
        return cls(network_state(task.network_), task.best_epoch_, found)

    def into(self, task: Any) -> None:
        """Let the task go on with these weights."""
        set_state(task.network_, self.state)
        task.best_epoch_ = self.epoch

    def or_before(self, earlier: "Candidate") -> "Candidate":
        """Itself, but for an earlier one that hears more words than chance explains.

        At their own thresholds; who has none hears nothing.
        """
        mine, theirs = (each.found[1].get("recall") for each in (self, earlier))
        if theirs is None:
            return self
        return self if mine is not None and mine["value"] >= theirs["low"] else earlier


def held_streams(task: Any, sources: Sources) -> list[Stream]:
    """Scores of clips of held voices, and of as many without the word.

    Parameters
    ----------
    task : TriggerWord
        Trained.
    sources : Sources
        Of validation.
    """
    n, seed = max(task.mixing_.clips // 5, 2), task.random_state + 2
    recipe, detector = task.recipe(sources), task.detector()
    near = {recording.source for recording in sources.near_misses}
    return [
        task.stream(
            clip.samples,
            [_word(e, near) for e in clip.events if e.kind == "positive" or e.source in near],
            detector=detector,
        )
        for part, first in ((recipe, 0), (replace(recipe, positives=(0, 0)), n))
        for clip in clips(sources, part, seed, n, first)
    ]


def chosen(
    task: Any, streams: Sequence[Stream]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Lowest threshold with few enough false alarms and near misses that fire.

    Parameters
    ----------
    task : TriggerWord
        Trained.
    streams : sequence of Stream
        That were not learnt from.

    Returns
    -------
    policy, choice, curve : dict
        As `Policy`, `Choice` and `DetectionCurve` have them as JSON. Where no threshold will do,
        it stays as it is, and the choice has no "recall" and says why.
    """
    policy = task.alarm_.policy(task.policy.threshold, task.step_seconds)
    curve = detection_curve(streams, policy)  # which leaves hysteresis out
    try:
        choice = choose_threshold(curve, task.false_alarms, task.near_misses)
    except BadData as error:
        words = f"{error} The threshold stays at {policy.threshold:g}."
        return policy.to_json(), {"threshold": policy.threshold, "words": words}, curve.to_json()
    policy = task.alarm_.policy(choice.threshold, task.step_seconds)
    return policy.to_json(), {**choice.to_json(), "words": str(choice)}, curve.to_json()


def _word(event: Any, near: set[str]) -> Word:
    missed = event.kind != "positive" and event.source in near
    end = (event.end + 1) / 1000
    return Word(event.start / 1000, end, near_miss=missed, labels={"voice": event.voice})
