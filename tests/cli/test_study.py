"""`fondo study`: what it lists, runs, writes and answers."""

import json

import pytest

from fondo.cli import study as module
from fondo.errors import BadParameter
from fondo.studies import book


@pytest.fixture(scope="module")
def result() -> book.StudyResult:
    return book.study("learning-rate")


@pytest.fixture
def asked(result, monkeypatch) -> list:
    """Stand-in for the work; what it was asked."""
    calls: list = []

    def study(name: str, *, seed: int) -> book.StudyResult:
        calls.append((name, seed))
        return result

    monkeypatch.setattr(book, "study", study)
    return calls


def test_it_says_what_it_does() -> None:
    assert (module.command.help or "").splitlines()[0].endswith(".")


def test_without_a_name_the_studies_are_listed(ask, asked) -> None:
    done = ask("study")
    assert done.exit_code == 0, done.stderr
    for each in book.catalogue():
        assert each.name in done.stdout
        assert each.title in done.stdout
    listed = json.loads(ask("study", "--json").stdout)["studies"]
    assert listed[0] == {
        "name": "initialisation",
        "title": "How weights start: equal, too large, or scaled",
    }
    assert asked == []


def test_a_study_is_written_and_told(ask, asked, result, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = ask("study", "learning_rate", "--seed", "7")
    assert done.exit_code == 0, done.stderr
    assert asked == [("learning_rate", 7)]
    assert (tmp_path / "runs" / "study-learning-rate.html").read_text().startswith("<!DOCTYPE")
    told = " ".join(done.stdout.split())
    for words in (result.title, result.sentence, "Picture: runs/study-learning-rate.html"):
        assert words in told
    assert "share of the limit" in told
    assert done.stderr.startswith("Studying learning-rate")


def test_json_is_the_answer_alone_and_names_the_picture(ask, asked, result, tmp_path) -> None:
    place = tmp_path / "a.svg"
    done = ask("study", "learning-rate", "--out", str(place), "--json", "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        **json.loads(json.dumps(result.to_json())),
        "picture": str(place),
    }
    assert place.read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["spiral"], "Did you mean 'spirals'?"),
        (["spirals", "--out", "a.png"], "must end in .html"),
        (["--out", "a.html"], "--out needs the NAME of a study"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(ask, asked, words, told) -> None:
    done = ask("study", *words)
    assert (done.exit_code, done.stdout, asked) == (2, "", [])
    assert told in done.stderr


def test_a_mistake_has_a_kind(ask) -> None:
    done = ask("study", "learning-rate", "--seed", "-1", "--json", "--out", "a.html")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["kind"] == BadParameter.__name__
