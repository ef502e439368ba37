"""`fondo train`: options to `jobs.train`, and its result to the screen."""

import shlex
from pathlib import Path

import click

from fondo.cli.line import Command
from fondo.cli.options import (
    parse_settings,
    parse_size,
    with_json,
    with_quiet,
    with_seed,
    with_source,
)
from fondo.cli.output import stage


@click.command("train", cls=Command)
@with_source
@click.option(
    "--target",
    metavar="COLUMN",
    show_default="a sample's own, or the folder of a picture or sound",
    help="Column to learn to predict; of pictures also several, as angle,speed or 'x*,y*'.",
)
@click.option(
    "--task",
    metavar="T",
    show_default="guessed",
    help="table-classifier, table-regressor, image-classifier, image-regressor, image-keypoints, "
    "audio-classifier.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    show_default="runs/NAME",
    help="Where model and report go.",
)
@with_seed
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="key=value",
    help="A setting of the task, such as epochs=20.",
)
@click.option(
    "--test",
    type=float,
    metavar="SHARE",
    default=0.2,
    show_default=True,
    help="Share of rows kept for the final judgement.",
)
@click.option(
    "--group",
    metavar="COLUMN",
    help="Rows that share a value here are never parted. COLUMN:PATTERN takes what the groups of a "
    "regular expression find in it, such as the person in a file's name.",
)
@click.option(
    "--time",
    metavar="COLUMN",
    help="Judge on the latest rows by this column, or by COLUMN:PATTERN.",
)
@click.option("--weight", metavar="COLUMN", help="How much each row counts in training.")
@click.option(
    "--drop", multiple=True, metavar="COLUMN", help="Column to leave out; may be given again."
)
@click.option(
    "--memory",
    metavar="SIZE",
    show_default="what the machine has",
    help="Stream tables from disk that need more, such as 2GB.",
)
@click.option(
    "--human-level",
    "human",
    type=float,
    metavar="ERROR",
    help="Error of a person who does the same by hand: 0.02 for 2 % wrong answers; for numbers the "
    "RMSE in the unit of the target.",
)
@click.option("--resume", is_flag=True, help="Go on where the same training was stopped.")
@with_quiet
@with_json
@click.pass_context
def command(
    context: click.Context,
    source: str,
    target: str | None,
    task: str | None,
    out: Path | None,
    seed: int,
    settings: tuple[str, ...],
    test: float,
    group: str | None,
    time: str | None,
    weight: str | None,
    drop: tuple[str, ...],
    memory: str | None,
    human: float | None,
    resume: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train a network on a table, on pictures or on sounds.

    A folder of pictures or sounds has a folder for each class; a table may name such files in a
    column.
    The network is judged on rows it never saw, beside what a fool and classic models would score,
    and kept in a folder with a report.
    """
    with stage(as_json, quiet, go_on=f"Go on with: {again(context)}") as speaker:
        chosen, budget = parse_settings(settings), parse_size(memory)

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
                drop=drop,
                human=human,
                resume=resume,
                memory_budget=budget,
                callbacks=(bar,),
                say=speaker.say,
            )
        speaker.answer(result.to_json(), lambda console: show_training(console, result))


def again(context: click.Context) -> str:
    """The command that was given, with --resume, as a shell takes it."""
    words = ["fondo", *context.command_path.split()[1:]]
    for option in context.command.params:
        given = context.get_parameter_source(str(option.name))
        if option.name == "resume" or given is None or given.name != "COMMANDLINE":
            continue
        value = context.params[str(option.name)]
        if option.param_type_name == "argument":
            words.append(str(value))
        elif value is True:
            words.append(option.opts[0])
        else:
            for one in value if isinstance(value, list | tuple) else [value]:
                words += [option.opts[0], str(one)]
    return shlex.join([*words, "--resume"])
