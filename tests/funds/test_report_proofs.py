from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.funds.test_report_findings import DASH, NAN, M, hand

from fondo.funds import report_proofs as proofs
from fondo.funds.overfitting import Overfitting
from fondo.funds.report_findings import findings
from fondo.funds.result import Backtest

GAP = "\N{NO-BREAK SPACE}"


def with_ledger(done: Backtest, **told: object) -> Backtest:
    ledger = {"digest": "0123", "trials": 4, "trials_ever": 30, "sharpe_variance": 0.25} | told
    return replace(done, facts=done.facts | {"ledger": ledger})


def test_the_threshold_of_training_is_told_with_what_it_gave() -> None:
    told = findings(hand())
    assert proofs.cuts(told.best).tolist() == [0.5] * 90
    # only fund 0 has a chance of 0.6, above the cut of 0.5: nine rows, six of them right
    assert proofs.flagged(told.best) == (
        "Logistic regression: at or above the threshold chosen in training (0.50) were 9 of 90 "
        "tested rows, 6 of them right: 0.667 (0.354 to 0.879, by year); base rate 0.300."
    )
    assert "no threshold was chosen" in proofs.flagged(told.rival)


def test_thresholds_may_move_or_never_be_reached() -> None:
    done = hand()
    year = pl.col("date").dt.year()
    rising = done.rows.with_columns(
        pl.when(year < 2014).then(0.3).otherwise(0.5).alias("cut:logistic")
    )
    text = proofs.flagged(findings(replace(done, rows=rising)).best)
    assert "(0.30 to 0.50 from year to year)" in text
    high = done.rows.with_columns(pl.lit(0.9).alias("cut:logistic"))
    text = proofs.flagged(findings(replace(done, rows=high)).best)
    assert text.endswith("(0.90) was reached by no tested fund.")


def test_thresholds_have_a_row_where_somebody_reaches_them() -> None:
    head, rows = proofs.thresholds(findings(hand()))
    assert head == ["threshold", "logistic regression"]
    assert [row[0] for row in rows][::11] == ["0.05", "0.60"]  # the highest chance is 0.6
    assert rows[0][1][1] == "27 of 90"  # type: ignore[index]
    assert rows[-1][1] == ("0.667 (0.354 to 0.879)", "6 of 9")


def test_cuts_of_one_group_are_its_own() -> None:
    done = hand(groups=("a", "b"))
    mine = pl.when(pl.col("peer") == "a").then(0.4).otherwise(0.5).alias("cut:logistic")
    told = findings(replace(done, rows=done.rows.with_columns(mine)), "a")
    assert set(proofs.cuts(told.best).tolist()) == {0.4}


def test_the_repeat_rate_is_told_beside_chance() -> None:
    found = findings(hand()).moves
    assert found is not None
    first, *rest = (line.replace(GAP, " ") for line in proofs.repeat(found))
    # Quartiles of 10 end after 3, 5 and 8. Funds 0, 1, 2 are first for six years, then 1, 2, 3:
    # of 8 * 3 starts one is lost, when fund 0 falls.
    assert first.startswith(
        "Of 24 times that a fund was in the first quarter of its group, it was there again at the "
        "next look in 95.8 %"
    )
    assert "by chance 30.0 %." in first
    assert first.endswith("it swung from 67 % to 100 %: one year proves nothing.")
    assert rest == [
        "2 looks in a row: 90.5 % of 21, by chance 9.0 %.",
        "3 looks in a row: 83.3 % of 18, by chance 2.7 %.",
    ]


def test_the_matrix_has_a_row_for_chance() -> None:
    found = findings(hand()).moves
    assert found is not None
    head, rows = proofs.transitions(found)
    assert head == ["from", "to first quarter", "to second", "to third", "to last", "gone", "of"]
    assert [row[0] for row in rows] == [*proofs.PLACES, "by chance"]
    assert rows[0][1:3] == [(f"95.8{GAP}%", "23"), (f"0.0{GAP}%", "0")]
    assert rows[0][4] == (f"4.2{GAP}%", "1")
    assert [row[-1] for row in rows] == ["24", "16", "24", "16", "80"]
    chances = ("30.0", "20.0", "30.0", "20.0", "0.0")
    assert rows[-1] == ["by chance", *(f"{share}{GAP}%" for share in chances), "80"]
    head, rows = proofs.repeats(found)
    assert rows[0] == ["2010", f"100.0{GAP}%", "3 of 3"]
    assert rows[5] == ["2015", f"66.7{GAP}%", "2 of 3"]


def test_a_group_alone_says_who_is_gone() -> None:
    done = hand(groups=("a", "b"))
    assert "has ended or moved to another group" in proofs.moves_note(findings(done, "a"))
    assert "another group" not in proofs.moves_note(findings(done))


def test_every_null_has_a_row() -> None:
    told = findings(hand())
    head, rows = proofs.nulls(told)
    assert [row[0] for row in rows] == ["logistic regression"] * 3 + ["past Sharpe"] * 3
    assert [row[1] for row in rows[:3]] == [
        "among all funds of the date and group", "among funds of like volatility",
        "among funds of like tracking error",
    ]  # fmt: skip
    # 6 hits or more of 9 at 0.3 each: binomial, 0.0253; spread sqrt(0.3 * 0.7 / 9)
    assert rows[0][2:6] == ["0.667", "0.300", "0.153", "0.025"]
    assert len(head) == len(rows[0])
    assert "at dates whose label windows do not overlap" in proofs.nulls_note()


def test_all_intervals_stand_beside_each_other() -> None:
    proof = findings(hand()).best.evidence
    head, rows = proofs.intervals(proof)
    found = {str(row[0]): dict(zip(head, row, strict=True)) for row in rows}
    assert list(found) == [
        "Wilson", "Clopper-Pearson", "Jeffreys", "by date", "by calendar year, the headline",
        "blocks of dates",
    ]  # fmt: skip
    assert (found["Wilson"]["from"], found["Wilson"]["to"]) == ("0.354", "0.879")
    # statsmodels 0.14 proportion_confint(6, 9, method="beta")
    exact = found["Clopper-Pearson"]
    assert (exact["from"], exact["to"], exact["width"]) == ("0.299", "0.925", "0.626")
    assert found["blocks of dates"]["independent are"] == "stretches of dates"
    few = proofs.intervals(findings(hand(5, 4)).best.evidence)[1]
    assert few[-1][0] == "wider of year and Wilson, the headline"


def test_the_reason_for_the_year_is_given() -> None:
    proof = findings(hand()).best.evidence
    text = proofs.why_year(proof)
    assert "9 picks are worth 9 independent ones" in text
    assert "overlap" not in text
    assert "few years" not in text
    text = proofs.why_year(replace(proof, overlap=13, headline="widest"))
    assert "the labels of 13 neighbouring dates overlap" in text
    assert "With few years" in text
    rows = proofs.intervals(replace(proof, overlap=13))[1]
    assert rows[5][4] == "stretches of 13 dates"


def test_the_leak_has_both_splits() -> None:
    done = hand()
    assert proofs.leak(done)[1] == [
        ["dealt out at random", "0.600", "40"], ["by date, as here", "0.300", "30"],
        ["blind picks", "0.250", "30"], ["gap", "+0.300", DASH],
    ]  # fmt: skip
    assert proofs.leak(replace(done, leak=None))[1] == []


@pytest.mark.parametrize(
    ("probability", "word"),
    [(0.05, "less than that"), (0.4, "so it says nothing here"), (0.95, "more than that")],
)
def test_overfitting_is_told_with_its_noise(probability: float, word: str) -> None:
    told = findings(hand())
    assert "not known, there are fewer than two models or ten dates" in proofs.overfitted(told)
    found = Overfitting(probability, 0.1, 0.45, 0.8, -0.2, 0.1, 6, 130, 252)
    vars(told)["beside"] = replace(told.beside, overfitting=found)
    text = proofs.overfitted(told)
    assert "the same models give 0.10 to 0.80 (mean 0.45): " in text
    assert word in text.rpartition(": ")[2]
    assert f"{probability:.2f}. That is how often" in text
    assert "over 252 ways to halve" in text


def test_sharpe_ratios_are_deflated_by_the_ledger() -> None:
    told = findings(with_ledger(hand()))
    head, rows = proofs.deflated(told)
    first = dict(zip(head, rows[0], strict=True))
    # spreads: 0.09 six times, -0.01 three times: mean 0.17/3, sd 0.05
    spread = np.array([0.09] * 6 + [-0.01] * 3)
    assert first["Sharpe ratio"] == f"{spread.mean() / spread.std(ddof=1):.2f}" == "1.13"
    assert first["windows"] == "9"
    assert first["best by luck"] == "0.526"  # sqrt(0.25) * 1.0513, the approximation for 4
    assert "no ledger of trials" in proofs.deflated_note(hand())
    assert "fewer than two" in proofs.deflated_note(with_ledger(hand(), sharpe_variance=None))
    assert "fewer than 3 windows" in proofs.deflated_note(with_ledger(hand()))
    alone = proofs.deflated(findings(hand()))[1]
    assert alone[0][3:] == [DASH, DASH]
    assert "1.13" in alone[0]


def test_the_ledger_is_sealed() -> None:
    text = proofs.ledger(with_ledger(hand()))
    assert "counts 4 tests of models on these data, and 30 lines in all" in text
    assert text.endswith("0123.")
    assert "not known" in proofs.ledger(hand())


def test_trials_have_a_row_a_search() -> None:
    head, rows = proofs.trials(hand())
    assert rows == [["logistic regression", "2010", "2", "k 1", "0.600", "0.400", "0.400 to 0.400"]]
    assert len(head) == 7
    done = hand()
    trial: dict[str, object] = {
        "test": "2011",
        "settings": {},
        "trained": None,
        "held": NAN,
        "chosen": False,
    }
    models = done.models | {"logistic": done.models["logistic"] | {"trials": [trial]}}
    rows = proofs.trials(replace(done, models=models))[1]
    assert rows == [["logistic regression", "2011", "1", "usual settings", DASH, DASH, DASH]]


def test_settings_are_one_line() -> None:
    assert proofs.settings({"a_b": [2, 3], "c": None, "d": 0.5}) == "a b 2 x 3, d 0.5"
    assert proofs.settings({}) == "as usual"
    assert M not in proofs.settings({"x": 1})
