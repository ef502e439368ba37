"""fondo.data.audio.clips: seeds that hang on nothing else, draws within their ends."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.data.audio.clips import Recipe, Sources, clip_seed, clips, make_clip
from fondo.data.audio.hygiene import check_apart
from fondo.data.audio.mixing import Recording
from fondo.errors import BadData, BadParameter

RATE = 2000


def noise(name, milliseconds, seed, voice=""):
    samples = 0.1 * np.random.default_rng(seed).normal(size=milliseconds * RATE // 1000)
    return Recording(samples, name, voice)


def sources(**other):
    plain = {
        "rate": RATE,
        "backgrounds": [noise("rain", 3000, 1), noise("hum", 300, 2)],
        "positives": [noise(f"yes{k}", 100 + 10 * k, 10 + k, f"voice{k % 2}") for k in range(5)],
        "negatives": [noise(f"no{k}", 80, 20 + k) for k in range(3)],
    }
    return Sources(**{**plain, **other})


SHORT = Recipe(seconds=1)


def same(one, other):
    return (one.samples == other.samples).all() and one.events == other.events


def test_a_clip_is_the_same_whatever_else_is_made():
    all_of_them = list(clips(sources(), SHORT, seed=3, n=6))
    assert same(make_clip(sources(), SHORT, 3, 4), all_of_them[4])
    rest = list(clips(sources(), SHORT, seed=3, n=2, first=4))
    assert same(rest[0], all_of_them[4])
    assert same(rest[1], all_of_them[5])
    assert not same(all_of_them[0], all_of_them[1])
    assert not same(all_of_them[0], make_clip(sources(), SHORT, 4, 0))


def test_seeds_are_those_that_spawning_gives():
    children = np.random.SeedSequence(7).spawn(5)
    for number, child in enumerate(children):
        ours = clip_seed(7, number).generate_state(4)
        np.testing.assert_array_equal(ours, child.generate_state(4))


def test_clips_without_a_number_never_end():
    endless = clips(sources(), SHORT)
    assert len({next(endless).samples.tobytes() for _ in range(5)}) == 5


@given(st.integers(0, 10_000))
def test_what_is_drawn_keeps_to_the_recipe(seed):
    recipe = Recipe(seconds=1.5, positives=(1, 3), negatives=(0, 2), snr_db=(5, 15), level_db=-30,
                    gain_db=(-3, 3), speed=(0.8, 1.25), room=0.5, overdriven=0.3,
                    tone_db=6.0)  # fmt: skip
    made_of = sources()
    clip = make_clip(made_of, recipe, seed, 0)
    kinds = [e.kind for e in clip.events] + [s.kind for s in clip.skipped]
    assert 1 <= kinds.count("positive") <= 3
    assert kinds.count("negative") <= 2
    assert 5 <= clip.levels.snr_db <= 15
    assert -3 <= clip.levels.gain_db <= 3
    assert clip.samples.shape == (3000,)
    assert np.abs(clip.samples).max() <= 1
    assert clip.room in ("", "made up")
    lengths = {w.source: len(w.samples) for w in [*made_of.positives, *made_of.negatives]}
    for event in clip.events:  # an echo makes no word longer
        samples = (event.end - event.start + 1) * RATE / 1000
        assert lengths[event.source] / 1.26 <= samples <= lengths[event.source] / 0.79 + 2
    named = [e.source for e in clip.events]
    assert len(set(named)) == len(named)


def test_the_clips_of_the_notes():
    recipe = Recipe.notes()
    assert (recipe.seconds, recipe.positives, recipe.negatives) == (10.0, (0, 4), (0, 2))
    assert (recipe.background_db, recipe.level_db, recipe.snr_db) == (20.0, -20.0, None)
    recipe = replace(recipe, seconds=2, positives=(2, 2), negatives=(1, 1))
    found = list(clips(sources(), recipe, n=8))
    for clip in found:
        level = 20 * np.log10(np.sqrt((clip.samples.astype(float) ** 2).mean()))
        assert level == pytest.approx(-20, abs=0.01)
        assert all(event.snr == pytest.approx(20, abs=2.5) for event in clip.events)  # all 0.1 loud
        assert clip.room == ""
    assert any(len({e.source for e in c.events}) < len(c.events) for c in found)  # twice in one


def test_shares_of_rooms_and_of_overdriven_clips():
    recipe = Recipe(seconds=0.3, room=0.25, overdriven=0.5, positives=(0, 1), negatives=(0, 0))
    found = list(clips(sources(), recipe, n=200))
    assert np.mean([clip.room != "" for clip in found]) == pytest.approx(0.25, abs=0.1)
    driven = [clip for clip in found if clip.levels.overdrive_db > 0]
    assert len(driven) / 200 == pytest.approx(0.5, abs=0.1)
    assert all((np.abs(clip.samples) == 1).any() for clip in driven)
    counts = [len(clip.events) for clip in found]
    assert np.mean(counts) == pytest.approx(0.5, abs=0.12)


def test_given_rooms_are_used_and_named():
    hall = Recording(np.r_[np.zeros(30), 2.0, np.zeros(50), 1.0], "hall")
    clip = make_clip(sources(rooms=[hall]), replace(SHORT, room=1.0, positives=(1, 1)), 0, 0)
    assert clip.room == "hall"


def test_a_recording_comes_once_where_it_may_not_come_again():
    recipe = replace(SHORT, positives=(4, 4), negatives=(0, 0), speed=(1, 1))
    clip = make_clip(sources(positives=[noise("only", 50, 0)]), recipe, 0, 0)
    assert len(clip.events) == 1
    clip = make_clip(sources(positives=[noise("only", 50, 0)]), replace(recipe, again=True), 0, 0)
    assert len(clip.events) == 4


def test_sources_tell_who_is_heard_and_have_a_fingerprint():
    train, test = sources(), sources(positives=[noise("other", 99, 5, "voice0")])
    assert train.identities()["voice"][:3] == ["voice0", "voice1", "voice0"]
    with pytest.raises(BadData, match="share voice 'voice0'; 'train' and 'test' share backgrounds"):
        check_apart({"train": train.identities(), "test": test.identities()})
    assert train.fingerprint() == sources().fingerprint() != test.fingerprint()
    quieter = [replace(w, samples=w.samples * 0.999) for w in train.backgrounds]
    assert sources(backgrounds=quieter).fingerprint() != train.fingerprint()


def test_sources_and_recipes_that_cannot_be_are_refused():
    with pytest.raises(BadData, match=r"Sources\(backgrounds\): there must be at least one"):
        sources(backgrounds=[])
    with pytest.raises(BadData, match=r"Sources\(negatives\).*'no' occurs more than once"):
        sources(negatives=[noise("no", 50, 1), noise("no", 50, 2)])
    with pytest.raises(BadData, match="there are no positives, but the recipe wants at least 2"):
        make_clip(sources(positives=[]), replace(SHORT, positives=(2, 3)), 0, 0)
    assert make_clip(sources(positives=[]), SHORT, 0, 0).ends == []
    with pytest.raises(BadParameter, match=r"Recipe\(speed=\(1.2, 0.9\)\): the first of speed"):
        Recipe(speed=(1.2, 0.9))
    with pytest.raises(BadParameter, match=r"Recipe\(positives=4\): positives must be a sequence"):
        Recipe(positives=4)
    with pytest.raises(BadParameter, match=r"Recipe\(room=2\): room must be a number in \[0, 1\]"):
        Recipe(room=2)
    with pytest.raises(BadParameter, match=r"clip_seed\(seed=-1\)"):
        make_clip(sources(), SHORT, -1, 0)


def test_a_recipe_is_plain_settings():
    assert Recipe(**json.loads(json.dumps(SHORT.to_json()))) == SHORT


def test_a_tone_changes_how_a_word_sounds_and_not_which_word_nor_its_length():
    plain = Recipe(seconds=1.5, positives=(1, 1), negatives=(0, 0), room=0)
    pair = [make_clip(sources(), recipe, 5, 0) for recipe in (plain, replace(plain, tone_db=12.0))]
    (one,), (other,) = (clip.events for clip in pair)
    assert one.source == other.source
    assert one.end - one.start == other.end - other.start
    words = [c.samples[e.start * RATE // 1000 :][: (e.end - e.start) * RATE // 1000]
             for c, e in zip(pair, (one, other), strict=True)]  # fmt: skip
    spectra = [np.abs(np.fft.rfft(word)) for word in words]
    assert np.corrcoef(*spectra)[0, 1] < 0.9999
    assert all(np.abs(clip.samples).max() <= 1 for clip in pair)


def test_a_share_of_clips_goes_through_a_codec():
    rate = 16_000
    hum = Recording(0.1 * np.sin(np.arange(rate) / 9), "hum")
    said = Sources(rate, [hum], [Recording(0.2 * np.hanning(rate // 4), "yes")])
    plain = Recipe(seconds=1, positives=(1, 1), negatives=(0, 0))
    pairs = [
        (make_clip(said, plain, 5, k), make_clip(said, replace(plain, coded=0.5), 5, k))
        for k in range(12)
    ]
    through = [not np.array_equal(a.samples, b.samples) for a, b in pairs]
    assert 0 < sum(through) < 12
    for one, other in pairs:
        assert one.events == other.events
        assert one.samples.shape == other.samples.shape
        assert np.corrcoef(one.samples, other.samples)[0, 1] > 0.4
    assert same(pairs[3][1], make_clip(said, replace(plain, coded=0.5), 5, 3))
    with pytest.raises(BadParameter, match=r"Recipe\(coded=2\)"):
        Recipe(coded=2)
