import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import polars as pl
from tests.funds.test_report_findings import NAN, hand

from fondo.funds import report_figures as figures
from fondo.funds.report_findings import findings
from fondo.report.svg import Axis, Chart

SVG = "{http://www.w3.org/2000/svg}"


def texts(chart: Chart) -> list[str]:
    """Words in a picture; it must be well-formed."""
    root = ET.fromstring(chart.svg)
    return [str(each.text or each[-1].tail) for each in root.iter(f"{SVG}text")]


def hovers(chart: Chart) -> list[str]:
    root = ET.fromstring(chart.svg)
    return [str(each.text) for each in root.iter(f"{SVG}title")][1:]


def test_years_are_whole_and_unbroken() -> None:
    rates = {str(year): 0.2 + year / 1e4 for year in range(2004, 2014) if year != 2008}
    chart = figures.by_years("t", Axis("share"), [figures.Yearly("a", rates, {})], "c")
    labels = texts(chart)
    assert "2004" in labels
    assert not [label for label in labels if "," in label or label == "2,004"]
    path = ET.fromstring(chart.svg).find(f".//{SVG}path")
    assert path is not None
    assert path.attrib["d"].count("M") == 2  # the missing year breaks the line
    assert path.attrib["d"].count("L") == 7
    assert len(hovers(chart)) == 9
    assert hovers(chart)[0] == "a, 2004: 0.400"


def test_many_years_are_thinned_out_and_one_is_enough() -> None:
    rates = {str(year): 0.5 for year in range(1950, 2020)}
    labels = texts(figures.by_years("t", Axis("share"), [figures.Yearly("a", rates, {})], "c"))
    shown = [label for label in labels if re.fullmatch(r"\d{4}", label)]
    assert 5 < len(shown) < 20
    alone = figures.by_years("t", Axis("share"), [figures.Yearly("a", {"2010": 0.5}, {})], "c")
    assert "2010" in texts(alone)
    nothing = figures.by_years("t", Axis("share"), [figures.Yearly("a", {"2010": NAN}, {})], "c")
    assert "no year has a value" in nothing.caption


def test_each_model_has_its_years_beside_the_rival() -> None:
    told = findings(hand())
    (chart,) = figures.year_charts(told)
    assert "Above the base rate in 6 of 9 years." in chart.caption
    assert {"logistic regression", "past Sharpe", "base rate"} <= set(texts(chart))
    assert "logistic regression, 2010: 1.000, 1 of 1 picks" in hovers(chart)
    assert "logistic regression, 2018: 0.000, 0 of 1 picks" in hovers(chart)
    assert not [hover for hover in hovers(chart) if hover.startswith("base rate")]


def test_baselines_alone_have_a_picture() -> None:
    done = hand()
    models = {name: told for name, told in done.models.items() if name == "past_sharpe"}
    (chart,) = figures.year_charts(findings(replace(done, models=models)))
    assert texts(chart).count("past Sharpe") == 1


def test_the_threshold_curve_leaves_out_thresholds_of_few_rows() -> None:
    told = findings(hand())
    (chart,) = figures.threshold_charts(told.shown)
    assert "Precision of all 90 tested rows" in chart.caption
    assert "At 0.60 there are 9 rows" in chart.caption
    assert "Base rate 0.300." in chart.caption
    assert "chosen in training: 0.50" in texts(chart)
    few = figures.threshold_chart(findings(hand(5, 4)).best, "few")
    assert "At 0.20 there are 50 rows" in few.caption  # at 0.6 there are five, less than 6
    ET.fromstring(few.svg)


def test_thresholds_that_move_are_shown_by_their_middle() -> None:
    done = hand()
    first = pl.col("date").dt.year() < 2012
    cut = pl.when(first).then(0.2).otherwise(0.4).alias("cut:logistic")
    chart = figures.threshold_chart(
        findings(replace(done, rows=done.rows.with_columns(cut))).best, "x"
    )
    assert "chosen in training, middle: 0.40" in texts(chart)


def test_without_probabilities_there_is_no_curve() -> None:
    done = hand()
    rows = done.rows.with_columns(
        pl.lit(NAN).alias("chance:logistic"), pl.lit(NAN).alias("cut:logistic")
    )
    chart = figures.threshold_chart(findings(replace(done, rows=rows)).best, "x")
    assert "too short" in chart.caption


def test_repeat_rates_stand_beside_chance() -> None:
    found = findings(hand()).moves
    assert found is not None
    chart = figures.repeat_chart(found)
    assert "over all years 95.8\N{NO-BREAK SPACE}%, by chance 30.0" in chart.caption
    assert "repeat rate, 2015: 66.7\N{NO-BREAK SPACE}%, 2 of 3" in hovers(chart)
    assert len(hovers(chart)) == 8


def test_all_intervals_are_drawn_with_the_headline_in_colour() -> None:
    proof = findings(hand()).best.evidence
    chart = figures.interval_chart(proof)
    assert {"Wilson", "Clopper-Pearson", "by calendar year"} <= set(texts(chart))
    assert chart.svg.count('class="fill1"') == 1
    assert "9 picks, 6 hits" in chart.caption


def test_trials_are_dots_of_trained_against_held() -> None:
    chart = figures.trials_chart(hand())
    assert chart is not None
    assert "2 of 2 lie under the line" in chart.caption
    done = hand()
    models = done.models | {"logistic": done.models["logistic"] | {"trials": []}}
    assert figures.trials_chart(replace(done, models=models)) is None
