"""Prices by their name: a file, or an invented universe for trying things out.

How files are read is in `reader`, how universes are made in `universe`.
"""

import os
from typing import Any

from fondo.errors import BadParameter, did_you_mean
from fondo.funds.panel import Panel
from fondo.funds.peers import with_peer_groups
from fondo.funds.reader import read
from fondo.funds.universe import make_universe

SAMPLES = {
    "skill": "160 funds in 4 groups, 15 years; they differ in skill and cost, and losers close",
    "luck": "the same without skill or cost: whatever is found there is luck",
}


def read_prices(source: Any, *, peer_groups: Any = None, **options: Any) -> Panel:
    """Prices of a file, or of the samples "sample:skill" and "sample:luck".

    Parameters
    ----------
    source : path, frame or str
        As `fondo.funds.read` takes it, or a sample.
    peer_groups : path, frame, mapping or None, default=None
        As `with_peer_groups` takes it.
    **options : object
        Passed on to `fondo.funds.read`.

    Returns
    -------
    panel : Panel

    Raises
    ------
    BadData
        What `fondo.funds.read` refuses.
    BadParameter
        A sample that does not exist.
    """
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else ""
    panel = sample(name[7:]) if name.startswith("sample:") else read(source, **options)
    return panel if peer_groups is None else with_peer_groups(panel, peer_groups)


def sample(name: str) -> Panel:
    """Invented universe of that name; the same each time."""
    if name not in SAMPLES:
        raise BadParameter(
            f"funds.read_prices(source='sample:{name}'): no such sample of prices. "
            f"{did_you_mean(name, SAMPLES)}"
        )
    merits = {"alpha_sd": 0.001, "cost": 0.02} if name == "skill" else {}  # 5.2 % and 2 % a year
    return make_universe(
        "market+style", funds=160, years=15, groups=4, seed=7, exits=0.03, births=0.2,
        style_sd=0.003, **merits,
    )  # fmt: skip
