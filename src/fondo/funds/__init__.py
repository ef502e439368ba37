"""Fund ranking: which funds will be among the best of their peer group, and can we know it.

The public names, imported when first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fondo.funds.backtests import backtest as backtest
    from fondo.funds.combinations import CombinatorialPurgedKFold as CombinatorialPurgedKFold
    from fondo.funds.feature import Feature as Feature
    from fondo.funds.features import FeatureSet as FeatureSet
    from fondo.funds.group_page import groups_page as groups_page
    from fondo.funds.group_study import find_groups as find_groups
    from fondo.funds.inference import evidence as evidence
    from fondo.funds.labels import Label as Label
    from fondo.funds.leak_meter import measure_leak as measure_leak
    from fondo.funds.learned import Boosting as Boosting
    from fondo.funds.learned import Forest as Forest
    from fondo.funds.learned import Logistic as Logistic
    from fondo.funds.ledger import Ledger as Ledger
    from fondo.funds.network_ranker import Network as Network
    from fondo.funds.observations import Observations as Observations
    from fondo.funds.observations import observe as observe
    from fondo.funds.overlap import overlap_study as overlap_study
    from fondo.funds.panel import Panel as Panel
    from fondo.funds.peers import with_peer_groups as with_peer_groups
    from fondo.funds.picks import selective_precision as selective_precision
    from fondo.funds.plan import BacktestPlan as BacktestPlan
    from fondo.funds.prepare import preparation as preparation
    from fondo.funds.ranking import rank as rank
    from fondo.funds.reader import read as read
    from fondo.funds.record import Record as Record
    from fondo.funds.record import records as records
    from fondo.funds.report_page import write_report as write_report
    from fondo.funds.result import Backtest as Backtest
    from fondo.funds.rules import Rules as Rules
    from fondo.funds.runs import load as load
    from fondo.funds.runs import save as save
    from fondo.funds.sample_size import years_needed as years_needed
    from fondo.funds.samples import read_prices as read_prices
    from fondo.funds.splits import PurgedKFold as PurgedKFold
    from fondo.funds.splits import PurgedWalkForward as PurgedWalkForward
    from fondo.funds.universe import make_universe as make_universe

# Public name -> module that holds it.
_PLACES = {
    "Backtest": "fondo.funds.result",
    "BacktestPlan": "fondo.funds.plan",
    "Boosting": "fondo.funds.learned",
    "CombinatorialPurgedKFold": "fondo.funds.combinations",
    "Feature": "fondo.funds.feature",
    "FeatureSet": "fondo.funds.features",
    "Forest": "fondo.funds.learned",
    "Label": "fondo.funds.labels",
    "Ledger": "fondo.funds.ledger",
    "Logistic": "fondo.funds.learned",
    "Network": "fondo.funds.network_ranker",
    "Observations": "fondo.funds.observations",
    "Panel": "fondo.funds.panel",
    "PurgedKFold": "fondo.funds.splits",
    "PurgedWalkForward": "fondo.funds.splits",
    "Record": "fondo.funds.record",
    "Rules": "fondo.funds.rules",
    "backtest": "fondo.funds.backtests",
    "evidence": "fondo.funds.inference",
    "find_groups": "fondo.funds.group_study",
    "groups_page": "fondo.funds.group_page",
    "load": "fondo.funds.runs",
    "make_universe": "fondo.funds.universe",
    "measure_leak": "fondo.funds.leak_meter",
    "observe": "fondo.funds.observations",
    "overlap_study": "fondo.funds.overlap",
    "preparation": "fondo.funds.prepare",
    "rank": "fondo.funds.ranking",
    "read": "fondo.funds.reader",
    "read_prices": "fondo.funds.samples",
    "records": "fondo.funds.record",
    "save": "fondo.funds.runs",
    "selective_precision": "fondo.funds.picks",
    "with_peer_groups": "fondo.funds.peers",
    "write_report": "fondo.funds.report_page",
    "years_needed": "fondo.funds.sample_size",
}

__all__ = [
    "Backtest",
    "BacktestPlan",
    "Boosting",
    "CombinatorialPurgedKFold",
    "Feature",
    "FeatureSet",
    "Forest",
    "Label",
    "Ledger",
    "Logistic",
    "Network",
    "Observations",
    "Panel",
    "PurgedKFold",
    "PurgedWalkForward",
    "Record",
    "Rules",
    "backtest",
    "evidence",
    "find_groups",
    "groups_page",
    "load",
    "make_universe",
    "measure_leak",
    "observe",
    "overlap_study",
    "preparation",
    "rank",
    "read",
    "read_prices",
    "records",
    "save",
    "selective_precision",
    "with_peer_groups",
    "write_report",
    "years_needed",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'fondo.funds' has no attribute {name!r}")
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
