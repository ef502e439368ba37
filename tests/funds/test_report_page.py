import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.funds.test_report_findings import NAN, hand

from fondo.errors import BadParameter, OutputError
from fondo.funds.backtests import backtest
from fondo.funds.learned import Logistic
from fondo.funds.plan import BacktestPlan
from fondo.funds.report_page import backtest_page, group_page, write_report
from fondo.funds.result import Backtest
from fondo.funds.universe import make_universe

HOSTILE = '</td><script>alert("ü")</script>'
CHINESE = "混合型基金"


@pytest.fixture(scope="module")
def real() -> Backtest:
    """Backtest of a small universe that was really run, two dates a year."""
    panel = make_universe("market+skill", funds=32, years=8, groups=2, alpha_sd=0.002, seed=1)
    plan = BacktestPlan(step=26)
    return backtest(panel, [Logistic(products=False, k=4)], plan=plan, leak=False)


def parsed(page: str) -> ET.Element:
    assert page.startswith("<!DOCTYPE html>\n")
    return ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))


def plain(page: str) -> str:
    body = parsed(page).find("body")
    assert body is not None
    return re.sub(r"\s+", " ", " ".join(body.itertext()))


def headings(page: str) -> list[str]:
    return [str(each.text) for each in parsed(page).iter("h2")]


def hrefs(page: str) -> Iterator[str]:
    return (each.attrib["href"] for each in parsed(page).iter("a"))


def test_the_page_has_its_sections_in_order(real: Backtest) -> None:
    page = backtest_page(real)
    assert headings(page) == [
        "Models beside each other", "Year by year", "Precision by threshold", "Peer groups",
        "Where quartiles go", "What labels dealt out anew would show", "All intervals",
        "Leak meter", "Overfitting and trials", "What was tried inside the training side", "Data",
        "How to run it again",
    ]  # fmt: skip
    anchors = {each.attrib["id"] for each in parsed(page).iter("section")}
    assert {href[1:] for href in hrefs(page) if href.startswith("#")} == anchors


def test_the_page_is_one_file_that_loads_nothing(real: Backtest) -> None:
    page = backtest_page(real)
    assert "<script" not in page
    assert not re.search(r'src="|href="(?!#|group-)', page)
    assert "default-src &#x27;none&#x27;" in page
    assert page == backtest_page(real)
    assert "nan" not in re.findall(r"[a-z]+", plain(page).lower())


def test_the_page_tells_the_figures_and_its_doubts() -> None:
    words = plain(backtest_page(hand())).replace("\N{NO-BREAK SPACE}", " ")
    for told in (
        "precision of the picks 0.667 blind picks 0.300",
        "6 of 9, 9 dates in 9 years",
        "All funds are one group.",
        "Probability of backtest overfitting: not known",
        "No ledger was kept",
        "Nothing was found wrong in the prices.",
        "No row was left out.",
        "2 of the 10 funds ended",
        "The shuffled figure is not to be believed",
        "ab" * 32,
    ):
        assert told in words
    assert "It did not run" in plain(backtest_page(replace(hand(), leak=None)))


def test_colour_follows_the_verdict() -> None:
    tones = {
        "verdict long": hand(right=9), "verdict level long": hand(right=3),
        "verdict bad long": hand(40, 1),
    }  # fmt: skip
    for css, done in tones.items():
        assert f'class="{css}"' in backtest_page(done)


def test_one_group_makes_one_page(tmp_path: Path) -> None:
    done = hand()
    (path,) = write_report(done, tmp_path / "new")
    assert path == tmp_path / "new" / "index.html"
    assert path.read_text(encoding="utf-8") == backtest_page(done)


def test_each_group_has_a_page_that_is_linked(tmp_path: Path) -> None:
    groups = [HOSTILE, CHINESE, "Équity", "equity"]
    done = hand(groups=groups)
    paths = write_report(done, tmp_path)
    assert [path.name for path in paths] == [
        "index.html", "group-td-script-alert-u-script.html", "group-equity.html",
        "group-equity-2.html", "group-4.html",
    ]  # fmt: skip
    texts = [path.read_text(encoding="utf-8") for path in paths]
    for page in texts:
        parsed(page)
        assert "<script" not in page
    files = {path.name for path in paths}
    assert {href for href in hrefs(texts[0]) if not href.startswith("#")} == files - {"index.html"}
    away = {href for href in hrefs(texts[1]) if not href.startswith("#")}
    assert away == files - {paths[1].name}
    assert f"{HOSTILE}: backtest" in plain(texts[1])
    assert f"{CHINESE}: backtest" in plain(texts[4])
    assert texts[4] == group_page(done, CHINESE)


def test_a_page_of_a_group_is_of_its_picks_alone() -> None:
    page = group_page(hand(groups=("a", "b")), "a")
    assert "6 of 9, 9 dates" in plain(page)
    assert "It is one of 2 groups looked at" in plain(page)
    assert headings(page) == [
        "Models beside each other", "Year by year", "Precision by threshold",
        "Where quartiles go", "What labels dealt out anew would show", "All intervals",
    ]  # fmt: skip
    with pytest.raises(BadParameter, match=r"Known: a, b"):
        group_page(hand(groups=("a", "b")), "zzz")


def test_what_is_not_known_is_a_dash_and_not_an_error() -> None:
    done = hand(groups=("a", "b"))
    inside = pl.col("peer") == "b"
    unknown = [
        pl.when(inside).then(NAN).otherwise(name).alias(name)
        for name in ("y", "outcome", "growth", "volatility", "score:logistic")
    ]
    partly = replace(done, rows=done.rows.with_columns(unknown))
    for page in (backtest_page(partly), group_page(partly, "a"), group_page(partly, "b")):
        parsed(page)
        assert "nan" not in re.findall(r"[a-z]+", plain(page).lower())
    assert "No pick has a label yet" in plain(group_page(partly, "b"))
    nothing = replace(done, rows=done.rows.with_columns(y=pl.lit(NAN), outcome=pl.lit(NAN)))
    assert "No pick has a label yet" in plain(backtest_page(nothing))


def test_baselines_alone_and_one_year_have_pages_too() -> None:
    done = hand()
    models = {name: told for name, told in done.models.items() if name != "logistic"}
    words = plain(backtest_page(replace(done, models=models)))
    assert "No model here learns." in words
    assert "Nothing: no settings were searched for." in words
    words = plain(backtest_page(hand(1, 1)))
    assert "Only 1 test year" in words
    assert "Not known: the history does not hold two label windows." in words


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="file"):
        write_report(hand(), tmp_path / "file")
