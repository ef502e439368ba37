from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from tests.funds.test_report_findings import hand

from fondo.funds import report_words as words
from fondo.funds.plan import BacktestPlan
from fondo.funds.record import records
from fondo.funds.report_findings import Findings, findings
from fondo.funds.result import Backtest
from fondo.judge.intervals import Interval
from fondo.judge.permutations import Permuted

NAN, D, M = float("nan"), "\N{EN DASH}", "\N{MINUS SIGN}"


def spoken(done: Backtest, **changes: Any) -> str:
    """Verdict of a backtest, with parts of its standing set by hand."""
    told = findings(done)
    vars(told)["beside"] = replace(told.beside, **changes)
    return " ".join(words.verdict_of(told)).replace("\N{NO-BREAK SPACE}", " ")


def test_the_verdict_of_nine_years_worked_by_hand() -> None:
    text = spoken(hand())
    # one pick a year: Wilson's interval of 6 of 9 is 0.354 to 0.879; three of ten are wanted
    assert text.startswith(
        "Logistic regression is right in 0.667 of its picks (6 of 9, 9 dates in 9 years, "
        "2010-01-04 to 2018-01-04; 95 % interval 0.354 to 0.879, by calendar year). Blind picks "
        "are right in 0.300: the precision is above it."
    )
    # differences of 1 six times and 0 three times: 0.667 +- 2.306 * 0.5 / 3
    assert (
        "Against the best baseline, past Sharpe (0.000), it is better: +0.667 (0.282 to 1.051), "
        "date by date." in text
    )
    assert "models of this run (no ledger was kept: earlier trials are not known)" in text
    assert "a forest on shuffled rows shows 0.600, by date 0.300 (gap +0.300): which is" in text
    assert "Only" not in text


def test_the_verdict_is_one_paragraph_for_a_terminal_too() -> None:
    done = hand()
    assert words.verdict(done, records(done)) == " ".join(words.verdict_of(findings(done)))


def test_the_three_words_and_the_three_places_are_used() -> None:
    interval = Interval(-0.2, -0.1, "by hand")
    assert f"it is worse: {M}0.150 ({M}0.200 to {M}0.100)" in spoken(
        hand(), difference=-0.15, interval=interval
    )
    level = Interval(-0.1, 0.1, "by hand")
    assert "it is not distinguishable: +0.010" in spoken(hand(), difference=0.01, interval=level)
    assert "not distinguishable from it" in spoken(hand(9, 3))
    assert "the difference is not known" in spoken(hand(), difference=NAN)
    assert "no other baseline" in spoken(hand(), rival="logistic")


def test_luck_is_told_with_its_trials() -> None:
    assert "best of the 12 models" in spoken(hand(), trials=12, by_luck=0.5)
    assert "would show 0.500: less." in spoken(hand(), trials=12, by_luck=0.5)
    assert "would show 0.700: no less." in spoken(hand(), trials=12, by_luck=0.7)
    done = hand()
    kept = replace(done, facts=done.facts | {"ledger": {"trials": 4, "sharpe_variance": None}})
    assert "best of the 4 trials that the ledger counts on these data" in spoken(kept)


def test_few_years_are_said_to_be_few() -> None:
    text = spoken(hand(5, 4))
    assert "the wider of by year and by single pick" in text
    assert "Only 5 test years, fewer than 8: too few for a headline." in text
    assert "Only 1 test year," in spoken(hand(1, 1))


@pytest.mark.parametrize(
    ("expected", "p", "verdict", "ending"),
    [
        (0.3, (0.01, 0.02), "above", "neither volatility nor tracking error explains it."),
        (
            0.5,
            (0.01, 0.02),
            "above",
            "% of the lead over blind picks is volatility, the rest is not.",
        ),
        (0.5, (0.01, 0.2), "above", "tracking error alone may explain it."),
        (0.5, (0.3, 0.2), "level", "no sign of skill beyond volatility or tracking error."),
    ],
)
def test_what_funds_are_alike_in_may_explain_it(
    expected: float, p: tuple[float, float], verdict: str, ending: str
) -> None:
    told = findings(hand() if verdict == "above" else hand(9, 3))
    proof = told.best.evidence
    matched = {
        name: Permuted(0.6, expected, 0.1, value, "by hand")
        for name, value in zip(("volatility", "tracking error"), p, strict=True)
    }
    vars(told.best)["evidence"] = replace(proof, nulls=matched)
    assert proof.verdict == verdict
    text = " ".join(words.verdict_of(told))
    assert ending in text
    # (0.5 - 0.3) / (0.6 - 0.3) of the lead
    assert ("67\N{NO-BREAK SPACE}% of the lead" in text) == (ending[0] == "%")
    assert f"{expected:.3f} among funds of like volatility (p = {p[0]:.3f})" in text
    vars(told.best)["evidence"] = replace(proof, nulls={})
    assert "Whether volatility explains it is not known." in " ".join(words.verdict_of(told))


def test_without_labels_nothing_is_known() -> None:
    done = hand()
    blank = replace(done, rows=done.rows.with_columns(y=pl.lit(NAN), outcome=pl.lit(NAN)))
    assert spoken(blank) == "No pick has a label yet, so nothing is known."


def test_a_backtest_of_baselines_says_so() -> None:
    done = hand()
    models = {name: told for name, told in done.models.items() if name != "logistic"}
    text = spoken(replace(done, models=models, leak=None))
    assert text.startswith("No model here learns. Past Sharpe is right in 0.000")
    assert "below it" in text
    assert "The leak meter did not run." in text


def test_one_of_several_groups_is_corrected_for_looking() -> None:
    # one pick a year of ten funds of which three are wanted: 6 hits or more of 9 have probability
    # 0.0253 in one group (binomial), and twice that in two
    text = " ".join(words.verdict_of(findings(hand(groups=("a", "b")), "a")))
    assert "It is one of 2 groups looked at; with that taken into account (Holm), p = 0.051" in text
    assert text.endswith(": not found.")
    assert "eak meter" not in text
    clear = " ".join(words.verdict_of(findings(hand(right=9, groups=("a", "b")), "a")))
    assert clear.endswith("p < 0.001: found.")
    alone = " ".join(words.verdict_of(findings(hand(), "all")))
    assert "groups looked at" not in alone


def test_titles_say_what_was_tested() -> None:
    assert words.title(findings(hand())) == "Backtest of 10 funds, tested 2010 to 2018"
    assert words.title(findings(hand(1))) == "Backtest of 10 funds, tested 2010"
    done = hand(groups=("a", "b"))
    assert (
        words.title(findings(done)) == "Backtest of 20 funds in 2 peer groups, tested 2010 to 2018"
    )
    assert words.title(findings(done, "b")) == "b: backtest, tested 2010 to 2018"


def test_the_aim_is_in_words() -> None:
    done = hand()
    assert words.target(done) == "the first quarter of its peer group by Sharpe ratio"
    label = done.facts["plan"]["label"] | {"side": "bottom", "quantile": 0.1, "measure": "max_x"}
    plan = BacktestPlan(horizon=26).to_json() | {"label": label}
    other = replace(done, facts=done.facts | {"plan": plan})
    assert words.target(other) == "the last 10\N{NO-BREAK SPACE}% of its peer group by max x"
    assert "over the 26 weeks after the date" in words.aim(other)
    assert "the most suspect 10" in words.aim(other)
    assert "over the year after the date" in words.aim(done)


def table(told: Findings) -> dict[str, dict[str, object]]:
    head, rows = words.standings(told)
    assert all(len(row) == len(head) for row in rows)
    return {str(row[0][0]): dict(zip(head, row, strict=True)) for row in rows}  # type: ignore[index]


def test_models_stand_beside_each_other() -> None:
    found = table(findings(hand()))
    assert list(found) == ["logistic regression", "random", "past Sharpe"]
    mine = found["logistic regression"]
    assert mine["precision"] == ("0.667", "0.354 to 0.879")
    assert mine["base rate"] == "0.300"
    assert mine["adjusted"] == ("0.667", "Wilson 0.667")
    assert mine["wrong end"] == ("0.333", "blind 0.300")  # the worst in three of nine years
    assert mine["picks"] == ("9", "worth 9")
    # fund 9 is in the last three each year but for those in which fund 0 is worse: it stays there
    assert found["past Sharpe"]["avoid"] == ("0.333", "0.121 to 0.646")
    # fund 0 grows 10 % six times and nothing three times, fund 9 1 %: (6 * 9 - 3) / 9
    # and 5.67 -+ 2.306 * 5 / 3
    assert mine["top less bottom"] == ("5.7\N{NO-BREAK SPACE}%", "1.8 to 9.5")


def test_every_year_has_a_row() -> None:
    head, rows = words.years(findings(hand()))
    assert head == ["year", "base rate", "logistic regression", "past Sharpe"]
    assert [row[0] for row in rows] == [str(year) for year in range(2010, 2019)]
    assert rows[5][1:] == ["0.300", ("1.000", "1 of 1"), ("0.000", "0 of 1")]
    assert rows[6][1:] == ["0.300", ("0.000", "0 of 1"), ("0.000", "0 of 1")]


def test_a_year_without_picks_has_a_dash() -> None:
    done = hand()
    early = pl.col("date").dt.year() == 2010
    blank = done.rows.with_columns(pl.when(early).then(NAN).otherwise("y").alias("y"))
    _, rows = words.years(findings(replace(done, rows=blank)))
    assert rows[0] == ["2010", D, (D, "0 of 0"), (D, "0 of 0")]


def test_peer_groups_have_corrected_values() -> None:
    told = findings(hand(groups=("b", "a")))
    found = told.best.by_peer
    head, rows = words.peer_groups(told, found)
    assert [dict(zip(head, row, strict=True)) for row in rows] == [
        {
            "peer group": name, "funds": "10", "precision": ("0.667", "0.354 to 0.879"),
            "base rate": "0.300", "p": "0.025", "p by Holm": "0.051", "skill": "not found",
            "picks": ("9", "9 dates, 9 years"),
        }
        for name in "ab"
    ]  # fmt: skip
    assert "in each of 2 groups: skill is found in 0." in words.peer_groups_note(told, found)
    first = [replace(found[0], holm=0.049), found[1]]
    assert [row[6] for row in words.peer_groups(told, first)[1]] == ["found", "not found"]
    assert "skill is found in 1." in words.peer_groups_note(told, first)
