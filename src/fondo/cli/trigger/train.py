"""`fondo trigger train`: a network that listens for a word, from recordings of it."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.trigger.asked import configured, with_recordings, with_settings


@click.command("train", cls=Command)
@with_recordings
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", show_default="runs/NAME",
    help="Where the model goes.",
)  # fmt: skip
@click.option(
    "--validation", type=click.Path(path_type=Path), metavar="DIR",
    show_default="a fifth of the voices",
    help="Recordings of other voices, to choose epoch and threshold by.",
)  # fmt: skip
@with_settings
@with_seed
@with_quiet
@with_json
def command(recordings: Path, quiet: bool, as_json: bool, **given: Any) -> None:
    """Train a network to hear a word, and choose its threshold.

    Voices and backgrounds are set apart for the threshold, which keeps false alarms under
    `false_alarms` an hour; how much the hours can claim is told.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.jobs.listen import train_trigger

        task = configured(given)
        out = given["out"] or Path("runs") / recordings.resolve().name
        train_trigger(task, recordings, out, given["validation"], speaker.say)
        answer = {
            "model": out, "choice": task.choice_, "policy": task.policy_, "notes": task.notes_,
            "history": task.history_,
        }  # fmt: skip

        def show(console: Any) -> None:
            for note in task.notes_:
                console.print(f"Note: {note}")
            console.print(f"On voices that were held: {task.choice_['words']}")
            console.print(f"Model: {out}", soft_wrap=True)

        speaker.answer(answer, show)
