"""The gated recurrent unit, in both of its conventions.

The walk along time is in `recurrent`.
"""

from typing import Any

import numpy as np

from fondo.scratch.activations import ACTIVATIONS, activation_named
from fondo.scratch.layer import Array, Arrays
from fondo.scratch.recurrent import Pullback, Recurrent


class GRU(Recurrent):
    """Gated recurrent unit: a state of which a gate keeps one share and renews the other.

        z, r = s(x_t W + b + hidden_(t-1) U), each with its own columns
        reset after:   candidate = f(x_t W + b + r (hidden_(t-1) U + b'))
        reset before:  candidate = f(x_t W + b + (r hidden_(t-1)) U)
        hidden_t = z hidden_(t-1) + (1 - z) candidate

    Parameters
    ----------
    units : int, at least 1
        Numbers in the state.
    activation : name, default="tanh"
        f, of the candidate.
    recurrent_activation : name, default="sigmoid"
        s, of the gates.
    reset_after : bool, default=True
        Whether r acts on hidden U, which then has a bias b' of its own: b is (2, 3 units), first
        b, then b'. Otherwise r acts on hidden, and b is (3 units,).
    **settings
        As of `Recurrent`.

    Notes
    -----
    The columns are in Keras' order: update gate z, reset gate r, candidate. Papers differ on
    which share z names; here, as in Keras, z is what is kept.

    References
    ----------
    Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, eq. 5-8: reset
    before. Reset after is the form of fast kernels.

    Examples
    --------
    >>> layer = GRU(2, return_sequences=True)
    >>> layer(np.ones((3, 4, 5))).shape, layer.weights["bias"].shape, layer.count
    ((3, 4, 2), (2, 6), 54)
    """

    formula = (
        "update_gate, reset_gate = s(inputs W + b + hidden before U);  "
        "candidate = f(inputs W + b + what reset_gate lets pass of hidden before U);  "
        "hidden = update_gate * hidden before + (1 - update_gate) * candidate"
    )
    gates = 3
    settings = (*Recurrent.settings, "recurrent_activation", "reset_after")

    def __init__(
        self,
        units: int,
        activation: str | None = "tanh",
        recurrent_activation: str | None = "sigmoid",
        *,
        reset_after: bool = True,
        **settings: Any,
    ) -> None:
        super().__init__(units, activation, **settings)
        self.recurrent_activation = activation_named(recurrent_activation, self.name)
        self.reset_after = reset_after

    def build(self, shape: tuple[int, ...]) -> None:
        super().build(shape)
        if self.use_bias and self.reset_after:
            self.weights["bias"] = np.zeros((2, 3 * self.units))

    def step(self, sums: Array, *state: Array) -> tuple[Arrays, Pullback]:
        (h,), n, U = state, 2 * self.units, self.weights["recurrent_kernel"]
        gate, last = ACTIVATIONS[self.recurrent_activation], U[:, n:]
        own_bias = self.use_bias and self.reset_after
        bias = self.weights["bias"][1] if own_bias else np.zeros(3 * self.units)
        gates = sums[:, :n] + h @ U[:, :n] + bias[:n]  # (B, 2 units)
        (z, back_z), (r, back_r) = (gate(part) for part in np.split(gates, 2, axis=1))
        memory = h @ last + bias[n:]  # of reset after
        passed = r * memory if self.reset_after else (r * h) @ last
        sums = np.concatenate([gates, sums[:, n:] + passed], axis=1)  # (B, 3 units)
        candidate, back = ACTIVATIONS[self.activation](sums[:, n:])

        def pullback(d_hidden: Array) -> tuple[Array, ...]:
            d_sum = back(d_hidden * (1 - z))  # of the candidate
            d_gates = back_z(d_hidden * (h - candidate))
            if self.reset_after:
                d_r, d_last, by = back_r(d_sum * memory), d_sum * r, h
                d_h = d_last @ last.T
            else:
                d_reset = d_sum @ last.T
                d_r, d_last, by = back_r(d_reset * h), d_sum, r * h
                d_h = d_reset * r
            d_gates = np.concatenate([d_gates, d_r], axis=1)
            self.gradients["recurrent_kernel"][:, :n] += h.T @ d_gates
            self.gradients["recurrent_kernel"][:, n:] += by.T @ d_last
            if own_bias:
                self.gradients["bias"][1] += np.concatenate([d_gates, d_last], axis=1).sum(axis=0)
            d_h = d_h + d_gates @ U[:, :n].T + d_hidden * z
            return np.concatenate([d_gates, d_sum], axis=1), d_h

        hidden = z * h + (1 - z) * candidate
        values = {"sums": sums, "update_gate": z, "reset_gate": r, "candidate": candidate}
        return values | {"hidden": hidden}, pullback
