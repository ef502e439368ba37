"""What a page says of pictures: mistakes, where the network looked, what its layers see, shifts.

The findings are plain data, see `picture_findings`; pixels are drawn in `mosaics` and `png`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fondo.report.image_charts import (
    deletion_chart,
    point_chart,
    shift_chart,
    verdicts,
)
from fondo.report.markup import Markup, brief, element, join
from fondo.report.mosaics import (
    TILES,
    filters_side_by_side,
    maps_side_by_side,
    overlay,
    scale_bar,
    shrunk,
)
from fondo.report.picture_findings import LayerView, Looked, PictureFindings, Shown
from fondo.report.png import address, image
from fondo.report.scales import number, percent
from fondo.report.style import SHEET, document

MOST = 24  # pictures of the gallery, mistakes and examples together
SIDE = 128  # pixels of one of them, at most
EXPLAINED = 4  # pictures whose maps are drawn, where none was asked for
WIDTH = 136  # at which each is shown
CROWD = 20  # points that are drawn small

STYLE = """
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(136px, 1fr));
  gap: 18px 16px; margin: 14px 0 6px; align-items: start; }
.sheet figcaption { font-size: 12.5px; line-height: 1.35; overflow-wrap: anywhere; }
.sheet img, .sheet svg { display: block; max-width: 100%; height: auto; }
.pixels { image-rendering: pixelated; }
.strip { display: grid; grid-template-columns: repeat(5, minmax(0, 136px)); gap: 4px 12px;
  margin: 14px 0 2px; align-items: start; }
.strip img { display: block; width: 100%; height: auto; }
.strip figcaption, .bar { font-size: 12.5px; color: var(--soft); }
.bar img { display: inline-block; width: 128px; height: 8px; margin: 0 8px; }
.mosaic img { display: block; width: 100%; max-width: 560px; height: auto; }
.true { fill: none; stroke: #ffffff; stroke-width: 1.6; }
.told { fill: #e8710a; stroke: #14181c; stroke-width: 0.5; }
.gap { stroke: #e8710a; stroke-width: 1; }
.many .true, .many .gap { stroke-width: 0.6; } .many .told { stroke: none; }
@media (max-width: 760px) { .strip { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
"""

WAYS = {
    "occlusion": "by covering parts (occlusion)",
    "grad_cam": "by the maps of the last convolution (Grad-CAM)",
    "integrated_gradients": "by gradients on the way from black (integrated gradients)",
    "saliency": "by the gradient alone (saliency)",
}
_HEADS = {
    "class": ("Surest mistakes", "Surest right answers"),
    "number": ("Largest errors", "Middling errors"),
    "numbers": ("Largest errors", "Middling errors"),
    "points": ("Largest errors", "Middling errors"),
}


def pictures_section(findings: PictureFindings | None) -> Markup:
    """The section of a report; nothing where there are no pictures."""
    if findings is None:
        return Markup()
    return element("section", element("h2", "Pictures"), *parts(findings), id="pictures")


def picture_page(findings: PictureFindings, title: str, words: str) -> str:
    """A page of its own: one self-contained HTML file, no network, no script."""
    header = element("header", element("p", "fondo explain"), element("h1", title))
    body = element("main", header, element("p", words), *parts(findings))
    return document(title, element("body", body), SHEET + STYLE, "img-src data:")


def parts(findings: PictureFindings) -> list[Markup]:
    """Everything that is known, with a heading each."""
    found = [
        *_sheet(findings.kind, findings),
        *_confused(findings),
        *_looked(findings.looked, findings.kind),
        *_layer(findings),
        *_filters(findings.filters),
    ]
    if findings.point_errors is not None:
        found += [_head("Error by point"), _wide(point_chart(findings.point_errors))]
    if findings.shifts is not None:
        found += [_head("Shifted pictures"), _wide(shift_chart({"": findings.shifts}))]
    if findings.notes:
        found.append(element("ul", *[element("li", note) for note in findings.notes]))
    return found or [element("p", "No picture was looked at.")]


def _sheet(kind: str, findings: PictureFindings) -> list[Markup]:
    """Mistakes, then examples, each under its picture with a sentence."""
    found: list[Markup] = []
    heads = _HEADS[kind]
    if findings.asked_for:
        found += [_head("Pictures asked for"), contact_sheet(findings.asked_for[:MOST])]
    if findings.wrong:
        words = "The largest comes first. "
        if kind == "class":
            words = (
                f"{number(findings.n_wrong)} of {number(findings.n_rows)} pictures are answered "
                "wrongly; those come first of which the network was surest. "
            )
        if kind == "points":
            words += "White rings are true points, orange dots answered ones."
        found += [_head(heads[0]), element("p", words), contact_sheet(findings.wrong[:MOST])]
    elif kind == "class" and findings.n_rows:
        found += [_head(heads[0]), element("p", "No picture is answered wrongly.")]
    room = MOST - len(findings.wrong[:MOST])
    if findings.right[:room]:
        found += [_head(heads[1]), contact_sheet(findings.right[:room])]
    return found


def contact_sheet(shown: Sequence[Shown]) -> Markup:
    """Pictures side by side, each with a sentence underneath."""
    figures = [element("figure", _picture(one), element("figcaption", told(one))) for one in shown]
    return element("div", *figures, class_="sheet")


def told(one: Shown) -> str:
    """Sentence on one picture: answer, probability, truth, error, and where it lies."""
    said = f"Answered {brief(one.answer, 40)}"
    if one.sure is not None:
        said += " (over 99.9 %)" if one.sure > 0.999 else f" ({percent(one.sure)})"
    if one.told is not None:
        said = "Points" if one.error is None else f"Mean distance {percent(one.error, 1)} of size"
    if one.truth is not None:
        said += f", true {brief(one.truth, 40)}"
    if one.error is not None and one.told is None:
        said += f", off by {number(one.error)} {one.unit}".rstrip()
    return f"{said}. Row {one.row}: {_short(one.name)}."


def _short(name: str, most: int = 36) -> str:
    """End of a path, which tells files apart."""
    line = brief(name, 4000)
    return line if len(line) <= most else "…" + line[1 - most :]


def _picture(one: Shown) -> Markup:
    pixels = shrunk(one.pixels, SIDE)
    small = max(pixels.shape[:2]) < SIDE / 2
    if one.told is None:
        return image(pixels, told(one), width=WIDTH, css="pixels" if small else "photo")
    return _with_points(one, pixels)


def _with_points(one: Shown, pixels: Any) -> Markup:
    """The picture with its true and answered points over it, as SVG."""
    height = WIDTH * pixels.shape[0] / pixels.shape[1]

    def places(points: Any) -> list[tuple[float, float]]:
        return [(float(x) * WIDTH, float(y) * height) for x, y in points]

    marks = []
    guessed, true = places(one.told), [] if one.true is None else places(one.true)
    for (x1, y1), (x2, y2) in zip(true, guessed, strict=False):
        marks.append(element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="gap"))
    many = len(guessed) >= CROWD
    size = 1.2 if many else 2.6
    marks += [element("circle", cx=x, cy=y, r=1.3 * size, class_="true") for x, y in true]
    marks += [element("circle", cx=x, cy=y, r=0.8 * size, class_="told") for x, y in guessed]
    return element(
        "svg",
        element("title", told(one)),
        element("image", href=address(pixels), width=WIDTH, height=round(height), x=0, y=0),
        *marks,
        xmlns="http://www.w3.org/2000/svg",
        class_="many" if many else None,
        role="img",
        viewBox=f"0 0 {WIDTH} {height:.0f}",
        width=WIDTH,
        height=round(height),
    )


def _confused(findings: PictureFindings) -> list[Markup]:
    pairs = [pair for pair in findings.confused if pair.shown]
    if not pairs:
        return []
    shown = [one for pair in pairs for one in pair.shown]
    counts = "; ".join(
        f"{brief(p.truth, 40)} for {brief(p.answer, 40)} ({number(p.count)})" for p in pairs
    )
    words = f"Most often one class is taken for another so, true for answered: {counts}."
    return [_head("Most often confused"), element("p", words), contact_sheet(shown)]


def _looked(looked: Sequence[Looked], kind: str) -> list[Markup]:
    drawn = [one for one in looked if one.maps]
    if not drawn:
        return []
    about = {"class": "the answer", "numbers": "the numbers"}.get(kind, "the number")
    words = (
        f"The same picture by several ways of asking what {about} rests on. What is bright speaks "
        "for it." if kind == "class" else f"What is bright moves {about} most, either way."
    )  # fmt: skip
    found = [_head("Where the network looked"), element("p", words), _bar()]
    for one in drawn:
        found += [_strip(one), element("p", _sentence(one), class_="quiet")]
    if any(one.checks for one in drawn):
        found += [_wide(deletion_chart(drawn, kind)), element("p", verdicts(drawn))]
    return found


def _strip(one: Looked) -> Markup:
    small = shrunk(one.shown.pixels, SIDE)
    css = "pixels" if max(small.shape[:2]) < SIDE / 2 else "photo"
    figures = [_tile(small, told(one.shown), "as the network sees it", css)]
    for way, map_ in one.maps.items():
        drawn = overlay(small, shrunk(map_, SIDE))
        words = f"heat {WAYS.get(way, way)}"
        figures.append(_tile(drawn, f"{words}: {told(one.shown)}", WAYS.get(way, way), css))
    return element("div", *figures, class_="strip")


def _tile(pixels: Any, words: str, caption: str, css: str) -> Markup:
    picture = image(pixels, words, width=WIDTH, css=css)
    return element("figure", picture, element("figcaption", caption))


def _sentence(one: Looked) -> str:
    check = one.checks.get(one.first)
    place = f"Hottest: {one.where}, {WAYS.get(one.first, one.first)}" if one.where else ""
    said = ""
    if check is not None:
        count = len(check.random_areas)
        said = (
            f"; {round(check.share_as_good * count)} of {count} random maps do as well: the map "
            f"{'says something' if check.says_something else 'may be chance'}"
        )
    return f"{told(one.shown)} {place}{said}{'.' if place else ''}".strip()


def _bar() -> Markup:
    return element(
        "p", "no effect", image(scale_bar(), "colours of heat"), "strongest", class_="bar"
    )


def _layer(findings: PictureFindings) -> list[Markup]:
    view = findings.layer
    if view is None:
        return []
    rows, columns, channels = view.channels.shape
    drawn = min(channels, TILES)
    first = maps_side_by_side(view.channels.transpose(2, 0, 1))
    words = (
        f"{drawn} of {number(channels)} channels of {view.name} ({view.kind}, {rows} x {columns}) "
        "for the first picture that is explained; each from its least (dark) to its greatest."
    )
    found = [_head("What one layer sees"), _mosaic(first, words)]
    if len(view.across) > 1:
        found.append(_mosaic(maps_side_by_side(view.across), _across(view)))
    return found


def _across(view: LayerView) -> str:
    count = number(min(len(view.across), TILES))
    return f"Channel {view.channel} of {view.name} for {count} pictures, likewise."


def _filters(filters: tuple[str, Any] | None) -> list[Markup]:
    if filters is None:
        return []
    name, kernels = filters
    count, rows, columns, channels = kernels.shape
    seen = "in red, green and blue" if channels == 3 else "from negative (black) to positive"
    mean = ", the mean over its channels" if channels not in (1, 3) else ""
    words = (
        f"{min(count, TILES)} of {number(count)} filters of {name} ({rows} x {columns}{mean}), "
        f"{seen}; 0 is grey."
    )
    return [_head("Filters"), _mosaic(filters_side_by_side(kernels), words)]


def _mosaic(pixels: Any, words: str) -> Markup:
    scale = max(1, round(420 / pixels.shape[1]))
    shown = image(pixels, words, width=pixels.shape[1] * scale)
    return element("figure", shown, element("figcaption", words), class_="mosaic")


def _head(text: str) -> Markup:
    return element("h3", text)


def _wide(chart: Any) -> Markup:
    return element("figure", chart.svg, element("figcaption", chart.caption), class_="wide")


def compared(studies: Mapping[str, Any]) -> Markup:
    """Figure that compares how several models bear shifts, by their names."""
    return join(_wide(shift_chart(studies)))
