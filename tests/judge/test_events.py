"""fondo.judge.events: against plain loops, the lesson's own loop, and by cutting streams up."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.judge.events import Policy, PolicyState


def plainly(policy, scores):
    """What the docstring says, one step after the other."""
    alarms, armed = [], True
    for i, score in enumerate(scores):
        if policy.release is None or score < policy.release:
            armed = True
        counted = sum(s >= policy.threshold for s in scores[max(0, i - policy.n + 1) : i + 1])
        rested = i - alarms[-1] >= policy.refractory if alarms else i >= policy.wait
        if counted >= policy.k and rested and armed:
            alarms.append(i)
            armed = policy.release is None
    return alarms


def lesson(predictions, threshold):
    """`chime_on_activate` of the lesson, without the sound."""
    chimes, consecutive_timesteps = [], 0
    for i in range(len(predictions)):
        consecutive_timesteps += 1
        if predictions[i] > threshold and consecutive_timesteps > 75:
            chimes.append(i)
            consecutive_timesteps = 0
    return chimes


@st.composite
def policies(draw):
    n = draw(st.integers(1, 5))
    return Policy(
        threshold=0.5,
        k=draw(st.integers(1, n)),
        n=n,
        refractory=draw(st.integers(n, 12)),
        release=draw(st.sampled_from([None, 0.5, 0.25, 0.0])),
        wait=draw(st.integers(0, 9)),
    )


streams = st.lists(st.sampled_from([0.0, 0.2, 0.25, 0.4, 0.5, 0.7, 1.0]), max_size=80)


@given(policies(), streams)
@settings(max_examples=200)
def test_alarms_are_those_of_a_plain_loop(policy, scores):
    assert policy.detect(np.array(scores)).tolist() == plainly(policy, scores)


@given(policies(), streams, st.lists(st.integers(0, 80), max_size=8))
def test_however_a_stream_is_cut_its_alarms_are_the_same(policy, scores, cuts):
    state, found = policy.start(), []
    for piece in np.split(np.array(scores), sorted(min(cut, len(scores)) for cut in cuts)):
        state = PolicyState.from_json(json.loads(json.dumps(state.to_json())))  # kept, put back
        alarms, state = policy.update(piece, state)
        found += alarms.tolist()
    assert found == policy.detect(np.array(scores)).tolist()
    assert state.position == len(scores)


@given(st.lists(st.sampled_from([0.0, 0.5, 0.6, 1.0]), min_size=150, max_size=400))
def test_the_classic_alarms_are_those_of_the_lesson(scores):
    assert Policy.classic(0.5).detect(np.array(scores)).tolist() == lesson(scores, 0.5)


def test_constant_scores_give_the_figures_that_are_known():
    ones = np.ones((1375, 1))  # as the network answers
    notes, classic = Policy.notes().detect(ones), Policy.classic().detect(ones)
    assert notes.tolist() == list(range(0, 1351, 75))
    assert len(notes) == 19
    assert classic.tolist() == list(range(75, 1368, 76))
    assert len(classic) == 18
    assert Policy(release=0.4).detect(ones).tolist() == [0]


def test_twenty_short_events_in_an_hour_are_twenty():
    scores = np.zeros(45_000)  # 80 ms frames
    for start in range(1000, 41_001, 2000)[:20]:
        scores[start : start + 6] = 0.9
    assert len(Policy(refractory=7).detect(scores)) == 20
    assert len(Policy(refractory=7, release=0.5).detect(scores)) == 20


def test_one_event_of_ten_seconds_is_one_with_hysteresis_and_nineteen_without():
    scores = np.zeros(3000)
    scores[500 : 500 + 1375] = 0.9
    assert len(Policy(release=0.5).detect(scores)) == 1
    assert len(Policy().detect(scores)) == 19


@given(policies(), streams)
def test_no_two_alarms_are_closer_than_the_refractory_time(policy, scores):
    alarms = policy.detect(np.array(scores))
    assert (np.diff(alarms) >= policy.refractory).all()
    assert (alarms >= policy.wait).all()


@given(policies(), streams)
def test_hysteresis_gives_no_more_alarms(policy, scores):
    without = policy.without_release()
    assert without.release is None
    assert len(policy.detect(np.array(scores))) <= len(without.detect(np.array(scores)))


def test_one_low_score_right_after_an_alarm_is_enough():
    policy = Policy(release=0.5, refractory=2)
    assert policy.detect(np.array([1, 0, 1, 1, 1])).tolist() == [0, 2]
    assert policy.detect(np.array([1, 1, 1, 0.4, 1])).tolist() == [0, 4]


def test_k_of_n_lets_spikes_pass_and_needs_no_full_window():
    policy = Policy(k=2, n=3, refractory=3)
    assert policy.detect(np.array([0, 1, 0, 0, 1, 0, 0])).tolist() == []
    assert policy.detect(np.array([0, 1, 0, 1, 0])).tolist() == [3]
    assert policy.detect(np.array([1, 1])).tolist() == [1]


def test_scores_of_single_precision_are_compared_as_they_are():
    just = np.array([0.9], np.float32)  # a little less than 0.9
    assert Policy(threshold=0.9).detect(just).tolist() == []
    assert Policy(threshold=float(just[0])).detect(just).tolist() == [0]


def test_nothing_in_nothing_out():
    assert Policy().detect(np.zeros(0)).tolist() == []
    policy = Policy(k=2, n=3)
    assert policy.update(np.zeros(0), policy.start())[1] == policy.start()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"k": 3, "n": 2}, r"Policy\(k=3, n=2\): k must not be above n"),
        ({"n": 5, "refractory": 4}, r"Policy\(n=5, refractory=4\): refractory must be at least n"),
        ({"release": 0.6}, r"Policy\(release=0.6, threshold=0.5\): release must not be above"),
        ({"refractory": 0}, r"Policy\(refractory=0\): refractory must be a whole number of at le"),
        ({"threshold": float("nan")}, r"Policy\(threshold=nan\): threshold must be a finite"),
        ({"wait": -1}, r"Policy\(wait=-1\)"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, message):
    with pytest.raises(BadParameter, match=message):
        Policy(**settings)


def test_scores_that_cannot_be_are_refused():
    with pytest.raises(BadData, match=r"Policy\(scores=\(2, 3\)\): scores must be \(steps,\) or"):
        Policy().detect(np.zeros((2, 3)))
    with pytest.raises(BadData, match=r"Policy\(scores\): score 1 is not a finite number"):
        Policy().detect(np.array([0.1, np.nan]))


def test_the_state_of_another_policy_is_refused():
    with pytest.raises(BadParameter, match=r"Policy\(n=3\): the state is of a policy with n=1"):
        Policy(n=3).update(np.zeros(2), Policy().start())


def test_a_policy_is_plain_settings():
    policy = Policy(threshold=0.9, k=3, n=5, release=0.6)
    assert Policy(**json.loads(json.dumps(policy.to_json()))) == policy
    assert eval(repr(policy)) == policy
