import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from fondo.errors import BadData, BadParameter
from fondo.funds.group_study import find_groups
from fondo.funds.group_table import GroupTable, from_table
from fondo.funds.panel import Panel
from fondo.funds.scalings import Scale
from fondo.funds.universe import make_universe


@pytest.fixture(scope="module")
def prices() -> Panel:
    return make_universe("market", funds=36, years=3, seed=4, groups=3, group_sd=0.03)


def test_funds_that_move_together_are_found(prices: Panel) -> None:
    study = find_groups(prices, by="returns", length=104)
    assert (study.k, study.why) == (3, "by the elbow")
    assert study.number is not None
    assert study.number.best == 3
    against = study.methods[0].against
    assert against is not None
    assert against.adjusted > 0.9
    assert [each.grouping.method for each in study.methods] == [
        "k-means",
        "ward linkage",
        "centroid linkage",
        "single linkage",
    ]
    assert [each.what for each in study.stable] == ["starts", "funds", "weeks"]
    assert study.stable[2].mean > 0.9
    assert study.categories == ["group 1", "group 2", "group 3"]
    assert study.own is not None
    assert (study.own[0].groups == study.table.given).mean() > 0.9
    assert study.scales == ()
    assert study.period == f"{prices.dates[-105]} to {prices.dates[-1]}"


def volatile() -> tuple[Panel, np.ndarray]:
    """Two kinds of funds that differ in volatility alone."""
    quiet = make_universe("iid", funds=15, years=3, seed=1, own_sd=0.004)
    loud = make_universe("iid", funds=10, years=3, seed=2, own_sd=0.03)
    names = [f"{k} {name}" for k, part in enumerate((quiet, loud)) for name in part.funds]
    nav = np.hstack([quiet.nav, loud.nav])
    return Panel(quiet.dates, np.array(names), nav, "W"), np.repeat([0, 1], [15, 10])


def test_funds_that_behave_alike_are_found() -> None:
    panel, kinds = volatile()
    study = find_groups(panel, by="features", k=2, scale=Scale("min-max", cut=None))
    assert (study.X.min(), study.X.max()) == pytest.approx((0, 1))
    assert study.why == "as asked for"
    assert adjusted_rand_score(kinds, study.grouping.labels) > 0.9
    assert study.own is None
    assert study.placed is None
    assert study.methods[0].against is None
    assert study.pair == ("mean_return", "volatility")
    assert len(study.scales) == 9
    assert study.scale_agreement == ()


def test_a_table_of_features_with_gaps_and_categories_is_grouped() -> None:
    random = np.random.default_rng(0)
    kinds = np.repeat(["bond", "share"], 14)
    x = random.normal(size=(28, 3)) + 8 * (kinds == "share")[:, None]
    frame = {"fund": [f"f{k}" for k in range(28)], "kind": kinds.tolist()}
    frame |= {name: column.tolist() for name, column in zip("abc", x.T, strict=True)}
    frame["a"][3], frame["kind"][5], frame["kind"][20] = None, "", None
    study = find_groups(from_table(frame, given="kind"), k=3)
    assert study.table.filled == 1
    assert [each.what for each in study.stable] == ["starts", "funds"]
    assert study.placed is not None
    assert study.placed.groups.tolist() == ["bond", "share"]
    assert study.placed.share.tolist() == [1, 1]
    counts = [each.grouping.count for each in study.methods]
    assert counts == [3] * 4 + [2] * 4  # and as many as there are categories
    two = study.methods[4].against
    assert two is not None
    assert two.adjusted == 1
    assert two.funds == 26
    assert len(study.scale_agreement) == 9


def rows(values: list[float]) -> GroupTable:
    return GroupTable(np.arange(len(values)).astype(str), ("x",), np.array(values)[:, None])


def test_three_funds_can_be_grouped_if_the_number_is_named() -> None:
    study = find_groups(rows([0.0, 0.1, 5.0]), k=2)
    assert study.grouping.labels.tolist() == [0, 0, 1]
    assert study.number is None
    assert [each.what for each in study.stable] == ["starts"]
    assert study.scales == ()
    one = find_groups(rows([0.0, 0.1, 5.0]), k=1)
    assert one.stable == ()
    assert np.isnan(one.methods[0].silhouette)


def test_what_cannot_be_grouped_is_refused(prices: Panel) -> None:
    with pytest.raises(
        BadParameter, match="at least as many different funds as groups; there are 3"
    ):
        find_groups(rows([0.0, 0.0, 1.0, 2.0]), k=4)
    with pytest.raises(BadParameter, match="an elbow needs at least four different funds"):
        find_groups(rows([0.0, 0.0, 1.0, 2.0]))
    with pytest.raises(BadParameter, match="must be a Panel of prices or a GroupTable"):
        find_groups({"x": [1.0]})
    with pytest.raises(BadParameter, match="by must be one of 'features', 'returns'"):
        find_groups(prices, by="prices")
    with pytest.raises(BadParameter, match="k must be a whole number of at least 1"):
        find_groups(prices, k=0)
    with pytest.raises(BadParameter, match="seed must be a whole number from 0"):
        find_groups(prices, seed=-1)
    with pytest.raises(BadData, match="Take a shorter window"):
        find_groups(prices, length=500)
