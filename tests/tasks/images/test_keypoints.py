"""fondo.tasks.images.keypoints: points in the pictures' own pixels."""

import numpy as np
import pytest

import fondo
from fondo import Augment, ConvNet, ImageKeypoints
from fondo.errors import BadData
from fondo.tasks.images.keypoints import face_mirror

SMALL = ConvNet(kind="plain", filters=(16, 32), batch_norm=False, dropout=0.0, flatten=True)


@pytest.fixture(scope="module")
def pairs(spots):
    """Gives pictures with a spot, and two points beside it (n, 2, 2)."""

    def found(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        X, points = spots(rows, seed)
        return X, np.concatenate([points - 1, points + 1], axis=1)

    return found


def small(**settings):
    return ImageKeypoints(
        **{"architecture": SMALL, "epochs": 15, "batch_size": 64, "learning_rate": 0.005} | settings
    )


@pytest.fixture(scope="module")
def fitted(pairs):
    return small().fit(*pairs(600))


def test_it_errs_less_than_half_as_much_as_the_mean_shape(pairs, fitted):
    X, points = pairs(200, seed=1)
    found = fitted.evaluate(X, points, train=pairs(600))
    assert found.scores[0].name == "normalised_mean_error"
    assert found.scores[0].value < 0.5 * found.baselines["mean shape"][0].value
    assert "linear" in found.baselines


def test_points_are_in_pixels_of_the_picture_itself(pairs, fitted):
    X, points = pairs(50, seed=1)
    assert fitted.predict(X).shape == (50, 2, 2)
    assert np.abs(fitted.predict(X) - points).mean() < 0.5
    large = X.repeat(2, axis=1).repeat(2, axis=2)
    assert np.abs(fitted.predict(large) - 2 * points).mean() < 1.0


def test_score_is_minus_the_normalised_mean_error(pairs, fitted):
    X, points = pairs(50, seed=1)
    value = fitted.evaluate(X, points).scores[0].value
    assert fitted.score(X, points) == pytest.approx(-value)


def test_flat_targets_are_x_and_y_of_one_point_after_the_other(pairs, fitted):
    X, points = pairs(50, seed=1)
    assert fitted.score(X, points.reshape(50, 4)) == pytest.approx(fitted.score(X, points))


def test_it_goes_through_a_folder_and_back(pairs, tmp_path, fitted):
    X, _ = pairs(50, seed=1)
    fitted.save(tmp_path / "model")
    assert np.array_equal(fondo.load(tmp_path / "model").predict(X), fitted.predict(X))


def test_folds_leave_each_picture_out_once(pairs):
    found = small(epochs=6).cross_validate(*pairs(200), folds=2)
    assert max(found.values) < min(found.naive)


def test_a_flip_needs_the_partners_of_the_points(pairs):
    flip = Augment(flip="horizontal", mirror=(0, 0))
    with pytest.raises(BadData, match="partner of each of the 2 points"):
        small(augment=flip).fit(*pairs(40))


def test_a_flip_with_partners_learns(pairs):
    X, points = pairs(300)
    above = (points[:, :1] + points[:, 1:]) / 2 + np.array([[[0, -1.0], [0, 1.0]]])
    flip = Augment(flip="horizontal", mirror=(0, 1), shift=0, rotation=0, zoom=0)
    task = small(augment=flip).fit(X, above)
    X_test, near = pairs(100, seed=1)
    assert np.abs(task.predict(X_test).mean(axis=1) - near.mean(axis=1)).mean() < 0.6


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((40, 3)), r"must be \(n, k, 2\) or \(n, 2 k\)"),
        (np.full((40, 2, 2), np.nan), "the target is missing in 40 rows"),
        (np.array(["a"] * 40), "are no points"),
    ],
    ids=["odd", "nan", "words"],
)
def test_targets_that_are_no_points_are_refused(pairs, points, message):
    with pytest.raises(BadData, match=message):
        small().fit(pairs(40)[0], points)


def test_another_number_of_points_is_refused_in_judging(pairs, fitted):
    X, points = pairs(20)
    with pytest.raises(BadData, match="1 points a picture, but it was trained on 2"):
        fitted.score(X, points[:, :1])


def test_the_mirror_of_a_face_is_its_own_inverse():
    mirror = face_mirror()
    assert [mirror[mirror[k]] for k in range(68)] == list(range(68))
    assert [k for k in range(68) if mirror[k] == k] == [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]
