"""Keras in float64, and the comparison that every layer of the glass box must pass."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from fondo.backend import jax, jnp, keras
from fondo.scratch.convert import _taken


@pytest.fixture(autouse=True)
def float64() -> Iterator[None]:
    """Keras and JAX compute in float64 within a test, and as before after it."""
    before, policy = keras.config.floatx(), keras.config.dtype_policy()
    narrowed = keras.src.backend.common.dtypes.BIT64_TO_BIT32_DTYPE
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # once asked for, it no longer follows floatx
    with jax.enable_x64(True), pytest.MonkeyPatch.context() as patch:
        patch.setitem(narrowed, "float64", "float64")  # else ops.tanh and others go to float32
        yield
    keras.config.set_floatx(before)
    keras.config.set_dtype_policy(policy)


@pytest.fixture(scope="session")
def randomised() -> Any:
    """Function (layer, shape of a row, seed=0) -> the layer of Keras, built, its weights drawn."""
    return _randomised


@pytest.fixture(scope="session")
def agree() -> Any:
    """Function (layer of Keras, rows, training=False) -> our layer; asserts that both agree."""
    return _agree


def _randomised(layer: Any, shape: tuple[int, ...], seed: int = 0) -> Any:
    """The layer of Keras, built for rows of `shape` and with every weight drawn anew."""
    random = np.random.default_rng(seed)
    layer.build((None, *shape))
    for variable in layer.weights:
        values = random.normal(0, 0.7, variable.shape)
        variable.assign(np.abs(values) + 0.1 if "variance" in variable.name else values)
    return layer


def _agree(layer: Any, x: np.ndarray, *, training: bool = False, rtol: float = 1e-9) -> Any:
    """Outputs, and gradients of weights and inputs, of the glass box and of Keras are the same.

    `layer` is a built layer of Keras, `x` its rows (batch, ...), float64 or int codes. The
    gradients are those of sum(outputs * c) with random c. Returns our layer.
    """
    ours, x = _taken(layer), jnp.asarray(x)
    trained = [v.value for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]

    chosen = {"training": True} if training else {}

    def call(trained: Any, x: Any) -> Any:
        return layer.stateless_call(trained, fixed, x, **chosen)[0]

    found = ours(np.array(x, float), training=training)
    mine = found if isinstance(found, tuple) else (found,)
    random = np.random.default_rng(1)
    weights = tuple(random.normal(size=a.shape) for a in mine)

    def scalar(trained: Any, x: Any) -> Any:
        out = call(trained, x)
        out = tuple(out) if isinstance(out, list | tuple) else (out,)
        return sum((o * w).sum() for o, w in zip(out, weights, strict=True)), out

    is_code = np.issubdtype(x.dtype, np.integer)
    slopes = jax.jit(jax.grad(scalar, 0 if is_code else (0, 1), has_aux=True))
    by_weight, theirs = slopes(trained, x)  # one program: eager operations compile one by one
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, np.asarray(b), rtol=rtol, atol=rtol / 100)
    d_inputs = ours.backward(*weights)
    if not is_code:
        by_weight, by_input = by_weight
        np.testing.assert_allclose(d_inputs, np.asarray(by_input), rtol=rtol, atol=rtol / 10)
    gradients = list(all_gradients(ours))
    assert len(gradients) == len(by_weight)
    for a, b in zip(gradients, by_weight, strict=True):
        np.testing.assert_allclose(a, np.asarray(b), rtol=rtol, atol=rtol / 10)
    return ours


def all_gradients(layer: Any) -> Iterator[np.ndarray]:
    """Gradients in the order of Keras' trainable variables."""
    yield from (layer.gradients[name] for name in layer.weights)
