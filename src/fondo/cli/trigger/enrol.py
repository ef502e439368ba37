"""`fondo trigger enrol`: answer to one person's voice alone."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.trigger.asked import opened, with_word


@click.command("enrol", cls=Command)
@with_word
@click.argument(
    "recordings", cls=Argument, metavar="[RECORDINGS]", required=False,
    type=click.Path(path_type=Path),
    help="A folder whose positives/ have the word by this voice, ten times or so, and by others.",
)  # fmt: skip
@click.option(
    "--voice", "voices", multiple=True, metavar="NAME",
    help="Whose voice, as its folder is called; several may be given.",
)  # fmt: skip
@click.option(
    "--share", type=float, default=0.95, show_default=True, metavar="SHARE",
    help="Of the person's words that shall be let through; less keeps out more of the others.",
)  # fmt: skip
@click.option("--forget", is_flag=True, help="Answer to everybody again.")
@with_seed
@with_quiet
@with_json
def command(model: Path, recordings: Path | None, quiet: bool, as_json: bool, **given: Any) -> None:
    """Let a detector answer to one person's voice alone, and write that into the model folder.

    How many of the person's recordings are let through, and how many of others, is told by those
    that were left out of learning. It is a convenience, not a lock.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.errors import BadParameter

        wanted = recordings is not None and bool(given["voices"])
        if wanted is given["forget"]:
            raise BadParameter("enrol: give RECORDINGS and --voice NAME, or --forget.")
        task = opened(model)
        if given["forget"]:
            task.forget()
        else:
            task.enrol(recordings, given["voices"], share=given["share"], seed=given["seed"])
        task.save(model)
        person = getattr(task, "person_", None)
        told = {name: person[name] for name in ("voices", "own", "others")} if person else None

        def show(console: Any) -> None:
            words = person["words"] if person else "it answers to everybody"
            console.print(f"{model}: {words}", markup=False, highlight=False, soft_wrap=True)

        speaker.answer({"model": model, "person": told}, show)
