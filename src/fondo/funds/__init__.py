"""Fund ranking: which funds will be among the best of their peer group, and can we know it.

The public names, imported when first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fondo.funds.feature import Feature as Feature
    from fondo.funds.features import FeatureSet as FeatureSet
    from fondo.funds.labels import Label as Label
    from fondo.funds.observations import Observations as Observations
    from fondo.funds.observations import observe as observe
    from fondo.funds.panel import Panel as Panel
    from fondo.funds.peers import with_peer_groups as with_peer_groups
    from fondo.funds.reader import read as read
    from fondo.funds.rules import Rules as Rules

# Public name -> module that holds it.
_PLACES = {
    "Feature": "fondo.funds.feature",
    "FeatureSet": "fondo.funds.features",
    "Label": "fondo.funds.labels",
    "Observations": "fondo.funds.observations",
    "Panel": "fondo.funds.panel",
    "Rules": "fondo.funds.rules",
    "observe": "fondo.funds.observations",
    "read": "fondo.funds.reader",
    "with_peer_groups": "fondo.funds.peers",
}

__all__ = [
    "Feature",
    "FeatureSet",
    "Label",
    "Observations",
    "Panel",
    "Rules",
    "observe",
    "read",
    "with_peer_groups",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'fondo.funds' has no attribute {name!r}")
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
