"""fondo.funds.record: every figure of a track record, against the parts it is made of."""

import json

import numpy as np
import pytest
from scipy import stats

from fondo.errors import BadParameter
from fondo.funds.nulls import permutation_null
from fondo.funds.picks import avoid_precision, selective_precision
from fondo.funds.record import Record, records
from fondo.funds.result import Backtest
from fondo.funds.spans import apart
from fondo.funds.thresholds import CUTS


@pytest.fixture(scope="module")
def logistic(done: Backtest) -> Record:
    return Record(done, "logistic")


def columns(record: Record, *names: str):
    return [record.rows[name].to_numpy() for name in names]


def test_the_precision_and_its_headline(logistic: Record, done: Backtest) -> None:
    y, date, peer = columns(logistic, "y", "date", "peer")
    found = selective_precision(done.column("logistic"), y, date, peer)
    assert logistic.evidence.precision == found.precision
    assert logistic.evidence.picks == found.n == 40  # 10 dates x 2 groups x 2 picks
    assert logistic.evidence.years == 5
    assert logistic.evidence.headline == "widest"  # fewer than 8 years
    assert logistic.overlap == 2


def test_nulls_are_of_dates_that_do_not_overlap(logistic: Record) -> None:
    y, date, peer, end, sigma = columns(logistic, "y", "date", "peer", "label_end", "volatility")
    free = apart(date, end)
    assert 5 <= len(np.unique(date[free])) <= 6
    given = (logistic.scores[free], y[free], date[free], peer[free])
    wanted = permutation_null(*given, volatility=sigma[free])
    assert logistic.evidence.nulls["volatility"] == wanted
    assert list(logistic.evidence.nulls) == ["plain", "volatility", "tracking error"]
    assert not any("p is too small" in line for line in logistic.evidence.lines())


def test_what_to_avoid_is_in_the_bottom_quarter(logistic: Record) -> None:
    outcome, date, peer = columns(logistic, "outcome", "date", "peer")
    wanted = avoid_precision(logistic.scores, outcome, date, peer)
    assert logistic.avoid.precision == wanted.precision > 0.5


def test_wrong_picks_end_at_the_other_end(logistic: Record, done: Backtest) -> None:
    y, outcome, date, peer = columns(logistic, "y", "outcome", "date", "peer")
    mine = (date == date[0]) & (peer == peer[0])
    worst = np.argsort(outcome[mine])[:6]
    best = np.argsort(-logistic.scores[mine])[:2]
    first = (logistic.wrong.date == date[0]) & (logistic.wrong.peer == peer[0])
    assert logistic.wrong.hits[first] == len(set(worst) & set(best))
    assert logistic.wrong.base_rate == pytest.approx(0.25)
    assert logistic.wrong.precision < 0.1
    assert not (y[mine][worst] == 1).any()
    assert Record(done, "random").wrong.precision > 0.1


def test_dated_scores_are_those_of_each_date(logistic: Record) -> None:
    outcome, growth, date, peer = columns(logistic, "outcome", "growth", "date", "peer")
    day, group = date == date[0], peer == peer[0]
    mine = day & group
    order = np.argsort(logistic.scores[mine])
    by_hand = growth[mine][order[-2:]].mean() - growth[mine][order[:2]].mean()
    other = day & ~group
    order = np.argsort(logistic.scores[other])
    second = growth[other][order[-2:]].mean() - growth[other][order[:2]].mean()
    assert logistic.spread.values[0] == pytest.approx((by_hand + second) / 2)
    rho = [stats.spearmanr(logistic.scores[m], outcome[m]).statistic for m in (mine, other)]
    assert logistic.rank_ic.values[0] == pytest.approx(np.mean(rho), abs=1e-9)
    assert logistic.auc.mean > 0.8
    assert logistic.ndcg.mean > 0.7
    assert 0 < logistic.turnover.mean < 1


def test_yearly_spreads_do_not_overlap_and_are_deflated(logistic: Record, done: Backtest) -> None:
    years = logistic.yearly_spread
    assert (np.diff(years.date) >= np.timedelta64(364, "D")).all()
    assert set(years.values) <= set(logistic.spread.values)
    assert done.facts["ledger"]["trials"] == 7
    assert logistic.deflated is not None
    assert logistic.deflated.trials == 7
    assert 0 <= logistic.deflated.probability <= 1
    unbooked = Backtest(done.rows, done.models, done.facts | {"ledger": None})
    assert Record(unbooked, "logistic").deflated is None


def test_thresholds_are_of_probabilities_and_the_cut_is_from_training(logistic: Record) -> None:
    assert logistic.curve is not None
    np.testing.assert_array_equal(logistic.curve.threshold, CUTS)
    assert logistic.flagged is not None
    chance, cut = columns(logistic, "chance:logistic", "cut:logistic")
    y = logistic.rows["y"].to_numpy()
    over = chance >= cut
    assert logistic.flagged.flagged == over.sum()
    assert logistic.flagged.precision == pytest.approx(y[over].mean())
    low, high, _ = logistic.flagged.interval
    assert low <= logistic.flagged.precision <= high


def test_baselines_have_no_probability(done: Backtest) -> None:
    plain = Record(done, "past_sharpe")
    assert not plain.learns
    assert plain.curve is None
    assert plain.flagged is None


def test_against_another_model_dates_are_paired(done: Backtest) -> None:
    mine, theirs = Record(done, "logistic"), Record(done, "random")
    difference, interval = mine.against(theirs)
    by_hand = mine.picks.by("date").hits / 4 - theirs.picks.by("date").hits / 4
    assert difference == pytest.approx(by_hand.mean())
    assert interval.low < difference < interval.high
    assert theirs.against(mine)[0] == pytest.approx(-difference)
    same, around = mine.against(mine)
    assert (same, around.low, around.high) == (0.0, 0.0, 0.0)


def test_one_group_alone(done: Backtest) -> None:
    groups = done.facts["data"]["groups"]
    parts = [Record(done, "logistic", peer) for peer in groups]
    assert sum(part.evidence.picks for part in parts) == Record(done, "logistic").evidence.picks
    lines = Record(done, "logistic").by_peer
    assert [line.peer for line in lines] == groups
    for line, part in zip(lines, parts, strict=True):
        assert line.evidence.precision == part.evidence.precision
        assert line.holm >= line.p_value


def test_all_of_it_is_json(done: Backtest) -> None:
    found = records(done)
    assert list(found) == list(done.models)
    for record in found.values():
        told = json.loads(json.dumps(record.to_json(), allow_nan=False))
        assert told["model"] == record.name
        assert {"top", "avoid", "auc", "rank_ic", "ndcg", "spread", "turnover"} <= set(told)


def test_a_model_that_is_not_there(done: Backtest) -> None:
    with pytest.raises(BadParameter, match="no such model"):
        Record(done, "nothing")
