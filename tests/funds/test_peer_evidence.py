"""fondo.funds.peer_evidence: each group by itself, corrected for looking at all of them."""

import json

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from fondo.errors import BadData
from fondo.funds.inference import evidence
from fondo.funds.nulls import permutation_null
from fondo.funds.peer_evidence import evidence_by_peer
from fondo.funds.picks import selective_precision


def groups(skilled=("US",), names=("Europe", "US", "Österreich"), years=10, funds=30):
    rng, n = np.random.default_rng(0), years * funds * len(names)
    date = np.repeat(np.datetime64("2001-01-05") + 364 * np.arange(years), funds * len(names))
    peer = np.tile(np.repeat(names, funds), years)
    y = np.tile(np.arange(funds) < funds // 4, years * len(names)).astype(float)
    scores = y * 2 * np.isin(peer, skilled) + rng.normal(size=n)
    return scores, y, date, peer, rng.random(n)


def test_each_group_is_judged_by_itself():
    scores, y, date, peer, sigma = groups()
    found = evidence_by_peer(scores, y, date, peer, volatility=sigma)
    assert [f.peer for f in found] == ["Europe", "US", "Österreich"]
    for one in found:
        rows = peer == one.peer
        part = (scores[rows], y[rows], date[rows])
        alone = evidence(selective_precision(*part))
        assert one.evidence.intervals == alone.intervals
        assert one.p_value == permutation_null(*part, volatility=sigma[rows]).p_value
        assert one.evidence.nulls["plain"] == permutation_null(*part)
    assert [f.holm <= 0.05 for f in found] == [False, True, False]


def test_corrections_agree_with_statsmodels():
    scores, y, date, peer, _ = groups()
    found = evidence_by_peer(scores, y, date, peer)
    p = [f.p_value for f in found]
    assert [f.holm for f in found] == pytest.approx(multipletests(p, method="holm")[1])
    assert [f.benjamini_hochberg for f in found] == pytest.approx(
        multipletests(p, method="fdr_bh")[1]
    )
    assert json.dumps([f.to_json() for f in found], allow_nan=False)


def test_a_group_of_three_and_one_without_labels_take_part():
    scores, y, date, peer, _ = groups(names=("Europe",))
    day = date[:1]
    found = evidence_by_peer(
        np.r_[scores, 1.0, 2, 3, 5],
        np.r_[y, 0, 0, 1, np.nan],
        np.r_[date, day, day, day, day],
        np.r_[peer, ["few"] * 3, ["new"]],
    )
    told = {f.peer: f for f in found}
    assert (told["few"].evidence.picks, told["few"].p_value) == (1, pytest.approx(1 / 3))
    assert (told["new"].evidence.picks, told["new"].p_value) == (0, 1)


def test_bad_input_is_refused():
    with pytest.raises(BadData, match="there must be at least one row"):
        evidence_by_peer([], [], [], [])
    with pytest.raises(BadData, match="there must be a peer group for each row"):
        evidence_by_peer([1.0, 2], [0, 1], ["2020-01-03"] * 2, ["a"])
    with pytest.raises(BadData, match=r"volatility=\(1,\)\): must have one entry"):
        evidence_by_peer([1.0, 2], [0, 1], ["2020-01-03"] * 2, ["a", "a"], volatility=[1.0])
