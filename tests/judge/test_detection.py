"""fondo.judge.detection: matching against SciPy's, hours and latencies by hand."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from fondo.errors import BadData, BadParameter
from fondo.judge.detection import Detection, Match, Outcome, Stream, Word, detect, match
from fondo.judge.events import Policy

words = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 10)).map(lambda p: Word(p[0], p[0] + p[1])),
    max_size=7,
)
alarms = st.lists(st.integers(0, 55), max_size=9, unique=True).map(sorted)


@given(alarms, words, st.integers(0, 4))
def test_as_many_words_are_heard_as_can_be(times, said, tolerance):
    found = match(times, said, tolerance)
    pairs = [(w, a) for w, a in enumerate(found.alarms) if a is not None]
    assert all(said[w].onset <= times[a] <= said[w].end + tolerance for w, a in pairs)
    used = [a for _, a in pairs]
    assert sorted([*used, *found.false]) == list(range(len(times)))  # each alarm once
    if times and said:
        fits = [[w.onset <= t <= w.end + tolerance for w in said] for t in times]
        best = maximum_bipartite_matching(csr_array(np.array(fits, int)), perm_type="column")
        assert len(pairs) == (best >= 0).sum()


def test_a_word_is_heard_once_and_an_alarm_before_it_is_false():
    said = [Word(2.0, 2.5)]
    assert match([1.99], said) == Match((None,), (0,))
    assert match([2.0], said) == Match((0,), ())
    assert match([3.5], said) == Match((0,), ())
    assert match([3.51], said) == Match((None,), (0,))
    assert match([2.4, 3.0], said) == Match((0,), (1,))


def test_words_that_follow_closely_each_have_their_alarm():
    # the first alarm lies in the time of both; it goes to the one whose time is up first
    assert match([2.8, 3.2], [Word(2.7, 3.0), Word(1.5, 2.0)]).alarms == (1, 0)
    assert match([2.8], [Word(2.7, 3.0), Word(1.5, 2.0)]).alarms == (None, 0)


def spikes(seconds, at, step=0.01, length=5):
    scores = np.zeros(round(seconds / step))
    for time in at:
        first = round(time / step)
        scores[first : first + length] = 1.0
    return scores


def test_worked_by_hand():
    said = [Word(1.0, 1.5, labels={"snr": 20}), Word(4.0, 4.4, labels={"snr": 5}),
            Word(7.0, 7.5, labels={"snr": 5}), Word(9.0, 9.3, near_miss=True)]  # fmt: skip
    scores = spikes(12, [1.6, 4.7, 5.9, 9.2, 10.1])
    found = detect([Stream(scores, said, step=0.01)], Policy(refractory=20))
    assert [o.latency for o in found.outcomes] == pytest.approx([0.1, 0.3, None, -0.1], nan_ok=True)
    assert (found.recall.hits, found.recall.n) == (2, 3)
    assert found.false_alarms == 1  # at 5.9; that at 10.1 is of the near miss too
    assert (found.near_misses.hits, found.near_misses.n) == (1, 1)
    assert (found.precision.hits, found.precision.n) == (2, 3)
    assert found.f1 == pytest.approx(2 / 3)
    # 12 s less 1 to 2.5, 4 to 5.4, 7 to 8.5, 9 to 10.3
    assert found.hours * 3600 == pytest.approx(12 - 1.5 - 1.4 - 1.5 - 1.3)
    assert found.latency(0.5) == pytest.approx(0.2)
    assert found.latency(0.95) == pytest.approx(0.29)
    by = found.by("snr")
    assert list(by) == [5, 20]
    assert (by[5].hits, by[5].n, by[20].hits, by[20].n) == (1, 2, 1, 1)


def test_an_alarm_for_a_word_that_had_its_alarm_is_false():
    scores = spikes(10, [1.6, 2.2])
    assert detect([Stream(scores, [Word(1, 1.5)], step=0.01)], Policy()).false_alarms == 0
    found = detect([Stream(scores, [Word(1, 1.5)], step=0.01)], Policy(refractory=20))
    assert (found.recall.hits, found.false_alarms) == (1, 1)


def test_the_time_of_words_that_overlap_is_counted_once():
    stream = Stream(np.zeros(1000), [Word(1, 3), Word(2, 2.5), Word(8, 9.8)], step=0.01)
    assert stream.silent_seconds(1.0) == pytest.approx(10 - 3 - 2)
    assert Stream(np.zeros(1000), step=0.01).silent_seconds(1.0) == pytest.approx(10)


def test_what_the_network_looks_ahead_makes_alarms_later():
    now, late = (detect([Stream(spikes(10, [2]), [Word(1, 1.5)], 0.01, offset)], Policy())
                 for offset in (0.0, 0.03))  # fmt: skip
    assert late.latency() - now.latency() == pytest.approx(0.03)


def test_hours_of_several_streams_add_up():
    quiet = Stream(np.zeros(360_000), step=0.01)
    found = detect([quiet, quiet, Stream(spikes(3600, [9, 99]), step=0.01)], Policy())
    assert found.hours == pytest.approx(3)
    assert str(found.rate) == "2 in 3 h: 0.667 an hour (0.081-2.408)"
    assert found.recall.value is None
    assert found.f1 == 0
    assert found.latency() is None


def test_without_hours_nothing_is_said_of_false_alarms():
    word = Word(0, 1)
    found = detect([Stream(np.ones(100), [word], step=0.01)], Policy())
    assert found.hours == 0
    with pytest.raises(BadData, match="without hours there is no rate"):
        _ = found.rate
    assert found.to_json()["false_alarms"] is None
    assert "false alarms unknown: no hour without the word" in str(found)
    assert detect([], Policy()).f1 is None


def test_the_result_is_plain_numbers_and_sentences():
    words = [Word(0, 1, k > 7, {"snr": 10 * (k % 2), "voice": f"v{k % 3}"}) for k in range(10)]
    outcomes = tuple(Outcome(word, 0.1 if k % 4 else None) for k, word in enumerate(words))
    plain = json.loads(json.dumps(Detection(outcomes, 1, 2.0).to_json(), allow_nan=False))
    assert plain["recall"]["hits"] == 6
    assert [row["is"] for row in plain["by"]["snr"]] == [0, 10]
    assert [row["is"] for row in plain["by"]["voice"]] == ["v0", "v1", "v2"]
    text = str(Detection(outcomes, 1, 2.0)).splitlines()
    assert text[0] == "heard 0.750 (0.409-0.929; 6 of 8)"
    assert text[1] == "after 100 ms, 95 of 100 within 100 ms"
    assert text[2].startswith("near misses that fired 0.500")
    assert text[3] == "false alarms 1 in 2 h: 0.500 an hour (0.013-2.786)"


def test_labels_of_any_kind_are_told_apart():
    values = [3, 0.5, "b", None, True, ("x",)]
    outcomes = tuple(Outcome(Word(0, 1, False, {"kind": v}), 0.0) for v in values)
    found = Detection((*outcomes, Outcome(Word(0, 1), None)), 0, 1.0).by("kind")
    assert list(found)[:2] == [0.5, 3]
    assert found[None].n == 2  # None and nothing said
    json.dumps(Detection(outcomes, 0, 1.0).to_json())


def test_streams_that_cannot_be_are_refused():
    with pytest.raises(BadData, match=r"Stream\('x'\)\(scores\): score 0 is not a finite number"):
        Stream(np.array([np.inf]), name="x")
    with pytest.raises(
        BadData, match=r"Stream\(words\): a word must lie within 0 to 1.000 seconds"
    ):
        Stream(np.zeros(100), [Word(0.5, 150)], step=0.01)
    with pytest.raises(BadData, match="end after it begins, but one goes from 0.5 to 0.4"):
        Stream(np.zeros(100), [Word(0.5, 0.4)], step=0.01)
    with pytest.raises(BadData, match=r"Stream\(scores\): there must be at least one score"):
        Stream(np.zeros(0))
    with pytest.raises(BadParameter, match=r"Stream\(step=0\): step must be a number above 0"):
        Stream(np.zeros(1), step=0)
    with pytest.raises(BadParameter, match=r"detect\(tolerance=-1\)"):
        detect([], Policy(), tolerance=-1)
