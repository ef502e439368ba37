"""Many training runs side by side: folds, seeds, and settings that change no shape.

Runs of equal shape share one compiled program of whole epochs (see `whole`). How they share the
device is decided here, in one place: on a CPU one thread a core walks through the runs one by
one, on a GPU `vmap` makes one batch of them. Measured on two cores, 100 runs of a small network
take about as long either way, and `vmap` takes three times as long to compile.
"""

import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from fondo.backend import jax
from fondo.engine.examples import Array, Examples
from fondo.engine.feeds import epoch_key, epoch_order, filled
from fondo.engine.plan import Plan
from fondo.engine.programs import Body, bucket, programs
from fondo.engine.step import State, Step
from fondo.engine.train import Outcome, evaluation_rows, initial_key
from fondo.engine.whole import FOREVER, Carry, log_names, segment, start
from fondo.errors import BadParameter, TrainingFailed

Way = Literal["threads", "vmap"]
BUDGET = 1 << 30  # bytes of the runs that are on the device at a time, their shared rows apart
_ORDERS = 1 << 25  # bytes of the orders of epochs that are drawn ahead for one run


@dataclass(frozen=True)
class Member:
    """One of the runs; made by `member`.

    Parameters
    ----------
    step, examples, validation, plan
        As `train` takes them; checkpoints, callbacks and memory budget of the plan are not used.
    state : State
        Where it starts.
    rows : int array (n,) or None, default=None
        The examples it learns from, as if there were no others; members share what they do not
        all see. None is all of them.
    """

    step: Step
    examples: Examples
    validation: Examples | None
    plan: Plan
    state: State
    rows: Array | None = None

    @property
    def n_rows(self) -> int:
        """Rows that it learns from."""
        return self.examples.n_rows if self.rows is None else len(self.rows)


def member(
    step: Step,
    examples: Examples,
    validation: Examples | None,
    plan: Plan,
    rows: Array | None = None,
) -> Member:
    """Run from the step's own start; what is changed in its network later changes nothing.

    Raises
    ------
    BadParameter
        `rows` are none, or not places in the examples.
    """
    if rows is not None:
        rows = np.asarray(rows)
        whole = rows.ndim == 1 and rows.dtype.kind in "iu" and len(rows)
        if not whole or rows.min() < 0 or rows.max() >= examples.n_rows:
            raise BadParameter(
                f"member(rows=...): rows must be places of examples, at least one, each from 0 to "
                f"{examples.n_rows - 1}. Found shape {rows.shape}, type {rows.dtype}."
            )
    return Member(step, examples, validation, plan, step.init(initial_key(plan.seed)), rows)


def train_beside(
    members: Iterable[Member],
    *,
    way: Way | None = None,
    budget: int = BUDGET,
    threads: int | None = None,
    done: Callable[[int, Outcome | TrainingFailed], None] | None = None,
) -> list[Outcome | TrainingFailed]:
    """Train all members; each comes out as `train` would bring it out alone, to float tolerance.

    Parameters
    ----------
    members : iterable of Member
        In any mixture: those of one shape share a program. Threads begin with the first while
        the next ones are still being made.
    way : {"threads", "vmap"} or None, default=None
        How runs share the device; None goes by the device.
    budget : int, default=1 GiB
        Bytes that runs may take at a time beside the rows they share; at least one run goes.
    threads : int or None, default=None
        Runs at a time where they go by threads; None is one a processor.
    done : callable (place, outcome) or None, default=None
        Told of each member as it ends, from whichever thread that happens in, one at a time.

    Returns
    -------
    outcomes : list of Outcome or TrainingFailed
        In the order of the members. A run whose loss was not finite is a `TrainingFailed`, and
        the others go on. Outcomes have no hashes; an epoch's seconds are those of its segment,
        evenly shared.

    Raises
    ------
    BadParameter
        Unknown way, or a step that watches what it does not log.
    """
    if way not in (None, "threads", "vmap"):
        raise BadParameter(f"train_beside(way={way!r}): way must be 'threads' or 'vmap'.")
    if way is None:
        way = "threads" if jax.default_backend() == "cpu" else "vmap"
    shelf = _Shelf()
    found: dict[int, Outcome | TrainingFailed] = {}

    def ended(place: int, outcome: Outcome | TrainingFailed) -> None:
        found[place] = outcome
        if done is not None:
            done(place, outcome)

    if way == "threads":
        _by_threads(members, shelf, ended, threads or os.cpu_count() or 1)
    else:
        members = list(members)
        for places in _batches(members, budget):
            if len(places) == 1:
                ended(places[0], _alone(members[places[0]], shelf))
            else:
                _by_vmap(members, places, shelf, ended)
    return [found[place] for place in sorted(found)]


def _by_threads(
    members: Iterable[Member], shelf: "_Shelf", ended: Callable[..., None], threads: int
) -> None:
    """Some runs at a time; each end is told by its own thread, one at a time."""
    turn = threading.Lock()

    def run(place: int, each: Member) -> None:
        outcome = _alone(each, shelf)
        with turn:
            ended(place, outcome)

    with ThreadPoolExecutor(threads, thread_name_prefix="fondo-run") as pool:
        try:
            for future in [pool.submit(run, *pair) for pair in enumerate(members)]:
                future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _alone(each: Member, shelf: "_Shelf") -> Outcome | TrainingFailed:
    """One run, some epochs at a time."""
    parts = _Parts(each, shelf)
    program = programs.get("whole", parts.signature, parts.run, *parts.arguments(parts.carry))
    carry = parts.carry
    while not _over(carry, each.plan):
        begun, first = time.perf_counter(), int(carry["epoch"])
        carry, logs = program(*parts.arguments(carry))
        parts.note(np.asarray(logs), first, int(carry["epoch"]), time.perf_counter() - begun)
    return parts.outcome(carry)


def _by_vmap(
    members: Sequence[Member], places: Sequence[int], shelf: "_Shelf", ended: Callable[..., None]
) -> None:
    """Runs of one shape as one batch, until the last of them is over."""
    parts = [_Parts(members[place], shelf) for place in places]
    carries = [each.carry for each in parts]
    program = None
    while any(not _over(c, p.member.plan) for c, p in zip(carries, parts, strict=True)):
        firsts = [int(c["epoch"]) for c in carries]
        each = [p.arguments(c) for p, c in zip(parts, carries, strict=True)]
        axes, stacked = _stacked(each)
        begun = time.perf_counter()
        if program is None:
            batched = jax.vmap(parts[0].run, in_axes=axes)
            signature = f"{parts[0].signature}|{axes}"
            program = programs.get("whole, batched", signature, batched, *stacked)
        after, logs = program(*stacked)
        seconds = (time.perf_counter() - begun) / len(parts)
        carries = [jax.tree.map(lambda a, k=k: a[k], after) for k in range(len(parts))]
        for k, (p, c) in enumerate(zip(parts, carries, strict=True)):
            p.note(np.asarray(logs[k]), firsts[k], int(c["epoch"]), seconds)
    for place, p, c in zip(places, parts, carries, strict=True):
        ended(place, p.outcome(c))


def _stacked(each: list[tuple[Any, ...]]) -> tuple[Any, tuple[Any, ...]]:
    """Arguments of several runs as one: what they share once, the rest along a new first axis."""
    flat = [jax.tree.flatten(arguments) for arguments in each]
    form = flat[0][1]
    columns = list(zip(*(leaves for leaves, _ in flat), strict=True))
    shared = [all(leaf is column[0] for leaf in column) for column in columns]
    leaves = [c[0] if s else np.stack(c) for c, s in zip(columns, shared, strict=True)]
    axes = [None if s else 0 for s in shared]
    return jax.tree.unflatten(form, axes), jax.tree.unflatten(form, leaves)


def _over(carry: Carry, plan: Plan) -> bool:
    epoch, best = int(carry["epoch"]), int(carry["best_epoch"])
    impatient = plan.patience is not None and epoch - best >= plan.patience
    return bool(carry["failed"]) or epoch >= plan.epochs or impatient


class _Parts:
    """What one run is made of, on the device, and what was seen of it so far."""

    def __init__(self, each: Member, shelf: "_Shelf") -> None:
        self.member, self.shelf, plan = each, shelf, each.plan
        batch = plan.batch_size
        self.limit = bucket(-(-each.n_rows // batch))
        length = bucket(-(-each.examples.n_rows // batch)) * batch
        data = shelf.put(each.examples.arrays, length)
        self.data, self.held = data, self._held_rows()
        body, self.names = shelf.body(each, data)
        if each.step.watch not in self.names:
            raise BadParameter(
                f"Objective(watch={each.step.watch!r}): it must be 'loss' or one of the metrics. "
                f"Found {list(self.names)}."
            )
        ahead = max(1, _ORDERS // (self.limit * batch * 4))
        self.ahead = min(plan.epochs, ahead)
        self.run = segment(each.step, body, self.names, self.held is not None)
        self.signature = f"{each.step.signature}|{self.held is not None}"
        self.carry = start(each.step, each.state)
        self.history: list[dict[str, Any]] = []

    def _held_rows(self) -> Any:
        held = self.member.validation
        if held is None:
            return None
        batch = evaluation_rows(self.member.step, self.member.plan.batch_size, held.n_rows)
        steps = bucket(-(-held.n_rows // batch))
        data = self.shelf.put(held.arrays, steps * batch)
        return data, self.shelf.grid(steps, batch), np.int32(held.n_rows)

    def arguments(self, carry: Carry) -> tuple[Any, ...]:
        """What the program takes for the epochs that come next."""
        plan, first = self.member.plan, int(carry["epoch"])
        orders, keys = self.shelf.orders(self.member, first, (self.ahead, self.limit))
        patience = FOREVER if plan.patience is None else np.int32(plan.patience)
        ends = (np.int32(first), np.int32(plan.epochs), patience)
        n_rows = np.int32(self.member.n_rows)
        return carry, self.data, orders, keys, n_rows, ends, self.held

    def note(self, logs: Array, first: int, last: int, seconds: float) -> None:
        """Keep the history of the epochs that ran."""
        for k in range(last - first):
            row: dict[str, Any] = {"epoch": first + k + 1}
            row |= {name: float(logs[k, j, 0]) for j, name in enumerate(self.names)}
            if self.held is not None:
                row |= {f"val_{name}": float(logs[k, j, 1]) for j, name in enumerate(self.names)}
            self.history.append(row | {"seconds": seconds / (last - first)})

    def outcome(self, carry: Carry) -> Outcome | TrainingFailed:
        """How the run ended."""
        if bool(carry["failed"]):
            row = {k: v for k, v in self.history[-1].items() if k != "seconds"}
            wrong = next(name for name, value in row.items() if not math.isfinite(value))
            return TrainingFailed(
                f"Epoch {len(self.history)}: {wrong} is {row[wrong]}. The step may be too large: "
                "try a smaller learning rate."
            )
        best = jax.tree.map(np.array, carry["best"])
        impatient = len(self.history) < self.member.plan.epochs
        stopped: Literal["epochs", "patience"] = "patience" if impatient else "epochs"
        return Outcome(best, self.history, int(carry["best_epoch"]), [], stopped)


class _Shelf:
    """Arrays on the device and orders of rows, each made once for all runs that share it."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}
        self._lock = threading.Lock()

    def put(self, arrays: Any, length: int) -> Any:
        """Rows filled up to a length by repeating them, on the device."""
        return jax.tree.map(lambda array: self._one(array, length), arrays)

    def grid(self, steps: int, batch: int) -> Any:
        """Rows in stored order."""
        return self._once(("grid", steps, batch), lambda: _grid(steps, batch))

    def orders(self, each: Member, first: int, shape: tuple[int, int]) -> Any:
        """Orders (epochs, steps, batch) and keys (epochs, 2) of the epochs from `first` on."""
        plan, rows = each.plan, each.rows
        name = ("orders", each.n_rows, plan.seed, plan.batch_size, first, *shape, id(rows))
        # the rows are kept too, so that no other ones can come to have their id
        return self._once(name, lambda: (_orders(each, first, shape), rows))[0]

    def body(self, each: Member, data: Any) -> tuple[Body, tuple[str, ...]]:
        """Step of one signature, jitted, and the entries of its log; traced once."""

        def make() -> Any:
            jitted = jax.jit(each.step.step)
            return jitted, log_names(jitted, each.state, data, each.plan.batch_size)

        made: tuple[Body, tuple[str, ...]] = self._once(("body", each.step.signature), make)
        return made

    def _one(self, array: Array, length: int) -> Any:
        # the array is kept with its copy, so that no other one can come to have its id
        rows = np.arange(length) % len(array)
        return self._once((id(array), length), lambda: (jax.device_put(array[rows]), array))[0]

    def _once(self, name: Any, make: Callable[[], Any]) -> Any:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = make()
            return self._kept[name]


def _grid(steps: int, batch: int) -> Any:
    return jax.device_put(np.arange(steps * batch, dtype=np.int32).reshape(steps, batch))


def _orders(each: Member, first: int, shape: tuple[int, int]) -> tuple[Array, Array]:
    (ahead, limit), plan, n_rows = shape, each.plan, each.n_rows
    steps = -(-n_rows // plan.batch_size)
    grids = np.zeros((ahead, limit, plan.batch_size), np.int32)
    keys = np.zeros((ahead, 2), np.uint32)
    for k in range(min(ahead, plan.epochs - first)):
        order = epoch_order(n_rows, plan.seed, first + k)
        order = order if each.rows is None else each.rows[order]
        grids[k, :steps] = filled(order, steps * plan.batch_size).reshape(steps, -1)
        keys[k] = epoch_key(plan.seed, first + k)
    return grids, keys


def _batches(members: Sequence[Member], budget: int) -> Iterator[list[int]]:
    """Places of runs that go together: of one shape, and no more than the budget holds."""
    groups: dict[Any, list[int]] = {}
    for place, each in enumerate(members):
        shapes = [
            (np.shape(leaf), np.asarray(leaf).dtype.name) for leaf in jax.tree.leaves(each.state)
        ]
        parts = (each.examples, each.validation)
        sizes = [None if p is None else _sizes(p, each.plan.batch_size) for p in parts]
        steps = bucket(-(-each.n_rows // each.plan.batch_size))
        told = str([shapes, sizes, steps])
        key = (each.step.signature, each.plan.batch_size, each.plan.epochs, told)
        groups.setdefault(key, []).append(place)
    for places in groups.values():
        one = members[places[0]]
        bytes_ = 6 * sum(np.asarray(leaf).nbytes for leaf in jax.tree.leaves(one.state))
        bytes_ += one.examples.nbytes if len({id(members[p].examples) for p in places}) > 1 else 0
        most = max(1, budget // max(1, bytes_))
        for first in range(0, len(places), most):
            yield places[first : first + most]


def _sizes(examples: Examples, batch: int) -> Any:
    """Shapes of the arrays and the bucket they are filled up to."""
    shapes = [array.shape[1:] for array in jax.tree.leaves(examples.arrays)]
    return bucket(-(-examples.n_rows // batch)), shapes
