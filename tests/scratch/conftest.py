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
def disagreement() -> Any:
    """Function (layer of Keras, rows, training=False) -> how far ours is from it, see below."""
    return _disagreement


def _randomised(layer: Any, shape: tuple[int, ...], seed: int = 0) -> Any:
    """The layer of Keras, built for rows of `shape` and with every weight drawn anew."""
    random = np.random.default_rng(seed)
    layer.build((None, *shape))
    for variable in layer.weights:
        values = random.normal(0, 0.7, variable.shape)
        variable.assign(np.abs(values) + 0.1 if "variance" in variable.name else values)
    return layer


def _disagreement(layer: Any, x: np.ndarray, *, training: bool = False) -> float:
    """Largest difference between the glass box and Keras, of outputs and of all gradients.

    `layer` is a built layer of Keras, `x` its rows (batch, ...), float64 or int codes. The
    gradients are those of sum(outputs * c) with random c. A difference is told in units of what is
    allowed, 1e-9 of the number and a little near zero; shapes that differ are infinitely far.
    """
    ours, x = _taken(layer), jnp.asarray(x)
    trained = [v.value for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]
    chosen = {"training": True} if training else {}
    found = ours(np.array(x, float), training=training)
    mine = found if isinstance(found, tuple) else (found,)
    random = np.random.default_rng(1)
    weights = tuple(random.normal(size=a.shape) for a in mine)

    def scalar(trained: Any, x: Any) -> Any:
        out = layer.stateless_call(trained, fixed, x, **chosen)[0]
        out = tuple(out) if isinstance(out, list | tuple) else (out,)
        return sum((o * w).sum() for o, w in zip(out, weights, strict=True)), out

    is_code = np.issubdtype(x.dtype, np.integer)
    # one program: eager operations compile one by one
    slopes = jax.jit(jax.grad(scalar, 0 if is_code else (0, 1), has_aux=True))
    by_weight, theirs = slopes(trained, x)
    d_inputs = ours.backward(*weights)
    gaps = [_gap(a, b, 1e-11) for a, b in zip(mine, theirs, strict=True)]
    if not is_code:
        by_weight, by_input = by_weight
        gaps.append(_gap(d_inputs, by_input, 1e-10))
    gradients = [ours.gradients[name] for name in ours.weights]  # in the order of Keras
    gaps += [_gap(a, b, 1e-10) for a, b in zip(gradients, by_weight, strict=True)]
    return max(gaps)


def _gap(ours: Any, theirs: Any, near_zero: float) -> float:
    """Largest difference of two arrays, in units of what is allowed."""
    theirs = np.asarray(theirs)
    if np.shape(ours) != theirs.shape or theirs.dtype != np.float64:
        return float("inf")
    gap = np.abs(ours - theirs) / (near_zero + 1e-9 * np.abs(theirs))
    return float(np.nan_to_num(gap, nan=np.inf).max(initial=0.0))
