"""A whole training run, many epochs with their validation, as one compiled program.

The epochs are those of `train`, batch for batch; what is left out is what a person watches
meanwhile. Which runs go side by side is in `beside`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from fondo.backend import jax, jnp, lax
from fondo.engine.programs import Body, _loop
from fondo.engine.step import State, Step

FOREVER = np.int32(2**31 - 1)  # patience that never ends


Carry = dict[str, Any]
"""Where a run stands: state, best weights, counters; a tree of arrays."""


def start(step: Step, state: State) -> Carry:
    """Carry of a run before its first epoch."""
    return {
        "state": state,
        "best": step.weights(state),
        "best_epoch": np.int32(0),
        "best_value": np.float32(np.nan),
        "epoch": np.int32(0),
        "failed": np.bool_(False),
    }


def segment(step: Step, body: Body, names: tuple[str, ...], held: bool) -> Callable[..., Any]:
    """Function that carries a run on by some epochs, to be compiled.

    Parameters
    ----------
    step : Step
        What is repeated.
    body : callable
        `step.step`, jitted: it has been traced once when its names were asked for.
    names : tuple of str
        Entries of its log but the weight, sorted.
    held : bool
        Whether there are validation rows; they are then what is watched.

    Returns
    -------
    run : callable (carry, data, orders, keys, n_rows, ends, held_rows) -> (carry, logs)
        `orders` (epochs, steps, batch) int32 and `keys` (epochs, 2) uint32 are those of the next
        epochs; `ends` is (first, last, patience): epochs done before, epochs in all, and how many
        may pass without a better value. `logs` is (epochs, names, 2): means over the training
        rows and over the validation rows. A run that is over, or has failed, stays as it is.
    """

    def run(
        carry: Carry, data: Any, orders: Any, keys: Any, n_rows: Any, ends: Any, held_rows: Any
    ) -> tuple[Carry, Any]:
        first, last, patience = ends
        limit = orders.shape[0]

        def going(both: tuple[Carry, Any]) -> Any:
            c = both[0]
            patient = c["epoch"] - c["best_epoch"] < patience
            inside = (c["epoch"] - first < limit) & (c["epoch"] < last)
            return inside & patient & ~c["failed"]

        def epoch(both: tuple[Carry, Any]) -> tuple[Carry, Any]:
            c, logs = both
            k = c["epoch"] - first
            state, seen = _loop(body, c["state"], data, orders[k], n_rows, 0, keys[k])
            line = _means(seen, names)
            other = _means(_validated(step, state, held_rows), names) if held else line
            return _ended(step, names, c, (state, line, other)), logs.at[k].set(
                jnp.stack([line, other], axis=1)
            )

        empty = jnp.full((limit, len(names), 2), jnp.nan, jnp.float32)
        found: tuple[Carry, Any] = lax.while_loop(going, epoch, (carry, empty))
        return found

    return run


def _ended(step: Step, names: tuple[str, ...], c: Carry, epoch: tuple[State, Any, Any]) -> Carry:
    """Carry after an epoch: its state, and its means of training and of validation rows."""
    state, line, other = epoch
    value, sign = other[names.index(step.watch)], 1.0 if step.mode == "min" else -1.0
    fine = jnp.isfinite(line).all() & jnp.isfinite(other).all()
    better = fine & (jnp.isnan(c["best_value"]) | (sign * value < sign * c["best_value"]))
    return {
        "state": state,
        "best": _where(better, step.weights(state), c["best"]),
        "best_epoch": jnp.where(better, c["epoch"] + 1, c["best_epoch"]),
        "best_value": jnp.where(better, value, c["best_value"]),
        "epoch": c["epoch"] + 1,
        "failed": ~fine,
    }


def log_names(body: Body, state: State, data: Any, batch_size: int) -> tuple[str, ...]:
    """Entries of the log of a jitted step but the weight, sorted."""

    def rows(array: Any) -> Any:
        return jax.ShapeDtypeStruct((batch_size, *array.shape[1:]), array.dtype)

    key = jax.eval_shape(lambda: jax.random.key(0))
    log = jax.eval_shape(body, state, jax.tree.map(rows, data), key)[1]
    return tuple(sorted(set(log) - {"weight"}))


def _validated(step: Step, state: State, held_rows: Any) -> Any:
    data, grid, n_rows = held_rows

    def one(carried: Any, batch: Any, key: Any) -> tuple[Any, Any]:
        return carried, step.evaluate(state, batch)

    return _loop(one, {}, data, grid, n_rows, 0, np.zeros(2, np.uint32))[1]


def _means(logs: Any, names: tuple[str, ...]) -> Any:
    """Mean over rows of each entry (names,); NaN without rows."""
    total = logs["weight"].sum()
    return jnp.stack([logs[name].sum() for name in names]) / total


def _where(condition: Any, yes: Any, no: Any) -> Any:
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), yes, no)
