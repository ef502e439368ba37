"""A trigger word's detector on a stream, in NumPy alone: samples in, scores and alarms out.

`fondo trigger export` writes this file, `gates` and the weights as one program, so nothing else of
fondo may be imported here.
"""

import base64
import io
import json
import sys
import wave
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fondo.tasks.audio.gates import GATES

Array = np.ndarray[Any, Any]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), np.float32)


# ---- what features are made of


class Front:
    """Samples to features, frame by frame.

    Parameters
    ----------
    spec : mapping
        "window", "hop", "n_fft" in samples, "log" ("log", "db" or None), "floor".
    arrays : mapping of str to array
        "front.taper" (window,), "front.weights" (frequencies,) or "front.filters" (frequencies,
        bands), "front.mean" and "front.scale" (bands,).
    """

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self.window, self.hop = int(spec["window"]), int(spec["hop"])
        self.n_fft, self.log, self.floor = int(spec["n_fft"]), spec["log"], float(spec["floor"])
        self.taper = arrays["front.taper"]
        self.weights, self.filters = arrays["front.weights"], arrays.get("front.filters")
        self.mean, self.scale = arrays["front.mean"], arrays["front.scale"]
        self.rest = np.zeros(0, np.float32)

    def feed(self, samples: Array) -> Array:
        """Features (frames, bands) of the frames that these samples complete."""
        self.rest = np.concatenate([self.rest, np.asarray(samples, np.float32)])
        count = max((len(self.rest) - self.window) // self.hop + 1, 0)
        if not count:
            return np.zeros((0, len(self.mean)), np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(self.rest, self.window)
        frames = frames[: count * self.hop : self.hop] * self.taper
        self.rest = self.rest[count * self.hop :].copy()
        spectrum = np.fft.rfft(frames, self.n_fft)
        values = (spectrum.real**2 + spectrum.imag**2) * self.weights
        if self.filters is not None:
            values = values @ self.filters
        if self.log is not None:
            values = np.log(np.maximum(values, self.floor))
            if self.log == "db":
                values = values * (10 / np.log(10))
        return np.asarray((values - self.mean) / self.scale, np.float32)

    def state(self) -> list[Array]:
        """Samples that wait for the rest of their frame."""
        return [self.rest]

    def restore(self, state: list[Array]) -> None:
        """Take back what `state` gave."""
        (self.rest,) = state


# ---- layers, each of which remembers what it needs of the past


class Conv:
    """Convolution along time; with `past`, that many steps of silence stand before the start."""

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self.kernel, self.bias = arrays[spec["kernel"]], arrays.get(spec.get("bias", ""))
        self.stride, self.dilation = int(spec["stride"]), int(spec["dilation"])
        self.each = bool(spec.get("each"))  # depthwise: a filter a channel
        self.reach = (len(self.kernel) - 1) * self.dilation + 1
        self.rest = np.zeros((int(spec["past"]), self.kernel.shape[1]), np.float32)

    def feed(self, x: Array) -> Array:
        """Outputs of the windows that these steps complete."""
        self.rest = np.concatenate([self.rest, x])
        count = max((len(self.rest) - self.reach) // self.stride + 1, 0)
        ends = (count - 1) * self.stride + 1
        total = np.zeros((count, self.kernel.shape[-1] if not self.each else x.shape[1]), "f4")
        for k, part in enumerate(self.kernel):
            seen = self.rest[k * self.dilation : k * self.dilation + ends : self.stride]
            if count:
                total += seen * part[:, 0] if self.each else seen @ part
        self.rest = self.rest[count * self.stride :].copy()
        return total if self.bias is None else total + self.bias

    def state(self) -> list[Array]:
        """Steps that later windows still see."""
        return [self.rest]

    def restore(self, state: list[Array]) -> None:
        """Take back what `state` gave."""
        (self.rest,) = state


class Affine:
    """Each channel times a number, plus a number: a batch normalisation that has learnt."""

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self.scale, self.shift = arrays[spec["scale"]], arrays[spec["shift"]]

    def feed(self, x: Array) -> Array:
        """The same steps, scaled and shifted."""
        return np.asarray(x * self.scale + self.shift)

    def state(self) -> list[Array]:
        """Nothing."""
        return []

    def restore(self, state: list[Array]) -> None:
        """Nothing to take back."""


class Relu(Affine):
    """Numbers below 0 become 0."""

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        pass

    def feed(self, x: Array) -> Array:
        """The same steps."""
        return np.maximum(x, 0)


class Gru:
    """Gated recurrent units."""

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self.kernel, self.recurrent = arrays[spec["kernel"]], arrays[spec["recurrent"]]
        self.outer, self.inner = arrays[spec["outer"]], arrays[spec["inner"]]
        self.units, self.after = len(self.recurrent), bool(spec["reset_after"])
        self.hidden = np.zeros(self.units, np.float32)

    def feed(self, x: Array) -> Array:
        """States (steps, units)."""
        arrived = x @ self.kernel + self.outer
        out = np.empty((len(x), self.units), np.float32)
        for step, row in enumerate(arrived):
            self.hidden = out[step] = self._step(row)
        self.hidden = self.hidden.copy()
        return out

    def _step(self, row: Array) -> Array:
        n, h = self.units, self.hidden
        if self.after:
            own = h @ self.recurrent + self.inner
            gates = sigmoid(row[: 2 * n] + own[: 2 * n])
            change = np.tanh(row[2 * n :] + gates[n:] * own[2 * n :])
        else:
            gates = sigmoid(row[: 2 * n] + h @ self.recurrent[:, : 2 * n])
            change = np.tanh(row[2 * n :] + (gates[n:] * h) @ self.recurrent[:, 2 * n :])
        z = gates[:n]
        return np.asarray(z * h + (1 - z) * change)

    def state(self) -> list[Array]:
        """What is remembered."""
        return [self.hidden]

    def restore(self, state: list[Array]) -> None:
        """Take back what `state` gave."""
        (self.hidden,) = state


def through(layers: list[Any], x: Array) -> Array:
    """What comes out of layers one after the other."""
    for layer in layers:
        x = layer.feed(x)
    return x


class Nested:
    """Layers within a layer."""

    layers: list[Any]

    def state(self) -> list[Array]:
        """What its layers remember."""
        return [part for layer in self.layers for part in layer.state()]

    def restore(self, state: list[Array]) -> None:
        """Take back what `state` gave."""
        parts = list(state)
        for layer in self.layers:
            count = len(layer.state())
            layer.restore(parts[:count])
            del parts[:count]


class Block(Nested):
    """Layers whose result is added to what came in, and ReLU of the sum."""

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self.layers = [LAYERS[each["kind"]](each, arrays) for each in spec["layers"]]

    def feed(self, x: Array) -> Array:
        """The same number of steps."""
        return np.asarray(np.maximum(x + through(self.layers, x), 0))


class Members(Nested):
    """Networks side by side, whose logits are averaged."""

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self.members = [
            [LAYERS[each["kind"]](each, arrays) for each in member] for member in spec["members"]
        ]
        self.layers = [layer for member in self.members for layer in member]

    def feed(self, x: Array) -> Array:
        """One logit for each step that all of them complete."""
        return np.asarray(np.mean([through(member, x) for member in self.members], axis=0))


LAYERS: dict[str, Any] = {
    "conv": Conv, "affine": Affine, "relu": Relu, "gru": Gru, "block": Block, "members": Members,
}  # fmt: skip


# ---- alarms


class Alarms:
    """When scores make an alarm: k of the last n reach the threshold, spaced, armed again.

    Parameters
    ----------
    spec : mapping
        "threshold", "k", "n", "refractory" and "wait" in steps, "release" or None: the fields of
        `fondo.judge.events.Policy`, whose alarms these are.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec = dict(spec)
        self.position, self.last, self.armed = 0, -1, True
        self.tail = [False] * (int(spec["n"]) - 1)

    def feed(self, scores: Array) -> list[int]:
        """Steps, from the start of the stream, at which there is an alarm."""
        spec, found = self.spec, []
        for score in scores:
            self.tail.append(bool(score >= spec["threshold"]))
            if spec["release"] is not None and score < spec["release"]:
                self.armed = True
            first = int(spec["wait"]) if self.last < 0 else self.last + int(spec["refractory"])
            if sum(self.tail) >= spec["k"] and self.position >= first and self.armed:
                found.append(self.position)
                self.last, self.armed = self.position, spec["release"] is None
            del self.tail[0]
            self.position += 1
        return found

    def state(self) -> list[Array]:
        """Where the stream stands, as one array."""
        return [np.array([self.position, self.last, self.armed, *self.tail], np.int64)]

    def restore(self, state: list[Array]) -> None:
        """Take back what `state` gave."""
        position, last, armed, *tail = state[0].tolist()
        self.position, self.last, self.armed = position, last, bool(armed)
        self.tail = [bool(each) for each in tail]


class Detector:
    """Listens to a stream for a word.

    Parameters
    ----------
    spec : mapping
        "rate" (samples a second), "front", "layers", "policy", "stride" (samples from one score
        to the next), "first" (samples until the first score), and perhaps "gates".
    arrays : mapping of str to float32 array
        Weights.

    Notes
    -----
    Pieces of a stream may be of any length; scores are those of the whole of it.
    """

    def __init__(self, spec: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self.spec, self.arrays = dict(spec), dict(arrays)
        self.rate = int(spec["rate"])
        self.reset()

    def reset(self) -> None:
        """Forget the stream: the next sample is the first one."""
        self.front = Front(self.spec["front"], self.arrays)
        self.layers = [LAYERS[each["kind"]](each, self.arrays) for each in self.spec["layers"]]
        gates = self.spec.get("gates", [])
        self.gates = [GATES[each["kind"]](each, self.arrays, self.rate) for each in gates]
        self.policy = Alarms(self.spec["policy"])

    def feed(self, samples: Array) -> tuple[Array, list[int]]:
        """Next samples of the stream.

        Parameters
        ----------
        samples : float array (samples,)
            Full scale is 1; at the detector's rate. Any number, none included.

        Returns
        -------
        scores : float32 array (steps,)
            Probability at each step that these samples complete; 0 where a gate is closed.
        alarms : list of int
            Steps, counted from the start of the stream.
        """
        samples = np.asarray(samples, np.float32)
        features = self.front.feed(samples)
        scores = sigmoid(through(self.layers, features)[:, 0])
        steps = self.policy.position + np.arange(len(scores))
        ends = self.spec["first"] + steps * self.spec["stride"]
        for gate in self.gates:
            scores = scores * gate.feed(samples, features, ends)
        return scores, self.policy.feed(scores)

    def seconds(self, step: int) -> float:
        """Time from the start of the stream at which the score of a step is known."""
        return float(self.spec["first"] + step * self.spec["stride"]) / self.rate

    def state(self) -> list[Array]:
        """All that is remembered of the stream, as arrays."""
        return [each.copy() for part in self._parts() for each in part.state()]

    def restore(self, state: list[Array]) -> None:
        """Go on from where `state` was taken."""
        rest = [each.copy() for each in state]
        for part in self._parts():
            count = len(part.state())
            part.restore(rest[:count])
            del rest[:count]

    def _parts(self) -> list[Any]:
        return [self.front, *self.layers, *self.gates, self.policy]


# ---- as a program of its own

WEIGHTS = ""  # of the exported file: base64 of an .npz
SPEC = ""  # of the exported file: JSON


def embedded() -> Detector:
    """Detector of the weights that this file carries."""
    with np.load(io.BytesIO(base64.b64decode(WEIGHTS)), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    for name in [name for name in arrays if name.endswith(":scale")]:  # weights of 8 bits
        scale = arrays.pop(name)
        arrays[name[:-6]] = arrays[name[:-6]] * scale
    return Detector(json.loads(SPEC), arrays)


def read_wav(path: str, rate: int) -> Iterator[Array]:
    """Blocks of a WAV file of 16 bits at this rate; channels are averaged."""
    with wave.open(path) as file:
        if file.getsampwidth() != 2 or file.getframerate() != rate:
            raise SystemExit(f"{path}: it must be of 16 bits, {rate} samples a second.")
        while block := file.readframes(rate):
            samples = np.frombuffer(block, "<i2").reshape(-1, file.getnchannels())
            yield samples.mean(axis=1).astype(np.float32) / 32768


def main() -> None:
    """Print the seconds at which the word is heard in WAV files."""
    for path in sys.argv[1:]:
        detector = embedded()
        for block in read_wav(path, detector.rate):
            for step in detector.feed(block)[1]:
                print(f"{path}\t{detector.seconds(step):.3f}")


if __name__ == "__main__" and WEIGHTS:
    main()
