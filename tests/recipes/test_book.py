"""fondo.recipes.book: finding recipes, listing them without weight, and cooking."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from fondo.errors import BadData, BadParameter
from fondo.recipes import book
from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe
from fondo.report.charts import Line, lines
from fondo.report.svg import Axis

IDS = [
    "C01-6", *(f"C02-{k}" for k in range(1, 13)), "C03-1", "C03-2", "C03-3", "C03-4", "C03-6",
    "C03-9", *(f"C04-{k}" for k in range(1, 7)), *(f"C05-{k}" for k in range(1, 8)), "C07-1",
    "C07-2", "C15-1", "C15-2",
]  # fmt: skip


def test_the_book_holds_the_recipes_in_order() -> None:
    assert [recipe.id for recipe in book.catalogue()] == IDS


@pytest.mark.parametrize("recipe", book.catalogue(), ids=lambda recipe: recipe.id)
def test_every_recipe_tells_what_it_must(recipe: Recipe) -> None:
    for name in ("title", "published", "ours", "naive", "lesson", "data", "sample"):
        assert getattr(recipe, name).strip(), name
    assert recipe.faults, "each of these published figures has known faults"
    assert set(recipe.to_json()) == set(vars(recipe)) - {"run"}


@pytest.mark.parametrize("name", ["C03-1", "c03_1", "c3-1", " C03_01 "])
def test_an_id_may_be_written_in_several_ways(name: str) -> None:
    assert book.find(name).id == "C03-1"


@pytest.mark.parametrize(
    ("name", "hint"), [("C03-11", "Did you mean 'C03-1'?"), ("pasta", "Known: C01-6, C02-1")]
)
def test_an_unknown_recipe_is_refused_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(BadParameter, match=re.escape(hint)):
        book.cook(name)


def test_listing_the_book_imports_nothing_heavy() -> None:
    code = "import sys; from fondo.recipes.book import catalogue; catalogue(); print(*sys.modules)"
    source = str(Path(book.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"numpy", "polars", "sklearn", "scipy", "keras", "jax"}
    assert set(done.stdout.split()).isdisjoint(heavy)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> list[Kitchen]:
    """A recipe that only notes what it was given."""
    kitchens: list[Kitchen] = []

    def run(kitchen: Kitchen) -> Dish:
        kitchens.append(kitchen)
        return Dish((Figure("first", 1.0, naive=0.0), Figure("second", 2.0)), ("A note.",))

    told = dict.fromkeys(("published", "ours", "naive", "lesson", "data"), "words")
    recipe = Recipe(id="C01-6", title="T", sample="a sample", run=run, **told)
    monkeypatch.setattr(book, "find", lambda name: recipe)
    return kitchens


def test_cooking_gives_the_headline_first_and_says_what_it_was_cooked_from(tiny) -> None:
    result = book.cook("C01-6", seed=3, callbacks=("listener",))
    assert tiny == [Kitchen(None, 3, ("listener",))]
    assert result.source == "a sample"
    assert result.ours == Figure("first", 1.0, naive=0.0)
    document = result.to_json()
    assert document["ours"]["name"] == "first"
    assert [figure["name"] for figure in document["figures"]] == ["first", "second"]
    assert document["seconds"] >= 0


def test_how_far_the_work_is_and_the_length_go_to_the_kitchen(tiny) -> None:
    heard: list[str] = []
    result = book.cook("C01-6", full=True, say=heard.append)
    assert (tiny[0].full, result.full, result.to_json()["full"]) == (True, True, True)
    tiny[0].tell("Half of it.")
    assert heard == ["Half of it."]
    assert Kitchen().tell("Nobody listens.") is None
    assert (tiny[0].epochs(5, 500), Kitchen().epochs(5, 500)) == (500, 5)


@pytest.mark.parametrize(
    ("costs", "full", "note"),
    [
        ("500 epochs, 2 hours.", False, "Shortened. --full runs 500 epochs, 2 hours."),
        ("500 epochs, 2 hours.", True, None),
        ("", True, "--full changes nothing: this recipe is as long as its source."),
        ("", False, None),
    ],
)
def test_a_note_says_what_is_shortened(monkeypatch, costs, full, note) -> None:
    told = dict.fromkeys(("title", "published", "ours", "naive", "lesson", "data", "sample"), "w")
    dish = Dish((Figure("first", 1.0),), ("A note.",))
    recipe = Recipe(id="C01-6", run=lambda _: dish, full=costs, **told)
    monkeypatch.setattr(book, "find", lambda name: recipe)
    assert book.cook("C01-6", full=full).notes == ("A note.", *([note] if note else []))


def test_of_pictures_the_captions_go_into_json(monkeypatch) -> None:
    told = dict.fromkeys(("title", "published", "ours", "naive", "lesson", "data", "sample"), "w")
    chart = lines("Curves", Axis("epoch"), Axis("loss"), [Line("a", [1, 2], [3, 4])], "It falls.")
    dish = Dish((Figure("first", 1.0),), charts=(chart,))
    recipe = Recipe(id="C01-6", run=lambda _: dish, **told)
    monkeypatch.setattr(book, "find", lambda name: recipe)
    result = book.cook("C01-6")
    assert result.charts == (chart,)
    document = json.loads(json.dumps(result.to_json()))
    assert document["charts"] == ["Curves: It falls."]
    assert document["figures"][0]["name"] == "first"


def test_cooking_real_data_names_them(tiny) -> None:
    assert book.cook("C01-6", data="a.csv").source == "a.csv"
    assert tiny[0].data == Path("a.csv")


def test_a_kitchen_reads_its_data_or_takes_the_sample(tmp_path: Path) -> None:
    place = tmp_path / "rows.csv"
    place.write_text("x,y\n1,2\n3,4\n")
    assert Kitchen(data=place).table(pl.DataFrame).rows() == [(1, 2), (3, 4)]
    assert Kitchen().table(lambda: pl.DataFrame({"z": [1]})).columns == ["z"]


def test_a_column_that_the_recipe_needs_and_the_table_lacks_is_named() -> None:
    kitchen, frame = Kitchen(data=Path("a.csv")), pl.DataFrame({"MEDVX": [1]})
    with pytest.raises(BadData, match=r"a.csv: the recipe needs a column 'MEDV' or 'target'"):
        kitchen.need(frame, "MEDV", "target")
    assert kitchen.need(frame, "MEDV", "MEDVX") == "MEDVX"


def test_the_published_figure_stands_beside_real_data_only() -> None:
    assert Kitchen().published(6.7) is None
    assert Kitchen(data=Path("a.csv")).published(6.7) == 6.7
