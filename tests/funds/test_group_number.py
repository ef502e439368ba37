import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from fondo.errors import BadData, BadParameter
from fondo.funds.group_number import _below_the_line, number_of_groups


def clouds(count: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    centres = 12 * np.eye(count)
    return np.repeat(centres, 12, axis=0) + random.normal(size=(12 * count, count))


@pytest.mark.parametrize("count", [3, 5])
def test_elbow_and_silhouette_find_the_number_of_planted_groups(count: int) -> None:
    found = number_of_groups(clouds(count), most=9)
    assert found.elbow == count
    assert found.best == count
    assert found.counts == tuple(range(1, 10))
    own, shuffled = found.at(count)
    assert own > 0.7 > shuffled
    assert found.structure == "a strong structure"
    assert found.error[count - 1] < 0.2 < found.shuffled_error[count - 1]


def test_error_and_silhouette_are_those_of_scikit_learn() -> None:
    X = clouds(3)
    found = number_of_groups(X, most=5, shuffles=1)
    for k in (2, 3, 4):
        reference = KMeans(k, n_init=20, random_state=0).fit(X)
        whole = ((X - X.mean(axis=0)) ** 2).sum()
        assert found.error[k - 1] == pytest.approx(reference.inertia_ / whole, rel=0.01)
        assert found.silhouette[k - 1] == pytest.approx(
            silhouette_score(X, reference.labels_), abs=0.02
        )
    assert found.error[0] == 1
    assert np.isnan(found.silhouette[0])


def test_without_groups_the_funds_do_no_better_than_shuffled_columns() -> None:
    X = np.random.default_rng(3).normal(size=(80, 3))
    found = number_of_groups(X, most=8)
    assert np.abs(np.subtract(found.error, found.shuffled_error)).max() < 0.06
    own, shuffled = found.at(found.best)
    assert own - shuffled < 0.08
    assert own < 0.4


def test_depth_below_the_line_by_hand() -> None:
    # From 1 at one group to 0.2 at five: the line falls by 0.2. At two groups it is 0.8 and the
    # error 0.3: 0.5 below, of a height of 0.8.
    below = _below_the_line([1.0, 0.3, 0.25, 0.22, 0.2])
    np.testing.assert_allclose(below, [0, 0.625, 0.4375, 0.225, 0], atol=1e-12)


def test_the_seed_decides_the_shuffles() -> None:
    first, again, other = (number_of_groups(clouds(3), most=4, seed=s) for s in (0, 0, 1))
    assert first == again or np.array_equal(first.silhouette, again.silhouette, equal_nan=True)
    assert first.shuffled_error == again.shuffled_error != other.shuffled_error


def test_few_rows_are_tried_for_fewer_groups() -> None:
    found = number_of_groups([[0.0], [1.0], [5.0], [9.0]], most=12)
    assert found.counts == (1, 2, 3)


def test_columns_of_few_values_can_be_shuffled() -> None:
    X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1], [1, 1], [0, 1], [2, 2]])
    found = number_of_groups(X, most=4)
    assert np.isfinite(found.error).all()


def test_too_few_different_funds_show_no_elbow() -> None:
    with pytest.raises(BadParameter, match="at least four different funds; there are 3"):
        number_of_groups([[0.0], [0.0], [1.0], [2.0]])
    with pytest.raises(BadData, match="must be a table of finite numbers"):
        number_of_groups([[0.0], [np.nan]])
    with pytest.raises(BadParameter, match="most must be a whole number of at least 3"):
        number_of_groups(clouds(3), most=2)
    with pytest.raises(BadParameter, match="shuffles must be a whole number of at least 1"):
        number_of_groups(clouds(3), shuffles=0)
