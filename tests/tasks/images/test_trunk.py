"""fondo.tasks.images.trunk and tuning: frozen features, kept once; heads; fine-tuning; folders."""

import numpy as np
import pytest

import fondo
from fondo import Backbone, ImageClassifier, Pixels
from fondo.errors import BadData, BadParameter
from fondo.networks.backbones import backbone
from fondo.tasks.images import trunk as trunks


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of random weights of SqueezeNet: random features tell light from dark, too."""
    from safetensors.numpy import save_file

    from fondo.networks.backbones.weights import weight_names

    model = backbone("squeezenet", (32, 32, 3), seed=3)
    arrays = {
        name: np.asarray(weight.value)
        for name, weight in zip(weight_names(model), model.weights, strict=True)
    }
    path = tmp_path_factory.mktemp("weights") / "squeezenet.safetensors"
    save_file(arrays, path)
    return str(path)


@pytest.fixture(scope="module")
def pictures():
    """120 pictures of two kinds, light and dark."""
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    X = rng.integers(0, 120, (120, 32, 32, 3)) + 100 * y[:, None, None, None]
    return X.astype("uint8"), np.where(y == 1, "light", "dark")


def frozen(weights, **settings):
    given = Backbone(name="squeezenet", weights=weights, dropout=0.0, **settings)
    return ImageClassifier(backbone=given, pictures=Pixels(size=32), epochs=6, learning_rate=0.01)


@pytest.fixture(scope="module")
def fitted(weights, pictures):
    return frozen(weights).fit(*pictures)


def test_a_head_learns_from_frozen_features(fitted, pictures):
    assert fitted.score(*pictures) > 0.9  # half are of each kind
    assert fitted.network_.input_shape == (None, 512)


def test_each_picture_is_looked_at_once(fitted, weights, pictures, monkeypatch):
    looked = []
    usual = trunks.Trunk._compute
    monkeypatch.setattr(
        trunks.Trunk,
        "_compute",
        lambda self, block, form: looked.append(len(block)) or usual(self, block, form),
    )
    frozen(weights).fit(*pictures)
    assert looked == []


def test_the_whole_network_takes_pictures_and_answers_the_same(fitted, pictures):
    whole = fitted.whole_network()
    outputs = np.asarray(whole(pictures[0][:4]))
    assert outputs[:, 0] == pytest.approx(
        fitted.outputs(fitted.read(pictures[0][:4])[0])[:, 0], abs=1e-3
    )


def test_features_are_those_of_the_layer_that_was_asked_for(weights, pictures, tmp_path):
    task = frozen(weights, layer="fire4_concat").fit(*pictures)
    assert task.network_.input_shape == (None, 256)
    assert task.score(*pictures) > 0.9
    task.save(tmp_path / "model")
    again = fondo.load(tmp_path / "model")
    assert np.array_equal(again.predict_proba(pictures[0]), task.predict_proba(pictures[0]))
    names = [layer.name for layer in again.whole_network().layers]
    assert "fire4_concat" in names
    assert "fire5_concat" not in names  # what is behind it is not kept


def test_a_layer_that_is_not_there_is_named(weights, pictures):
    with pytest.raises(BadParameter, match=r"layer='fire4_concet'.*fire4_concat"):
        frozen(weights, layer="fire4_concet").fit(*pictures)


def test_the_model_folder_needs_no_file_of_weights(fitted, pictures, tmp_path):
    fitted.save(tmp_path / "model")
    again = fondo.load(tmp_path / "model")
    again.set_params(backbone__weights="gone")
    assert np.array_equal(again.predict(pictures[0]), fitted.predict(pictures[0]))


def test_fine_tuning_goes_on_from_the_head_and_changes_the_backbone(weights, pictures, tmp_path):
    X, y = pictures[0][:60], pictures[1][:60]
    task = frozen(weights, fine_tune=2).set_params(epochs=2).fit(X, y)
    assert [row["phase"] for row in task.history_] == [1, 1, 2, 2]
    assert [row["epoch"] for row in task.history_] == [1, 2, 3, 4]
    before = backbone("squeezenet", (32, 32, 3), weights)
    first = np.asarray(before.layers[2].weights[0].value)
    after = np.asarray(task.network_.layers[2].weights[0].value)
    assert np.abs(first - after).max() > 0
    task.save(tmp_path / "model")
    assert np.array_equal(fondo.load(tmp_path / "model").predict(X), task.predict(X))


def test_many_fits_side_by_side_do_not_fine_tune(weights, pictures):
    with pytest.raises((BadParameter, BadData), match="Leave fine_tune at 0"):
        frozen(weights, fine_tune=1).cross_validate(*pictures, folds=2)


def test_folds_of_a_frozen_backbone_share_its_features(weights, pictures):
    found = frozen(weights).cross_validate(*pictures, folds=2)
    assert min(found.values) > 0.9


def test_weights_of_another_network_are_refused(tmp_path, pictures):
    wrong = tmp_path / "text.h5"
    wrong.write_text("no weights")
    with pytest.raises(BadData, match="text.h5"):
        frozen(str(wrong)).fit(*pictures)
    with pytest.raises(BadData, match="there must be a file of weights of 'squeezenet'"):
        frozen(str(tmp_path / "none.h5")).fit(*pictures)
