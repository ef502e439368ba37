"""fondo.jobs.trace: both engines, number by number, on tasks, a CNN and an LSTM."""

import json

import numpy as np
import polars as pl
import pytest

import fondo
from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.jobs.trace import trace

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # h5py, saving
RANDOM = np.random.default_rng(0)
layers = keras.layers


def cnn():
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu", padding="same", kernel_regularizer="l2"),
            layers.MaxPooling2D(),
            layers.Conv2D(3, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def lstm():
    keras.utils.set_random_seed(4)
    inner = layers.LSTM(5, return_sequences=True)
    return keras.Sequential(
        [keras.Input((6, 2)), layers.Bidirectional(inner), layers.LSTM(4), layers.Dense(1)]
    )


@pytest.mark.parametrize("kind", ["classifier", "regressor"])
def test_a_trained_folder_agrees_forward_and_back(request, kind):
    made = request.getfixturevalue(kind)
    source = made.model.parent / "train.csv"
    result = trace(made.model, source, row=5, backward=True)
    assert result.agrees
    assert result.walk.loss is not None
    assert {"hidden_1 (gradients)", "out (gradients)"} <= set(result.differences)
    frame = pl.read_csv(source)
    entered = {column: given for _, _, column, given, _ in result.columns}
    assert float(entered["x"]) == frame["x"][5]
    task = fondo.load(made.model)
    assert result.answer == task.predict(frame[5:6].select(task.columns_)).tolist()[0]


def test_a_task_in_memory_with_every_kind_of_layer_agrees(table):
    frame = table(120, day=pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 4, 29), eager=True))
    frame = frame.with_columns(x=pl.when(pl.col("z") > 1.5).then(None).otherwise(pl.col("x")))
    for settings in ({}, {"embedding": "periodic", "batch_norm": True, "l2": 0.01}):
        shape = fondo.MLP(hidden=(6,), bins=4, members=3, **settings)
        columns = fondo.Columns(categories="embed")
        task = fondo.TableClassifier(architecture=shape, columns=columns, epochs=2)
        task.fit(frame, "y")
        result = trace(task, frame, row=3, backward=True, target="y")
        assert result.agrees
        assert len(result.differences) > 9


def test_the_loss_of_a_row_is_the_one_that_training_makes_small(regressor):
    frame = pl.read_csv(regressor.model.parent / "train.csv")
    task = fondo.load(regressor.model)
    outputs = task.outputs(task.read(frame[2:3].select(task.columns_))[0])
    target = task.encode_target(frame["v"][2:3].to_numpy())
    expected = ((outputs[0, :, 0] - target) ** 2).mean()
    result = trace(regressor.model, frame, 2, backward=True)
    assert result.walk.loss == pytest.approx(expected, rel=1e-5)


def test_without_a_target_the_walk_back_starts_from_an_output_and_says_so(classifier):
    frame = pl.read_csv(classifier.model.parent / "train.csv")
    result = trace(classifier.model, frame.drop("y"), backward=True)
    assert (result.loss, result.walk.loss) == ("the largest output", None)
    assert any("no column 'y'" in note for note in result.notes)
    assert result.agrees
    missing = frame.with_columns(y=pl.lit(None, pl.String))
    assert any("Row 0 has no 'y'" in note for note in trace(classifier.model, missing).notes)


def test_a_cnn_agrees_from_a_file_and_a_table_of_pixels(tmp_path):
    cnn().save(tmp_path / "cnn.keras")
    result = trace(tmp_path / "cnn.keras", "sample:digits", row=17, backward=True, target="digit")
    assert result.agrees
    assert result.loss == "categorical cross entropy"
    assert result.walk.stops[0].seen["outputs"].shape == (1, 8, 8, 4)
    json.dumps(result.to_json())


def test_an_lstm_agrees_from_memory_and_an_array(tmp_path):
    rows = RANDOM.normal(size=(3, 6, 2))
    np.save(tmp_path / "rows.npy", rows)
    for source in (rows, tmp_path / "rows.npy", rows.reshape(3, 12)):
        result = trace(lstm(), source, row=2, backward=True)
        assert result.agrees
        assert result.loss == "the largest output"
        assert "cell" in result.walk.stops[1].seen


def test_a_wrong_number_anywhere_is_found():
    model = cnn()
    result = trace(model, RANDOM.normal(size=(1, 8, 8, 1)))
    assert result.agrees
    from fondo.explain import inside
    from fondo.jobs.trace import _forward

    rows = {"inputs": result.walk.inputs["inputs"]}
    result.walk.stops[2].seen["outputs"][0, 0, 0, 0] += 1e-3
    found = _forward(model, result.walk, rows)
    assert found[result.walk.stops[2].name] == pytest.approx(1e-3, rel=0.01)
    assert set(found) == set(inside.layer_outputs(model, rows))


def test_rows_and_losses_that_do_not_exist_are_refused():
    model, rows = lstm(), RANDOM.normal(size=(3, 6, 2))
    with pytest.raises(BadData, match=r"there is no row 3. Rows go from 0 to 2"):
        trace(model, rows, row=3)
    frame = pl.DataFrame(rows.reshape(3, 12)).with_columns(t=pl.lit(1.0))
    with pytest.raises(BadParameter, match=r"trace\(loss='mean_squared'\): Did you mean"):
        trace(model, frame, target="t", loss="mean_squared")
    with pytest.raises(BadData, match="no column 'tt'. Did you mean 't'"):
        trace(model, frame, target="tt")
    with pytest.raises(BadData, match=r"numbers of shape \(6, 2\), .* It has \(11,\)"):
        trace(model, rows.reshape(3, 12)[:, :11])


def test_layers_that_are_not_known_are_named():
    model = keras.Sequential([keras.Input((3,)), layers.GaussianNoise(0.1, name="noise")])
    with pytest.raises(BadParameter, match=r"does not know 'noise' \(GaussianNoise\)"):
        trace(model, np.ones((1, 3)))
