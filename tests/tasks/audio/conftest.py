"""Small sounds that networks of a second can learn from."""

import numpy as np
import pytest

RATE = 8000


def _tones(rows: int, seed: int, samples: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    rng, times = np.random.default_rng(seed), np.arange(samples) / RATE
    pitch = np.tile([400, 800, 1600], rows)[:rows]
    waves = 0.3 * np.sin(2 * np.pi * pitch[:, None] * times + rng.uniform(0, 6, (rows, 1)))
    return (waves + 0.05 * rng.normal(size=waves.shape)).astype(np.float32), pitch


@pytest.fixture(scope="session")
def tones() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """X, y and test X, y: 150 and 60 waves of 1000 samples at 8 kHz, of three pitches in noise."""
    return *_tones(150, 0), *_tones(60, 1)
