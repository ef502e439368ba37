"""The layers that fondo has for tables: numbers and codes as vectors, several members in one.

What each is for is told beside its Keras twin in `fondo.layers`; here stands what it computes.
"""

from collections.abc import Sequence

import numpy as np

from fondo.errors import BadData
from fondo.scratch.activations import relu
from fondo.scratch.initialisers import draw
from fondo.scratch.layer import Array, Layer


class PiecewiseLinearEmbedding(Layer):
    """Number to vector, bending at given edges: (batch, features) -> (batch, features, width).

        z_t = clip((x - e_t) / (e_{t+1} - e_t), 0, 1);    outputs = relu(x u + sum_t z_t K_t + b)

    Parameters
    ----------
    bins, width : int
        Intervals a feature, and length of its vector.

    References
    ----------
    Gorishniy, Rubachev, Babenko (2022), On Embeddings for Numerical Features, eq. 1.
    """

    formula = "shares = how far x is through each bin;  sums = x u + shares K + b;  relu"
    settings = ("bins", "width")
    kept = ("edges",)

    def __init__(self, bins: int, width: int, *, name: str = "") -> None:
        super().__init__(name)
        self.bins, self.width = bins, width

    def build(self, shape: tuple[int, ...]) -> None:
        (features,) = shape
        edges = np.linspace(-1, 1, self.bins + 1)
        self.statistics["edges"] = np.broadcast_to(edges, (features, self.bins + 1))
        self.weights["linear"] = self.random.uniform(-1, 1, (features, self.width))
        self.weights["kernel"] = np.zeros((features, self.bins, self.width))
        self.weights["bias"] = self.random.uniform(-1, 1, (features, self.width))

    def check(self, shape: tuple[int, ...]) -> None:
        features = len(self.weights["linear"])
        if shape[1:] != (features,):
            raise self.wrong(f"(batch, {features})", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        x, edges, w = inputs[0][:, :, None], self.statistics["edges"], self.weights  # x (B, F, 1)
        steps = np.diff(edges)  # (F, bins)
        self._slope = np.where(steps > 0, 1 / np.where(steps > 0, steps, 1), 0)  # empty bins: 0
        through = (x - edges[:, :-1]) * self._slope
        shares = np.clip(through, 0, 1)  # (B, F, bins)
        sums = x * w["linear"] + np.einsum("bft,ftw->bfw", shares, w["kernel"]) + w["bias"]
        outputs, self._pullback = relu(sums)  # (B, F, width)
        self._moving = (through > 0) & (through < 1)
        self.seen = {"inputs": inputs[0], "shares": shares, "sums": sums, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        d, w = self._pullback(d_outputs[0]), self.weights
        x = self.seen["inputs"]
        self.gradients = {
            "linear": np.einsum("bfw,bf->fw", d, x),
            "kernel": np.einsum("bfw,bft->ftw", d, self.seen["shares"]),
            "bias": d.sum(axis=0),
        }
        d_shares = np.einsum("bfw,ftw->bft", d, w["kernel"]) * self._moving
        straight = (d * w["linear"]).sum(axis=2)
        d_inputs: Array = straight + (d_shares * self._slope).sum(axis=2)
        return d_inputs


class PeriodicEmbedding(Layer):
    """Number to vector by learnt cosines, the number itself in front.

        outputs = [x, cos(2 pi (f x + p)) K + b]

    Parameters
    ----------
    frequencies, width : int
        Cosines a feature, and length of its vector.

    References
    ----------
    Holzmüller, Grinsztajn, Steinwart (2024), Better by Default, section 3.
    """

    formula = "waves = cos(2 pi (f x + p));  outputs = [x, waves K + b]"
    settings = ("frequencies", "width")

    def __init__(self, frequencies: int, width: int, *, name: str = "") -> None:
        super().__init__(name)
        self.frequencies, self.width = frequencies, width

    def build(self, shape: tuple[int, ...]) -> None:
        features, count, bound = shape[0], self.frequencies, self.frequencies**-0.5
        self.weights["frequency"] = self.random.normal(0, 0.1, (features, count))
        self.weights["phase"] = self.random.uniform(-0.5, 0.5, (features, count))
        sizes = (features, count, self.width - 1)
        self.weights["kernel"] = self.random.uniform(-bound, bound, sizes)
        self.weights["bias"] = self.random.uniform(-bound, bound, (features, self.width - 1))

    def check(self, shape: tuple[int, ...]) -> None:
        features = len(self.weights["phase"])
        if shape[1:] != (features,):
            raise self.wrong(f"(batch, {features})", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        x, w = inputs[0][:, :, None], self.weights  # (B, F, 1)
        turns = 2 * np.pi * (x * w["frequency"] + w["phase"])
        waves = np.cos(turns)  # (B, F, frequencies)
        mixed = np.einsum("bft,ftw->bfw", waves, w["kernel"]) + w["bias"]
        outputs: Array = np.concatenate([x, mixed], axis=2)  # (B, F, width)
        self.seen = {"inputs": inputs[0], "turns": turns, "waves": waves, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        d, w, x = d_outputs[0][:, :, 1:], self.weights, self.seen["inputs"]
        d_waves = np.einsum("bfw,ftw->bft", d, w["kernel"])
        d_turns = -np.sin(self.seen["turns"]) * d_waves * 2 * np.pi
        self.gradients = {
            "frequency": np.einsum("bft,bf->ft", d_turns, x),
            "phase": d_turns.sum(axis=0),
            "kernel": np.einsum("bfw,bft->ftw", d, self.seen["waves"]),
            "bias": d.sum(axis=0),
        }
        d_inputs: Array = d_outputs[0][:, :, 0] + (d_turns * w["frequency"]).sum(axis=2)
        return d_inputs


class CodeEmbedding(Layer):
    """Codes of several columns to vectors, all in one table.

    (batch, columns) -> (batch, columns, width); codes that are too high count as the last one.

    Parameters
    ----------
    cardinalities : sequence of int
        How many codes each column has, from 0.
    width : int
        Length of the vector of one code.
    """

    formula = "outputs = rows of the table, by column and code"
    settings = ("cardinalities", "width")

    def __init__(self, cardinalities: Sequence[int], width: int, *, name: str = "") -> None:
        super().__init__(name)
        self.cardinalities, self.width = np.asarray(cardinalities), width

    def build(self, shape: tuple[int, ...]) -> None:
        rows = int(self.cardinalities.sum())
        self.weights["table"] = self.random.uniform(-0.05, 0.05, (rows, self.width))

    def check(self, shape: tuple[int, ...]) -> None:
        if shape[1:] != self.cardinalities.shape:
            raise self.wrong(f"(batch, {len(self.cardinalities)})", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        codes = inputs[0].astype(int)
        if (codes != inputs[0]).any():
            raise BadData(f"CodeEmbedding {self.name!r}: codes must be whole numbers.")
        first = np.cumsum(self.cardinalities) - self.cardinalities  # first row of each column
        self._rows = np.clip(codes, 0, self.cardinalities - 1) + first
        outputs: Array = self.weights["table"][self._rows]  # (B, columns, width)
        self.seen = {"inputs": inputs[0], "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        self.gradients["table"] = np.zeros_like(self.weights["table"])
        np.add.at(self.gradients["table"], self._rows, d_outputs[0])
        return np.zeros_like(self.seen["inputs"])  # a code has no slope


class MemberScale(Layer):
    """One row seen by several members, each with its own weight for every feature.

        outputs[m] = inputs * r_m

    (batch, features[, width]) -> (batch, members, features [* width]).

    Parameters
    ----------
    members : int
        Networks in one.

    References
    ----------
    Gorishniy, Kotelnikov, Babenko (2025), TabM, section 3.3.
    """

    formula = "outputs of member m = inputs * r_m"
    settings = ("members",)

    def __init__(self, members: int, *, name: str = "") -> None:
        super().__init__(name)
        self.members = members

    def build(self, shape: tuple[int, ...]) -> None:
        self.weights["scale"] = self.random.normal(size=(self.members, shape[0]))

    def check(self, shape: tuple[int, ...]) -> None:
        features = self.weights["scale"].shape[1]
        if len(shape) not in (2, 3) or shape[1] != features:
            raise self.wrong(f"(batch, {features}[, width])", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        x = inputs[0].reshape(*inputs[0].shape[:2], -1)  # (B, F, E)
        outputs = (x[:, None] * self.weights["scale"][:, :, None]).reshape(len(x), self.members, -1)
        self.seen = {"inputs": inputs[0], "outputs": outputs}  # (B, members, F * E)
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        inputs = self.seen["inputs"]
        x = inputs.reshape(*inputs.shape[:2], -1)
        d = d_outputs[0].reshape(len(x), self.members, *x.shape[1:])  # (B, members, F, E)
        self.gradients["scale"] = np.einsum("bmfe,bfe->mf", d, x)
        d_inputs: Array = np.einsum("bmfe,mf->bfe", d, self.weights["scale"])
        return d_inputs.reshape(inputs.shape)


class MemberDense(Layer):
    """Dense layer of which every member has its own.

        outputs[m] = inputs[m] K_m + b_m

    (batch, members, features) -> (batch, members, units).

    Parameters
    ----------
    units : int
        Outputs of each member.
    """

    formula = "outputs of member m = inputs of member m times K_m, plus b_m"
    settings = ("units",)

    def __init__(self, units: int, *, name: str = "") -> None:
        super().__init__(name)
        self.units = units

    def build(self, shape: tuple[int, ...]) -> None:
        members, features = shape
        kernels = [draw("glorot", (features, self.units), self.random) for _ in range(members)]
        self.weights["kernel"] = np.stack(kernels)
        self.weights["bias"] = np.zeros((members, self.units))

    def check(self, shape: tuple[int, ...]) -> None:
        members, features, _ = self.weights["kernel"].shape
        if shape[1:] != (members, features):
            raise self.wrong(f"(batch, {members}, {features})", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (x,) = inputs
        mixed = np.einsum("bmf,mfu->bmu", x, self.weights["kernel"])
        outputs: Array = mixed + self.weights["bias"]
        self.seen = {"inputs": x, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        (d,) = d_outputs
        self.gradients["kernel"] = np.einsum("bmf,bmu->mfu", self.seen["inputs"], d)
        self.gradients["bias"] = d.sum(axis=0)
        d_inputs: Array = np.einsum("bmu,mfu->bmf", d, self.weights["kernel"])
        return d_inputs
