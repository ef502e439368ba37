"""fondo.judge.thresholds: against trying every cut, by laws, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from fondo.errors import BadData, BadParameter
from fondo.judge.thresholds import F1, Cost, Precision, Recall, choose_threshold, parse_aim


@st.composite
def cases(draw):
    n = draw(st.integers(2, 30))
    y = np.array([0, 1, *draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))])
    p = draw(st.lists(st.integers(0, 10), min_size=n + 2, max_size=n + 2))
    return y, np.array(p) / 10


def every_cut(p):
    return [*np.unique(p), 1.1]


@given(cases())
@settings(deadline=None, derandomize=True)
def test_no_other_cut_has_a_higher_f1_or_a_lower_cost(case):
    y, p = case
    f1 = [f1_score(y, p >= cut, zero_division=0) for cut in every_cut(p)]
    assert f1_score(y, p >= choose_threshold(y, p, "f1")) == pytest.approx(max(f1))

    def cost(cut):
        return ((p >= cut) & (y == 0)).sum() + 4 * ((p < cut) & (y == 1)).sum()

    chosen = choose_threshold(y, p, Cost(1, 4))
    assert cost(chosen) == min(cost(cut) for cut in every_cut(p))


@given(cases())
@settings(deadline=None, derandomize=True)
def test_no_other_cut_with_enough_recall_is_more_precise(case):
    y, p = case
    said = p >= choose_threshold(y, p, Recall(0.8))
    assert recall_score(y, said) >= 0.8
    rivals = [p >= cut for cut in every_cut(p) if recall_score(y, p >= cut) >= 0.8]
    assert precision_score(y, said) == pytest.approx(max(precision_score(y, r) for r in rivals))


def test_worked_by_hand():
    y, p = np.array([0, 0, 1, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4, 0.8, 0.9])
    assert choose_threshold(y, p, "precision:1") == pytest.approx(0.6)  # 2 of 3 found
    assert choose_threshold(y, p, "recall:1") == pytest.approx(0.25)  # 3 of 4 right
    assert choose_threshold(y, p, "cost:10:1") == pytest.approx(0.6)  # one miss beats an alarm
    assert choose_threshold(y, p, "cost:0:1") == 0.25  # all found; of those cuts nearest to 1/2


def test_the_ends_flag_all_or_none():
    y, p = np.array([1, 0, 0]), np.array([0.2, 0.5, 1.0])
    assert choose_threshold(y, p, "cost:1:0") > 1
    assert choose_threshold(y, p, "recall:1") == 0


@pytest.mark.parametrize("aim", [F1(), Recall(0.8), Precision(0.9), Cost(1, 10)])
def test_text_forms_go_both_ways(aim):
    assert parse_aim(str(aim)) == aim


def test_messages():
    y, p = np.array([0, 1]), np.array([0.9, 0.1])
    with pytest.raises(BadData, match="no threshold reaches precision 0.9 on these 2 .* 0.500"):
        choose_threshold(y, p, "precision:0.9")
    with pytest.raises(BadData, match="both classes must occur, but 2 of 2 rows are 1"):
        choose_threshold(np.ones(2), p)
    with pytest.raises(BadData, match="y must be 0 or 1 and p a probability"):
        choose_threshold(y, p * 2)
    with pytest.raises(BadParameter, match="Did you mean 'recall'"):
        parse_aim("recal:0.8")
    with pytest.raises(BadParameter, match="recall must be followed by 1 numbers"):
        parse_aim("recall:high")
    with pytest.raises(BadParameter, match=r"Recall\(least=80.0\): least must be a number in"):
        parse_aim("recall:80")
    with pytest.raises(BadParameter, match="prices must be finite, at least 0, and not both 0"):
        choose_threshold(y, p, Cost(0, 0))
