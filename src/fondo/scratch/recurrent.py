"""Layers that walk along time and carry a state: SimpleRNN and LSTM, forward beside backward.

GRU is in `gru`, both directions at once in `bidirectional`, how far memory reaches in `memory`.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from fondo.errors import BadData
from fondo.scratch.activations import ACTIVATIONS, activation_named
from fondo.scratch.initialisers import draw
from fondo.scratch.layer import Array, Arrays, Layer

Pullback = Callable[..., tuple[Array, ...]]
"""Takes dL/dstate after a step; returns dL/dsums of the step and dL/dstate before it."""


class Recurrent(Layer):
    """The walk along time that the recurrent layers share; each adds the `step` of its own.

        state_t = step(x_t W + b, state_(t-1)),    state_0 = 0 or as given

    Parameters
    ----------
    units : int, at least 1
        Numbers in the state, and outputs a step.
    activation : name, default="tanh"
        One of `ACTIVATIONS`.
    use_bias : bool, default=True
        Whether b is there.
    return_sequences : bool, default=False
        Whether every step is answered, (batch, time, units), or the last alone, (batch, units).
    return_state : bool, default=False
        Whether the state after the last step follows the outputs: hidden, then cell if any.
    go_backwards : bool, default=False
        Whether the last step is walked first; outputs and `seen` are in the order of the walk.

    Notes
    -----
    (batch, time, features) -> as above. Initial states (batch, units) may follow the inputs; then
    `backward` returns their gradients behind that of the inputs. Going back, every step adds to
    the gradients of the same weights: backpropagation through time.
    """

    gates: ClassVar[int] = 1  # blocks of `units` columns, side by side in the weights
    states: ClassVar[tuple[str, ...]] = ("hidden",)  # of `seen`, what the next step is given
    settings: ClassVar[tuple[str, ...]] = (
        "units",
        "activation",
        "use_bias",
        "return_sequences",
        "return_state",
        "go_backwards",
    )
    only: ClassVar[Mapping[str, Any]] = {
        "stateful": False,
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
    }

    def __init__(
        self,
        units: int,
        activation: str | None = "tanh",
        *,
        use_bias: bool = True,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        name: str = "",
    ) -> None:
        super().__init__(name)
        self.units, self.use_bias, self.go_backwards = units, use_bias, go_backwards
        self.return_sequences, self.return_state = return_sequences, return_state
        self.activation = activation_named(activation, self.name)

    def build(self, shape: tuple[int, ...]) -> None:
        columns = self.gates * self.units
        self.weights["kernel"] = draw("glorot", (shape[-1], columns), self.random)
        self.weights["recurrent_kernel"] = draw("orthogonal", (self.units, columns), self.random)
        if self.use_bias:
            self.weights["bias"] = np.zeros(columns)

    def check(self, shape: tuple[int, ...]) -> None:
        features = len(self.weights["kernel"])
        if len(shape) != 3 or shape[1] < 1 or shape[2] != features:
            raise self.wrong(f"(batch, time of at least 1 step, {features})", shape)

    def step(self, sums: Array, *state: Array) -> tuple[Arrays, Pullback]:
        """Everything of one step, by the names of `seen`, and the way back through it.

        Parameters
        ----------
        sums : array (batch, gates * units)
            x_t W + b.
        *state : arrays (batch, units)
            After the step before, in the order of `states`.
        """
        raise NotImplementedError

    def forward(self, *inputs: Array, training: bool = False) -> Any:
        x, *state = inputs
        state = self._first(state, len(x))
        self._state_given = len(inputs) > 1
        sums = self._in_walk(x) @ self.weights["kernel"]  # (B, T, gates * units)
        if self.use_bias:
            sums = sums + np.atleast_2d(self.weights["bias"])[0]
        steps = []
        self._pullbacks = []
        for t in range(x.shape[1]):
            values, pullback = self.step(sums[:, t], *state)
            state = [values[name] for name in self.states]
            steps.append(values)
            self._pullbacks.append(pullback)
        self.seen = {"inputs": x}
        for name in steps[0]:
            self.seen[name] = np.stack([values[name] for values in steps], axis=1)  # (B, T, ...)
        outputs = self.seen["hidden"] if self.return_sequences else state[0]
        self.seen["outputs"] = outputs
        return (outputs, *state) if self.return_state else outputs

    def backward(self, *d_outputs: Array) -> Any:
        x = self._in_walk(self.seen["inputs"])
        kernel, hidden = self.weights["kernel"], self.seen["hidden"]
        self.gradients = {name: np.zeros_like(w) for name, w in self.weights.items()}
        d_hidden = np.zeros_like(hidden)  # what each step owes to the outputs alone
        d_hidden[:, slice(None) if self.return_sequences else -1] = d_outputs[0]
        d_state = list(d_outputs[1:]) or [np.zeros_like(hidden[:, 0]) for _ in self.states]
        d_sums = np.zeros((*x.shape[:2], kernel.shape[1]))  # (B, T, gates * units)
        for t in reversed(range(x.shape[1])):
            d_state[0] = d_state[0] + d_hidden[:, t]
            d_sums[:, t], *d_state = self._pullbacks[t](*d_state)
        rows, flat = x.reshape(-1, x.shape[-1]), d_sums.reshape(-1, kernel.shape[1])
        self.gradients["kernel"] += rows.T @ flat
        if self.use_bias:
            np.atleast_2d(self.gradients["bias"])[0] += flat.sum(axis=0)
        d_inputs = self._in_walk(d_sums @ kernel.T)
        return (d_inputs, *d_state) if self._state_given else d_inputs

    def _in_walk(self, steps: Array) -> Array:
        """Steps (batch, time, ...) in the order of the walk; called again, as they were."""
        return steps[:, ::-1] if self.go_backwards else steps

    def _first(self, given: list[Array], rows: int) -> list[Array]:
        """State before the first step."""
        shape, count = (rows, self.units), len(self.states)
        if given and [state.shape for state in given] != [shape] * count:
            came = ", ".join(str(state.shape) for state in given)
            raise BadData(
                f"{type(self).__name__} {self.name!r}: expected {count} initial state(s) of shape "
                f"{shape}. Got {came}."
            )
        return given or [np.zeros(shape) for _ in self.states]

    @classmethod
    def read(cls, config: Mapping[str, Any], arrays: Mapping[str, Any]) -> Self:
        """The same layer as Keras has it, whose penalty on U goes by a shorter name."""
        penalty = config.get("recurrent_regularizer")
        return super().read({**config, "recurrent_kernel_regularizer": penalty}, arrays)


class SimpleRNN(Recurrent):
    """The plainest memory: the state is all that was, squeezed through an activation each step.

        hidden_t = f(x_t W + hidden_(t-1) U + b)

    Parameters are those of `Recurrent`. How fast the memory fades or explodes is told by
    `fondo.scratch.memory`.

    References
    ----------
    Elman (1990), Finding structure in time, fig. 2.

    Examples
    --------
    >>> layer = SimpleRNN(1, use_bias=False, return_sequences=True)
    >>> layer.build((2, 1))
    >>> layer.weights["kernel"][:], layer.weights["recurrent_kernel"][:] = 0.5, 2.0
    >>> layer.forward(np.array([[[1.0], [0.0]]])).round(4)  # tanh 0.5, then tanh(2 tanh 0.5)
    array([[[0.4621],
            [0.7279]]])
    """

    formula = "sums = inputs W + hidden before U + b;  hidden = f(sums)"

    def step(self, sums: Array, *state: Array) -> tuple[Arrays, Pullback]:
        (h,), U = state, self.weights["recurrent_kernel"]
        sums = sums + h @ U  # (B, units)
        hidden, back = ACTIVATIONS[self.activation](sums)

        def pullback(d_hidden: Array) -> tuple[Array, ...]:
            d_sums = back(d_hidden)
            self.gradients["recurrent_kernel"] += h.T @ d_sums
            return d_sums, d_sums @ U.T

        return {"sums": sums, "hidden": hidden}, pullback


class LSTM(Recurrent):
    """Long short-term memory: a cell that gates write to, keep and read from.

        i, f, o = s(x_t W + hidden_(t-1) U + b), each with its own columns;  g = f_c(likewise)
        cell_t = f cell_(t-1) + i g;    hidden_t = o f_c(cell_t)

    Parameters
    ----------
    units : int, at least 1
        Numbers in the cell and in the hidden state.
    activation : name, default="tanh"
        f_c, of candidate and cell.
    recurrent_activation : name, default="sigmoid"
        s, of the gates.
    **settings
        As of `Recurrent`.

    Notes
    -----
    The columns of W, U and b are in Keras' order: input gate i, forget gate f, candidate g, output
    gate o. A fresh layer has the bias of f at 1, so that it starts by keeping what it knows.

    References
    ----------
    Gers, Schmidhuber, Cummins (2000), Learning to forget, eq. 2-8, without peepholes. The bias
    of 1: Jozefowicz et al. (2015), An empirical exploration of recurrent network architectures.

    Examples
    --------
    >>> layer = LSTM(2, return_state=True)
    >>> outputs, hidden, cell = layer(np.ones((3, 4, 5)))
    >>> hidden.shape, layer.seen["forget_gate"].shape, layer.count  # 4 (5 + 2 + 1) 2
    ((3, 2), (3, 4, 2), 64)
    """

    formula = (
        "sums = inputs W + hidden before U + b, in four parts;  the three gates = s(sums);  "
        "candidate = f(sums);  cell = forget_gate * cell before + input_gate * candidate;  "
        "hidden = output_gate * f(cell)"
    )
    gates = 4
    states = ("hidden", "cell")
    settings = (*Recurrent.settings, "recurrent_activation")

    def __init__(
        self,
        units: int,
        activation: str | None = "tanh",
        recurrent_activation: str | None = "sigmoid",
        **settings: Any,
    ) -> None:
        super().__init__(units, activation, **settings)
        self.recurrent_activation = activation_named(recurrent_activation, self.name)

    def build(self, shape: tuple[int, ...]) -> None:
        super().build(shape)
        if self.use_bias:
            self.weights["bias"][self.units : 2 * self.units] = 1

    def step(self, sums: Array, *state: Array) -> tuple[Arrays, Pullback]:
        (h, c), U = state, self.weights["recurrent_kernel"]
        gate, squash = ACTIVATIONS[self.recurrent_activation], ACTIVATIONS[self.activation]
        sums = sums + h @ U  # (B, 4 units)
        parts = np.split(sums, 4, axis=1)
        (i, back_i), (f, back_f), (o, back_o) = (gate(parts[k]) for k in (0, 1, 3))
        g, back_g = squash(parts[2])
        cell = f * c + i * g
        squashed, back_cell = squash(cell)

        def pullback(d_hidden: Array, d_cell: Array) -> tuple[Array, ...]:
            d_cell = d_cell + back_cell(d_hidden * o)
            d_parts = back_i(d_cell * g), back_f(d_cell * c), back_g(d_cell * i)
            d_sums = np.concatenate([*d_parts, back_o(d_hidden * squashed)], axis=1)
            self.gradients["recurrent_kernel"] += h.T @ d_sums
            return d_sums, d_sums @ U.T, d_cell * f

        values = {"sums": sums, "input_gate": i, "forget_gate": f, "candidate": g}
        return values | {"output_gate": o, "cell": cell, "hidden": o * squashed}, pullback
