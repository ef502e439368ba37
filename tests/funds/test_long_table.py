"""fondo.funds.long_table: read back to the same panel, by hand, where things are not known."""

import datetime

import numpy as np
import pytest

from fondo.data.tables.read import write_table
from fondo.funds.long_table import long_table
from fondo.funds.panel import Panel
from fondo.funds.reader import read
from fondo.funds.universe import make_universe


def assert_same_where_priced(read_back: Panel, panel: Panel) -> None:
    assert (read_back.dates == panel.dates).all()
    assert (read_back.funds == panel.funds).all()
    assert read_back.frequency == panel.frequency
    np.testing.assert_array_equal(read_back.nav, panel.nav)  # to the last digit
    np.testing.assert_array_equal(read_back.dead_at, panel.dead_at)
    priced = np.isfinite(panel.nav)
    if panel.peer is None:
        assert read_back.peer is None
    else:
        names = [np.array(each.peer_names)[each.peer_codes] for each in (read_back, panel)]
        assert (names[0] == names[1])[priced].all()
    if panel.cost is None:
        assert read_back.cost is None
    else:
        np.testing.assert_array_equal(read_back.cost[priced], panel.cost[priced])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("iid", {}),
        ("style+skill", {"groups": 3}),
        ("survivorship", {"groups": 12, "moves": 0.3, "births": 0.3, "cost": 0.02, "exits": 0.2}),
    ],
)
def test_a_universe_is_read_back_as_it_was(kind: str, more: dict, ending: str, tmp_path) -> None:
    panel = make_universe(kind, funds=30, years=6, seed=2, **more)
    write_table(long_table(panel), tmp_path / f"prices.{ending}")
    ends = bool((~np.isnat(panel.dead_at)).any())
    assert ends == (kind == "survivorship")
    back = read(tmp_path / f"prices.{ending}", survivors_only_ok=not ends)
    assert_same_where_priced(back, panel)
    assert set(back.issues["kind"]) <= {"survivors_only", "peer_static"}


def test_by_hand_what_is_not_known_is_null() -> None:
    panel = Panel(
        np.array(["2020-01-03", "2020-01-10"], "datetime64[D]"),
        np.array(["A", "B"]),
        np.array([[1.0, 2.0], [np.nan, 3.0]]),
        "W",
        peer=np.array([[0, -1], [0, 0]]),
        peer_names=("debt",),
        aum=np.array([[np.nan, 5.0], [6.0, 7.0]]),
        dead_at=np.array(["2020-01-03", "NaT"], "datetime64[D]"),
    )
    first, second = datetime.date(2020, 1, 3), datetime.date(2020, 1, 10)
    assert long_table(panel).to_dict(as_series=False) == {
        "date": [first, first, second],
        "fund_id": ["A", "B", "B"],
        "nav": [1.0, 2.0, 3.0],
        "peer_group": ["debt", None, "debt"],
        "aum": [None, 5.0, 7.0],
        "dead_at": [first, None, None],
    }
