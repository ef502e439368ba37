"""A trigger word drawn: what was heard with its probability, and what a detector is worth.

Numbers come from `judge.detection` and `judge.detection_curve`; nothing is computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fondo.report.charts import Line, Mark, lines
from fondo.report.markup import Markup, element, join
from fondo.report.png import address
from fondo.report.scales import Scale, percent
from fondo.report.sound_charts import spectrum_pixels
from fondo.report.style import SHEET, document
from fondo.report.svg import WIDTH, Axis, Chart, fitting_ticks, label, rule
from fondo.report.tables import table
from fondo.report.wav import player

Array = np.ndarray[Any, Any]

LEFT, RIGHT = 52.0, WIDTH - 10.0  # of spectrum and curve, pixels
SPECTRUM, CURVE, GAP, FOOT = 150.0, 110.0, 16.0, 40.0  # heights, pixels
MOST_POINTS = 600  # of the curve of probability
MOST_FAILURES = 24  # that can be heard
SOUNDS = "media-src data:"  # what the page's policy allows


@dataclass(frozen=True)
class Stretch:
    """A stretch of sound with what a detector made of it.

    Attributes
    ----------
    features : float array (frames, bands)
        Standardised.
    times, scores : float array (steps,)
        Seconds, and the probability known at each.
    alarms : sequence of float
        Seconds.
    seconds : float
        Length.
    threshold : float
    """

    features: Array
    times: Array
    scores: Array
    alarms: Sequence[float]
    seconds: float
    threshold: float


def stretch_chart(found: Stretch, title: str) -> Chart:
    """Spectrogram with the probability under it, alarms as upright lines."""
    x = Scale(0.0, found.seconds, LEFT, RIGHT)
    bottom = SPECTRUM + GAP + CURVE
    y = Scale(0.0, 1.0, bottom, SPECTRUM + GAP)
    picture = element(
        "image", href=address(spectrum_pixels(found.features)), x=LEFT, y=0, width=RIGHT - LEFT,
        height=SPECTRUM, preserveAspectRatio="none",
    )  # fmt: skip
    level = y(found.threshold)
    svg = element(
        "svg",
        element("title", title),
        picture,
        *_grid(found.seconds, x, y),
        rule(LEFT, level, RIGHT, level, css="marker"),
        element("polyline", points=_path(found, x, y), class_="stroke1"),
        *[rule(x(at), 0, x(at), bottom, css="marker") for at in found.alarms],
        label((LEFT + RIGHT) / 2, bottom + 34, "seconds", 200, css="name", anchor="middle"),
        xmlns="http://www.w3.org/2000/svg",
        class_="chart",
        role="img",
        viewBox=f"0 0 {WIDTH} {bottom + FOOT:.0f}",
    )
    told = ", ".join(f"{at:.2f} s" for at in found.alarms) or "nowhere"
    caption = (
        f"What the network was given, low bands below, and the probability at each step; the line "
        f"across is the threshold, {found.threshold:.3g}. Heard at: {told}."
    )
    return Chart(title, svg, caption)


def _grid(seconds: float, x: Scale, y: Scale) -> list[Markup]:
    """Lines of the probability, and seconds underneath."""
    bottom = SPECTRUM + GAP + CURVE
    marks = [
        mark
        for share in (0.0, 0.5, 1.0)
        for mark in (
            rule(LEFT, y(share), RIGHT, y(share), css="grid"),
            label(LEFT - 8, y(share) + 4, percent(share), LEFT, css="tick", anchor="end"),
        )
    ]
    ticks, words = fitting_ticks(0.0, seconds, RIGHT - LEFT)
    return marks + [
        label(x(tick), bottom + 16, word, 60, css="tick", anchor="middle")
        for tick, word in zip(ticks, words, strict=True)
        if tick <= seconds
    ]


def _path(found: Stretch, x: Scale, y: Scale) -> str:
    """Points of the curve, each the peak of some steps."""
    step = max(len(found.scores) // MOST_POINTS, 1)
    count = len(found.scores) // step * step
    peaks = found.scores[:count].reshape(-1, step).max(axis=1)
    return " ".join(
        f"{x(float(t)):.1f},{y(float(v)):.1f}"
        for t, v in zip(found.times[:count:step], peaks, strict=True)
    )


def curve_chart(curve: Any, threshold: float) -> Chart:
    """Misses against false alarms an hour (DET), with the aim of the threshold."""
    rates, misses = curve.per_hour, curve.miss_rates
    order = np.argsort(rates, kind="stable")
    at = int(np.abs(np.array(curve.thresholds) - threshold).argmin())
    caption = (
        f"Each point is a threshold; {curve.words} words, {curve.hours:.3g} hours without them. "
        "With so few hours the left end is coarse: no false alarm in an hour still allows 3.7."
    )
    series = [Line("all thresholds", rates[order].tolist(), misses[order].tolist())]
    mark = Mark(float(rates[at]), "chosen")
    return lines(
        "Misses against false alarms", Axis("false alarms", "an hour", 0.0),
        Axis("words missed", "share", 0.0, 1.0), series, caption, mark=mark,
    )  # fmt: skip


def trigger_page(judged: Any, threshold: float, rate: int) -> str:
    """Page on what a detector is worth.

    Parameters
    ----------
    judged : jobs.listen.Judged
        Words, recordings without them, the curve and the failures.
    threshold : float
        Of the policy.
    rate : int
        Samples a second of the failures. Hertz.
    """
    words, rest = judged.words, judged.rest
    facts = [
        ["words heard", str(words.recall)],
        ["false alarms beside words", str(words.rate) if words.hours else "not known"],
        ["false alarms without the word", str(rest.rate) if rest.hours else "not known"],
        ["latency, half of them within", _ms(words.latency(0.5))],
        ["latency, 95 of 100 within", _ms(words.latency(0.95))],
        ["share of real time on this machine", f"{judged.real_time_factor:.4f}"],
    ]
    by_snr = [[f"{snr:g} dB", str(share)] for snr, share in words.by("snr").items()]
    by_voice = [[str(voice), str(share)] for voice, share in words.by("voice").items()]
    body = element(
        "main",
        element("h1", "What the detector is worth"),
        element("section", element("h2", "Verdict"), table(["", ""], facts)),
        element("section", element("h2", "By distance from the background"),
                table(["words above background", "heard"], by_snr)),
        element("section", element("h2", "By voice"), table(["voice", "heard"], by_voice)),
        element("section", element("h2", "By threshold"),
                curve_chart(judged.curve, threshold).figure()),
        _failures(judged.failures, rate),
    )  # fmt: skip
    return document("Trigger word", body, SHEET, SOUNDS)


def _failures(failures: Sequence[dict[str, Any]], rate: int) -> Markup:
    """What went wrong, to be heard."""
    shown = failures[:MOST_FAILURES]
    if not shown:
        return element("section", element("h2", "Failures"), element("p", "There were none."))
    rows = [
        [f["kind"], f["stream"], f"{f['seconds']:.2f} s",
         player(np.asarray(f["samples"], np.float64), rate, f"{f['kind']} at {f['seconds']:.2f} s")]
        for f in shown
    ]  # fmt: skip
    more = len(failures) - len(shown)
    told = element("p", f"and {more} more") if more else join()
    return element(
        "section", element("h2", "Failures"), table(["what", "stream", "at", "hear it"], rows), told
    )


def _ms(seconds: float | None) -> str:
    return "none was heard" if seconds is None else f"{seconds * 1000:.0f} ms"
