"""A number that says how a picture looks: pictures that look alike have nearly the same bits.

How many bits may differ is for `twins` to say.
"""

import functools
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SIDE = 32  # pixels, to which pictures are made small first
THUMB = 16  # pixels, of what is kept to compare pictures closely
_LOW = 8  # frequencies in each direction that are looked at
PLAIN = 2.0  # levels of 255 by which pixels of the small picture scatter at least, or it is plain


def perceptual_hashes(small: Array) -> Array:
    """Hash of each picture by its coarsest waves.

    Parameters
    ----------
    small : array (n, 32, 32)
        Grey pictures made small, 0 to 255.

    Returns
    -------
    hashes : uint64 array (n,)
        Bit k says whether wave k is stronger than the middling one; brightness and contrast of
        the whole picture change nothing. The bit of the mean is always 0, so there are 63. A
        plain picture, which has no waves worth the name, has the hash 0, and no other has. As 31
        of the bits are 1, two such hashes differ in an even number of bits.

    Notes
    -----
    This is pHash: the discrete cosine transform of 32 x 32 pixels, of which the lowest 8 x 8
    frequencies are compared with their median. Unlike there the mean is not compared, since it
    would always be the largest.

    References
    ----------
    Zauner (2010), Implementation and Benchmarking of Perceptual Image Hash Functions, 3.2.1.
    """
    pixels = np.asarray(small, np.float64)
    waves = _cosines() @ pixels @ _cosines().T  # (n, 8, 8)
    rest = waves.reshape(-1, _LOW * _LOW)[:, 1:]
    bits = np.zeros((len(pixels), _LOW * _LOW), np.uint8)
    bits[:, 1:] = rest > np.median(rest, axis=1, keepdims=True)
    bits[pixels.std(axis=(1, 2)) < PLAIN] = 0
    packed = np.packbits(bits, axis=1)
    return packed.view(">u8").reshape(-1).astype(np.uint64)


def thumbs(small: Array) -> Array:
    """Small pictures (n, 32, 32) made smaller still: uint8 (n, 16, 16)."""
    ratio = SIDE // THUMB
    blocks = np.asarray(small, np.float32).reshape(-1, THUMB, ratio, THUMB, ratio)
    means: Array = np.rint(blocks.mean(axis=(2, 4)))
    return means.astype(np.uint8)


def shrunk(block: Array) -> Array:
    """Grey pictures (n, height, width) made 32 x 32, float; as Pillow's bilinear scaling does."""
    height, width = block.shape[1:]
    down, across = _weights(height), _weights(width)
    return np.asarray(down @ np.asarray(block, np.float32) @ across.T)


@functools.cache
def _cosines() -> Array:
    """The lowest waves of a DCT-II with unit length (8, 32)."""
    k, x = np.arange(_LOW)[:, None], np.arange(SIDE)[None]
    waves = np.cos(np.pi * k * (2 * x + 1) / (2 * SIDE)) * np.sqrt(2 / SIDE)
    waves[0] /= np.sqrt(2)
    return np.asarray(waves)


@functools.lru_cache(maxsize=64)
def _weights(length: int) -> Array:
    """Weight of each of `length` pixels for each of 32 (32, length); rows sum to 1."""
    scale = length / SIDE
    reach = max(scale, 1.0)
    centres = (np.arange(SIDE) + 0.5) * scale
    distance = np.abs(np.arange(length) + 0.5 - centres[:, None]) / reach
    triangle = np.clip(1 - distance, 0, None)
    return np.asarray(triangle / triangle.sum(axis=1, keepdims=True), np.float32)
