"""`fondo train`: options to `jobs.train`, and its result to the screen."""

from pathlib import Path
from typing import Annotated

import typer

from fondo.cli.options import Json, Quiet, Seed, Source, parse_settings, parse_size
from fondo.cli.output import stage

GO_ON = "Give the same command with --resume."

Target = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", show_default="a sample's own", help="Column to learn to predict."
    ),
]
Task = Annotated[
    str | None,
    typer.Option(metavar="T", show_default="guessed", help="table-classifier, table-regressor."),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", show_default="runs/NAME", help="Where model and report go."),
]
Test = Annotated[
    float, typer.Option(metavar="SHARE", help="Share of rows kept for the final judgement.")
]
Group = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Rows that share a value here are never parted."),
]
Time = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Judge on the latest rows by this column."),
]
Weight = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="How much each row counts in training."),
]
Drop = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column to leave out; may be given again."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="key=value", help="A setting of the task, such as epochs=20."),
]
Memory = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        show_default="what the machine has",
        help="Stream tables from disk that need more, such as 2GB.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on where the same training was stopped.")
]


def command(
    source: Source,
    target: Target = None,
    task: Task = None,
    out: Out = None,
    seed: Seed = 0,
    settings: Set = None,
    test: Test = 0.2,
    group: Group = None,
    time: Time = None,
    weight: Weight = None,
    drop: Drop = None,
    memory: Memory = None,
    resume: Resume = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a network on a table.

    It is judged on rows it never saw, beside what a fool and classic models would score, and
    kept in a folder with a report.
    """
    with stage(as_json, quiet, go_on=GO_ON) as speaker:
        chosen, budget = parse_settings(settings or ()), parse_size(memory)

        from fondo.cli.progress import Bar
        from fondo.cli.tables import show_training
        from fondo.jobs.train import train

        with Bar(speaker.console()) as bar:
            result = train(
                source,
                target=target,
                task=task,
                out=out,
                seed=seed,
                settings=chosen,
                test=test,
                group=group,
                time=time,
                weight=weight,
                drop=tuple(drop or ()),
                resume=resume,
                memory_budget=budget,
                callbacks=(bar,),
                say=speaker.say,
            )
        speaker.answer(result.to_json(), lambda console: show_training(console, result))
