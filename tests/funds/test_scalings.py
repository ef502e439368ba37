import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from fondo.errors import BadParameter
from fondo.funds.scalings import SCALERS, Scale, compare_scales, scaled

X = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 4.0], [3.0, 8.0], [30.0, 9.0]])


@pytest.mark.parametrize(
    ("scaler", "reference"),
    [
        ("standard", StandardScaler()),
        ("robust", RobustScaler()),
        ("min-max", MinMaxScaler()),
    ],
)
def test_scalers_are_those_of_scikit_learn(scaler: str, reference: object) -> None:
    np.testing.assert_allclose(scaled(X, Scale(scaler, cut=None)), reference.fit_transform(X))


def test_tanh_bends_what_is_standard() -> None:
    bent = scaled(X, Scale("tanh", cut=None))
    np.testing.assert_allclose(bent, np.tanh(StandardScaler().fit_transform(X)))
    assert np.abs(bent).max() < 1


def test_a_cut_comes_before_the_scale() -> None:
    # Mean 7.2, deviation 11.444: at 1 sd, 30 becomes 18.644.
    cut = np.clip(X, X.mean(axis=0) - X.std(axis=0), X.mean(axis=0) + X.std(axis=0))
    assert cut[4, 0] == pytest.approx(18.644, abs=1e-3)
    np.testing.assert_allclose(scaled(X, Scale("min-max", 1.0)), MinMaxScaler().fit_transform(cut))
    assert scaled(X, Scale("none", None)).tolist() == X.tolist()


def test_a_constant_column_stays_finite() -> None:
    flat = np.column_stack([X[:, 0], np.full(5, 3.0)])
    for scaler in SCALERS:
        assert np.isfinite(scaled(flat, Scale(scaler))).all()


def test_comparison_counts_what_is_cut_and_who_makes_the_distances() -> None:
    random = np.random.default_rng(0)
    wide = np.column_stack([random.normal(size=100), 100 * random.normal(size=100)])
    wide[:2, 0] = 40.0
    found = {each.scale: each for each in compare_scales(wide)}
    assert len(found) == 2 * len(SCALERS) - 1
    raw, standard = found[Scale("none", None)], found[Scale("standard", None)]
    assert raw.first < 0.01  # the second column has all the distances
    assert standard.first == pytest.approx(0.5)
    cut = found[Scale("standard", 3.0)]
    assert (raw.cut, standard.cut) == (0, 0)
    assert cut.cut >= 2
    assert cut.far < standard.far
    assert found[Scale("tanh", None)].far < standard.far
    assert found[Scale("tanh", None)].values.shape == (100, 2)


def test_shares_of_the_distances_by_hand() -> None:
    # Squared distances from the mean: 4 + 4 in the first column, 1 + 1 in the second.
    found = compare_scales([[-2.0, -1.0], [2.0, 1.0]])[0]
    assert found.first == pytest.approx(0.8)
    assert found.far == pytest.approx(0.5)


def test_funds_that_are_all_alike_have_no_distances() -> None:
    assert np.isnan(compare_scales(np.ones((4, 2)))[0].far)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"scaler": "minmax"}, "scaler must be one of .* Did you mean 'min-max'"),
        ({"cut": 0.0}, "cut must be None, or a number above 0"),
        ({"cut": "3"}, "cut must be None"),
    ],
)
def test_a_scale_that_cannot_be_is_refused(settings: dict, said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        Scale(**settings)


def test_a_scale_tells_what_it_is() -> None:
    assert Scale().words == "standard, cut at 3 sd"
    assert Scale("robust", None).words == "robust"
