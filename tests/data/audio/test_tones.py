"""fondo.data.audio.tones: the kinds are what they are called, and the places lead to them."""

import numpy as np
import pytest
from scipy import signal

from fondo.data.audio.decode import Wave
from fondo.data.audio.sounds import Sounds
from fondo.data.audio.survey import survey
from fondo.data.audio.tones import COUNT, KINDS, RATE, SAMPLES, TONES, labels, tone, tone_at
from fondo.data.content import by_content
from fondo.data.samples import read_source, sample
from fondo.errors import BadData


def strongest(wave: np.ndarray) -> np.ndarray:
    """Frequency of the largest part of each frame in the middle of a sound, in hertz."""
    frequencies, _, power = signal.spectrogram(wave.astype(float), RATE, nperseg=512, noverlap=384)
    inner = power[:, power.shape[1] // 4 : -power.shape[1] // 4]
    return frequencies[inner.argmax(axis=0)]


@pytest.mark.parametrize(("kind", "way"), [("rising", 1), ("falling", -1), ("steady", 0)])
def test_pitches_go_where_their_kind_says(kind, way):
    rows = [row for row, label in enumerate(labels()) if label == kind][:12]
    for row in rows:
        found = strongest(tone(row))
        octaves = np.log2(found[-1] / found[0])
        if way == 0:
            assert abs(octaves) < 0.1
        else:
            assert way * octaves > 0.2


def test_kinds_are_even_and_sounds_are_the_same_each_time():
    assert [labels().count(kind) for kind in KINDS] == [60] * 4
    tone.cache_clear()
    first = tone(5).copy()
    tone.cache_clear()
    assert np.array_equal(first, tone(5))
    assert len({tone(row).tobytes() for row in range(COUNT)}) == COUNT
    assert tone(0).dtype == np.int16
    with pytest.raises(ValueError, match="read-only"):
        tone(0)[0] = 1


def test_a_place_leads_to_samples_and_survey():
    places = [f"{TONES}#7", f"{TONES}#8#t=0.1,0.3"]
    sounds = Sounds.of_places(places)
    found = sounds.load(Wave(RATE, SAMPLES))
    assert np.array_equal(found[0], tone(7).astype(np.float32) / 32_768)
    assert np.array_equal(found[1][:1600], tone(8)[800:2400].astype(np.float32) / 32_768)
    assert not found[1][1600:].any()
    looked = sounds.survey()
    assert looked.seconds == pytest.approx([0.5, 0.2])
    assert looked.faults == {}
    assert sounds.original(0)[1] == RATE
    assert np.array_equal(survey(places).digests, looked.digests)


@pytest.mark.parametrize("place", [f"{TONES}#{COUNT}", "sample:bells#1", f"{TONES}#x", TONES])
def test_places_that_are_not_there_are_told(place):
    with pytest.raises(BadData, match=f"{place}: there is no such sample of sounds"):
        tone_at(place)
    assert "no such sample of sounds" in survey([place]).faults[0]


def test_the_sample_is_a_table_of_places_told_by_content():
    found = sample("tones")
    assert (found.target, found.task) == ("label", "class")
    assert found.frame.equals(read_source("sample:tones"))
    assert found.frame["sound"][3] == "sample:tones#3"
    told = by_content(found.frame)["sound"]
    assert told.n_unique() == COUNT
    assert told.str.len_chars().unique().to_list() == [16]
