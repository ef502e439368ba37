"""fondo.tasks.audio.alarm: seconds and shares become the steps and scores of a policy."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fondo
from fondo import Alarm, Mixing, TriggerWord
from fondo.errors import BadParameter
from fondo.judge.detection import Stream, Word
from fondo.judge.events import Policy
from fondo.tasks.settings import configure

STEP = 0.02  # seconds of a step of "gru"


def test_the_defaults_are_the_notes_in_seconds():
    assert Alarm().policy(0.7, 0.545 / 75) == Policy.notes(0.7)
    assert Alarm().policy(0.7, STEP) == Policy(0.7, refractory=27)


def test_seconds_and_shares_by_hand():
    found = Alarm(refractory=1.0, k=3, n=5, release=0.5).policy(0.8, STEP)
    assert found == Policy(0.8, 3, 5, 50, 0.4)
    assert Alarm(refractory=0.001).policy(0.8, STEP).refractory == 1


@given(
    refractory=st.floats(0.01, 10), step=st.floats(0.005, 0.1), threshold=st.floats(0.01, 1),
    release=st.none() | st.floats(0, 1), n=st.integers(1, 20),
)  # fmt: skip
def test_whatever_it_takes_a_policy_takes(refractory, step, threshold, release, n):
    alarm = Alarm(refractory=refractory, n=n, release=release)
    if n > max(round(refractory / step), 1):
        with pytest.raises(BadParameter, match="Make refractory at least") as told:
            alarm.policy(threshold, step)
        least = float(str(told.value).rpartition(" ")[2].rstrip("."))
        alarm = Alarm(refractory=least, n=n, release=release)  # what is advised works
    found = alarm.policy(threshold, step)
    assert (found.k, found.n, found.threshold) == (1, n, threshold)
    assert found.refractory >= n
    assert (found.release is None) == (release is None)


def test_more_than_all_of_the_last_scores_is_refused():
    with pytest.raises(BadParameter, match=r"Alarm\(k=3, n=2\): k must not be above n"):
        Alarm(k=3, n=2).policy(0.5, STEP)


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"k": 3}, r"k must not be above n"), ({"n": 99}, r"longer than refractory"),
     ({"refractory": 0.0}, r"Alarm\(refractory=0.0\)"), ({"release": 1.5}, r"release"),
     ({"voice": 0.0}, r"voice")],
    ids=str,
)  # fmt: skip
def test_alarms_that_cannot_be_are_told_before_clips_are_mixed(settings, told):
    with pytest.raises(BadParameter, match=told):
        TriggerWord(alarm=Alarm(**settings)).fit("no such folder")


def test_its_settings_are_text_on_the_command_line():
    settings = {"alarm.refractory": "1", "k": "2", "alarm.n": "3", "release": "none"}
    task = configure(TriggerWord, settings | {"alarm.voice": "0.8"})
    assert repr(task.alarm) == "Alarm(k=2, n=3, refractory=1.0, voice=0.8)"
    assert task.alarm.policy(0.5, STEP) == Policy(0.5, 2, 3, 50)
    assert configure(TriggerWord, {}).alarm is None
    with pytest.raises(BadParameter, match=r"Did you mean"):
        configure(TriggerWord, {"alarm.refractoy": "1"})
    with pytest.raises(BadParameter, match=r"Alarm\(k='x'\)"):
        configure(TriggerWord, {"alarm.k": "x"})


def test_a_trigger_word_without_one_has_the_defaults():
    assert repr(TriggerWord().alarm_) == "Alarm()"
    assert TriggerWord().gates == []
    assert TriggerWord(alarm=Alarm(voice=0.5)).gates == [{"kind": "voice", "seconds": 0.5}]


# ---- of a trained word


@pytest.fixture(scope="module")
def trained(made_sources):
    """Trained for one epoch, with a policy that has all of it."""
    alarm = Alarm(k=2, n=3, refractory=0.5, release=0.5, voice=0.6)
    mixing = Mixing(clips=8, seconds=2.0)
    task = TriggerWord(mixing=mixing, epochs=1, rounds=0, alarm=alarm, random_state=1)
    return task.fit(made_sources(range(3)))


def peaks(heights, at=(100, 200, 300, 400, 500)):
    """Scores with peaks of three steps, of which the last three are words."""
    scores = np.full(1500, 0.02)
    for place, height in zip(at, heights, strict=True):
        scores[place : place + 3] = height
    words = [Word(STEP * (place - 5), STEP * place) for place in at[2:]]
    return Stream(scores, words, STEP, STEP)


def test_fitting_gives_the_policy_of_the_settings(trained):
    threshold = trained.choice_["threshold"]
    assert trained.policy == Policy(threshold, 2, 3, 25, 0.5 * threshold)


def test_a_threshold_is_chosen_without_hysteresis_which_the_policy_then_has(trained):
    task = copy.deepcopy(trained)
    task.set_params(false_alarms=1.0)
    task.choose([peaks([0.3, 0.3, 0.9, 0.9, 0.9])])
    threshold = task.policy.threshold
    assert 0.3 < threshold <= 0.9
    assert task.policy == Policy(threshold, 2, 3, 25, 0.5 * threshold)
    # a detector that is stuck above its release would give one alarm and look silent
    stuck = peaks([0.3, 0.3, 0.9, 0.9, 0.9])
    stuck.scores[:250] = 0.8
    task.choose([stuck])
    assert task.policy.threshold > 0.8
    assert task.choice_["false_alarms"]["count"] == 0


def test_settings_that_are_changed_take_effect_where_the_threshold_is_chosen_anew(trained):
    task = copy.deepcopy(trained)
    task.set_params(false_alarms=1.0)
    stream = peaks([0.3, 0.3, 0.9, 0.9, 0.9])
    before = task.choose([stream]).policy
    task.set_params(alarm=Alarm(k=1, n=1, refractory=2.0))
    assert task.choose([stream]).policy == Policy(task.policy.threshold, 1, 1, 100)
    task.set_params(alarm__refractory=1.0, alarm__release=0.25)
    found = task.choose([stream]).policy
    assert (found.refractory, found.release) == (50, 0.25 * found.threshold)
    task.set_params(alarm=Alarm(k=2, n=2, refractory=0.2))
    with pytest.warns(UserWarning, match="stays at"):
        task.choose([Stream(np.ones(500), [Word(1.0, 1.5)], STEP)])
    assert task.policy == Policy(found.threshold, 2, 2, 10)
    assert before.k == 2
    with pytest.raises(BadParameter, match="k must not be above n"):
        task.set_params(alarm=Alarm(k=9)).choose([stream])


def test_how_many_scores_must_count_is_of_account_where_the_threshold_is_chosen(trained):
    task, stream = copy.deepcopy(trained), peaks([0.3, 0.3, 0.9, 0.9, 0.9])
    stream.scores[[700, 900, 1100]] = 0.85  # single scores, which two of three pass over
    task.set_params(false_alarms=1.0)
    assert task.choose([stream]).policy.threshold < 0.85
    assert task.set_params(alarm=Alarm()).choose([stream]).policy.threshold > 0.85


def test_it_goes_through_a_folder_and_back(trained, tmp_path):
    trained.save(tmp_path / "model")
    again = fondo.load(tmp_path / "model")
    assert again.alarm.get_params() == trained.alarm.get_params()
    assert again.policy == trained.policy
    assert again.detector().spec == trained.detector().spec
    assert eval(repr(again.alarm), {"Alarm": Alarm}).get_params() == trained.alarm.get_params()
    assert again.settings()["alarm.voice"] == 0.6
    said = again.set_params(alarm=None)
    assert (said.gates, said.policy) == ([], trained.policy)


def test_scores_are_0_where_nobody_spoke(trained, made_sources):
    word = made_sources((8,)).positives[0].samples
    samples = np.r_[np.zeros(16_000), word, np.zeros(32_000)].astype("float32")
    samples += 1e-3 * np.random.default_rng(0).normal(size=len(samples)).astype("float32")
    gated = trained.scores(samples)
    open_ = copy.deepcopy(trained).set_params(alarm=None).scores(samples)
    detector = trained.detector()
    times = np.array([detector.seconds(step) for step in range(len(gated))])
    assert not gated[times < 1.0].any()
    assert not gated[times > 1.0 + len(word) / 16_000 + 0.6 + 0.032].any()
    heard = (times > 1.2) & (times < 1.6)
    np.testing.assert_array_equal(gated[heard], open_[heard])
    assert open_.all()


def test_onnx_has_no_gates(trained, tmp_path):
    with pytest.raises(BadParameter, match=r"export\(gates=\['voice'\]\): a model for ONNX must"):
        trained.export(tmp_path / "a.onnx")
    assert not (tmp_path / "a.onnx").exists()
