from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fondo.backend import jnp
from fondo.engine.custom import token
from fondo.engine.examples import Examples
from fondo.engine.losses import class_objective, number_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.step import supervised
from fondo.engine.train import train
from fondo.errors import BadParameter

Y = np.linspace(1, 9, 8, dtype="f4")
OUT = np.linspace(8, 2, 8, dtype="f4")[:, None, None]


def check(function: Callable[[Any, Any], Any], outputs: Any = OUT) -> None:
    number_objective(function, owner="R").loss.check(Y, outputs)  # type: ignore[attr-defined]


def test_a_loss_of_ones_own_is_the_same_as_the_named_one() -> None:
    own = number_objective(lambda y, p: ((y - p) / 2) ** 2, mean=5.0, scale=2.0)
    assert np.allclose(own.loss(Y, OUT), number_objective("mse").loss(Y, OUT))
    codes = np.arange(8) % 3
    logits = jnp.asarray(np.random.default_rng(0).normal(size=(8, 2, 3)), jnp.float32)
    wrapped = class_objective(lambda y, p: -jnp.log(p[jnp.arange(8), y]), 3)
    assert np.allclose(
        wrapped.loss(codes, logits), class_objective("cross_entropy", 3).loss(codes, logits),
        rtol=1e-5,
    )  # fmt: skip
    two = class_objective(lambda y, p: (y - p) ** 2, 2).loss(codes % 2, logits[:, :, :1])
    brier = class_objective("brier", 2).loss(codes % 2, logits[:, :, :1])
    assert np.allclose(2 * two, brier, rtol=1e-5)


def test_good_losses_pass_the_check() -> None:
    check(lambda y, p: (y - p) ** 2)
    check(lambda y, p: jnp.abs(y - p))
    assert check(lambda y, p: (jnp.sqrt(p) - jnp.sqrt(y)) ** 2) is None  # and no complaint


def test_losses_that_cannot_be_trained_are_refused() -> None:
    def roots(y: Any, p: Any) -> Any:
        return (jnp.sqrt(p) - jnp.sqrt(y)) ** 2

    with pytest.raises(BadParameter, match=r"R\(loss=roots\): the loss of row 2 is not finite"):
        check(roots, OUT - 6.5)
    with pytest.raises(BadParameter, match="the gradient of row 0 is not finite"):
        check(roots, np.zeros((8, 1, 1), "f4"))
    with pytest.raises(BadParameter, match="its gradient is not the slope of its value"):
        check(lambda y, p: jnp.round(30 * p) - y)
    with pytest.raises(BadParameter, match=r"one number a row, shape \(8,\)"):
        check(lambda y, p: ((y - p) ** 2).mean())


def test_training_checks_the_loss_before_the_first_epoch(make_network: Any, rows: Examples) -> None:
    def logs(y: Any, p: Any) -> Any:
        return jnp.log(p[:, 0] - 2)

    step = supervised(make_network(), class_objective(logs, 3, "C"), make_optimizer("adam"))
    with pytest.raises(BadParameter, match=r"C\(loss=logs\): the loss of row 0 is not finite"):
        train(step, rows, None, Plan(1, 32))


def test_a_function_keeps_its_token_and_shares_it_with_no_other() -> None:
    def make(k: int) -> Callable[[], int]:
        return lambda: k

    one, other = make(1), make(2)
    assert token(one) == token(one) != token(other)
    assert token([]) != token([])
    keys = [number_objective(f).key for f in (lambda y, p: y - p, lambda y, p: p - y)]
    assert keys[0] != keys[1]
