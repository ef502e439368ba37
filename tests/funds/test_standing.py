"""fondo.funds.standing: who is best, against whom, and how much is luck."""

from dataclasses import replace

import pytest
from tests.funds.conftest import FEW

from fondo.funds.backtests import backtest
from fondo.funds.record import records
from fondo.funds.result import Backtest
from fondo.funds.standing import highest, standing
from fondo.judge.intervals import Interval
from fondo.judge.luck import best_share


def test_the_best_model_stands_beside_the_best_baseline(done: Backtest) -> None:
    found = records(done)
    beside = standing(done, found)
    precision = {name: record.picks.precision for name, record in found.items()}
    assert precision[beside.best] == max(precision[name] for name in done.learned)
    assert beside.rival != "random"
    assert precision[beside.rival] == max(precision[n] for n in done.baselines if n != "random")
    assert beside.difference == found[beside.best].against(found[beside.rival])[0]
    assert beside.trials == 7
    proof = found[beside.best].evidence
    wanted = best_share(7, round(proof.effective), proof.base_rate)
    assert beside.by_luck == pytest.approx(wanted)
    assert beside.overfitting is not None
    assert beside.overfitting.trials == 7


@pytest.mark.parametrize(
    ("ends", "word"),
    [((0.01, 0.1), "better"), ((-0.1, -0.01), "worse"), ((-0.1, 0.1), "not distinguishable")],
)
def test_the_verdict_is_that_of_the_interval(done: Backtest, ends, word: str) -> None:
    beside = standing(done, records(done))
    assert replace(beside, interval=Interval(*ends, "by hand")).verdict == word


def test_baselines_alone_are_compared_among_themselves(skilled) -> None:
    plain = backtest(skilled, [], plan=FEW, leak=False)
    found = records(plain)
    beside = standing(plain, found)
    assert beside.best != beside.rival
    assert beside.trials == 4  # without a ledger: those of this backtest
    assert highest(found, ["random", beside.best]) == beside.best
