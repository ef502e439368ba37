"""fondo.tasks.images.columns: columns of numbers that enter beside the pictures."""

import numpy as np
import polars as pl
import pytest

import fondo
from fondo import Augment, Backbone, ConvNet, ImageClassifier, ImageRegressor, Pixels
from fondo.data.images.pictures import Pictures
from fondo.errors import BadData, BadParameter
from fondo.jobs.looked import look
from fondo.networks.pictures import pictures_alone
from fondo.tasks.album import Album
from fondo.tasks.images.columns import read_beside, scale_beside, standardised

PLAIN = ConvNet(kind="plain", filters=(8,), batch_norm=False, dropout=0.0, hidden=(16,))
STILL = Augment(shift=0, rotation=0, zoom=0, brightness=0, contrast=0)


@pytest.fixture(scope="module")
def both():
    """Pictures whose light is one half of the answer, and a column that is the other half."""
    rng = np.random.default_rng(0)
    light = rng.uniform(40, 200, 600)
    pictures = np.broadcast_to(light[:, None, None], (600, 8, 8)).astype(np.uint8)
    speed = rng.normal(30, 10, 600)
    album = Album(Pictures.of_array(pictures, "test"), pl.DataFrame({"speed": speed}))
    return album, (light - 120) / 46 + (speed - 30) / 10


def regressor(**settings):
    return ImageRegressor(
        pictures=Pixels(beside=("speed",)), architecture=PLAIN, augment=STILL, epochs=40,
        batch_size=64, learning_rate=0.005, **settings,
    )  # fmt: skip


@pytest.fixture(scope="module")
def fitted(both):
    album, y = both
    return regressor().fit(album.take(np.arange(450)), y[:450])


def test_both_halves_of_the_answer_are_found(both, fitted):
    album, y = both
    rest = album.take(np.arange(450, 600))
    assert fitted.score(rest, y[450:]) > 0.9  # either half alone has about 0.5
    alone = ImageRegressor(architecture=PLAIN, augment=STILL, epochs=40, batch_size=64,
                           learning_rate=0.005)  # fmt: skip
    alone.fit(album.take(np.arange(450)), y[:450])
    assert alone.score(rest, y[450:]) < 0.7


def test_it_goes_through_a_folder_and_back(tmp_path, both, fitted):
    album, _ = both
    fitted.save(tmp_path / "model")
    again = fondo.load(tmp_path / "model")
    assert np.array_equal(again.predict(album), fitted.predict(album))
    assert again.pictures.beside == ("speed",) or again.pictures.beside == ["speed"]


def test_the_picture_alone_answers_as_at_the_mean_of_the_column(both, fitted):
    album, _ = both
    mean = Album(album.pictures, pl.DataFrame({"speed": [fitted.beside_["mean"][0]] * 600}))
    rows = np.arange(5)
    alone = pictures_alone(fitted.network_)(album.pictures.take(rows).load(fitted.form))
    wanted = fitted.outputs_of(fitted.encode(mean.take(rows)))
    np.testing.assert_allclose(np.asarray(alone), wanted, rtol=1e-5, atol=1e-6)


def test_what_is_seen_inside_is_found_as_without_columns(both, fitted):
    album, y = both
    rows = np.arange(30)
    part = album.take(rows)
    findings = look(fitted, part, y[rows], answers=fitted.answers(part))
    assert findings.looked
    assert findings.layer is not None


def test_it_starts_as_the_straight_line_of_the_columns(both, fitted):
    album, _y = both
    speed = album.columns["speed"].to_numpy()
    fresh = fitted.network()
    found = np.asarray(fresh.predict(fitted.encode(album), verbose=0))[:, 0]
    found = found * fitted.target_scale_ + fitted.target_mean_
    held = fitted.beside_["mean"][0], fitted.beside_["scale"][0]
    rows = fitted.beside_start_
    line = rows["kernel"][0][0] * (speed - held[0]) / held[1] + rows["bias"][0]
    np.testing.assert_allclose(found, line * fitted.target_scale_ + fitted.target_mean_, atol=1e-5)
    assert np.corrcoef(found, speed)[0, 1] == pytest.approx(1)


def test_a_column_that_says_all_is_not_drowned_by_pictures_that_say_nothing():
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 255, (400, 8, 8)).astype(np.uint8)
    speed = rng.normal(30, 10, 400)
    y = 0.5 * speed + rng.normal(0, 1, 400)
    album = Album(Pictures.of_array(noise, "test"), pl.DataFrame({"speed": speed}))
    task = regressor(validation=0.25).fit(album.take(np.arange(300)), y[:300])
    rest = np.arange(300, 400)
    error = np.sqrt(np.mean((task.predict(album.take(rest)) - y[rest]) ** 2))
    line = np.polyval(np.polyfit(speed[:300], y[:300], 1), speed[rest])
    assert error < 1.03 * np.sqrt(np.mean((line - y[rest]) ** 2))


def test_classes_take_columns_too(both):
    album, y = both
    task = ImageClassifier(
        pictures=Pixels(beside=["speed"]), architecture=PLAIN, augment=STILL, epochs=30,
        batch_size=64, learning_rate=0.005,
    )  # fmt: skip
    task.fit(album.take(np.arange(450)), (y > 0)[:450])
    assert task.score(album.take(np.arange(450, 600)), (y > 0)[450:]) > 0.85  # about 0.5 is blind


def test_constant_columns_are_not_divided_by_nothing():
    scale = scale_beside(np.full((4, 1), 3.0))
    assert standardised(np.full((2, 1), 3.0), scale).tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (["fast", "slow"], "holds String"),
        ([1.0, None], "row 1: nan is no finite number"),
        ([1.0, float("inf")], "row 1: inf is no finite number"),
    ],
)
def test_columns_that_are_no_numbers_are_refused(column, told):
    album = Album(
        Pictures.of_array(np.zeros((2, 8, 8), np.uint8), "t"), pl.DataFrame({"speed": column})
    )
    with pytest.raises(BadData, match=told):
        read_beside("ImageRegressor", album, ["speed"])


def test_missing_tables_and_columns_are_named(both):
    album, y = both
    with pytest.raises(BadData, match="came without a table"):
        regressor().fit(album.pictures, y)
    with pytest.raises(BadData, match=r"no column 'light'. The table has 'speed'"):
        read_beside("ImageRegressor", album, ["light"])


def test_backbones_and_mirrors_do_not_go_with_columns(both):
    album, y = both
    task = regressor(backbone=Backbone(name="squeezenet"))
    with pytest.raises(BadParameter, match="Leave out the backbone"):
        task.fit(album, y)
    task = regressor().set_params(augment=Augment(flip="horizontal", mirror="negate"))
    with pytest.raises(BadParameter, match="cannot know which of the columns 'speed' it turns"):
        task.fit(album, y)
