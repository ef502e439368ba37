"""Backtests of small invented universes, made once for all tests that look at them."""

import fcntl
import os
import pickle

import pytest

from fondo.funds.backtests import backtest
from fondo.funds.learned import Forest, Logistic
from fondo.funds.ledger import Ledger
from fondo.funds.network_ranker import Network
from fondo.funds.panel import Panel
from fondo.funds.plan import BacktestPlan
from fondo.funds.result import Backtest
from fondo.funds.universe import make_universe

QUICK = Logistic(products=False, k=4)
SMALL = Network(hidden=(8,), dropout=0.1, batch_size=50, epochs=20)
FEW = BacktestPlan(step=26)  # two decision dates a year


@pytest.fixture(scope="session")
def skilled() -> Panel:
    """48 funds in 2 groups, 10 years, with skill that anybody can see."""
    return make_universe("market+skill", funds=48, years=10, groups=2, alpha_sd=0.002, seed=1)


@pytest.fixture(scope="session")
def done(skilled: Panel, tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    """Backtest of it with three models that learn, and a ledger.

    The first process of a run that asks for it makes it; the others wait and read what it left.
    """
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent  # of all processes of this run
    with (place / "backtest.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = place / "backtest.pickle"
        if not kept.exists():
            with Ledger(tmp_path_factory.mktemp("ledger") / "trials.sqlite") as book:
                models = [QUICK, Forest(draws=1), SMALL]
                made = backtest(skilled, models, plan=FEW, ledger=book)
            kept.write_bytes(pickle.dumps(made))
        found: Backtest = pickle.loads(kept.read_bytes())
    return found
