"""Jobs on pictures: a folder or a table in, a model, answers and reasons out."""

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadData
from fondo.jobs.evaluate import evaluate
from fondo.jobs.guess import guess_of
from fondo.jobs.predict import predict
from fondo.jobs.replay import replay
from fondo.jobs.targets import gathered, target_columns
from fondo.jobs.train import train

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")

QUICK = {
    "kind": "plain", "filters": "8", "flatten": "true", "batch_norm": "false",
    "epochs": "6", "size": "8", "batch_size": "32",
}  # fmt: skip


def drawn(rng: np.random.Generator, left: bool) -> np.ndarray:
    """A noisy picture, bright on one side."""
    picture = rng.integers(0, 80, (10, 12, 3))
    picture[:, : 6 if left else None][:, 0 if left else 6 :] += 150
    return picture.clip(0, 255).astype("uint8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """120 pictures of two classes; of each person four, in the names of the files."""
    place, rng = tmp_path_factory.mktemp("sides"), np.random.default_rng(0)
    for side in ("links", "rechts_ü"):
        (place / side).mkdir()
        for number in range(60):
            picture = Image.fromarray(drawn(rng, side == "links"))
            picture.save(place / side / f"{number // 4:03d}_{number % 4}.png")
    return place


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """60 frames of a drive in order, each with an angle and two points, named in a CSV."""
    place, rng = tmp_path_factory.mktemp("drive"), np.random.default_rng(1)
    (place / "frames").mkdir()
    rows = []
    for number in range(60):
        angle = float(np.sin(number / 5))
        picture = rng.integers(0, 40, (8, 8, 3))
        picture[:, max(0, round(3 + 3 * angle)) :][:, :2] += 180
        Image.fromarray(picture.astype("uint8")).save(place / "frames" / f"f_{number}.png")
        rows.append({"file": f"f_{number}.png", "angle": angle, "x1": 3 + angle, "y1": 2.0,
                     "x2": 5 + angle, "y2": 6.0})  # fmt: skip
    pl.DataFrame(rows).write_csv(place / "log.csv")
    return place / "log.csv"


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "sides"
    return train(folder, out=out, settings=QUICK, group=r"picture:(\w+)/(\d+)_\d\.png")


def test_what_holds_it_back_is_told_of_pictures(trained):
    assert trained.diagnosis.data == "pictures"
    told = " ".join([trained.diagnosis.line, *(g.sentence for g in trained.diagnosis.gaps)])
    assert "on training pictures" in told
    assert not re.search(r"\b(rows?|columns?)\b", told)


def test_a_folder_of_class_folders_is_trained_on_and_judged(trained):
    assert trained.task_name == "image-classifier"
    assert "different words" in trained.why
    assert trained.evaluation.scores[0].value > 0.9
    assert trained.evaluation.baselines["majority"][0].value < 0.7
    assert "pictures" in (trained.report or Path()).read_text()


def test_groups_of_a_pattern_stay_on_one_side(trained, folder):
    assert trained.leaks == []
    assert sum(trained.rows.values()) == 120
    assert trained.rows["test"] % 4 == 0


def test_answers_are_beside_the_pictures_they_are_of(trained, folder):
    found = predict(trained.model, folder).frame
    assert found.columns[:2] == ["picture", "label_predicted"]
    assert found["picture"][0].endswith("links/000_0.png")
    truth = [Path(place).parent.name for place in found["picture"]]
    assert np.mean(np.array(truth) == found["label_predicted"].to_numpy()) > 0.9


def test_a_single_picture_is_answered(trained, folder):
    found = predict(trained.model, folder / "links" / "000_0.png").frame
    assert found.height == 1
    assert found["label_predicted"][0] == "links"


def test_the_folder_of_training_is_known_again_elsewhere(trained, folder, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    found = evaluate(trained.model, copy)
    assert found.evaluation.n_rows == trained.rows["test"]
    assert any("that the model was trained on" in note for note in found.notes)


def test_a_replay_gives_the_same_network(trained, folder):
    assert replay(trained.model, folder).identical


def test_broken_files_are_left_out_and_listed(folder, tmp_path):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "links" / "000_0.png").write_text("no picture")
    whole = (copy / "links" / "000_1.png").read_bytes()
    (copy / "links" / "000_1.png").write_bytes(whole[: len(whole) // 2])
    result = train(copy, out=tmp_path / "model", settings=QUICK | {"epochs": "1"})
    told = next(note for note in result.notes if "cannot be read" in note)
    assert told.startswith("2 of 120 rows")
    assert "000_0.png" in told
    assert "000_1.png" in told
    answered = predict(result.model, copy).frame
    assert answered.height == 120
    assert answered["label_predicted"].null_count() == 2


def test_a_number_is_learnt_from_a_table_and_judged_on_the_latest_rows(table, tmp_path):
    settings = QUICK | {"epochs": "30"}
    result = train(
        table, target="angle", out=tmp_path / "m", settings=settings, time=r"file:f_(\d+)"
    )
    assert result.task_name == "image-regressor"
    assert {"mean", "as one before"} <= set(result.evaluation.baselines)
    assert result.rows["test"] == 12
    assert result.evaluation.scores[0].value < result.evaluation.baselines["mean"][0].value


@pytest.mark.filterwarnings("ignore:.*The files of column")
def test_points_are_learnt_from_several_columns(table, tmp_path):
    result = train(table, target="x*,y*", out=tmp_path / "m", settings=QUICK | {"epochs": "8"})
    assert result.task_name == "image-keypoints"
    assert result.evaluation.scores[0].name == "normalised_mean_error"
    found = predict(result.model, table).frame
    assert found.columns == ["file", "x1", "y1", "x2", "y2"] or found.columns[0] == "picture"
    assert json.dumps(result.to_json())


def test_columns_of_a_target_are_named_by_list_and_star():
    frame = pl.DataFrame({"x1": [1.0, None], "y1": [2.0, 3.0], "who": ["a", "b"]})
    assert target_columns(frame, "x1, y1") == ["x1", "y1"]
    assert target_columns(frame, "z*") == []
    made = gathered(frame, "x1,y1", "t")
    assert made["x1,y1"].to_list() == [[1.0, 2.0], None]
    with pytest.raises(BadData, match="'who' \\(target\\) holds no numbers"):
        gathered(frame, "x1,who", "t")
    with pytest.raises(BadData, match="there is no column 'z'"):
        gathered(frame, "z", "t")


def test_whole_numbers_beside_pictures_are_classes_where_they_repeat():
    frame = pl.DataFrame({"image": ["a.png"] * 60, "kind": [1, 2, 3] * 20, "angle": [0.5] * 60})
    assert guess_of(frame, "kind").task == "image-classifier"
    assert guess_of(frame, "angle").task == "image-regressor"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda place: None, "no picture in this folder"),
        (lambda place: (place / "only").mkdir() or _put(place / "only", 4), "nothing to learn"),
    ],
    ids=["empty", "one class"],
)
def test_folders_that_cannot_be_learnt_from_are_refused(tmp_path, build, message):
    build(tmp_path)
    with pytest.raises(BadData, match=message):
        train(tmp_path, out=tmp_path.parent / "never", settings=QUICK)


def test_paths_that_do_not_exist_are_named(tmp_path):
    names = [f"gone_{k}.png" for k in range(12)]
    pl.DataFrame({"image": names, "label": ["a", "b"] * 6}).write_csv(tmp_path / "t.csv")
    with pytest.raises(BadData, match=r"(?s)gone_0\.png.*gone_9\.png.*2 more") as caught:
        train(tmp_path / "t.csv", target="label", out=tmp_path / "never")
    assert "gone_10" not in str(caught.value)


def _put(place: Path, count: int) -> None:
    rng = np.random.default_rng(0)
    for number in range(count):
        Image.fromarray(drawn(rng, True)).save(place / f"{number}.png")
