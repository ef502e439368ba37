"""fondo.data.tables.read, delimited, records: files of every kind, and every way to be bad."""

import bz2
import csv
import errno
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from fondo.data.tables.read import read_table, write_table
from fondo.data.tables.records import Records
from fondo.errors import BadData, BadParameter, OutputError

PEOPLE = pl.DataFrame({"name": ["Ada", "Zoë"], "age": [36, 41], "height": [1.7, None]})
TEXT = "name,age,height\nAda,36,1.7\nZoë,41,NA\n"


def given_file(tmp_path: Path, content: bytes, name: str = "table.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_separator_and_compression_are_found(tmp_path, separator, pack):
    path = given_file(tmp_path, pack(TEXT.replace(",", separator).encode()), "people.data")
    assert_frame_equal(read_table(path), PEOPLE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_is_found(tmp_path, encoding):
    assert_frame_equal(read_table(given_file(tmp_path, TEXT.encode(encoding))), PEOPLE)


def test_windows_1252_is_read_with_a_warning(tmp_path):
    path = given_file(tmp_path, TEXT.encode("cp1252"))
    with pytest.warns(UserWarning, match="not UTF-8, read as Windows-1252"):
        assert_frame_equal(read_table(path), PEOPLE)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet", ".arrow", ".feather", ".jsonl"])
def test_what_is_written_is_read_back(tmp_path, ending):
    path = tmp_path / f"people{ending}"
    write_table(PEOPLE, path)
    assert_frame_equal(read_table(path), PEOPLE)


def test_write_refuses_other_endings_and_places(tmp_path):
    with pytest.raises(BadParameter, match=r"must end in \.csv"):
        write_table(PEOPLE, tmp_path / "people.doc")
    with pytest.raises(OutputError, match="cannot be written"):
        write_table(PEOPLE, tmp_path / "nowhere" / "people.csv")


def test_words_for_missing_do_not_make_a_column_text(tmp_path):
    lines = "a,b\n1,x\nNA,N/A\n?,\n nan ,null\n5,#N/A\n"
    frame = read_table(given_file(tmp_path, lines.encode()))
    assert frame["a"].to_list() == [1, None, None, None, 5]
    assert frame["b"].to_list() == ["x", None, None, None, None]


def test_types_keep_what_numbers_would_lose(tmp_path):
    lines = 'post,sci,yes,comma,big\n01907,1e3,true,"1,5",9223372036854775808\n2116,2,False,2,1\n'
    frame = read_table(given_file(tmp_path, lines.encode()))
    assert frame["post"].to_list() == ["01907", "2116"]
    assert frame["sci"].to_list() == [1000.0, 2.0]
    assert frame["yes"].to_list() == [True, False]
    assert frame["comma"].to_list() == ["1,5", "2"]
    assert frame["big"].dtype == pl.Float64


def test_quotes_hold_separators_and_line_ends(tmp_path):
    frame = read_table(given_file(tmp_path, b'a,b\r\n"x, ""y""\nz",1\r\n\r\nw,2'))
    assert frame.to_dict(as_series=False) == {"a": ['x, "y"\nz', "w"], "b": [1, 2]}


def test_nameless_columns_are_named_after_their_place(tmp_path):
    assert read_table(given_file(tmp_path, b"\n\n,x,\n1,2,3\n")).columns == [
        "column_1",
        "x",
        "column_3",
    ]


BAD = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\n", "the file is empty"),
    "header": (b"a,b\n", "only a line of names, no rows"),
    "header without end": (b"a,b", "only a line of names, no rows"),
    "short": (b"a,b\n1,2\n3\n", "line 3: 1 fields, but the first line names 2 columns"),
    "long": (b'a,b\n"x\ny",2\n\n1,2,3\n', "line 5: 3 fields"),
    "long last": (b"a,b\n1,2\n1,2,3", "line 3: 3 fields"),
    "twice": (b"a,b,a\n1,2,3\n", r"column name 'a' stands 2 times \(columns 1, 3\)"),
    "binary": (b"\x7fELF\0\0\1", "holds binary data, not text"),
    "encoding": (b"a,b\n1,2\n\x81,3\n", "line 3: the text is in no encoding"),
    "quote": (b'a,b\n1,2\n3,"x\n', "line 3: a quotation mark opens and never closes"),
    "parquet": (b"PAR1 and no more", "cannot be read as Parquet"),
    "arrow": (b"ARROW1 and no more", "cannot be read as Arrow"),
    "excel": (b"PK\x03\x04 and no more", "cannot be read as Excel"),
    "line ends": (b"a,b\r1,2\r", "line 1: cannot be read as text in columns"),
    "zstd": (b"\x28\xb5\x2f\xfd....", "packed with zstd"),
    "gzip": (gzip.compress(TEXT.encode() * 50)[:-12], "cannot be read to its end"),
    "json": (b'{"a": 1}\n{"a": \n', "line 2: not one JSON object"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_named_with_place_and_remedy(tmp_path, case):
    content, message = BAD[case]
    path = given_file(tmp_path, content)
    with pytest.raises(BadData, match=message) as caught:
        read_table(path)
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_missing_file_gets_a_suggestion(tmp_path):
    given_file(tmp_path, TEXT.encode(), "people.csv")
    with pytest.raises(BadData, match=r"no such file. Did you mean 'people.csv'"):
        read_table(tmp_path / "poeple.csv")
    with pytest.raises(BadData, match="The folder .*x does not exist either"):
        read_table(tmp_path / "x" / "people.csv")
    with pytest.raises(BadData, match="no such file. Check its name and folder"):
        read_table(tmp_path / "zzz.parquet")
    with pytest.raises(BadData, match="this is a folder"):
        read_table(tmp_path)


@pytest.mark.parametrize("address", ["https://example.org/a.csv", "s3://bucket/a.csv"])
def test_an_address_is_not_downloaded(address):
    for source in (address, Path(address)):
        with pytest.raises(BadData, match="fondo does not download. Fetch the file"):
            read_table(source)


def test_a_full_disk_leaves_the_old_table(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    write_table(pl.DataFrame({"a": [1]}), path)
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OutputError, match=r"a.csv: cannot be written \(No space left .*unchanged"):
        write_table(pl.DataFrame({"a": [2]}), path)
    assert path.read_text() == "a\n1\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.csv"]


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_line_of_names_that_looks_like_a_row_is_told(tmp_path):
    with pytest.warns(UserWarning, match="line 1: taken as column names, though it holds only"):
        read_table(given_file(tmp_path, b"6,148,72\n1,85,66\n"))


def test_json_lines_and_a_json_list(tmp_path):
    lines = given_file(tmp_path, b'{"a": 1, "b": "NA"}\n{"a": 2.5, "b": "7"}\n')
    assert read_table(lines).to_dict(as_series=False) == {"a": [1.0, 2.5], "b": [None, 7]}
    listed = given_file(tmp_path, b'[{"a": 1}, {"a": 2}]', "table.json")
    assert read_table(listed)["a"].to_list() == [1, 2]


def excel(rows: list[list[str]], sheets: tuple[str, ...] = ("First",)) -> bytes:
    """The smallest workbook: inline text and numbers, the same rows on every sheet."""

    def cell(value: str) -> str:
        if value.replace(".", "").isdigit():
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    names = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="s{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    files = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{links}</Relationships>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    } | {
        f"xl/s{i}.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
        for i in range(1, len(sheets) + 1)
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_excel(tmp_path):
    book = excel([["name", "age"], ["Ada", "36"], ["Zoë", "NA"]], ("First", "Second"))
    path = given_file(tmp_path, book, "people.xlsx")
    expected = {"name": ["Ada", "Zoë"], "age": [36, None]}
    assert read_table(path).to_dict(as_series=False) == expected
    assert read_table(path, sheet="Second").to_dict(as_series=False) == expected
    with pytest.raises(BadParameter, match="no such sheet in .* Did you mean 'Second'"):
        read_table(path, sheet="Secnd")
    twice = given_file(tmp_path, excel([["a", "a"], ["1", "2"]]), "twice.xlsx")
    with pytest.raises(BadData, match="column name 'a' stands 2 times"):
        read_table(twice)
    only = given_file(tmp_path, excel([["a", "b"]]), "only.xlsx")
    with pytest.raises(BadData, match="only a line of names"):
        read_table(only)


def test_sheet_is_for_excel_alone(tmp_path):
    with pytest.raises(BadParameter, match="is no Excel file"):
        read_table(given_file(tmp_path, TEXT.encode()), sheet="First")


@given(
    st.lists(
        st.lists(st.text('ab,"\n é', max_size=4), min_size=3, max_size=3), min_size=1, max_size=8
    ),
    st.integers(1, 40),
)
def test_records_end_where_pieces_are_cut_anywhere(rows, size):
    """However the text is cut, all records are found whole, and none is called wrong."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    data = out.getvalue().encode()
    records, rest, taken = Records(",", 3), b"", 0
    for start in range(0, len(data), size):
        rest += data[start : start + size]
        end = records.feed(rest)
        rest, taken = rest[end:], taken + end
    assert records.wrong is None
    assert taken == len(data)
    assert records.line == 1 + data.count(b"\n")


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "shape", "missing"),
    [
        ("credit.csv.gz", (150_000, 12), {"MonthlyIncome": 29_731, "NumberOfDependents": 3_924}),
        ("taiwan_credit.csv", (30_000, 25), {}),
        ("california.csv", (20_640, 10), {"total_bedrooms": 207}),
        ("boston.csv", (506, 14), {}),
    ],
)
def test_real_tables_have_the_documented_rows_and_gaps(fondo_data, file, shape, missing):
    frame = read_table(fondo_data / "tables" / file)
    assert frame.shape == shape
    gaps = {name: n for name, n in frame.null_count().row(0, named=True).items() if n}
    assert gaps == missing


@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_points_where_commas_part_no_fields(tmp_path, separator):
    lines = ["price;name;mixed", "1,5;a,1;1,5", "-2;b;x", ";c;2", " 10,25 ;d;3"]
    path = tmp_path / "preise.csv"
    path.write_text("\n".join(lines).replace(";", separator), encoding="utf-8")
    frame = read_table(path)
    assert frame["price"].to_list() == [1.5, -2.0, None, 10.25]
    assert frame["name"].to_list() == ["a,1", "b", "c", "d"]
    assert frame["mixed"].to_list() == ["1,5", "x", "2", "3"]


def test_a_streamed_table_reads_decimal_commas_as_a_whole_one_does(tmp_path):
    from fondo.data.tables.stream import StreamedTable

    path = tmp_path / "preise.csv"
    path.write_text("price;y\n1,5;0\n2;1\n0,25;1\n", encoding="utf-8")
    streamed = next(iter(StreamedTable(path, "y").batches()))
    assert streamed.equals(read_table(path))
    assert streamed["price"].to_list() == [1.5, 2.0, 0.25]
