"""A vector for each of a set of codes, such as words, places or categories."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from fondo.errors import BadData
from fondo.scratch.layer import Array, Layer

_WIDTH = 0.05  # fresh vectors are uniform in +-0.05, as in Keras


class Embedding(Layer):
    """Each code replaced by its own row of a table, which training fills.

        outputs = table[codes];    dL/dtable[k] = sum of dL/doutputs over all places with code k

    Parameters
    ----------
    input_dim : int, at least 1
        How many codes there are: 0 to input_dim - 1.
    output_dim : int, at least 1
        Numbers in each vector.

    Raises
    ------
    BadData
        A code that is no whole number or not in the table; names layer, row and code.

    Notes
    -----
    (batch, ...) -> (batch, ..., output_dim). The same as one-hot rows times the table, without
    the multiplications by 0. Codes have no slope, so their gradient is 0.

    Examples
    --------
    >>> layer = Embedding(3, 2)
    >>> layer(np.array([[2, 0, 2]])).shape
    (1, 3, 2)
    >>> _ = layer.backward(np.ones((1, 3, 2)))
    >>> layer.gradients["embeddings"]  # code 2 came twice, code 1 never
    array([[1., 1.],
           [0., 0.],
           [2., 2.]])
    """

    formula = "outputs = row of the table whose number is the code"
    settings = ("input_dim", "output_dim")
    only: ClassVar[Mapping[str, Any]] = {"mask_zero": False}

    def __init__(self, input_dim: int, output_dim: int, *, name: str = "") -> None:
        super().__init__(name)
        self.input_dim, self.output_dim = input_dim, output_dim

    def build(self, shape: tuple[int, ...]) -> None:
        size = (self.input_dim, self.output_dim)
        self.weights["embeddings"] = self.random.uniform(-_WIDTH, _WIDTH, size)

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        (codes,) = inputs
        wrong = ~((codes >= 0) & (codes < self.input_dim) & (codes == np.floor(codes)))
        if wrong.any():
            place = np.argwhere(wrong)[0]
            raise BadData(
                f"Embedding {self.name!r}: codes must be whole numbers from 0 to "
                f"{self.input_dim - 1}. Row {place[0]} has {codes[tuple(place)]:g}."
            )
        outputs: Array = self.weights["embeddings"][codes.astype(int)]  # (B, ..., E)
        self.seen = {"inputs": codes, "outputs": outputs}
        return outputs

    def backward(self, *d_outputs: Array) -> Array:
        codes = self.seen["inputs"].astype(int)
        self.gradients["embeddings"] = np.zeros_like(self.weights["embeddings"])
        np.add.at(self.gradients["embeddings"], codes, d_outputs[0])  # repeated codes add up
        return np.zeros(codes.shape)
