"""Points of two classes in the plane, and what a network makes of the plane they lie in.

All clouds fit into the frame from -1.5 to 1.5 and from -1 to 1.
"""

from typing import Any

import numpy as np

from fondo.report.svg import Axis
from fondo.scratch.activations import sigmoid
from fondo.scratch.network import Network

Array = np.ndarray[Any, Any]
Cloud = tuple[Array, Array]
"""Points (rows, 2) and classes (rows, 1), 0 or 1."""

ACROSS, UP = Axis("first input", low=-1.5, high=1.5), Axis("second input", low=-1.0, high=1.0)
_CELLS = (72, 48)


def rings(rows: int, random: np.random.Generator, noise: float) -> Cloud:
    """A ring of radius 0.4 inside one of 0.8; `noise` is the standard deviation of each input."""
    classes = np.arange(rows) % 2
    angle, radius = random.uniform(0, 2 * np.pi, rows), np.where(classes, 0.8, 0.4)
    return _cloud(radius * np.cos(angle), radius * np.sin(angle), classes, noise, random)


def moons(rows: int, random: np.random.Generator, noise: float) -> Cloud:
    """Two half rings of radius 0.5, each with an end inside the other."""
    classes = np.arange(rows) % 2
    angle, side = random.uniform(0, np.pi, rows), 1.0 - 2 * classes
    x = side * (0.5 * np.cos(angle) - 0.25)
    return _cloud(x, side * (0.5 * np.sin(angle) - 0.125), classes, noise, random)


def spirals(rows: int, random: np.random.Generator, noise: float, turns: float = 1.5) -> Cloud:
    """Two spirals, each the other turned by half a circle."""
    classes = np.arange(rows) % 2
    radius = 0.08 + 0.82 * np.sqrt(random.random(rows))
    angle = 2 * np.pi * turns * radius + np.pi * classes
    return _cloud(radius * np.cos(angle), radius * np.sin(angle), classes, noise, random)


def accuracy(network: Network, cloud: Cloud) -> float:
    """Share of points whose class the sign of the network's answer tells."""
    points, classes = cloud
    return float(np.mean((network.predict(points) > 0) == (classes > 0)))


def plane(network: Network) -> list[list[float]]:
    """How sure a network is over the frame: -1 of class 0, 1 of class 1, 0 on the boundary.

    Returns
    -------
    list of 48 rows of 72 float
        The lowest row first, at the middle of each cell, to two decimals.
    """
    x, y = (
        np.linspace(axis.low or 0.0, axis.high or 0.0, 2 * cells + 1)[1::2]
        for axis, cells in zip((ACROSS, UP), _CELLS, strict=True)
    )
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    sure = 2 * sigmoid(network.predict(points))[0] - 1
    found: list[list[float]] = sure.reshape(len(y), len(x)).round(2).tolist()
    return found


def _cloud(x: Array, y: Array, classes: Array, noise: float, random: np.random.Generator) -> Cloud:
    points = np.stack([x, y], axis=1) + random.normal(0, noise, (len(x), 2))
    return points, classes[:, None].astype(float)
