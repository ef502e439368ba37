"""`fondo funds simulate`: one universe that is read back, many of a study, options apart."""

import json

import numpy as np
import pytest

from fondo.cli.funds import simulate as module
from fondo.funds.overlap import overlap_study
from fondo.funds.overlap_page import overlap_page
from fondo.funds.reader import read
from fondo.funds.universe import make_universe

STUDY = ("--study", "--funds", "20", "--years", "14", "--simulations", "3", "--model", "linear")


def test_it_says_what_it_does() -> None:
    assert (module.command.help or "").splitlines()[0].endswith(".")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_universe_is_written_and_read_back(ask, tmp_path, ending: str) -> None:
    place = tmp_path / f"prices.{ending}"
    words = "--kind style+survivorship --funds 30 --years 6 --groups 3 --seed 4 --skill 0.002"
    more = ("--set", "births=0.3", "--set", "exits=0.2", "--out", str(place))
    done = ask("funds", "simulate", *words.split(), *more)
    assert done.exit_code == 0, done.stderr
    panel = make_universe(
        "style+survivorship",
        funds=30, years=6, groups=3, seed=4, alpha_sd=0.002, births=0.3, exits=0.2,
    )  # fmt: skip
    back, ended = read(place), int((~np.isnat(panel.dead_at)).sum())
    np.testing.assert_array_equal(back.nav, panel.nav)
    np.testing.assert_array_equal(back.dead_at, panel.dead_at)
    assert back.peer_names == panel.peer_names
    priced = np.isfinite(panel.nav)
    assert (back.peer_codes == panel.peer_codes)[priced].all()
    told = " ".join(done.stdout.split())
    assert f"{priced.sum():,} weekly prices of 30 funds, 2000-01-07 to 2005-12-30;" in told
    assert f"{ended} of the funds end before." in told
    assert ended > 0
    assert "survivors_only_ok" not in told


def test_survivors_are_noted_and_json_says_what_was_made(ask, tmp_path) -> None:
    words = ("funds", "simulate", "--funds", "4", "--years", "2", "--out", str(tmp_path / "a.csv"))
    assert "No fund ever ends" in ask(*words).stdout
    assert json.loads(ask(*words, "--skill-per-year", "0.052", "--json").stdout) == {
        "kind": "market",
        "funds": 4,
        "years": 2,
        "seed": 0,
        "groups": 0,
        "parts": {"alpha_sd": 0.001},
        "prices": 4 * 105,
        "first": "2000-01-07",
        "last": "2002-01-04",
        "ended": 0,
        "columns": ["date", "fund_id", "nav"],
        "out": str(tmp_path / "a.csv"),
    }


def test_the_study_prints_its_tables_and_writes_its_page(ask, tmp_path) -> None:
    words = ("--kind", "iid, style", "--step", "52,26", "--page", str(tmp_path / "a" / "b.html"))
    done = ask("funds", "simulate", *STUDY, *words, COLUMNS="100")
    assert done.exit_code == 0, done.stderr
    sizes = {"simulations": 3, "funds": 20, "years": 14, "model": "linear"}
    study = overlap_study(["iid", "style"], [52, 26], **sizes)
    told = " ".join(done.stdout.split())
    for line in study.lines():
        assert f"Found: {' '.join(line.split())}" in told
    row = study.row("style", 26)
    assert f"{row.precision:.3f} (" in told
    assert f"{100 * row.date.called:.1f} %" in told.replace("\N{NO-BREAK SPACE}", " ")
    assert (tmp_path / "a" / "b.html").read_text(encoding="utf-8") == overlap_page(study)
    assert "Kind 1 of 2: 3 iid universes." in done.stderr
    told = json.loads(ask("funds", "simulate", *STUDY, *words[:4], "--json", "-q").stdout)
    assert told == {**json.loads(json.dumps(study.to_json())), "page": None}


def test_the_usual_study_is_of_three_kinds_and_steps(ask, monkeypatch) -> None:
    asked = []

    def stand_in(kinds, steps, **settings):
        asked.append((kinds, steps, settings))
        return overlap_study(kinds, [52], simulations=2, funds=20, years=14, model="linear")

    monkeypatch.setattr("fondo.funds.overlap.overlap_study", stand_in)
    assert ask("funds", "simulate", "--study", "-q").exit_code == 0
    settings = {"years": 20, "funds": 100, "seed": 0, "simulations": 200, "model": "logistic"}
    assert asked == [([kind], (52, 13, 4), settings) for kind in ("iid", "market", "style")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing option '--out', the file for the prices. For example --out prices.csv;"),
        (["--study", "--out", "a.csv"], "--out is of one universe, and --study simulates many"),
        (["--study", "--groups", "0"], "--groups is of one universe"),
        (["--study", "--skill-per-year", "0.1"], "--skill-per-year is of one universe"),
        (["--study", "--set", "cost=0.1"], "--set is of one universe"),
        (["--out", "a.csv", "--simulations", "0"], "--simulations is of the study. Add --study"),
        (["--page", "a.html"], "--page is of the study"),
        (["--study", "--step", "52;13"], "--step 52;13: must be whole numbers with commas"),
        (["--study", "--page", "a.pdf"], "fondo(--page a.pdf): must end in .html"),
        (["--study", "--kind", "iid,skill"], "kinds=['skill']): must be made of iid, market"),
        (["--study", "--simulations", "0"], "simulations must be a whole number of at least 2"),
        (["--out", "a.csv", "--skill", "1", "--skill-per-year", "1"], "say the same"),
        (["--out", "a.csv", "--set", "births=many"], "--set births=many): must be a number"),
        (["--out", "a.csv", "--set", "birth=1"], "Did you mean 'births'?"),
        (["--out", "a.csv", "--kind", "stile"], "Did you mean 'style'?"),
        (["--out", "a.txt"], "the name must end in .csv"),
        (["--out", "none/a.csv"], "none/a.csv: cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    ask, words: list[str], said: str, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ask("funds", "simulate", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Kind 1" not in done.stderr
    assert list(tmp_path.iterdir()) == []
