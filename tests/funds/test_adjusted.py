"""fondo.funds.adjusted: the notes' rule, golden values for both intervals, and its laws."""

import math

import numpy as np
import pytest
from scipy import stats

from fondo.errors import BadParameter
from fondo.funds.adjusted import adjusted_precision, shrunk
from fondo.judge.intervals import wilson

GOLDEN = [  # hits, picks, Wilson, normal approximation, adjusted by each; spec of the fund notes
    (2, 6, (0.097, 0.700), (-0.044, 0.711), 0.1174, 0.0736),
    (3, 6, (0.187616, 0.812384), (0.099924, 0.900076), 0.4001, 0.3124),
    (6, 6, (0.609666, 1.0), (1.0, 1.0), 1.0, 1.0),
    (4, 10, (0.168180, 0.687326), (0.096364, 0.703636), 0.2588, 0.1976),
    (5, 10, (0.236593, 0.763407), (0.190102, 0.809898), 0.4746, 0.4034),
    (10, 30, (0.192305, 0.512199), (0.164646, 0.502020), 0.1970, 0.1647),
    (12, 30, (0.245906, 0.576796), (0.224695, 0.575305), 0.3894, 0.3423),
    (33, 100, (0.245631, 0.426947), (0.237840, 0.422160), 0.3129, 0.2865),
    (35, 100, (0.263642, 0.447456), (0.256516, 0.443484), 0.35, 0.35),
]


@pytest.mark.parametrize(("hits", "picks", "wilson", "wald", "adjusted", "legacy"), GOLDEN)
def test_the_table_of_the_notes_is_reproduced(hits, picks, wilson, wald, adjusted, legacy):
    ours, old = (adjusted_precision(hits, picks, legacy_wald=w) for w in (False, True))
    digits = 5e-4 if picks == 6 and hits == 2 else 5e-7
    assert (ours.low, ours.high) == pytest.approx(wilson, abs=digits)
    assert (old.low, old.high) == pytest.approx(wald, abs=digits)
    assert ours.adjusted == pytest.approx(adjusted, abs=1e-4)
    assert old.adjusted == pytest.approx(legacy, abs=1e-4)


def test_by_hand():
    # 0.4 of 10, low end 0.16818: 0.4 * 0.15 / (0.4 - 0.16818) = 0.25882
    assert shrunk(0.4, 0.16818, 0.25) == pytest.approx(0.4 * 0.15 / 0.23182)


def test_laws_for_every_count_to_400():
    for n in range(1, 401):
        last = 0.0
        for hits in range(n + 1):
            p = hits / n
            value = shrunk(p, wilson(hits, n).low, 0.25)
            assert 0 <= value <= p
            assert value == 0 or p > 0.25
            assert value >= last
            last = value


@pytest.mark.parametrize("n", [1, 6, 50, 400])
def test_doubt_at_the_ends_warns_of_nothing(n):
    for legacy in (False, True):
        assert adjusted_precision(0, n, legacy_wald=legacy).adjusted == 0
        assert adjusted_precision(n, n, legacy_wald=True).adjusted == 1
    assert adjusted_precision(n, n).low < 1  # the normal approximation would have no width


def test_it_is_continuous_where_the_interval_leaves_the_base_rate():
    for p in (0.3, 0.5, 0.9):
        inside, outside = shrunk(p, 0.25, 0.25), shrunk(p, 0.25 + 1e-12, 0.25)
        assert inside == pytest.approx(outside)
        assert shrunk(0.25 + 1e-9, 0.1, 0.25) == pytest.approx(0, abs=1e-8)


def test_the_normal_approximation_covers_too_seldom():
    hits = np.arange(7)
    held = [(e := adjusted_precision(k, 6, legacy_wald=True)).low <= 0.25 <= e.high for k in hits]
    assert float(stats.binom.pmf(hits, 6, 0.25) @ held) == pytest.approx(0.784, abs=5e-4)


def test_one_sided_ends_are_those_of_the_wider_level():
    one, two = adjusted_precision(4, 10, sided=1), adjusted_precision(4, 10, level=0.9)
    assert (one.low, one.high) == (two.low, two.high)
    assert one.method == "Wilson, one-sided 0.95"
    assert adjusted_precision(4, 10).method == "Wilson, two-sided 0.95"
    z = stats.norm.ppf(0.95)
    old = adjusted_precision(4, 10, sided=1, legacy_wald=True)
    assert old.low == pytest.approx(0.4 - z * math.sqrt(0.24 / 10))


def test_no_picks_show_nothing():
    for legacy in (False, True):
        found = adjusted_precision(0, 0, legacy_wald=legacy)
        assert math.isnan(found.precision)
        assert (found.low, found.high, found.adjusted) == (0, 1, 0)
        assert found.to_json()["precision"] is None


def test_bad_input_is_refused():
    with pytest.raises(BadParameter, match="hits must lie between 0 and n"):
        adjusted_precision(7, 6)
    for wrong in ({"base_rate": 0}, {"base_rate": 1}, {"sided": 3}):
        with pytest.raises(BadParameter, match=r"base_rate must lie in \(0, 1\) and sided must be"):
            adjusted_precision(1, 6, **wrong)
    with pytest.raises(BadParameter, match="level must be above 0.5 for one-sided"):
        adjusted_precision(1, 6, level=0.4, sided=1)
    with pytest.raises(BadParameter, match=r"level must be a number in \(0, 1\)"):
        adjusted_precision(1, 6, level=95)
