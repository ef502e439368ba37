import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from fondo.judge.evaluation import Evaluation
from fondo.report.content import ReportContent
from fondo.report.page import render

Make = Callable[..., ReportContent]
ORDER = [
    "leaks", "data", "split", "scores", "diagnosis", "learning", "plots", "importances", "reasons",
    "network", "settings", "receipt", "use",
]  # fmt: skip


class Reader(HTMLParser):
    """What a browser would make of a page: its elements, and its text outside style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] != "style":
            self.words += data + "\n"


def check_page(page: str) -> Reader:
    """Assert that a page is well-formed, runs nothing and loads nothing."""
    ET.fromstring(page.removeprefix("<!DOCTYPE html>"))
    page.encode()
    reader = Reader(page)
    assert not {"script", "img", "iframe", "object", "embed", "link"} & set(reader.tags)
    assert reader.tags.count("style") == 1
    for name, value in reader.attributes:
        assert not name.startswith("on"), name
        assert name not in ("style", "src", "srcset", "action", "data")
        if name == "href":
            assert (value or "").startswith("#")
        if "://" in (value or "") and name not in ("title", "aria-label"):
            assert (name, value) == ("xmlns", "http://www.w3.org/2000/svg")
    return reader


def test_sections_stand_in_the_order_of_a_reader(make_content: Make) -> None:
    page = render(make_content())
    reader = check_page(page)
    assert re.findall(r'<section id="(\w+)"', page) == ORDER
    links = [value for name, value in reader.attributes if name == "href"]
    assert links == [f"#{name}" for name in ORDER]
    assert page.index('class="verdict') < page.index('<section id="leaks"')


def test_the_policy_stands_before_the_style(make_content: Make) -> None:
    page = render(make_content())
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert "default-src &#x27;none&#x27;" in page


def test_the_page_says_what_is_needed_to_judge(
    make_content: Make, class_evaluation: Evaluation
) -> None:
    words = check_page(render(make_content())).words
    assert class_evaluation.verdict in words
    for expected in (
        "The network beside the baselines",
        "None found. Looked for:",
        "100 rows",
        "higher is better",
        "kept: epoch 5",
        "Brier score",
        "Permutation importance",
        "Shapley values",
        "rows x 8",
        "abababababab…",
        "fondo predict income",
    ):
        assert expected in words, expected


def test_hostile_names_are_shown_and_do_nothing(make_content: Make, hostile: str) -> None:
    check_page(render(make_content(hostile)))


def test_a_regressor_has_its_own_plots(make_content: Make, number_evaluation: Evaluation) -> None:
    words = check_page(render(make_content(evaluation=number_evaluation))).words
    assert "Predicted and actual" in words
    assert "Coverage of the prediction interval" in words
    assert "Confusion matrix" not in words


def test_a_page_of_nothing_says_so() -> None:
    words = check_page(render(ReportContent("TableClassifier", "y"))).words
    for expected in (
        "has not been judged",
        "Leaks were not looked for",
        "No scores are known.",
        "Nothing to draw: no epoch was recorded.",
        "There are no curves to draw.",
        "Importances were not measured.",
        "No rows were explained.",
        "The network is not described.",
        "The settings are not known.",
        "There is no receipt.",
        "How the rows were split is not known.",
    ):
        assert expected in words, expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, None])
def test_no_number_breaks_the_page(make_content: Make, value: float | None) -> None:
    odd = {
        "history": [{"epoch": 1, "loss": value, "val_loss": value}],
        "importances": [{"name": "a", "value": value, "low": value, "high": value}],
        "reasons": [{"row": 1, "answer": value, "reasons": [{"name": "a", "effect": value}]}],
        "threshold": {"value": value},
        "interval": {"coverage": 0.9, "measured": value, "low": value, "high": value},
        "columns": [{"name": "a", "missing": value, "min": value, "distinct": value}],
    }
    check_page(render(make_content(**odd)))


def test_the_same_content_gives_the_same_bytes(make_content: Make) -> None:
    assert render(make_content()) == render(make_content())


def test_a_wide_table_keeps_the_page_small(make_content: Make) -> None:
    columns = [{"name": f"column {i}", "kind": "number"} for i in range(10_000)]
    importances = [{"name": f"column {i}", "value": i, "low": 0, "high": i} for i in range(10_000)]
    page = render(make_content(columns=columns, importances=importances))
    assert len(page) < 300_000
    assert "9,800 more rows are not shown." in page
    assert "9,980 less important columns are not drawn." in page
