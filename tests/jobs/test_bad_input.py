"""Section by section what people get wrong: each gets one clear sentence or a stated rule.

Through the command line in-process, and through Python; what single columns may hold is in
`test_job`.
"""

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import fondo
from fondo import TableClassifier, TableRegressor
from fondo.errors import BadData, OutputError
from fondo.tasks.architecture import MLP

SMALL = MLP(hidden=(8,), embedding="none", members=1)


def told(done) -> dict:
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "t.csv: the file is empty. Give a file with a line of names and rows."),
        (b"\n\n", "t.csv: the file is empty."),
        (b"x,y\n", "t.csv: only a line of names, no rows."),
        (b"x,y\n1,a\n", "t.csv: 1 row with a target. At least 2 are needed"),
        (b"x,y\n1,a\n2,b\n", "t.csv: every training row has the same value"),
        (b"x,y\n1,a\n2,a\n3,a\n", "every training row has the same value, 'a', in the target"),
        (b"x,x,y\n1,2,a\n", "t.csv line 1: the column name 'x' stands 2 times (columns 1, 2)"),
        (b"x,y\n1,a\n2\n", "t.csv line 3: 1 fields, but the first line names 2 columns."),
        (b"y\na\nb\n", "t.csv: no column is left to learn from beside the target 'y'."),
        (bytes(range(256)) * 9, "t.csv: the file holds binary data, not text. Give CSV,"),
        (b"x,y\n1,a\n2,\x81\x8d\n", "t.csv line 3: the text is in no encoding that fondo knows"),
        (b"\x1f\x8b\x08", "t.csv: cannot be read to its end"),
        (b"PAR1 and no more", "t.csv: cannot be read as Parquet"),
        (b"PK\x03\x04 and no more", "t.csv: cannot be read as Excel"),
    ],
)
def test_files_that_are_no_tables(refused, content, match) -> None:
    Path("t.csv").write_bytes(content)
    assert match in refused("train", "t.csv", "--target", "y", "--out", "m")
    assert not Path("m").exists()


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ("gone.csv", "gone.csv: there is no such file."),
        ("tt.csv", "tt.csv: there is no such file. Did you mean 't.csv'?"),
        ("no/t.csv", "The folder no does not exist either. Check the path."),
        (
            ".",
            "no picture in this folder or below. 1 file is no picture and passed over (.csv 1). "
            "There is a table, t.csv: did you mean to give that?",
        ),
        ("https://example.org/t.csv", "https://example.org/t.csv: fondo does not download."),
        ("sample:irs", "there is no such sample. Did you mean 'iris'?"),
    ],
)
def test_sources_that_are_not_there(refused, table, source, match) -> None:
    table().write_csv("t.csv")
    assert match in refused("train", source, "--target", "y")


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ("", "t.csv: which column is to be predicted? Say --target COLUMN. The columns are: x,"),
        ("--target Y", "t.csv: there is no column 'Y'. Did you mean 'y'?"),
        ("--target color", "t.csv: there is no column 'color'. Did you mean 'colour'?"),
        ("--target y --group g", "t.csv: there is no column 'g' (group). Known: x,"),
        ("--target y --test 0", "train(test=0.0): test must be a share between 0 and 1"),
        ("--target y --test 1.5", "train(test=1.5): test must be a share between 0 and 1"),
        ("--target y --seed -1", "train(seed=-1): seed must be a whole number from 0"),
        ("--target y --drop y", "train(drop='y'): this is the target column."),
        ("--target y --group x --time z", "only one of the two can decide how rows are split"),
        ("--target y --time colour", "t.csv: column 'colour' (time), row 0:"),
        ("--target y --task table-regresor", "Did you mean 'table-regressor'?"),
        ("--target v --task table-classifier", "t.csv: the target column 'v' holds fractions"),
        ("--target y --task table-regressor", "t.csv: column 'y' (target), row 0:"),
        ("--target y --set epoch=3", "there is no such setting. Did you mean 'epochs'?"),
        ("--target y --set batch_size=x", "batch_size must be None, or a whole number of at"),
        ("--target y --set columns=3", "columns is a group of settings. Set one of columns."),
        ("--target y --set columns.scale=rubust", "Did you mean 'robust'?"),
        ("--target y --set scale", "a setting must be written key=value."),
        ("--target y --out t.csv", "t.csv: could not be written (not a directory)."),
        ("--target y --out t.csv/m", "t.csv/m: could not be written"),
        ("--target y --out full", "full: holds 'a.txt', which is no part of a model."),
    ],
)
def test_what_cannot_be_asked_of_a_good_table(refused, table, words, match) -> None:
    table().write_csv("t.csv")
    Path("full").mkdir()
    Path("full", "a.txt").write_text("mine")
    assert match in refused("train", "t.csv", *words.split())


def test_unusual_columns_are_used_or_left_out_as_stated(ask, table) -> None:
    n = 60
    numbers = [str(k) for k in range(n)]
    frame = table(
        n,
        gone=[None] * n,
        one=[3] * n,
        name=[f"person {k}" for k in range(n)],
        nearly=[*numbers[:7], "abc", *numbers[8:]],
        mixed=[word if k % 5 else "?!" for k, word in enumerate(numbers)],
        big=[1e308 if k % 5 == 0 else float("inf") if k % 7 == 0 else -k / 3 for k in range(n)],
        huge=[10**25 + k * 10**23 for k in range(n)],
        day=[f"{k // 3 + 1:02d}.03.2024" if k % 2 else f"2024-04-{k // 3 + 1}" for k in range(n)],
    ).with_columns(pl.col("huge").cast(pl.String))
    frame = frame.with_columns(y=pl.when(pl.int_range(n) % 7 == 3).then(None).otherwise("y"))
    frame.write_csv("t.csv")
    answer = told(ask("train", "t.csv", "--target", "y", "--out", "m", "--json"))
    notes = " ".join(answer["notes"])
    left = dict(answer["dropped"])
    assert left["gone"] == "all values are missing"
    assert left["one"] == "constant: every value is 3"
    assert left["name"].startswith("identifier-like: ")
    assert "9 of 60 rows have no value in 'y' and were set aside (rows 3, 10, 17," in notes
    assert "Column 'nearly', row 7: 'abc' is no number; 1 of 51 entries count as missing" in notes
    assert "mixed: " in notes
    assert "all taken as categories" in notes
    assert "Column 'big', row 7: infinite;" in notes
    assert np.isfinite(answer["score"]["value"])


def test_names_of_any_script_and_values_of_many(ask, table) -> None:
    many = [f"c{k % 150}" for k in range(300)]
    frame = table(300, many=many).drop("v").rename({"x": "größe", "z": "🎉 z", "y": "标签"})
    frame = frame.with_columns(pl.col("标签").replace({"yes": "да 🎉", "no": "לא"}))
    frame.write_csv("データ🎉.csv")
    answer = told(ask("train", "データ🎉.csv", "--target", "标签", "--out", "מודל", "--json"))
    assert answer["model"] == "מודל"
    lines = ask("predict", "מודל", "データ🎉.csv").stdout.splitlines()
    assert lines[0] == "标签_predicted,p(да 🎉),p(לא)"
    assert len(lines) == 301


def test_few_rows_are_trained_on_and_said_to_say_little(ask, table) -> None:
    table(5, y=list("ababb")).write_csv("t.csv")
    answer = told(ask("train", "t.csv", "--target", "y", "--out", "m", "--json"))
    assert answer["rows"] == {"train": 4, "validation": 0, "test": 1}
    notes = " ".join(answer["notes"])
    assert "No rows could be set apart for validation" in notes
    assert "What each column matters was not measured" in notes


def test_another_encoding_is_read_and_told(ask) -> None:
    rows = "".join(f"{k % 7},caf\xe9{k % 2}\n" for k in range(40))
    Path("t.csv").write_bytes(f"x,y\n{rows}".encode("latin-1"))
    answer = told(ask("train", "t.csv", "--target", "y", "--out", "m", "--json"))
    assert "t.csv: not UTF-8, read as Windows-1252." in answer["notes"][0]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda f: f.drop("x"), "new.csv: the column 'x' of the training table is missing."),
        (lambda f: f.rename({"colour": "color"}), "'colour' of the training table is missing. Did"),
        (lambda f: f.head(0), "new.csv: only a line of names, no rows."),
        (lambda f: f.with_columns(x=pl.lit("abc")), "column 'x', row 0: 'abc' is no number, nor"),
    ],
)
def test_rows_that_a_model_cannot_take(refused, classifier, table, change, match) -> None:
    change(table(10)).write_csv("new.csv")
    assert match in refused("predict", classifier.model, "new.csv")


def test_rows_that_cannot_be_judged(refused, classifier, regressor, table) -> None:
    table(10).drop("y").write_csv("new.csv")
    assert "new.csv: there is no column 'y' (target)" in refused(
        "evaluate", classifier.model, "new.csv"
    )
    table(10, y=["yes"] * 9 + ["perhaps"], v=["1"] * 8 + ["x", "2"]).write_csv("new.csv")
    for command in ("evaluate", "explain"):
        told = refused(command, classifier.model, "new.csv")
        assert "new.csv: column 'y' (target), row 9: 'perhaps' was not among the classes" in told
    assert "row 8: 'x' is no number" in refused("evaluate", regressor.model, "new.csv")
    assert "there is no row 99. Rows go from 0 to 9." in refused(
        "explain", regressor.model, regressor.job.source, "--rows", "99"
    ).replace("to 15", "to 9")


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain", "replay"])
def test_folders_that_are_no_models(refused, classifier, table, command) -> None:
    table(10).write_csv("new.csv")
    assert "gone: there is no such folder." in refused(command, "gone", "new.csv")
    assert "new.csv: is a file; a model is a folder." in refused(command, "new.csv", "new.csv")
    shutil.copytree(classifier.model, "cut")
    Path("cut", "weights.safetensors").write_bytes(b"cut")
    assert "cut: weights.safetensors has 3 bytes where" in refused(command, "cut", "new.csv")


def full_disk(monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """Let the disk be full after so many files."""
    left, flush = [after], os.fsync

    def fsync(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


def test_a_full_disk_in_training_is_told_and_leaves_nothing_half(ask, table, monkeypatch) -> None:
    table(60).write_csv("t.csv")
    train = ["train", "t.csv", "--target", "y", "--drop", "v", "--out", "m"]
    with monkeypatch.context() as patch:
        full_disk(patch, after=0)
        done = ask(*train, code=2)
        assert "m.checkpoint: could not be written (no space left on device)." in done.stderr
        assert [path.name for path in Path().iterdir()] == ["t.csv"]
    with monkeypatch.context() as patch:
        full_disk(patch, after=3)  # the checkpoint and its folder are kept; the model is not
        done = ask(*train, code=2)
        assert "m: could not be written (no space left on device). Free some" in done.stderr
    assert sorted(path.name for path in Path().iterdir()) == ["m.checkpoint", "t.csv"]
    assert told(ask(*train, "--resume", "--json"))["model"] == "m"


def test_a_full_disk_or_a_wrong_place_in_predicting_keeps_the_old_file(
    refused, classifier, table, monkeypatch
) -> None:
    table(10).write_csv("new.csv")
    Path("p.csv").write_text("mine")
    predict = ("predict", classifier.model, "new.csv", "--out")
    assert "no/p.csv: cannot be written" in refused(*predict, "no/p.csv")
    assert "new.csv/p.csv: cannot be written" in refused(*predict, "new.csv/p.csv")
    assert "the name must end in .csv, .tsv," in refused(*predict, "p.xyz")
    full_disk(monkeypatch, after=0)
    assert "p.csv: cannot be written (No space left on device)." in refused(*predict, "p.csv")
    assert Path("p.csv").read_text() == "mine"
    assert sorted(path.name for path in Path().iterdir()) == ["new.csv", "p.csv"]


def test_ctrl_c_while_judging_keeps_the_checkpoint(ask, table, monkeypatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    table(60).write_csv("t.csv")
    monkeypatch.setattr("fondo.jobs.train.judged", stop)
    done = ask("train", "t.csv", "--target", "y", "--drop", "v", "--out", "m", code=130)
    assert "Stopped after training, before the model was written." in done.stderr
    assert "Go on with: fondo train t.csv --target y --out m" in done.stderr
    assert Path("m.checkpoint").exists()


@pytest.mark.parametrize(
    ("task", "y", "match"),
    [
        (TableClassifier, ["a"] * 8, "all 8 rows are of one class, 'a'"),
        (TableClassifier, ["a", None] * 4, "the target is missing in 4 rows, first in row 1"),
        (TableClassifier, [0.5, 1.25] * 4, "TableClassifier: Unknown label type: continuous"),
        (TableClassifier, np.array(["a", 1] * 4, dtype=object), "the target mixes words and"),
        (TableClassifier, np.arange(8).astype("datetime64[D]"), "neither words nor numbers but"),
        (TableRegressor, ["a", "1"] * 4, "the target holds 'a', which is no number"),
        (TableRegressor, [1.0, np.nan] * 4, "the target is missing in 4 rows, first in row 1"),
        (TableRegressor, [1.0, np.inf] * 4, "the target of row 1 is infinity, beyond what can"),
        (TableRegressor, [1.0, 1e308] * 4, "the target of row 1 is 1e.308, beyond what can"),
        (TableRegressor, [1.0] * 7, "8 rows but 7 targets. Give one a row."),
    ],
)
def test_targets_given_in_python(table, task, y, match) -> None:
    with pytest.raises(BadData, match=match):
        task(architecture=SMALL, epochs=1).fit(table(8).drop("y", "v"), y)


def test_weights_given_in_python(table) -> None:
    X, y = table(8).drop("y", "v"), list("abababab")
    for weight, match in (
        ([1.0] * 7, r"sample_weight has shape \(7,\), the table 8 rows"),
        ([-1.0] * 8, "sample_weight of row 0 is -1.0"),
        ([0.0] * 8, "every sample_weight is zero"),
        (list("abcdefgh"), "sample_weight holds something that is no number"),
    ):
        with pytest.raises(BadData, match=match):
            TableClassifier(architecture=SMALL, epochs=1).fit(X, y, weight)
    huge = TableClassifier(architecture=SMALL, epochs=1).fit(X, y, [1e308] * 8)
    assert np.isfinite(huge.predict_proba(X)).all()


def test_the_same_sentences_from_python(table, tmp_path) -> None:
    with pytest.raises(BadData, match="frame: there is no column 'Y'. Did you mean 'y'"):
        fondo.train(table(), target="Y", out=tmp_path / "m")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="could not be written"):
        fondo.train(table(), target="y", out=tmp_path / "file" / "m")
