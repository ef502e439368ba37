"""Arguments and options that several commands of `fondo trigger` share."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from fondo.cli.line import Argument
from fondo.cli.options import chosen_settings, with_config, with_model

Work = TypeVar("Work", bound=Callable[..., Any])


def with_recordings(command: Work) -> Work:
    """Give a command the argument RECORDINGS."""
    return click.argument(
        "recordings", cls=Argument, metavar="RECORDINGS", type=click.Path(path_type=Path),
        help="A folder with positives/, negatives/, near_misses/, backgrounds/, rooms/.",
    )(command)  # fmt: skip


with_word = with_model("The model folder that `fondo trigger train` wrote.")

_with_set = click.option(
    "--set", "settings", multiple=True, metavar="key=value",
    help="A setting of TriggerWord, such as epochs=20 or mixing.clips=500.",
)  # fmt: skip


def with_settings(command: Work) -> Work:
    """Give a command the options --set and --config; `configured` reads them."""
    return _with_set(with_config(command))


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


def configured(given: Mapping[str, Any]) -> Any:
    """A trigger word with the settings of --set, --seed and --config."""
    from fondo.tasks.audio.trigger import TriggerWord
    from fondo.tasks.settings import configure

    source = click.get_current_context().get_parameter_source("seed")
    seed = given["seed"] if source is ParameterSource.COMMANDLINE else None
    settings = chosen_settings(given["settings"], given["config"], seed)
    return configure(TriggerWord, settings, seed=given["seed"])
