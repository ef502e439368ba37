"""fondo.tasks.images.classify: it learns, it answers in the user's words, it refuses clearly."""

import copy
import pickle

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone

import fondo
from fondo import Augment, Backbone, ConvNet, ImageClassifier, Pixels
from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.tasks.images.augment import no_augment

SMALL = ConvNet(kind="plain", filters=(16, 32), batch_norm=False, dropout=0.0, flatten=True)


def small(**settings):
    return ImageClassifier(
        **{"architecture": SMALL, "epochs": 8, "batch_size": 64, "learning_rate": 0.005} | settings
    )


@pytest.fixture(scope="module")
def fitted(digits):
    X, y, *_ = digits
    return small().fit(X, y)


def test_it_beats_the_majority_by_far_on_pictures_it_never_saw(digits, fitted):
    *_, X_test, y_test = digits
    assert fitted.score(X_test, y_test) > np.bincount(y_test).max() / len(y_test) + 0.6


def test_probabilities_are_those_of_the_classes(digits, fitted):
    *_, X_test, _ = digits
    p = fitted.predict_proba(X_test)
    assert p.shape == (300, 10)
    assert p.sum(axis=1) == pytest.approx(np.ones(300))
    assert np.array_equal(fitted.classes_[p.argmax(axis=1)], fitted.predict(X_test))


def test_the_same_seed_gives_the_same_network_and_another_one_another(digits):
    X, y, X_test, _ = digits
    first, again = (small(epochs=2).fit(X, y).predict_proba(X_test) for _ in range(2))
    other = small(epochs=2, random_state=1).fit(X, y).predict_proba(X_test)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_channels_and_size_come_from_the_pictures(digits, fitted):
    assert fitted.form_ == (8, 8, 1, "stretch", None)
    colour = np.repeat(digits[0][:40, :, :, None], 3, axis=3)
    other = small(epochs=1, pictures=Pixels(size=(10, 6))).fit(colour, digits[1][:40])
    assert other.form_[:3] == (10, 6, 3)
    assert other.network_.input_shape == (None, 10, 6, 3)


def test_it_goes_through_a_folder_and_back(tmp_path, digits, fitted):
    *_, X_test, _ = digits
    fitted.save(tmp_path / "model")
    again = fondo.load(tmp_path / "model")
    assert np.array_equal(again.predict_proba(X_test), fitted.predict_proba(X_test))
    assert again.form_ == fitted.form_
    assert again.get_params(deep=False)["epochs"] == 8


def test_it_can_be_cloned_copied_and_pickled(digits, fitted):
    *_, X_test, _ = digits
    assert clone(fitted).get_params()["epochs"] == 8
    for other in (copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        assert np.array_equal(other.predict(X_test), fitted.predict(X_test))


def test_its_repr_is_the_call_that_makes_it():
    task = small(pictures=Pixels(size=32, color="grey"), augment=Augment(flip="horizontal"))
    names = {"Augment": Augment, "ConvNet": ConvNet, "Pixels": Pixels}
    again = eval(repr(task), {**names, "ImageClassifier": ImageClassifier})
    assert repr(again) == repr(task)


def test_words_are_answered_in_words(digits):
    X, y, X_test, _ = digits
    words = np.where(y % 2 == 0, "even", "odd")
    task = small(epochs=2).fit(X, words)
    assert set(task.predict(X_test[:50])) <= {"even", "odd"}
    assert task.network_.output_shape == (None, 1)


def test_evaluation_has_baselines_a_linear_rival_and_leaks(digits, fitted):
    X, y, X_test, y_test = digits
    found = fitted.evaluate(X_test, y_test, train=(X, y))
    assert set(found.baselines) == {"majority", "prior", "logistic"}
    assert found.leaks == []
    assert found.verdict.startswith(("Worth it", "Not shown"))


def test_the_same_pictures_on_both_sides_are_a_leak(digits, fitted):
    X, y, *_ = digits
    found = fitted.evaluate(X[:60], y[:60], train=(X, y))
    assert "same row" in [leak.kind for leak in found.leaks]


def test_folds_go_side_by_side_and_beat_the_majority(digits):
    X, y, *_ = digits
    found = small(epochs=3).cross_validate(X[:300], y[:300], folds=2)
    assert len(found.values) == 2
    assert min(found.values) > max(found.naive) + 0.3


def test_augmentation_changes_what_is_learnt_but_not_what_is_asked(digits):
    X, y, X_test, _ = digits
    with_, without = (
        small(epochs=2, augment=chosen).fit(X, y) for chosen in (Augment(), no_augment())
    )
    assert not np.array_equal(with_.predict_proba(X_test), without.predict_proba(X_test))
    assert np.array_equal(with_.predict_proba(X_test), with_.predict_proba(X_test))


def test_class_weights_move_answers_to_the_class_that_counts_more(digits):
    X, y, X_test, _ = digits
    words = np.where(y < 3, "low", "high")
    shares = [
        (small(epochs=2, class_weight=weight).fit(X, words).predict(X_test) == "low").mean()
        for weight in ({"low": 20.0, "high": 1.0}, {"low": 1.0, "high": 20.0})
    ]
    assert shares[0] > shares[1]


def test_equalising_is_part_of_the_network(digits):
    X, y, X_test, _ = digits
    task = small(epochs=1, pictures=Pixels(equalize=True)).fit(X, y)
    assert "EqualizeBrightness" in [type(layer).__name__ for layer in task.network_.layers]
    assert task.change().equalize == "brightness"  # before the changes, not behind them
    darker = (X_test // 2).astype("uint8")
    assert (task.predict(darker) == task.predict(X_test)).mean() > 0.9


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pictures": Pixels(size=0)}, r"Pixels\(size=0\)"),
        ({"architecture": ConvNet(filters=())}, r"ConvNet\(filters=\(\)\)"),
        ({"augment": Augment(shift=1.5)}, r"Augment\(shift=1.5\)"),
        (
            {"backbone": Backbone(name="squeezenet"), "pictures": Pixels(equalize=True)},
            r"Leave out one of them",
        ),
        ({"backbone": "vgg16"}, r"ImageClassifier\(backbone='vgg16'\)"),
        ({"epochs": 0}, r"ImageClassifier\(epochs=0\)"),
    ],
    ids=["size", "filters", "shift", "light", "backbone", "epochs"],
)
def test_settings_that_cannot_be_are_refused(digits, settings, message):
    with pytest.raises(BadParameter, match=message):
        ImageClassifier(**settings).fit(*digits[:2])


def test_targets_that_cannot_be_are_refused(digits):
    X, y, *_ = digits
    with pytest.raises(BadData, match="all 900 rows are of one class"):
        small().fit(X, np.zeros(900))
    with pytest.raises(BadData, match="900 pictures but 3 targets"):
        small().fit(X, y[:3])
    with pytest.raises(BadData, match="requires y to be passed"):
        small().fit(X)
    with pytest.raises(BadData, match="use ImageRegressor for quantities"):
        small().fit(X, np.linspace(0, 1, 900))


def test_a_table_without_pictures_is_refused():
    with pytest.raises(BadData, match="no column of picture files"):
        small().fit(pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}), "b")


def test_a_label_of_no_class_is_refused_in_judging(digits, fitted):
    with pytest.raises(BadData, match="label '11' was not among the classes"):
        fitted.evaluate(digits[2][:2], np.array([11, 1]))


def test_changed_pictures_enter_with_their_fractions(digits, fitted):
    inside = fitted.network_.get_layer("scaled")
    halves = np.full((1, 8, 8, 1), 100.5, np.float32)
    scaled = keras.Model(fitted.network_.inputs[0], inside.output)(halves)
    assert np.asarray(scaled) == pytest.approx(np.full((1, 8, 8, 1), 100.5 / 255), rel=1e-6)
