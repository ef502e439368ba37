"""The model card tells what it was given, and breaks on nothing."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fondo.store.card import make_card

FACTS: dict[str, Any] = {
    "task": "TableClassifier",
    "job": {"source": "loans.csv", "target": "default", "rows": {"train": 80, "test": 20}},
    "receipt": {"data": {"fingerprint": "ab12"}, "seed": 7, "versions": {"fondo": "0.1.0"}},
    "settings": {"epochs": 100},
    "evaluation": {
        "n_rows": 20,
        "scores": [
            {"name": "roc_auc", "value": 0.8654321, "low": 0.85, "high": 0.88},
            {"name": "brier", "value": math.nan, "low": None, "high": None},
        ],
        "baselines": {
            "majority": [{"name": "roc_auc", "value": 0.5}],
            "boosted trees": [{"name": "roc_auc", "value": 0.867}, {"name": "brier", "value": 0.1}],
        },
        "verdict": "Not distinguishable from boosted trees.",
        "leaks": [{"kind": "rows", "message": "3 rows are on both sides."}],
        "notes": ["2 rows had no target."],
    },
    "limits": ["Only for loans below 1 000 000."],
}


def test_the_whole_card_by_hand() -> None:
    card = make_card(FACTS)
    for line in (
        "# Model card: TableClassifier",
        "A network that says `default` of rows like those of its data.",
        "- source: loans.csv",
        "- rows: 80 train, 20 test",
        "- fingerprint of the training rows: ab12",
        "Not distinguishable from boosted trees.",
        "On 20 held-out rows:",
        "| score | network | interval | majority | boosted trees |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| roc_auc | 0.8654 | 0.85 to 0.88 | 0.5 | 0.867 |",
        "- Leak found: 3 rows are on both sides.",
        "- 2 rows had no target.",
        "- Only for loans below 1 000 000.",
        'model = fondo.load("THIS_FOLDER")',
        "- epochs: 100",
        "- fondo: 0.1.0",
    ):
        assert line in card.splitlines(), line


def test_what_was_not_measured_is_a_dash() -> None:
    row = next(line for line in make_card(FACTS).splitlines() if line.startswith("| brier"))
    assert [cell.strip() for cell in row.strip("|").split("|")][1:] == [
        "–",  # noqa: RUF001
        "– to –",  # noqa: RUF001
        "–",  # noqa: RUF001
        "0.1",
    ]


def test_without_facts_the_card_still_tells_its_limits() -> None:
    card = make_card({"task": "T", "evaluation": None, "job": None})
    assert "## Limits" in card
    assert "## Scores" not in card


@given(st.text())
def test_no_name_can_break_the_page(text: str) -> None:
    job = {"source": text, "target": text}
    card = make_card({"task": text, "job": job, "receipt": {"seed": 0}})
    assert "<" not in card
    headings = [line for line in card.splitlines() if line.startswith("#")]
    assert headings[1:] == ["## Data", "## Limits", "## How to use it"]


def test_signs_of_markdown_and_html_are_made_harmless() -> None:
    card = make_card({"task": "<script>a|b\n# c`d", "evaluation": None})
    assert card.splitlines()[0] == "# Model card: &lt;script>a\\|b # c'd"
