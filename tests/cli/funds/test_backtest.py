"""`fondo funds backtest` and `report`: what they ask for, what they leave, what they refuse."""

import json
from pathlib import Path

import pytest

from fondo.cli.funds import backtest as module
from fondo.funds.plan import BacktestPlan
from fondo.funds.runs import MANIFEST, ROWS
from fondo.funds.universe import make_universe

PLAIN = ["--step", "26", "--model", "logistic", "--features", "sharpe,volatility,total_return"]


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """36 funds in 2 groups over 8 years, some of which end, as a file."""
    from fondo.funds.long_table import long_table

    panel = make_universe(
        "market+skill", funds=36, years=8, groups=2, alpha_sd=0.002, seed=3, exits=0.05
    )
    place = tmp_path_factory.mktemp("prices") / "funds.csv"
    long_table(panel).write_csv(place)
    return place


def test_a_backtest_leaves_pages_rows_manifest_and_ledger(ask, prices, tmp_path) -> None:
    done = ask(
        "funds", "backtest", str(prices), *PLAIN, "--target", "sharpe", "--target", "calmar",
        "--report", str(tmp_path / "run"), "--ledger", str(tmp_path / "ledger.sqlite"),
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "Verdict:" in done.stdout
    assert "logistic" in done.stdout
    assert "past_sharpe" in done.stdout
    for target in ("sharpe", "calmar"):
        for name in (MANIFEST, ROWS, "index.html"):
            assert (tmp_path / "run" / target / name).is_file()
    assert (tmp_path / "run" / "index.html").is_file()
    assert (tmp_path / "ledger.sqlite").is_file()
    assert "Walking forward: logistic" in done.stderr

    written = {page: page.read_bytes() for page in (tmp_path / "run").rglob("*.html")}
    again = ask("funds", "report", str(tmp_path / "run"), "--json")
    assert again.exit_code == 0, again.stderr
    told = json.loads(again.stdout)
    assert set(told["targets"]) == {"sharpe", "calmar"}
    assert len(told["pages"]) == len(written)
    assert {page: page.read_bytes() for page in written} == written


def test_the_answer_as_json_has_every_figure(ask, prices, tmp_path) -> None:
    done = ask(
        "funds", "backtest", str(prices), *PLAIN, "--report", str(tmp_path / "run"), "--json",
        "--ledger", str(tmp_path / "l.sqlite"), "--no-leak-meter", "--quiet",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    told = json.loads(done.stdout)["targets"]["sharpe"]
    assert told["leak"] is None
    model = told["models"][0]
    assert model["model"] == "logistic"
    assert model["top"]["precision"] > model["top"]["base_rate"] + 0.2
    assert len(told["facts"]["data"]["sha256"]) == 64


def test_options_become_the_plan(ask, fake, tmp_path, monkeypatch) -> None:
    fake("fondo.funds.samples", "read_prices", lambda **_: None)

    def stop(*given, **named):
        plans.append((given, given[1]["return"], named))
        raise KeyboardInterrupt

    plans: list = []
    monkeypatch.setattr("fondo.funds.job.run_backtests", stop)
    words = (
        "--side bottom --quantile 0.2 --dead loser --risk-free 0.02 --features sharpe,calmar "
        "--look-back 104 --horizon 26 --step 13 --groups apart --scale date --window 5 "
        "--half-life 2 --share 0.2 --burn-in 2 --seed 4 --model forest --target return"
    )
    done = ask("funds", "backtest", "x.csv", *words.split(), "--report", str(tmp_path))
    assert done.exit_code == 130
    given, plan, named = plans[0]
    assert isinstance(plan, BacktestPlan)
    assert (list(given[1]), given[2]) == (["return"], ["forest"])
    assert named["leak"] is True
    label = plan.label
    assert (label.measure, label.side, label.quantile, label.dead) == (
        "return", "bottom", 0.2, "loser",
    )  # fmt: skip
    assert list(plan.features.features) == ["sharpe", "calmar"]
    assert (plan.features.risk_free, label.risk_free) == (0.02, 0.02)
    assert (plan.look_back, plan.horizon, plan.step) == (104, 26, 13)
    assert (plan.groups, plan.scale, plan.window, plan.half_life) == ("apart", "date", 1825, 2.0)
    assert (plan.share, plan.burn_in, plan.seed) == (0.2, 730, 4)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.csv"], "no such file"),
        (["sample:skil"], "no such sample of prices"),
        (["sample:luck", "--target", "sharp"], "no such measure. Did you mean 'sharpe'"),
        (["sample:luck", "--model", "forrest"], "no such model. Did you mean 'forest'"),
        (["sample:luck", "--burn-in", "-1"], "--burn-in -1.0: must be a number of years"),
        (["sample:luck", "--burn-in", "40"], "Lower burn_in or give more years"),
        (["sample:luck", "--features", "sharp"], "no such feature"),
        (["sample:luck", "--target", "calmar", "--target", "calmar"], "none twice"),
        (["sample:luck", "--share", "0"], "share must be a number in"),
    ],
)
def test_what_cannot_be_is_refused_with_2(ask, tmp_path, words, told: str) -> None:
    where = ["--report", str(tmp_path / "run"), "--ledger", str(tmp_path / "l.sqlite")]
    done = ask("funds", "backtest", *words, *where)
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_folder_without_a_backtest_is_refused(ask, tmp_path) -> None:
    done = ask("funds", "report", str(tmp_path))
    assert done.exit_code == 2
    assert "no backtest lies there" in done.stderr
    assert ask("funds", "report", str(tmp_path / "none")).exit_code == 2


def test_the_folder_is_named_after_the_prices() -> None:
    assert module._stem("sample:skill") == "skill"
    assert module._stem("data/funds.csv") == "funds"
