"""`fondo trigger serve`: other programs send sound over a websocket and are told of the word."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.trigger.asked import all_opened, with_more_words, with_word


@click.command("serve", cls=Command)
@with_word
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="HOST",
    help="Where to listen. The default is reached from this machine alone; whoever reaches "
    "another may connect, as there is no password.",
)  # fmt: skip
@click.option(
    "--port", type=int, default=8765, show_default=True, metavar="N",
    help="Port to listen on; 0 takes any that is free.",
)  # fmt: skip
@click.option(
    "--origin", "origins", multiple=True, metavar="ORIGIN",
    help="Web pages that may connect, such as https://example.org; several may be given. Others "
    "are refused: any page that a browser on this machine visits could connect otherwise.",
)  # fmt: skip
@click.option(
    "--connections", type=int, default=16, show_default=True, metavar="N",
    help="Most clients at a time.",
)  # fmt: skip
@with_more_words
@with_quiet
@with_json
def command(model: Path, quiet: bool, as_json: bool, **given: Any) -> None:
    """Listen to other programs, over a websocket.

    A client sends raw samples as binary messages (16 bits, little end first, one channel, at the
    rate that it is told on connecting) and is sent {"heard": seconds, "word": its model's name}
    for each time that a word is heard. On the path /?scores=1 it is sent scores too. The text
    {"reset": true} begins anew.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.serve.sound import Service, serve
        from fondo.tasks.audio.ears import Ears

        words = all_opened(model, given["also"])
        ears = Ears({word: task.detector() for word, task in words.items()})
        service = Service(ears, given["connections"])

        def ready(address: str) -> None:
            def show(console: Any) -> None:
                console.print(address, markup=False, highlight=False, soft_wrap=True)

            speaker.answer({"address": address}, show)
            speaker.say("Listening. Ctrl-C ends it.")

        serve(service, given["host"], given["port"], given["origins"], ready)
