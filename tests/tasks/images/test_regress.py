"""fondo.tasks.images.regress: numbers off pictures, mirrors that negate, persistence."""

import numpy as np
import pytest

import fondo
from fondo import Augment, ConvNet, ImageRegressor
from fondo.errors import BadData
from fondo.tasks.rows import Part

SMALL = ConvNet(kind="plain", filters=(16, 32), batch_norm=False, dropout=0.0, flatten=True)


@pytest.fixture(scope="module")
def sides(spots):
    """Pictures, and how far right of the middle their spot lies. Pixels."""
    X, points = spots(700)
    return X[:500], points[:500, 0, 0] - 4, X[500:], points[500:, 0, 0] - 4


def small(**settings):
    return ImageRegressor(
        **{"architecture": SMALL, "epochs": 12, "batch_size": 64, "learning_rate": 0.005} | settings
    )


@pytest.fixture(scope="module")
def fitted(sides):
    return small().fit(*sides[:2])


def test_it_beats_the_mean_by_far(sides, fitted):
    assert fitted.score(sides[2], sides[3]) > 0.8  # R2: the mean has 0


def test_a_mirror_that_negates_halves_nothing_and_learns_both_sides(sides):
    X, y, X_test, y_test = sides
    right = y > 0
    plain = small().fit(X[right], y[right])
    mirrored = small(
        augment=Augment(flip="horizontal", mirror="negate", shift=0, rotation=0, zoom=0)
    )
    mirrored.fit(X[right], y[right])
    left = y_test < 0
    error = [np.abs(task.predict(X_test[left]) - y_test[left]).mean() for task in (mirrored, plain)]
    assert error[0] < 0.5 * error[1]


def test_intervals_hold_what_they_say(sides, fitted):
    low, high = fitted.predict_interval(sides[2], 0.8).T
    assert 0.6 < ((low <= sides[3]) & (sides[3] <= high)).mean() < 0.95


def test_it_goes_through_a_folder_and_back(tmp_path, sides, fitted):
    fitted.save(tmp_path / "model")
    assert np.array_equal(
        fondo.load(tmp_path / "model").predict(sides[2]), fitted.predict(sides[2])
    )


def test_with_times_one_picture_ago_is_a_baseline(sides, fitted):
    X, y, X_test, y_test = sides
    train = Part(*fitted.read(X, y), times=np.arange(500.0))
    test = Part(*fitted.read(X_test, y_test), times=np.arange(500.0, 700.0))
    said = fitted.rivals(train, test)["as one before"].numbers
    assert said[0] == y[-1]
    assert np.array_equal(said[1:], y_test[:-1])


def test_a_number_that_many_share_is_a_baseline(sides):
    X, y, *_ = sides
    held = np.where(np.arange(500) % 3 == 0, 0.0, y)
    task = small(epochs=1).fit(X, held)
    assert task.fools_["commonest"].value == 0.0


def test_words_are_no_numbers(sides):
    with pytest.raises(BadData, match="'left', which is no number"):
        small().fit(sides[0], np.array(["left"] * 500))
