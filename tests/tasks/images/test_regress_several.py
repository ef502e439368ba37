"""fondo.tasks.images.regress: several numbers off each picture, in units of their own."""

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

import fondo
from fondo import Augment, ConvNet, ImageRegressor
from fondo.errors import BadData, BadParameter
from fondo.tasks.rows import Part

SMALL = ConvNet(kind="plain", filters=(16, 32), batch_norm=False, dropout=0.0, flatten=True)


@pytest.fixture(scope="module")
def drive(spots):
    """Pictures with how far right of the middle their spot lies, and a thousand times how low."""
    X, points = spots(700)
    Y = np.column_stack([points[:, 0, 0] - 4, 1000 * points[:, 0, 1] - 7000])
    return X[:500], Y[:500], X[500:], Y[500:]


def small(**settings):
    return ImageRegressor(
        **{"architecture": SMALL, "epochs": 12, "batch_size": 64, "learning_rate": 0.005} | settings
    )


@pytest.fixture(scope="module")
def fitted(drive):
    return small().fit(*drive[:2])


def test_it_beats_the_mean_of_each_by_far(drive, fitted):
    found = fitted.evaluate(drive[2], drive[3], train=drive[:2])
    assert found.scores[0].name == "rmse_standardised"
    assert found.scores[0].value < 0.3 * found.baselines["mean of each"][0].value
    assert {"mean of each", "median of each", "linear"} == set(found.baselines)
    assert min(row["r2"] for row in found.curves["targets"]) > 0.9  # in both units


def test_answers_have_the_form_that_scikit_learn_gives(drive, fitted):
    X, Y, X_test, Y_test = drive
    linear = LinearRegression().fit(X.reshape(500, -1), Y)
    assert fitted.predict(X_test).shape == linear.predict(X_test.reshape(200, -1)).shape == (200, 2)
    assert fitted.score(X_test, Y_test) == r2_score(Y_test, fitted.predict(X_test))
    weight = np.linspace(0, 1, 200)
    expected = r2_score(Y_test, fitted.predict(X_test), sample_weight=weight)
    assert fitted.score(X_test, Y_test, sample_weight=weight) == expected
    assert (fitted.kind, ImageRegressor.kind, ImageRegressor().kind) == (
        "numbers", "number", "number",
    )  # fmt: skip
    assert fitted.__sklearn_tags__().target_tags.multi_output


def test_intervals_hold_what_they_say_of_each_target(drive, fitted):
    interval = fitted.predict_interval(drive[2], 0.8)
    assert interval.shape == (200, 2, 2)
    inside = ((interval[..., 0] <= drive[3]) & (drive[3] <= interval[..., 1])).mean(axis=0)
    assert ((inside > 0.6) & (inside < 0.95)).all()
    widths = interval[0, :, 1] - interval[0, :, 0]
    assert 100 < widths[1] / widths[0] < 10_000  # each in its own unit


def test_one_column_is_answered_as_one_column(drive):
    X, Y, X_test, Y_test = drive
    task = small(epochs=2)
    column = task.fit(X, Y[:, :1]).predict(X_test)
    assert column.shape == (200, 1)
    assert task.predict_interval(X_test).shape == (200, 1, 2)
    assert task.score(X_test, Y_test[:, 0]) == task.score(X_test, Y_test[:, :1])
    flat = task.fit(X, Y[:, 0])  # the same task again, with one number a picture
    assert flat.predict(X_test).shape == (200,)
    assert flat.predict(X_test) == pytest.approx(column[:, 0], abs=1e-4)
    assert (flat.kind, flat.target_names_) == ("number", None)
    assert "target_names_" not in vars(flat)
    assert flat.score(X_test, Y_test[:, :1]) == flat.score(X_test, Y_test[:, 0])


def test_it_goes_through_a_folder_and_back(tmp_path, drive, fitted):
    fitted.save(tmp_path / "model")
    again = fondo.load(tmp_path / "model")
    assert np.array_equal(again.predict(drive[2]), fitted.predict(drive[2]))
    assert np.array_equal(again.predict_interval(drive[2]), fitted.predict_interval(drive[2]))
    assert again.kind == "numbers"
    assert again.fools_ == fitted.fools_
    assert np.array_equal(again.target_scale_, fitted.target_scale_)


def test_names_of_columns_are_learnt_and_found_again_in_any_order(drive):
    X, Y, X_test, Y_test = drive
    frame = pl.DataFrame(Y, schema=["right", "low"])
    task = small(epochs=3).fit(X, frame)
    assert task.target_names_ == ["right", "low"]
    assert [r["target"] for r in task.evaluate(X_test, Y_test).curves["targets"]] == [
        "right", "low",
    ]  # fmt: skip
    turned = pl.DataFrame(Y_test[:, ::-1], schema=["low", "right"])
    assert task.score(X_test, turned) == task.score(X_test, Y_test)
    with pytest.raises(BadData, match="there is no target 'low'"):
        task.score(X_test, pl.DataFrame(Y_test, schema=["right", "high"]))


def test_folds_leave_each_picture_out_once(drive):
    found = small(epochs=6).cross_validate(drive[0][:200], drive[1][:200], folds=2)
    assert max(found.values) < 0.8 * min(found.naive)


def test_with_times_one_picture_ago_is_a_baseline(drive, fitted):
    X, Y, X_test, Y_test = drive
    train = Part(*fitted.read(X, Y), times=np.arange(500.0))
    test = Part(*fitted.read(X_test, Y_test), times=np.arange(500.0, 700.0))
    said = fitted.rivals(train, test)["as one before"].numbers
    assert np.array_equal(said, np.concatenate([Y[-1:], Y_test[:-1]]))


def test_validation_pictures_may_be_given(drive):
    X, Y, X_test, Y_test = drive
    task = small(epochs=1).fit(X, Y, validation_data=(X_test, Y_test))
    assert task.n_validation_ == 200
    assert task.residuals_.shape == (200, 2)
    assert np.array_equal(task.target_scale_, Y.std(axis=0))
    again = clone(task).fit(X, Y[:, 0], validation_data=(X_test, Y_test[:, 0]))
    assert again.residuals_.shape == (200,)


@pytest.mark.parametrize("loss", ["poisson", "msle", "mape", "quantile:0.5"])
def test_losses_in_the_units_of_each_target_learn(drive, loss):
    X, Y, X_test, Y_test = drive
    shift = np.array([5.0, 6000.0])  # all above 0
    task = small(loss=loss, epochs=6).fit(X, Y + shift)
    assert min(r2_score(Y_test + shift, task.predict(X_test), multioutput="raw_values")) > 0.5


def test_a_loss_of_ones_own_gets_every_target_in_its_units(drive):
    X, Y, *_ = drive
    seen = {}

    def loss(truth, prediction):
        seen["shapes"] = truth.shape[1:], prediction.shape[1:]
        return ((truth - prediction) ** 2 / Y.var(axis=0)).mean(axis=1)

    own = small(loss=loss, epochs=2).fit(X, Y)
    plain = small(epochs=2).fit(X, Y)
    assert seen["shapes"] == ((2,), (2,))
    assert own.predict(X) / Y.std(axis=0) == pytest.approx(plain.predict(X) / Y.std(axis=0), abs=1)


def test_a_mirror_that_negates_is_refused(drive):
    task = small(augment=Augment(flip="horizontal", mirror="negate"))
    with pytest.raises(BadParameter, match="which of the 2 numbers a mirror turns"):
        task.fit(drive[0], drive[1])


def test_a_flip_that_leaves_the_numbers_learns(drive):
    X, Y, X_test, Y_test = drive
    low = np.column_stack([Y[:, 1], -Y[:, 1]])
    task = small(augment=Augment(flip="horizontal", shift=0, rotation=0, zoom=0), epochs=4)
    task.fit(X, low)
    assert task.score(X_test, np.column_stack([Y_test[:, 1], -Y_test[:, 1]])) > 0.5


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda Y: Y[:-1], "500 pictures but 499 targets"),
        (lambda Y: np.where([False, True], np.nan, Y), "in 500 rows, first 'target 2' in row 0"),
        (lambda Y: np.where(np.arange(500)[:, None] == 3, np.inf, Y), "'target 1' of row 3 is inf"),
        (lambda Y: _with_word(Y), "'target 2' of row 7 is 'left', which is no number"),
        (lambda Y: Y[:, :, None], r"Found shape \(500, 2, 1\)"),
    ],
    ids=["fewer", "gap", "infinite", "text", "cube"],
)
def test_targets_that_cannot_be_learnt_are_refused(drive, fault, message):
    with pytest.raises(BadData, match=message):
        small().fit(drive[0], fault(drive[1]))


def _with_word(Y):
    words = Y.astype(object)
    words[7, 1] = "left"
    return words


def test_a_loss_that_does_not_fit_names_row_and_target(drive):
    Y = np.abs(drive[1]) + 1
    Y[4, 1] = -2.0
    with pytest.raises(BadData, match="a target of -2, as in row 4 of 'target 2'"):
        small(loss="msle").fit(drive[0], Y)
    with pytest.raises(BadData, match="every target of 'target 1' is 0"):
        small(loss="poisson").fit(drive[0], np.abs(drive[1]) * [0, 1])


def test_another_number_of_targets_is_refused_in_judging(drive, fitted):
    X, _, _, Y = drive
    with pytest.raises(BadData, match="3 targets a row, but it was trained on 2"):
        fitted.score(X[:200], np.c_[Y, Y[:, 0]])
    with pytest.raises(BadData, match="1 targets a row, but it was trained on 2"):
        fitted.score(X[:200], Y[:, 0])
    single = small(epochs=1).fit(X[:60], drive[1][:60, 0])
    with pytest.raises(BadData, match="2 targets a row, but it was trained on one"):
        single.score(X[:200], Y)


def test_a_target_that_has_one_value_hinders_no_other(drive):
    X, Y, X_test, Y_test = drive
    task = small(epochs=6).fit(X, np.c_[Y[:, 0], np.full(500, 3.0)])
    said = task.predict(X_test)
    assert task.target_scale_[1] == 1.0
    assert np.abs(said[:, 1] - 3).max() < 0.5
    assert r2_score(Y_test[:, 0], said[:, 0]) > 0.5


def test_pictures_that_cannot_be_read_take_their_targets_with_them(drive, tmp_path):
    Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    places = [tmp_path / f"{k}.png" for k in range(40)]
    for picture, place in zip(drive[0], places, strict=False):
        Image.fromarray(picture).save(place)
    places[0].write_text("no picture")
    task = small(epochs=1)
    with pytest.warns(UserWarning, match="left out"):
        task.fit([str(p) for p in places], pl.DataFrame(drive[1][:40], schema=["right", "low"]))
    assert task.target_names_ == ["right", "low"]
    assert task.plan_["rows"] + task.n_validation_ == 39
