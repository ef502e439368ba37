"""fondo.jobs.source: any source to a table with its target."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from fondo.errors import BadData, BadParameter
from fondo.jobs.source import open_source


def test_a_sample_brings_its_target() -> None:
    opened = open_source("sample:iris", None, None, None)
    assert (opened.target, opened.sample.height, opened.stream) == ("species", 150, None)
    assert open_source("sample:iris", "petal width (cm)", None, None).target == "petal width (cm)"


def test_a_file_is_read_whole_or_streamed_by_the_budget(tmp_path, table) -> None:
    table(50).write_parquet(tmp_path / "t.parquet")
    whole = open_source(tmp_path / "t.parquet", "y", None, 1 << 30)
    assert whole.stream is None
    assert_frame_equal(whole.sample, table(50))
    streamed = open_source(tmp_path / "t.parquet", "y", None, 1)
    assert streamed.stream is not None
    assert (streamed.stream.n_rows, streamed.name) == (50, str(tmp_path / "t.parquet"))
    assert_frame_equal(streamed.sample, whole.sample)


@pytest.mark.parametrize(
    "source",
    [
        pl.DataFrame({"a": [1, 2], "y": [3, 4]}),
        pl.LazyFrame({"a": [1, 2], "y": [3, 4]}),
        pd.DataFrame({"a": [1, 2], "y": [3, 4]}),
        {"a": np.array([1, 2]), "y": [3, 4]},
    ],
)
def test_a_frame_of_any_kind_is_a_source(source) -> None:
    opened = open_source(source, "y", None, None)
    assert opened.name == "frame"
    assert opened.sample.to_dict(as_series=False) == {"a": [1, 2], "y": [3, 4]}


def test_a_target_must_be_named_and_be_there(tmp_path, table) -> None:
    with pytest.raises(BadData, match=r"frame: which column is to be predicted\? Say --target"):
        open_source(table(), None, None, None)
    with pytest.raises(BadData, match=r"no column 'color'. Did you mean 'colour'\?"):
        open_source(table(), "color", None, None)
    table().write_parquet(tmp_path / "t.parquet")
    with pytest.raises((BadData, BadParameter), match=r"Did you mean 'colour'\?"):
        open_source(tmp_path / "t.parquet", "color", None, 1)
    with pytest.raises(BadParameter, match=r"no such sample. Did you mean 'iris'\?"):
        open_source("sample:irs", None, None, None)
