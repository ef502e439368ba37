"""`fondo trigger evaluate`: what a detector is worth on voices that it has not met."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.trigger.asked import opened, with_long_recordings, with_recordings, with_word


@click.command("evaluate", cls=Command)
@with_word
@with_recordings
@with_long_recordings
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE",
    help="Write a page with the curve and with what went wrong, to be heard.",
)  # fmt: skip
@with_seed
@with_quiet
@with_json
def command(model: Path, recordings: Path, quiet: bool, as_json: bool, **given: Any) -> None:
    """Judge a detector on recordings of voices that it has not met.

    Words are laid over the backgrounds 20, 10, 5 and 0 dB above them. An alarm counts once a word,
    from its onset to a second after its end; all others are false. Rates come with intervals.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.jobs.listen import evaluate_trigger, write_report

        task = opened(model)
        judged = evaluate_trigger(task, recordings, given["without"], seed=given["seed"])
        if given["report"]:
            write_report(judged, task, given["report"])

        def show(console: Any) -> None:
            console.print(f"Words: {judged.words}", markup=False)
            for snr, found in judged.words.by("snr").items():
                console.print(f"  {snr:g} dB: heard {found}", markup=False)
            console.print(f"Without the word: {judged.rest}", markup=False)
            console.print(f"{judged.real_time_factor:.4f} of real time on this machine")

        speaker.answer(judged.to_json(), show)
