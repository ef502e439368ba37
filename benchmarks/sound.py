"""Speed of fondo on sound beside its peers, with the marks it must reach.

Run with `python -m benchmarks.sound`: training of the notes' trigger network, a detector on a
stream, spectra of an hour. How rounds go is in `rounds`.
"""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.peers import Round, environment
from benchmarks.rounds import Suite, check_floors, clocked, command_line, measure, show

CLIPS, BATCH, STEPS, BANDS, SCORES = 20, 5, 5511, 101, 1375
RATE, CLIP, COUNT = 16_000, 10, 360
WINDOW, HOP, N_FFT, MELS, CEPSTRA = 400, 160, 512, 64, 20
SLOWEST = 0.005  # seconds that a piece of 80 ms may take, half of them, on one thread


def clips() -> tuple[np.ndarray, np.ndarray]:
    """Features (clips, steps, bands) and labels (clips, scores) of the notes' shapes."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(CLIPS, STEPS, BANDS)).astype(np.float32)
    return features, (rng.random((CLIPS, SCORES)) < 0.07).astype(np.float32)


def fondo(_: Sequence[str]) -> Round:
    """Ours: the whole of `train`, on our layers."""
    from functools import partial

    from fondo.engine.examples import Examples
    from fondo.engine.objective import Objective
    from fondo.engine.optimizers import make_optimizer
    from fondo.engine.plan import Plan
    from fondo.engine.step import supervised
    from fondo.engine.train import train
    from fondo.networks.trigger import trigger_network
    from fondo.tasks.audio.step_loss import step_loss

    examples = Examples(*clips())
    network = trigger_network("notes", (STEPS, BANDS), dropout=0.8, reset_after=False, seed=0)
    plan = Plan(epochs=1, batch_size=BATCH, patience=None)
    objective = Objective(partial(step_loss, weight=1.0), "benchmark")

    def run() -> list[float]:
        step = supervised(network, objective, make_optimizer("adam", 1e-4))
        return [row["seconds"] for row in train(step, examples, None, plan).history]

    return run


def keras_fit(_: Sequence[str]) -> Round:
    """`keras.Model.fit`, on the backend of the process."""
    import keras

    layers = keras.layers
    gru = {"return_sequences": True, "reset_after": False}
    network = keras.Sequential(
        [
            keras.Input((STEPS, BANDS)),
            layers.Conv1D(196, 15, strides=4),
            *(layers.BatchNormalization(), layers.Activation("relu"), layers.Dropout(0.8)),
            *(layers.GRU(128, **gru), layers.Dropout(0.8), layers.BatchNormalization()),
            *(layers.GRU(128, **gru), layers.Dropout(0.8), layers.BatchNormalization()),
            layers.Dropout(0.8),
            layers.Dense(1),
        ]
    )
    network.compile(keras.optimizers.Adam(1e-4), keras.losses.BinaryCrossentropy(from_logits=True))
    features, labels = clips()

    def epoch() -> None:
        network.fit(features, labels[..., None], batch_size=BATCH, epochs=1, verbose=0)

    return lambda: [clocked(epoch)]


def torch_loop(_: Sequence[str]) -> Round:
    """Loop over batches; PyTorch's GRU resets after the product, it has no other."""
    import torch

    nn = torch.nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.heard, self.normal = nn.Conv1d(BANDS, 196, 15, stride=4), nn.BatchNorm1d(196)
            self.first, self.second = (nn.GRU(n, 128, batch_first=True) for n in (196, 128))
            self.normals = nn.ModuleList([nn.BatchNorm1d(128), nn.BatchNorm1d(128)])
            self.drop, self.out = nn.Dropout(0.8), nn.Linear(128, 1)

        def forward(self, x: Any) -> Any:
            x = self.drop(torch.relu(self.normal(self.heard(x.transpose(1, 2))))).transpose(1, 2)
            x = self.normals[0](self.drop(self.first(x)[0]).transpose(1, 2)).transpose(1, 2)
            x = self.normals[1](self.drop(self.second(x)[0]).transpose(1, 2)).transpose(1, 2)
            return self.out(self.drop(x))[..., 0]

    network = Network()
    steps = torch.optim.Adam(network.parameters(), 1e-4)
    features, labels = (torch.from_numpy(each) for each in clips())

    def epoch() -> None:
        for some in torch.randperm(CLIPS).split(BATCH):
            steps.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                network(features[some]), labels[some]
            )
            loss.backward()
            steps.step()
        float(loss)

    return lambda: [clocked(epoch)]


def hour() -> np.ndarray:
    """Clips (360, 160000) of noise; what they hold does not matter to the time."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(COUNT, CLIP * RATE)).astype(np.float32) * 0.1


def fondo_spectra(kind: str) -> Round:
    """Ours, in compiled blocks side by side."""
    from fondo.networks.sounds import View
    from fondo.tasks.audio.seeing import BLOCK, seen_by

    name = {"mel": "log_mel", "mfcc": "mfcc"}[kind]
    sizes = {"bands": MELS, "coefficients": CEPSTRA, "window": WINDOW, "hop": HOP}
    view = View(RATE, CLIP * RATE, name, **sizes, low=0.0, high=None, span=80.0, centre=False,
                average=False, level=None)  # fmt: skip
    waves = hour()
    seen_by(view, waves[:BLOCK])
    return lambda: [clocked(lambda: seen_by(view, waves))]


def librosa_spectra(kind: str) -> Round:
    """librosa, clip by clip, as its introductions have it."""
    import librosa

    waves = hour()
    cut = {"n_fft": N_FFT, "hop_length": HOP, "win_length": WINDOW, "n_mels": MELS, "sr": RATE}

    def mel(y: np.ndarray) -> Any:
        return librosa.power_to_db(librosa.feature.melspectrogram(y=y, **cut))

    def mfcc(y: np.ndarray) -> Any:
        return librosa.feature.mfcc(y=y, n_mfcc=CEPSTRA, **cut)

    function = mel if kind == "mel" else mfcc

    def run() -> None:
        for wave in waves:
            function(wave)

    return lambda: [clocked(run)]


SUITE = Suite(
    "benchmarks.sound",
    {
        "trigger": {
            "fondo": (fondo, {"KERAS_BACKEND": "jax"}),
            "keras on tensorflow": (keras_fit, {"KERAS_BACKEND": "tensorflow"}),
            "pytorch loop": (torch_loop, {}),
        },
        "mel": {
            "fondo": (lambda _: fondo_spectra("mel"), {}),
            "librosa": (lambda _: librosa_spectra("mel"), {}),
        },
        "mfcc": {
            "fondo": (lambda _: fondo_spectra("mfcc"), {}),
            "librosa": (lambda _: librosa_spectra("mfcc"), {}),
        },
    },
    {
        "trigger": {"keras on tensorflow": 1.0, "pytorch loop": 1.0},
        "mel": {"librosa": 3.0},
        "mfcc": {"librosa": 3.0},
    },
)

STREAM = """
import time, numpy as np
from fondo.networks.trigger import trigger_network
from fondo.tasks.audio.exporting import detector_of
from fondo.tasks.audio.front import front_end
from fondo.judge.events import Policy
for kind, name in (("gru", "log_mel"), ("notes", "notes_log")):
    front = front_end(name)
    network = trigger_network(kind, (None, front.n_bands), dropout=0.0, reset_after=True, seed=0)
    plain = front.plain(np.zeros(front.n_bands), np.ones(front.n_bands))
    ears = detector_of(network, plain, Policy().to_json(), kind=kind, rate=front.rate)
    block = round(0.08 * front.rate)
    samples = np.random.default_rng(0).normal(size=front.rate * 20).astype("f4") * 0.1
    took = []
    for k in range(0, len(samples), block):
        start = time.perf_counter()
        ears.feed(samples[k : k + block])
        took.append(time.perf_counter() - start)
    print(kind, name, np.median(took), np.quantile(took, 0.95), sum(took) / 20)
"""


def stream(_: int) -> list[str]:
    """Detector in NumPy alone, fed 80 ms at a time, on one thread."""
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", STREAM], capture_output=True, text=True, check=True,
        env=environment({"KERAS_BACKEND": "jax", **one}),
    )  # fmt: skip
    wrong = []
    print("\ndetector on a stream, 80 ms at a time, one thread")
    for line in done.stdout.splitlines():
        kind, front, *numbers = line.split()
        half, most, share = map(float, numbers)
        print(
            f"  {kind:<8}{front:<10} half within {half * 1000:.2f} ms, 95 % within "
            f"{most * 1000:.2f} ms, {share:.4f} of real time"
        )
        if kind == "gru" and half > SLOWEST:
            wrong.append(f"stream: a piece takes {half * 1000:.1f} ms, 5 are allowed")
    return wrong


def trigger(rounds: int) -> list[str]:
    """Training of the notes' network."""
    times = measure(SUITE, "trigger", rounds)
    show(f"the notes' trigger network, {CLIPS} clips of 10 s, batch {BATCH}, Adam", times)
    return check_floors(SUITE, "trigger", times)


def spectra(rounds: int) -> list[str]:
    """Spectra of an hour of sound."""
    wrong = []
    for part in ("mel", "mfcc"):
        times = measure(SUITE, part, rounds)
        show(f"{part} of an hour at 16 kHz, {WINDOW} / {HOP} / {N_FFT}, {MELS} bands", times, "s")
        wrong += check_floors(SUITE, part, times)
    return wrong


PARTS = {"trigger": trigger, "stream": stream, "spectra": spectra}


def main(arguments: Sequence[str] | None = None) -> int:
    return command_line(SUITE, PARTS, __doc__.split("\n")[0], arguments)


if __name__ == "__main__":
    sys.exit(main())
