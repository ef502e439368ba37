import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import adjusted_rand_score, rand_score

from fondo.errors import BadData
from fondo.funds.agreement import agreement

labels = st.lists(st.integers(0, 3), min_size=2, max_size=30)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(2, 30).flatmap(
        lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n)] * 2)
    )
)
def test_indices_are_those_of_scikit_learn_and_chance_ties_them(pair: tuple) -> None:
    found = agreement(*pair)
    assert found.rand == pytest.approx(rand_score(*pair))
    assert found.adjusted == pytest.approx(adjusted_rand_score(*pair))
    if found.chance < 1:
        assert found.adjusted == pytest.approx((found.rand - found.chance) / (1 - found.chance))


def test_pairs_by_hand() -> None:
    # Funds a a b b against x x x y, 6 pairs. Together in both: a-a. Apart in both: b2 with a1, a2.
    # So 3 of 6. Together in the first 2, in the second 3: chance (2 3 + 4 3) / 36 = 0.5.
    found = agreement(["a", "a", "b", "b"], ["x", "x", "x", "y"])
    assert found.rand == pytest.approx(0.5)
    assert found.chance == pytest.approx(0.5)
    assert found.adjusted == pytest.approx(0)
    assert (found.rows, found.columns) == (("a", "b"), ("x", "y"))
    assert found.counts.tolist() == [[2, 0], [1, 1]]


def test_chance_is_what_random_labels_give() -> None:
    random = np.random.default_rng(0)
    first, second = np.repeat([0, 1, 2], [20, 10, 5]), np.repeat([0, 1], [25, 10])
    drawn = [rand_score(first, random.permutation(second)) for _ in range(400)]
    assert agreement(first, second).chance == pytest.approx(np.mean(drawn), abs=0.01)


@settings(max_examples=20, deadline=None)
@given(labels, st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(first: list[int], random: object) -> None:
    second = [(value * 7) % 4 for value in first]  # other numbers for the same groups
    assert agreement(first, second).adjusted == pytest.approx(1)
    order = list(range(len(first)))
    random.shuffle(order)
    third = first[::-1]
    before = agreement(first, third)
    after = agreement([first[i] for i in order], [third[i] for i in order])
    assert after.adjusted == pytest.approx(before.adjusted)
    assert agreement(third, first).rand == pytest.approx(before.rand)


def test_the_sentence_tells_both_indices() -> None:
    told = agreement([0, 0, 1, 1, 2], [0, 0, 1, 1, 1]).sentence
    assert "pairs of 5 funds, 0.800 are together in both or apart in both" in told
    assert "adjusted for chance 0.545, where 0 is chance and 1 is equal" in told


@pytest.mark.parametrize("pair", [([0], [0]), ([0, 1], [0]), ([[0, 1]], [[0, 1]])])
def test_groupings_that_do_not_match_are_refused(pair: tuple) -> None:
    with pytest.raises(BadData, match="a group for each fund in both, and at least two"):
        agreement(*pair)
