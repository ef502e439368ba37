"""fondo.jobs.more_data and `fondo more-data`: guess, subsets, page, JSON, mistakes told."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadData, BadParameter
from fondo.jobs.asked import Asked
from fondo.jobs.more_data import more_data
from fondo.search.more_data import MoreDataPlan
from fondo.search.subset_scores import Judged

FIXED = {"hidden": "8", "embedding": "none", "members": "1", "epochs": "2"}
SIZES = (20, 40, 60, 80)


@pytest.fixture
def source(tmp_path, table, monkeypatch):
    monkeypatch.chdir(tmp_path)
    y = [None if k in (3, 50) else "yes" if k % 3 else "no" for k in range(122)]
    table(122, y=y, who=[f"g{k // 4}" for k in range(122)]).write_csv("t.csv")
    return "t.csv"


class Played:
    """Who fits elsewhere, played: scores that fall with the rows; it keeps what it is asked."""

    def __init__(self):
        self.asks, self.random = [], np.random.default_rng(0)

    def __call__(self, asks, judge):
        self.asks = list(asks)
        return [{name: self.judged(ask) for name in judge.metrics} for ask in asks]

    def judged(self, ask):
        value = 0.4 + 2 / len(ask.part.y) + 0.002 * self.random.normal()
        return Judged(value, value + 0.001 * self.random.normal(size=20), {"naive": 0.7})


def test_the_command_tells_the_table_the_answer_and_writes_the_page(source, ask):
    words = [word for pair in FIXED.items() for word in ("--set", "=".join(pair))]
    done = ask("more-data", "t.csv", "--target", "y", "--sizes", "20,40,60,80", "--repeats", 2,
               "--drop", "v", "--drop", "who", "--out", "found", *words)  # fmt: skip
    assert "Rows: 80 to learn from, 24 to judge on, dealt 2 times" in done.stdout
    assert "160 (foretold)" in done.stdout
    assert "Verdict: " in done.stdout
    assert "2 of 122 rows have no value in 'y' and were set aside" in done.stdout
    assert "Task: table-classifier" in done.stderr
    assert done.stderr.count(" rows: log loss ") == 8
    page = Path("found/more-data.html").read_text(encoding="utf-8")
    assert "What more rows would buy: t.csv" in page
    again = "fondo more-data t.csv --target y --task table-classifier --drop v --drop who"
    assert again in page
    assert "--repeats 2 --seed 0 --sizes 20,40,60,80" in page
    silent = ask("more-data", "t.csv", "--target", "y", "--sizes", "20,40,60,80", "--repeats", 2,
                 "--drop", "v", "--drop", "who", "--json", "--quiet", *words)  # fmt: skip
    assert silent.stderr == ""
    answer = json.loads(silent.stdout)
    assert answer["page"] is None
    assert answer["task"] == "table-classifier"
    assert answer["verdict"] in page.replace("&#x27;", "'")
    assert [row["rows"] for row in answer["curves"][0]["sizes"]] == [20, 40, 60, 80, 160]


def test_what_is_asked_reaches_the_fits(source):
    pool = Played()
    plan = MoreDataPlan(SIZES, repeats=2, on=pool, seed=3, test=0.25)
    job = Asked(source, target="y", group="who", settings=FIXED, drop=("v",))
    result = more_data(job, plan=plan)
    assert {ask.task.random_state for ask in pool.asks} == {3, 4}
    assert pool.asks[0].task.epochs == 2
    assert pool.asks[0].part.X.columns == ["x", "z", "colour"]
    assert not set(pool.asks[0].part.groups) & set(pool.asks[0].test.groups)
    assert result.found.dealt.startswith("groups whole")
    assert result.found.n_test == pytest.approx(30, abs=4)
    assert "--group who" in result.again
    assert "--test 0.25" in result.again
    assert result.why == "'y' holds 2 different words"


def test_a_number_is_guessed_and_times_order_the_rows(source):
    pool = Played()
    frame = pl.read_csv(source).with_columns(day=pl.Series(range(122)))
    job = Asked(frame, target="v", time="day", settings=FIXED)
    result = more_data(job, plan=MoreDataPlan(SIZES, repeats=2, on=pool))
    assert (result.source, result.again) == ("frame", "")
    assert [curve.metric for curve in result.found.curves] == ["rmse"]
    assert min(pool.asks[0].test.X["day"]) > max(pool.asks[0].part.X["day"])


def test_weights_go_to_the_fits_and_are_no_column(source):
    pool = Played()
    frame = pl.read_csv(source).drop_nulls("y").with_columns(w=pl.Series(range(1, 121)))
    job = Asked(frame, target="y", weight="w", settings=FIXED)
    more_data(job, plan=MoreDataPlan(SIZES, repeats=2, on=pool))
    part = pool.asks[0].part
    assert "w" not in part.X.columns
    assert len(part.weight) == len(part.y)
    assert len(set(part.weight.tolist())) > 10


def test_nothing_is_written_unless_it_is_asked_for(source):
    more_data(Asked(source, target="y"), plan=MoreDataPlan(SIZES, repeats=2, on=Played()))
    assert sorted(path.name for path in Path().iterdir()) == ["t.csv"]


def test_mistakes_are_told(source, refused):
    asked = ("more-data", "t.csv", "--target")
    assert "did you mean" in refused(*asked, "yy").lower()
    assert "repeats must be at least 2, since one dealing" in refused(*asked, "y", "--repeats", 1)
    assert "--sizes 20;40" in refused(*asked, "y", "--sizes", "20;40")
    assert "sizes must rise" in refused(*asked, "y", "--sizes", "20,60,40,80")
    assert "there is no column 'nn' (group)" in refused(*asked, "y", "--group", "nn")
    told = refused(*asked, "y", "--group", "who", "--time", "x")
    assert "only one of the two can decide" in told
    assert "there is no such setting" in refused(*asked, "y", "--set", "epoch=2")
    with pytest.raises(BadParameter, match=r"more_data\(test=2\)"):
        more_data(Asked(source, target="y"), plan=MoreDataPlan(test=2))


def test_too_few_rows_name_what_is_needed(source, table):
    with pytest.raises(BadData, match="48 training rows beside the test part; at least 80"):
        more_data(Asked(table(60), target="y"))
