import json

import numpy as np
import pytest

from fondo.backend import keras
from fondo.engine.optimizers import (
    NAMES,
    SCHEDULES,
    is_optimizer,
    make_optimizer,
    optimizer_from_json,
    optimizer_to_json,
)
from fondo.errors import BadParameter


@pytest.mark.parametrize("name", NAMES)
def test_every_name_makes_an_optimizer_that_json_brings_back(name: str) -> None:
    if not hasattr(keras.optimizers, name):
        pytest.skip(f"this Keras has no {name}")
    made = make_optimizer(name.upper(), 0.25)
    assert float(made.learning_rate) == 0.25
    text = json.dumps(optimizer_to_json(made), allow_nan=False)
    again = optimizer_from_json(json.loads(text))
    assert type(again) is type(made)
    assert optimizer_to_json(again) == json.loads(text)


def test_a_schedule_comes_back_from_json() -> None:
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([3, 6], [0.1, 0.01, 0.001])
    made = make_optimizer(keras.optimizers.SGD(schedule, momentum=0.5))
    again = optimizer_from_json(json.loads(json.dumps(optimizer_to_json(made))))
    rates = [float(again._learning_rate(k)) for k in (0, 4, 9)]
    assert np.allclose(rates, [0.1, 0.01, 0.001])
    assert again.momentum == 0.5
    assert "PiecewiseConstantDecay" in SCHEDULES


def test_an_object_is_copied_without_its_history() -> None:
    used = keras.optimizers.Adam(0.01, clipnorm=0.5)
    used.build([keras.Variable(np.zeros(2, "f4"))])
    fresh = make_optimizer(used, 0.5)
    assert not fresh.built
    assert (fresh.clipnorm, float(fresh.learning_rate)) == (0.5, 0.5)
    assert float(used.learning_rate) == pytest.approx(0.01)
    assert is_optimizer(used)
    assert not any(map(is_optimizer, ["adam", None, 3, object(), keras.optimizers.Adam]))


def test_what_is_no_optimizer_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"T\(optimizer='adma'\): .* Did you mean 'Adam"):
        make_optimizer("adma", owner="T")
    with pytest.raises(BadParameter, match=r"name of a Keras optimizer or one Keras optimizer"):
        make_optimizer(3)
    for rate in (0, -1.0, float("nan"), float("inf"), True, "fast"):
        with pytest.raises(BadParameter, match="learning_rate must be a finite number above 0"):
            make_optimizer("adam", rate)  # type: ignore[arg-type]


def test_json_that_nobody_wrote_is_refused() -> None:
    for written in (None, [], {"class": "SGD"}, {"class": 3, "settings": {}}, "SGD"):
        with pytest.raises(BadParameter, match="expected .'class': name, 'settings'"):
            optimizer_from_json(written)
    with pytest.raises(BadParameter, match=r"'os\.system'"):
        optimizer_from_json({"class": "os.system", "settings": {}})
    with pytest.raises(BadParameter, match="no setting 'momentun'. Did you mean 'momentum'"):
        optimizer_from_json({"class": "SGD", "settings": {"momentun": 1}})
    with pytest.raises(BadParameter, match=r"optimizer_from_json\(SGD\): "):
        optimizer_from_json({"class": "SGD", "settings": {"momentum": 7.0}})
    rate = {"schedule": "Lambda", "settings": {}}
    with pytest.raises(BadParameter, match="'Lambda'"):
        optimizer_from_json({"class": "SGD", "settings": {"learning_rate": rate}})


def falling() -> float:
    return 0.1


def test_what_json_cannot_hold_is_refused() -> None:
    class Mine(keras.optimizers.SGD):
        pass

    with pytest.raises(BadParameter, match="only Keras' own optimizers can be written"):
        optimizer_to_json(Mine())
    with pytest.raises(BadParameter, match="only a number or a Keras schedule"):
        optimizer_to_json(keras.optimizers.SGD(falling))
