"""`fondo trigger choose`: another threshold, by recordings like those that will be listened to."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.trigger.asked import opened, with_long_recordings, with_recordings, with_word


@click.command("choose", cls=Command)
@with_word
@with_recordings
@with_long_recordings
@click.option(
    "--false-alarms", type=float, metavar="N", show_default="as it was trained with",
    help="Most false alarms an hour.",
)  # fmt: skip
@click.option(
    "--near-misses", type=float, metavar="SHARE", show_default="as it was trained with",
    help="Largest share of near misses that may give an alarm.",
)  # fmt: skip
@with_seed
@with_quiet
@with_json
def command(model: Path, recordings: Path, quiet: bool, as_json: bool, **given: Any) -> None:
    """Choose a detector's threshold anew, and write it into the model folder.

    It is the lowest that keeps to both limits on these recordings, heard as `evaluate` hears them.
    Give voices that were not learnt from, and judge on others again.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.jobs.listen import choose_threshold

        task = opened(model)
        limits = {name: given[name] for name in ("false_alarms", "near_misses")}
        task.set_params(**{name: limit for name, limit in limits.items() if limit is not None})
        before = task.policy.threshold
        choose_threshold(task, recordings, given["without"], seed=given["seed"])
        task.save(model)
        answer = {"model": model, "before": before, "choice": task.choice_, "policy": task.policy_}

        def show(console: Any) -> None:
            console.print(f"Threshold before: {before:.4g}")
            console.print(f"On these recordings: {task.choice_['words']}", markup=False)

        speaker.answer(answer, show)
