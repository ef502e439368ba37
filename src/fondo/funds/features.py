"""All features, and the table of them for many dates, funds and look-backs.

The functions are in `performance` (with cost), `risk` and `other`; `observations` puts the rows
together with their labels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.funds import other, performance, risk
from fondo.funds.feature import BLOCKS, Feature
from fondo.funds.panel import Panel
from fondo.funds.windows import Source, Window, make_source
from fondo.funds.within import z_scores

_BLOCK = 500_000  # numbers of one array of a block of windows

FEATURES: dict[str, Feature] = {
    feature.name: feature for feature in (*performance.FEATURES, *risk.FEATURES, *other.FEATURES)
}


@dataclass(frozen=True)
class FeatureSet:
    """Which features are computed, and how.

    Parameters
    ----------
    features : sequence of str and Feature, or None, default=None
        Names of `fondo.funds.features.FEATURES` or features of one's own; None takes all that the
        panel can feed and that fit the shortest look-back.
    min_history : float in (0, 1], default=0.75
        Share of the returns of a look-back that a fund must have.
    risk_free : float, default=0.0
        Return of money without risk in a year, as a share.
    composite : bool, default=False
        Whether the four blocks take the place of their features: in each block the mean of the
        z-scores within date and peer group, turned so that higher is better.

    Raises
    ------
    BadParameter
        A setting that cannot be.
    """

    features: Sequence[str | Feature] | None = None
    min_history: float = 0.75
    risk_free: float = 0.0
    composite: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.min_history <= 1:
            raise BadParameter(
                f"FeatureSet(min_history={self.min_history!r}): must be above 0 and at most 1. "
                "Give a share such as 0.75."
            )
        if not -1 < self.risk_free < 1:
            raise BadParameter(
                f"FeatureSet(risk_free={self.risk_free!r}): must be a share between -1 and 1. "
                "Give 0.02 for 2 % a year."
            )


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Features (D, N, F) of N funds at D dates, their names, and who has enough history (D, N)."""

    values: NDArray[np.float64]
    names: tuple[str, ...]
    enough: NDArray[np.bool_]


def feature_table(
    panel: Panel,
    ends: NDArray[np.int64],
    look_backs: Sequence[int],
    chosen: FeatureSet | None = None,
) -> FeatureTable:
    """Features of all funds at some dates, each from the window that ends there.

    Parameters
    ----------
    panel : Panel
        Prices.
    ends : int array (D,)
        Rows of the decision dates in the panel; the row and those before it are used, none after.
    look_backs : sequence of int
        Lengths of the windows, in periods. With more than one, names end in the length:
        "sharpe_52". A window that starts before the panel gives NaN.
    chosen : FeatureSet or None, default=None
        Which features.

    Returns
    -------
    table : FeatureTable
        A fund has enough history where it has a price at the date and, over the shortest
        look-back, the share of returns that is asked for.

    Raises
    ------
    BadParameter
        A feature that does not exist, that the panel cannot feed, or that needs a longer window.
    BadData
        A feature of one's own gives another shape than one number a fund.
    """
    chosen = FeatureSet() if chosen is None else chosen
    features = choose(panel, chosen, min(look_backs))
    source = make_source(panel, chosen.risk_free)
    tables = [_values(source, ends, length, features, chosen) for length in look_backs]
    names = [_names(features, length, len(look_backs), chosen) for length in look_backs]
    shortest = min(look_backs)
    parts = [values for values, _ in tables]
    return FeatureTable(
        parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2),  # one is not copied
        tuple(name for part in names for name in part),
        tables[list(look_backs).index(shortest)][1],
    )


def choose(panel: Panel, chosen: FeatureSet, look_back: int) -> list[Feature]:
    """Features that were asked for, or all that the panel and the look-back allow."""
    if chosen.features is None:
        return [item for item in FEATURES.values() if not _lacking(item, panel, look_back)]
    if isinstance(chosen.features, str) or not len(chosen.features):
        raise BadParameter(
            f"FeatureSet(features={chosen.features!r}): must be a list of one or more features. "
            "Give one, or None for all."
        )
    features = []
    for item in chosen.features:
        if isinstance(item, str) and item not in FEATURES:
            raise BadParameter(
                f"FeatureSet(features=[{item!r}]): no such feature. {did_you_mean(item, FEATURES)}"
            )
        feature = FEATURES[item] if isinstance(item, str) else item
        lacking = _lacking(feature, panel, look_back)
        if lacking:
            raise BadParameter(f"FeatureSet(features=[{feature.name!r}]): {lacking}")
        features.append(feature)
    twice = [item.name for item in features]
    if len(set(twice)) < len(twice):
        raise BadParameter("FeatureSet(features=...): a name stands twice. Leave one out.")
    return features


def _lacking(feature: Feature, panel: Panel, look_back: int) -> str:
    """What stands in the way of a feature; empty if nothing does."""
    needs = (feature.needs, "aum") if feature.needs == "flow" else (feature.needs,)
    missing = [name for name in needs if name and getattr(panel, name) is None]
    if missing:
        return f"the panel has no {missing[0]}. Read a table with it, or leave the feature out."
    periods = round(panel.periods_per_year * feature.months / 12)
    if periods > look_back:
        return f"needs a look-back of {periods} periods, not {look_back}. Give a longer one."
    return ""


def _values(
    source: Source,
    ends: NDArray[np.int64],
    length: int,
    features: list[Feature],
    chosen: FeatureSet,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Features (D, N, F) over windows of one length, and who has enough history (D, N)."""
    n_funds = len(source.panel.funds)
    values = np.full((len(ends), len(features), n_funds), np.nan)
    enough = np.zeros((len(ends), n_funds), bool)
    for places in _in_blocks(ends, length, n_funds):
        block = source.block(int(ends[places[0]]) - length, int(ends[places[-1]]) + 1)
        for place in places:
            window = block.window(int(ends[place]), length)
            priced = np.isfinite(source.panel.nav[ends[place]])
            enough[place] = priced & (window.sample.count >= chosen.min_history * length)
            for column, feature in enumerate(features):
                values[place, column] = _one(feature, window, n_funds)
            values[place, :, ~enough[place]] = np.nan
    by_fund = values.transpose(0, 2, 1)  # a view
    if chosen.composite:
        by_fund = _composites(by_fund, source.panel.peer_codes[ends], features)
    return by_fund, enough


def _in_blocks(ends: NDArray[np.int64], length: int, n_funds: int) -> list[NDArray[np.int64]]:
    """Places in `ends` whose windows share a block of rows, to bound the memory."""
    usable = np.flatnonzero(ends >= length)
    rows = max(length, _BLOCK // n_funds)
    if len(usable) == 0:
        return []
    number = (ends[usable] - ends[usable[0]]) // rows
    return np.split(usable, np.flatnonzero(np.diff(number)) + 1)


def _one(feature: Feature, window: Window, n_funds: int) -> NDArray[np.float64]:
    numbers = np.asarray(feature.function(window), np.float64)
    if numbers.shape != (n_funds,):
        raise BadData(
            f"Feature({feature.name!r}): its function gives an array of shape {numbers.shape} for "
            f"{n_funds} funds. Give one number a fund."
        )
    return numbers


def _composites(
    values: NDArray[np.float64], peer: NDArray[np.int64], features: list[Feature]
) -> NDArray[np.float64]:
    """Mean z-score of each block (D, N, blocks), higher being better."""
    turned = [
        feature.sign * z_scores(values[:, :, column], peer)
        for column, feature in enumerate(features)
    ]
    blocks = []
    for block in _blocks(features):
        scores = np.stack([z for z, f in zip(turned, features, strict=True) if f.block == block])
        there = np.isfinite(scores)
        count = there.sum(axis=0)
        total = np.where(there, scores, 0.0).sum(axis=0)
        blocks.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
    return np.stack(blocks, axis=2)


def _blocks(features: list[Feature]) -> list[str]:
    return [block for block in BLOCKS if any(feature.block == block for feature in features)]


def _names(features: list[Feature], length: int, n_lengths: int, chosen: FeatureSet) -> list[str]:
    names = _blocks(features) if chosen.composite else [feature.name for feature in features]
    return [f"{name}_{length}" for name in names] if n_lengths > 1 else names
