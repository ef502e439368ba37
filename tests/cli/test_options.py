"""fondo.cli.options: settings, rows and sizes out of text; every message."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.cli.options import (
    chosen_settings,
    parse_rows,
    parse_settings,
    parse_size,
    read_settings,
)
from fondo.errors import BadData, BadParameter
from fondo.tasks.audio.trigger import TriggerWord
from fondo.tasks.settings import configure

names = st.from_regex(r"[a-z_.]{1,12}", fullmatch=True)
values = st.from_regex(r"[a-z0-9=,.:]{0,12}", fullmatch=True)


@given(st.dictionaries(names, values, max_size=5))
def test_settings_come_back_as_they_were_written(settings: dict[str, str]) -> None:
    assert parse_settings([f"{name}={value}" for name, value in settings.items()]) == settings


def test_a_value_may_hold_equals_signs_and_spaces_around() -> None:
    assert parse_settings([" a = b=c "]) == {"a": "b=c"}


@pytest.mark.parametrize("pair", ["epochs", "=20", " =3", ""])
def test_a_setting_without_name_or_equals_sign_is_refused(pair: str) -> None:
    with pytest.raises(BadParameter, match=r"a setting must be written key=value.*epochs=20"):
        parse_settings([pair])


def test_a_setting_given_twice_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"--set epochs\): a setting must be given once"):
        parse_settings(["epochs=2", "epochs=3"])


@pytest.fixture
def word(tmp_path: Path) -> Path:
    path = tmp_path / "word.toml"
    path.write_text(
        'epochs = 20  # passes\nlearning_rate = 1e-2\nfront = "notes_log"\nrandom_state = 7\n\n'
        "[mixing]\nclips = 500\nsnr_db = [0, 12.5]\nnotes = true\n",
        encoding="utf-8-sig",  # as some editors write it
    )
    return path


def test_a_file_gives_what_pairs_would(word: Path) -> None:
    pairs = ["epochs=20", "learning_rate=0.01", "front=notes_log", "random_state=7",
             "mixing.clips=500", "mixing.snr_db=0,12.5", "mixing.notes=true"]  # fmt: skip
    assert read_settings(word) == parse_settings(pairs)
    task = configure(TriggerWord, read_settings(word))
    assert (task.epochs, task.learning_rate, task.random_state) == (20, 0.01, 7)
    assert (task.mixing.clips, task.mixing.snr_db, task.mixing.notes) == (500, (0.0, 12.5), True)


@pytest.mark.parametrize("name", ["clips", "mixing.clips"])
def test_a_pair_wins_over_the_file_by_either_name(word: Path, name: str) -> None:
    word.write_text("clips = 5\n[mixing]\nclips = 6\nseconds = 3\n", encoding="utf-8")
    task = configure(TriggerWord, chosen_settings([f"{name}=90", "epochs=2"], word))
    assert (task.mixing.clips, task.mixing.seconds, task.epochs) == (90, 3.0, 2)


def test_a_seed_that_was_given_wins_over_the_file_and_a_pair_over_both(word: Path) -> None:
    assert chosen_settings([], word)["random_state"] == "7"
    assert chosen_settings([], word, 0)["random_state"] == "0"
    assert chosen_settings(["random_state=4"], word, 0)["random_state"] == "4"
    assert chosen_settings(["epochs=2"], None) == {"epochs": "2"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("epoch = 3", r"TriggerWord\(epoch=...\): there is no such setting. Did you mean 'epochs'"),
        ("[mixing]\nclip = 3", "Did you mean 'mixing.clips'"),
        ("[mixin]\nclips = 3", "Did you mean 'mixing.clips'"),
        ("mixing = 3", "mixing is a group of settings"),
        ("[[mixing]]\nclips = 3", "mixing is a group of settings"),
        ("epochs = 2.5", "epochs must be a whole number"),
        ("epochs = true", "epochs must be a whole number"),
        ("epochs = 2024-01-01", "epochs must be a whole number"),
        ("[mixing]\nsnr_db = [1]", "snr_db must be a sequence of 2 values"),
    ],
)
def test_settings_of_a_file_are_refused_as_those_of_pairs_are(
    word: Path, text: str, told: str
) -> None:
    word.write_text(text, encoding="utf-8")
    with pytest.raises(BadParameter, match=told):
        configure(TriggerWord, read_settings(word))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"epochs = 3\nfront = notes\n", r"word.toml: it is no TOML: .* \(at line 2, column 9\)"),
        (b"epochs = 3\nepochs = 4\n", r"it is no TOML: .* \(at line 2, column"),
        (b"[mixing\n", r"it is no TOML: .* \(at line 1, column 8\). Write settings as epochs = 20"),
        (b"\xff\xfe", "word.toml: it is no TOML: 'utf-8' codec"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_the_line(
    word: Path, content: bytes, told: str
) -> None:
    word.write_bytes(content)
    with pytest.raises(BadData, match=told):
        read_settings(word)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"none.toml: it cannot be read \(No such file"):
        chosen_settings([], tmp_path / "none.toml")
    with pytest.raises(BadData, match="Give a TOML file"):
        read_settings(tmp_path)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6))
def test_rows_come_back_in_their_order(rows: list[int]) -> None:
    assert parse_rows(", ".join(map(str, rows))) == tuple(rows)


@pytest.mark.parametrize("text", ["", " ", "a", "1,-2", "1;2", "1.5", "٣"])
def test_rows_that_are_no_whole_numbers_are_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="rows must be whole numbers of at least 0"):
        parse_rows(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [  # by hand: 1 kB = 1000 bytes, 1 KiB = 1024
        ("1", 1),
        ("10B", 10),
        ("2kB", 2000),
        ("2KiB", 2048),
        ("3M", 3 * 1024**2),
        ("1.5GB", 1_500_000_000),
        ("0.5 TiB", 2**39),
        (None, None),
    ],
)
def test_sizes(text: str | None, size: int | None) -> None:
    assert parse_size(text) == size


@given(st.integers(1, 10**6), st.sampled_from(["K", "M", "G", "T"]))
def test_a_unit_with_i_is_the_letter_alone(count: int, letter: str) -> None:
    assert parse_size(f"{count}{letter}iB") == parse_size(f"{count}{letter.lower()}")


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "0", "2XB", "1e9", "0.1B"])
def test_no_size_is_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="memory must be a size of at least one byte"):
        parse_size(text)
