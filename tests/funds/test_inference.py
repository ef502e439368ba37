"""fondo.funds.inference: what stands in it, coverage of the headline, stated rules, bad input."""

import json
import math

import numpy as np
import pytest

from fondo.errors import BadParameter
from fondo.funds.inference import evidence
from fondo.funds.nulls import permutation_null
from fondo.funds.picks import selective_precision
from fondo.judge.clusters import effective_rows, share_by_cluster
from fondo.judge.intervals import clopper_pearson, jeffreys, wilson


def ranked(seed=0, years=12, dates_a_year=4, funds=40, skill=1.0):
    rng = np.random.default_rng(seed)
    year = np.datetime64("2001-01-05") + 364 * np.arange(years)
    date = np.repeat((year[:, None] + 91 * np.arange(dates_a_year)).ravel(), funds)
    y = np.tile(np.arange(funds) < funds // 4, years * dates_a_year).astype(float)
    return skill * y + rng.normal(size=len(y)), y, date


def test_every_figure_is_that_of_its_own_function():
    scores, y, date = ranked()
    found = selective_precision(scores, y, date)
    nulls = {"plain": permutation_null(scores, y, date)}
    told = evidence(found, nulls=nulls)
    hits, n, years = float(found.hits.sum()), found.n, found.by("year")
    assert (told.picks, told.hits, told.precision, told.base_rate) == (n, hits, hits / n, 0.25)
    assert told.intervals["wilson"] == wilson(hits, n)
    assert told.intervals["clopper-pearson"] == clopper_pearson(hits, n)
    assert told.intervals["jeffreys"] == jeffreys(hits, n)
    assert told.intervals["year"] == share_by_cluster(years.hits, years.picks)
    assert told.effective == effective_rows(years.hits, years.picks)
    assert (told.headline, told.dates, told.years) == ("year", 48, 12)
    assert (told.first, told.last) == (str(date.min()), str(date.max()))
    assert told.nulls == nulls
    assert told.verdict == "above"
    assert told.adjusted == told.adjusted_headline == told.precision


def test_the_sentences_and_the_json_say_it():
    scores, y, date = ranked(years=5)
    told = evidence(
        selective_precision(scores, y, date),
        nulls={"plain": permutation_null(scores, y, date)},
        overlap=4,
    )
    lines = told.lines()
    assert "20 dates in 5 years, 2001-01-05 to" in lines[0]
    assert "base rate 0.250" in lines[0]
    assert lines[1].startswith("Interval 0.")
    assert "are worth" in lines[1]
    assert lines[2].startswith("Labels dealt out anew (plain): 0.250 on average, p = 0.")
    assert lines[3] == "Labels of neighbouring dates overlap, so that p is too small."
    assert lines[4] == "Fewer than 8 test years: too few for a headline."
    assert told.headline == "widest"
    plain = json.loads(json.dumps(told.to_json(), allow_nan=False))
    assert plain["intervals"]["widest"]["low"] <= plain["intervals"]["wilson"]["low"]
    assert plain["intervals"]["widest"]["low"] <= plain["intervals"]["year"]["low"]
    assert plain["nulls"]["plain"]["method"] == "exact"


def test_years_that_differ_widen_the_headline_and_shrink_the_picks():
    rng = np.random.default_rng(1)
    _, y, date = ranked()
    year = date.astype("datetime64[Y]").astype(int)
    scores = y * rng.choice([-2.0, 2.0], 13)[year - year.min()] + rng.normal(size=len(y))
    told = evidence(selective_precision(scores, y, date), overlap=4)
    widths = {name: i.high - i.low for name, i in told.intervals.items()}
    assert widths["year"] > 2 * widths["wilson"]
    assert widths["blocks"] > 1.5 * widths["wilson"]
    assert told.effective < told.picks / 4


def test_the_headline_covers_where_the_naive_interval_does_not():
    held, naive = 0, 0
    long = together(seed=-1, years=4000, dates_a_year=1)
    truth = selective_precision(*long).precision
    for seed in range(150):
        told = evidence(selective_precision(*together(seed, years=12, dates_a_year=4))).intervals
        held += told["year"].low <= truth <= told["year"].high
        naive += told["wilson"].low <= truth <= told["wilson"].high
    assert held / 150 >= 0.88
    assert naive / 150 < 0.8


def together(seed, years, dates_a_year):
    """Rankings of which all picks of a year win or lose together, three years in ten winning."""
    rng = np.random.default_rng(seed + 1)
    noise, y, date = ranked(seed + 1, years, dates_a_year, funds=20, skill=0)
    pull = np.repeat(np.where(rng.random(years) < 0.3, 2.0, -1.0), 20 * dates_a_year)
    return noise + y * pull, y, date


def test_one_date_one_group_of_three_and_no_label_have_stated_answers():
    one = evidence(selective_precision([1.0, 2, 3], [0, 0, 1], ["2020-01-03"] * 3))
    assert (one.picks, one.precision, one.base_rate) == (1, 1, pytest.approx(1 / 3))
    assert one.intervals["widest"][:2] == one.intervals["wilson"][:2] == wilson(1, 1)[:2]
    assert one.verdict == "level"
    assert one.adjusted < 1
    none = evidence(selective_precision([1.0, 2], [np.nan, np.nan], ["2020-01-03"] * 2))
    assert (none.picks, none.adjusted, none.adjusted_headline) == (0, 0, 0)
    assert math.isnan(none.precision)
    assert all(i[:2] == (0, 1) for i in none.intervals.values())
    assert none.lines() == ["No pick has a label yet, so nothing is known."]
    assert json.dumps(none.to_json(), allow_nan=False)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_labels_all_alike_are_level(label):
    scores, y, date = ranked(years=9)
    told = evidence(selective_precision(scores, np.full(len(y), label), date))
    assert (told.precision, told.base_rate, told.adjusted) == (label, label, 0)
    assert told.verdict == "level"


def test_a_level_and_an_overlap_must_be_possible():
    found = selective_precision([1.0], [1], ["2020-01-03"])
    with pytest.raises(BadParameter, match="overlap must be a whole number of at least 1"):
        evidence(found, overlap=0)
    with pytest.raises(BadParameter, match=r"level must be a number in \(0, 1\)"):
        evidence(found, level=95)
