from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from fondo.backend import jax, jnp, keras
from fondo.engine.losses import (
    CLASS_LOSSES,
    NUMBER_LOSSES,
    check_target,
    class_objective,
    is_number_loss,
    number_objective,
)
from fondo.errors import BadData, BadParameter

random = np.random.default_rng(0)
CODES = random.integers(0, 3, 20).astype("f4")
LOGITS = random.normal(size=(20, 3)).astype("f4")
TRUTH, GUESS = random.uniform(0.5, 4, 20), random.uniform(0.5, 4, 20)


def values(loss: Any, y: Any, outputs: Any, **settings: Any) -> np.ndarray:
    return np.asarray(number_objective(loss, **settings).loss(jnp.asarray(y), jnp.asarray(outputs)))


def test_class_losses_agree_with_scikit_learn_and_keras() -> None:
    p = np.asarray(jax.nn.softmax(LOGITS))
    objective = class_objective("cross_entropy", 3)
    found = objective.loss(jnp.asarray(CODES), jnp.asarray(LOGITS))
    assert float(found.mean()) == pytest.approx(metrics.log_loss(CODES, p), rel=1e-5)
    hits = objective.metrics["accuracy"](jnp.asarray(CODES), jnp.asarray(LOGITS))
    assert np.asarray(hits).mean() == pytest.approx(metrics.accuracy_score(CODES, p.argmax(1)))
    brier = class_objective("brier", 3).loss(jnp.asarray(CODES), jnp.asarray(LOGITS))
    hit = np.eye(3)[CODES.astype(int)]
    assert np.allclose(brier, ((p - hit) ** 2).sum(1), atol=1e-6)
    focal = class_objective("focal", 3).loss(jnp.asarray(CODES), jnp.asarray(LOGITS))
    theirs = keras.losses.CategoricalFocalCrossentropy(1.0, 2.0, True, reduction="none")
    assert np.allclose(focal, theirs(hit, LOGITS), rtol=1e-4)


@pytest.mark.parametrize("loss", CLASS_LOSSES)
def test_one_logit_says_what_two_say(loss: str) -> None:
    y, z = jnp.asarray(CODES > 0, jnp.float32), LOGITS[:, :1]
    both = jnp.concatenate([jnp.zeros_like(z), z], axis=1)
    objective = class_objective(loss, 2)
    assert np.allclose(objective.loss(y, z), objective.loss(y, both), rtol=1e-5, atol=1e-6)
    metric = objective.metrics["accuracy"]
    assert np.array_equal(metric(y, z), metric(y, both))


@pytest.mark.parametrize("loss", [*CLASS_LOSSES[:1], "focal", "brier"])
def test_the_loss_of_members_is_the_mean_of_their_losses(loss: str) -> None:
    objective, y = class_objective(loss, 3), jnp.asarray(CODES)
    two = jnp.stack([LOGITS, 2 * LOGITS], axis=1)
    alone = [objective.loss(y, jnp.asarray(k * LOGITS)) for k in (1, 2)]
    assert np.allclose(objective.loss(y, two), (alone[0] + alone[1]) / 2, rtol=1e-5)


@pytest.mark.parametrize(
    ("loss", "reference"),
    [
        ("mse", metrics.mean_squared_error),
        ("mae", metrics.mean_absolute_error),
        ("msle", metrics.mean_squared_log_error),
        ("mape", metrics.mean_absolute_percentage_error),
        ("quantile:0.8", lambda y, p: metrics.mean_pinball_loss(y, p, alpha=0.8)),
        ("huber", lambda y, p: float(keras.losses.Huber()(y, p))),
        ("log_cosh", lambda y, p: float(keras.losses.LogCosh()(y, p))),
        ("poisson", lambda y, p: float((p - y * np.log(p)).mean())),
    ],
)
def test_number_losses_agree_with_their_references(loss: str, reference: Any) -> None:
    wanted = reference(TRUTH, GUESS)
    assert values(loss, TRUTH, GUESS).mean() == pytest.approx(wanted, rel=1e-5)
    if loss in ("msle", "mape", "poisson"):  # in the target's own units whatever the scaling
        scaled = values(loss, (TRUTH - 2) / 3, (GUESS - 2) / 3, mean=2.0, scale=3.0)
        floor = 0.02 if loss == "poisson" else 0
        assert GUESS.min() > floor
        assert scaled.mean() == pytest.approx(wanted, rel=1e-4)


def test_a_loss_worked_by_hand() -> None:
    # truth 1, prediction 3: quantile 0.25 of error -2 is 0.75 * 2; huber 2 - 0.5; mse 4
    assert values("quantile:0.25", [1.0], [3.0])[0] == pytest.approx(1.5)
    assert values("huber", [1.0], [3.0])[0] == pytest.approx(1.5)
    assert values("mse", [1.0], [3.0])[0] == pytest.approx(4.0)


@pytest.mark.parametrize("loss", NUMBER_LOSSES)
@given(st.floats(-50, 50), st.floats(0.25, 50))
def test_every_loss_and_gradient_is_finite_everywhere(loss: str, output: float, y: float) -> None:
    function = number_objective(loss, 1.0, 2.0).loss
    total = lambda o: function(jnp.float32([y]), o).sum()  # noqa: E731
    value, slope = jax.value_and_grad(total)(jnp.float32([[output]]))
    assert np.isfinite(value)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("loss", ["msle", "poisson"])
def test_predictions_below_zero_are_pushed_back_up(loss: str) -> None:
    function = number_objective(loss).loss
    slope = jax.grad(lambda o: function(jnp.float32([2.0]), o).sum())(jnp.float32([-1.0]))
    assert float(slope[0]) < 0


def test_names_are_told_apart() -> None:
    assert all(is_number_loss(name) for name in NUMBER_LOSSES)
    assert not any(is_number_loss(name) for name in [*CLASS_LOSSES, "quantile:1", "q", None, 3])
    keys = {class_objective(n, 2).key for n in CLASS_LOSSES} | {"mse", "mae"}
    assert len(keys) == 6
    assert number_objective("msle", 1.0, 2.0).key != number_objective("msle", 1.0, 3.0).key
    assert number_objective("mse", 1.0, 2.0).key == number_objective("mse", 1.0, 3.0).key


def test_losses_that_do_not_fit_are_refused_with_the_reason() -> None:
    with pytest.raises(BadParameter, match=r"C\(loss='mse'\): .*distances between numbers"):
        class_objective("mse", 3, "C")
    with pytest.raises(BadParameter, match="needs exactly two classes, and there are 3"):
        class_objective("binary_cross_entropy", 3)
    with pytest.raises(BadParameter, match="Did you mean 'cross_entropy'"):
        class_objective("crossentropy", 3)
    with pytest.raises(BadParameter, match=r"probabilities of classes.*Use 'mse'"):
        number_objective("cross_entropy")
    with pytest.raises(BadParameter, match="Did you mean 'huber'"):
        number_objective("hubber")
    with pytest.raises(BadParameter, match="between 0 and 1.*'quantile:0.9'"):
        number_objective("quantile:many")


def test_targets_outside_a_loss_are_refused_by_row() -> None:
    with pytest.raises(BadData, match=r"target of -1, as in row 2"):
        check_target("msle", np.array([0, 3, -1]))
    with pytest.raises(BadData, match=r"target of 0, as in row 0"):
        check_target("mape", np.array([0, 3]))
    with pytest.raises(BadData, match="every target is 0"):
        check_target("poisson", np.zeros(3))
    check_target("mse", np.array([-1.0]))


@pytest.mark.parametrize("loss", ["msle", "poisson", "mape"])
def test_several_targets_have_the_mean_of_their_own_losses(loss: str) -> None:
    mean, scale = (2.0, 300.0), (0.5, 40.0)
    y, outputs = random.normal(size=(2, 20, 2)).astype("f4") * 0.5
    each = [
        values(loss, y[:, k], outputs[:, k : k + 1], mean=mean[k], scale=scale[k]) for k in (0, 1)
    ]
    found = values(loss, y, outputs, mean=mean, scale=scale)
    assert np.allclose(found, np.mean(each, axis=0), rtol=1e-5)
    members = values(loss, y, np.stack([outputs, outputs], axis=1), mean=mean, scale=scale)
    assert np.allclose(members, found, rtol=1e-5)


def test_a_function_gets_several_targets_in_their_own_units() -> None:
    mean, scale = (2.0, 300.0), (0.5, 40.0)
    y, outputs = random.normal(size=(2, 20, 2)).astype("f4")
    found = values(lambda a, b: ((a - b) ** 2).sum(1), y, outputs, mean=mean, scale=scale)
    assert np.allclose(found, (((y - outputs) * scale) ** 2).sum(1), rtol=1e-4)
    one = values(lambda a, b: a[:, 1] + 0 * b[:, 1], y, outputs, mean=mean, scale=scale)
    assert np.allclose(one, y[:, 1] * 40 + 300, rtol=1e-5)


def test_targets_that_do_not_fit_are_named() -> None:
    with pytest.raises(BadData, match="target of -1, as in row 1 of 'speed'"):
        check_target("msle", np.array([1.0, -1.0]), "R", "speed")
    with pytest.raises(BadData, match="every target of 'speed' is 0"):
        check_target("poisson", np.zeros(2), "R", "speed")
