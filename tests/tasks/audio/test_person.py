"""fondo.tasks.audio.person: a gate that opens for one person's word."""

import numpy as np
import pytest

from fondo import TriggerWord
from fondo.data.audio.clips import Sources
from fondo.data.audio.mixing import Recording
from fondo.errors import BadData, BadParameter
from fondo.tasks.audio.person import (
    BLOCKS,
    COEFFICIENTS,
    cosines,
    frames_looked_at,
    learn_person,
)

RATE = 16_000


def hum(voice, seed):
    """A word whose pitch and colour are those of a voice."""
    rng = np.random.default_rng([seed, voice])
    n = int(RATE * rng.uniform(0.35, 0.45))
    pitch = (100 + 45 * voice) * rng.uniform(0.97, 1.03) * np.linspace(1, 1.2, n)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tilt = 0.5 + 0.08 * voice
    wave = sum(np.sin(k * phase) * tilt**k for k in range(1, 12)) * np.hanning(n) ** 0.3
    return Recording((0.1 * wave).astype("float32"), f"{voice}-{seed}.wav", f"voice{voice}")


def words(voices, takes):
    return [hum(voice, seed) for voice in voices for seed in range(takes)]


def sources(positives, noise=0.001):
    drawn = np.random.default_rng(0).normal(size=3 * RATE)
    return Sources(RATE, [Recording((noise * drawn).astype("float32"), "noise")], positives)


@pytest.fixture(scope="module")
def task():
    """A network that has learnt nothing, which is asked where its score is highest."""
    made = TriggerWord()
    made.seen_mean_, made.seen_spread_ = np.full(40, -8.0), np.full(40, 4.0)
    made.network_ = made.network()
    made.policy_ = made.alarm_.policy(0.0, made.step_seconds).to_json()
    return made


def let_through(task, recordings):
    """Share of recordings of which the gate is open where the network's score is highest."""
    person, found = task.person_, []
    for word in recordings:
        padded = np.pad(word.samples, (round(1.5 * RATE), round(0.6 * RATE)))
        noise = 0.001 * np.random.default_rng(1).normal(size=len(padded))
        samples = (padded + noise).astype("float32")
        gated = task.scores(samples)
        del task.person_
        scores = task.scores(samples)
        task.person_ = person
        assert set(gated) <= {0.0, *scores}
        found.append(gated[60 + scores[60:].argmax()] > 0)  # there are 0.8 s before it
    return np.mean(found)


def test_the_person_is_let_through_and_others_are_not(task):
    task.enrol(sources(words([3], 6) + words([0, 1, 2, 5, 6, 9], 3)), "voice3")
    try:
        fresh = [hum(3, seed) for seed in range(20, 32)]
        strangers = [hum(voice, seed) for voice in (7, 8) for seed in range(20, 26)]
        assert let_through(task, fresh) >= 0.9
        assert let_through(task, strangers) <= 0.3
        assert task.person_["own"]["n"] == 6
        assert task.person_["others"]["n"] == 18
        assert task.person_["others"]["value"] <= 0.4
        assert "recordings of voice3 were let through" in task.person_["words"]
    finally:
        task.forget()
    assert task.gates == []


def test_who_was_enrolled_stays_where_another_cannot_be(task):
    task.enrol(sources(words([3], 3) + words([0, 1], 2)), "voice3")
    try:
        with pytest.raises(BadData, match="nobody of this name"):
            task.enrol(sources(words([3], 3) + words([0, 1], 2)), "voice9")
        assert task.person_["voices"] == ["voice3"]
    finally:
        task.forget()


def test_several_people_may_be_let_through(task):
    known = learn_person(
        task, sources(words([1, 6], 5) + words([0, 3, 8], 4)), ["voice1", "voice6"]
    )
    assert known.voices == ("voice1", "voice6")
    assert known.own.n == 10
    assert known.own.value >= 0.8


def test_less_of_the_person_keeps_out_no_fewer_others(task):
    there = sources(words([3], 8) + words([0, 1, 2, 4, 5], 4), noise=0.02)
    strict, wide = (learn_person(task, there, ["voice3"], share=s) for s in (0.5, 0.99))
    assert strict.bias < wide.bias
    assert strict.others.hits <= wide.others.hits
    np.testing.assert_array_equal(strict.weights, wide.weights)


def test_the_same_seed_gives_the_same_gate(task):
    there = sources(words([3], 4) + words([0, 1], 4))
    first, again, other = (learn_person(task, there, ["voice3"], seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert first.bias == again.bias
    assert not np.array_equal(first.weights, other.weights)


def test_cosines_are_orthonormal_and_know_nothing_of_loudness():
    basis = cosines(40)
    assert basis.shape == (40, COEFFICIENTS)
    np.testing.assert_allclose(basis.T @ basis, np.eye(COEFFICIENTS), atol=1e-12)
    np.testing.assert_allclose(np.ones(40) @ basis, 0, atol=1e-12)


@pytest.mark.parametrize(("rate", "hop"), [(16_000, 160), (44_100, 80)])
def test_what_is_looked_at_is_eight_tenths_of_a_second_in_equal_parts(rate, hop):
    frames = frames_looked_at(rate, hop)
    assert frames % BLOCKS == 0
    assert frames * hop / rate == pytest.approx(0.8, abs=BLOCKS * hop / rate)


@pytest.mark.parametrize(
    ("voices", "takes", "asked", "told"),
    [
        ([0, 1, 2], 4, "nobody", r"nobody of this name says the word there\. Found voice0, voice1"),
        ([0, 1, 2], 2, "voice0", r"2 recordings of the word are too few, at least 3"),
        ([0, 1], 4, "voice0", r"at least two other voices"),
    ],
)
def test_too_little_to_learn_from_is_refused(task, voices, takes, asked, told):
    with pytest.raises(BadData, match=told):
        task.enrol(sources(words(voices, takes)), asked)
    assert not hasattr(task, "person_")


@pytest.mark.parametrize("share", [0, 1, -1, "much"])
def test_shares_that_cannot_be_are_refused(task, share):
    with pytest.raises(BadParameter, match=r"share"):
        task.enrol(sources(words([0, 1, 2], 4)), "voice0", share=share)


def test_powers_without_a_logarithm_are_refused(task):
    loud = TriggerWord(front="notes")
    with pytest.raises(BadParameter, match="without a logarithm"):
        learn_person(loud, sources(words([0, 1, 2], 4)), ["voice0"])


def test_silent_recordings_do_no_harm(task):
    silent = Recording(np.zeros(4000, np.float32), "silent.wav", "voice3")
    found = learn_person(task, sources([*words([3], 5), silent, *words([0, 1, 2], 4)]), ["voice3"])
    assert np.isfinite(found.weights).all()
    assert np.isfinite(found.bias)


def test_a_gate_is_not_written_for_onnx(task, tmp_path):
    task.enrol(sources(words([3], 4) + words([0, 1], 4)), "voice3")
    try:
        with pytest.raises(BadParameter, match="must have no gate"):
            task.export(tmp_path / "ears.onnx")
    finally:
        task.forget()
