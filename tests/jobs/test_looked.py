"""fondo.jobs.looked and explain_pictures: known networks looked at; the command from end to end."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fondo import TableClassifier
from fondo.backend import keras
from fondo.data.images.decode import Form
from fondo.data.images.pictures import Pictures
from fondo.errors import BadData, BadParameter
from fondo.jobs import looked
from fondo.jobs.explain import explain
from fondo.jobs.looked import Asked, is_pictures, look, looked_at
from fondo.jobs.train import train
from fondo.judge.answers import Answers
from fondo.report.png import png
from fondo.tasks.rows import Part

SIDE = 12


class Album:
    """Pictures without columns."""

    def __init__(self, pictures):
        self.pictures = pictures

    def __len__(self):
        return len(self.pictures)

    def take(self, rows):
        return Album(self.pictures.take(rows))


class Fake:
    """Task whose answer is the brightness of the upper left quarter."""

    data = "pictures"
    form = Form(SIDE, SIDE, 1)

    def __init__(self, kind):
        self.kind = kind
        pictures = keras.Input((SIDE, SIDE, 1), dtype="uint8")
        x = keras.layers.Rescaling(1 / 255)(pictures)
        same = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones", name="same")
        x = keras.layers.Flatten()(same(x))
        out = keras.layers.Dense(4 if kind == "points" else 1, name="out")
        self.network = keras.Model(pictures, out(x))
        weights = np.zeros((SIDE, SIDE, 1))
        weights[: SIDE // 2, : SIDE // 2] = 8 / (SIDE // 2) ** 2
        kernel = np.repeat(weights.reshape(-1, 1), 4 if kind == "points" else 1, axis=1)
        out.set_weights([kernel, np.full(kernel.shape[1], -4.0)])

    def whole_network(self):
        return self.network

    def decode(self, outputs):
        if self.kind != "class":
            return Answers(numbers=outputs[:, 0] if self.kind == "number" else outputs)
        p = 1 / (1 + np.exp(-outputs[:, 0]))
        classes = np.array(["dark", "light"])
        labels = classes[(p > 0.5).astype(int)]
        return Answers(labels=labels, probabilities=np.stack([1 - p, p], 1), classes=classes)

    def answers(self, X):
        return self.decode(np.asarray(self.network(X.pictures.load(self.form))))


@pytest.fixture(scope="module")
def album():
    rng = np.random.default_rng(0)
    shown = rng.integers(0, 60, (40, SIDE, SIDE), np.uint8)
    shown[::2, : SIDE // 2, : SIDE // 2] += 180
    return Album(Pictures.of_array(shown, "test"))


@pytest.fixture(scope="module")
def truth():
    y = np.array(["light", "dark"] * 20)
    y[[0, 1, 2]] = ["dark", "light", "dark"]  # three mistakes
    return y


@pytest.fixture(scope="module")
def found(album, truth):
    return look(Fake("class"), album, truth)


def test_mistakes_and_right_answers_are_shown(found):
    assert sorted(one.row for one in found.wrong) == [0, 1, 2]
    assert (found.n_wrong, found.n_rows) == (3, 40)
    assert [one.truth for one in found.right] == ["dark", "light"]
    assert [one.answer for one in found.right] == ["dark", "light"]
    assert found.wrong[0].pixels.shape == (SIDE, SIDE, 3)
    assert found.wrong[0].sure >= found.wrong[1].sure > 0.5
    assert [(p.truth, p.answer, p.count) for p in found.confused] == [
        ("dark", "light", 2), ("light", "dark", 1),
    ]  # fmt: skip


def test_the_network_is_seen_to_look_where_it_does(found):
    assert len(found.looked) == 4
    light = [one for one in found.looked if one.shown.answer == "light"]
    assert {one.where for one in light} == {"upper left"}
    for one in light:
        assert list(one.maps) == ["occlusion", "grad_cam", "integrated_gradients", "saliency"]
        assert one.checks["occlusion"].says_something
        assert one.checks["saliency"].says_something
        assert one.shown.pixels.shape == (SIDE, SIDE, 3)
        half = one.maps["saliency"] > 0
        assert half[: SIDE // 2, : SIDE // 2].all()
        assert half.sum() == (SIDE // 2) ** 2


def test_shifts_layers_and_filters_come_along(found):
    rows = {(row.axis, row.pixels): row.value for row in found.shifts.rows}
    assert rows["sideways", 0] == 37 / 40
    assert rows["sideways", -5] < rows["sideways", -1]
    assert found.layer.name == "same"
    assert found.layer.channels.shape == (SIDE, SIDE, 1)
    assert len(found.layer.across) == 36
    assert found.filters[0] == "same"
    assert found.filters[1].tolist() == [[[[1.0]]]]
    assert json.loads(json.dumps(found.to_json()))["shifts"]["metric"] == "accuracy"


def test_the_same_seed_finds_the_same(found, album, truth):
    again = look(Fake("class"), album, truth)
    assert again.to_json() == found.to_json()


def test_without_truth_pictures_are_explained_by_what_was_answered(album):
    found = look(Fake("class"), album, asked=Asked(rows=[1, 0]))
    assert [one.shown.row for one in found.looked] == [1, 0]
    assert [one.shown.answer for one in found.looked] == ["dark", "light"]
    assert found.looked[0].shown.truth is None
    assert (found.wrong, found.right, found.shifts) == ([], [], None)
    assert [one.row for one in found.asked_for] == [1, 0]


def test_numbers_are_shown_worst_first(album):
    task = Fake("number")
    y = np.asarray(task.answers(album).numbers, float)
    y[[7, 9]] += [-5, 3]
    found = look(task, album, y)
    assert [one.row for one in found.wrong[:2]] == [7, 9]
    assert found.wrong[0].error == pytest.approx(5)
    assert found.wrong[0].truth is not None
    assert len(found.right) == 6
    assert {one.row for one in found.right}.isdisjoint(one.row for one in found.wrong)
    assert found.looked[0].checks["occlusion"].curve[0] == 0  # nothing has changed yet
    assert found.looked[0].maps["occlusion"].min() >= 0
    assert found.shifts.metric == "mean absolute error"


def test_points_are_shares_of_the_picture_and_have_errors(album):
    task = Fake("points")
    numbers = np.tile([3.0, 9.0, 6.0, 12.0], (40, 1))  # x of two points, then y
    y = numbers.copy()
    y[5] += [3, 0, 4, 0]
    found = look(task, album, y, answers=Answers(numbers=numbers))
    assert found.wrong[0].row == 5
    assert found.wrong[0].told.tolist() == [[0.25, 0.5], [0.75, 1.0]]
    assert found.wrong[0].true.tolist() == [[0.5, pytest.approx(10 / 12)], [0.75, 1.0]]
    assert found.point_errors.shape == (2,)
    assert found.point_errors[1] == 0
    assert found.looked == []


def test_a_large_network_is_asked_less(monkeypatch, album, truth):
    monkeypatch.setattr(looked, "BUDGET", 288 * 250)  # 288 products a picture
    found = look(Fake("class"), album, truth)
    assert [list(one.maps) for one in found.looked] == [["grad_cam"]]
    assert list(found.looked[0].checks) == ["grad_cam"]
    assert found.shifts is None
    assert "The network is large, so where it looked was asked for by Grad-CAM" in found.notes[0]
    monkeypatch.setattr(looked, "BUDGET", 0)
    least = look(Fake("class"), album, truth)
    assert least.looked[0].checks == {}
    assert "without a check" in least.notes[0]


def test_layers_and_channels_that_are_not_there_are_told(album):
    task = Fake("class")
    with pytest.raises(BadParameter, match=r"explain\(layer='sane'\).*Did you mean 'same'"):
        look(task, album, asked=Asked([0], "sane"))
    with pytest.raises(BadParameter, match=r"explain\(layer='out'\): the layer must give maps"):
        look(task, album, asked=Asked([0], "out"))
    with pytest.raises(BadParameter, match=r"channel=1\): channels of same go from 0 to 0"):
        look(task, album, asked=Asked([0], "same", 1))


def test_tables_are_not_looked_at():
    assert not is_pictures(TableClassifier())
    assert looked_at(TableClassifier(), Part(None, None), None, 0) is None


# ---- from end to end


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Forty files of two classes, told apart by where the light is."""
    place = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for k in range(40):
        shown = rng.integers(0, 80, (8, 8), np.uint8)
        left = k % 2
        shown[:, 4 * (1 - left) : 4 * (2 - left)] += 150
        file = place / ("left" if left else "right") / f"{k:02}.png"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(png(shown))
    return place


@pytest.fixture(scope="module")
def model(folder, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("model") / "m"
    quick = {"epochs": "3", "architecture.filters": "4", "batch_size": "8"}
    result = train(folder, out=place, settings=quick)
    assert len(result.looked.looked) == 4
    page = (place / "report.html").read_text()
    assert 'id="pictures"' in page
    assert "Where the network looked" in page
    return place


def test_the_command_says_where_the_network_looked(ask, model, folder, tmp_path):
    page = tmp_path / "page.html"
    done = ask("explain", model, folder, "--rows", "1,2", "--out", page, "--layer", "stem:1")
    assert "Picture 1" in done.stdout
    assert "looked: " in done.stdout
    assert "random maps do as well" in done.stdout
    assert "kept for the test" in done.stdout
    assert "Channel 1 of stem" in page.read_text()
    told = json.loads(ask("explain", model, folder, "--rows", "1", "--json").stdout)
    assert told["pictures"][0]["row"] == 1
    assert set(told["pictures"][0]["checks"]) >= {"occlusion", "grad_cam"}
    assert (told["out"], told["task"]) == (None, "image-classifier")


def test_a_single_picture_needs_no_label(ask, model, folder):
    one = folder / "left" / "01.png"
    done = ask("explain", model, one)
    assert "answered" in done.stdout
    assert "true" not in done.stdout
    assert "--out FILE.html" in done.stdout


def test_what_is_not_there_is_told(ask, model, folder):
    one = folder / "left" / "01.png"
    with pytest.raises(BadData, match="there is no row 7. Rows go from 0 to 0"):
        explain(model, one, rows=[7])
    with pytest.raises(BadParameter, match="Did you mean 'stem'"):
        explain(model, one, layer="sten")


def test_tables_have_no_page(classifier, table):
    with pytest.raises(BadParameter, match=r"explain\(out='x.html'\): only models of pictures"):
        explain(classifier.model, pl.DataFrame(), out="x.html")
