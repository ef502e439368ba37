import numpy as np
import pytest
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

from fondo.errors import BadData, BadParameter
from fondo.funds.placement import leave_one_out, place


def labelled(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    names = np.repeat(["Aktien", "Renten", "Geldmarkt öäü"], 15)
    X = random.normal(size=(45, 2)) + 2 * np.repeat(np.arange(3), 15)[:, None]
    return X, names


def test_placements_are_those_of_scikit_learn() -> None:
    X, names = labelled()
    new = np.random.default_rng(1).normal(size=(30, 2)) + 2
    found = place(new, X, names, neighbours=5)
    model = KNeighborsClassifier(5).fit(X, names)
    shares = model.predict_proba(new)
    clear = np.sort(shares, axis=1)[:, -1] > np.sort(shares, axis=1)[:, -2]
    assert clear.sum() > 20
    assert (found.groups[clear] == model.predict(new)[clear]).all()
    np.testing.assert_allclose(found.share, shares.max(axis=1))
    np.testing.assert_allclose(found.distance, model.kneighbors(new)[0][:, 0])


def test_a_share_of_neighbours_by_hand() -> None:
    known, names = [[0.0], [1.0], [2.0], [10.0], [11.0]], ["a", "b", "a", "b", "b"]
    found = place([[0.4], [10.4]], known, names, neighbours=3)
    assert found.groups.tolist() == ["a", "b"]
    assert found.share.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert found.neighbours[0].tolist() == [0, 1, 2]


def test_of_equal_votes_the_nearest_decides() -> None:
    known, names = [[0.0], [1.0], [3.0], [4.0]], ["z", "a", "a", "z"]
    assert place([[0.1]], known, names, neighbours=4).groups.tolist() == ["z"]
    assert place([[1.1]], known, names, neighbours=4).groups.tolist() == ["a"]


def test_a_fund_far_from_all_is_called_unusual() -> None:
    X, names = labelled()
    found = place([[2.0, 2.0], [50.0, 50.0]], X, names)
    assert found.unusual.tolist() == [False, True]


def test_known_funds_are_placed_by_the_others() -> None:
    X, names = labelled()
    found, (low, high, _) = leave_one_out(X, names, neighbours=3)
    model = KNeighborsClassifier(3)
    reference = cross_val_predict(model, X, names, cv=LeaveOneOut())
    clear = found.share > 0.5
    assert (found.groups[clear] == reference[clear]).all()
    own = (found.groups == names).mean()
    assert low < own < high
    assert own > 0.7


def test_a_misfiled_fund_is_seen() -> None:
    X, names = labelled()
    names = names.astype(object)
    names[0] = "Geldmarkt öäü"  # planted in the first cloud
    found, _ = leave_one_out(X, names.astype(str))
    assert found.groups[0] == "Aktien"
    assert found.share[0] >= 0.8


def test_what_cannot_be_placed_is_refused() -> None:
    X, names = labelled()
    with pytest.raises(BadParameter, match="neighbours must be a whole number from 1 to 45"):
        place(X, X, names, neighbours=46)
    with pytest.raises(BadParameter, match="from 1 to 44"):
        leave_one_out(X, names, neighbours=45)
    with pytest.raises(BadParameter, match="have the columns of `known`"):
        place([[1.0]], X, names)
    with pytest.raises(BadParameter, match="X must be finite"):
        place([[np.nan, 1.0]], X, names)
    with pytest.raises(BadParameter, match="has a group for each row"):
        place(X, X, names[:-1])
    with pytest.raises(BadData, match="must be a table of finite numbers"):
        place(X, [[np.inf, 1.0], [1.0, 1.0]], ["a", "b"])
