"""A row through a trained network, number by number, in the glass box; and whether both agree.

The walk itself is in `scratch`, what it is compared with in `explain.inside`, which row it is in
`traced_rows`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fondo.errors import BadParameter, did_you_mean
from fondo.explain import inside
from fondo.jobs.traced_rows import Traced, traced
from fondo.report.walk import walk_page
from fondo.scratch.convert import from_model
from fondo.scratch.losses import LOSSES
from fondo.scratch.network import Network
from fondo.scratch.trace import Walk
from fondo.scratch.trace import trace as walk_through
from fondo.store.atomic import write_bytes

AGREEMENT = 1e-5  # largest difference that float32 explains, against numbers of size 1 or more
_FEW = 64  # numbers of an array that are written out in JSON


@dataclass(frozen=True)
class TraceResult:
    """A walk, and how far the fast engine is from it.

    Attributes
    ----------
    model : str
        What was traced.
    row : int
        Which row of the source, from 0.
    answer : object
        What the task predicts for the row, in its own words; None for a bare network.
    loss : str
        What the walk back started from.
    walk : Walk
        Everything that was seen.
    differences : dict of str to float
        Largest difference between the two engines by layer, and of the gradients by "layer
        (gradients)"; each against the largest number of that array, or 1 where that is less.
    notes : list of str
        What a reader must know.
    columns : list of (input, place, column, value as given, value as it enters)
        What each number that enters was made from, where a task encoded the row.
    """

    model: str
    row: int
    answer: Any
    loss: str
    walk: Walk
    differences: dict[str, float]
    notes: list[str] = field(default_factory=list)
    columns: list[tuple[str, int, str, str, float]] = field(default_factory=list)

    @property
    def difference(self) -> float:
        """Largest of all differences."""
        return max(self.differences.values())

    @property
    def agrees(self) -> bool:
        """Whether no difference is larger than float32 explains."""
        return self.difference < AGREEMENT

    def to_json(self) -> dict[str, Any]:
        """The answer of `fondo trace --json`; large arrays by their range and mean."""
        walk = self.walk
        return {
            "model": self.model,
            "row": self.row,
            "answer": self.answer,
            "loss": walk.loss,
            "from": self.loss,
            "inputs": _arrays(walk.inputs),
            "columns": [
                dict(zip(("input", "place", "column", "given", "enters"), entry, strict=True))
                for entry in self.columns
            ],
            "layers": [
                {
                    "name": stop.name,
                    "type": stop.kind,
                    "formula": stop.formula,
                    "takes": list(stop.sources),
                    "seen": _arrays(stop.seen),
                    "weights": _arrays(stop.weights | stop.statistics),
                    "gradients": _arrays(stop.gradients),
                    "difference": self.differences.get(stop.name),
                }
                for stop in walk.stops
            ],
            "d_inputs": _arrays(walk.d_inputs),
            "difference": self.difference,
            "agrees": self.agrees,
            "notes": self.notes,
        }


def trace(
    model: Any,
    source: Any,
    row: int = 0,
    *,
    backward: bool = False,
    target: str | None = None,
    loss: str | None = None,
) -> TraceResult:
    """Follow one row through a trained network, forward and, if asked, backward.

    Every number is computed anew in plain NumPy (`fondo.scratch`), in float64, and compared with
    what Keras on JAX computes in float32.

    Parameters
    ----------
    model : path, fitted task or built keras.Model
        A model folder, a `.keras` file, or either in memory; of layers that the glass box knows.
    source : path, "sample:NAME", frame or array
        Rows as the model takes them. For a bare network: an array (rows, ...), a `.npy` or `.npz`
        file, or a table of as many numbers a row as one input holds.
    row : int, default=0
        Which one, counted from 0.
    backward : bool, default=False
        Walk back too: from the loss where the row's target is known, else from the largest output.
    target : str, default=None
        Column that holds the target; a model folder of `fondo train` knows its own.
    loss : name in `fondo.scratch.losses.LOSSES`, default=None
        For a bare network with a target; None goes by the last activation.

    Returns
    -------
    result : TraceResult
        The walk, and the largest difference between the engines: below 1e-5 they agree.

    Raises
    ------
    BadParameter
        Layers that the glass box does not know, by name; an unknown loss.
    BadData
        A row that is not there or does not fit.

    Examples
    --------
    >>> from fondo.backend import keras
    >>> keras.utils.set_random_seed(0)
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "relu")])
    >>> result = trace(model, np.ones((4, 2)), row=1)
    >>> list(result.walk.stops[0].seen), result.agrees
    (['inputs', 'sums', 'outputs'], True)
    """
    opened = traced(model, source, row, target)
    network = from_model(opened.network)
    rows = dict(zip(network.inputs, opened.inputs_of(network.inputs), strict=True))
    name = _loss_name(opened, network, loss) if opened.target is not None else None
    ours = None if name is None else partial(_widened, LOSSES[name])
    walk = walk_through(network, rows, opened.target, ours, backward=backward)
    differences = _forward(opened.network, walk, rows)
    if backward:
        differences |= _backward(opened, walk, rows, name)
    told = "the largest output" if name is None else name.replace("_", " ")
    facts = opened.name, row, opened.answer, told
    return TraceResult(*facts, walk, differences, list(opened.notes), opened.columns)


def _loss_name(opened: Traced, network: Network, asked: str | None) -> str:
    """Loss by what was asked, by the task, or by the last activation."""
    name = asked or opened.loss
    if name is not None and name not in LOSSES:
        raise BadParameter(f"trace(loss={name!r}): {did_you_mean(name, LOSSES)}")
    if name is not None:
        return name
    last = getattr(network.layers[-1], "activation", "linear")
    by_activation = {
        "softmax": "categorical_cross_entropy",
        "sigmoid": "binary_cross_entropy",
    }
    return by_activation.get(last, "mean_squared_error")


def _widened(loss: Callable[..., Any], outputs: Any, target: Any) -> Any:
    """Loss with the target of a row repeated for every member of the network."""
    return loss(outputs, _for_members(np.asarray(target), outputs, loss))


def _for_members(target: Any, outputs: Any, loss: Callable[..., Any]) -> Any:
    """Target (rows,) for outputs (rows, members, k): one class or number a member."""
    if outputs.ndim != 3 or target.ndim != 1:
        return target
    is_class = loss is LOSSES["cross_entropy_of_logits"]
    shape = outputs.shape[:2] if is_class else outputs.shape
    return np.broadcast_to(target.reshape(-1, *(1,) * (len(shape) - 1)), shape)


def _forward(model: Any, walk: Walk, rows: dict[str, Any]) -> dict[str, float]:
    """Largest difference of the outputs of each layer."""
    fast = inside.layer_outputs(model, rows)
    return {
        stop.name: _apart(
            stop.seen["outputs"], fast[stop.name][0].reshape(np.shape(stop.seen["outputs"]))
        )
        for stop in walk.stops
    }


def _backward(
    opened: Traced, walk: Walk, rows: dict[str, Any], name: str | None
) -> dict[str, float]:
    """Largest difference of the gradients of each layer's weights."""
    loss = inside.largest_output
    if name is not None:
        target = _for_members(np.asarray(opened.target), walk.outputs, LOSSES[name])
        loss = partial(inside.LOSSES[name], np.asarray(target, np.float32))
    _, fast = inside.weight_gradients(opened.network, rows, loss)
    return {
        f"{stop.name} (gradients)": max(
            _apart(ours, theirs)
            for ours, theirs in zip(stop.gradients.values(), fast[stop.name], strict=True)
        )
        for stop in walk.stops
        if fast[stop.name]
    }


def _apart(ours: Any, theirs: Any) -> float:
    scale = max(1.0, float(np.abs(ours).max(initial=0.0)))
    return float(np.abs(ours - theirs).max(initial=0.0)) / scale


def _arrays(arrays: dict[str, Any]) -> dict[str, Any]:
    """Arrays as JSON: the values of small ones, range and mean of large ones."""
    return {
        name: {"shape": list(array.shape), "values": array.tolist()}
        if array.size <= _FEW
        else {
            "shape": list(array.shape),
            "min": float(array.min()),
            "mean": float(array.mean()),
            "max": float(array.max()),
        }
        for name, array in arrays.items()
    }


def write_page(result: TraceResult, path: str | Path) -> Path:
    """Write the walk as one HTML file; OutputError where it cannot be written."""
    path = Path(path)
    write_bytes(path, walk_page(result).encode())
    return path
