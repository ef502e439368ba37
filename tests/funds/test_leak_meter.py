"""fondo.funds.leak_meter: finds the leak of shuffled rows, and none where there is none."""

import warnings

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from fondo.errors import BadData, BadParameter
from fondo.funds.leak_meter import LeakWarning, fitted_scores, measure_leak
from fondo.funds.shuffles import ShuffledSplit
from fondo.funds.spans import spans
from fondo.funds.splits import PurgedWalkForward

FUNDS, YEARS = 40, 8
PURGED = PurgedWalkForward(burn_in=3 * 364)


def style_world(seed, step):
    """Funds without skill that hold one style: which style wins can be looked up at each date."""
    rng, weeks = np.random.default_rng(seed), 52 * YEARS
    style = rng.normal(0, 0.02, (weeks, 1)) * rng.normal(size=FUNDS)
    market = rng.normal(0, 0.022, (weeks, 1))
    returns = market + style + rng.normal(0, 0.01, (weeks, FUNDS))
    at = np.arange(52, weeks - 51, step)
    X = np.concatenate([features(returns[t - 52 : t]) for t in at])
    after = np.stack([r.mean(0) / r.std(0) for r in (returns[t : t + 52] for t in at)])
    y = (np.argsort(np.argsort(-after, axis=1), axis=1) < FUNDS // 4).astype(float)
    date = np.repeat(np.datetime64("2000-01-07") + 7 * at, FUNDS)
    return X, y.ravel(), spans(date, date + 364)


def features(r):
    """Market of the past year, which tells the date, and what each fund did beside it."""
    market = r.mean(axis=1, keepdims=True)
    own = r - market
    columns = (np.full(FUNDS, market.mean()), own.mean(0), own[-26:].mean(0), own.std(0))
    return np.stack(columns, axis=1)


def forest():
    return RandomForestClassifier(20, min_samples_leaf=2, random_state=0, n_jobs=1)


def test_a_forest_with_overlapping_labels_looks_skilled_when_shuffled():
    X, y, rows = style_world(0, 4)
    with pytest.warns(LeakWarning, match="The shuffled figure is not to be believed: precision"):
        leak = measure_leak(forest(), X, y, rows, purged=PURGED)
    assert leak.shuffled >= 0.5  # truth is a quarter
    assert leak.purged == pytest.approx(0.25, abs=0.12)
    assert leak.flagged
    assert leak.gap == leak.shuffled - leak.purged
    assert leak.overlapping == 1
    assert leak.base_rate == pytest.approx(0.25)


def test_dates_apart_leak_too_through_funds_of_the_same_date():
    found = []
    for seed in range(5):
        X, y, rows = style_world(seed, 52)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LeakWarning)
            leak = measure_leak(forest(), X, y, rows, purged=PURGED)
        found.append((leak.shuffled, leak.overlapping))
    shuffled, overlapping = np.mean(found, axis=0)
    assert shuffled >= 0.35
    assert overlapping == 1  # of the very same year


def test_what_cannot_learn_has_no_gap_and_no_warning():
    X, y, rows = style_world(1, 26)
    leak = measure_leak(DummyClassifier(strategy="prior"), X, y, rows, purged=PURGED)
    assert leak.gap == pytest.approx(0, abs=0.01)  # all tied: blind picks on both sides
    assert not leak.flagged
    assert leak.line().startswith("No large leak: precision 0.2")
    assert leak.to_json()["flagged"] is False


def test_the_shuffled_figure_is_the_share_of_hits_over_all_splits():
    X, y, rows = style_world(3, 26)
    model, splitter = LogisticRegression(), ShuffledSplit(n_splits=2, leaky=True, random_state=5)
    hits = picks = 0
    for train, test in splitter.split(X, y, rows):
        scores = model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
        for day in np.unique(rows["date"][test]):
            here = np.flatnonzero(rows["date"][test] == day)
            best = here[np.argsort(-scores[here])[: max(1, int(len(here) / 10 + 0.5))]]
            hits, picks = hits + y[test][best].sum(), picks + len(best)
    leak = measure_leak(model, X, y, rows, purged=PURGED, shuffled=splitter)
    assert (leak.shuffled, leak.shuffled_picks) == pytest.approx((hits / picks, picks))


def test_groups_are_ranked_apart():
    X, y, rows = style_world(2, 52)
    peer = np.tile(np.arange(FUNDS) % 3, len(y) // FUNDS)
    one = measure_leak(DummyClassifier(strategy="prior"), X, y, rows, purged=PURGED)
    three = measure_leak(DummyClassifier(strategy="prior"), X, y, rows, peer=peer, purged=PURGED)
    # a tenth of 40, and of 14, 13 and 13, at each of four dates
    assert (one.purged_picks, three.purged_picks) == pytest.approx((4 * 4, 3 * 4))
    assert three.shuffled_picks > one.shuffled_picks  # at least one of each group


def test_scores_are_probabilities_of_one_or_a_decision_function():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), (rng.random(60) < 0.5).astype(float)
    train, test = np.arange(40), np.arange(40, 60)
    model = LogisticRegression()
    expected = model.fit(X[train], y[train]).predict_proba(X[test])[:, 1]
    assert fitted_scores(model, X, y, train, test).tolist() == expected.tolist()
    line = LinearSVC()
    expected = line.fit(X[train], y[train]).decision_function(X[test])
    assert fitted_scores(line, X, y, train, test).tolist() == expected.tolist()
    assert set(fitted_scores(line, X, np.zeros(60), train, test)) == {0.0}


def test_bad_input_is_refused():
    X, y, rows = style_world(0, 52)
    y[3] = np.nan
    with pytest.raises(BadData, match=r"measure_leak\(y\): 1 rows have no label"):
        measure_leak(forest(), X, y, rows)
    with pytest.raises(BadParameter, match="groups must be the spans of the rows"):
        measure_leak(forest(), X, y, None)
