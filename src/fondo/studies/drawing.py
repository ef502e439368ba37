"""Parts of pictures that several studies draw."""

from collections.abc import Sequence

from fondo.report.charts import Line
from fondo.report.regions import Group
from fondo.studies.parts import Numbers
from fondo.studies.spread import Bands


def banded(name: str, x: Sequence[float], found: Bands, style: int, *, dots: bool = False) -> Line:
    """Line through the means with the band of their intervals, as long as `x` is."""
    mean, low, high = (found[end][: len(x)] for end in ("mean", "low", "high"))
    return Line(name, x, mean, low, high, style, dots)


def classes_of(numbers: Numbers) -> list[Group]:
    """Dots of the two classes that a study keeps as "points" and "classes"."""
    rows = list(zip(numbers["points"], numbers["classes"], strict=True))
    return [
        Group(
            f"class {k}",
            [point[0] for point, each in rows if each == k],
            [point[1] for point, each in rows if each == k],
            style=k + 1,
        )
        for k in range(2)
    ]
