"""fondo.tasks.audio.gates: closed in noise, hum and clicks, open for a voice, cut as one likes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.decode import Wave, decode
from fondo.tasks.audio.gates import DARKEST, GATES, Noise, Voice, Who, cepstra

RATE, HOLD = 16_000, 0.5
ENDS = RATE // 100  # samples from one score to the next
FORMANTS = ((500, 80), (1500, 120), (2500, 160))  # hertz: where, how wide


def noise(seconds, seed=0, level=0.01):
    return level * np.random.default_rng(seed).normal(size=round(seconds * RATE))


def vowel(seconds, low, high, rate=RATE):
    """Harmonics of a pitch that glides, loud where a mouth would make them so; its RMS is 1."""
    pitch = np.linspace(low, high, round(seconds * rate))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    wave = np.zeros(len(pitch))
    for k in range(1, 25):
        hertz = k * pitch
        tilt = sum(1 / (1 + ((hertz - at) / wide) ** 2) for at, wide in FORMANTS) / k**0.3
        wave += tilt * np.sin(k * phase + k) * (hertz < rate / 2)
    return wave / np.sqrt((wave**2).mean())


def said(pitches, snr, at=2.0, seconds=4.0):
    """A vowel of 0.6 s over white noise, so many decibels above it."""
    samples, word = noise(seconds), vowel(0.6, *pitches)
    samples[round(at * RATE) :][: len(word)] += 0.01 * 10 ** (snr / 20) * word
    return samples


def voice(seconds=HOLD, rate=RATE):
    return Voice({"seconds": seconds}, {}, rate)


def opened(samples, seconds=HOLD):
    """Times of scores, and whether the gate is open there."""
    ends = np.arange(ENDS, len(samples) + 1, ENDS)
    return ends / RATE, voice(seconds).feed(samples, np.zeros((0, 0)), ends)


def fed(gate, samples, sizes, features=None, every=ENDS):
    """Answers of a gate to a stream cut into pieces; the last piece is what is left."""
    found, at = [], 0
    for size in [*sizes, len(samples)]:
        upto = min(at + size, len(samples))
        ends = np.arange(at // every + 1, upto // every + 1) * every
        part = np.zeros((0, 0)) if features is None else features(at, upto)
        found.append(gate.feed(samples[at:upto], part, ends))
        at = upto
    return np.concatenate(found)


SPOKEN = said((110, 160), 10, at=0.3, seconds=1.5)


@pytest.mark.parametrize("level", [1e-4, 0.01, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_closed_in_white_noise_however_loud(seed, level):
    assert not opened(noise(10, seed, level))[1].any()


def test_it_is_closed_in_digital_silence_and_in_noise_after_it():
    assert not opened(np.zeros(3 * RATE))[1].any()
    assert not opened(np.concatenate([np.zeros(3 * RATE), noise(7)]))[1].any()


@pytest.mark.parametrize("level", [1e-4, 1e-2])
@pytest.mark.parametrize("tones", [(50,), (60,), (100,), (50, 100, 150, 200)], ids=str)
def test_it_is_closed_in_an_even_hum(tones, level):
    times = np.arange(10 * RATE) / RATE
    hum = sum(np.sin(2 * np.pi * hertz * times) * 50 / hertz for hertz in tones)
    assert not opened(0.1 * hum + noise(10, level=level))[1].any()


def test_it_closes_again_in_a_hum_that_sets_in_and_goes_on():
    times = np.arange(10 * RATE) / RATE
    hum = sum(np.sin(2 * np.pi * hertz * times) for hertz in (150, 300, 450))
    times, found = opened(0.05 * hum * (times > 3) + noise(10))
    assert not found[times < 3].any()
    assert found[(times > 3.2) & (times < 3.5)].all()
    assert not found[times > 7].any()


@pytest.mark.parametrize("apart", [0.11, 0.33, 1.0])
def test_it_is_closed_at_clicks(apart):
    samples = noise(10, level=1e-3)
    for start in range(0, len(samples), round(apart * RATE)):
        samples[start : start + 40] += 0.5 * np.hanning(len(samples[start : start + 40]))
    assert not opened(samples)[1].any()


@pytest.mark.parametrize("snr", [20, 10, 0])
@pytest.mark.parametrize("pitches", [(110, 160), (90, 70), (220, 260), (320, 280)], ids=str)
def test_it_opens_for_a_voice_and_closes_so_long_after_it_ends(pitches, snr):
    times, found = opened(said(pitches, snr))
    voiced = times[found]
    assert not found[times < 2.0].any()
    assert voiced.min() < (2.2 if snr else 2.35)
    assert found[(times > 2.35) & (times < 2.6)].all()
    assert voiced.max() <= 2.6 + HOLD + 0.032  # the frame that the voice ends in
    assert voiced.max() > 2.5 + HOLD


def test_it_stays_open_as_long_as_it_is_told():
    last = {}
    for seconds in (0.2, 0.5, 1.0):
        times, found = opened(said((110, 160), 20), seconds)
        last[seconds] = times[found].max()
    assert last[0.5] - last[0.2] == pytest.approx(0.3, abs=0.011)
    assert last[1.0] - last[0.5] == pytest.approx(0.5, abs=0.011)


def test_it_opens_and_closes_at_the_very_samples_that_frames_end():
    ends = np.arange(1, len(SPOKEN) + 1)
    found = ends[voice(0.1).feed(SPOKEN, np.zeros((0, 0)), ends)]
    assert (found[0] - 512) % 256 == 0  # a frame has 512 samples, the next begins 256 later
    assert (found[-1] - 1600 - 512) % 256 == 0
    assert (np.diff(found) == 1).all()


def test_what_changes_its_pitch_all_the_time_is_no_voice():
    samples = noise(4)
    for number, first in enumerate(range(RATE, 3 * RATE, 768)):  # every 48 ms, by a third
        pitch = (120, 160)[number % 2]
        samples[first : first + 768] += 0.1 * vowel(0.048, pitch, pitch)
    assert not opened(samples)[1].any()


def test_loudness_is_of_no_account():
    samples = said((110, 160), 10)
    plain = opened(samples)[1]
    for gain in (0.1, 10.0):
        np.testing.assert_array_equal(opened(gain * samples)[1], plain)


def test_other_rates_hear_the_same_voice():
    rate = 8000
    samples = 0.01 * np.random.default_rng(0).normal(size=4 * rate)
    samples[2 * rate :][: round(0.6 * rate)] += 0.1 * vowel(0.6, 110, 160, rate)
    ends = np.arange(80, len(samples) + 1, 80)
    found = voice(rate=rate).feed(samples, np.zeros((0, 0)), ends)
    assert not found[ends < 2 * rate].any()
    assert found[(ends > 2.35 * rate) & (ends < 2.6 * rate)].all()


@given(st.lists(st.integers(0, 4000), max_size=20))
def test_pieces_of_any_length_give_the_answers_of_the_whole(sizes):
    whole = opened(SPOKEN)[1]
    assert 0 < whole.sum() < len(whole)
    np.testing.assert_array_equal(fed(voice(), SPOKEN, sizes), whole)


@given(st.integers(0, len(SPOKEN)))
def test_a_state_that_was_kept_is_gone_on_from(cut):
    whole, gate, other = opened(SPOKEN)[1], voice(), voice()
    first = fed(gate, SPOKEN[:cut], [])
    kept = [part.copy() for part in gate.state()]
    gate.feed(noise(1, 5), np.zeros((0, 0)), np.array([], int))
    other.restore(kept)
    ends = np.arange(cut // ENDS + 1, len(SPOKEN) // ENDS + 1) * ENDS
    rest = other.feed(SPOKEN[cut:], np.zeros((0, 0)), ends)
    np.testing.assert_array_equal(np.concatenate([first, rest]), whole)


def test_no_more_is_remembered_than_a_frame():
    gate = voice()
    gate.feed(noise(3), np.zeros((0, 0)), np.array([], int))
    assert len(gate.state()[0]) < gate.window


def test_speech_is_not_likelier_in_even_noise_and_is_where_it_is_ten_times_louder():
    drawn = np.random.default_rng(0)
    background, count = Noise(64), 64
    quiet = [background.feed(drawn.exponential(size=count)) for _ in range(200)]
    loud = background.feed(10 * drawn.exponential(size=count))
    assert max(quiet) < 0.3  # from the first frame on
    assert loud > 1.0


def test_the_background_is_learnt_within_a_second_or_two():
    drawn = np.random.default_rng(0)
    background = Noise(200)
    for level in (1.0, 30.0, 0.1):
        for _ in range(150):  # 2.4 s
            background.feed(level * drawn.exponential(size=200))
        # a quarter too low, as the peaks of noise pass for speech
        assert background.power.mean() == pytest.approx(0.75 * level, rel=0.1)


def test_the_first_steps_of_the_likelihood_by_hand():
    # frame 1: the background is what is heard, after = 1, before = the least, 10 ** -2.5
    # frame 2, three times as loud: the background is the mean, 2, after = 1.5,
    # before = 0.98 * speech / 2 + 0.02 * (1.5 - 1), speech = gain ** 2 of frame 1
    least = 10**-2.5
    gain = least / (1 + least)
    background = Noise(1)
    first = background.feed(np.array([1.0]))
    assert first == pytest.approx(gain - np.log1p(least), rel=1e-9)
    assert background.power[0] == 1.0
    before = 0.98 * gain**2 / 2 + 0.02 * 0.5
    wanted = 1.5 * before / (1 + before) - np.log1p(before)
    assert background.feed(np.array([3.0])) == pytest.approx(wanted, rel=1e-9)
    assert background.power[0] == 2.0


# ---- who speaks


def test_cepstra_by_hand():
    basis = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    features = np.array([[0.0, -1.0, -2.0], [-4.0, -3.0, 5.0], [5.0, 5.0, 5.0], [5.0, 5.0, -90.0]])
    # beside the loudest, 5: rows (-5, -6, -7), (-9, -8, 0), (0, 0, 0), (0, 0, -9 at the least)
    # times the basis: (-12, -13), (-9, -8), (0, 0), (-9, -9); means of two rows each
    assert DARKEST == -9
    assert cepstra(features, basis, 2).tolist() == [-10.5, -10.5, -4.5, -4.5]
    np.testing.assert_allclose(cepstra(features + 3, basis, 2), cepstra(features, basis, 2))


WINDOW, STEP, BANDS, FRAMES = 400, 160, 6, 8


def who(seed=1):
    """A gate with weights at random, and features (50 frames) that open it now and then."""
    drawn = np.random.default_rng(seed)
    arrays = {
        "who.basis": drawn.normal(size=(BANDS, 3)), "who.weights": drawn.normal(size=6),
        "who.bias": np.array([29.5]), "front.mean": drawn.normal(size=BANDS),
        "front.scale": drawn.uniform(1, 2, BANDS),
    }  # fmt: skip
    spec = {"frames": FRAMES, "blocks": 2, "window": WINDOW, "hop": STEP}
    return spec, arrays, drawn.normal(size=(50, BANDS)).astype(np.float32)


def by_steps(gate, features, sizes):
    """Answers at every second frame, frames fed so many at a time."""
    found, at = [], 0
    for size in [*sizes, len(features)]:
        upto = min(at + size, len(features))
        ends = np.array([f * STEP + WINDOW for f in range(at, upto) if f % 2], np.int64)
        found.append(gate.feed(np.zeros(0), features[at:upto], ends))
        at = upto
    return np.concatenate(found)


def test_it_is_open_where_the_last_frames_say_so_and_closed_before_there_are_enough():
    spec, arrays, features = who()
    found = by_steps(Who(spec, arrays, RATE), features, [])
    wanted = []
    for frame in range(1, 50, 2):
        seen = features[max(frame + 1 - FRAMES, 0) : frame + 1]
        wanted.append(False)
        if len(seen) == FRAMES:
            plain = seen * arrays["front.scale"] + arrays["front.mean"]
            values = cepstra(plain, arrays["who.basis"], 2)
            wanted[-1] = values @ arrays["who.weights"] + 29.5 >= 0
    assert found.tolist() == wanted
    assert not found[:3].any()
    assert 3 < found.sum() < len(found) - 6


@given(st.lists(st.integers(0, 20), max_size=12), st.integers(0, 50))
def test_frames_may_come_in_any_pieces_and_a_state_may_be_kept(sizes, cut):
    spec, arrays, features = who()
    whole = by_steps(Who(spec, arrays, RATE), features, [])
    gate, other = Who(spec, arrays, RATE), Who(spec, arrays, RATE)
    np.testing.assert_array_equal(by_steps(gate, features, sizes), whole)
    assert len(gate.state()[0]) == FRAMES
    first = by_steps(other, features[:cut], [])
    kept = [part.copy() for part in other.state()]
    other.feed(np.zeros(0), features[:9], np.array([], np.int64))
    other.restore(kept)
    ends = np.array([f * STEP + WINDOW for f in range(cut, 50) if f % 2], np.int64)
    rest = other.feed(np.zeros(0), features[cut:], ends)
    np.testing.assert_array_equal(np.concatenate([first, rest]), whole)


def test_gates_are_known_by_their_names():
    assert GATES == {"voice": Voice, "who": Who}


# ---- real recordings


def sound(path, seconds):
    return decode(str(path), Wave(RATE, round(seconds * RATE)))


@pytest.mark.data
def test_real_words_over_noise_open_it(fondo_data):
    found = []
    for path in sorted((fondo_data / "audio" / "wake" / "alexa").glob("*.ogg"))[:60]:
        word = sound(path, 2.5)
        word = word[np.abs(word).cumsum() > 0]
        loud = np.sqrt(np.sort(word**2)[-len(word) // 3 :].mean())
        samples = noise(1 + len(word) / RATE, len(found), loud / 10**0.5)
        samples[RATE:] += word
        times, open_ = opened(samples)
        found.append(open_[times > 1].any() and not open_[times < 1].any())
    assert len(found) == 60
    assert np.mean(found) >= 0.97


@pytest.mark.data
@pytest.mark.parametrize("kind", ["rain", "sea_waves"])
def test_it_is_closed_most_of_the_time_in_weather(fondo_data, kind):
    paths = sorted((fondo_data / "audio" / "esc10" / kind).glob("*.ogg"))[:20]
    shares = [opened(sound(path, 5.0))[1].mean() for path in paths]
    assert len(shares) == 20
    assert np.mean(shares) <= 0.2
