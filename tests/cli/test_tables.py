"""fondo.cli.tables: numbers that stay readable, and tables that hold what they must."""

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from fondo.cli import tables
from fondo.recipes.book import CookResult, catalogue
from fondo.recipes.kitchen import Figure


def drawn(show, *given, width: int = 80) -> str:
    stream = io.StringIO()
    show(Console(file=stream, width=width, highlight=False), *given)
    return stream.getvalue()


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_reads_back_to_three_digits(value: float) -> None:
    text = tables.number(value)
    assert len(text) <= 10
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.06, abs=1e-30)


@given(st.floats(0.001, 9e6))
def test_a_sign_does_not_change_the_digits(value: float) -> None:
    assert tables.number(-value) == f"-{tables.number(value)}"


@pytest.mark.parametrize("nothing", [None, math.nan])
def test_no_number_is_a_dash(nothing: float | None) -> None:
    assert tables.number(nothing) == "-"


def test_a_training_tells_everything_that_is_promised(training) -> None:
    text = drawn(tables.show_training, training)
    for told in (
        "table-classifier: 'target' holds 2 different words",
        "387 train, 68 validation, 114 test",
        "id: identifier-like",
        "note [free]: free text",
        "3 rows had no target",
        "accuracy",
        "0.9261 to 0.9861",
        "majority",
        "logistic",
        "Lower is better: log_loss.",
        "serious: 2 rows are on both sides.",
        "Boosted trees saw",
        "not distinguishable from logistic [on 114 rows]",
        "worst radius = 25.38",
        "+0.2134",
        "Test row 1: predicted benign",
        "Model: runs/breast_cancer",
        "Report: runs/breast_cancer/report.html",
    ):
        assert told in text, told


def test_no_line_of_a_training_is_wider_than_the_terminal(training) -> None:
    training.evaluation.verdict = "word " * 60
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, no_color=True, highlight=False)
    tables.show_training(console, training)
    widest = max(
        stream.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "").split("\n"), key=len
    )
    assert len(widest) <= 80 + len("\x1b[1;31m")


def test_no_leaks_is_said(evaluation) -> None:
    evaluation.leaks = []
    assert "Leaks: none found." in drawn(tables.show_evaluation, evaluation)


def test_importances_beyond_ten_are_counted(training) -> None:
    text = drawn(tables.show_importances, training.importances * 12)
    assert "2 more are in the report" in text


def test_nothing_is_drawn_of_no_importances() -> None:
    assert drawn(tables.show_importances, []) == ""


def test_the_book_shows_every_recipe() -> None:
    text = drawn(tables.show_recipes, catalogue(), width=120)
    for recipe in catalogue():
        assert recipe.id in text


def test_a_dish_shows_published_ours_naive_faults_and_lesson() -> None:
    result = CookResult(
        id="C00-0",
        title="A test",
        published="about 7",
        faults=("It was a constant.",),
        naive="6.6",
        lesson="Look at the spread.",
        data="a table of houses",
        source="made up",
        figures=(Figure("MAE", 3.0, 2.5, 3.5, 6.66, 6.7), Figure("bare", 1.0)),
        notes=("A note.",),
        seed=0,
        seconds=1.0,
    )
    text = drawn(tables.show_dish, result)
    for told in (
        "C00-0 A test, on made up",
        "6.7000",
        "2.5000 to 3.5000",
        "6.6600",
        "Known faults of the published figure:",
        "- It was a constant.",
        "--data takes: a table of houses",
        "Lesson: Look at the spread.",
        "A note.",
    ):
        assert told in text, told
