"""How digits and networks bear a shift: one probe and one curve, the same for every network.

Moving pictures is in `explain.images.shifts`: right is positive, black comes in at the edge.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fondo.explain.images.shifts import shift
from fondo.recipes.digits import TOP, Array, Digits
from fondo.recipes.kitchen import Figure
from fondo.report.svg import Chart

PROBED = 1  # the digit whose mean picture is moved
MOST = 5  # pixels either way, of 28; fewer of small pictures
FILL = (0,)  # black

Answer = Callable[[Array], Array]
"""Pictures (n, height, width, 1), 0 to 255 -> probabilities (n, classes)."""


@dataclass(frozen=True)
class Shifts:
    """What one network says of moved pictures.

    Parameters
    ----------
    pixels : list of int
        Shifts to the right; negative ones go left.
    accuracy : array (shifts,)
        Of all test pictures. Percent.
    probe : dict of int to array (classes,)
        Probabilities for the mean picture, by shift.
    """

    pixels: list[int]
    accuracy: Array
    probe: dict[int, Array]

    def at(self, pixels: int) -> float:
        """Accuracy at one shift. Percent."""
        return float(self.accuracy[self.pixels.index(pixels)])

    def sure(self, pixels: int) -> float:
        """Probability of the probed digit at one shift."""
        return float(self.probe[pixels][PROBED])


def shifts_of(side: tuple[int, int]) -> list[int]:
    """Shifts that are looked at: -5 to 5 pixels, fewer where a picture is below 20 pixels wide.

    Examples
    --------
    >>> shifts_of((8, 8)), len(shifts_of((28, 28)))
    ([-2, -1, 0, 1, 2], 11)
    """
    most = min(MOST, side[1] // 4)
    return list(range(-most, most + 1))


def squares(X: Array, side: tuple[int, int]) -> Array:
    """Rows of pixels as pictures (n, height, width, 1)."""
    return np.asarray(X).reshape(len(X), *side, 1)


def probe_of(X: Array, y: Array, side: tuple[int, int]) -> Array:
    """Mean of all pictures of the probed digit (1, height, width, 1)."""
    return squares(X[y == PROBED].mean(axis=0, dtype=np.float64)[None], side).astype(np.float32)


def look_at_shifts(answer: Answer, told: Digits, probe: Array) -> Shifts:
    """Ask a network about every test picture and the probe, at every shift."""
    pictures, pixels = squares(told.X_test, told.side), shifts_of(told.side)
    accuracy, sure = [], {}
    for right in pixels:
        both = np.concatenate([pictures, probe.astype(pictures.dtype)])
        said = answer(shift(both, 0, right, fill=FILL))
        accuracy.append(100 * float(np.mean(said[:-1].argmax(axis=1) == told.y_test)))
        sure[right] = np.asarray(said[-1])
    return Shifts(pixels, np.array(accuracy), sure)


def dense_answer(network: Any, state: Any) -> Answer:
    """Answers of a network of chapter 2, whose pixels were divided by the largest."""
    from fondo.engine.examples import Examples
    from fondo.recipes.look import chances
    from fondo.recipes.runs import logits

    def answer(pictures: Array) -> Array:
        rows = np.asarray(pictures.reshape(len(pictures), -1) / TOP, np.float32)
        return chances(logits(network, state, Examples(rows, np.zeros(len(rows), np.int32))))

    return answer


def task_answer(task: Any) -> Answer:
    """Answers of a fitted classifier of pictures."""

    def answer(pictures: Array) -> Array:
        said = task.decode(task.outputs_of({"pictures": np.asarray(pictures, np.float32)}))
        return np.asarray(said.probabilities)

    return answer


def sure_figure(
    name: str, seen: Sequence[Shifts], pixels: int, published: float | None = None
) -> Figure:
    """Mean probability of the probed digit at one shift; a tenth is what a fool would say."""
    from fondo.recipes.curves import mean

    naive = 1 / len(seen[0].probe[0])
    found = mean(name, [each.sure(pixels) for each in seen], naive=naive, published=published)
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))  # a probability


def kept(seen: Sequence[Shifts], pixels: int) -> int:
    """How many networks still answer with the probed digit."""
    return sum(int(each.probe[pixels].argmax()) == PROBED for each in seen)


def accuracy_curve(title: str, ways: Mapping[str, Sequence[Shifts]], caption: str) -> Chart:
    """Accuracy against the shift, a line with its band for each kind of network."""
    from fondo.recipes.curves import ranges
    from fondo.report.charts import lines
    from fondo.report.svg import Axis
    from fondo.studies.drawing import banded

    series = []
    for style, (name, seen) in enumerate(ways.items(), start=1):
        along = [float(pixels) for pixels in seen[0].pixels]
        band = ranges([each.accuracy for each in seen])
        series.append(banded(name, along, band, style, dots=True))
    axes = Axis("shift to the right", "pixels"), Axis("test accuracy", "%", low=0.0)
    told = "Line: mean of the seeds; band: 10th to 90th percentile of them."
    return lines(title, *axes, series, f"{caption} {told}")


def probe_chart(probe: Array, caption: str) -> Chart:
    """The probe, and the probe moved by one pixel either way."""
    from fondo.recipes.pictures import shown

    moved = [shift(probe, 0, right, fill=FILL)[0, :, :, 0] for right in (-1, 0, 1)]
    names = ["1 to the left", "as it is", "1 to the right"]
    return shown("The mean picture", np.stack(moved), names, caption)
