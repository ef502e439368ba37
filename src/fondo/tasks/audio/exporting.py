"""A trained trigger network as the plain parts that `standalone` runs, and as one file.

What the parts compute is in `standalone`; the networks are in `networks.trigger`, the model for
ONNX in `onnx_file`.
"""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from fondo.backend import keras
from fondo.errors import BadParameter
from fondo.networks.trigger import kernel_and_stride
from fondo.tasks.audio.onnx_file import as_onnx
from fondo.tasks.audio.standalone import Detector

Array = np.ndarray[Any, Any]

PLACE_OF_WEIGHTS, PLACE_OF_SPEC = 'WEIGHTS = ""', 'SPEC = ""'
PLACE_OF_GATES = "from fondo.tasks.audio.gates import GATES\n"


def plain_layers(network: Any) -> tuple[list[dict[str, Any]], dict[str, Array]]:
    """Layers of a network of `trigger_network` as `standalone` wants them.

    Parameters
    ----------
    network : keras.Model
        Dropout is left out, as it is when nothing is learnt.

    Returns
    -------
    layers : list of dict
        In order; "kind" and the names of arrays.
    arrays : dict of str to float32 array

    Raises
    ------
    BadParameter
        A layer that the detector does not know.
    """
    members = [layer for layer in network.layers if isinstance(layer, keras.Model)]
    if not members:
        parts = _Parts.of(network)
        return parts.layers, parts.arrays
    each = [_Parts.of(member, f"{member.name}.") for member in members]
    arrays = {name: array for parts in each for name, array in parts.arrays.items()}
    return [{"kind": "members", "members": [parts.layers for parts in each]}], arrays


class _Parts:
    """Layers as they are walked through; those of a block gather until its sum."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix  # of the names of arrays
        self.layers: list[dict[str, Any]] = []
        self.arrays: dict[str, Array] = {}
        self._block: list[dict[str, Any]] | None = None
        self._closing = False  # the activation behind the sum is part of the block
        self._past = 0  # steps of silence that the next convolution is given

    @classmethod
    def of(cls, network: Any, prefix: str = "") -> "_Parts":
        """All layers of one network."""
        parts = cls(prefix)
        for layer in network.layers[1:]:
            parts.add(layer)
        return parts

    def add(self, layer: Any) -> None:
        """One more layer."""
        kind, name = type(layer).__name__, layer.name
        if name.startswith("block_") and self._block is None and not self._closing:
            self._block = []
        adder = getattr(self, f"_{kind.lower()}", None)
        if adder is None:
            raise BadParameter(
                f"export(network): a detector on a stream has no layer {kind} ({name}). "
                "Use one of the networks of `trigger_network`."
            )
        adder(layer)

    def _put(self, **spec: Any) -> None:
        (self.layers if self._block is None else self._block).append(spec)

    def _keep(self, name: str, value: Any) -> str:
        self.arrays[self.prefix + name] = np.asarray(value, np.float32)
        return self.prefix + name

    def _conv1d(self, layer: Any) -> None:
        dilation, size = int(layer.dilation_rate[0]), int(layer.kernel_size[0])
        past = (size - 1) * dilation if layer.padding == "causal" else 0
        self._convolution(layer, layer.kernel, dilation, past)

    def _depthwiseconv1d(self, layer: Any) -> None:
        past, self._past = self._past, 0
        self._convolution(layer, layer.kernel, int(layer.dilation_rate[0]), past, each=True)

    def _convolution(
        self, layer: Any, kernel: Any, dilation: int, past: int, *, each: bool = False
    ) -> None:
        bias = self._keep(f"{layer.name}.bias", layer.bias) if layer.use_bias else ""
        self._put(
            kind="conv", kernel=self._keep(f"{layer.name}.kernel", kernel), bias=bias,
            stride=int(layer.strides[0]), dilation=dilation, past=past, each=each,
        )  # fmt: skip

    def _zeropadding1d(self, layer: Any) -> None:
        self._past = int(layer.padding[0])

    def _batchnormalization(self, layer: Any) -> None:
        spread = np.sqrt(np.asarray(layer.moving_variance, np.float64) + layer.epsilon)
        scale = np.asarray(layer.gamma, np.float64) / spread
        shift = np.asarray(layer.beta) - np.asarray(layer.moving_mean) * scale
        self._put(
            kind="affine",
            scale=self._keep(f"{layer.name}.scale", scale),
            shift=self._keep(f"{layer.name}.shift", shift),
        )

    def _activation(self, layer: Any) -> None:
        if self._closing:
            self._closing = False
            return
        self._put(kind="relu")

    def _add(self, layer: Any) -> None:
        block, self._block = self._block, None
        self._put(kind="block", layers=block)
        self._closing = True

    def _gru(self, layer: Any) -> None:
        cell, name = layer.cell, layer.name
        bias = np.asarray(cell.bias)
        outer, inner = bias if cell.reset_after else (bias, np.zeros_like(bias))
        self._put(
            kind="gru", reset_after=bool(cell.reset_after),
            kernel=self._keep(f"{name}.kernel", cell.kernel),
            recurrent=self._keep(f"{name}.recurrent", cell.recurrent_kernel),
            outer=self._keep(f"{name}.outer", outer), inner=self._keep(f"{name}.inner", inner),
        )  # fmt: skip

    def _dense(self, layer: Any) -> None:
        self._put(
            kind="conv", kernel=self._keep(f"{layer.name}.kernel", np.asarray(layer.kernel)[None]),
            bias=self._keep(f"{layer.name}.bias", layer.bias), stride=1, dilation=1, past=0,
            each=False,
        )  # fmt: skip

    def _dropout(self, layer: Any) -> None:
        """Nothing is silenced when nothing is learnt."""


def detector_of(
    network: Any,
    front: tuple[Mapping[str, Any], Mapping[str, Array]],
    policy: Mapping[str, Any],
    *,
    kind: str,
    rate: int,
    gates: Sequence[Mapping[str, Any]] = (),
) -> Detector:
    """Detector on a stream of a trained network.

    Parameters
    ----------
    network : keras.Model
        Of `trigger_network`.
    front : (mapping, mapping of str to array)
        As `standalone.Front` wants them.
    policy : mapping
        As `standalone.Alarms` wants it.
    kind : str
        Of the network.
    rate : int
        Samples a second.
    gates : sequence of mapping, default=()
        As `gates.GATES` want them; their arrays are the caller's to add.
    """
    layers, arrays = plain_layers(network)
    kernel, stride = kernel_and_stride(kind)
    hop, window = int(front[0]["hop"]), int(front[0]["window"])
    spec = {
        "rate": rate, "front": dict(front[0]), "layers": layers, "policy": dict(policy),
        "stride": stride * hop, "first": (kernel - 1) * hop + window, "gates": list(gates),
    }  # fmt: skip
    return Detector(spec, arrays | dict(front[1]))


def as_program(detector: Detector, bits: int = 32) -> str:
    """Source of one Python file that needs NumPy alone, with the weights in it.

    Parameters
    ----------
    detector : Detector
        Whose state does not matter.
    bits : {32, 8}, default=32
        Of a weight. With 8, the file has a third of the size, scores differ by a hundredth or so,
        and kernels have a scale for each channel; it is as quick.

    Raises
    ------
    BadParameter
        Another number of bits.
    """
    if bits not in (8, 32):
        raise BadParameter(f"export(bits={bits!r}): bits must be 32 or 8.")
    kept = io.BytesIO()
    arrays = detector.arrays if bits == 32 else in_8_bits(detector.arrays)
    # names of arrays become those of members; savez cannot take one called "file"
    np.savez_compressed(kept, **arrays)  # type: ignore[arg-type]
    body = _body("standalone.py").replace(PLACE_OF_GATES, _body("gates.py"), 1)
    spec = json.dumps(detector.spec)
    told = (
        '"""Detector of a trigger word, exported by fondo: python FILE.py recording.wav ...\n\n'
        "It needs NumPy alone. As a module: detector = embedded(); detector.feed(samples).\n"
        '"""'
    )
    for place, value in (
        (PLACE_OF_WEIGHTS, base64.b64encode(kept.getvalue()).decode()),
        (PLACE_OF_SPEC, spec),
    ):
        name = place.partition(" ")[0]
        body = body.replace(f"\n{place}", f"\n{name} = {value!r}", 1)
    return f"{told}{body}"


def in_8_bits(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Kernels as int8, with the scale of each channel beside them as NAME:scale; the rest as it is.

    Parameters
    ----------
    arrays : mapping of str to array
        Of a detector. Those of front and gates, and vectors, are left as they are.
    """
    found: dict[str, Array] = {}
    for name, array in arrays.items():
        if array.ndim < 2 or name.startswith(("front.", "who.")):
            found[name] = array
            continue
        depthwise = array.shape[-1] == 1 < len(array)  # (steps, channels, 1)
        within = 0 if depthwise else tuple(range(array.ndim - 1))
        largest = np.abs(array).max(axis=within, keepdims=True)
        scale = np.asarray(np.maximum(largest, 1e-12) / 127, np.float32)
        found[name] = np.rint(array / scale).astype(np.int8)
        found[f"{name}:scale"] = scale
    return found


def _body(name: str) -> str:
    """Source of a file beside this one, without what it says of itself."""
    source = files("fondo.tasks.audio").joinpath(name).read_text(encoding="utf-8")
    return source.split('"""', 2)[2]


def write(detector: Detector, path: str | Path, bits: int = 32) -> Path:
    """Write a detector as the kind of file that the suffix names.

    Parameters
    ----------
    detector : Detector
        Whose state does not matter.
    path : path
        Ends in .py, see `as_program`, or in .onnx, see `onnx_file.as_onnx`.
    bits : {32, 8}, default=32
        Of a weight; 8 is for .py alone.

    Returns
    -------
    path : Path

    Raises
    ------
    BadParameter
        Another suffix, or bits that it cannot have.
    MissingExtra
        A model for ONNX is asked for and the package onnx is not installed.
    """
    place, given = Path(path), f"TriggerWord.export(path={str(path)!r})"
    if place.suffix not in (".py", ".onnx"):
        raise BadParameter(
            f"{given}: path must end in .py, for a program that needs NumPy alone, or in .onnx, "
            "for a model that runs step by step. Rename it."
        )
    if place.suffix == ".py":
        place.write_text(as_program(detector, bits), encoding="utf-8")
        return place
    if bits != 32:
        raise BadParameter(
            f"{given}: bits={bits} is for .py alone. Leave it out; a runtime of ONNX has means of "
            "its own for it."
        )
    place.write_bytes(as_onnx(detector))
    return place
