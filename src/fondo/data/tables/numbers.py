"""Numbers made fit for a network: missing ones filled, outliers cut off, scaled.

All statistics are learnt once, from training rows. Which columns are numbers is decided in `kinds`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from fondo.data.tables.columns import Columns
from fondo.errors import BadData

Floats = NDArray[np.float64]

_HUGE = 1e30  # squares of it still fit in float64, and it fits in float32
_FURTHEST = 1e6  # no scaled number is beyond this: float32 networks stay finite
_EDGE = 1e-7  # ranks stop this short of 0 and 1: normal quantiles stay within 5.2
_REFERENCES = 256  # quantiles kept for scaling by rank


@dataclass(frozen=True)
class Numbers:
    """Statistics of training numbers, one entry a column, and what is done with them.

    Attributes
    ----------
    low, high : float64 array (n_columns,)
        Where numbers are cut off; in the column's unit.
    fill : float64 array (n_columns,)
        Stands for a missing number; in the column's unit.
    centre, gain : float64 array (n_columns,)
        A number x becomes (x - centre) * gain; the gain of a constant column is 0.
    middle, stretch : float64 array (n_columns,)
        Where `bent`, z = x / sqrt(1 + (x/3)^2) follows, and then (z - middle) * stretch.
    references : float64 array (n_columns, n_quantiles)
        Quantiles for scaling by rank; no columns of quantiles for other scales.
    bent : bool
        Whether far numbers are bent towards 3.
    squash : bool
        Whether tanh comes last.
    """

    low: Floats
    high: Floats
    fill: Floats
    centre: Floats
    gain: Floats
    middle: Floats
    stretch: Floats
    references: Floats
    bent: bool
    squash: bool

    def transform(self, matrix: Floats) -> NDArray[np.float32]:
        """Scaled numbers.

        Parameters
        ----------
        matrix : float64 array (n_rows, n_columns)
            Raw numbers; NaN where missing, infinities allowed.

        Returns
        -------
        scaled : float32 array (n_rows, n_columns)
            Finite everywhere.
        """
        scaled = np.empty(matrix.shape, np.float32)
        for place in range(matrix.shape[1]):  # a column at a time: no copy of the whole table
            column = matrix[:, place]
            known = np.where(np.isnan(column), self.fill[place], column)
            known = np.clip(known, self.low[place], self.high[place])
            scaled[:, place] = self._scale(known, place)
        if self.squash:
            np.tanh(scaled, out=scaled)
        return scaled

    def beyond(self, matrix: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which numbers lie below and which above the cap; (n_rows, n_columns) each."""
        return matrix < self.low, matrix > self.high

    def _scale(self, column: Floats, place: int) -> Floats:
        if not self.references.shape[1]:
            scaled: Floats = (column - self.centre[place]) * self.gain[place]
            if self.bent:
                scaled = (bend(scaled) - self.middle[place]) * self.stretch[place]
            return np.clip(scaled, -_FURTHEST, _FURTHEST, out=scaled)
        quantiles = self.references[place]
        ranks = np.linspace(0, 1, len(quantiles))
        up = np.interp(column, quantiles, ranks)
        down = -np.interp(-column, -quantiles[::-1], -ranks[::-1])  # where quantiles repeat
        normal: Floats = ndtri(np.clip((up + down) / 2, _EDGE, 1 - _EDGE))
        return normal

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        values = {name: getattr(self, name).tolist() for name in _ARRAYS}
        flags = {"bent": self.bent, "squash": self.squash}
        return values | {"references": self.references.tolist()} | flags

    @classmethod
    def from_json(cls, values: dict[str, Any], n_columns: int) -> "Numbers":
        """The statistics that `to_json` wrote; BadData where they are none."""
        try:
            arrays = {name: np.array(values[name], dtype=np.float64) for name in _ARRAYS}
            references = np.array(values["references"], dtype=np.float64)
            references = references.reshape(n_columns, -1 if n_columns else 0)
            flags = [values[name] for name in ("bent", "squash")]
        except (KeyError, TypeError, ValueError) as error:
            raise BadData(f"Numbers(json): no statistics of numbers ({error!r}).") from error
        shapes = all(array.shape == (n_columns,) for array in arrays.values())
        finite = all(np.isfinite(array).all() for array in (*arrays.values(), references))
        if not (shapes and finite and all(isinstance(flag, bool) for flag in flags)):
            raise BadData(f"Numbers(json): expected {n_columns} finite statistics of each sort.")
        return cls(**arrays, references=references, bent=flags[0], squash=flags[1])


_ARRAYS = ("low", "high", "fill", "centre", "gain", "middle", "stretch")


def fit_numbers(matrix: Floats, columns: Columns) -> Numbers:
    """Learn the statistics of raw numbers.

    Statistics come from the numbers that are known and finite; those of scale and filling are taken
    after cutting off.

    Parameters
    ----------
    matrix : float64 array (n_rows, n_columns)
        Raw numbers of the training rows; NaN where missing, infinities allowed.
    columns : Columns
        Settings.

    Returns
    -------
    numbers : Numbers
        Ready to transform.
    """
    rows = [_fit_column(matrix[:, place], columns) for place in range(matrix.shape[1])]
    own = len(_ARRAYS)
    arrays = np.array([row[:own] for row in rows]).reshape(-1, own).T
    references = np.array([row[own:] for row in rows]).reshape(len(rows), -1 if rows else 0)
    low, high, fill, centre, gain, middle, stretch = arrays
    bent = columns.scale == "smooth"
    return Numbers(low, high, fill, centre, gain, middle, stretch, references, bent, columns.squash)


def _fit_column(column: Floats, columns: Columns) -> list[float]:
    """Statistics in the order of `_ARRAYS`, then the quantiles if scaling is by rank."""
    known = np.clip(column[np.isfinite(column)], -_HUGE, _HUGE)
    if not len(known):
        known = np.zeros(1)
    low, high = -_HUGE, _HUGE
    if columns.cap is not None:
        low, high = np.quantile(known, columns.cap)
    elif np.isinf(column).any():
        low, high = known.min(), known.max()
    known = np.clip(known, low, high)
    fill = columns.fill
    if columns.missing != "constant":
        fill = float(np.median(known) if columns.missing == "median" else known.mean())
    centre, gain = _linear(known, columns.scale)
    references: list[float] = []
    if columns.scale == "quantile":
        references = np.quantile(known, np.linspace(0, 1, _REFERENCES)).tolist()
    middle, stretch = 0.0, 1.0
    if columns.scale == "smooth":
        filled = np.where(np.isnan(column), fill, np.clip(column, low, high))
        bent = bend((filled - centre) * gain)
        middle, stretch = float(bent.mean()), _inverse(float(bent.std()))
    return [float(low), float(high), fill, centre, gain, middle, stretch, *references]


def bend(z: Floats) -> Floats:
    """Numbers bent smoothly towards -3 and 3: z / sqrt(1 + (z/3)^2).

    References
    ----------
    Holzmueller, Grinsztajn, Steinwart (2024), Better by Default (RealMLP), section 3.
    """
    return np.asarray(z / np.hypot(1, z / 3))


def _linear(known: Floats, scale: str) -> tuple[float, float]:
    """Centre and gain of a linear scale; gain 0 where the numbers do not vary."""
    least, most = float(known.min()), float(known.max())
    if scale == "standard":
        # np.std of a constant may be a rounding error away from 0
        spread = float(known.std()) if most > least else 0.0
        return float(known.mean()), _inverse(spread)
    if scale == "minmax":
        return least, _inverse(most - least)
    if scale == "max":
        return 0.0, _inverse(max(abs(least), abs(most)))
    if scale == "smooth":
        lower, middle, upper = np.quantile(known, (0.25, 0.5, 0.75))
        # 1.349 quartile distances of a normal distribution are one standard deviation
        spread = (upper - lower) / 1.349 if upper > lower else float(known.std())
        return float(middle), _inverse(float(spread) if most > least else 0.0)
    if scale == "robust":
        lower, middle, upper = np.quantile(known, (0.25, 0.5, 0.75))
        # where half of the numbers are equal, the range speaks (Holzmueller et al. 2024, RealMLP)
        spread = upper - lower if upper > lower else (most - least) / 2
        return float(middle), _inverse(float(spread))
    return 0.0, 1.0


def _inverse(spread: float) -> float:
    return 1.0 / spread if spread > 1e-300 else 0.0


def bins(inputs: dict[str, NDArray[Any]], count: int) -> NDArray[np.float32]:
    """Edges of bins that hold about equally many training numbers.

    For piecewise-linear embeddings of numbers.

    Parameters
    ----------
    inputs : dict of str to array
        Encoded training rows; "numbers" (n_rows, n_numbers) is looked at.
    count : int
        Bins of each column.

    Returns
    -------
    edges : float32 array (n_numbers, count + 1)
        Ascending along each row; a column with few different values has an edge at each. Where
        there are fewer edges than asked for, the last one is repeated: bins without width.

    References
    ----------
    Gorishniy, Rubachev and Babenko (2022), On Embeddings for Numerical Features in Tabular Deep
    Learning, section 3.2.1, https://arxiv.org/abs/2203.05556

    Examples
    --------
    >>> bins({"numbers": np.array([[0.0], [1.0], [2.0], [4.0]], np.float32)}, 2).tolist()
    [[0.0, 1.5, 4.0]]
    """
    numbers = inputs.get("numbers", np.zeros((0, 0), np.float32))
    rows = [_edges(numbers[:, place], count) for place in range(numbers.shape[1])]
    return np.array(rows, np.float32).reshape(-1, count + 1)


def _edges(column: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    values = np.unique(column)
    if len(values) > count + 1:
        quantiles = np.quantile(column.astype(np.float64), np.linspace(0, 1, count + 1))
        values = np.unique(quantiles.astype(np.float32))
    return np.append(values, np.repeat(values[-1:], count + 1 - len(values)))
