"""Keras' GRU, trained faster: one product for all steps in front of the loop, one behind it.

Same arguments, same weights, same values. What a step computes is written out in `GRU`.
"""

from typing import Any

import numpy as np

from fondo.backend import jax, jnp, keras_class, lax
from fondo.layers.base import serializable

_KerasGRU: Any = keras_class("layers", "GRU")
_Initializer: Any = keras_class("initializers", "Initializer")


@serializable
class Orthogonal(_Initializer):  # type: ignore[misc]
    """Rows, or columns, of a random orthogonal matrix, made without a compiler.

    Keras' own takes JAX some seconds to compile for each shape.

    Parameters
    ----------
    seed : int
        Same seed, same numbers.

    References
    ----------
    Saxe, McClelland, Ganguli (2014), Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks, section 3; Mezzadri (2007) for the sign.

    Examples
    --------
    >>> drawn = Orthogonal(seed=1)((3, 9))
    >>> bool(np.allclose(drawn @ drawn.T, np.eye(3), atol=1e-6))
    True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Numbers of this shape (rows, columns), float32."""
        rows, columns = shape
        long, short = max(rows, columns), min(rows, columns)
        found, triangle = np.linalg.qr(np.random.default_rng(self.seed).normal(size=(long, short)))
        found = found * np.sign(np.diag(triangle))
        return np.asarray(found if rows == long else found.T, np.float32)

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild it."""
        return {"seed": self.seed}


@serializable
class GRU(_KerasGRU):  # type: ignore[misc]
    """Gated recurrent unit over time.

        z = sigmoid(W_z x + U_z h),  r = sigmoid(W_r x + U_r h)
        c = tanh(W_c x + r * (U_c h))          reset_after=True, the default of Keras and torch
        c = tanh(W_c x + U_c (r * h))          reset_after=False, the paper's
        h' = z h + (1 - z) c

    Notes
    -----
    (batch, time, features) -> (batch, time, units) or (batch, units); arguments, weights and
    configuration of `keras.layers.GRU`. With a mask, recurrent dropout, other activations, or
    without biases, it is Keras' own.

    Two things make it faster in a compiled step. What a step takes from its input is one matrix
    product for all steps, before the loop. And the gradient of U, which automatic differentiation
    adds up step by step, in each of them reading and writing all of U, is one product of all
    steps, after the loop back.

    References
    ----------
    Cho et al. (2014), Learning Phrase Representations using RNN Encoder-Decoder, section 2.3.
    """

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: bool = False
    ) -> Any:
        """Last output, outputs and states, as Keras' layer has them."""
        if not self._plain(mask):
            return super().inner_loop(sequences, initial_state, mask, training=training)
        before = initial_state[0] if isinstance(initial_state, list | tuple) else initial_state
        cell = self.cell
        if training and self.dropout:
            dropped = cell.get_dropout_mask(sequences[:, 0, :])
            sequences = sequences * jnp.expand_dims(dropped, 1)
        kernel, recurrent, bias = (
            jnp.asarray(v.value) for v in (cell.kernel, cell.recurrent_kernel, cell.bias)
        )
        inner = bias[1] if cell.reset_after else jnp.zeros_like(bias)
        outer = bias[0] if cell.reset_after else bias
        steps = jnp.moveaxis(sequences, 1, 0)  # (T, B, F)
        if self.go_backwards:
            steps = steps[::-1]
        sums = (steps.reshape(-1, steps.shape[-1]) @ kernel + outer).reshape(*steps.shape[:2], -1)
        outputs = gated(sums, before, recurrent, inner, reset_after=cell.reset_after)
        last = outputs[-1]
        outputs = jnp.moveaxis(outputs, 0, 1) if self.return_sequences else last[:, None]
        return last, outputs, [last]

    def _plain(self, mask: Any) -> bool:
        """Whether this is the unit that is written out here."""
        cell = self.cell
        names = (
            getattr(cell.activation, "__name__", ""),
            getattr(cell.recurrent_activation, "__name__", ""),
        )
        return (
            mask is None
            and not self.unroll
            and not self.recurrent_dropout
            and self.use_bias
            and names == ("tanh", "sigmoid")
            and cell.compute_dtype == "float32"
        )


def gated(sums: Any, before: Any, recurrent: Any, inner: Any, *, reset_after: bool) -> Any:
    """States of gated recurrent units, step by step.

    Parameters
    ----------
    sums : float array (time, batch, 3 units)
        What the inputs add to z, r and c, biases included.
    before : float array (batch, units)
        State before the first step.
    recurrent : float array (units, 3 units)
        U, as Keras keeps it.
    inner : float array (3 units,)
        Biases that stand beside U; with `reset_after` that of c is reset with it.
    reset_after : bool
        Which of the two units.

    Returns
    -------
    states : float array (time, batch, units)
    """
    loop = _after if reset_after else _first
    return loop(sums, before, recurrent, inner)


# ---- reset after the product


@jax.custom_vjp  # type: ignore[untyped-decorator]
def _after(sums: Any, before: Any, recurrent: Any, inner: Any) -> Any:
    return _after_forth(sums, before, recurrent, inner)[0]


def _after_forth(sums: Any, before: Any, recurrent: Any, inner: Any) -> Any:
    units = before.shape[-1]

    def step(state: Any, arrived: Any) -> Any:
        own = state @ recurrent + inner
        gates = jax.nn.sigmoid(arrived[:, : 2 * units] + own[:, : 2 * units])
        z, r, held = gates[:, :units], gates[:, units:], own[:, 2 * units :]
        c = jnp.tanh(arrived[:, 2 * units :] + r * held)
        new = z * state + (1 - z) * c
        return new, (new, z, r, c, held)

    _, (states, z, r, c, held) = lax.scan(step, before, sums)
    return states, (z, r, c, held, states, before, recurrent)


def _after_back(kept: Any, slope: Any) -> Any:
    z, r, c, held, states, before, recurrent = kept
    earlier = jnp.concatenate([before[None], states[:-1]])
    turned = recurrent.T

    def step(coming: Any, at: Any) -> Any:
        slope, z, r, c, held, old = at
        total = coming + slope
        dc = total * (1 - z) * (1 - c * c)
        dz = total * (old - c) * z * (1 - z)
        dr = dc * held * r * (1 - r)
        arrived = jnp.concatenate([dz, dr, dc], -1)
        own = jnp.concatenate([dz, dr, dc * r], -1)
        return total * z + own @ turned, (arrived, own)

    first, (arrived, own) = lax.scan(
        step, jnp.zeros_like(before), (slope, z, r, c, held, earlier), reverse=True
    )
    return arrived, first, _product(earlier, own), own.sum((0, 1))


_after.defvjp(_after_forth, _after_back)


# ---- reset before the product


@jax.custom_vjp  # type: ignore[untyped-decorator]
def _first(sums: Any, before: Any, recurrent: Any, inner: Any) -> Any:
    return _first_forth(sums, before, recurrent, inner)[0]


def _first_forth(sums: Any, before: Any, recurrent: Any, inner: Any) -> Any:
    units = before.shape[-1]
    sums = sums + inner
    of_gates, of_change = recurrent[:, : 2 * units], recurrent[:, 2 * units :]

    def step(state: Any, arrived: Any) -> Any:
        gates = jax.nn.sigmoid(arrived[:, : 2 * units] + state @ of_gates)
        z, r = gates[:, :units], gates[:, units:]
        c = jnp.tanh(arrived[:, 2 * units :] + (r * state) @ of_change)
        new = z * state + (1 - z) * c
        return new, (new, z, r, c)

    _, (states, z, r, c) = lax.scan(step, before, sums)
    return states, (z, r, c, states, before, recurrent)


def _first_back(kept: Any, slope: Any) -> Any:
    z, r, c, states, before, recurrent = kept
    units = before.shape[-1]
    earlier = jnp.concatenate([before[None], states[:-1]])
    of_gates, of_change = recurrent[:, : 2 * units].T, recurrent[:, 2 * units :].T

    def step(coming: Any, at: Any) -> Any:
        slope, z, r, c, old = at
        total = coming + slope
        dc = total * (1 - z) * (1 - c * c)
        dz = total * (old - c) * z * (1 - z)
        held = dc @ of_change  # slope of r * old
        dr = held * old * r * (1 - r)
        gates = jnp.concatenate([dz, dr], -1)
        return total * z + held * r + gates @ of_gates, jnp.concatenate([gates, dc], -1)

    first, arrived = lax.scan(step, jnp.zeros_like(before), (slope, z, r, c, earlier), reverse=True)
    slopes = [
        _product(earlier, arrived[..., : 2 * units]),
        _product(r * earlier, arrived[..., 2 * units :]),
    ]
    return arrived, first, jnp.concatenate(slopes, -1), arrived.sum((0, 1))


_first.defvjp(_first_forth, _first_back)


def _product(states: Any, slopes: Any) -> Any:
    """Sum over steps and rows of states (T, B, n) times slopes (T, B, m): (n, m)."""
    return states.reshape(-1, states.shape[-1]).T @ slopes.reshape(-1, slopes.shape[-1])
