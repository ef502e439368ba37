"""fondo.jobs.compare and fondo.search.compare: paired differences on rows that neither saw."""

import json

import numpy as np
import polars as pl
import pytest

import fondo
from fondo.errors import BadData, BadParameter
from fondo.jobs.compare import compare
from fondo.jobs.train import train


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """Areas and the like are compared on rows drawn anew: a tenth of the draws will do."""
    monkeypatch.setattr("fondo.judge.compare.ROW_RESAMPLES", 30)


@pytest.fixture(scope="module")
def models(tmp_path_factory, module_table):
    folder = tmp_path_factory.mktemp("compare")
    module_table.write_csv(folder / "t.csv")
    quick = {"hidden": "8", "embedding": "none", "members": "1"}
    made = {
        name: train(
            folder / "t.csv", target="y", drop=["v"], out=folder / name, settings=quick | more
        )
        for name, more in {"long": {"epochs": "60"}, "short": {"epochs": "1"}}.items()
    }
    return folder, made


@pytest.fixture(scope="module")
def module_table():
    random = np.random.default_rng(0)
    x, z = random.normal(size=(2, 400))
    return pl.DataFrame({"x": x, "z": z, "y": np.where(x + z > 0, "yes", "no"), "v": x})


def test_the_better_model_is_found_on_the_test_rows_of_both(models):
    folder, _ = models
    result = compare(folder / "long", folder / "short", folder / "t.csv")
    assert result.n_rows == 80
    assert any("only the 80 rows" in note for note in result.notes)
    by_name = {each.metric: each for each in result.compared}
    assert by_name["log_loss"].verdict == "better"
    assert by_name["log_loss"].first < by_name["log_loss"].second
    swapped = compare(folder / "short", folder / "long", folder / "t.csv")
    assert {e.metric: e for e in swapped.compared}["log_loss"].verdict == "worse"
    assert json.loads(json.dumps(result.to_json()))["rows"] == 80


def test_a_model_is_not_distinguishable_from_itself(models):
    folder, _ = models
    result = compare(folder / "long", folder / "long", folder / "t.csv")
    assert {each.verdict for each in result.compared} == {"not distinguishable"}
    assert result.verdict.startswith("The two are not distinguishable by")


def test_new_rows_need_no_columns_but_those_that_were_learnt_from(models, module_table):
    folder, made = models
    rows = module_table.drop("v")[:50]
    assert compare(folder / "long", folder / "short", rows).n_rows == 50
    long, short = (made[name].task for name in ("long", "short"))
    found = fondo.compare(long, short, rows.drop("y"), rows["y"], metrics=("accuracy",))
    assert [each.metric for each in found] == ["accuracy"]
    hits = [np.mean(task.predict(rows.drop("y")) == rows["y"].to_numpy()) for task in (long, short)]
    assert (found[0].first, found[0].second) == pytest.approx(tuple(hits))


def test_models_of_different_targets_are_refused(models, tmp_path, regressor, module_table):
    folder, made = models
    with pytest.raises(BadData, match="predicts 'y', .* 'v'. Two models can be compared where"):
        compare(folder / "long", regressor.model, folder / "t.csv")
    rows = module_table[:20]
    line = fondo.MLP(hidden=(), embedding="none", members=1)
    number = fondo.TableRegressor(epochs=1, architecture=line)
    number.fit(rows.select("x", "z"), rows["v"])
    with pytest.raises(BadData, match="the first predicts a class, the second a number"):
        fondo.compare(made["long"].task, number, rows.select("x", "z"), rows["y"])
    third = fondo.TableClassifier(epochs=1, architecture=line)
    third.fit(rows.select("x", "z"), ["a", "b"] * 10)
    with pytest.raises(BadData, match=r"'yes'\], the second \['a', 'b'\]|label 'no' was not among"):
        fondo.compare(made["long"].task, third, rows.select("x", "z"), rows["y"])
    with pytest.raises(BadParameter, match="accurracy"):
        fondo.compare(
            made["long"].task, made["short"].task, rows.select("x", "z"), rows["y"],
            metrics=("accurracy",),
        )  # fmt: skip
