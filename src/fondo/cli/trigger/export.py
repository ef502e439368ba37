"""`fondo trigger export`: the detector as one file, a Python program or a model for ONNX."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet
from fondo.cli.output import stage
from fondo.cli.trigger.asked import opened, with_word


@click.command("export", cls=Command)
@with_word
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", default="detector.py",
    show_default=True, help="The file to write; it ends in .py or .onnx.",
)  # fmt: skip
@click.option(
    "--bits", type=int, default=32, show_default=True, metavar="N",
    help="Bits of a weight in a .py: 32, or 8 for a third of the size.",
)  # fmt: skip
@with_quiet
@with_json
def command(model: Path, out: Path, bits: int, quiet: bool, as_json: bool) -> None:
    """Write the detector as one file: a Python program or a model for ONNX.

    A file that ends in .py needs NumPy alone: python detector.py recording.wav. One that ends in
    .onnx runs step by step wherever ONNX does; the extra "onnx" writes it.
    """
    with stage(as_json, quiet) as speaker:
        opened(model).export(out, bits=bits)
        size = out.stat().st_size

        def show(console: Any) -> None:
            console.print(f"{out}: {size / 1e6:.2f} MB", soft_wrap=True, highlight=False)

        speaker.answer({"out": out, "bytes": size}, show)
