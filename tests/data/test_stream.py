"""fondo.data.tables.stream, records_on_disk: large tables in small pieces, the same numbers."""

import contextlib
import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fondo.data.fingerprint import fingerprint
from fondo.data.tables.delimited import open_delimited
from fondo.data.tables.encoder import TableEncoder
from fondo.data.tables.read import read_table
from fondo.data.tables.records_on_disk import DiskExamples, RecordWriter
from fondo.data.tables.stream import StreamedTable, draw_parts, encode_parts, encode_to_disk
from fondo.errors import BadData, BadParameter, OutputError

N = 1000


@pytest.fixture(params=["parquet", "csv", "csv.gz"])
def path(tmp_path, request):
    generator = np.random.default_rng(0)
    frame = pl.DataFrame(
        {
            "a": generator.normal(size=N),
            "b": [None if i % 7 == 0 else i % 5 for i in range(N)],
            "word": [f"w{i % 30}" for i in range(N)],
            "w": generator.random(N),
            "y": generator.integers(0, 2, N),
        }
    )
    place = tmp_path / f"table.{request.param}"
    if request.param == "parquet":
        frame.write_parquet(place, row_group_size=100)
    else:
        text = frame.write_csv().encode()
        place.write_bytes(gzip.compress(text) if request.param.endswith("gz") else text)
    return place


def target(column):
    return column.to_numpy().astype(np.float32)


def test_batches_are_the_table(path):
    stream, whole = StreamedTable(path, "y"), read_table(path)
    assert stream.n_rows == N
    assert stream.columns == whole.columns
    batches = list(stream.batches(rows=64))
    assert max(batch.height for batch in batches) <= 64
    assert pl.concat(batches).equals(whole)
    assert pl.concat(stream.batches(columns=["y", "a"])).equals(whole[["y", "a"]])
    assert stream.fingerprint() == fingerprint(whole)


def test_a_sample_is_drawn_from_all_rows(path):
    stream, whole = StreamedTable(path, "y"), read_table(path)
    drawn = stream.sample(100, seed=1)
    assert drawn.height == 100
    assert drawn.join(whole, on="a", how="semi").height == 100
    assert drawn.equals(stream.sample(100, seed=1))
    assert not drawn.equals(stream.sample(100, seed=2))
    assert stream.sample(5 * N, seed=0).equals(whole)


def test_types_of_text_hold_all_blocks(tmp_path):
    path = tmp_path / "late.csv"
    path.write_text("a,b,y\n" + "1,2,0\n" * 50 + "1.5,x,1\n")
    stream = StreamedTable(path, "y")
    blocks = list(open_delimited(path).blocks(size=64))
    assert len(blocks) > 3
    assert pl.concat(blocks).height == 51
    assert stream.schema == {"a": pl.Float64, "b": pl.String, "y": pl.Int64}


def test_disk_gives_what_memory_gives(path, tmp_path):
    stream, whole = StreamedTable(path, "y", weight="w"), read_table(path)
    encoder = TableEncoder().fit(whole[["a", "b", "word"]])
    parts = draw_parts(N, {"train": 0.7, "test": 0.3}, seed=0)
    disk = encode_parts(encoder, target, stream, tmp_path / "new" / "folder", parts=parts)
    for name, rows in parts.items():
        mine = whole.filter(pl.Series(rows))
        expected = encoder.transform(mine[["a", "b", "word"]])
        assert disk[name].n_rows == mine.height
        disk[name].block_rows = 64
        blocks = list(disk[name].blocks())
        for key, array in expected.items():
            np.testing.assert_array_equal(np.concatenate([b[0][key] for b in blocks]), array)
            assert blocks[0][0][key].dtype == array.dtype
        np.testing.assert_array_equal(np.concatenate([b[1] for b in blocks]), target(mine["y"]))
        np.testing.assert_allclose(np.concatenate([b[2] for b in blocks]), mine["w"], rtol=1e-6)


def test_shuffled_blocks_hold_each_row_once(tmp_path):
    writer = RecordWriter(tmp_path / "x.records")
    for start in range(0, N, 100):
        rows = np.arange(start, start + 100, dtype=np.float32)
        writer.write({"numbers": rows[:, None]}, rows.astype(np.int32), np.ones(100))
    writer.close()
    disk = writer.examples()
    disk.block_rows = 16

    def order(seed):
        return np.concatenate([y for _, y, _ in disk.blocks(np.random.default_rng(seed))])

    assert sorted(order(0)) == list(range(N))
    assert (order(0) == order(0)).all()
    assert (order(0) != order(1)).any()
    assert np.abs(np.corrcoef(order(0), np.arange(N))[0, 1]) < 0.2
    for inputs, y, _ in disk.blocks(np.random.default_rng(0)):
        np.testing.assert_array_equal(inputs["numbers"][:, 0], y)  # rows stay together


def test_all_rows_where_no_part_is_named(path, tmp_path):
    stream = StreamedTable(path, "y")
    encoder = TableEncoder().fit(stream.sample(200, 0)[["a", "b"]])
    disk = encode_to_disk(encoder, target, stream, tmp_path)
    assert disk.n_rows == N
    assert next(iter(disk.blocks()))[2].tolist() == [1.0] * N


def test_parts_have_their_shares_and_no_row_twice():
    parts = draw_parts(100_000, {"a": 0.5, "b": 0.3, "c": 0.2}, seed=0)
    assert (sum(rows.astype(int) for rows in parts.values()) == 1).all()
    assert abs(parts["b"].mean() - 0.3) < 0.01
    with pytest.raises(BadParameter, match="together at most 1"):
        draw_parts(10, {"a": 0.9, "b": 0.3}, seed=0)


def test_what_cannot_be_streamed_says_why(tmp_path):
    lines = tmp_path / "t.jsonl"
    lines.write_text('{"a": 1}\n')
    with pytest.raises(BadData, match="json cannot be streamed"):
        StreamedTable(lines, "a")
    table = tmp_path / "t.csv"
    table.write_text("income,y\n1,2\n")
    with pytest.raises(BadParameter, match=r"target='incme'.*Did you mean 'income'"):
        StreamedTable(table, "incme")
    with pytest.raises(BadParameter, match="weight='z'"):
        StreamedTable(table, "y", weight="z")
    table.write_text("income,y\n")
    with pytest.raises(BadData, match="no rows"):
        StreamedTable(table, "y")
    table.write_bytes(b"PAR1....")
    with pytest.raises(BadData, match="cannot be read as Parquet"):
        StreamedTable(table, "y")


def test_damaged_or_unwritable_files_say_so(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a,y\n" + "1,2\n3,4\n" * 5)
    stream = StreamedTable(table, "y")
    encoder = TableEncoder().fit(stream.sample(10, 0)[["a"]])
    with pytest.raises(BadData, match="0 rows of 10, the table has 10"):
        encode_to_disk(encoder, target, stream, tmp_path, part=np.zeros(10, bool))
    disk = encode_to_disk(encoder, target, stream, tmp_path)
    disk.path.write_bytes(b"")
    with pytest.raises(BadData, match="cut short"):
        list(disk.blocks())
    with pytest.raises(BadData, match=r"0 bytes, expected 10 records"):
        DiskExamples(disk.path, disk.record, 10)
    with pytest.raises(OutputError, match="cannot be written"):
        encode_to_disk(encoder, target, stream, table)
    writer = RecordWriter(tmp_path / "none.records")
    writer.close()
    with pytest.raises(BadData, match="no rows were written"):
        writer.examples()


def test_a_full_disk_is_reported():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    writer = RecordWriter(full)
    with pytest.raises(OutputError, match="No space left"):
        writer.write({"numbers": np.ones((9_999, 99), np.float32)}, np.ones(9_999), np.ones(9_999))
    with contextlib.suppress(OutputError):
        writer.close()
