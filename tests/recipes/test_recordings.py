"""fondo.recipes.recordings: what belongs together stays together, wherever it is said."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fondo.data.audio.sounds import Sounds
from fondo.errors import BadData
from fondo.recipes.kitchen import Kitchen
from fondo.recipes.recordings import Recordings, confused, over_folds, recordings

soundfile = pytest.importorskip("soundfile")


def write(place: Path, seed: int, suffix: str = "") -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    wave = 0.1 * np.random.default_rng(seed).normal(size=800)
    soundfile.write(place, wave, 8000, format=suffix or None)


def folder(tmp_path: Path, name: str, count: int = 24) -> Path:
    """Two classes of `count` sounds each, named by a pattern."""
    for k in range(2 * count):
        kind = "rain" if k % 2 else "dog"
        write(tmp_path / kind / name.format(k=k, fold=1 + k // 2 % 4, clip=100 + k // 2), k)
    return tmp_path


def whole(told: Recordings) -> None:
    """Every sound is judged on once, and no recording is on both sides."""
    tests = np.concatenate([test for _, test in told.apart()])
    assert sorted(tests.tolist()) == list(range(len(told.y)))
    for train, test in told.apart():
        assert set(told.recordings[train]).isdisjoint(told.recordings[test])
        assert len(train) + len(test) == len(told.y)


def test_the_sample_has_folds_of_whole_recordings_with_every_kind() -> None:
    told = recordings(Kitchen())
    whole(told)
    for train, test in told.apart():
        assert len(set(told.y[test].tolist())) == len(set(told.y[train].tolist())) == 4
    assert told.naive() == 25.0
    assert (told.rate, told.seconds) == (8000, 0.5)
    assert told.counted.startswith("96 sounds of 4 classes from 24 recordings, in 3 folds")


def test_a_random_split_parts_recordings() -> None:
    told = recordings(Kitchen())
    parts = told.shuffled()
    assert len(parts) == len(told.apart())
    train, test = parts[0]
    assert set(told.recordings[train]) & set(told.recordings[test])
    assert set(told.y[test].tolist()) == set(told.y.tolist())


def test_names_of_esc_say_fold_and_recording(tmp_path: Path) -> None:
    told = recordings(Kitchen(folder(tmp_path, "{fold}-{clip}-A.wav")))
    whole(told)
    assert len(told.apart()) == 4
    assert len(np.unique(told.recordings)) == 24
    assert sorted(set(told.y.tolist())) == ["dog", "rain"]
    assert told.notes == ()


def test_names_of_urban_sounds_say_the_recording_and_folds_are_dealt(tmp_path: Path) -> None:
    told = recordings(Kitchen(folder(tmp_path, "{clip}-3-0-{k}.wav")))
    whole(told)
    assert len(told.apart()) == 5
    assert len(np.unique(told.recordings)) == 24


def test_a_table_says_it_in_columns(tmp_path: Path) -> None:
    rows = []
    for k in range(40):
        write(tmp_path / "clips" / f"{k}.wav", k)
        rows.append((f"{k}.wav", "ab"[k % 2], 1 + k // 4 % 2, k // 4))
    table = pl.DataFrame(rows, ["file", "class", "fold", "recording"], orient="row")
    table.write_csv(tmp_path / "labels.csv")
    for place in (tmp_path, tmp_path / "labels.csv"):
        told = recordings(Kitchen(place))
        whole(told)
        assert (len(told.apart()), len(np.unique(told.recordings))) == (2, 10)
    assert told.notes == ("The files of column 'file' are in clips/.",)


def test_folds_that_part_recordings_are_left_aside(tmp_path: Path) -> None:
    for k in range(40):
        write(tmp_path / f"{k}.wav", k)
    columns = {"file": [f"{k}.wav" for k in range(40)], "class": list("ab") * 20}
    columns |= {"fold": [k % 3 for k in range(40)], "recording": [k // 4 for k in range(40)]}
    pl.DataFrame(columns).write_csv(tmp_path / "labels.csv")
    told = recordings(Kitchen(tmp_path))
    whole(told)
    assert "part recordings" in told.notes[-1]


def test_where_nothing_is_said_copies_stay_together_and_a_note_says_so(tmp_path: Path) -> None:
    place = folder(tmp_path, "song.{k:05d}.au")
    write(place / "dog" / "again.au", 0)  # a copy of the first
    told = recordings(Kitchen(place))
    whole(told)
    assert len(np.unique(told.recordings)) == len(told.y) - 1
    assert "Nothing says which sounds come from one recording" in told.notes[-1]


def test_broken_sounds_are_counted_and_the_others_keep_their_labels(tmp_path: Path) -> None:
    place = folder(tmp_path, "{fold}-{clip}-A.wav")
    broken = place / "dog" / "1-100-A.wav"
    broken.write_bytes(b"no sound")
    told = recordings(Kitchen(place))
    assert "1 of 48 sounds cannot be read and are left out." in told.notes
    assert all(
        Path(where).parent.name == label
        for where, label in zip(told.sounds.places, told.y.tolist(), strict=True)
    )


def test_too_few_sounds_and_missing_classes_are_refused(tmp_path: Path) -> None:
    place = folder(tmp_path / "few", "{fold}-{clip}-A.wav", count=5)
    with pytest.raises(BadData, match="at least 40 sounds of at least two classes. There are 10"):
        recordings(Kitchen(place))
    write(tmp_path / "alone" / "a.wav", 0)
    with pytest.raises(BadData, match="needs a column 'label' or 'class'"):
        recordings(Kitchen(tmp_path / "alone"))
    pl.DataFrame({"x": [1], "class": ["a"]}).write_csv(tmp_path / "none.csv")
    with pytest.raises(BadData, match="the recipe needs sounds and a class of each"):
        recordings(Kitchen(tmp_path / "none.csv"))


def test_an_interval_over_recordings_is_wider_than_one_over_sounds() -> None:
    n = 40
    sounds, y = Sounds.of_array(np.zeros((n, 8)), 8000, "test"), np.array(["a", "b"] * (n // 2))
    hits = np.repeat([True, False], n // 2)
    alone = Recordings(sounds, y, np.arange(n), np.arange(n) % 2)
    slices = Recordings(sounds, y, np.arange(n) // 5, np.arange(n) // 5 % 2)
    (low, high), (wide_low, wide_high) = alone.interval(hits), slices.interval(hits)
    assert wide_low < low < 50 < high < wide_high


def test_each_fold_is_learnt_without_its_own_sounds_and_told_of() -> None:
    told, heard, said = recordings(Kitchen()), [], []

    class Stub:
        def fit(self, sounds, y, run):
            heard.append((len(sounds), len(y)))
            return self

    seen = over_folds(Kitchen(say=said.append), "stubs", Stub, told, told.apart(),
                      lambda task, train, test: (type(task), len(train), len(test)))  # fmt: skip
    assert seen == [(Stub, 64, 32)] * 3
    assert heard == [(64, 64)] * 3
    assert said[-1] == "stubs: 3 of 3 folds."


def test_confusion_counts_truth_by_answer() -> None:
    chart = confused(np.array(["a", "a", "b"]), np.array(["a", "b", "b"]))
    assert chart.caption.startswith("2 of 3 rows")


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "sounds", "clips", "folds"), [("esc10", 400, 304, 5), ("urban", 700, 275, 3)]
)
def test_the_real_folders_say_what_belongs_together(
    fondo_data: Path, name: str, sounds: int, clips: int, folds: int
) -> None:
    told = recordings(Kitchen(fondo_data / "audio" / name))
    whole(told)
    assert len(told.y) == sounds
    assert len(np.unique(told.recordings)) == clips
    assert len(told.apart()) == folds
    assert len(set(told.y.tolist())) == 10
