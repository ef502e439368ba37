"""`fondo funds batches`: the table, the page, and what is refused."""

import json

import pytest

SMALL = ["--features", "sharpe,volatility", "--step", "26", "--burn-in", "8", "--seeds", "2"]


def test_sizes_are_compared_and_a_page_is_written(ask, tmp_path) -> None:
    place = tmp_path / "batches.html"
    words = ["funds", "batches", "sample:skill", *SMALL, "--sizes", "50,200", "--rows", "400"]
    done = ask(*words, "--out", str(place), "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert [(row["batch_size"], row["regime"]) for row in told["rows"]] == [
        (50, "equal epochs"), (200, "equal epochs"), (50, "equal updates"), (200, "equal updates"),
    ]  # fmt: skip
    assert all(0 <= row["mean"] <= 1 for row in told["rows"])
    assert "equal updates" in place.read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--sizes", "1,x"], "--sizes 1,x: must be whole numbers"),
        (["--sizes", "0,10"], "sizes must be"),
        (["--seeds", "1"], "seeds must be"),
        (["--out", "x.png"], "the name must end in .html"),
    ],
)
def test_what_cannot_be_is_refused_with_2(ask, words, told: str) -> None:
    done = ask("funds", "batches", "sample:luck", *SMALL[:6], *words)
    assert done.exit_code == 2
    assert told in done.stderr
