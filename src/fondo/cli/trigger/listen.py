"""`fondo trigger listen`: say when the word is heard, in files, a stream or at the microphone."""

import sys
from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Argument, Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.trigger.asked import all_opened, with_more_words, with_word


@click.command("listen", cls=Command)
@with_word
@click.argument(
    "sounds", cls=Argument, nargs=-1, metavar="[SOUND]...",
    help="Sound files; - for raw samples on standard input (16 bits, little end first, one "
    "channel, at the model's rate). Without any, the microphone.",
)  # fmt: skip
@with_more_words
@with_quiet
@with_json
def command(
    model: Path, sounds: tuple[str, ...], also: tuple[Path, ...], quiet: bool, as_json: bool
) -> None:
    """Say when the word is heard.

    Seconds are counted from the start of each sound. Ctrl-C ends listening to the microphone.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.jobs.listen import heard
        from fondo.tasks.audio.ears import Ears
        from fondo.tasks.audio.listening import microphone, raw

        words = all_opened(model, also)

        def ears() -> Ears:
            return Ears({word: task.detector() for word, task in words.items()})

        def told(second: float, word: str) -> str:
            return f"{second:.2f} {word}" if also else f"{second:.2f}"

        if not sounds:
            listening = ears()
            speaker.say("Listening. Ctrl-C ends it.")
            for at, listener in microphone(listening):
                lost = f" ({listener.dropped} blocks lost)" if listener.dropped else ""
                speaker.write(f"{told(*at)}{lost}\n")
            return
        found: dict[str, list[Any]] = {}
        for sound in sounds:
            found[sound] = []
            if sound == "-":
                listening = ears()
                for block in raw(sys.stdin.buffer, listening.rate):
                    found[sound] += listening.feed(block)
            else:
                found[sound] += heard(words, sound)

        def show(console: Any) -> None:
            for sound, times in found.items():
                line = ", ".join(told(*at) for at in times) or "not heard"
                console.print(f"{sound}: {line}", markup=False, highlight=False, soft_wrap=True)

        seconds = {sound: [at.seconds for at in times] for sound, times in found.items()}
        which = {sound: [at.word for at in times] for sound, times in found.items()}
        speaker.answer({"heard": seconds, "words": which}, show)
