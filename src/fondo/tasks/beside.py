"""Many fits of tasks side by side: each as `fit` would make it, at a fraction of the price.

What the fits have in common is done once: reading, encoding of the same rows in the same way, the
building of networks of one form, compiling. How runs share the device is in `engine.beside`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fondo.engine.beside import Member, member, train_beside
from fondo.engine.examples import Examples
from fondo.engine.knobs import at_rest
from fondo.engine.signatures import remembered
from fondo.engine.step import Supervised
from fondo.engine.train import Outcome
from fondo.errors import FondoError
from fondo.judge.answers import Answers
from fondo.tasks.codec import settings_to_json
from fondo.tasks.rows import Part, split_part
from fondo.tasks.run import Run


@dataclass(frozen=True)
class Ask:
    """A fit that is asked for.

    Parameters
    ----------
    task : Task
        Not fitted, with its settings; it will hold what was learnt.
    part : Part
        Rows to learn from, read; its groups keep training and validation rows apart.
    place : object
        Names the rows: asks of one place have the very same part and test.
    test : Part or None, default=None
        Rows to be answered by the fitted task.
    """

    task: Any
    part: Part
    place: Any = None
    test: Part | None = None


Judge = Callable[[Ask, Answers | None], Any]
"""(ask, answers to its test rows) -> value. The task of the ask is fitted, and answers only until
this returns: its network is another's then."""

Pool = Callable[[Sequence[Ask], Judge], list[Any]]
"""Who does the work of `fit_beside` elsewhere: other processes, other machines."""


def fit_beside(
    asks: Sequence[Ask], judge: Judge, *, on: Pool | None = None, **options: Any
) -> list[Any]:
    """Fit all, judge each as it ends, and give what the judge said.

    Parameters
    ----------
    asks : sequence of Ask
        In any mixture of tasks, settings and rows.
    judge : callable (Ask, Answers or None) -> value
        Called once a fit, one at a time, in the order in which they end.
    on : callable (asks, judge) -> values, default=None
        Does the work in place of this process, see `fondo.cluster`.
    **options : object
        Passed on to `train_beside`.

    Returns
    -------
    values : list
        One an ask, in order. Where a fit came to nothing it is the `FondoError` that says why:
        settings that cannot be, rows that cannot be learnt from, a loss that went to infinity.
    """
    if on is not None:
        return on(asks, judge)
    kitchen = _Kitchen()
    values: list[Any] = [None] * len(asks)
    places: list[int] = []

    def members() -> Iterator[Member]:
        for place, ask in enumerate(asks):
            try:
                made = kitchen.member(ask)
            except FondoError as error:
                values[place] = error
            else:
                places.append(place)
                yield made

    def ended(k: int, outcome: Any) -> None:
        place = places[k]
        if not isinstance(outcome, Outcome):
            values[place] = outcome
            return
        try:
            values[place] = judge(asks[place], kitchen.finish(asks[place], outcome))
        except FondoError as error:
            values[place] = error
        finally:
            asks[place].task._lent = None

    with remembered():
        train_beside(members(), done=ended, **options)
    return values


def portions(asks: Sequence[Ask], count: int) -> list[list[int]]:
    """Places of asks in about `count` portions, those that share a program together.

    Examples
    --------
    >>> import fondo
    >>> asks = [
    ...     Ask(fondo.TableRegressor(learning_rate=rate, loss=loss), Part(None, None))
    ...     for rate in (0.1, 0.2)
    ...     for loss in ("mse", "mae")
    ... ]
    >>> portions(asks, 2)
    [[0, 2], [1, 3]]
    """
    alike: dict[str, list[int]] = {}
    for place, ask in enumerate(asks):
        alike.setdefault(_form(ask.task), []).append(place)
    most = max(1, -(-len(asks) // count))
    return [
        places[first : first + most]
        for places in alike.values()
        for first in range(0, len(places), most)
    ]


def _form(task: Any) -> str:
    """Settings that may make another program; equal forms most often share one."""
    settings = {k: v for k, v in settings_to_json(task).items() if k != "learning_rate"}
    return f"{type(task).__name__} {json.dumps(settings, sort_keys=True, default=repr)}"


@dataclass
class _Ready:
    """What fits of the same rows, encoded the same way, have in common."""

    learned: dict[str, Any]
    training: Part
    held: Part | None
    examples: Examples
    held_examples: Examples | None
    test_inputs: Any = field(default=None)


class _Kitchen:
    """Prepares members, sharing encoded rows, networks and steps."""

    def __init__(self) -> None:
        self._ready: dict[Any, _Ready] = {}
        self._networks: dict[Any, Any] = {}
        self._steps: dict[Any, Supervised] = {}
        self._used: dict[int, tuple[Any, _Ready]] = {}  # of the task with that id

    def member(self, ask: Ask) -> Member:
        """A run that is ready to go."""
        task = ask.task
        task._check_settings()
        ready = self._encoded(ask)
        examples = ready.examples.weighed(task.weights(ready.training))
        held = ready.held_examples
        if held is not None and ready.held is not None:
            held = held.weighed(task.weights(ready.held))
        plan = task.plan(examples.n_rows, Run())
        task.plan_ = {"batch_size": plan.batch_size, "rows": examples.n_rows}
        with at_rest():  # the runs that went before may just be compiled
            step = self._step(task)
            self._used[id(task)] = step.network, ready
            return member(step, examples, held, plan)

    def finish(self, ask: Ask, outcome: Outcome) -> Answers | None:
        """Fill the task with what its run found; its answers to the test rows."""
        task, (network, ready) = ask.task, self._used.pop(id(ask.task))
        task.network_, task._lent = network, outcome.state
        task.history_, task.best_epoch_ = outcome.history, outcome.best_epoch
        task.n_validation_ = 0 if ready.held_examples is None else ready.held_examples.n_rows
        inputs = None if ready.held_examples is None else ready.held_examples.inputs
        task.finish(ready.training, ready.held, inputs)
        if ask.test is None:
            return None
        if ready.test_inputs is None:
            ready.test_inputs = task.encode(ask.test.X)
        answers: Answers = task.decode(task.outputs_of(ready.test_inputs))
        answers = task.in_units(answers, ask.test.X)
        return answers

    def _encoded(self, ask: Ask) -> _Ready:
        task = ask.task
        key = (ask.place, type(task), task.encoding_key())
        if ask.place is None or key not in self._ready:
            before, given = set(vars(task)), ask.part
            X, y = task.read(given.X, given.y, fitting=True)
            training, held = split_part(task, replace(given, X=X, y=y), given.groups)
            task.learn(training.X, training.y)
            learned = {name: value for name, value in vars(task).items() if name not in before}
            held_examples = None if held is None else task.examples(held)
            ready = _Ready(learned, training, held, task.examples(training), held_examples)
            if ask.place is None:
                return ready
            self._ready[key] = ready
        for name, value in self._ready[key].learned.items():
            setattr(task, name, value)
        return self._ready[key]

    def _step(self, task: Any) -> Supervised:
        """Step of the task; those that differ in numbers alone have one, set anew for each."""
        key, name = task.network_key(), task.optimizer
        if key is None:
            fresh: Supervised = task.step(task.network())
            return fresh
        network = self._network(task, (type(task), key))
        objective = task.objective()
        if not isinstance(name, str | None):
            own: Supervised = task.step(network)
            return own
        rate = task.learning_rate
        alike = (type(task), key, objective.signature, name, rate is None)
        if alike not in self._steps:
            self._steps[alike] = task.step(network)
        step = self._steps[alike]
        if rate is not None:
            step.optimizer.learning_rate = float(rate)
        return step

    def _network(self, task: Any, key: Any) -> Any:
        """Network of the task's form with the weights that a fresh one has."""
        if key not in self._networks:
            self._networks[key] = task.network()
        network = self._networks[key]  # runs take copies of its weights and leave it as it is
        task.renew(network)
        return network
