"""fondo.report.trigger: a stretch drawn, a page that says what a detector is worth."""

import numpy as np
import pytest

from fondo.jobs.listen import Judged
from fondo.judge.detection import Stream, Word, detect
from fondo.judge.detection_curve import detection_curve
from fondo.judge.events import Policy
from fondo.report.trigger import Stretch, stretch_chart, trigger_page


@pytest.fixture
def judged():
    rng = np.random.default_rng(0)
    streams = []
    for snr, peak in ((20.0, 0.9), (0.0, 0.4)):
        scores = 0.2 * rng.random(1375)
        scores[600:640] = peak
        word = Word(3.6, 4.3, labels={"snr": snr, "voice": "anna"})
        streams.append(Stream(scores, [word]))
    rest = [Stream(0.3 * rng.random(1375))]
    failures = [{"kind": "missed", "stream": "words, 0 dB", "seconds": 3.6,
                 "samples": rng.normal(size=1600) * 0.1}]  # fmt: skip
    return Judged(
        detect(streams, Policy()), detect(rest, Policy()), detection_curve([*streams, *rest]),
        30.0, 0.3, None, failures,
    )  # fmt: skip


def test_the_page_tells_words_curve_and_failures(judged):
    page = trigger_page(judged, 0.5, 16_000)
    assert "0.500 (0.095-0.905; 1 of 2)" in page
    assert "20 dB" in page
    assert "anna" in page
    assert "0.0100" in page
    assert page.count("<audio") == 1
    assert "media-src data:" in page


def test_no_failures_are_told_and_many_are_counted(judged):
    judged.failures.clear()
    assert "There were none." in trigger_page(judged, 0.5, 16_000)
    one = {"kind": "missed", "stream": "s", "seconds": 1.0, "samples": np.zeros(10)}
    judged.failures.extend([one] * 30)
    page = trigger_page(judged, 0.5, 16_000)
    assert page.count("<audio") == 24
    assert "and 6 more" in page


def test_a_stretch_has_its_curve_its_threshold_and_its_alarms():
    rng = np.random.default_rng(1)
    found = Stretch(
        rng.normal(size=(998, 40)), np.linspace(0, 10, 497), rng.random(497), [2.5, 7.25], 10.0, 0.5
    )
    chart = stretch_chart(found, "<recording>")
    assert chart.svg.count('class="marker"') == 3  # threshold and two alarms
    assert "2.50 s, 7.25 s" in chart.caption
    assert "<recording>" not in chart.svg
    points = chart.svg.split('points="')[1].split('"')[0].split()
    assert len(points) == 497
    quiet = Stretch(found.features, found.times, found.scores, [], 10.0, 0.5)
    assert "Heard at: nowhere" in stretch_chart(quiet, "a").caption
