"""All rankers by name."""

import importlib
from collections.abc import Sequence

from fondo.errors import BadParameter, did_you_mean
from fondo.funds.panel import Panel
from fondo.funds.rankers import BASELINES, Baseline, Ranker

# Name -> module and class: who asks for no network waits for no Keras.
LEARNED: dict[str, tuple[str, str]] = {
    "logistic": ("fondo.funds.learned", "Logistic"),
    "forest": ("fondo.funds.learned", "Forest"),
    "network": ("fondo.funds.network_ranker", "Network"),
    "boosting": ("fondo.funds.learned", "Boosting"),
}
NAMES = (*LEARNED, *BASELINES)
USUAL = ("logistic", "forest", "network")


def _learned(name: str) -> Ranker:
    module, kind = LEARNED[name]
    ranker: Ranker = getattr(importlib.import_module(module), kind)()
    return ranker


def rankers(models: Sequence[str | Ranker], panel: Panel) -> list[Ranker]:
    """Rankers that were named or given, then the baselines that the panel allows.

    Parameters
    ----------
    models : sequence of str and rankers
        Names of `NAMES`, or rankers with settings of their own.
    panel : Panel
        Without costs there is no baseline by cost.

    Returns
    -------
    found : list of Ranker
        No name twice.

    Raises
    ------
    BadParameter
        A name that does not exist, or that stands twice.

    Examples
    --------
    >>> from fondo.funds.universe import make_universe
    >>> panel = make_universe(funds=20, years=3)
    >>> [ranker.name for ranker in rankers(["logistic"], panel)]
    ['logistic', 'random', 'past_sharpe', 'past_quartile', 'low_volatility']
    """
    found: list[Ranker] = []
    for model in models:
        if isinstance(model, str):
            if model not in NAMES:
                raise BadParameter(
                    f"backtest(models=[{model!r}]): no such model. {did_you_mean(model, NAMES)}"
                )
            model = _learned(model) if model in LEARNED else Baseline(model)
        found.append(model)
    named = [each.name for each in found]
    for name in BASELINES:
        if name not in named and (name != "low_cost" or panel.cost is not None):
            found.append(Baseline(name))
    named = [each.name for each in found]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise BadParameter(
            f"backtest(models=...): {twice[0]!r} stands twice. Give each model once, and compare "
            "settings in backtests of their own."
        )
    return found
