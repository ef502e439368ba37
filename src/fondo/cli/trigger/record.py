"""`fondo trigger record`: a person's own recordings of the word, from the microphone."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.trigger.asked import with_recordings


@click.command("record", cls=Command)
@with_recordings
@click.option("--voice", required=True, metavar="NAME", help="Who speaks.")
@click.option(
    "--kind", type=click.Choice(["positives", "negatives", "backgrounds"]), default="positives",
    show_default=True, help="What is recorded.",
)  # fmt: skip
@click.option(
    "--takes", type=int, default=10, show_default=True, metavar="N", help="How many files."
)
@click.option(
    "--seconds", type=float, default=2.0, show_default=True, metavar="S", help="Length of each."
)
@with_quiet
@with_json
def command(recordings: Path, quiet: bool, as_json: bool, **given: Any) -> None:
    """Record the word, other words or a background with the microphone."""
    with stage(as_json, quiet) as speaker:
        from fondo.jobs.record import record

        made = record(
            recordings / given["kind"], given["voice"], given["takes"], given["seconds"],
            speaker.say,
        )  # fmt: skip
        speaker.answer(
            {"files": made}, lambda console: console.print(f"{len(made)} files in {recordings}")
        )
