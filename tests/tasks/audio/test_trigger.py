"""fondo.tasks.audio.trigger: a made-up word is heard, by voices that were not learnt from."""

import copy
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import fondo
from fondo.data.audio.clips import clips
from fondo.data.audio.mixing import Recording
from fondo.engine.predict import network_state
from fondo.errors import BadData, BadParameter
from fondo.judge.detection import Stream, Word, detect
from fondo.store.weights import hash_arrays
from fondo.tasks.audio.clipset import ClipSet
from fondo.tasks.audio.front import front_end
from fondo.tasks.audio.mixing import Mixing
from fondo.tasks.audio.rounds import Candidate, chosen, held_streams
from fondo.tasks.audio.trigger import TriggerWord

MIXING = Mixing(clips=64, seconds=3.0, snr_db=(10.0, 30.0), room=0.0, speed=(0.95, 1.05))


def small(**settings):
    return TriggerWord(
        **{"mixing": MIXING, "epochs": 10, "rounds": 0, "learning_rate": 0.005, "batch_size": 8}
        | settings
    )


@pytest.fixture(scope="module")
def fitted(made_sources):
    task = small(false_alarms=60.0, epochs=16)
    return task.fit(made_sources(range(6)), validation_data=(made_sources((6, 7), (2, 3)), None))


@pytest.fixture(scope="module")
def new_streams(made_sources, fitted):
    recipe = MIXING.recipe(made_sources((8, 9), (4, 5)))
    found = []
    for clip in clips(made_sources((8, 9), (4, 5)), recipe, seed=99, n=30):
        words = [Word(e.start / 1000, (e.end + 1) / 1000) for e in clip.events
                 if e.kind == "positive"]  # fmt: skip
        found.append(fitted.stream(clip.samples, words))
    return found


def test_words_of_new_voices_are_heard_and_others_are_not(fitted, new_streams):
    found = detect(new_streams, fitted.policy)
    assert found.recall.n >= 20
    assert found.recall.value >= 0.8  # who never answers hears none
    assert found.false_alarms <= 0.2 * found.recall.n  # who always answers has ten times as many
    assert -0.1 < found.latency(0.5) < 0.4  # the end of a made word fades away


def test_loudness_tells_nothing(fitted, made_sources):
    recipe = MIXING.recipe(made_sources((8, 9), (4, 5)))
    recipe = replace(recipe, gain_db=(-10.0, -10.0))  # 12 dB either way is what it has met
    heard = {}
    for gain in (-12, 0, 12):
        streams = []
        for clip in clips(made_sources((8, 9), (4, 5)), recipe, seed=98, n=15):
            words = [Word(e.start / 1000, (e.end + 1) / 1000) for e in clip.events
                     if e.kind == "positive"]  # fmt: skip
            streams.append(fitted.stream(clip.samples * 10 ** (gain / 20), words))
        heard[gain] = detect(streams, fitted.policy).recall.value
    assert max(heard.values()) - min(heard.values()) <= 0.15


def test_the_threshold_was_chosen_on_voices_that_were_held(fitted):
    assert fitted.policy.threshold == fitted.choice_["threshold"]
    assert fitted.choice_["target"] == 60.0
    assert "heard" in fitted.choice_["words"]


def test_it_goes_through_a_folder_and_back(fitted, made_sources, tmp_path):
    fitted.save(tmp_path / "model")
    again = fondo.load(tmp_path / "model")
    samples = made_sources((8,), (4,)).positives[0].samples
    samples = np.r_[np.zeros(8000), samples, np.zeros(8000)].astype("float32")
    np.testing.assert_array_equal(again.scores(samples), fitted.scores(samples))
    assert again.policy == fitted.policy
    assert again.choice_ == fitted.choice_


def test_the_exported_program_says_when(fitted, made_sources, tmp_path):
    import soundfile

    silence, said = np.zeros(8000), made_sources((8,), (4,)).positives[0].samples
    samples = np.r_[silence, said, silence, silence].astype("float32")
    samples += np.random.default_rng(0).normal(size=len(samples)).astype("float32") * 1e-3
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="PCM_16")
    kept, _ = soundfile.read(tmp_path / "a.wav", dtype="float32")
    fitted.export(tmp_path / "ears.py")
    done = subprocess.run(
        [sys.executable, "ears.py", "a.wav"], cwd=tmp_path, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert [float(line.split("\t")[1]) for line in done.stdout.splitlines()] == pytest.approx(
        fitted.detect(kept), abs=1e-3
    )


@pytest.mark.filterwarnings("ignore:TriggerWord")  # so few clips allow no threshold
def test_members_are_learnt_together_and_averaged(made_sources, tmp_path):
    task = small(members=2, mixing=Mixing(clips=12, seconds=2.0), epochs=2, rounds=1)
    task.fit(made_sources(range(4)))
    samples = made_sources((8,), (4,)).positives[0].samples
    samples = np.r_[np.zeros(9000), samples, np.zeros(9000)].astype("float32")
    features = task.front_end.features(samples)[None]
    logits = np.asarray(task.network_((features - task.seen_mean_) / task.seen_spread_))[0]
    assert logits.shape[-1] == 2
    assert np.abs(logits[:, 0] - logits[:, 1]).max() > 1e-3
    scores = task.scores(samples)
    np.testing.assert_allclose(scores, 1 / (1 + np.exp(-logits.mean(axis=-1))), atol=1e-4)
    task.save(tmp_path / "model")
    np.testing.assert_array_equal(fondo.load(tmp_path / "model").scores(samples), scores)
    assert task.decode(logits[None]).numbers.shape == (1, len(logits))


@pytest.mark.filterwarnings("ignore:TriggerWord")  # so few clips allow no threshold
def test_the_same_seed_is_the_same_network(made_sources):
    few = {"epochs": 1, "rounds": 1, "mixing": Mixing(clips=8, seconds=2.0)}
    pair = [
        hash_arrays(small(**few, random_state=seed).fit(made_sources(range(3))).stored_weights())
        for seed in (0, 0, 1)
    ]
    assert pair[0] == pair[1] != pair[2]


def test_voices_that_are_in_both_parts_are_refused(made_sources):
    with pytest.raises(BadData, match="voice"):
        small().fit(made_sources((0, 1)), validation_data=(made_sources((1, 2)), None))


def test_a_threshold_is_chosen_anew_on_other_recordings_and_keeps_to_what_is_asked(
    fitted, new_streams
):
    task, before = copy.deepcopy(fitted), fitted.policy.threshold
    found = {}
    for limit in (1.0, 2000.0):
        task.false_alarms = limit
        assert task.choose(new_streams) is task
        found[limit] = detect(new_streams, task.policy)
        assert found[limit].false_alarms <= limit * found[limit].hours + 1e-9
        assert task.choice_["target"] == limit
    assert found[1.0].recall.value <= found[2000.0].recall.value
    assert task.curve_["words"] == found[1.0].recall.n
    assert fitted.policy.threshold == before
    task.false_alarms = -1
    with pytest.raises(BadParameter, match="false_alarms"):
        task.choose(new_streams)
    with pytest.raises(NotFittedError):
        small().choose(new_streams)


@pytest.mark.filterwarnings("ignore:TriggerWord")  # so few clips allow no threshold
def test_the_round_that_hears_most_at_its_threshold_is_kept(made_sources, monkeypatch):
    seen, plain = [], Candidate.of.__func__

    def of(cls, task, sources):
        found = plain(cls, task, sources)
        value = (0.5, 0.9, 0.85, 0.2)[len(seen)]
        recall = {"value": value, "low": value - 0.1}
        choice = {**found.found[1], "recall": recall}
        seen.append(replace(found, found=(found.found[0], choice, found.found[2])))
        return seen[-1]

    monkeypatch.setattr(Candidate, "of", classmethod(of))
    few = {"epochs": 2, "rounds": 3, "mixing": Mixing(clips=8, seconds=2.0)}
    task = small(**few).fit(made_sources(range(3)))
    assert len(seen) == 4
    assert task.choice_["recall"]["value"] == 0.85
    kept = network_state(task.network_)["trainable"]
    for number, each in enumerate(seen):
        same = all(map(np.array_equal, kept, each.state["trainable"]))
        assert same is (number == 2)  # of those that cannot be told apart the last
    assert task.best_epoch_ == seen[2].epoch
    assert len(task.history_) == 2 + 3  # half of two epochs a round


def test_a_threshold_stays_where_no_other_will_do(fitted):
    stuck = Stream(np.ones(500), [Word(1.0, 1.5)], 0.02)
    task = copy.deepcopy(fitted)
    before = task.policy.threshold
    with pytest.warns(UserWarning, match=f"stays at {before:g}"):
        task.choose([stuck])
    assert task.policy.threshold == before
    assert "no threshold keeps to it" in task.choice_["words"]


def test_clips_are_labelled_behind_their_words(made_sources):
    sources = made_sources((0, 1))
    found = ClipSet.of(clips(sources, MIXING.recipe(sources), 0, 6), front_end("log_mel"), 6)
    labels = found.labels("gru", 0.4)
    assert labels.shape == (6, 147)
    for row, events in enumerate(found.events):
        ends = [e.end for e in events if e.kind == "positive"]
        assert labels[row].any() == bool(ends)
        if ends:
            first = np.flatnonzero(labels[row])[0]
            assert first * 3000 / 147 == pytest.approx(min(ends), abs=50)
    unsure = found.labels("gru", 0.4, 0.1)
    np.testing.assert_array_equal(unsure[unsure >= 0], labels[unsure >= 0])
    assert (unsure == -1).sum() >= 10
    assert set(found.labels("gru", 0.01, 1.0).ravel().tolist()) <= {0.0, 1.0}  # one step: sure


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"architecture": "lstm"}, "architecture"), ({"false_alarms": 0}, "false_alarms"),
     ({"mixing": Mixing(clips=1)}, "clips"), ({"rounds": -1}, "rounds")],
    ids=["architecture", "aim", "clips", "rounds"],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(made_sources, settings, told):
    with pytest.raises(BadParameter, match=told):
        small(**settings).fit(made_sources((0, 1)))


def test_other_rates_and_other_things_are_refused(made_sources):
    sources = made_sources((0, 1))
    with pytest.raises(BadData, match="needs 44100"):
        small(front="notes").fit(sources)
    with pytest.raises(BadData, match="must be a folder, or Sources"):
        small().fit(np.zeros((3, 4)))
    with pytest.raises(BadData, match="no rows to predict"):
        small().read(np.zeros((3, 4)))


def test_silent_words_are_skipped(made_sources):
    sources = made_sources((0, 1))
    sources = type(sources)(
        sources.rate, sources.backgrounds,
        [*sources.positives, Recording(np.zeros(4000), "mute", "voice9")], sources.negatives,
    )  # fmt: skip
    found = ClipSet.of(clips(sources, MIXING.recipe(sources), 0, 12), front_end("log_mel"), 12)
    assert found.skipped >= 1


def test_a_detector_that_is_lent_begins_anew(fitted, made_sources):
    samples = made_sources((8,), (4,)).positives[0].samples
    detector = fitted.detector()
    detector.feed(samples)
    lent = fitted.stream(samples, detector=detector)
    np.testing.assert_array_equal(lent.scores, fitted.stream(samples).scores)


def test_near_misses_do_not_count_as_false_alarms_where_the_threshold_is_chosen(
    fitted, made_sources
):
    usual = made_sources((6, 7), (2, 3))
    close = type(usual)(usual.rate, usual.backgrounds, usual.positives, near_misses=usual.negatives)
    task = copy.deepcopy(fitted)
    found = {}
    for limit in (0.0, 1.0):
        task.near_misses = limit
        found[limit] = chosen(task, held_streams(task, close))[1]
    assert found[0.0]["near_misses"]["hits"] == 0
    assert found[0.0]["near_misses"]["n"] > 10
    assert found[1.0]["threshold"] <= found[0.0]["threshold"]
    assert found[1.0]["recall"]["hits"] >= found[0.0]["recall"]["hits"]
    assert chosen(fitted, held_streams(fitted, usual))[1]["near_misses"] is None


def test_a_threshold_is_chosen_with_one_detector_for_all_clips(fitted, made_sources, monkeypatch):
    made, plain = [], TriggerWord.detector
    monkeypatch.setattr(TriggerWord, "detector", lambda task: made.append(task) or plain(task))
    _, choice, _ = chosen(fitted, held_streams(fitted, made_sources((6, 7), (2, 3))))
    assert len(made) == 1
    assert choice == fitted.choice_
