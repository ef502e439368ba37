"""`fondo trigger train`: a network that listens for a word, from recordings of it."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.train import again
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
@click.option("--resume", is_flag=True, help="Go on where the same training was stopped.")
@with_seed
@with_quiet
@with_json
@click.pass_context
def command(
    context: click.Context, /, recordings: Path, quiet: bool, as_json: bool, **given: Any
) -> None:
    """Train a network to hear a word, and choose its threshold.

    Voices and backgrounds are set apart for the threshold, which keeps false alarms under
    `false_alarms` an hour; how much the hours can claim is told.
    """
    with stage(as_json, quiet, go_on=f"Go on with: {again(context)}") as speaker:
        from fondo.cli.progress import Bar
        from fondo.jobs.listen import train_trigger

        task = configured(given)
        out = given["out"] or Path("runs") / recordings.resolve().name
        with Bar(speaker.console()) as bar:
            train_trigger(
                task, recordings, out, given["validation"], speaker.say,
                resume=given["resume"], callbacks=(bar,),
            )  # fmt: skip
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
