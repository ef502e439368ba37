"""What a backtest does: which features, which label, when is tested, who is ranked against whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from fondo import contracts
from fondo.contracts import Choice, Contract, Either, Made, Nothing, Real, Whole
from fondo.funds.features import FeatureSet
from fondo.funds.labels import Label
from fondo.funds.picks import TOP
from fondo.funds.splits import YEAR

_LENGTH = Either(Nothing(), Whole(1, unit="periods of the panel"))


@dataclass(frozen=True, kw_only=True)
class BacktestPlan:
    """Settings of a backtest that all its models share.

    Parameters
    ----------
    label : Label, default=Label()
        What a good fund is: the first quartile of its group by the Sharpe ratio of the next year.
    features : FeatureSet, default=FeatureSet()
        What models see.
    look_back, horizon : int or None, default=None
        Periods that features look back on, and that the label looks ahead; None is a year.
    step : int or None, default=None
        Periods between two decision dates; None is about a month.
    burn_in : int, default=1095
        Days from the first decision date before tests begin.
    window : int or None, default=None
        Days before a test that rows to learn from may be old; None takes all (expanding).
    groups : {"together", "dummies", "apart"}, default="together"
        One model for all peer groups, one that is told the group as columns of 0 and 1 (the first
        group has none), or a model for each. Funds are always ranked inside their group.
    scale : {"group", "date", "fold"}, default="group"
        Features are scaled within date and peer group or within the date, by nothing but what was
        known then; "fold" leaves them as they are to the scaler that learns on training rows.
    share : float in (0, 1], default=0.1
        Share of each group that is picked at each date.
    tune_every : int, default=3
        Tests (years) between two searches for settings; each uses its training side alone.
    half_life : float or None, default=None
        Years after which a training row counts half; None counts all alike.
    seed : int, default=0
        Of everything random.

    Raises
    ------
    BadParameter
        A setting that cannot be.
    """

    label: Label = field(default_factory=Label)
    features: FeatureSet = field(default_factory=FeatureSet)
    look_back: int | None = None
    horizon: int | None = None
    step: int | None = None
    burn_in: int = 3 * YEAR
    window: int | None = None
    groups: str = "together"
    scale: str = "group"
    share: float = TOP
    tune_every: int = 3
    half_life: float | None = None
    seed: int = 0

    contracts: ClassVar[Mapping[str, Contract]] = {
        "label": Made("a Label", lambda v: isinstance(v, Label)),
        "features": Made("a FeatureSet", lambda v: isinstance(v, FeatureSet)),
        "look_back": _LENGTH,
        "horizon": _LENGTH,
        "step": _LENGTH,
        "burn_in": Whole(0, unit="days"),
        "window": Either(Nothing(), Whole(1, unit="days")),
        "groups": Choice("together", "dummies", "apart"),
        "scale": Choice("group", "date", "fold"),
        "share": Real(0, 1, open_low=True),
        "tune_every": Whole(1, unit="tests"),
        "half_life": Either(Nothing(), Real(0, open_low=True, unit="years")),
        "seed": Whole(0, 2**32 - 1),
    }

    def __post_init__(self) -> None:
        for name, contract in self.contracts.items():
            contracts.check_value("BacktestPlan", name, getattr(self, name), contract)

    @property
    def side(self) -> int:
        """1 where label 1 is what an investor wants, -1 where it is what to avoid."""
        return 1 if self.label.side == "top" else -1

    @property
    def sign(self) -> int:
        """1 where a higher outcome means label 1, -1 where a lower one does."""
        return self.side * self.label.sign

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; a measure or feature of one's own by its name."""
        told = {item.name: getattr(self, item.name) for item in fields(self)}
        told["label"] = {name: _named(value) for name, value in vars(self.label).items()}
        told["features"] = {name: _named(value) for name, value in vars(self.features).items()}
        return told


def _named(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_named(each) for each in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return getattr(value, "name", None) or getattr(value, "__name__", type(value).__name__)
