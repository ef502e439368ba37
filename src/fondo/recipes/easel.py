"""Small pictures that recipes are cooked from where no real ones are given; all drawn here.

They are made to show the recipe's point, not to look like anybody's photographs.
"""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

COLOURS = np.array([[200, 40, 40], [40, 60, 200], [230, 190, 40]], float)  # of signs
FACE_POINTS = 68


class Drawn(NamedTuple):
    """Pictures (n, height, width, channels), what is in each, and what belongs together."""

    pictures: Array
    targets: Array
    groups: Array


def shapes(n: int = 240, side: int = 24, seed: int = 0) -> Drawn:
    """Discs and squares of any colour, size and place on a noisy ground: two classes.

    Parameters
    ----------
    n : int, default=240
        Pictures.
    side : int, default=24
        Pixels.
    seed : int, default=0
        Same seed, same pictures.
    """
    draw = np.random.default_rng(seed)
    round_ = np.arange(n) % 2 == 0
    y, x = _places(side)
    middle = draw.uniform(0.35, 0.65, (2, n, 1, 1))
    size = draw.uniform(0.2, 0.32, (n, 1, 1))
    down, right = np.abs(y - middle[0]), np.abs(x - middle[1])
    disc = np.hypot(down, right) < size
    square = np.maximum(down, right) < 0.886 * size  # as large as the disc
    inside = np.where(round_[:, None, None], disc, square)
    ground, ink = draw.uniform(20, 110, (n, 1, 1, 3)), draw.uniform(140, 240, (n, 1, 1, 3))
    pictures = np.where(inside[..., None], ink, ground) + draw.normal(0, 12, (n, side, side, 3))
    return Drawn(_bytes(pictures), np.where(round_, "disc", "square"), np.arange(n))


def signs(tracks: int = 24, frames: int = 8, side: int = 24, seed: int = 0) -> Drawn:
    """Signs of six kinds (disc or square, three colours), filmed: frames of a track are alike.

    Parameters
    ----------
    tracks, frames : int
        Signs, and pictures of each.
    side : int, default=24
        Pixels.
    seed : int, default=0
        Same seed, same pictures.
    """
    draw, n = np.random.default_rng(seed), tracks * frames
    track = np.repeat(np.arange(tracks), frames)
    kind = (np.arange(tracks) % 6)[track]
    light = draw.uniform(0.15, 1.0, tracks)[track][:, None, None, None]  # of the day, a track long
    ground = draw.uniform(30, 220, (tracks, 1, 1, 3))[track]
    y, x = _places(side)
    middle = 0.5 + draw.normal(0, 0.03, (2, n, 1, 1))
    size = (0.25 + 0.1 * np.tile(np.arange(frames) / frames, tracks))[:, None, None]  # nearer
    down, right = np.abs(y - middle[0]), np.abs(x - middle[1])
    disc, square = np.hypot(down, right) < size, np.maximum(down, right) < 0.886 * size
    inside = np.where((kind % 2 == 0)[:, None, None], disc, square)
    colour = COLOURS[kind // 2][:, None, None]
    pictures = light * np.where(inside[..., None], colour, ground)
    pictures = pictures + draw.normal(0, 4, (n, side, side, 3))
    return Drawn(_bytes(pictures), kind, track)


def faces(persons: int = 40, frames: int = 4, side: int = 32, seed: int = 0) -> Drawn:
    """Faces of 68 points, several pictures of each person; targets (n, 68, 2) are x and y.

    Parameters
    ----------
    persons, frames : int
        Persons, and pictures of each.
    side : int, default=32
        Pixels.
    seed : int, default=0
        Same seed, same pictures.
    """
    draw, n = np.random.default_rng(seed), persons * frames
    person = np.repeat(np.arange(persons), frames)
    form = face()[None] * draw.uniform(0.85, 1.15, (persons, 1, 2))[person]
    angle = draw.normal(0, 0.12, n)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = np.einsum("njc,dcn->njd", form, turn) * draw.uniform(0.8, 1.1, (n, 1, 1))
    points = side * (0.5 + 0.38 * points + draw.normal(0, 0.04, (n, 1, 2)))
    y, x = (side * place for place in _places(side))
    ends = points[:, [0, 16]]  # of the jaw, at the height of the middle of the face
    middle, half = ends.mean(axis=1)[:, :, None, None], np.ptp(ends[..., 0], axis=1) / 2
    skin = np.hypot(x - middle[:, 0], y - middle[:, 1]) < half[:, None, None]
    away = np.full((n, side, side), np.inf)
    for k in range(17, FACE_POINTS):
        near = np.hypot(x - points[:, k, 0][:, None, None], y - points[:, k, 1][:, None, None])
        away = np.minimum(away, near)
    pictures = np.where(skin, 190.0, 60.0) - 130 * np.exp(-(away**2))
    pictures = pictures + draw.normal(0, 6, pictures.shape)
    return Drawn(_bytes(pictures)[..., None], points, person)


def face() -> Array:
    """Mean face (68, 2) in the layout of the 300-W points, x to the right and y down, -1 to 1."""
    turn = np.linspace(np.pi, 0, 17)
    jaw = np.stack([np.cos(turn), 0.1 + 0.9 * np.sin(turn)], axis=1)
    brow = np.stack([np.linspace(-0.7, -0.2, 5), -0.5 - 0.1 * np.sin(np.linspace(0, 3, 5))], axis=1)
    nose = np.stack([np.zeros(4), np.linspace(-0.3, 0.1, 4)], axis=1)
    tip = np.stack([np.linspace(-0.15, 0.15, 5), np.full(5, 0.2)], axis=1)
    ring = -np.pi + np.arange(6) * np.pi / 3
    eye = np.stack([-0.45 + 0.15 * np.cos(ring), -0.3 + 0.07 * np.sin(ring)], axis=1)
    other = (eye * [-1, 1])[[3, 2, 1, 0, 5, 4]]
    around, within = (-np.pi + np.arange(k) * 2 * np.pi / k for k in (12, 8))
    mouth = np.stack([0.35 * np.cos(around), 0.55 + 0.14 * np.sin(around)], axis=1)
    lips = np.stack([0.25 * np.cos(within), 0.55 + 0.05 * np.sin(within)], axis=1)
    halves = [jaw, brow, (brow * [-1, 1])[::-1], nose, tip, eye, other, mouth, lips]
    return np.concatenate(halves)


def road(n: int = 300, size: tuple[int, int] = (16, 32), seed: int = 0) -> Drawn:
    """Pictures of a road that bends, one after the other; targets are angles, -1 to 1.

    Parameters
    ----------
    n : int, default=300
        Pictures, in time.
    size : (height, width), default=(16, 32)
        Pixels.
    seed : int, default=0
        Same seed, same pictures.
    """
    draw = np.random.default_rng(seed)
    bend = np.zeros(n)
    for k in range(1, n):  # neighbours are nearly alike
        bend[k] = 0.9 * bend[k - 1] + draw.normal(0, 0.12)
    height, width = size
    y = ((np.arange(height) + 0.5) / height)[:, None]
    x = ((np.arange(width) + 0.5) / width)[None]
    middle = 0.5 + 0.5 * np.clip(bend, -1, 1)[:, None, None] * (1 - y) ** 2
    on = np.abs(x - middle) < 0.08 + 0.3 * y
    pictures = np.where(on, 90.0, 170.0) + draw.normal(0, 8, (n, height, width))
    pictures[:, : height // 4] = 230.0  # the sky
    angle = np.clip(bend + draw.normal(0, 0.03, n), -1, 1)
    angle[np.abs(angle) < 0.05] = 0.0  # hands that rest
    return Drawn(_bytes(pictures)[..., None], angle, np.arange(n))


def _places(side: int) -> tuple[Array, Array]:
    """Rows and columns (side, side) as shares of the picture."""
    line = (np.arange(side) + 0.5) / side
    down, right = np.meshgrid(line, line, indexing="ij")
    return down, right


def _bytes(pictures: Array) -> Array:
    return np.asarray(pictures.round().clip(0, 255), np.uint8)
