"""The canvas of a chart: title, axes, grid, legend and a sentence underneath, as plain SVG.

No script, no dependency, no fixed colour: classes whose colours the style sheet gives. The kinds
of chart are in `charts` and `grids`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fondo.report.markup import Markup, advance, clean, element, join, shorten
from fondo.report.scales import Scale, tick_labels, ticks

WIDTH = 540  # of every chart, pixels; half a page's width and as wide as a phone's
SMALL, NORMAL, LARGE = 11.5, 12.5, 15.0  # font sizes in pixels, as in style.py
_GAP = 10.0  # least space between two labels, pixels
_LINE = 18.0  # height of a line of text, pixels


@dataclass(frozen=True)
class Axis:
    """What an axis shows: its name, its unit, and ends that must be in view.

    Parameters
    ----------
    name : str
        In the reader's words.
    unit : str
        Empty where values have none, as a score.
    low, high : float or None
        Values that the axis reaches at least; None leaves it to the data.
    """

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def label(self) -> str:
        """Name and unit: `loss (nats)`."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def covers(self, values: Sequence[float]) -> tuple[float, float]:
        """Smallest range that holds `values` and the stated ends."""
        ends = [v for v in (self.low, self.high) if v is not None]
        every = [*values, *ends] or [0.0, 1.0]
        return min(every), max(every)


@dataclass(frozen=True)
class Key:
    """One entry of a legend: what is drawn (`line`, `dot`, `area`), in which of four styles."""

    name: str
    style: int = 1
    shape: str = "line"


@dataclass(frozen=True)
class Chart:
    """A finished picture and the sentence that says what one sees in it."""

    title: str
    svg: Markup
    caption: str

    def figure(self) -> Markup:
        """HTML figure with the caption underneath."""
        return element("figure", self.svg, element("figcaption", self.caption))


@dataclass
class Canvas:
    """Frame of one chart; marks are added in pixels that `x` and `y` give.

    Parameters
    ----------
    title, x_axis, y_axis
        Words around the frame.
    x_range, y_range : (float, float)
        What the data cover; the axes are widened to round ticks.
    legend : sequence of Key
        Entries above the frame; none is drawn for fewer than two.
    height : float
        Of the frame alone, in pixels.
    """

    title: str
    x_axis: Axis
    y_axis: Axis
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    legend: Sequence[Key] = ()
    height: float = 250.0
    marks: list[Markup] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._keys, lines = _legend(self.legend)
        self.top = 30 + lines * _LINE + 26  # title, legend, name of the vertical axis
        self.bottom = self.top + self.height
        self._y_ticks = ticks(*self.y_range, 5)
        self._y_labels = tick_labels(self._y_ticks)
        self.left = max(44.0, 14 + max(advance(text, SMALL) for text in self._y_labels))
        self.right = WIDTH - 18.0
        self._x_ticks, self._x_labels = fitting_ticks(*self.x_range, self.right - self.left)
        self.x = Scale(self._x_ticks[0], self._x_ticks[-1], self.left, self.right)
        self.y = Scale(self._y_ticks[0], self._y_ticks[-1], self.bottom, self.top)

    def add(self, *marks: Markup) -> None:
        """Draw on top of what is there."""
        self.marks.extend(marks)

    def chart(self, caption: str) -> Chart:
        """The finished chart."""
        axes = [*self._horizontal(), *self._vertical()]
        names = [
            label(
                self.left, self.bottom + 40, self.x_axis.label, self.right - self.left, css="name"
            ),
            label(0, self.top - 13, self.y_axis.label, WIDTH, css="name"),
        ]
        body = join(*self._keys, *axes, *self.marks, *names)
        return drawing(self.title, body, self.bottom + 50, caption)

    def _horizontal(self) -> list[Markup]:
        parts = [rule(self.left, self.bottom, self.right, self.bottom, css="axis")]
        for value, text in zip(self._x_ticks, self._x_labels, strict=True):
            half = advance(text, SMALL) / 2
            middle = min(max(self.x(value), half), WIDTH - half)  # a label never leaves the picture
            parts.append(label(middle, self.bottom + 18, text, WIDTH, anchor="middle"))
        return parts

    def _vertical(self) -> list[Markup]:
        parts = []
        for value, text in zip(self._y_ticks, self._y_labels, strict=True):
            parts.append(rule(self.left, self.y(value), self.right, self.y(value), css="grid"))
            parts.append(
                label(self.left - 8, self.y(value) + 4, text, WIDTH, css="tick", anchor="end")
            )
        return parts


def drawing(title: str, body: Markup, height: float, caption: str) -> Chart:
    """Wrap `body` (WIDTH pixels wide) as an SVG with its title and its description."""
    heading = label(0, 16, title, WIDTH, css="title", size=LARGE)
    svg = element(
        "svg",
        element("title", title),
        element("desc", caption),
        heading,
        body,
        xmlns="http://www.w3.org/2000/svg",
        class_="chart",
        role="img",
        viewBox=f"0 0 {WIDTH} {height:.0f}",
    )
    return Chart(clean(title), svg, clean(caption))


def placeholder(title: str, reason: str) -> Chart:
    """Chart of nothing: says why there is nothing to draw."""
    box = element("rect", x=0.5, y=30.5, width=WIDTH - 1.0, height=99.0, rx=4, class_="empty")
    words = label(WIDTH / 2, 84, reason, WIDTH - 40, css="name", anchor="middle")
    return drawing(title, join(box, words), 132, reason)


def label(
    x: float,
    y: float,
    text: object,
    limit: float,
    *,
    css: str = "tick",
    anchor: str | None = None,
    size: float = NORMAL,
) -> Markup:
    """Text on one line, at most `limit` pixels wide; the whole of it appears on hovering."""
    shown = shorten(text, size, limit)
    whole = " ".join(clean(text).split())
    hover = element("title", whole) if shown != whole and whole else Markup()
    end = None if anchor in (None, "start") else anchor
    return element("text", hover, shown, x=float(x), y=float(y), class_=css, text_anchor=end)


def rule(x1: float, y1: float, x2: float, y2: float, *, css: str) -> Markup:
    """Straight line between two points."""
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=css)


def dot(x: float, y: float, *, style: int = 1, size: float = 3.5) -> Markup:
    """Filled circle in the colour of a style."""
    return element("circle", cx=float(x), cy=float(y), r=size, class_=f"fill{style}")


def box(
    x: float, y: float, width: float, height: float, *, css: str, strength: float | None = None
) -> Markup:
    """Filled rectangle; `strength` in [0, 1] thins its colour."""
    faint = None if strength is None else float(strength)
    return element(
        "rect",
        x=float(x),
        y=float(y),
        width=max(0.0, float(width)),
        height=max(0.0, float(height)),
        class_=css,
        fill_opacity=faint,
    )


def fitting_ticks(low: float, high: float, room: float) -> tuple[list[float], list[str]]:
    """Ticks whose labels fit side by side into `room` pixels."""
    for count in (8, 6, 5, 4, 3, 2, 1):
        values = ticks(low, high, count)
        labels = tick_labels(values)
        if max(advance(text, SMALL) for text in labels) + _GAP <= room / (len(values) - 1):
            break
    return values, labels


def _legend(keys: Sequence[Key]) -> tuple[list[Markup], int]:
    """Entries side by side, on as many lines as they need."""
    if len(keys) < 2:
        return [], 0
    drawn, x, line = [], 0.0, 0
    for key in keys:
        name = shorten(key.name, NORMAL, WIDTH / 2 - 50)
        width = 34 + advance(name, NORMAL) + 16
        if x and x + width > WIDTH:
            x, line = 0.0, line + 1
        y = 40 + line * _LINE
        drawn += [_swatch(key, x, y - 4), label(x + 32, y, key.name, WIDTH / 2 - 50, css="name")]
        x += width
    return drawn, line + 1


def _swatch(key: Key, x: float, y: float) -> Markup:
    if key.shape == "dot":
        return element("circle", cx=x + 12.0, cy=y, r=4.0, class_=f"fill{key.style}")
    if key.shape == "area":
        return box(x, y - 5, 24, 10, css=f"fill{key.style}", strength=0.5)
    return rule(x, y, x + 24, y, css=f"stroke{key.style}")
