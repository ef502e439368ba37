"""`fondo trigger chime`: a recording with a chime where the word was heard."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.trigger.asked import opened, with_word


@click.command("chime", cls=Command)
@with_word
@click.argument("sound", cls=Argument, metavar="SOUND", type=click.Path(path_type=Path),
                help="The recording.")  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", required=True,
    help="Where the recording with chimes goes: .wav or .flac.",
)  # fmt: skip
@click.option(
    "--chime", type=click.Path(path_type=Path), metavar="FILE", show_default="a bell",
    help="What is heard.",
)  # fmt: skip
@click.option(
    "--picture", type=click.Path(path_type=Path), metavar="FILE",
    help="Draw spectrogram and probability to this .svg file.",
)  # fmt: skip
@with_quiet
@with_json
def command(model: Path, sound: Path, quiet: bool, as_json: bool, **given: Any) -> None:
    """Lay a chime over a recording wherever the word was heard."""
    with stage(as_json, quiet) as speaker:
        from fondo.jobs.listen import chimed, draw

        task = opened(model)
        times = chimed(task, sound, given["out"], given["chime"])
        if given["picture"]:
            draw(task, sound, given["picture"])

        def show(console: Any) -> None:
            told = ", ".join(f"{second:.2f} s" for second in times) or "the word was not heard"
            console.print(f"{given['out']}: {told}", soft_wrap=True, highlight=False)

        speaker.answer({"out": given["out"], "heard": times}, show)
