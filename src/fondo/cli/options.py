"""Arguments and options that several commands share, and how their text becomes values.

What a task's own settings may be is said by its contracts, not here.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

from fondo.cli.line import Argument
from fondo.errors import BadData, BadParameter

Work = TypeVar("Work", bound=Callable[..., Any])

_UNITS = {
    "": 1,
    **{f"{letter}B": 1000**power for power, letter in enumerate("KMGT", start=1)},
    **{f"{letter}IB": 1024**power for power, letter in enumerate("KMGT", start=1)},
    **{letter: 1024**power for power, letter in enumerate("KMGT", start=1)},
    "B": 1,
}

with_json = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Write one JSON object to standard output, and nothing else there.",
)
with_quiet = click.option(
    "--quiet", "-q", is_flag=True, help="Say nothing on standard error while working."
)
with_seed = click.option(
    "--seed",
    type=int,
    metavar="N",
    default=0,
    show_default=True,
    help="Same seed, same data, same machine: same network.",
)
with_config = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A TOML file of such settings, a table for each group; --set wins over it.",
)


with_on = click.option(
    "--on",
    metavar="WHERE",
    show_default="this process",
    help="Fit on a Ray cluster: ray (this machine) or ray://HOST:PORT.",
)


# The two arguments are made anew for each command: click 8.1.0 uses up the `cls` it was given.


def with_source(command: Work) -> Work:
    """Give a command the argument SOURCE."""
    return click.argument(
        "source",
        cls=Argument,
        metavar="SOURCE",
        help="A table (CSV, TSV, Parquet, Arrow, JSON lines, Excel; gzip too), a folder of "
        "pictures or of sounds, or sample:NAME.",
    )(command)


def with_model(
    help: str = "The model folder that `fondo train` wrote.",
) -> Callable[[Work], Work]:
    """What gives a command the argument MODEL, with this sentence on its help page."""

    def given(command: Work) -> Work:
        return click.argument(
            "model",
            cls=Argument,
            metavar="MODEL",
            type=click.Path(path_type=Path),
            help=help,
        )(command)

    return given


def pool_of(on: Any) -> AbstractContextManager[Any]:
    """Pool of the `--on` that was given, to be entered; nothing where none was."""
    if on is None:
        return nullcontext()
    from fondo.cluster.pool import open_pool

    return open_pool(on)


def parse_settings(pairs: Sequence[str]) -> dict[str, str]:
    """Settings written as `key=value`, once each.

    Parameters
    ----------
    pairs : sequence of str
        What followed each `--set`.

    Returns
    -------
    settings : dict of str to str
        Values are still text: the task's contracts read them.

    Raises
    ------
    BadParameter
        Where the equals sign or the name is missing, or a name comes twice.

    Examples
    --------
    >>> parse_settings(["epochs=20", "architecture.hidden=64,64"])
    {'epochs': '20', 'architecture.hidden': '64,64'}
    """
    settings: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip()
        if not equals or not name:
            raise BadParameter(
                f"fondo(--set {pair}): a setting must be written key=value. "
                "For example --set epochs=20."
            )
        if name in settings:
            raise BadParameter(
                f"fondo(--set {name}): a setting must be given once. Leave one of the two out."
            )
        settings[name] = value.strip()
    return settings


def read_settings(path: Path) -> dict[str, str]:
    """Settings of a TOML file: `epochs = 20`, and a table for each group, `[mixing]`.

    Parameters
    ----------
    path : path
        Values are numbers, true, false, text or lists of these; what TOML has no value for is text
        as `--set` takes it, such as "none", or "yes:10,no:1".

    Returns
    -------
    settings : dict of str to str
        By name, "epochs" or "mixing.clips", as `parse_settings` gives them.

    Raises
    ------
    BadData
        The file cannot be read, or is no TOML; the message has the line.
    """
    from fondo.tasks.settings import as_text  # help pages do without scikit-learn

    try:
        return as_text(_flat(tomllib.loads(path.read_text(encoding="utf-8-sig"))))
    except OSError as error:
        raise BadData(f"{path}: it cannot be read ({error.strerror}). Give a TOML file.") from error
    except ValueError as error:  # no TOML, no UTF-8
        raise BadData(
            f"{path}: it is no TOML: {error}. Write settings as epochs = 20, text in quotation "
            "marks, and a group as a table, [mixing]."
        ) from error


def chosen_settings(
    pairs: Sequence[str], config: Path | None, seed: int | None = None
) -> dict[str, str]:
    """Settings of the command line, and of the file of `--config` what they leave open.

    Parameters
    ----------
    pairs : sequence of str
        What followed each `--set`. It wins, with the name of its group or without.
    config : path or None
        A TOML file.
    seed : int or None, default=None
        What followed `--seed`; None where it was not given. It wins over the file alone.

    Returns
    -------
    settings : dict of str to str
        As `parse_settings` gives them.

    Raises
    ------
    BadParameter
        A pair is no setting.
    BadData
        The file cannot be read.
    """
    given = {} if seed is None else {"random_state": str(seed)}
    given |= parse_settings(pairs)
    kept = {} if config is None else read_settings(config)
    # a setting may have two names, clips and mixing.clips: the last one is taken
    return {name: text for name, text in kept.items() if name not in given} | given


def _flat(table: Mapping[str, Any], group: str = "") -> dict[str, Any]:
    """Values of a table and of those in it, by names with dots."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        inner = isinstance(value, dict)
        flat |= _flat(value, f"{group}{name}.") if inner else {f"{group}{name}": value}
    return flat


def parse_rows(text: str) -> tuple[int, ...]:
    """Row numbers written as `0,1,2`, counted from 0.

    Parameters
    ----------
    text : str
        Whole numbers with commas between them.

    Returns
    -------
    rows : tuple of int
        In the order written.

    Raises
    ------
    BadParameter
        Where a part is no whole number of at least 0, or there is none.

    Examples
    --------
    >>> parse_rows("0, 4,2")
    (0, 4, 2)
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(re.fullmatch(r"[0-9]+", part) for part in parts):
        raise BadParameter(
            f"fondo(--rows {text}): rows must be whole numbers of at least 0 with commas between "
            "them. For example --rows 0,1,2; the first row of data is 0."
        )
    return tuple(int(part) for part in parts)


def parse_size(text: str | None) -> int | None:
    """Bytes written as `512MB`, `1.5GiB`, `2G` or a plain number; None stays None.

    Parameters
    ----------
    text : str or None
        KB, MB, GB, TB count in thousands; KiB, MiB, GiB, TiB and K, M, G, T in 1024s.

    Returns
    -------
    size : int or None
        Bytes, at least 1.

    Raises
    ------
    BadParameter
        Where it is no size.

    Examples
    --------
    >>> parse_size("1.5GiB"), parse_size("512 MB"), parse_size(None)
    (1610612736, 512000000, None)
    """
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)", text.strip())
    size = 0
    if match and match[2].upper() in _UNITS:
        size = int(float(match[1]) * _UNITS[match[2].upper()])
    if size < 1:
        raise BadParameter(
            f"fondo(--memory {text}): memory must be a size of at least one byte. "
            "For example --memory 2GB or --memory 512MiB."
        )
    return size
