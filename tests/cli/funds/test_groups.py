"""`fondo funds groups`: what it asks of the study, what it writes and tells, what it refuses."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fondo.cli.funds import groups as module
from fondo.errors import BadData
from fondo.funds import group_words
from fondo.funds.group_page import groups_page
from fondo.funds.group_study import GroupStudy, find_groups
from fondo.funds.issues import Found
from fondo.funds.panel import Panel
from fondo.funds.scalings import Scale
from fondo.funds.universe import make_universe

WORDS = "--by returns --length 52 --k 3"


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Three groups that move together, two funds without one, and two finds."""
    made = make_universe("iid", funds=24, years=2, groups=3, group_sd=0.04)
    peer, found = made.peer_codes.copy(), Found()
    peer[:, [3, 5]] = -1
    found.add("peer_static", "keep", "never changes")
    found.add("jump", "adjust", "a factor", fund=made.funds[:2])
    return replace(made, peer=peer, issues=found.table())


@pytest.fixture(scope="module")
def study(panel: Panel) -> GroupStudy:
    return find_groups(panel, by="returns", length=52, k=3)


@pytest.fixture
def prices(fake, panel: Panel) -> list:
    return fake("fondo.funds.samples", "read_prices", lambda **_: panel)


@pytest.fixture
def asked(monkeypatch, prices, study) -> list:
    """Stand-in for the work; what it was asked."""
    calls: list = []

    def stand_in(source, **settings) -> GroupStudy:
        calls.append((source, settings))
        return study

    monkeypatch.setattr("fondo.funds.group_study.find_groups", stand_in)
    return calls


def test_it_says_what_it_does() -> None:
    assert (module.command.help or "").splitlines()[0].endswith(".")


def test_groups_are_found_told_and_written(ask, prices, study, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = ask("funds", "groups", "sample:skill", *WORDS.split())
    assert done.exit_code == 0, done.stderr
    asked = {"peer_groups": None, "survivors_only_ok": True}
    assert prices == [{"given": ("sample:skill",), **asked}]
    page = tmp_path / "runs" / "groups-skill.html"
    assert page.read_text(encoding="utf-8") == groups_page(study)
    told = " ".join(done.stdout.split())
    assert f"Verdict: {' '.join(group_words.verdict(study).split())}" in told
    assert "Groups of 24 funds" in told
    assert "correlation" in told
    against = study.methods[0].against
    assert against is not None
    assert against.sentence in told
    assert "Note: Found in the prices: jump 2, peer static 1." in told
    assert "Page: runs/groups-skill.html" in told
    assert done.stderr.startswith("Grouping 24 funds")
    place = study.placed
    assert place is not None
    for fund, group in zip(("fund 04", "fund 06"), place.groups, strict=True):
        assert f"{fund} {group}" in told


def test_json_holds_the_groups_and_where_funds_were_placed(ask, prices, study, tmp_path) -> None:
    words = ("funds", "groups", "a.csv", *WORDS.split(), "--out", str(tmp_path), "--json", "-q")
    done = ask(*words, "--peer-groups", "g.csv")
    assert (done.exit_code, done.stderr) == (0, "")
    assert prices[0]["peer_groups"] == "g.csv"
    told = json.loads(done.stdout)
    assert told["groups"] == group_words.to_json(study)["groups"]
    assert [each["fund"] for each in told["placed"]] == ["fund 04", "fund 06"]
    assert told["page"] == str(tmp_path / "groups.html")
    assert (tmp_path / "groups.html").exists()
    assert told["given"].startswith("Of all pairs of 22 funds")


def test_features_are_shown_on_the_page_alone(ask, prices, panel, tmp_path) -> None:
    out = tmp_path / "a.html"
    done = ask("funds", "groups", "a.csv", "--length", "52", "--k", "2", "--out", str(out))
    assert done.exit_code == 0, done.stderr
    assert "volatility" not in done.stdout
    assert "main category" in " ".join(done.stdout.split())
    assert out.read_text(encoding="utf-8") == groups_page(find_groups(panel, length=52, k=2))


def test_every_option_is_passed_on(ask, asked, panel, tmp_path) -> None:
    words = "--by returns --k 4 --date 2001-06-30 --length 60 --scale robust --cut none --seed 7"
    done = ask("funds", "groups", "a.csv", *words.split(), "--out", str(tmp_path / "a.html"))
    assert done.exit_code == 0, done.stderr
    ((source, settings),) = asked
    assert source is panel
    assert str(settings.pop("date")) == "2001-06-30"
    scale = Scale("robust", None)
    assert settings == {"by": "returns", "k": 4, "length": 60, "scale": scale, "seed": 7}


def test_what_is_usual(ask, asked, tmp_path) -> None:
    assert ask("funds", "groups", "a.csv", "--out", str(tmp_path), "-q").exit_code == 0
    usual = {"by": "features", "k": None, "date": None, "length": 156, "seed": 0}
    assert asked[0][1] == {**usual, "scale": Scale()}


def test_what_is_set_aside_has_a_line_a_reason(study) -> None:
    aside = [(f"fund {k}", "no price") for k in range(17)]
    made = replace(study, table=replace(study.table, aside=(*aside, ("size", "all alike"))))
    first, second = module._aside(made)
    assert first.startswith("no price: 17 (fund 0, fund 1, ")
    assert first.endswith("fund 14, ...)")
    assert second == "all alike: 1 (size)"


@pytest.mark.parametrize(
    ("prices", "name"),
    [("sample:luck", "luck"), ("data/nav.csv.gz", "nav"), (".csv", "prices"), ("a b", "a b")],
)
def test_the_page_is_named_after_the_prices(prices: str, name: str) -> None:
    assert module._page(None, prices) == Path("runs") / f"groups-{name}.html"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scale", "robist"], "Did you mean 'robust'?"),
        (["--cut", "x"], "fondo(--cut x): must be a number of standard deviations, or none"),
        (["--cut", "-1"], "cut must be None, or a number above 0"),
        (["--date", "1.6.2001"], "fondo(--date 1.6.2001): must be a date such as 2020-01-31"),
        (["--out", "a.txt"], "fondo(--out a.txt): must end in .html, or be a folder"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(ask, asked, prices, words, said) -> None:
    done = ask("funds", "groups", "a.csv", *words)
    assert (done.exit_code, done.stdout, asked, prices) == (2, "", [], [])
    assert said in done.stderr


def test_prices_that_cannot_be_read_are_told(ask, fake, tmp_path) -> None:
    def work(**_: object) -> None:
        raise BadData("a.csv: there is no such file. Check its name and folder.")

    fake("fondo.funds.samples", "read_prices", work)
    done = ask("funds", "groups", "a.csv", "--out", str(tmp_path / "a.html"), "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["kind"] == "BadData"
    assert not np.any([path.suffix == ".html" for path in tmp_path.iterdir()])
