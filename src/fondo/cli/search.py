"""`fondo search`: many settings side by side, and the best of them trained and judged."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fondo.cli.line import Command
from fondo.cli.options import (
    parse_settings,
    pool_of,
    with_json,
    with_on,
    with_quiet,
    with_seed,
    with_source,
)
from fondo.cli.output import stage

if TYPE_CHECKING:
    from rich.console import Console


@click.command("search", cls=Command)
@with_source
@click.option("--target", metavar="COLUMN", show_default="a sample's own", help="What to predict.")
@click.option("--space", type=click.Path(path_type=Path), metavar="FILE", help="JSON of settings.")
@click.option("--trials", type=int, metavar="N", default=20, show_default=True, help="Candidates.")
@click.option("--minutes", type=float, metavar="M", help="Begin no candidate after these.")
@click.option("--folds", type=int, metavar="K", default=5, show_default=True, help="Inner folds.")
@click.option(
    "--sampler", metavar="NAME", default="random", show_default=True, help="random, grid or tpe."
)
@click.option("--metric", metavar="NAME", help="What candidates are ranked by.")
@click.option("--no-prune", is_flag=True, help="Run every candidate on every fold.")
@click.option(
    "--storage",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="SQLite file of the trials; the same search with the same file goes on.",
)
@with_on
@click.option("--task", metavar="T", show_default="guessed", help="Which task.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The winner's folder.")
@click.option("--set", "settings", multiple=True, metavar="key=value", help="Not to be tried.")
@click.option(
    "--test",
    type=float,
    metavar="SHARE",
    default=0.2,
    show_default=True,
    help="Share of rows that no candidate sees.",
)
@click.option("--group", metavar="COLUMN", help="Rows that share a value here are never parted.")
@click.option("--time", metavar="COLUMN", help="Later rows by this column judge earlier ones.")
@click.option("--weight", metavar="COLUMN", help="How much each row counts in training.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="Column to leave out.")
@with_seed
@with_quiet
@with_json
def command(settings: tuple[str, ...], quiet: bool, as_json: bool, **given: object) -> None:
    """Try many settings of a network side by side.

    The best is trained and judged on rows that no candidate saw, beside what luck alone would
    have made of as many equals.
    """
    with stage(as_json, quiet) as speaker:
        chosen = parse_settings(settings)

        from fondo.cli.found import show_search
        from fondo.cli.progress import Bar
        from fondo.jobs.asked import Asked
        from fondo.jobs.search import search
        from fondo.search.search import SearchPlan

        names = ("target", "task", "group", "time", "weight", "drop")
        job = Asked(
            str(given["source"]),
            settings=chosen,
            **{name: given[name] for name in names},  # type: ignore[arg-type]
        )
        kept = ("trials", "minutes", "folds", "test", "sampler", "metric", "storage", "seed")
        plan = SearchPlan(
            prune=not given["no_prune"],
            heard=lambda trial: speaker.say(trial.line()),
            **{name: given[name] for name in kept},  # type: ignore[arg-type]
        )
        with pool_of(given["on"]) as pool, Bar(speaker.console()) as bar:
            result = search(
                job,
                space=given["space"],  # type: ignore[arg-type]
                plan=replace(plan, on=pool),
                out=given["out"],  # type: ignore[arg-type]
                callbacks=(bar,),
                say=speaker.say,
            )

        def show(console: "Console") -> None:
            show_search(console, result)

        speaker.answer(result.to_json(), show)
