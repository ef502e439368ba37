"""What the report of a backtest is of, and how its numbers are written: no sentence, no markup.

The sentences are in `report_words`, `report_proofs` and `report_data`.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fondo.errors import BadParameter, did_you_mean
from fondo.funds.dated import Dated
from fondo.funds.moves import Moves, moves
from fondo.funds.record import Record, records
from fondo.funds.result import Backtest
from fondo.funds.standing import Standing, standing
from fondo.judge.intervals import Interval
from fondo.report.scales import MISSING, estimate

PERCENT_95 = "95\N{NO-BREAK SPACE}%"
Cell = object  # of a table; a pair of texts is a value and what stands small under it
Grid = tuple[list[str], list[list[Cell]]]

MODELS = {
    "logistic": "logistic regression",
    "forest": "random forest",
    "network": "neural network",
    "boosting": "boosted trees",
    "past_sharpe": "past Sharpe",
}


@dataclass(frozen=True, eq=False)
class Findings:
    """A backtest with the records of its models, over all or of one peer group.

    Attributes
    ----------
    done : Backtest
    found : dict of str to Record
        By model, in their order.
    peer : str or None
        The one group that it is of; None: all.
    """

    done: Backtest
    found: dict[str, Record]
    peer: str | None = None

    @cached_property
    def beside(self) -> Standing:
        """Who is best, and against whom."""
        return standing(self.done, self.found)

    @cached_property
    def moves(self) -> Moves | None:
        """Where quartiles go."""
        return moves(self.done, self.peer)

    @property
    def best(self) -> Record:
        """Record of the best learned model."""
        return self.found[self.beside.best]

    @property
    def rival(self) -> Record:
        """Record of the best baseline."""
        return self.found[self.beside.rival]

    @property
    def shown(self) -> list[Record]:
        """Models that learn, the best first, then the best baseline; no model twice."""
        learned = [name for name in self.done.learned if name != self.beside.best]
        names = dict.fromkeys([self.beside.best, *learned, self.beside.rival])
        return [self.found[name] for name in names]

    @property
    def groups(self) -> list[str]:
        """Peer groups with a row that was ranked, by name."""
        return [str(name) for name in np.unique(self.done.tested["peer"].to_numpy())]


def findings(done: Backtest, peer: str | None = None) -> Findings:
    """Records of a backtest, over all or of one peer group.

    Parameters
    ----------
    done : Backtest
    peer : str or None, default=None
        Name of a group; None: all.

    Raises
    ------
    BadParameter
        No row of such a group was ranked.
    """
    told = Findings(done, records(done, peer) if peer is None else {}, peer)
    if peer is None:
        return told
    if peer not in told.groups:
        raise BadParameter(
            f"group_page(peer={peer!r}): no fund of such a group was ranked. "
            f"{did_you_mean(peer, told.groups)}"
        )
    return Findings(done, records(done, peer), peer)


def model(name: str) -> str:
    """Name of a model in words.

    Examples
    --------
    >>> model("past_sharpe"), model("low_cost")
    ('past Sharpe', 'low cost')
    """
    return MODELS.get(name, name.replace("_", " "))


def titled(name: str) -> str:
    """Name of a model in words, to open a sentence or a title with."""
    words = model(name)
    return words[:1].upper() + words[1:]


def share(value: float) -> str:
    """A share with three decimals, a dash where it is not known."""
    return f"{value:.3f}" if math.isfinite(value) else MISSING


def count(value: float) -> str:
    """How many, with one decimal where ties made parts.

    Examples
    --------
    >>> count(1552.0), count(589.013)
    ('1,552', '589.0')
    """
    if not math.isfinite(value):
        return MISSING
    return f"{value:,.0f}" if abs(value - round(value)) < 1e-6 else f"{value:,.1f}"


def chance(p: float) -> str:
    """A p-value: three decimals, and no zero.

    Examples
    --------
    >>> chance(0.0123), chance(0.00001)
    ('0.012', '< 0.001')
    """
    if math.isnan(p):
        return MISSING
    return "< 0.001" if p < 0.0005 else f"{p:.3f}"


def ends(interval: Interval, decimals: int = 3) -> str:
    """Ends of an interval; not known where it has none."""
    low, high, _ = interval
    return estimate((low + high) / 2, low, high, decimals)[1] or "not known"


def scored(value: float, interval: Interval) -> tuple[str, str]:
    """A share, and its interval under it; nothing under a share that is not known."""
    return share(value), ends(interval) if math.isfinite(value) else ""


def signed(value: float) -> str:
    """A difference of shares with its sign."""
    if not math.isfinite(value):
        return MISSING
    text = f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")
    return "0.000" if abs(value) < 0.0005 else text


def dated(found: Dated, decimals: int = 3) -> tuple[str, str]:
    """Mean over the dates, and its interval by year."""
    value = f"{found.mean:.{decimals}f}" if len(found.known) else MISSING
    return value.replace("-", "\N{MINUS SIGN}"), ends(found.interval(), decimals)


def round_or(value: float) -> float:
    """Whole number, NaN where there is none."""
    return float(round(value)) if math.isfinite(value) else value
