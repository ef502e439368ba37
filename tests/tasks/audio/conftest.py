"""Sounds that can be made: a word that rises among others that fall, and tones of three pitches.

And a detector that nothing had to teach.
"""

import numpy as np
import pytest

from fondo.data.audio.clips import Sources
from fondo.data.audio.mixing import Recording
from fondo.judge.events import Policy
from fondo.tasks.audio.standalone import Detector

RATE = 16_000


def word(kind, voice, seed):
    """A third of a second that rises ("rise") or falls, at the pitch of a voice."""
    rng = np.random.default_rng([seed, voice])
    low, high = 300 + 40 * voice, 1200 + 90 * voice
    ends = (low, high) if kind == "rise" else (high, low)
    n = int(RATE * rng.uniform(0.28, 0.38))
    pitch = np.linspace(*ends, n)
    wave = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.hanning(n) ** 0.3
    samples = (0.3 * wave + 0.002 * rng.normal(size=n)).astype("float32")
    return Recording(samples, f"{kind}/{voice}-{seed}.wav", f"voice{voice}")


@pytest.fixture(scope="session")
def made_sources():
    """Sources of some voices: a word that rises, another that falls, noise."""

    def made(voices, backgrounds=(0, 1)):
        noise = [
            Recording(0.01 * np.random.default_rng(k).normal(size=3 * RATE), f"noise{k}")
            for k in backgrounds
        ]
        return Sources(
            RATE,
            noise,
            [word("rise", v, s) for v in voices for s in range(2)],
            [word("fall", v, s) for v in voices for s in range(2)],
        )

    return made


def _tones(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng, times = np.random.default_rng(seed), np.arange(1000) / 8000
    pitch = np.tile([400, 800, 1600], rows)[:rows]
    waves = 0.3 * np.sin(2 * np.pi * pitch[:, None] * times + rng.uniform(0, 6, (rows, 1)))
    return (waves + 0.05 * rng.normal(size=waves.shape)).astype(np.float32), pitch


@pytest.fixture(scope="session")
def tones() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """X, y and test X, y: 150 and 60 waves of 1000 samples at 8 kHz, of three pitches in noise."""
    return *_tones(150, 0), *_tones(60, 1)


@pytest.fixture(scope="session")
def loud_detector():
    """Maker of detectors whose score of a step is high where its ten samples, 10 ms, are loud."""

    def made(bias=-20.0, rate=1000, gates=()):
        hop = rate // 100
        arrays = {
            "front.taper": np.ones(hop),
            "front.weights": np.r_[1.0, np.zeros(hop // 2)],
            "front.mean": np.zeros(hop // 2 + 1),
            "front.scale": np.ones(hop // 2 + 1),
            "out": np.r_[1.0, np.zeros(hop // 2)].reshape(1, -1, 1).astype("float32"),
            "bias": np.array([bias], np.float32),
        }
        conv = {
            "kind": "conv", "kernel": "out", "bias": "bias", "stride": 1, "dilation": 1, "past": 0,
        }  # fmt: skip
        spec = {
            "rate": rate, "stride": hop, "first": hop, "layers": [conv], "gates": list(gates),
            "front": {"window": hop, "hop": hop, "n_fft": hop, "log": None, "floor": 1e-9},
            "policy": Policy(refractory=5).to_json(),
        }  # fmt: skip
        return Detector(spec, arrays)

    return made
