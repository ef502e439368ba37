"""fondo.funds.checks, membership, rules, issues: found row by row, ruled, never in silence."""

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadData, BadParameter
from fondo.funds.checks import run_lengths
from fondo.funds.reader import read
from fondo.funds.rules import CHOICES, Rules

WEEKS = 120


def prices(n_funds=3, n_dates=WEEKS, seed=0):
    rng = np.random.default_rng(seed)
    return 100 * np.exp(np.cumsum(rng.normal(0.001, 0.01, (n_dates, n_funds)), axis=0))


def panel_of(nav, *, alive=True, rules=None, **settings):
    days = np.datetime64("2018-01-05") + 7 * np.arange(len(nav))
    table = {"date": days} | {f"F{i}": nav[:, i] for i in range(nav.shape[1])}
    return read(table, rules=rules, survivors_only_ok=alive, **settings)


def found(panel, kind):
    return panel.issues.filter(pl.col("kind") == kind)


def at(row):
    return np.datetime64("2018-01-05") + 7 * row


def test_a_clean_panel_has_no_issues_but_survivors():
    panel = panel_of(prices())
    assert panel.issues["kind"].to_list() == ["survivors_only"]
    assert panel.issues.columns == ["fund", "date", "kind", "value", "done", "reason"]


def test_survivors_only_is_refused_unless_accepted():
    with pytest.raises(BadData, match="none of 3 fund.s. ever ends.*survivors_only_ok=True"):
        panel_of(prices(), alive=False)


def test_ends_are_concluded_from_silence():
    nav = prices()
    nav[60:, 1] = np.nan  # 60 weeks of silence: ended
    nav[-10:, 2] = np.nan  # 70 days of silence: perhaps late
    panel = panel_of(nav, alive=False)
    assert panel.dead_at.astype(str).tolist() == ["NaT", str(at(59)), "NaT"]
    row = found(panel, "end").row(0, named=True)
    assert (row["fund"], row["date"], row["value"]) == ("F1", at(59).item(), 60 * 7)
    sooner = panel_of(nav, rules=Rules(dead_days=60))
    assert sooner.dead_at.astype(str).tolist()[2] == str(at(WEEKS - 11))


def test_prices_after_the_end_that_was_told_are_masked():
    days = np.datetime64("2018-01-05") + 7 * np.arange(10)
    table = pl.DataFrame(
        {
            "date": days,
            "fund": ["A"] * 10,
            "nav": np.linspace(1, 1.2, 10),
            "dead_at": days[[6] * 10],
        }
    )
    panel = read(table)
    assert panel.dead_at[0] == at(6)
    np.testing.assert_array_equal(np.isfinite(panel.nav[:, 0]), np.arange(10) <= 6)
    assert found(panel, "price_after_end")["value"].to_list() == [3]


def test_an_end_that_was_told_is_not_concluded_anew():
    days = at(np.arange(40))
    ended = {"date": days[:7], "fund": ["A"] * 7, "nav": np.ones(7), "dead_at": days[[8] * 7]}
    lives = {
        "date": days,
        "fund": ["B"] * 40,
        "nav": np.linspace(1, 1.2, 40),
        "dead_at": [None] * 40,
    }
    panel = read(pl.concat([pl.DataFrame(ended), pl.DataFrame(lives)], how="vertical_relaxed"))
    assert panel.dead_at.astype(str).tolist() == [str(days[8]), "NaT"]
    assert len(found(panel, "end")) == 0


def test_dates_that_stand_twice_follow_the_rule():
    days = at(np.array([0, 1, 1, 2, 2, 3]))
    table = pl.DataFrame({"date": days, "fund": ["A"] * 6, "nav": [1.0, 1.1, 1.1, 1.2, 1.5, 1.3]})
    masked = read(table, survivors_only_ok=True)
    np.testing.assert_array_equal(masked.nav[:, 0], [1.0, 1.1, np.nan, 1.3])
    issue = found(masked, "duplicate_date")
    assert issue["done"].to_list() == ["merged", "mask"]
    assert issue["value"].to_list() == [2, 1.25]  # twice the same; 1.5 / 1.2
    kept = read(table, survivors_only_ok=True, rules=Rules(duplicate_date="keep"))
    assert kept.nav[2, 0] == 1.5
    with pytest.raises(BadData, match="1 case.s. of different prices at one date"):
        read(table, survivors_only_ok=True, rules=Rules(duplicate_date="error"))
    other = table.with_columns(fund=pl.lit("B"), nav=pl.lit(1.0)).unique("date")
    both = pl.concat([table, other])
    dropped = read(both, survivors_only_ok=True, rules=Rules(duplicate_date="drop"))
    assert dropped.funds.tolist() == ["B"]


@pytest.mark.parametrize("bad", [0.0, -3.0, np.inf])
def test_prices_that_are_not_positive_are_masked_dropped_or_refused(bad):
    nav = prices()
    nav[40, 1] = bad
    panel = panel_of(nav)
    assert np.isnan(panel.nav[40, 1])
    assert found(panel, "not_positive").select("fund", "date", "value", "done").row(0) == (
        "F1", at(40).item(), bad, "mask",
    )  # fmt: skip
    assert panel_of(nav, rules=Rules(not_positive="drop")).funds.tolist() == ["F0", "F2"]
    with pytest.raises(BadData, match=r"not_positive='error'.*refuses|first is fund 'F1'"):
        panel_of(nav, rules=Rules(not_positive="error"))


def test_stale_runs_are_listed_and_masked_from_where_they_are_known():
    nav = prices()
    nav[50:57, 0] = nav[50, 0]  # seven prices alike
    kept = panel_of(nav)
    assert found(kept, "stale").select("fund", "date", "value").row(0) == ("F0", at(50).item(), 7)
    np.testing.assert_array_equal(kept.nav, nav)
    masked = panel_of(nav, rules=Rules(stale="mask"))
    # five alike are stale; the fifth is at row 54, and before it nobody could know
    assert np.flatnonzero(np.isnan(masked.nav[:, 0])).tolist() == [54, 55, 56]
    assert panel_of(nav, rules=Rules(stale="drop")).funds.tolist() == ["F1", "F2"]
    assert len(found(panel_of(nav, rules=Rules(stale_periods=8)), "stale")) == 0


def test_a_split_is_divided_out_and_the_past_stays():
    nav = prices()
    split = nav.copy()
    split[70:, 2] /= 5  # five new shares for one old
    panel = panel_of(split)
    np.testing.assert_allclose(panel.nav, nav, rtol=1e-12)
    assert panel.nav[:70].tobytes() == nav[:70].tobytes()
    issue = found(panel, "jump").row(0, named=True)
    assert (issue["fund"], issue["date"], issue["done"]) == ("F2", at(70).item(), "adjust")
    assert issue["value"] == pytest.approx(split[70, 2] / split[69, 2])
    masked = panel_of(split, rules=Rules(jump="mask"))
    assert masked.returns[70, 2] == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(masked.returns[71:], panel.returns[71:], rtol=1e-9)
    np.testing.assert_array_equal(panel_of(split, rules=Rules(jump="keep")).nav, split)
    assert panel_of(split, rules=Rules(jump="drop")).funds.tolist() == ["F0", "F1"]


def test_a_misplaced_point_is_put_back():
    nav = prices()
    wrong = nav.copy()
    wrong[30, 0] *= 100
    panel = panel_of(wrong)
    np.testing.assert_allclose(panel.nav, nav, rtol=1e-12)
    assert len(found(panel, "jump")) == 2  # up, and down again


def test_a_crash_is_no_jump():
    nav = prices()
    nav[60:, 0] *= 0.7
    assert len(found(panel_of(nav), "jump")) == 0


def test_outliers_are_judged_by_the_past_and_a_spike_counts_once():
    nav = prices()
    nav[80, 1] *= 1.35  # up 35 %, and back with the next price
    panel = panel_of(nav)
    issue = found(panel, "outlier")
    assert issue.select("fund", "date", "done").rows() == [("F1", at(80).item(), "keep")]
    steps = np.diff(np.log(nav[:, 1]))[:79]  # returns of rows 1 to 79, before the spike
    spread = 1.4826 * np.median(np.abs(steps - np.median(steps)))
    score = (np.log(nav[80, 1] / nav[79, 1]) - np.median(steps)) / spread
    assert issue["value"][0] == pytest.approx(score)
    masked = panel_of(nav, rules=Rules(outlier="mask"))
    assert np.flatnonzero(np.isnan(masked.nav[:, 1])).tolist() == [80]
    assert len(found(panel_of(nav, rules=Rules(outlier_least=0.5)), "outlier")) == 0
    early = prices()
    early[10, 1] *= 1.35  # ten returns are too few to judge by
    assert len(found(panel_of(early), "outlier")) == 0


def test_cleaning_does_not_see_the_future():
    nav = prices()
    nav[50:58, 0] = nav[50, 0]
    nav[80, 1] *= 1.35
    nav[70:, 2] /= 5
    strict = Rules(stale="mask", outlier="mask", jump="adjust", thin_end="keep")
    whole = panel_of(nav, rules=strict)
    for row in (55, 71, 81):
        other = nav.copy()
        other[row:] = prices(seed=9)[row:] * 3
        part = panel_of(other, rules=strict)
        assert part.nav[:row].tobytes() == whole.nav[:row].tobytes()


def test_gaps_are_listed_with_their_length():
    nav = prices()
    nav[20:24, 0] = np.nan
    nav[40, 0] = np.nan  # one date alone is below the rule
    nav[:30, 1] = np.nan  # before birth is no gap
    panel = panel_of(nav)
    assert found(panel, "gap").select("fund", "date", "value").rows() == [("F0", at(20).item(), 4)]
    assert len(found(panel_of(nav, rules=Rules(gap_periods=1)), "gap")) == 2
    assert panel_of(nav, rules=Rules(gap="drop")).funds.tolist() == ["F1", "F2"]
    with pytest.raises(BadData, match=r"Rules\(gap='error'\)"):
        panel_of(nav, rules=Rules(gap="error"))


def test_an_unfinished_delivery_is_cut_and_kills_nobody():
    nav = prices(6)
    nav[-20:, :4] = np.nan  # four of six funds have not delivered yet
    nav[50:, 5] = np.nan
    panel = panel_of(nav, alive=False)
    assert len(panel.dates) == WEEKS - 20
    assert (~np.isnat(panel.dead_at)).tolist() == [False] * 5 + [True]
    assert len(found(panel, "thin_end")) == 20
    kept = panel_of(nav, rules=Rules(thin_end="keep"))
    assert (~np.isnat(kept.dead_at)).sum() == 5
    with pytest.raises(BadData, match="thin_end"):
        panel_of(nav, rules=Rules(thin_end="error"))


def test_doubles_are_bound_or_dropped_by_correlation_inside_a_group():
    nav = prices(4)
    nav[:10, 0] *= np.exp(np.arange(-10, 0) * 0.05)  # a steep start, before the double was born
    noise = np.random.default_rng(5).normal(-0.0002, 0.00002, (WEEKS, 1))
    double = nav[:, [0]] * np.exp(noise.cumsum(axis=0))  # a dearer class
    double[:10] = np.nan  # and younger
    double[60:65] *= np.exp(np.arange(1, 6)[:, None] * 0.05)  # dates that the other has not
    double[65:] *= np.exp(0.25)
    nav[60:65, 0] = np.nan
    panel = panel_of(np.hstack([double, nav]))
    assert panel.parent.tolist() == [0, 0, 2, 3, 4]
    issue = found(panel, "share_class")
    assert issue["fund"].to_list() == ["F1"]
    both = np.diff(np.log(np.hstack([double, nav[:, [0]]]))[10:], axis=0)
    both = np.expm1(both[np.isfinite(both).all(axis=1)])  # returns that both have
    assert issue["value"][0] == pytest.approx(np.corrcoef(both.T)[0, 1], rel=1e-9)
    oldest = panel_of(np.hstack([double, nav]), rules=Rules(share_class="drop"))
    assert oldest.funds.tolist() == ["F1", "F2", "F3", "F4"]
    assert oldest.parent is None
    with pytest.raises(BadData, match="share class"):
        panel_of(np.hstack([double, nav]), rules=Rules(share_class="error"))
    apart = panel_of(np.hstack([double, nav]), rules=Rules(same_correlation=1.0))
    assert apart.parent is None


def test_doubts_are_said():
    nav = prices(2, 200)
    nav[5:100:2, 0] = np.nan
    table = pl.concat(
        pl.DataFrame(
            {
                "date": np.datetime64("2018-01-05") + 7 * np.arange(200),
                "fund": [f"F{i}"] * 200,
                "nav": nav[:, i],
                "peer_group": ["debt"] * 200,
            }
        )
        for i in range(2)
    )
    panel = read(table, survivors_only_ok=True)
    assert found(panel, "peer_static")["value"][0] == pytest.approx(200 / 52)
    none_missing = found(panel, "many_missing")
    assert len(none_missing) == 0  # 48 of 200 is below 30 %
    nav[101:180:2, 0] = np.nan
    panel = panel_of(nav)
    assert found(panel, "many_missing")["value"][0] == pytest.approx(88 / 200)


def test_funds_without_history_are_left_out_and_listed():
    nav = prices(3)
    nav[1:, 0] = np.nan
    panel = panel_of(nav, alive=True)
    assert panel.funds.tolist() == ["F1", "F2"]
    assert found(panel, "no_history")["fund"].to_list() == ["F0"]


def test_when_every_fund_is_dropped_it_is_said():
    nav = prices(1)
    nav[50:60] = nav[50]
    with pytest.raises(BadData, match="every fund is dropped by the rules"):
        panel_of(nav, rules=Rules(stale="drop"))


@pytest.mark.parametrize("name", CHOICES)
def test_a_rule_that_does_not_exist_is_refused(name):
    with pytest.raises(BadParameter, match=rf"Rules\({name}='ignore'\): must be one of"):
        Rules(**{name: "ignore"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("stale_periods", 1), ("gap_periods", 0), ("outlier_z", 0.5), ("outlier_least", 2.0),
     ("dead_days", -1), ("carry_days", 1.5), ("same_correlation", True)],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused(name, value):
    with pytest.raises(BadParameter, match=rf"Rules\({name}="):
        Rules(**{name: value})


def test_run_lengths_agree_with_a_loop():
    same = np.random.default_rng(1).random((50, 3)) < 0.6
    expected = np.zeros((50, 3), int)
    for t, i in np.ndindex(50, 3):
        expected[t, i] = (expected[t - 1, i] + 1 if t else 1) if same[t, i] else 0
    np.testing.assert_array_equal(run_lengths(same), expected)
