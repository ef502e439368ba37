"""`fondo funds rank`: the table of a date, as text, JSON and file."""

import json

import polars as pl
import pytest

QUICK = ["--features", "sharpe,volatility", "--step", "26"]


def test_the_best_of_each_group_are_shown(ask, tmp_path) -> None:
    place = tmp_path / "ranking.csv"
    done = ask("funds", "rank", "sample:skill", *QUICK, "--top", "2", "--out", str(place))
    assert done.exit_code == 0, done.stderr
    assert "learned from" in done.stdout
    assert done.stdout.count("group 1") == 2
    table = pl.read_csv(place)
    assert table.columns[:5] == ["fund", "peer", "rank", "of", "pick"]
    assert table.height > 80
    first = table.filter(pl.col("rank") == 1)
    assert sorted(first["peer"]) == ["group 1", "group 2", "group 3", "group 4"]


def test_an_earlier_date_and_a_baseline_as_json(ask, tmp_path) -> None:
    place = tmp_path / "ranking.parquet"
    done = ask(
        "funds", "rank", "sample:luck", "--date", "2010-06-30", "--model", "past_sharpe", "--json",
        *QUICK, "--out", str(place),
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["date"] == "2010-06-25"
    assert told["model"] == "past_sharpe"
    assert told["funds"][0]["rank"] == 1
    assert len(told["funds"]) == pl.read_parquet(place).height


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--date", "soon"], "must be a date such as '2020-01-31'"),
        (["--date", "1980-01-01"], "Give a date within"),
        (["--out", "x.html"], "the name must end in .csv"),
        (["--model", "oracle"], "no such model"),
        (["--top", "0"], "Invalid value for '--top'"),
    ],
)
def test_what_cannot_be_is_refused_with_2(ask, words, told: str) -> None:
    done = ask("funds", "rank", "sample:luck", *QUICK, *words)
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_place_that_cannot_be_written_is_named(ask, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    done = ask("funds", "rank", "sample:luck", *QUICK, "--out", str(tmp_path / "file" / "r.csv"))
    assert done.exit_code == 2
    assert "r.csv: cannot be written" in done.stderr


def test_peer_groups_may_come_in_a_table_of_their_own(ask, tmp_path) -> None:
    from fondo.funds.long_table import long_table
    from fondo.funds.universe import make_universe

    panel = make_universe("market+skill", funds=16, years=6, alpha_sd=0.002)
    long_table(panel).write_csv(tmp_path / "prices.csv")
    names = ["fund,peer_group"] + [
        f"{fund},{'équité' if place % 2 else 'debt'}" for place, fund in enumerate(panel.funds)
    ]
    (tmp_path / "groups.csv").write_text("\n".join(names), encoding="utf-8")
    words = ["funds", "rank", str(tmp_path / "prices.csv"), "--survivors-only-ok", *QUICK]
    done = ask(*words, "--peer-groups", str(tmp_path / "groups.csv"), "--json")
    assert done.exit_code == 0, done.stderr
    funds = json.loads(done.stdout)["funds"]
    assert {(row["peer"], row["of"]) for row in funds} == {("debt", 8), ("équité", 8)}
