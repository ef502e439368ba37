"""fondo.judge.detection_curve: against judging each threshold, and what is stuck is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.errors import BadData, BadParameter
from fondo.judge.detection import Stream, Word, detect
from fondo.judge.detection_curve import DetectionCurve, choose_threshold, detection_curve
from fondo.judge.events import Policy

STEP = 0.05


def listener(seed, hours=0.5, n=40, skill=4.0):
    """Scores of a listener of some skill, and the words."""
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.5, 4, round(hours * 3600 / STEP))
    words = [Word(10 + 30 * k, 10.5 + 30 * k) for k in range(n)]
    for word in words:
        at = round((word.end + 0.1) / STEP)
        scores[at : at + 4] = rng.beta(skill, 1)
    return [Stream(scores, words, STEP), Stream(rng.beta(0.5, 4, 20_000), step=STEP)]


POLICY = Policy(refractory=11)


@given(st.integers(0, 50), st.sampled_from([POLICY, Policy(k=2, n=3, refractory=11)]))
def test_each_point_is_what_judging_that_threshold_gives(seed, policy):
    streams = listener(seed, hours=0.1, n=10)
    curve = detection_curve(streams, policy, points=20)
    assert len(curve.thresholds) <= 20
    assert list(curve.thresholds) == sorted(set(curve.thresholds))
    for threshold, hits, false in zip(
        curve.thresholds, curve.hits, curve.false_alarms, strict=True
    ):
        found = detect(streams, replace(policy, threshold=threshold))
        assert (found.recall.hits, found.false_alarms) == (hits, false)
    assert (curve.hits[-1], curve.false_alarms[-1]) == (0, 0)
    assert curve.hours == pytest.approx(found.hours)


def test_the_threshold_chosen_is_the_lowest_that_keeps_to_the_aim():
    streams = listener(1, skill=40)
    curve = detection_curve(streams, POLICY)
    choice = choose_threshold(curve, 5)
    at = detect(streams, replace(POLICY, threshold=choice.threshold))
    assert at.rate.per_hour <= 5
    assert (choice.recall.hits, choice.rate.count) == (at.recall.hits, at.false_alarms)
    place = curve.thresholds.index(choice.threshold)
    assert curve.per_hour[place - 1] > 5
    assert choice.recall == curve.recall_at(5)
    assert choice.recall.value > 0.5
    tighter = choose_threshold(curve, 1)
    assert tighter.threshold >= choice.threshold
    assert tighter.recall.hits <= choice.recall.hits


@pytest.mark.parametrize("policy", [POLICY, replace(POLICY, release=0.1)])
def test_a_detector_that_is_stuck_never_keeps_to_an_aim(policy):
    # with hysteresis it would give one alarm in an hour, and seem to be silent
    words = [Word(10 + 30 * k, 10.5 + 30 * k) for k in range(100)]
    for scores in (np.ones(72_000), np.full(72_000, 0.7)):
        curve = detection_curve([Stream(scores, words, STEP)], policy)
        assert max(curve.per_hour) > 3000
        with pytest.raises(BadData, match=r"no threshold keeps to it and hears a word.*at least 6"):
            choose_threshold(curve, 1000)
        assert curve.area(1.0) == 1
        assert curve.recall_at(0.5).hits == 0


def curve_of(hits, false):
    thresholds = tuple(round(0.1 * k, 1) for k in range(1, len(hits) + 1))
    return DetectionCurve(thresholds, hits, false, 10, 2.0, POLICY)


def test_a_silent_island_below_noisy_thresholds_is_not_chosen():
    # at 0.2 the count is low by luck alone: above it there are too many alarms again
    curve = curve_of((9, 9, 9, 9, 9, 8, 8, 7, 0), (50, 1, 40, 30, 20, 10, 1, 1, 0))
    assert choose_threshold(curve, 0.5).threshold == 0.7
    assert curve.recall_at(0.5).hits == 8
    # nor one so close to it that little is needed to fall back among them
    curve = curve_of((9, 9, 9, 9, 8, 7, 6, 0), (50, 1, 40, 30, 1, 1, 1, 0))
    assert choose_threshold(curve, 0.5).threshold == 0.6


def test_a_threshold_above_which_more_words_are_heard_is_not_chosen():
    with pytest.raises(BadData, match="lower ones hear fewer words or higher ones give more"):
        choose_threshold(curve_of((1, 2, 5, 9, 0), (0, 0, 0, 0, 0)), 1)
    one_more = curve_of((8, 9, 0), (0, 0, 0))  # one word to and fro is no disorder
    assert choose_threshold(one_more, 1).threshold == 0.1


def test_the_area_by_hand():
    # 4 h: 8, 2, 1, 0 alarms are 2, 0.5, 0.25, 0 an hour, with 9, 8, 5, 0 of 10 words
    curve = DetectionCurve((0.1, 0.4, 0.6, 0.9), (9, 8, 5, 0), (8, 2, 1, 0), 10, 4.0, POLICY)
    # up to 1 an hour: nothing heard to 0.25, then half to 0.5, then 0.8
    assert curve.area(1.0) == pytest.approx(1 - (0.25 * 0 + 0.25 * 0.5 + 0.5 * 0.8))
    assert curve.area(0.2) == 1
    assert [curve.recall_at(r).hits for r in (0.1, 0.25, 1, 2)] == [0, 5, 8, 9]
    np.testing.assert_allclose(curve.miss_rates, [0.1, 0.2, 0.5, 1.0])
    np.testing.assert_allclose(curve.per_hour, [2, 0.5, 0.25, 0])


def test_near_misses_have_a_limit_of_their_own():
    # three words, two near misses that peak at 0.5 and 0.7, one noise at 0.3
    scores = np.full(3000, 0.05)
    for step, peak in ((100, 0.9), (600, 0.8), (1100, 0.6), (1600, 0.5), (2100, 0.7), (2600, 0.3)):
        scores[step] = peak
    words = [Word((step - 30) * STEP, step * STEP) for step in (100, 600, 1100)]
    near = [Word((s - 30) * STEP, s * STEP, near_miss=True) for s in (1600, 2100)]
    curve = detection_curve([Stream(scores, [*words, *near], STEP)], POLICY)
    assert curve.near_misses == 2
    assert curve.near_hits[0] == 2
    assert curve.near_hits[-1] == 0
    found = {limit: choose_threshold(curve, 0.5, limit) for limit in (1.0, 0.5, 0.0)}
    assert [found[limit].recall.hits for limit in (1.0, 0.5, 0.0)] == [3, 3, 2]
    assert [found[limit].near_misses.hits for limit in (1.0, 0.5, 0.0)] == [2, 1, 0]
    assert all(choice.rate.count == 0 for choice in found.values())  # the noise is not among them
    assert "near misses that fired" in str(found[0.0])
    assert found[0.5].to_json()["near_misses"]["hits"] == 1


def test_a_better_listener_has_a_smaller_area():
    areas = [detection_curve(listener(3, skill=s), POLICY).area(20) for s in (1, 4, 40)]
    assert areas == sorted(areas, reverse=True)
    assert areas[2] < 0.1


def test_perfect_scores_have_no_area():
    scores = np.zeros(72_000)
    scores[1000:1004] = 1
    curve = detection_curve([Stream(scores, [Word(49.5, 50.1)], STEP)], POLICY)
    assert curve.area() == 0
    assert choose_threshold(curve, 0.1).threshold == 0.5


def test_the_highest_peaks_outside_of_words_are_all_looked_at():
    rng = np.random.default_rng(0)
    noise, scores = rng.uniform(0, 0.5, 200_000), np.full(2000, 0.2)
    scores[1000:1004] = 0.9
    false = np.linspace(0.6, 0.8, 12)
    noise[np.arange(12) * 10_000 + 500] = false
    streams = [Stream(noise, step=STEP), Stream(scores, [Word(49.5, 50.1)], STEP)]
    curve = detection_curve(streams, POLICY, points=80)
    assert set(range(13)) <= set(curve.false_alarms)  # one by one
    choice = choose_threshold(curve, 4 / curve.hours)
    assert choice.rate.count == 4
    assert false[7] < choice.threshold < false[8]


def test_what_the_hours_do_not_show_is_said():
    scores = np.zeros(72_000)
    scores[1000:1004] = 1
    few = choose_threshold(detection_curve([Stream(scores, [Word(49.5, 50.1)], STEP)], POLICY))
    assert not few.shown
    assert "at most 0.5 an hour is not shown by so few hours (5.99 h without any would)" in str(few)
    quiet = Stream(np.zeros(432_000), step=STEP)
    enough = choose_threshold(
        detection_curve([Stream(scores, [Word(49.5, 50.1)], STEP), quiet], POLICY)
    )
    assert enough.shown
    assert str(enough).endswith("at most 0.5 an hour is shown")
    plain = json.loads(json.dumps(enough.to_json()))
    assert plain["false_alarms"]["hours"] == pytest.approx(7, abs=0.01)


def test_the_curve_is_plain_numbers():
    curve = detection_curve(listener(0, 0.1, 5), POLICY, points=9)
    plain = json.loads(json.dumps(curve.to_json(), allow_nan=False))
    assert len(plain["thresholds"]) == len(plain["miss_rate"]) <= 9
    assert set(plain["recall_at"]) == {"0.1", "0.5", "1.0"}
    assert plain["policy"]["release"] is None


def test_near_misses_are_no_words_to_be_heard():
    streams = listener(0, 0.1, 5)
    near = [*streams, Stream(np.full(400, 0.999), [Word(1, 19, near_miss=True)], STEP)]
    assert detection_curve(near, POLICY).words == 5


def test_what_cannot_be_judged_is_refused():
    quiet = Stream(np.zeros(400), step=STEP)
    with pytest.raises(BadData, match="there are 0 words and 0.00556 hours"):
        detection_curve([quiet])
    with pytest.raises(BadData, match="there are 1 words and 0 hours"):
        detection_curve([Stream(np.zeros(10), [Word(0, 0.5)], STEP)])
    with pytest.raises(BadParameter, match=r"detection_curve\(points=2\): points must be a whole"):
        detection_curve([quiet], points=2)
    curve = detection_curve(listener(0, 0.1, 5), POLICY, points=9)
    with pytest.raises(BadParameter, match=r"choose_threshold\(per_hour=0\): per_hour must be"):
        choose_threshold(curve, 0)
    with pytest.raises(BadParameter, match=r"area\(limit=0\)"):
        curve.area(0)
    deaf = replace(curve, hits=(0,) * len(curve.hits))
    with pytest.raises(BadData, match="there are at least any number of false alarms"):
        choose_threshold(deaf)


def test_the_highest_near_misses_are_told_apart_among_many_words():
    rng = np.random.default_rng(4)
    words = [Word(5 + 5 * k, 5.4 + 5 * k, near_miss=k % 5 == 4) for k in range(500)]
    scores, peaks = np.full(round(2510 / STEP), 0.01), []
    for word in words:
        peak = rng.uniform(0.05, 0.98) if word.near_miss else rng.uniform(0.985, 1.0)
        scores[round((word.end + 0.1) / STEP)] = peak
        peaks += [peak] if word.near_miss else []
    curve = detection_curve([Stream(scores, words, STEP)], POLICY)
    assert len(curve.thresholds) <= 200
    for allowed in (2, 5, 9, 20):  # the lowest threshold fires so many near misses, and not fewer
        choice = choose_threshold(curve, 1.0, allowed / 100)
        assert choice.near_misses.hits == allowed
        lowest, highest = sorted(peaks)[-allowed - 1], sorted(peaks)[-allowed]
        assert lowest < choice.threshold <= highest
    assert len(detection_curve([Stream(scores, words, STEP)], POLICY, points=4).thresholds) <= 4
