"""fondo.cli.progress: a live bar in a terminal, a few lines elsewhere, nothing when quiet."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from fondo.cli.progress import Bar, describe


def train(bar: Bar, epochs: int, *, stop: int | None = None) -> None:
    """Tell a bar of a training that ends after `stop` epochs."""
    bar.on_start(SimpleNamespace(epochs=epochs), n_rows=100)
    for epoch in range(1, (stop or epochs) + 1):
        bar.on_epoch({"epoch": epoch, "loss": 1 / epoch, "val_loss": 0.5, "seconds": 0.01})
    bar.on_end(SimpleNamespace(stopped="patience" if stop else "epochs", best_epoch=2))


def told(epochs: int, *, stop: int | None = None, **settings: bool) -> str:
    stream = io.StringIO()
    with Bar(Console(file=stream, width=100, **settings)) as bar:  # type: ignore[arg-type]
        train(bar, epochs, stop=stop)
    return stream.getvalue()


@pytest.mark.parametrize("epochs", [1, 3, 10, 95, 1000])
def test_where_nobody_watches_at_most_eleven_lines_come(epochs: int) -> None:
    lines = told(epochs).splitlines()
    assert len(lines) <= 11
    assert lines[0] == f"epoch 1 of {epochs}: loss 1, val_loss 0.5000"
    assert lines[-1].startswith(f"epoch {epochs} of {epochs}: ")


def test_a_terminal_sees_epochs_numbers_and_time() -> None:
    seen = told(20, force_terminal=True)
    assert "epoch 20/20" in seen
    assert "loss 0.0500, val_loss 0.5000" in seen
    assert "left at most" in seen


def test_stopping_early_is_told() -> None:
    assert "epoch 2 was best" in told(50, stop=6)


def test_a_quiet_bar_is_silent() -> None:
    assert told(5, quiet=True) == ""


def test_a_bar_is_gone_after_an_exception() -> None:
    stream = io.StringIO()
    bar = Bar(Console(file=stream, force_terminal=True))
    bar.on_start(SimpleNamespace(epochs=3), n_rows=1)
    assert bar._progress is not None
    with pytest.raises(ValueError, match="boom"), bar:
        raise ValueError("boom")
    assert bar._progress is None


def test_two_trainings_follow_each_other() -> None:
    stream = io.StringIO()
    with Bar(Console(file=stream)) as bar:
        train(bar, 2)
        train(bar, 2)
    assert stream.getvalue().count("epoch 1 of 2") == 2


def test_only_numbers_are_described_four_at_most() -> None:
    row = {"epoch": 1, "a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 5.0, "name": "x"}
    assert describe(row) == "a 1, b 2, c 3, d 4"
