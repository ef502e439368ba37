"""fondo.judge.multiple: against statsmodels, by hand, by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from fondo.errors import BadData, BadParameter
from fondo.judge.multiple import adjusted_p_values

p_values = st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.04, 0.2, 0.5, 1.0]), min_size=1)


@given(p_values)
@settings(max_examples=20)
def test_both_methods_agree_with_statsmodels(p):
    for ours, theirs in (("holm", "holm"), ("benjamini-hochberg", "fdr_bh")):
        expected = multipletests(p, method=theirs)[1]
        assert adjusted_p_values(p, ours) == pytest.approx(expected)


def test_holm_by_hand():
    # sorted 0.01, 0.02, 0.03, 0.04: times 4, 3, 2, 1 = 0.04, 0.06, 0.06, 0.04, kept rising
    assert adjusted_p_values([0.04, 0.01, 0.03, 0.02]).tolist() == [0.06, 0.04, 0.06, 0.06]


def test_benjamini_hochberg_by_hand():
    # times 4/1, 4/2, 4/3, 4/4 = 0.04, 0.04, 0.04, 0.04
    found = adjusted_p_values([0.04, 0.01, 0.03, 0.02], "benjamini-hochberg")
    assert found == pytest.approx([0.04] * 4)


def test_holm_errs_in_one_family_of_twenty():
    drawn = np.random.default_rng(0).random((2000, 12))
    wrong = np.mean([adjusted_p_values(p).min() <= 0.05 for p in drawn])
    assert wrong == pytest.approx(0.05, abs=0.015)
    assert np.mean(drawn.min(axis=1) <= 0.05) > 0.4  # what uncorrected ones would do


def test_bad_input_is_refused():
    assert adjusted_p_values([]).tolist() == adjusted_p_values([], "benjamini-hochberg").tolist()
    for wrong in ([0.1, np.nan], [1.2], [[0.1]]):
        with pytest.raises(BadData, match=r"each must be a number in \[0, 1\]"):
            adjusted_p_values(wrong)
    with pytest.raises(BadParameter, match="must be one of holm, benjamini-hochberg"):
        adjusted_p_values([0.1], "bonferroni")
