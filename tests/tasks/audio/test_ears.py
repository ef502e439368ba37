"""fondo.tasks.audio.ears: several words on one stream are those of each detector alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadParameter
from fondo.jobs.listen import heard
from fondo.tasks.audio.ears import Ears, Heard
from fondo.tasks.audio.listening import Listener

RATE = 1000
SHY, DEAF = -20.0, -200.0  # heard from 20 on, and from 200: a burst of 1 is 100, one of 2 is 400


def bursts(seconds, at, rate=RATE):
    """Silence, with 20 ms of so much at those seconds."""
    samples = np.zeros(round(seconds * rate), np.float32)
    for second, height in at.items():
        samples[round(second * rate) :][: rate // 50] = height
    return samples


SAID = bursts(3.0, {0.5: 1.0, 1.0: 2.0, 2.0: 1.0, 2.5: 2.0})


@pytest.fixture
def ears(loud_detector):
    return Ears({"shout": loud_detector(DEAF), "any": loud_detector(SHY)})


def test_each_word_is_heard_as_by_its_detector_alone_in_order_of_time(ears, loud_detector):
    found = ears.feed(SAID)
    assert found == [
        (pytest.approx(0.51), "any"), (pytest.approx(1.01), "any"), (pytest.approx(1.01), "shout"),
        (pytest.approx(2.01), "any"), (pytest.approx(2.51), "any"), (pytest.approx(2.51), "shout"),
    ]  # fmt: skip
    for word, bias in (("any", SHY), ("shout", DEAF)):
        alone = loud_detector(bias)
        steps = alone.feed(SAID)[1]
        assert [at.seconds for at in found if at.word == word] == [alone.seconds(s) for s in steps]


@given(st.lists(st.integers(0, 900), max_size=15))
def test_pieces_of_any_length_give_the_same(loud_detector, sizes):
    ears = Ears({"shout": loud_detector(DEAF), "any": loud_detector(SHY)})
    whole = ears.feed(SAID)
    ears.reset()
    found = [at for piece in np.split(SAID, np.cumsum(sizes)) for at in ears.feed(piece)]
    assert found == whole
    assert found == sorted(found)


def test_a_stream_is_forgotten_or_gone_on_from(ears, loud_detector):
    whole = ears.feed(SAID)
    ears.reset()
    first = ears.feed(SAID[:1005])  # in the midst of a burst
    kept = ears.state()
    ears.feed(np.ones(300, np.float32))
    other = Ears({"any": loud_detector(SHY), "shout": loud_detector(DEAF)})  # in another order
    other.restore(kept)
    assert first + other.feed(SAID[1005:]) == whole
    ears.restore(kept)
    assert first + ears.feed(SAID[1005:]) == whole
    ears.reset()
    assert ears.feed(SAID) == whole


def test_detectors_of_other_rates_are_refused_and_none_too(loud_detector):
    with pytest.raises(BadParameter, match=r"a 1,000, b 2,000\. Listen with those that agree"):
        Ears({"a": loud_detector(), "b": loud_detector(rate=2000)})
    with pytest.raises(BadParameter, match=r"Found \(samples a second\): none"):
        Ears({})


def test_a_microphone_hears_several_words_and_counts_gaps(ears):
    listener = Listener(ears, waiting=2)
    blocks = np.split(SAID, 30)
    for block in blocks[:10]:  # of 0.1 s; eight are lost, the one at 0.5 s with them
        listener.give(block)
    found = listener.hear()
    for block in blocks[10:]:
        listener.give(block)
        found += listener.hear()
    assert listener.dropped == 8
    assert found == [
        (pytest.approx(1.01), "any"), (pytest.approx(1.01), "shout"), (pytest.approx(2.01), "any"),
        (pytest.approx(2.51), "any"), (pytest.approx(2.51), "shout"),
    ]  # fmt: skip


class Word:
    """As much of a trigger word as a file is heard with."""

    def __init__(self, detector):
        self.detector = lambda: detector


def test_a_file_is_heard_at_the_rate_of_each_word(loud_detector, tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.wav", bursts(3.0, {0.5: 0.9, 2.0: 0.9}, 4000), 4000)
    words = {"slow": Word(loud_detector(-5.0)), "quick": Word(loud_detector(-5.0, rate=2000))}
    found = list(heard(words, str(tmp_path / "a.wav")))
    assert sorted(at.word for at in found) == ["quick", "quick", "slow", "slow"]
    assert [at.seconds for at in found] == pytest.approx([0.51, 0.51, 2.01, 2.01], abs=0.011)
    assert found == sorted(found)
    assert isinstance(found[0], Heard)
