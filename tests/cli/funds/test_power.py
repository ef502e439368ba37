"""`fondo funds power`: what it asks, what it answers, what it refuses."""

import json

import pytest

from fondo.cli.funds import power as module
from fondo.funds.power import power
from fondo.funds.sample_size import funds_needed, years_needed

QUICK = ("--simulations", "20")


def test_it_says_what_it_does() -> None:
    assert (module.command.help or "").splitlines()[0].endswith(".")


def test_without_a_chance_it_tells_how_often_skill_is_found(ask) -> None:
    words = ("--skill", "0.0015", "--years", "14", "--funds", "40", "--kind", "iid", "--seed", "3")
    done = ask("funds", "power", *words, *QUICK)
    expected = power(0.0015, years=14, funds=40, kind="iid", simulations=20, seed=3)
    assert done.exit_code == 0, done.stderr
    assert f"Answer: {expected.sentence}" in done.stdout
    assert "40 funds, 14 years, 8 with picks" in done.stdout
    assert "simulated" in done.stdout
    assert "formula" in done.stdout
    assert done.stderr.startswith("Simulating")
    told = json.loads(ask("funds", "power", *words, *QUICK, "--json", "-q").stdout)
    assert told == {**vars(expected), "sentence": expected.sentence}


def test_a_chance_asks_for_years_or_for_funds(ask) -> None:
    words = ("funds", "power", "--skill", "0.0015", "--chance", "0.9", *QUICK, "--json", "-q")
    years = json.loads(ask(*words, "--funds", "60").stdout)
    expected = years_needed(0.0015, chance=0.9, funds=60, simulations=20)
    assert (years["what"], years["amount"]) == ("years", expected.amount)
    assert years["check"]["years"] == expected.amount
    funds = json.loads(ask(*words, "--years", "16").stdout)
    found = funds_needed(0.0015, chance=0.9, years=16, simulations=20)
    assert (funds["what"], funds["amount"]) == ("funds", found.amount)
    assert funds["sentence"] == found.sentence


def test_skill_may_be_told_by_the_year(ask) -> None:
    words = ("funds", "power", "--years", "14", *QUICK, "--json", "-q")
    week, year = ask(*words, "--skill", "0.001"), ask(*words, "--skill-per-year", "0.052")
    assert json.loads(week.stdout) == pytest.approx(json.loads(year.stdout))


def test_what_can_never_be_found_has_a_sentence_and_no_table(ask) -> None:
    words = ("--skill", "0.0001", "--chance", "0.9", "--years", "14", "--kind", "style")
    done = ask("funds", "power", *words)
    assert done.exit_code == 0, done.stderr
    assert "even 5,000 funds are too few" in done.stdout
    assert "simulated" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing option '--skill'. For example --skill 0.001."),
        (["--skill", "0.1", "--skill-per-year", "1"], "say the same. Leave one of the two out"),
        (
            ["--skill", "0.1", "--chance", "0.8", "--years", "20", "--funds", "50"],
            "Leave one of --years and --funds out",
        ),
        (["--skill", "0.5"], "alpha_sd must be a number in [0, 0.2]"),
        (["--skill", "0.001", "--chance", "1"], "chance must be a number in (0, 1)"),
        (["--skill", "0.001", "--kind", "volatility"], "must be one of 'iid', 'market', 'style'"),
        (["--skill", "0.001", "--years", "0"], "years must be a whole number of at least 14"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask, words: list[str], said: str) -> None:
    done = ask("funds", "power", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
