"""`fondo trigger listen`: say when the word is heard, in files, a stream or at the microphone."""

import sys
from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.trigger.asked import opened, with_word


@click.command("listen", cls=Command)
@with_word
@click.argument(
    "sounds", cls=Argument, nargs=-1, metavar="[SOUND]...",
    help="Sound files; - for raw samples on standard input (16 bits, little end first, one "
    "channel, at the model's rate). Without any, the microphone.",
)  # fmt: skip
@with_quiet
@with_json
def command(model: Path, sounds: tuple[str, ...], quiet: bool, as_json: bool) -> None:
    """Say when the word is heard.

    Seconds are counted from the start of each sound. Ctrl-C ends listening to the microphone.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.jobs.listen import heard
        from fondo.tasks.audio.listening import microphone, raw

        task = opened(model)
        if not sounds:
            speaker.say("Listening. Ctrl-C ends it.")
            for second, listener in microphone(task.detector()):
                lost = f" ({listener.dropped} blocks lost)" if listener.dropped else ""
                speaker.write(f"{second:.2f}{lost}\n")
            return
        found: dict[str, list[float]] = {}
        for sound in sounds:
            found[sound] = times = []
            if sound == "-":
                detector = task.detector()
                for block in raw(sys.stdin.buffer, detector.rate):
                    times += [detector.seconds(step) for step in detector.feed(block)[1]]
            else:
                times += list(heard(task, sound))

        def show(console: Any) -> None:
            for sound, times in found.items():
                told = ", ".join(f"{second:.2f}" for second in times) or "not heard"
                console.print(f"{sound}: {told}", markup=False, highlight=False, soft_wrap=True)

        speaker.answer({"heard": found}, show)
