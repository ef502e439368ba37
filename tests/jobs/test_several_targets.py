"""Jobs on pictures with several numbers each: from `fondo train` to `fondo compare`."""

import json
import math

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from fondo.cli.main import app
from fondo.errors import BadData
from fondo.jobs.evaluate import evaluate
from fondo.jobs.explain import explain
from fondo.jobs.predict import predict
from fondo.jobs.targets import are_points, gathered, kind_of
from fondo.jobs.trace import trace
from fondo.jobs.train import train
from fondo.tasks.images.regress import ImageRegressor
from fondo.tasks.tables.regress import TableRegressor

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")

QUICK = {
    "kind": "plain", "filters": "8", "flatten": "true", "batch_norm": "false",
    "epochs": "25", "size": "8", "batch_size": "32", "learning_rate": "0.01",
}  # fmt: skip


def with_set(**more):
    """Settings as words of a command line."""
    return [word for pair in (QUICK | more).items() for word in ("--set", "=".join(pair))]


def asked(*words, code=0):
    """JSON answer of `fondo ... --json`, with the exit code checked."""
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """120 frames of a drive: where a bright bar stands is the angle, how bright it is the speed."""
    place, rng = tmp_path_factory.mktemp("drive"), np.random.default_rng(1)
    (place / "frames").mkdir()
    rows = []
    for number in range(120):
        angle, speed = float(rng.uniform(-1, 1)), float(rng.uniform(10, 60))
        picture = rng.integers(0, 30, (8, 8, 3))
        picture[:, max(0, round(3 + 3 * angle)) :][:, :2] += int(3 * speed)
        Image.fromarray(picture.astype("uint8")).save(place / f"frames/f_{number:03d}.png")
        rows.append({"file": f"frames/f_{number:03d}.png", "angle": angle, "speed": speed})
    pl.DataFrame(rows).write_csv(place / "log.csv")
    return place / "log.csv"


@pytest.fixture(scope="module")
def trained(log, tmp_path_factory):
    """Model folder, and the JSON of its training, by the command line."""
    out = tmp_path_factory.mktemp("models") / "drive"
    return out, asked("train", log, "--target", "angle,speed", "--out", out, *with_set())


def test_several_columns_are_learnt_and_judged_beside_the_mean_of_each(trained):
    _, answer = trained
    assert answer["task"] == "image-regressor"
    assert "'angle,speed' names 2 columns of numbers" in answer["why"]
    assert answer["score"]["name"] == "rmse_standardised"
    assert answer["score"]["value"] < 0.8 * answer["baselines"]["mean of each"]
    assert {"mean of each", "median of each", "linear"} == set(answer["baselines"])
    assert [row["target"] for row in answer["targets"]] == ["angle", "speed"]
    squares = np.mean([row["standardised"] ** 2 for row in answer["targets"]])
    assert math.sqrt(squares) == pytest.approx(answer["score"]["value"])
    assert answer["diagnosis"]["metric"] == "rmse_standardised"


def test_the_report_draws_each_target(trained):
    page = (trained[0] / "report.html").read_text()
    for words in ("Error by target", "Predicted and actual: angle", "Predicted and actual: speed",
                  "RMSE of all targets", "Where the network looked", "moves the numbers most",
                  "Coverage of the prediction interval", "of standardised numbers"):  # fmt: skip
        assert words in page


def test_predict_writes_one_column_a_target(trained, log, tmp_path):
    out = tmp_path / "told.csv"
    asked("predict", trained[0], log.parent / "frames", "--out", out)
    found = pl.read_csv(out)
    assert found.columns == [
        "picture", "angle_predicted", "angle_low_90", "angle_high_90", "speed_predicted",
        "speed_low_90", "speed_high_90",
    ]  # fmt: skip
    truth = pl.read_csv(log)
    for name in ("angle", "speed"):
        said = found[f"{name}_predicted"].to_numpy()
        assert np.corrcoef(said, truth[name].to_numpy())[0, 1] > 0.7
        assert (found[f"{name}_low_90"] < found[f"{name}_predicted"]).all()
        assert (found[f"{name}_high_90"] > found[f"{name}_predicted"]).all()


def test_evaluate_knows_the_columns_in_any_order(trained, log):
    table = pl.read_csv(log).head(40)
    places = pl.lit(str(log.parent) + "/") + pl.col("file")
    frame = table.with_columns(places.alias("file"))
    plain = evaluate(trained[0], frame).evaluation
    turned = evaluate(trained[0], frame.select("speed", "file", "angle")).evaluation
    assert turned.scores == plain.scores
    again = asked("evaluate", trained[0], log)
    assert again["score"] == pytest.approx(trained[1]["score"])
    assert again["targets"] == [pytest.approx(row) for row in trained[1]["targets"]]


def test_the_screen_tells_each_target(trained, log):
    told = CliRunner().invoke(app, ["evaluate", str(trained[0]), str(log)]).stdout
    lines = [line.split() for line in told.splitlines()]
    first = trained[1]["targets"][0]
    (row,) = [words for words in lines if words[:1] == ["angle"]]
    assert row[1] == f"{first['rmse']:.4f}"
    assert row[4] == f"{first['r2']:.4f}"


def test_explain_tells_answers_truth_and_where_it_looked(trained, log, tmp_path):
    page = tmp_path / "page.html"
    found = explain(trained[0], log, rows=(0, 1), out=page)
    shown = found.pictures[0]
    assert shown.answer.startswith("angle ")
    assert "; speed " in shown.answer
    assert shown.truth.startswith("angle ")
    assert found.found.kind == "numbers"
    assert shown.unit == "standard deviations"
    assert {"occlusion", "grad_cam", "integrated_gradients"} < set(found.found.looked[0].maps)
    assert "standard deviations" in page.read_text()
    bare = asked("explain", trained[0], log.parent / "frames" / "f_000.png")
    assert bare["pictures"][0]["answer"].startswith("angle ")
    assert bare["pictures"][0]["truth"] is None


def test_two_models_are_compared(trained, log, tmp_path):
    words = ("train", log, "--target", "angle,speed", "--out", tmp_path / "m")
    asked(*words, *with_set(epochs="1"))
    answer = asked("compare", trained[0], tmp_path / "m", log)
    assert answer["scores"][0]["metric"] == "rmse_standardised"
    assert answer["scores"][0]["verdict"] == "better"
    assert {"rmse_standardised", "mae_standardised", "r2_mean"} == {
        each["metric"] for each in answer["scores"]
    }


def test_a_walk_back_starts_from_the_loss_of_all_targets(trained, log):
    result = trace(trained[0], log, row=2, backward=True)
    assert result.agrees
    assert result.loss == "mean squared error"
    gap = pl.read_csv(log).with_columns(speed=pl.lit(None, pl.Float64))
    places = pl.lit(str(log.parent) + "/") + pl.col("file")
    assert "Row 0 has no 'angle,speed'" in trace(
        trained[0], gap.with_columns(places.alias("file")), backward=True
    ).notes[0]  # fmt: skip


@pytest.fixture
def spoilt(log):
    """Gives the table with one entry of the speeds, all words, in another form."""

    def found(row, entry):
        table = pl.read_csv(log).with_columns(pl.col("speed").cast(pl.String))
        places = [str(log.parent / name) for name in table["file"]]
        speeds = table["speed"].to_list()
        speeds[row] = entry
        return table.with_columns(pl.Series("file", places), pl.Series("speed", speeds))

    return found


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("fast", r"frame: column 'speed' \(target\), row 3: 'fast' is no number"),
        ("1e300", r"frame: column 'speed' \(target\), row 3: 1e\+300 is beyond what can be"),
        ("-inf", r"frame: column 'speed' \(target\), row 3: -inf is"),
    ],
    ids=["text", "large", "infinite"],
)
def test_an_entry_that_is_no_number_is_named_by_column_and_row(spoilt, tmp_path, entry, message):
    with pytest.raises(BadData, match=message):
        train(spoilt(3, entry), target="angle,speed", out=tmp_path / "never", settings=QUICK)


def test_rows_without_one_of_the_targets_are_set_aside_and_told(spoilt, tmp_path):
    settings = QUICK | {"epochs": "1"}
    result = train(spoilt(3, None), target="angle,speed", out=tmp_path / "m", settings=settings)
    assert sum(result.rows.values()) == 119
    assert any("1 of 120 rows have no value in 'angle,speed'" in note for note in result.notes)
    answered = predict(result.model, spoilt(3, None)).frame
    assert answered["speed_predicted"].null_count() == 0


def test_targets_that_never_vary_are_refused(log, tmp_path):
    table = pl.read_csv(log).with_columns(angle=pl.lit(0.0), speed=pl.lit(1.0))
    frame = table.with_columns(pl.Series("file", [str(log.parent / n) for n in table["file"]]))
    with pytest.raises(BadData, match="every training row has the same value"):
        train(frame, target="angle,speed", out=tmp_path / "never", settings=QUICK)


def test_a_person_cannot_err_more_than_the_mean_of_each(log, tmp_path):
    words = ("train", log, "--target", "angle,speed", "--out", tmp_path / "never", *with_set())
    told = asked(*words, "--human-level", "2.5", code=2)["error"]
    assert "an error of at most 1 (RMSE in standard deviations)" in told


def test_records_are_made_of_columns_as_they_stand():
    frame = pl.DataFrame({"a": [1.0, None], "who": ["x", "y"], "b": [3, 4]})
    made = gathered(frame, "a,b", "t", "numbers")
    assert made.columns == ["who", "a,b"]
    assert made["a,b"].to_list() == [{"a": 1.0, "b": 3}, {"a": None, "b": 4}]
    assert kind_of(ImageRegressor, made["a,b"]) == "numbers"
    assert kind_of(ImageRegressor, frame["a"]) == "number"
    assert kind_of(TableRegressor, made["a,b"]) == "number"
    assert not are_points(["a", "b"])
