"""fondo.jobs.streamed: the whole job for a table that is read in batches."""

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadData, BadParameter
from fondo.jobs.evaluate import evaluate
from fondo.jobs.replay import replay
from fondo.jobs.streamed import too_large
from fondo.jobs.train import train

TINY = 1  # byte of memory: everything is streamed


@pytest.fixture
def go(tmp_path, quick):
    def run(frame: pl.DataFrame, name: str = "t.parquet", **options):
        path = tmp_path / name
        frame.write_csv(path) if name.endswith(".csv") else frame.write_parquet(path)
        given = {"target": "y", "drop": ["v"], "settings": quick} | options
        return train(path, out=tmp_path / "m", memory_budget=TINY, **given)

    return run


def test_a_streamed_table_is_trained_judged_and_replayed(tmp_path, table, go, quick) -> None:
    frame = table(3000)
    result = go(frame, settings=quick | {"epochs": "12"})
    assert sum(result.rows.values()) == 3000
    assert result.job.streamed
    assert any("The table was streamed: the network learnt from all" in n for n in result.notes)
    told = result.to_json()
    assert told["score"]["value"] > told["baselines"]["majority"] + 0.2
    again = evaluate(tmp_path / "m", tmp_path / "t.parquet")
    assert again.evaluation.scores[0].value == pytest.approx(told["score"]["value"])
    assert again.evaluation.n_rows == result.rows["test"]
    assert replay(tmp_path / "m", tmp_path / "t.parquet").identical


def test_rows_without_a_target_are_set_aside_in_a_stream_too(tmp_path, table, go) -> None:
    gaps = np.arange(600) % 10 == 3
    frame = table(600).with_columns(y=pl.when(pl.Series(gaps)).then(None).otherwise(pl.col("y")))
    result = go(frame, "t.csv")
    assert sum(result.rows.values()) == 540
    assert result.notes[0].startswith("60 of 600 rows have no value in 'y' and were set aside")
    assert evaluate(tmp_path / "m", tmp_path / "t.csv").evaluation.n_rows == result.rows["test"]


@pytest.mark.parametrize("role", ["group", "time"])
def test_a_stream_is_split_at_random(table, go, role) -> None:
    with pytest.raises(BadParameter, match=rf"train\({role}='x'\): a streamed table is split at"):
        go(table(), **{role: "x"})


@pytest.mark.parametrize(
    ("columns", "options", "match"),
    [
        ({}, {"drop": ["color"]}, r"no column 'color' \(drop\). Did you mean 'colour'"),
        ({"w": [1.0] * 59 + [-1.0]}, {"weight": "w"}, r"'w' \(weight\), row 59 holds -1"),
        (
            {"v": [*np.arange(59) / 7, 1e308]},
            {"target": "v", "drop": []},
            "row 59: 1e.308 is beyond",
        ),
        ({"y": [None] * 60}, {"task": "table-classifier"}, "no row has a value in the target"),
    ],
)
def test_what_a_stream_cannot_be_used_for_is_told(table, go, columns, options, match) -> None:
    with pytest.raises(BadData, match=match):
        go(table(**columns), **options)


def test_what_is_too_large_is_judged_by_the_file(tmp_path, table) -> None:
    table(1000).write_parquet(tmp_path / "t.parquet")
    size = (tmp_path / "t.parquet").stat().st_size
    assert not too_large(tmp_path / "t.parquet", 10 * size)
    assert too_large(tmp_path / "t.parquet", 10 * size - 1)
    assert not too_large(tmp_path / "t.parquet", None)
    assert not too_large("sample:iris", 1)
    assert not too_large(tmp_path / "none.csv", 1)
