"""Many fits of tasks side by side: each as `fit` would make it, at a fraction of the price.

What the fits have in common is done once: reading, encoding of the same rows in the same way, the
building of networks of one form, compiling. How runs share the device is in `engine.beside`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fondo.engine.beside import Member, member, train_beside
from fondo.engine.signatures import remembered
from fondo.engine.step import supervised
from fondo.engine.train import Outcome
from fondo.errors import FondoError
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
        Names the rows: asks of one place have the very same part.
    """

    task: Any
    part: Part
    place: Any = None


@dataclass
class _Ready:
    """What fits of the same rows, encoded the same way, have in common."""

    learned: dict[str, Any]
    training: Part
    held: Part | None
    examples: Any
    held_examples: Any


def fit_beside(
    asks: Sequence[Ask], judged: Callable[[int, Any], None], **options: Any
) -> list[FondoError | None]:
    """Fit all, and hand each to `judged` as it ends.

    Parameters
    ----------
    asks : sequence of Ask
        In any mixture of tasks, settings and rows.
    judged : callable (place in asks, fitted task)
        The task answers only until `judged` returns: its network is another's then.
    **options : object
        Passed on to `train_beside`.

    Returns
    -------
    failures : list of FondoError or None
        Why a fit came to nothing: settings that cannot be, rows that cannot be learnt from, a
        loss that went to infinity. None where it was judged.
    """
    kitchen = _Kitchen()
    failures: list[FondoError | None] = [None] * len(asks)
    members: list[Member] = []
    places: list[int] = []

    def ended(k: int, outcome: Any) -> None:
        place = places[k]
        if not isinstance(outcome, Outcome):
            failures[place] = outcome
            return
        try:
            kitchen.finish(asks[place], outcome)
            judged(place, asks[place].task)
            asks[place].task._lent = None
        except FondoError as error:
            failures[place] = error

    with remembered():
        for place, ask in enumerate(asks):
            try:
                members.append(kitchen.member(ask))
                places.append(place)
            except FondoError as error:
                failures[place] = error
        train_beside(members, done=ended, **options)
    return failures


class _Kitchen:
    """Prepares members, sharing encoded rows and networks."""

    def __init__(self) -> None:
        self._ready: dict[Any, _Ready] = {}
        self._networks: dict[Any, Any] = {}
        self._used: dict[int, tuple[Any, _Ready]] = {}  # of the task with that id

    def member(self, ask: Ask) -> Member:
        """A run that is ready to go."""
        task = ask.task
        task._check_settings()
        ready = self._encoded(ask)
        network = self._network(task)
        step = supervised(network, task.objective(), *task._optimizer())
        plan = task.plan(ready.examples.n_rows, Run())
        task.plan_ = {"batch_size": plan.batch_size, "rows": ready.examples.n_rows}
        self._used[id(task)] = network, ready
        return member(step, ready.examples, ready.held_examples, plan)

    def finish(self, ask: Ask, outcome: Outcome) -> None:
        """Fill the task with what its run found."""
        task, (network, ready) = ask.task, self._used.pop(id(ask.task))
        task.network_, task._lent = network, outcome.state
        task.history_, task.best_epoch_ = outcome.history, outcome.best_epoch
        task.n_validation_ = 0 if ready.held is None else ready.held_examples.n_rows
        task.finish(ready.training, ready.held)

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

    def _network(self, task: Any) -> Any:
        """Network of the task's form with the weights that a fresh one has."""
        key = task.network_key()
        if key is None:
            return task.network()
        key = (type(task), key)
        if key not in self._networks:
            self._networks[key] = task.network()
        network = self._networks[key]  # runs take copies of its weights and leave it as it is
        task.renew(network)
        return network
