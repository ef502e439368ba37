"""fondo.tasks.audio.listening: files in pieces, raw samples, and what a slow listener loses.

Several words at once are in `test_ears`.
"""

import io
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from fondo.errors import BadData, MissingExtra
from fondo.tasks.audio import listening
from fondo.tasks.audio.ears import Ears
from fondo.tasks.audio.listening import Listener, pieces, raw

RATE, HOP = 1000, 10


@pytest.fixture
def ears(loud_detector):
    return Ears({"loud": loud_detector()})


def loud(seconds, at):
    samples = np.zeros(round(seconds * RATE), np.float32)
    for second in at:
        samples[round(second * RATE) :][: 2 * HOP] = 1.0
    return samples


def seconds(found):
    assert all(word == "loud" for _, word in found)
    return [at for at, _ in found]


def test_what_is_given_is_heard_at_its_time(ears):
    listener = Listener(ears)
    for block in np.split(loud(4, [0.5, 2.0]), 50):
        listener.give(block)
    assert seconds(listener.hear()) == pytest.approx([0.51, 2.01])
    assert listener.dropped == 0
    assert listener.hear() == []


def test_what_finds_no_room_is_counted_and_the_detector_begins_anew(ears):
    listener = Listener(ears, waiting=3)
    blocks = np.split(loud(4, [0.1, 3.5]), 50)
    for block in blocks[:10]:
        listener.give(block)
    assert listener.dropped == 7
    first = listener.hear()
    for block in blocks[10:]:
        listener.give(block)
        first += listener.hear()
    assert seconds(first) == pytest.approx([0.11, 3.51])  # times are those of the sound, gap or not
    assert listener.dropped == 7


def test_no_score_reaches_over_a_gap(ears):
    listener = Listener(ears, waiting=1)
    half = np.ones(HOP // 2, np.float32)
    listener.give(half)
    listener.give(half)  # lost
    assert listener.hear() == []
    listener.give(half)
    # two halves on either side of the gap would make a whole loud frame
    assert listener.hear() == []
    assert listener.dropped == 1


def test_a_device_three_times_too_fast_loses_blocks_and_breaks_nothing(ears):
    listener = Listener(ears, waiting=4)
    blocks = np.split(loud(6, [1.0, 3.0, 5.0]), 75)

    def play():
        for block in blocks:
            listener.give(block)
            time.sleep(0.001)

    player, found = threading.Thread(target=play), []
    player.start()
    while player.is_alive():
        time.sleep(0.003)
        found += listener.hear()
    player.join()
    found += listener.hear()
    assert all(any(abs(at - told) < 0.1 for at in (1.0, 3.0, 5.0)) for told in seconds(found))
    assert listener.dropped < 75


def test_files_come_in_pieces_that_make_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(listening, "PIECE", 0.5)
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, 2345).astype("float32")
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    found = list(pieces(str(tmp_path / "a.wav"), RATE))
    assert [len(piece) for piece in found] == [500, 500, 500, 500, 345]
    np.testing.assert_array_equal(np.concatenate(found), samples)


def test_broken_files_are_refused(tmp_path):
    (tmp_path / "a.wav").write_text("not a sound")
    with pytest.raises(BadData, match=r"a\.wav"):
        list(pieces(str(tmp_path / "a.wav"), RATE))


def test_raw_samples_may_end_anywhere():
    samples = np.array([0, 16384, -32768, 8192], "<i2").tobytes()
    found = np.concatenate(list(raw(io.BytesIO(samples[:-1]), RATE)))
    assert found.tolist() == [0.0, 0.5, -1.0]
    assert not list(raw(io.BytesIO(b""), RATE))


def test_a_missing_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingExtra, match=r"pip install 'fondo\[microphone\]'"):
        listening.sounddevice()


class Card:
    """A sound card that gives its blocks at once, and more than a listener can keep."""

    def __init__(self, rate, size, *, callback, **settings):
        self.rate, self.size, self.callback, self.settings = rate, size, callback, settings

    def __enter__(self):
        samples = loud(2.4, [0.5])
        for block in np.split(samples, len(samples) // self.size):
            self.callback(np.stack([block, 0 * block], axis=1), len(block), None, None)

    def __exit__(self, *_):
        pass


def test_a_microphone_is_asked_at_the_rate_of_the_ears_and_its_first_channel_heard(
    ears, monkeypatch
):
    monkeypatch.setattr(listening, "sounddevice", lambda: SimpleNamespace(InputStream=Card))
    heard, listener = next(listening.microphone(ears))
    assert heard == (pytest.approx(0.51), "loud")
    assert listener.ears is ears
    assert listener.dropped == 0
