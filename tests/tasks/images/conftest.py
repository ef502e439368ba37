"""Small pictures that networks of a second can learn from."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.datasets import load_digits


@pytest.fixture(scope="session")
def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """X, y and test X, y: 900 and 300 digits of 8 x 8 pixels, as bytes."""
    found = load_digits()
    X = (16 * found.images).clip(0, 255).astype("uint8")
    return X[:900], found.target[:900], X[1200:1500], found.target[1200:1500]


@pytest.fixture(scope="session")
def spots() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Gives pictures of 8 x 8 pixels with a bright spot, and its place (n, 1, 2), x and y."""
    return _spots


def _spots(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    points = rng.uniform(2, 6, (rows, 1, 2))
    y, x = np.mgrid[0:8, 0:8] + 0.5
    away = (x - points[:, :, :1]) ** 2 + (y - points[:, :, 1:]) ** 2
    return (255 * np.exp(-away)).astype("uint8"), points
