"""A word that can be made: a tone that rises, in noise; other words fall."""

import numpy as np
import pytest

from fondo.data.audio.clips import Sources
from fondo.data.audio.mixing import Recording

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
