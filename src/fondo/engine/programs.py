"""Compiled loops over batches, shared by all steps of one signature in this process.

Where rows come from, and in which order, is in `feeds`; how long to go on, in `train`.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.backend import jax, jnp, lax
from fondo.engine.examples import Block
from fondo.engine.step import State, Step

_LIMIT = 64  # programs kept; the least recently used one goes first


@dataclass(frozen=True)
class Chunk:
    """Rows on the device and the order to visit them in.

    Parameters
    ----------
    data : (inputs, target, weight), arrays of (rows, ...)
        Rows, filled up with repeated ones to a bucket size.
    grid : int32 array (steps, batch)
        Which row stands where; entries from `n_rows` on (in reading order) count nothing.
    n_rows : int
        Entries of the grid that count; steps without any are not run.
    first : int, default=0
        Steps of the epoch before this chunk.
    """

    data: Block
    grid: Any
    n_rows: int
    first: int = 0

    @property
    def steps(self) -> int:
        """Steps that have a row to learn from."""
        return -(-self.n_rows // int(self.grid.shape[1]))


Logs = dict[str, np.ndarray[Any, Any]]
"""Sums over rows, one (steps,) array of float32 an entry; "weight" divides the others."""


def bucket(n: int) -> int:
    """Smallest of 1, 1.25, 1.5, 1.75 times a power of two that is a whole number of at least n.

    Rows are filled up to such sizes, so that data sets of nearly equal length share programs and
    at most a quarter is added.

    Examples
    --------
    >>> [bucket(n) for n in (1, 3, 5, 11, 129, 4097)]
    [1, 3, 5, 12, 160, 5120]
    """
    power = 1 << max(n.bit_length() - 1, 0)
    quarters = -(-4 * n // power)  # of the power: 4 to 8
    return -(-quarters * power // 4)


class Programs:
    """Compiled programs by name, signature and shapes; counts how many had to be compiled."""

    def __init__(self, limit: int = _LIMIT) -> None:
        self.limit = limit
        self.compiled = 0
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, name: str, signature: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Program of `function` for arguments of these shapes, compiled unless it is there."""
        leaves, tree = jax.tree.flatten(arguments)
        shapes = tuple((np.shape(leaf), np.dtype(_dtype(leaf)).name) for leaf in leaves)
        key = (name, signature, tree, shapes)
        with self._lock:
            if key not in self._kept:
                # compiled ahead of time, since a jitted function would keep its network alive
                self._kept[key] = jax.jit(function).lower(*arguments).compile()
                self.compiled += 1
                while len(self._kept) > self.limit:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def clear(self) -> None:
        """Forget all programs."""
        with self._lock:
            self._kept.clear()


programs = Programs()
"""The programs of this process."""


class Loop:
    """A pass over chunks of rows of one shape as one compiled program.

    Parameters
    ----------
    step : Step
        What is repeated.
    state : State
        Its state, for the shapes.
    chunk : Chunk
        Rows, for the shapes; every later chunk has the same.
    learn : bool
        Whether each batch updates the state, or is only evaluated.
    """

    def __init__(self, step: Step, state: State, chunk: Chunk, *, learn: bool) -> None:
        self._program = programs.get(
            "learn" if learn else "evaluate",
            step.signature,
            _learning(step) if learn else _evaluation(step),
            *(state, *_arguments(chunk), np.zeros(2, np.uint32)),
        )

    def run(self, state: State, chunk: Chunk, key: Any) -> tuple[State, Any]:
        """State after the chunk (empty where nothing is learnt) and its logs, still on the device.

        `key` is (2,) uint32; step i of the epoch gets the i-th key folded from it.
        """
        after, logs = self._program(state, *_arguments(chunk), key)
        return after, logs


def read_logs(logs: Any, chunk: Chunk) -> Logs:
    """Sums over rows of each step that ran, by name; waits until the device is done."""
    return {name: np.asarray(values)[: chunk.steps] for name, values in logs.items()}


Body = Callable[[Any, Any, Any], tuple[Any, Any]]
"""(carried, batch, key) -> (carried, log)."""


def _learning(step: Step) -> Callable[..., tuple[Any, Any]]:
    def loop(state: State, *rest: Any) -> tuple[Any, Any]:
        return _loop(step.step, state, *rest)

    return loop


def _evaluation(step: Step) -> Callable[..., tuple[Any, Any]]:
    def loop(state: State, *rest: Any) -> tuple[Any, Any]:
        # the state is not carried, so that it is neither copied nor given back
        return _loop(lambda carried, batch, key: (carried, step.evaluate(state, batch)), {}, *rest)

    return loop


def _loop(
    body: Body, carried: Any, data: Block, grid: Any, n_rows: Any, first: Any, key: Any
) -> tuple[Any, Any]:
    """Loop over the steps of a chunk; their number is not known to the compiler."""
    limit, batch = grid.shape

    def one(carried: Any, i: Any) -> tuple[Any, Any]:
        rows = lax.dynamic_index_in_dim(grid, i, keepdims=False)  # (B,)
        # the grid is made by us: no need to look for rows out of range
        inputs, target, weight = jax.tree.map(
            lambda array: array.at[rows].get(mode="promise_in_bounds"), data
        )
        real = i * batch + jnp.arange(batch) < n_rows
        # nothing behind the barrier depends on the number of rows: the same bits for any chunk
        gathered = lax.optimization_barrier((inputs, target, weight * real))
        return body(carried, gathered, jax.random.fold_in(jax.random.wrap_key_data(key), first + i))

    def turn(i: Any, carry: tuple[Any, Any]) -> tuple[Any, Any]:
        after, log = one(carry[0], i)
        line = jnp.stack([log[name] for name in names])
        return after, lax.dynamic_update_index_in_dim(carry[1], line, i, 0)

    one = jax.jit(one)  # traced once, though its log's names are wanted before the loop
    names = sorted(jax.eval_shape(one, carried, jnp.int32(0))[1])
    steps = (n_rows + batch - 1) // batch
    logs = jnp.zeros((limit, len(names)), jnp.float32)
    start = np.int32(0)  # a plain 0 would be weakly typed, and `one` traced again for it
    carried, logs = lax.fori_loop(start, steps, turn, (carried, logs))
    return carried, {name: logs[:, k] for k, name in enumerate(names)}


def _arguments(chunk: Chunk) -> tuple[Any, ...]:
    return chunk.data, chunk.grid, np.int32(chunk.n_rows), np.int32(chunk.first)


def _dtype(leaf: Any) -> Any:
    return getattr(leaf, "dtype", None) or np.asarray(leaf).dtype
