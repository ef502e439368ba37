"""fondo.funds.runs: a stored backtest gives the same figures, and a damaged one is refused."""

import json
from pathlib import Path

import pytest

from fondo.errors import BadData, OutputError
from fondo.funds.record import records
from fondo.funds.result import Backtest
from fondo.funds.runs import ISSUES, MANIFEST, ROWS, load, save


@pytest.fixture
def stored(done: Backtest, tmp_path: Path) -> Path:
    return save(done, tmp_path / "run")


def test_what_is_read_again_gives_the_same_figures(done: Backtest, stored: Path) -> None:
    again = load(stored)
    assert again.rows.equals(done.rows)
    assert again.facts == json.loads(json.dumps(done.facts))
    for name, record in records(done).items():
        assert records(again)[name].to_json() == record.to_json()


def test_it_is_written_over_and_twice_alike(done: Backtest, stored: Path) -> None:
    before = (stored / ROWS).read_bytes()
    save(done, stored)
    assert (stored / ROWS).read_bytes() == before


def damaged(place: Path, **changes: object) -> None:
    told = json.loads((place / MANIFEST).read_text())
    (place / MANIFEST).write_text(json.dumps(told | changes))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "model"}, "this is not a backtest of funds"),
        ({"format": 99}, "format 99, and this version reads 1"),
        ({"models": {}}, "parts of the backtest are missing"),
        ({"facts": {"data": {}}}, "parts of the backtest are missing"),
        ({"models": {"other": {"learns": True}}}, "has no column 'score:other'"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(stored: Path, changes, told: str) -> None:
    damaged(stored, **changes)
    with pytest.raises(BadData, match=told):
        load(stored)


def test_damaged_files_are_named(stored: Path, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"no backtest can be read there .* Give the folder that"):
        load(tmp_path / "nowhere")
    (stored / MANIFEST).write_text("{")
    with pytest.raises(BadData, match="no backtest can be read there"):
        load(stored)


def test_a_damaged_table_is_named(stored: Path) -> None:
    (stored / ISSUES).write_bytes(b"PAR1 and no more")
    with pytest.raises(BadData, match=r"issues.parquet: cannot be read .* Run the backtest again"):
        load(stored)


def test_a_place_that_cannot_be_written_is_named(done: Backtest, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("here already")
    with pytest.raises(OutputError, match="the backtest cannot be written there"):
        save(done, blocked)
