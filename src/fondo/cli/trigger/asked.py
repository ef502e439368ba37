"""Arguments and options that several commands of `fondo trigger` share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from fondo.cli.line import Argument
from fondo.cli.options import with_model

Work = TypeVar("Work", bound=Callable[..., Any])


def with_recordings(command: Work) -> Work:
    """Give a command the argument RECORDINGS."""
    return click.argument(
        "recordings", cls=Argument, metavar="RECORDINGS", type=click.Path(path_type=Path),
        help="A folder with positives/, negatives/, near_misses/, backgrounds/, rooms/.",
    )(command)  # fmt: skip


with_word = with_model("The model folder that `fondo trigger train` wrote.")

with_settings = click.option(
    "--set", "settings", multiple=True, metavar="key=value",
    help="A setting of TriggerWord, such as epochs=20 or mixing.clips=500.",
)  # fmt: skip


with_long_recordings = click.option(
    "--without", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="A long recording without the word; several may be given.",
)  # fmt: skip


with_more_words = click.option(
    "--also", multiple=True, type=click.Path(path_type=Path), metavar="MODEL",
    help="The model folder of another word to listen for; several may be given.",
)  # fmt: skip


def all_opened(model: Path, also: tuple[Path, ...]) -> dict[str, Any]:
    """Trigger words of model folders, by the names of those."""
    from fondo.errors import BadParameter

    words: dict[str, Any] = {}
    for folder in (model, *also):
        name = folder.resolve().name
        if name in words:
            raise BadParameter(
                f"--also {folder}: there is another model named {name}. Names of model folders "
                "tell words apart; rename one."
            )
        words[name] = opened(folder)
    return words


def opened(model: Path) -> Any:
    """The trigger word of a model folder."""
    from fondo.tasks.audio.trigger import TriggerWord

    return TriggerWord.load(model)
