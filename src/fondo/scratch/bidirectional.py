"""A recurrent layer walked both ways, so that every step knows what comes after it too."""

import copy
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from fondo.errors import BadData, BadParameter
from fondo.scratch.gru import GRU
from fondo.scratch.layer import Array, Layer
from fondo.scratch.recurrent import LSTM, Recurrent, SimpleRNN

INNER: dict[str, type[Recurrent]] = {"GRU": GRU, "LSTM": LSTM, "SimpleRNN": SimpleRNN}
"""Layers that can be walked both ways, by their name in Keras."""


class Bidirectional(Layer):
    """Two recurrent layers on the same steps, one from each end, their outputs put together.

        outputs_t = [forward_t, backward_t] side by side, or their sum

    Parameters
    ----------
    layer : SimpleRNN, LSTM or GRU
        Walks forward.
    merge_mode : "concat" or "sum", default="concat"
        How outputs are put together; the states stay apart.
    backward_layer : the same kind of layer, default=None
        Walks the other way; None takes a copy of `layer`, with weights of its own.

    Notes
    -----
    (batch, time, features) -> what `layer` returns, twice as wide with "concat". With states:
    outputs, those of the walk forward, those of the walk backward; an LSTM gives five arrays.
    Initial states come in that order. `weights`, `gradients` and `seen` hold those of both layers,
    as "forward/kernel" or "backward/cell"; steps of "backward/..." are in the order of its walk.

    References
    ----------
    Schuster, Paliwal (1997), Bidirectional recurrent neural networks, fig. 3.

    Examples
    --------
    >>> layer = Bidirectional(LSTM(1, return_sequences=True, return_state=True))
    >>> [array.shape for array in layer(np.ones((2, 3, 1)))], layer.count
    ([(2, 3, 2), (2, 1), (2, 1), (2, 1), (2, 1)], 24)
    """

    formula = "outputs = what the walk forward and the walk backward know of each step, together"

    def __init__(
        self,
        layer: Recurrent,
        merge_mode: str = "concat",
        *,
        backward_layer: Recurrent | None = None,
        name: str = "",
    ) -> None:
        super().__init__(name)
        if backward_layer is None:
            backward_layer = copy.deepcopy(layer)
            backward_layer.go_backwards = not layer.go_backwards
        self.halves = {"forward": layer, "backward": backward_layer}
        self.merge_mode = merge_mode
        alike = [(x.return_sequences, x.return_state, x.units) for x in self.halves.values()]
        if alike[0] != alike[1] or layer.go_backwards == backward_layer.go_backwards:
            raise BadParameter(
                f"Bidirectional(backward_layer={backward_layer.name!r}): it must walk the other "
                "way than layer, with as many units, and return the same."
            )
        if merge_mode not in ("concat", "sum"):
            raise BadParameter(
                f"Bidirectional(merge_mode={merge_mode!r}): merge_mode must be 'concat' or 'sum'."
            )

    def build(self, shape: tuple[int, ...]) -> None:
        for half in self.halves.values():
            half.random = self.random
            half.build(shape)
        self._share()

    def _share(self) -> None:
        """The very arrays of both halves as this layer's own, and their penalties."""
        self.weights = self._both("weights")
        self.penalties = self._both("penalties")

    def _both(self, what: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
        """Entries of an attribute of both halves, under names that tell them apart."""
        return {
            f"{way}/{name}": entry
            for way, half in self.halves.items()
            for name, entry in getattr(half, what).items()
            if name not in without
        }

    def check(self, shape: tuple[int, ...]) -> None:
        features = len(self.weights["forward/kernel"])
        if len(shape) != 3 or shape[1] < 1 or shape[2] != features:
            raise self.wrong(f"(batch, time of at least 1 step, {features})", shape)

    def forward(self, *inputs: Array, training: bool = False) -> Any:
        x, *states = inputs
        ahead, back = self.halves.values()
        cut = len(ahead.states)
        if len(states) not in (0, 2 * cut):
            raise BadData(
                f"Bidirectional {self.name!r}: expected {2 * cut} initial states, those of the "
                f"walk forward first. Got {len(states)}."
            )
        found, states_ahead = _apart(ahead.forward(x, *states[:cut]))
        found_back, states_back = _apart(back.forward(x, *states[cut:]))
        pair = (found, self._in_time(found_back))
        outputs = (
            np.concatenate(pair, axis=-1) if self.merge_mode == "concat" else pair[0] + pair[1]
        )
        seen = self._both("seen", without=("inputs", "outputs"))
        self.seen = {"inputs": x, **seen, "outputs": outputs}
        return (outputs, *states_ahead, *states_back) if ahead.return_state else outputs

    def backward(self, *d_outputs: Array) -> Any:
        d, *d_states = d_outputs
        ahead, back = self.halves.values()
        pair = np.split(d, 2, axis=-1) if self.merge_mode == "concat" else (d, d)
        cut = len(d_states) // 2
        d_x, d_ahead = _apart(ahead.backward(pair[0], *d_states[:cut]))
        d_x_back, d_back = _apart(back.backward(self._in_time(pair[1]), *d_states[cut:]))
        self.gradients = self._both("gradients")
        d_inputs = d_x + d_x_back
        return (d_inputs, *d_ahead, *d_back) if d_ahead else d_inputs

    def _in_time(self, steps: Array) -> Array:
        """What the second half answers, turned to the order of the first, and the way back."""
        return steps[:, ::-1] if self.halves["backward"].return_sequences else steps

    @classmethod
    def read(cls, config: Mapping[str, Any], arrays: Mapping[str, Any]) -> Self:
        """The same layer as Keras has it; arrays are those of "forward" and of "backward"."""
        halves = []
        for way, inner in (("forward", "layer"), ("backward", "backward_layer")):
            kind = config[inner]["class_name"]
            if kind not in INNER:
                raise BadParameter(
                    f"Bidirectional({config['name']!r}): the glass box walks {', '.join(INNER)} "
                    f"both ways. Got {kind}."
                )
            halves.append(INNER[kind].read(config[inner]["config"], arrays[way]))
        layer = cls(halves[0], config["merge_mode"], backward_layer=halves[1], name=config["name"])
        layer._share()
        layer.built = True
        return layer


def _apart(found: Any) -> tuple[Array, tuple[Array, ...]]:
    """The first of several arrays, and the others; or the only one, and none."""
    return (found[0], found[1:]) if isinstance(found, tuple) else (found, ())
