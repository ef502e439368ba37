"""`fondo cook`: what it asks of the book, the page it writes, and what it answers."""

import json
from pathlib import Path

import pytest

from fondo.cli import cook as module
from fondo.recipes import book
from fondo.recipes.kitchen import Figure

RESULT = book.CookResult(
    id="C02-6",
    title="A test",
    published="plots only",
    faults=("It diverges.",),
    naive="1.4779",
    lesson="Mind the cliff.",
    data="nothing",
    source="four rows",
    figures=(Figure("weight", 1.9974),),
    notes=("A note.",),
    seed=0,
    seconds=1.0,
)


@pytest.fixture
def asked(monkeypatch) -> list[dict]:
    """Stand-in for the work; what it was asked."""
    calls: list[dict] = []

    def cook(id: str, **settings) -> book.CookResult:
        settings.pop("say")("Half of it.")
        settings.pop("callbacks")
        calls.append({"id": id, **settings})
        return RESULT

    monkeypatch.setattr(book, "cook", cook)
    return calls


def test_it_says_what_it_does() -> None:
    assert (module.command.help or "").splitlines()[0].endswith(".")


def test_every_option_is_passed_on(ask, asked) -> None:
    done = ask("cook", "c2-6", "--data", "mnist", "--seed", "7", "--full")
    assert done.exit_code == 0, done.stderr
    assert asked == [{"id": "c2-6", "data": Path("mnist"), "seed": 7, "full": True}]
    assert "Half of it." in done.stderr
    assert "Mind the cliff." in done.stdout
    assert "Page:" not in done.stdout


def test_without_options_it_is_short_and_writes_nothing(ask, asked, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ask("cook", "C02-6", "--quiet").stderr == ""
    assert asked == [{"id": "C02-6", "data": None, "seed": 0, "full": False}]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("out", "written"), [("a.html", "a.html"), ("pages", "pages/C02-6.html")])
def test_out_writes_a_page(ask, asked, tmp_path, out: str, written: str) -> None:
    done = ask("cook", "c2-6", "--out", str(tmp_path / out))
    assert done.exit_code == 0, done.stderr
    page = tmp_path / written
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert f"Page: {page}" in " ".join(done.stdout.split())


def test_json_is_the_answer_alone_and_names_the_page(ask, asked, tmp_path) -> None:
    place = tmp_path / "a.html"
    done = ask("cook", "C02-6", "--out", str(place), "--json", "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(json.dumps(RESULT.to_json()))
    assert json.loads(done.stdout) == {**told, "page": str(place)}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["C02-6", "--out", "a.pdf"], "must end in .html"),
        (["C02-66", "--out", "a.html"], "Did you mean 'C02-6'?"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(ask, asked, words, told: str) -> None:
    done = ask("cook", *words)
    assert (done.exit_code, done.stdout, asked) == (2, "", [])
    assert told in done.stderr
