"""fondo.report.sounds, with its charts: colours by hand, and what a page says."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from fondo.explain.audio.quartiles import Quarter
from fondo.explain.audio.silence import Silenced
from fondo.report import sounds
from fondo.report.content import ReportContent
from fondo.report.mosaics import _VIRIDIS
from fondo.report.page import render
from fondo.report.sound_charts import BRIGHT, DARK, quarter_chart, sound_chart, spectrum_pixels
from fondo.report.sound_findings import Clip, Heard, Mixed, SoundFindings
from fondo.report.sounds import parts, rests_on, sound_page, sounds_section, told

EDGES = np.array([0.0, 0.5, 1.0, 1.5, 2.0])


def found_by(*kept, whole=0.9, nothing=0.25):
    return Silenced(EDGES, np.array(kept or (0.9, 0.2, 0.8, 0.9)), whole, nothing, 0.5)


def heard(row=3, **more):
    rng = np.random.default_rng(row)
    given = {"answer": "cat", "truth": "dog", "sure": 0.913, "silenced": found_by()}
    clip = Clip(rng.normal(0, 0.1, 800).astype(np.float32), 400)
    return Heard(
        row=row, name=f"folder/{row}.wav", seconds=2.0, spectrum=rng.normal(size=(20, 8)),
        **({"clip": clip} | given | more),
    )  # fmt: skip


def findings(**more):
    given = {
        "n_rows": 50, "n_wrong": 2, "seen": "decibels of 8 mel bands",
        "wrong": [heard(1), heard(2)], "right": [heard(3, truth="cat")],
        "confused": [Mixed("dog", "cat", 2)],
    }  # fmt: skip
    return SoundFindings(**given | more)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def text_of(found):
    return plain(re.sub("<[^>]+>", " ", "".join(map(str, parts(found)))))


def test_time_goes_right_and_low_bands_are_at_the_bottom():
    spectrum = np.full((3, 2), DARK)
    spectrum[2, 0] = BRIGHT  # the last frame, the lowest band
    pixels = spectrum_pixels(spectrum)
    assert pixels.shape == (2, 3, 3)
    assert pixels[1, 2].tolist() == _VIRIDIS[-1].tolist()
    assert {tuple(p) for p in pixels.reshape(-1, 3)} == {
        tuple(map(int, _VIRIDIS[0])), tuple(map(int, _VIRIDIS[-1])),
    }  # fmt: skip


def test_many_frames_and_bands_are_averaged():
    spectrum = np.repeat(np.linspace(DARK, BRIGHT, 1000)[:, None], 300, axis=1)
    pixels = spectrum_pixels(spectrum)
    assert pixels.shape == (96, 240, 3)
    assert (pixels[0] == pixels[-1]).all()
    assert pixels[0, 0].tolist() == pytest.approx(_VIRIDIS[0].tolist(), abs=3)
    assert pixels[0, -1].tolist() == pytest.approx(_VIRIDIS[-1].tolist(), abs=3)


def test_a_chart_holds_picture_curve_and_time_and_is_well_formed():
    svg = ET.fromstring(str(sound_chart(heard(), "what <is> seen")))
    space = {"s": "http://www.w3.org/2000/svg"}
    assert svg.findtext("s:title", namespaces=space) == "what <is> seen"
    image = svg.find("s:image", space)
    assert image is not None
    assert image.attrib["href"].startswith("data:image/png;base64,")
    curve = next(p for p in svg.iter() if p.attrib.get("class") == "stroke1").attrib["d"]
    points = [tuple(map(float, pair.split(","))) for pair in curve[1:].split(" L")]
    left, right = float(image.attrib["x"]), float(image.attrib["x"]) + float(image.attrib["width"])
    assert (points[0][0], points[-1][0]) == (left, right)  # time of both is the same
    heights = [y for _, y in points]
    assert max(heights) == heights[2] == heights[3]  # the dip of the second piece
    assert sum(e.attrib.get("class") in ("stroke2", "stroke3") for e in svg.iter()) == 2
    alone = str(sound_chart(heard(silenced=None), "x"))
    assert "stroke1" not in alone
    assert "time (s)" in alone


def test_a_sentence_says_what_was_answered_and_what_it_rests_on():
    assert plain(told(heard())) == "Answered cat (91 %), true dog. Row 3: folder/3.wav."
    assert plain(told(heard(truth=None, sure=0.9999))).startswith("Answered cat (over 99.9 %). Row")
    assert plain(rests_on(heard())) == (
        "Without 0.5 to 1 s the probability falls most, from 90 % to 20 %; of silence alone it is "
        "25 %."
    )
    nowhere = heard(silenced=found_by(0.9, 0.9, 0.9, 0.9))
    assert rests_on(nowhere).startswith("No stretch of 0.5 s counts by itself; of silence alone")
    anywhere = heard(silenced=found_by(0.1, 0.2, 0.15, 0.1))
    assert "from 90 % to 20 % or less: the hole itself counts" in plain(rests_on(anywhere))
    assert rests_on(heard(silenced=None)) == ""


def test_a_section_holds_everything_with_its_counts():
    text = text_of(findings(notes=["A note."]))
    assert "2 of 50 sounds are answered wrongly; those 2 are shown" in text
    assert "decibels of 8 mel bands, low ones at the bottom" in text
    assert "true for answered: dog for cat (2)." in text
    assert "A note." in text
    section = str(sounds_section(findings()))
    assert section.count("<audio ") == 3
    assert section.startswith('<section id="sounds">')
    assert sounds_section(None) == ""


def test_without_mistakes_or_sounds_it_says_so():
    assert "No sound is answered wrongly." in text_of(findings(n_wrong=0, wrong=[], confused=[]))
    assert text_of(SoundFindings()).strip() == "No sound was looked at."


def test_a_part_that_is_played_is_named():
    part = Clip(np.zeros(400, np.float32), 400, 0.75)
    assert "Played from 0.75 to 1.75 s." in text_of(findings(wrong=[heard(clip=part)]))
    assert "Played" not in text_of(findings())


def test_a_page_stays_small(monkeypatch):
    monkeypatch.setattr(sounds, "ROOM", 5000)  # one takes 2192 characters
    made = "".join(map(str, parts(findings())))
    assert made.count("<audio ") == 2
    assert "1 of the sounds cannot be played here, so that the page stays small." in made
    longest = Clip(np.zeros(4 * 16_000, np.float32), 16_000)
    monkeypatch.undo()
    many = [heard(k, clip=longest, silenced=None) for k in range(30)]
    assert len("".join(map(str, parts(findings(wrong=many))))) < 2_400_000


def test_quarters_say_whether_any_differs():
    def quarter(low, right):
        return Quarter(low, low + 9, 20, right, (right / 20 - 0.2, min(right / 20 + 0.2, 1.0)))

    same = [quarter(0, 15), quarter(10, 16)]
    chart = quarter_chart("level (dBFS)", same, 0.775)
    assert "no quarter is shown to differ" in chart.caption
    assert "Over all of them 78 % are right" in plain(chart.caption)
    other = quarter_chart("length (s)", [quarter(0, 4), quarter(10, 19)], 0.575)
    assert "differs from the rest" in other.caption
    text = text_of(findings(quarters={"length (s)": same}))
    assert "Right answers by length and level" in text


def test_the_report_lets_sounds_play_and_nothing_else():
    page = render(ReportContent(task="AudioClassifier", target="label", sounds=findings()))
    policy = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "media-src data:" in policy[1]
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "script" not in policy[1]
    assert '<a href="#sounds">Sounds</a>' in page
    assert "What the answers depend on" not in page  # there are no columns
    assert "media-src" not in render(ReportContent(task="T", target="y"))


def test_a_page_of_its_own_is_well_formed_and_the_same_each_time():
    page = sound_page(findings(asked_for=[heard(9)]), "Title <1>", "Words & more.")
    ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert "Title &lt;1&gt;" in page
    assert "Sounds asked for" in page
    assert page == sound_page(findings(asked_for=[heard(9)]), "Title <1>", "Words & more.")


def test_names_and_labels_cannot_break_the_page():
    evil = "</figure><script>x</script>"
    made = "".join(map(str, parts(findings(wrong=[heard(answer=evil, truth=evil)]))))
    assert "<script" not in made


def test_findings_are_plain_data():
    import json

    told = json.loads(json.dumps(findings(quarters={"l": []}).to_json()))
    assert told["mistakes"][0]["probability"] == 0.913
    assert told["mistakes"][0]["silenced"]["probability_of_silence"] == 0.25
    assert told["confused"] == [{"truth": "dog", "answer": "cat", "count": 2}]
