"""A trigger word's detector as a model for ONNX: one run is one step, what it remembers goes along.

What the parts compute is in `standalone`; the alarms are left to the program that runs the model.
"""

import importlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fondo.errors import BadParameter, MissingExtra
from fondo.tasks.audio.standalone import Detector
from fondo.version import __version__

Array = np.ndarray[Any, Any]

OPSET, IR = 17, 8  # both of 2022; later runtimes read them
NEXT = "next_"  # before the name of a state: what it is after the run
TOLD = (
    "Listens to a stream for a word. Each run takes the next samples, full scale is 1, and the "
    "state, zeros at first. Each output next_X is the input X of the next run. A score counts "
    "where valid is true. When scores make an alarm is in the metadata."
)


def as_onnx(detector: Detector) -> bytes:
    """Model for ONNX that gives the scores of a detector, step by step.

    Inputs are `samples`, as many as lie between two scores, and what is remembered of the stream,
    all float32 and all zeros at its start. Outputs are `score`, `valid`, and what is remembered
    now: `next_X` for each X, in the order of the inputs.

    Parameters
    ----------
    detector : Detector
        Whose state does not matter.

    Returns
    -------
    model : bytes
        Of a file. Its metadata are "rate", "stride" and "first" (samples), "first_run" (that gives
        a score, counted from 1), "seconds_a_step", "policy" (JSON, as `judge.events.Policy` has it)
        and "fondo" (its version).

    Raises
    ------
    BadParameter
        A layer or a gate that the model cannot have.
    MissingExtra
        The package onnx is not installed.

    Notes
    -----
    Scores are those of `Detector` from the same first sample on: the first valid one is that of
    step 0, known at `first` samples; it comes at the end of its run, less than `stride` later.
    Until then the score is 0, and memories behind the first convolution stay at zero. Features are
    computed in double precision: float32 loses what is soft beside something loud.

    References
    ----------
    ONNX operators, opset 17, GRU: its gates stand in the order of Keras, update, reset, change;
    `linear_before_reset` is `reset_after`. https://onnx.ai/onnx/operators/onnx__GRU.html
    """
    spec = detector.spec
    if gates := [gate["kind"] for gate in spec.get("gates", [])]:
        raise BadParameter(
            f"export(gates={gates}): a model for ONNX must have no gate, or scores would be "
            "others than the detector's. Write a .py, or leave out what asks for it, such as "
            "alarm.voice or a person that was enrolled (`fondo trigger enrol --forget`)."
        )
    graph = _Graph(detector)
    logits = _through(graph, spec["layers"], graph.features)
    score = graph.add("Mul", graph.add("Sigmoid", logits), graph.awake)
    graph.add("Reshape", score, graph.whole(1), name="score")
    model = graph.model()
    metadata = {
        "rate": detector.rate, "stride": spec["stride"], "first": spec["first"],
        "first_run": graph.first_run, "seconds_a_step": spec["stride"] / detector.rate,
        "policy": json.dumps(spec["policy"]), "fondo": __version__,
    }  # fmt: skip
    onnx().helper.set_model_props(model, {name: str(value) for name, value in metadata.items()})
    return bytes(model.SerializeToString())


def onnx() -> Any:
    """The package onnx, or MissingExtra with what installs it."""
    try:
        return importlib.import_module("onnx")
    except ImportError as error:
        raise MissingExtra(
            "A model for ONNX needs onnx, which is not installed. "
            "Install it with: pip install 'fondo[onnx]'"
        ) from error


class _Graph:
    """Nodes as they are added, the numbers they need, and what is remembered from run to run."""

    def __init__(self, detector: Detector) -> None:
        self.onnx, self.arrays = onnx(), detector.arrays
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}
        self.states: dict[str, tuple[int, ...]] = {}
        stride, first = int(detector.spec["stride"]), int(detector.spec["first"])
        self.stride, self.frames = stride, stride // int(detector.spec["front"]["hop"])
        self.first_run = -(-first // stride)  # that gives a score, counted from 1
        self.awake = self._awake()
        self.features = _front(self, detector.spec["front"], self.first_run * stride - first)

    def add(self, kind: str, *inputs: str, name: str = "", **settings: Any) -> str:
        """Name of what a node gives."""
        name = name or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, [name], **settings))
        return name

    def constant(self, name: str, value: Array) -> str:
        """Name of an array that is always the same."""
        self.constants[name] = self.onnx.numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def whole(self, *values: int) -> str:
        """Whole numbers: a shape, or where to cut."""
        name = "whole_" + "_".join(map(str, values))
        return self.constant(name, np.array(values, np.int64))

    def remember(self, name: str, shape: tuple[int, ...], value: str, *, always: bool) -> None:
        """Keep a value for the next run; unless `always`, not before the first score."""
        self.states[name] = shape
        if always:
            self.add("Identity", value, name=NEXT + name)
        else:
            self.add("Mul", value, self.awake, name=NEXT + name)

    def behind(self, name: str, shape: tuple[int, ...], x: str, new: int, *, always: bool) -> str:
        """Rows of earlier runs (shape) and behind them the `new` rows of x; the last are kept."""
        if not shape[0]:
            return x
        rows = self.add("Concat", name, x, axis=0)
        cut = self.add("Slice", rows, self.whole(new), self.whole(new + shape[0]))
        self.remember(name, shape, cut, always=always)
        return rows

    def _awake(self) -> str:
        """1 from the first score on, 0 before: steps that are not heard whole leave no trace."""
        one = self.constant("one", np.ones(1, np.float32))
        enough = self.constant("enough", np.full(1, self.first_run, np.float32))
        runs = self.add("Min", self.add("Add", "runs", one), enough)  # stays exact for ever
        self.remember("runs", (1,), runs, always=True)
        valid = self.add("GreaterOrEqual", runs, enough, name="valid")
        return self.add("Cast", valid, to=self.onnx.TensorProto.FLOAT)

    def model(self) -> Any:
        """All of it, as onnx has it."""
        helper, kinds = self.onnx.helper, self.onnx.TensorProto

        def values(shapes: Mapping[str, tuple[int, ...]]) -> list[Any]:
            return [helper.make_tensor_value_info(n, kinds.FLOAT, s) for n, s in shapes.items()]

        valid = helper.make_tensor_value_info("valid", kinds.BOOL, (1,))
        given = values({"samples": (self.stride,)} | self.states)
        kept = values({NEXT + name: shape for name, shape in self.states.items()})
        graph = helper.make_graph(
            self.nodes, "trigger", given, [*values({"score": (1,)}), valid, *kept],
            list(self.constants.values()), TOLD,
        )  # fmt: skip
        return helper.make_model(
            graph, producer_name="fondo", producer_version=__version__, ir_version=IR,
            opset_imports=[helper.make_opsetid("", OPSET)],
        )  # fmt: skip


# ---- the front end


def _front(graph: _Graph, spec: Mapping[str, Any], late: int) -> str:
    """Features (frames, bands) of one run; `late` samples at its end wait for the next one."""
    window, hop, double = int(spec["window"]), int(spec["hop"]), graph.onnx.TensorProto.DOUBLE
    sound = graph.behind("sound", (window - hop + late,), "samples", graph.stride, always=True)
    power = _power(graph, spec, graph.add("Cast", sound, to=double))  # (T, frequencies)
    if "front.filters" in graph.arrays:
        filters = np.asarray(graph.arrays["front.filters"], np.float64)
        power = graph.add("MatMul", power, graph.constant("filters", filters))  # (T, bands)
    if spec["log"] is not None:
        floor = graph.constant("floor", np.array(spec["floor"], np.float64))
        power = graph.add("Log", graph.add("Max", power, floor))
    if spec["log"] == "db":
        power = graph.add("Mul", power, graph.constant("db", np.array(10 / np.log(10))))
    mean, scale = (
        graph.constant(name, np.asarray(graph.arrays[f"front.{name}"], np.float64))
        for name in ("mean", "scale")
    )
    features = graph.add("Div", graph.add("Sub", power, mean), scale)
    return graph.add("Cast", features, to=graph.onnx.TensorProto.FLOAT)


def _power(graph: _Graph, spec: Mapping[str, Any], sound: str) -> str:
    """Weighted power (frames, frequencies), by products: few runtimes have a transform.

    Power does not hang on where time begins. Counted from the middle of a frame, at t, cosines are
    alike on both sides and sines opposite, so half of the products will do:

        power = weight ((sum_t (x[t] + x[-t]) cos t)^2 + (sum_t (x[t] - x[-t]) sin t)^2)
    """
    window, n_fft = int(spec["window"]), int(spec["n_fft"])
    half = np.arange((window + 1) // 2)
    times = (window - 1) / 2 - half
    angles = 2 * np.pi / n_fft * times[:, None] * np.arange(n_fft // 2 + 1)
    weights = np.sqrt(np.asarray(graph.arrays["front.weights"], np.float64))
    taper = np.asarray(graph.arrays["front.taper"], np.float64)
    starts = int(spec["hop"]) * np.arange(graph.frames)[:, None]

    def side(name: str, places: Array, taken: Array) -> str:
        seen = graph.add("Gather", sound, graph.constant(f"{name}_places", starts + places))
        return graph.add("Mul", seen, graph.constant(f"{name}_taper", taken))

    before = side("before", half, taper[half])
    # the sample in the middle of an odd number is both halves'; it counts once
    behind = side("behind", window - 1 - half, np.where(times > 0, taper[::-1][half], 0.0))
    parts = []
    for kind, name, wave in (("Add", "cosines", np.cos), ("Sub", "sines", np.sin)):
        table = graph.constant(name, wave(angles) * weights)
        part = graph.add("MatMul", graph.add(kind, before, behind), table)
        parts.append(graph.add("Mul", part, part))
    return graph.add("Add", *parts)


# ---- layers: each takes one step (1, channels) and gives one


def _through(graph: _Graph, layers: list[Mapping[str, Any]], x: str) -> str:
    """What comes out of layers one after the other."""
    for layer in layers:
        if layer["kind"] not in LAYERS:
            raise BadParameter(
                f"export(layers with kind={layer['kind']!r}): a model for ONNX has no such layer. "
                f"Use these: {', '.join(LAYERS)}."
            )
        x = LAYERS[layer["kind"]](graph, layer, x)
    return x


def _conv(graph: _Graph, spec: Mapping[str, Any], x: str) -> str:
    """A convolution: the first takes the frames of a run, each later one its step and its past."""
    kernel, name = graph.arrays[spec["kernel"]], str(spec["kernel"])
    stride, dilation, past = int(spec["stride"]), int(spec["dilation"]), int(spec["past"])
    size, channels, reach = len(kernel), kernel.shape[1], (len(kernel) - 1) * dilation + 1
    first = x == graph.features
    if (stride, past) != ((graph.frames, 0) if first else (1, reach - 1)):
        raise BadParameter(
            f"export({name!r} with stride={stride}, past={past}): a model for ONNX takes "
            f"{graph.frames} frames into its first convolution, without past, and one step into "
            "others, with as much past as they see. Use one of the networks of `trigger_network`."
        )
    memory = name.removesuffix("kernel") + "past"
    rows = graph.behind(memory, (reach - stride, channels), x, stride, always=first)
    if dilation > 1:
        cuts = graph.whole(0), graph.whole(reach), graph.whole(0), graph.whole(dilation)
        rows = graph.add("Slice", rows, *cuts)  # (size, C)
    if spec.get("each"):
        each = graph.add("Mul", rows, graph.constant(name, kernel[:, :, 0]))
        out = graph.add("ReduceSum", each, graph.whole(0), keepdims=1)
    else:
        flat = graph.add("Reshape", rows, graph.whole(1, size * channels)) if size > 1 else rows
        table = graph.constant(name, kernel.reshape(size * channels, -1))
        out = graph.add("MatMul", flat, table)
    if not spec.get("bias"):
        return out
    return graph.add("Add", out, graph.constant(spec["bias"], graph.arrays[spec["bias"]]))


def _affine(graph: _Graph, spec: Mapping[str, Any], x: str) -> str:
    scale, shift = (
        graph.constant(spec[name], graph.arrays[spec[name]]) for name in ("scale", "shift")
    )
    return graph.add("Add", graph.add("Mul", x, scale), shift)


def _relu(graph: _Graph, spec: Mapping[str, Any], x: str) -> str:
    return graph.add("Relu", x)


def _gru(graph: _Graph, spec: Mapping[str, Any], x: str) -> str:
    """Gated recurrent units, by the operator of that name."""
    kernel, recurrent, outer, inner = (
        graph.arrays[spec[name]] for name in ("kernel", "recurrent", "outer", "inner")
    )
    units, name = len(recurrent), str(spec["kernel"]).removesuffix("kernel")
    tables = (
        graph.constant(spec["kernel"], kernel.T[None]),  # (1, 3 units, inputs)
        graph.constant(spec["recurrent"], recurrent.T[None]),
        graph.constant(f"{name}biases", np.concatenate([outer, inner])[None]),
    )
    memory, now = f"{name}hidden", f"{name}now"
    row = graph.add("Reshape", x, graph.whole(1, 1, len(kernel)))
    node = graph.onnx.helper.make_node(
        "GRU", [row, *tables, "", memory], ["", now], hidden_size=units,
        linear_before_reset=int(spec["reset_after"]),
    )  # fmt: skip
    graph.nodes.append(node)
    graph.remember(memory, (1, 1, units), now, always=False)
    return graph.add("Reshape", now, graph.whole(1, units))


def _block(graph: _Graph, spec: Mapping[str, Any], x: str) -> str:
    """Layers whose result is added to what came in, and ReLU of the sum."""
    return graph.add("Relu", graph.add("Add", x, _through(graph, spec["layers"], x)))


def _members(graph: _Graph, spec: Mapping[str, Any], x: str) -> str:
    """Networks side by side, whose logits are averaged."""
    return graph.add("Mean", *(_through(graph, member, x) for member in spec["members"]))


LAYERS: Mapping[str, Callable[[_Graph, Mapping[str, Any], str], str]] = {
    "conv": _conv, "affine": _affine, "relu": _relu, "gru": _gru, "block": _block,
    "members": _members,
}  # fmt: skip
