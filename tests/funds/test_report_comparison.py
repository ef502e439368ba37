from dataclasses import replace
from pathlib import Path

import pytest
from tests.funds.test_report_findings import M, hand
from tests.funds.test_report_page import HOSTILE, headings, hrefs, parsed, plain

from fondo.errors import BadParameter
from fondo.funds.report_comparison import by_target, comparison_page, sentences, targets
from fondo.funds.report_findings import findings
from fondo.funds.report_page import write_comparison
from fondo.funds.result import Backtest


def calmar(**told: object) -> Backtest:
    done = hand(9, 3)
    label = done.facts["plan"]["label"] | {"measure": "calmar"}
    facts = done.facts | {"plan": done.facts["plan"] | {"label": label}}
    return replace(done, facts=facts | {"data": facts["data"] | told})


def test_targets_stand_beside_each_other_with_links(tmp_path: Path) -> None:
    runs = {"sharpe": hand(), "market_residual": calmar()}
    path = write_comparison(runs, tmp_path / "new")
    assert path == tmp_path / "new" / "index.html"
    page = path.read_text(encoding="utf-8")
    assert page == comparison_page(dict(reversed(runs.items())))
    assert list(hrefs(page)) == ["market_residual/index.html", "sharpe/index.html"]
    assert headings(page) == [
        "The best model of each target", "Precision by threshold", "Year by year",
    ]  # fmt: skip
    words = plain(page)
    assert "sharpe by threshold" in words
    assert "market_residual by threshold" in words
    assert (
        "market_residual: the fund ends in the first quarter of its peer group by Calmar" in words
    )


def test_each_target_has_a_sentence_and_a_row() -> None:
    told = {"sharpe": findings(hand()), "calmar": findings(calmar())}
    first, second, last = sentences(told)
    assert first == (
        "Target sharpe: logistic regression is right in 0.667 of its picks (0.354 to 0.879; 9 "
        "picks, 9 years), blind picks in 0.300; against past Sharpe better."
    )
    assert "Target calmar: logistic regression is right in 0.333" in second
    assert "against past Sharpe not distinguishable" in second
    assert last == "All are of the same data."
    head, rows = targets(told)
    assert rows[0][:4] == [
        ("sharpe", "logistic regression"), ("0.667", "0.354 to 0.879"), "0.300",
        ("+0.667", "0.282 to 1.051"),
    ]  # fmt: skip
    # 3 hits of 9: 0.333 -+ 2.306 * 0.5 / 3
    assert rows[1][3] == ("+0.333", f"{M}0.051 to 0.718")
    assert all(len(row) == len(head) for row in rows)


def test_years_are_those_of_either_target() -> None:
    head, rows = by_target({"a": findings(hand(3, 3)), "b": findings(hand(2, 1))})
    assert head == ["year", "a", "b"]
    assert rows[1] == ["2011", ("1.000", "1 of 1; base 0.300"), ("0.000", "0 of 1; base 0.300")]
    assert rows[2][2] == ("\N{EN DASH}", "0 of 0; base \N{EN DASH}")


def test_other_data_are_pointed_out() -> None:
    words = plain(comparison_page({"a": hand(), "b": calmar(sha256="cd" * 32)}))
    assert "They are not of the same data" in words


def test_a_hostile_target_breaks_nothing() -> None:
    page = comparison_page({HOSTILE: hand(), "../基金": calmar()})
    parsed(page)
    assert "<script" not in page
    assert [href.count("/") for href in hrefs(page)] == [1, 1]
    assert all(href.startswith("%3C") or href.startswith("..%2F") for href in hrefs(page))
    assert HOSTILE in plain(page)


def test_one_backtest_is_not_compared() -> None:
    with pytest.raises(BadParameter, match=r"runs=\['a'\]\): there must be two backtests"):
        comparison_page({"a": hand()})
