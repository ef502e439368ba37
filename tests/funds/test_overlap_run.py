"""fondo.funds.overlap_run: a walk by the tool's own parts, and the dates of its grid."""

import numpy as np
import pytest

from fondo.funds.inference import evidence
from fondo.funds.observations import observe
from fondo.funds.overlap_ranking import logistic
from fondo.funds.overlap_run import FEATURES, Judged, grid, run
from fondo.funds.panel import Panel
from fondo.funds.picks import selective_precision
from fondo.funds.spans import spans
from fondo.funds.splits import PurgedWalkForward
from fondo.funds.universe import make_universe


@pytest.fixture(scope="module")
def panel() -> Panel:
    return make_universe("style", funds=30, years=14, seed=5)


@pytest.fixture(scope="module")
def found(panel: Panel) -> list[Judged]:
    return run(panel, [grid(52, 14), grid(13, 14)], "logistic")


@pytest.mark.parametrize(("place", "step", "dates"), [(0, 52, 8), (1, 13, 29)])
def test_a_walk_is_what_the_parts_of_the_tool_make_of_a_universe(
    panel: Panel, found: list[Judged], place: int, step: int, dates: int
) -> None:
    rows = observe(panel, features=FEATURES, step=step)
    rows = rows.take(rows.labelled)
    walk = PurgedWalkForward(burn_in=5 * 364)  # the first date is a year on
    scores = np.full(len(rows), np.nan)
    for train, test in walk.split(None, groups=spans(rows.date, rows.label_end)):
        assert rows.label_end[train].max() <= rows.date[test].min()
        model = logistic().fit(rows.X[train], rows.y[train])
        scores[test] = model.predict_proba(rows.X[test])[:, 1]
    tested = np.isfinite(scores)
    told = evidence(selective_precision(scores[tested], rows.y[tested], rows.date[tested]))
    judged = found[place]
    assert (judged.picks, judged.dates) == (told.picks, told.dates) == (3 * dates, dates)
    assert judged.precision == pytest.approx(told.precision)
    assert judged.effective == pytest.approx(told.effective)
    expected = [told.intervals[name][:2] for name in ("wilson", "date", "year")]
    np.testing.assert_allclose(judged.ends, expected)


def test_features_are_sixteen_and_all_there(panel: Panel) -> None:
    rows = observe(panel, features=FEATURES, step=52)
    assert len(set(FEATURES)) == rows.X.shape[1] == 16
    assert np.isfinite(rows.X).all()


@pytest.mark.parametrize("step", [1, 4, 10, 13, 52])
def test_the_dates_are_those_of_rows_with_a_label(step: int) -> None:
    panel = make_universe("iid", funds=10, years=4)
    rows = observe(panel, features=["sharpe"], step=step)
    assert panel.dates[grid(step, 4)].tolist() == np.unique(rows.date[rows.labelled]).tolist()


def test_prices_after_the_last_label_change_nothing(panel: Panel, found: list[Judged]) -> None:
    nav = panel.nav.copy()
    nav[-1] *= np.linspace(0.5, 2, 30)  # the last label of the yearly dates ends there
    shorter = [grid(52, 13), grid(13, 13)]
    changed = Panel(panel.dates, panel.funds, nav, "W")
    before, after = run(panel, shorter, "linear"), run(changed, shorter, "linear")
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.ends, two.ends)
