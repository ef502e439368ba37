"""What is repeated in training: a pure function from state and batch to state and log.

How often, on which rows and in which compiled program is in `programs` and `train`.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np

from fondo.backend import jax, jnp, keras
from fondo.engine.dots import upright
from fondo.engine.examples import PLAIN
from fondo.engine.knobs import Knob, knobs_of, read_knobs, turned
from fondo.engine.objective import Objective
from fondo.engine.packing import Packing, packing_of
from fondo.engine.signatures import network_signature, optimizer_signature
from fondo.errors import BadParameter

EVALUATION_ROWS = 1024  # at a time: enough to fill a device
LAYER_BYTES = 1 << 27  # of the largest output of a layer, for all rows of one evaluation

State = dict[str, Any]
"""Tree of arrays: everything that training changes."""
Log = dict[str, Any]
"""Sums over rows, as scalars; among them "weight", which every other one is divided by."""


class Step(Protocol):
    """One step of training, pure in its arguments, so that it can be compiled and vmapped.

    Steps of equal `signature` compute the same: their compiled programs are shared.
    """

    @property
    def signature(self) -> str:
        """Text that is equal for steps which compile to the same program."""

    @property
    def watch(self) -> str:
        """Entry of the log that picks the best epoch."""

    @property
    def mode(self) -> Literal["min", "max"]:
        """Which end of it is good."""

    def init(self, key: Any) -> State:
        """State before the first step; `key` (2,) uint32 fixes every later draw."""

    def step(self, state: State, batch: Any, key: Any) -> tuple[State, Log]:
        """State after one batch (inputs, target (batch, ...), weight (batch,)), and its log."""

    def evaluate(self, state: State, batch: Any) -> Log:
        """Log of a batch that nothing is learnt from; rows of weight 0 do not count."""

    def weights(self, state: State) -> State:
        """Part of the state that prediction needs."""

    def check(self, state: State, batch: Any) -> None:
        """Refuse before the first epoch what cannot be trained."""


class Augment(Protocol):
    """Random change of a batch before it is learnt from; pure, in `jax.numpy`."""

    @property
    def signature(self) -> str:
        """Text that is equal for changes that compile to the same program."""

    def __call__(self, inputs: dict[str, Any], target: Any, key: Any) -> tuple[Any, Any]:
        """Inputs (batch, ...) and target (batch, ...) changed together, row by row."""


def supervised(
    network: Any,
    objective: Objective,
    optimizer: Any,
    average: float | None = None,
    augment: Augment | None = None,
) -> "Supervised":
    """Step that makes the objective's mean over rows, plus the network's penalties, small.

    Parameters
    ----------
    network : keras.Model, built
        Its variables are the starting point; training never writes to them.
    objective : Objective
        Loss, metrics, what to watch.
    optimizer : keras optimizer
        Fresh, see `make_optimizer`; it is built on the network's trainable variables here.
    average : float in (0, 1) or None, default=None
        Momentum of a running average of the weights, which is then what is validated, kept and
        predicted with. Early on it is less, min(average, (1 + t) / (10 + t)) after t steps, so
        that the start is soon forgotten. None keeps no average.
    augment : Augment or None, default=None
        Changes each batch that is learnt from, anew in every epoch; never what is evaluated.

    Raises
    ------
    BadParameter
        The network is not built, has nothing to train, or the optimizer belongs to another one.
    """
    if not network.built or not network.trainable_variables:
        raise BadParameter(
            f"supervised(network={network.name!r}): the network must be built and have trainable "
            "weights. Call it once on a batch, or give it an Input."
        )
    packing = packing_of(network.trainable_variables, optimizer)
    trained = packing.variables(network.trainable_variables)
    if not optimizer.built:
        optimizer.build(trained)
    own = {id(variable) for variable in trained}
    if {id(variable) for variable in optimizer._trainable_variables} != own:
        raise BadParameter(
            f"supervised(optimizer={optimizer.name!r}): it was built for another network. "
            "Use make_optimizer to get a fresh one."
        )
    return Supervised(network, objective, optimizer, packing, average, augment)


@dataclass(frozen=True, eq=False)
class Supervised:
    """One network, one objective, one optimizer; made by `supervised`.

    The state is {"trainable", "non_trainable", "optimizer"}, each a list of arrays in Keras' order
    of variables, small trainable ones packed into one vector. Learning rate and dropout seeds are
    in it, constants are not.
    """

    network: Any
    objective: Objective
    optimizer: Any
    packing: Packing
    average: float | None = None
    augment: Augment | None = None

    @cached_property
    def most_rows(self) -> int:
        """Rows that are evaluated at a time, at most."""
        return rows_at_a_time(self.network, EVALUATION_ROWS)

    @cached_property
    def knobs(self) -> list[Knob]:
        """Settings of the network that are numbers in the state, not constants."""
        return knobs_of(self.network)

    @property
    def watch(self) -> str:
        """Entry of the log that picks the best epoch."""
        return self.objective.watch

    @property
    def mode(self) -> Literal["min", "max"]:
        """Which end of it is good."""
        return self.objective.mode

    @cached_property
    def signature(self) -> str:
        """Text that is equal for steps which compile to the same program."""
        network, optimizer = network_signature(self.network), optimizer_signature(self.optimizer)
        changed = "" if self.augment is None else f"|{self.augment.signature}"
        return f"{network}|{self.objective.signature}|{optimizer}|{self.average}{changed}"

    def init(self, key: Any) -> State:
        """Copies of the network's weights; every SeedGenerator is set from `key` (2,) uint32."""
        words = np.random.SeedSequence([int(word) for word in np.asarray(key).ravel()])
        draws = iter(words.generate_state(2 * len(self.network.non_trainable_variables)))
        others = []
        for variable in self.network.non_trainable_variables:
            value = _copy(variable)
            if is_seed(variable):
                value = np.array([next(draws), next(draws)], value.dtype)
            others.append(value)
        trainable = self.packing.pack([_copy(v) for v in self.network.trainable_variables])
        state = {
            "trainable": trainable,
            "non_trainable": others,
            "optimizer": [_copy(variable) for variable in self.optimizer.variables],
        }
        if self.average is not None:
            state["average"] = [array.copy() for array in trainable]
        if self.knobs:
            state["knobs"] = read_knobs(self.knobs)
        return state

    def step(self, state: State, batch: Any, key: Any) -> tuple[State, Log]:
        """One update on (inputs, target (batch, ...), weight (batch,)); `key` is for augmenting."""
        inputs, target, weight = batch
        if self.augment is not None:
            inputs, target = self.augment(inputs, target, key)
        rows = jnp.maximum((weight > 0).sum(), 1)  # that are there; weights average 1 over all
        done = self._done(state["optimizer"])

        def loss(trainable: Any) -> tuple[Any, Any]:
            with turned(self.knobs, state.get("knobs", [])):
                outputs, others, penalties = self.network.stateless_call(
                    trainable, state["non_trainable"], self._call(inputs), training=True,
                    return_losses=True,
                )  # fmt: skip
            penalty = sum(penalties, jnp.zeros(()))
            losses = self.objective.loss_after(done, target, outputs)
            mean = _sum(losses, weight) / rows + penalty
            return self.optimizer.scale_loss(mean), (mean, outputs, others)

        gradients = upright(jax.grad(loss, has_aux=True))
        gradient, (mean, outputs, others) = gradients(self.packing.unpack(state["trainable"]))
        trainable, moments = self.optimizer.stateless_apply(
            state["optimizer"], self.packing.pack(gradient), state["trainable"]
        )
        after = {"trainable": trainable, "non_trainable": others, "optimizer": moments}
        if self.average is not None:
            after["average"] = self._averaged(state["average"], trainable, moments)
        if self.knobs:
            after["knobs"] = state["knobs"]
        log = {"loss": mean * rows, "weight": weight.sum()}
        return after, log | self._metrics(target, outputs, weight)

    def evaluate(self, state: State, batch: Any) -> Log:
        """Loss without penalties, and metrics, with dropout off and batch statistics at rest."""
        inputs, target, weight = batch
        outputs = self._outputs(state, inputs)
        loss = _sum(self.objective.loss(target, outputs), weight)
        return {"loss": loss, "weight": weight.sum()} | self._metrics(target, outputs, weight)

    def weights(self, state: State) -> State:
        """Weights to predict with: the running average where the optimizer keeps one (EMA)."""
        trainable = self.packing.unpack(state["average" if "average" in state else "trainable"])
        if self.optimizer.use_ema:
            places = {id(variable): k for k, variable in enumerate(self.optimizer.variables)}
            averages = self.optimizer._model_variables_moving_average
            trainable = [state["optimizer"][places[id(variable)]] for variable in averages]
        return {"trainable": trainable, "non_trainable": state["non_trainable"]}

    def _averaged(self, average: Any, trainable: Any, moments: Any) -> Any:
        """Running average of the weights after one more step."""
        t = self._done(moments)
        momentum = jnp.minimum(self.average, (1 + t) / (10 + t))
        return [momentum * a + (1 - momentum) * w for a, w in zip(average, trainable, strict=True)]

    def _done(self, moments: Any) -> Any:
        """Batches that were learnt from, as the optimizer counts them."""
        # `iterations` counts updates, of which several batches may make one
        return moments[_place(self.optimizer._iterations, self.optimizer.variables)]

    def check(self, state: State, batch: Any) -> None:
        """Check a loss that is a person's own on a batch; others need none."""
        check = getattr(self.objective.loss, "check", None)
        if check is not None:
            inputs, target, _ = batch
            check(target, jax.jit(self._outputs)(state, inputs))

    def _outputs(self, state: State, inputs: Any) -> Any:
        weights = self.weights(state)
        outputs, _ = self.network.stateless_call(
            weights["trainable"], weights["non_trainable"], self._call(inputs), training=False
        )
        return outputs

    def _metrics(self, target: Any, outputs: Any, weight: Any) -> Log:
        items = self.objective.metrics.items()
        return {name: _sum(metric(target, outputs), weight) for name, metric in items}

    def _call(self, inputs: Any) -> Any:
        return call_argument(self.network, inputs)


def call_argument(network: Any, inputs: dict[str, Any]) -> Any:
    """Inputs in the form that the network is called with: a dict, a list, or the only array."""
    try:
        wanted = network.input
    except (AttributeError, ValueError):  # never called, or written as a subclass
        wanted = None
    if isinstance(wanted, dict):
        return {name: inputs[name] for name in wanted}
    if isinstance(wanted, list | tuple) and len(wanted) > 1:
        return list(inputs.values())
    alone = len(inputs) == 1 and (wanted is not None or PLAIN in inputs or _is_chain(network))
    return next(iter(inputs.values())) if alone else inputs


def rows_at_a_time(network: Any, most: int) -> int:
    """Rows whose largest layer output stays within a budget: a power of two, at most `most`.

    Examples
    --------
    >>> small = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    >>> rows_at_a_time(small, 4096)
    4096
    """
    shapes = [
        part.shape[1:]
        for layer in network.layers
        for part in jax.tree.leaves(getattr(layer, "output", None))
    ]
    sizes = [math.prod(n or 1 for n in shape) for shape in shapes]
    fitting = LAYER_BYTES // (4 * max(sizes, default=1))
    return min(most, 1 << max(fitting.bit_length() - 1, 0))


def is_seed(variable: Any) -> bool:
    """Whether a variable is the state of a `keras.random.SeedGenerator`."""
    return variable.name == "seed_generator_state" and tuple(variable.shape) == (2,)


def _is_chain(network: Any) -> bool:
    return isinstance(network, keras.Sequential)


def _sum(values: Any, weight: Any) -> Any:
    """Weighted sum over rows; whatever a padded row gives, not-a-number included, is left out."""
    return jnp.where(weight > 0, values * weight, 0).sum()


def _place(variable: Any, variables: Any) -> int:
    return next(k for k, each in enumerate(variables) if each is variable)


def _copy(variable: Any) -> np.ndarray[Any, Any]:
    return np.array(np.asarray(variable.value))
