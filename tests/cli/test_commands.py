"""fondo.cli commands: what each asks of its job, what it answers, and its exit code."""

import json
from types import SimpleNamespace

import polars as pl
import pytest

from fondo.cli import cook, doctor, evaluate, explain, predict, recipes, replay, train
from fondo.errors import BadData
from fondo.recipes.book import catalogue


def test_every_command_says_what_it_does() -> None:
    for module in (cook, doctor, evaluate, explain, predict, recipes, replay, train):
        assert (module.command.help or "").splitlines()[0].endswith(".")


def test_train_passes_every_option_on(ask, fake, training) -> None:
    asked = fake("fondo.jobs.train", "train", lambda **_: training)
    done = ask(
        *"train loans.csv --target bad --task table-classifier --out m --seed 7".split(),
        *"--set epochs=20 --set scale=robust --test 0.3 --group who --time day".split(),
        *"--weight w --drop a --drop b --memory 2GB --human-level 0.02".split(),
        *"--resume --quiet --json".split(),
    )
    assert done.exit_code == 0, done.stderr
    (job,) = asked
    assert job.pop("given") == ("loans.csv",)
    assert len(job.pop("callbacks")) == 1
    job.pop("say")
    assert str(job.pop("out")) == "m"
    assert job == {
        "target": "bad",
        "task": "table-classifier",
        "seed": 7,
        "settings": {"epochs": "20", "scale": "robust"},
        "test": 0.3,
        "group": "who",
        "time": "day",
        "weight": "w",
        "drop": ("a", "b"),
        "human": 0.02,
        "resume": True,
        "memory_budget": 2_000_000_000,
    }


def test_train_answers_json_alone_and_talks_on_standard_error(ask, fake, training) -> None:
    def work(**named):
        print("chatter")
        named["say"]("Task: table-classifier.")
        return training

    fake("fondo.jobs.train", "train", work)
    done = ask("train", "a.csv", "--json")
    assert json.loads(done.stdout) == {"task": "table-classifier", "score": {"value": None}}
    assert done.stderr == "chatter\nTask: table-classifier.\n"


def test_train_draws_tables_without_json(ask, fake, training) -> None:
    fake("fondo.jobs.train", "train", lambda **_: training)
    done = ask("train", "a.csv")
    assert "Verdict:" in done.stdout
    assert "Diagnosis: high variance: 3 points [of 5]. More rows help most." in done.stdout
    assert "{" not in done.stdout


@pytest.mark.parametrize("words", [["--set", "epochs"], ["--memory", "lots"]])
def test_train_refuses_bad_options_before_any_work(ask, fake, words) -> None:
    asked = fake("fondo.jobs.train", "train", lambda **_: None)
    done = ask("train", "a.csv", *words, "--json")
    assert (done.exit_code, asked) == (2, [])
    assert json.loads(done.stdout)["kind"] == "BadParameter"


def test_a_mistake_in_the_data_gives_2_and_its_message(ask, fake) -> None:
    def work(**_):
        raise BadData("a.csv: there is no column 'taget'. Did you mean 'target'?")

    fake("fondo.jobs.train", "train", work)
    done = ask("train", "a.csv", "--target", "taget")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "a.csv: there is no column 'taget'. Did you mean 'target'?\n"


@pytest.fixture
def predictions() -> SimpleNamespace:
    frame = pl.DataFrame({"y_predicted": ["a", "b"]})
    return SimpleNamespace(frame=frame, notes=["A note."], to_json=lambda: {"rows": 2})


def test_predict_writes_csv_that_another_program_can_read(ask, fake, predictions) -> None:
    asked = fake("fondo.jobs.predict", "predict", lambda **_: predictions)
    done = ask("predict", "m", "new.csv")
    assert (done.stdout, done.stderr) == ("y_predicted\na\nb\n", "Note: A note.\n")
    assert [str(word) for word in asked[0]["given"]] == ["m", "new.csv"]
    assert asked[0]["out"] is None


def test_predict_into_a_file_says_so(ask, fake, predictions) -> None:
    fake("fondo.jobs.predict", "predict", lambda **_: predictions)
    assert ask("predict", "m", "new.csv", "--out", "p.csv").stdout == "2 rows predicted: p.csv\n"
    assert json.loads(ask("predict", "m", "new.csv", "--json").stdout) == {"rows": 2}


def test_evaluate_shows_scores_and_takes_training_rows(ask, fake, evaluation) -> None:
    result = SimpleNamespace(
        evaluation=evaluation,
        to_json=lambda: {"task": "t"},
        notes=["A note."],
        diagnosis=SimpleNamespace(line="data mismatch: 3 points."),
    )
    asked = fake("fondo.jobs.evaluate", "evaluate", lambda **_: result)
    done = ask("evaluate", "m", "new.csv", "--train", "old.csv")
    assert "Verdict:" in done.stdout
    assert "A note." in done.stdout
    assert "Diagnosis: data mismatch: 3 points." in done.stdout
    assert asked[0]["train"] == "old.csv"
    assert json.loads(ask("evaluate", "m", "new.csv", "--json").stdout) == {"task": "t"}


def test_explain_gives_reasons_for_the_rows_asked(ask, fake, training) -> None:
    result = SimpleNamespace(
        importances=training.importances,
        rows=[4, 2],
        predictions=training.predictions,
        reasons=training.reasons,
        to_json=lambda: {"rows": [4, 2]},
        notes=[],
    )
    asked = fake("fondo.jobs.explain", "explain", lambda **_: result)
    done = ask("explain", "m", "new.csv", "--rows", "4,2")
    assert asked[0]["rows"] == (4, 2)
    assert "Row 4: predicted malignant" in done.stdout
    assert json.loads(ask("explain", "m", "new.csv", "--json").stdout) == {"rows": [4, 2]}
    assert ask("explain", "m", "new.csv", "--rows", "x").exit_code == 2


@pytest.mark.parametrize(("identical", "code"), [(True, 0), (False, 1)])
def test_replay_says_where_and_ends_accordingly(ask, fake, identical: bool, code: int) -> None:
    told = {"identical": identical, "where": "Identical [to the bit]."}
    result = SimpleNamespace(**told, to_json=lambda: told)
    fake("fondo.jobs.replay", "replay", lambda **_: result)
    done = ask("replay", "m", "a.csv")
    assert (done.exit_code, done.stdout) == (code, "Identical [to the bit].\n")
    done = ask("replay", "m", "a.csv", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (code, told)


def test_recipes_lists_the_book(ask) -> None:
    listed = json.loads(ask("recipes", "--json").stdout)["recipes"]
    assert [each["id"] for each in listed] == [recipe.id for recipe in catalogue()]
    assert {"title", "published", "ours", "naive", "lesson", "faults"} <= set(listed[0])
    assert "C03-1" in ask("recipes").stdout


def test_cook_refuses_an_unknown_recipe_with_the_nearest(ask) -> None:
    done = ask("cook", "C03-11")
    assert done.exit_code == 2
    assert "there is no such recipe. Did you mean 'C03-1'?" in done.stderr


def test_doctor_answers_versions_device_extras_and_folders(ask, tmp_path) -> None:
    done = ask("doctor", "--json", FONDO_DATA=str(tmp_path / "none"))
    facts = json.loads(done.stdout)
    assert set(facts) == {"versions", "device", "extras", "folders"}
    assert {"fondo", "keras", "jax"} <= set(facts["versions"])
    assert facts["device"]["cores"] >= 1
    assert facts["folders"]["FONDO_DATA"].endswith("(no such folder)")
    assert "versions" in ask("doctor").stdout


def test_doctor_survives_a_device_that_does_not_start(monkeypatch) -> None:
    def devices() -> None:
        raise RuntimeError("no driver")

    monkeypatch.setattr("fondo.backend.jax", SimpleNamespace(devices=devices))
    assert doctor._device()["problem"] == "no driver"


def test_doctor_reads_extras_from_the_metadata(monkeypatch) -> None:
    lines = ["numpy>=2", "Pillow>=10; extra == 'images'", 'no-such-thing; extra == "audio"']
    monkeypatch.setattr("importlib.metadata.requires", lambda _: lines)
    monkeypatch.setattr("importlib.metadata.distribution", lambda name: _known(name, {"Pillow"}))
    assert doctor._extras() == {
        "images": "installed",
        "audio": "not installed: pip install 'fondo[audio]'",
    }


def _known(name: str, known: set[str]) -> None:
    if name not in known:
        raise doctor.importlib.metadata.PackageNotFoundError(name)
