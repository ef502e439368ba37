from collections.abc import Callable
from typing import Any

import numpy as np

from fondo.backend import keras
from fondo.engine.optimizers import make_optimizer
from fondo.engine.signatures import canonical, network_signature, optimizer_signature


def test_names_seeds_and_initialisers_do_not_matter() -> None:
    def build(seed: int, start: str) -> Any:
        inputs = keras.Input((4,))
        hidden = keras.layers.Dense(3, "relu", kernel_initializer=start)(inputs)
        return keras.Model(inputs, keras.layers.Dropout(0.5, seed=seed)(hidden) + 1.0)

    assert network_signature(build(1, "zeros")) == network_signature(build(2, "he_normal"))


def test_whatever_changes_the_computation_matters(make_network: Callable[..., Any]) -> None:
    networks = [
        make_network(),
        make_network(9),
        make_network(l2=0.1),
        make_network(l2=0.2),
        make_network(dropout=0.1),
        make_network(norm=True),
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(3)]),
    ]
    frozen = make_network()
    frozen.layers[1].trainable = False
    signatures = [network_signature(network) for network in [*networks, frozen]]
    assert len(set(signatures)) == len(signatures)


def test_layers_in_another_order_of_wiring_differ() -> None:
    def build(swap: bool) -> Any:
        inputs = keras.Input((2,))
        one, other = (keras.layers.Dense(2, act)(inputs) for act in ("relu", "tanh"))
        pair = (other, one) if swap else (one, other)
        return keras.Model(inputs, keras.layers.Subtract()(pair))

    assert network_signature(build(False)) != network_signature(build(True))


def test_a_layer_named_like_a_setting_is_not_confused_with_it() -> None:
    def build(name: str, activation: str) -> Any:
        inputs = keras.Input((2,), name="in")
        return keras.Model(inputs, keras.layers.Dense(2, activation, name=name)(inputs))

    assert network_signature(build("relu", "relu")) != network_signature(build("tanh", "tanh"))
    policy = {"class_name": "DTypePolicy", "config": {"name": "float32"}}
    assert canonical(policy) == policy


def test_arrays_held_by_a_layer_and_classes_of_one_name_matter() -> None:
    def build(value: float) -> Any:
        class Shift(keras.layers.Layer):  # type: ignore[misc]
            def __init__(self, **keywords: Any) -> None:
                super().__init__(**keywords)
                self.shift = np.full(2, value, "f4")

            def call(self, x: Any) -> Any:
                return x + self.shift

        inputs = keras.Input((2,))
        return keras.Model(inputs, Shift()(inputs)), Shift

    (one, kind), (other, _) = build(1.0), build(1.0)
    assert network_signature(one) == network_signature(one) != network_signature(other)
    layer = kind()
    layer.shift = np.zeros(2, "f4")
    inputs = keras.Input((2,))
    assert network_signature(keras.Model(inputs, layer(inputs))) != network_signature(one)


def test_a_subclassed_network_is_only_equal_to_itself() -> None:
    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    one, other = Own(), Own()
    one(np.zeros((1, 2))), other(np.zeros((1, 2)))
    assert network_signature(one) == network_signature(one) != network_signature(other)


def test_optimizers_differ_by_settings_but_not_by_learning_rate() -> None:
    def signature(optimizer: Any, skip: bool = False) -> str:
        variable = keras.Variable(np.zeros(2, "f4"), name="kernel")
        if skip:
            optimizer.exclude_from_weight_decay(var_names=["kernel"])
        optimizer.build([variable])
        return optimizer_signature(optimizer)

    adam = signature(make_optimizer("adam", 0.1))
    assert adam == signature(make_optimizer("adam", 0.2))
    schedules = [keras.optimizers.schedules.ExponentialDecay(0.1, 9, d) for d in (0.5, 0.9)]
    others = [
        adam,
        signature(keras.optimizers.Adam(0.1, beta_1=0.8)),
        signature(keras.optimizers.Adam(0.1, clipnorm=1.0)),
        signature(keras.optimizers.AdamW(0.1)),
        signature(keras.optimizers.AdamW(0.1), skip=True),
        *(signature(keras.optimizers.Adam(schedule)) for schedule in schedules),
    ]
    assert len(set(others)) == len(others)
