"""Charts of sounds: what was seen of one with what its answer rests on, and answers by quarters."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fondo.report.markup import Markup, element
from fondo.report.mosaics import colours
from fondo.report.png import address
from fondo.report.rows import Bar, bars
from fondo.report.scales import Scale, number, percent
from fondo.report.sound_findings import Heard
from fondo.report.svg import WIDTH, Axis, Chart, fitting_ticks, label, rule

Array = np.ndarray[Any, Any]

LEFT, RIGHT = 52.0, WIDTH - 10.0  # of spectrum and curve, pixels
SPECTRUM, CURVE, GAP = 132.0, 78.0, 14.0  # heights, pixels
MOST_COLUMNS, MOST_ROWS = 240, 96  # of the picture of a spectrum
DARK, BRIGHT = -2.0, 3.0  # in spreads of the training sounds


def spectrum_pixels(spectrum: Array) -> Array:
    """Picture of a spectrum, time to the right and the lowest band at the bottom.

    Parameters
    ----------
    spectrum : float array (frames, bands)
        From -2 (dark) to 3 (bright).

    Returns
    -------
    pixels : uint8 array (rows, columns, 3)
        Neighbours are averaged where there are more than 240 frames or 96 bands.
    """
    small = _fewer(_fewer(np.asarray(spectrum, float), MOST_COLUMNS).T, MOST_ROWS)[::-1]
    return colours((small - DARK) / (BRIGHT - DARK))


def sound_chart(one: Heard, words: str) -> Markup:
    """What the network saw of a sound, and its answer with each stretch silenced, in one SVG."""
    bottom = SPECTRUM + (0 if one.silenced is None else GAP + CURVE)
    picture = element(
        "image", href=address(spectrum_pixels(one.spectrum)), x=LEFT, y=0, width=RIGHT - LEFT,
        height=SPECTRUM, preserveAspectRatio="none",
    )  # fmt: skip
    names = [
        label(LEFT - 8, 12, "high", LEFT, anchor="end"),
        label(LEFT - 8, SPECTRUM, "low", LEFT, anchor="end"),
    ]
    return element(
        "svg",
        element("title", words),
        picture,
        *names,
        *_curve(one),
        *_seconds(one.seconds, bottom),
        xmlns="http://www.w3.org/2000/svg",
        class_="chart",
        role="img",
        viewBox=f"0 0 {WIDTH} {bottom + 40:.0f}",
    )


def _curve(one: Heard) -> list[Markup]:
    """Probability of the answer piece by piece, beside the whole sound and silence alone."""
    found = one.silenced
    if found is None:
        return []
    x = Scale(0.0, one.seconds, LEFT, RIGHT)
    y = Scale(0.0, 1.0, SPECTRUM + GAP + CURVE, SPECTRUM + GAP)
    parts = [
        mark
        for share in (0.0, 0.5, 1.0)
        for mark in (
            rule(LEFT, y(share), RIGHT, y(share), css="grid"),
            label(LEFT - 8, y(share) + 4, percent(share), LEFT, css="tick", anchor="end"),
        )
    ]
    points = [
        f"{x(float(edge)):.1f},{y(float(value)):.1f}"
        for value, ends in zip(
            found.kept, zip(found.edges, found.edges[1:], strict=False), strict=True
        )
        for edge in ends
    ]
    parts.append(rule(LEFT, y(found.nothing), RIGHT, y(found.nothing), css="stroke3"))
    parts.append(rule(LEFT, y(found.whole), RIGHT, y(found.whole), css="stroke2"))
    parts.append(element("path", d="M" + " L".join(points), class_="stroke1"))
    return parts


def _seconds(seconds: float, bottom: float) -> list[Markup]:
    """Axis of time below everything."""
    x = Scale(0.0, seconds, LEFT, RIGHT)
    values, texts = fitting_ticks(0.0, seconds, RIGHT - LEFT)
    parts = [
        label(x(value), bottom + 16, text, WIDTH, anchor="middle")
        for value, text in zip(values, texts, strict=True)
        if value <= seconds * 1.0001 and x(value) < RIGHT - 8
    ]
    return [*parts, label(LEFT, bottom + 34, "time (s)", WIDTH, css="name")]


def quarter_chart(name: str, found: Sequence[Any], overall: float) -> Chart:
    """Share of right answers by quarters of a value, with intervals."""
    rows = [
        Bar(f"{number(q.low)} to {number(q.high)}", 100 * q.share, 100 * q.ends[0],
            100 * q.ends[1], detail=f" ({number(q.n)})")
        for q in found
    ]  # fmt: skip
    apart = any(q.ends[1] < overall or q.ends[0] > overall for q in found)
    words = (
        f"Sounds in quarters by {name.partition(' (')[0]}, with their number. Over all of them "
        f"{percent(overall)} are right. "
    )
    words += (
        "A quarter whose interval does not hold that share differs from the rest."
        if apart
        else "Every interval holds that share: no quarter is shown to differ."
    )
    title = f"Right answers by {name}"
    return bars(title, Axis("right answers", "%", 0, 100), rows, words)


def _fewer(values: Array, most: int) -> Array:
    """At most so many rows: neighbours are averaged, in pieces as equal as can be."""
    if len(values) <= most:
        return values
    starts = np.array([math.floor(k * len(values) / most) for k in range(most)])
    counts = np.diff([*starts, len(values)])
    return np.asarray(np.add.reduceat(values, starts, axis=0) / counts[:, None])
