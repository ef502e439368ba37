"""fondo.data.tables.numbers: scaling against scikit-learn, by law and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import preprocessing

from fondo.data.tables.columns import Columns
from fondo.data.tables.numbers import Numbers, bins, fit_numbers
from fondo.errors import BadData

RIVALS = {
    "robust": preprocessing.RobustScaler(),
    "standard": preprocessing.StandardScaler(),
    "minmax": preprocessing.MinMaxScaler(),
    "max": preprocessing.MaxAbsScaler(),
    "quantile": preprocessing.QuantileTransformer(output_distribution="normal", n_quantiles=256),
}
SCALES = [*RIVALS, "none"]


@pytest.mark.parametrize("scale", RIVALS)
def test_scales_agree_with_scikit_learn(scale):
    matrix = np.random.default_rng(0).normal([0, 5], [1, 30], (300, 2))
    new = matrix + 1
    numbers = fit_numbers(matrix, Columns(scale=scale, cap=None))
    expected = RIVALS[scale].fit(matrix).transform(new)
    np.testing.assert_allclose(numbers.transform(new), expected, rtol=1e-4, atol=2e-5)


@given(
    arrays(
        "float64",
        st.tuples(st.integers(1, 8), st.integers(1, 3)),
        elements=st.floats(allow_nan=True, allow_infinity=True),
    ),
    st.sampled_from(SCALES),
    st.sampled_from([None, (0.001, 0.999), (0.25, 0.75)]),
    st.booleans(),
)
def test_whatever_comes_in_what_goes_out_is_finite(matrix, scale, cap, squash):
    numbers = fit_numbers(matrix, Columns(scale=scale, cap=cap, squash=squash))
    for scaled in (numbers.transform(matrix), numbers.transform(-matrix)):
        assert scaled.dtype == np.float32
        assert np.isfinite(scaled).all()
        assert not squash or np.abs(scaled).max() <= 1


@pytest.mark.parametrize("scale", SCALES)
def test_a_column_that_does_not_vary_gives_a_constant(scale):
    scaled = fit_numbers(np.full((5, 1), 0.1), Columns(scale=scale)).transform(np.full((5, 1), 0.1))
    assert np.ptp(scaled) == 0


def test_credit_recipe_by_hand():
    # C03-1: fill with the median, flag and cut what is above a quantile, divide by the maximum.
    # Known 0, 1, 2, 3, 4: median 2; the 0.75 quantile is 3, so 4 becomes 3 and 3 becomes 1.
    matrix = np.array([[0.0], [1], [2], [3], [4], [np.nan]])
    numbers = fit_numbers(matrix, Columns(cap=(0, 0.75), scale="max"))
    np.testing.assert_allclose(numbers.transform(matrix)[:, 0], [0, 1 / 3, 2 / 3, 1, 1, 2 / 3])
    below, above = numbers.beyond(matrix)
    assert above[:, 0].tolist() == [False] * 4 + [True, False]
    assert not below.any()


@pytest.mark.parametrize(("missing", "filled"), [("median", 1.0), ("mean", 2.0), ("constant", 9.0)])
def test_missing_numbers_are_filled(missing, filled):
    settings = Columns(missing=missing, fill=9.0, scale="none", cap=None)
    matrix = np.array([[0.0], [1.0], [5.0], [np.nan]])
    assert fit_numbers(matrix, settings).transform(matrix)[3, 0] == filled


def test_infinity_becomes_the_largest_finite_number_seen():
    matrix = np.array([[1.0], [2.0], [np.inf], [-np.inf]])
    scaled = fit_numbers(matrix, Columns(scale="none", cap=None)).transform(matrix)
    assert scaled[:, 0].tolist() == [1, 2, 2, 1]


def test_squash_is_tanh_of_what_was_scaled():
    matrix = np.arange(9.0)[:, None]
    plain = fit_numbers(matrix, Columns()).transform(matrix)
    squashed = fit_numbers(matrix, Columns(squash=True)).transform(matrix)
    np.testing.assert_allclose(squashed, np.tanh(plain), rtol=1e-6)


@pytest.mark.parametrize(
    "change",
    [
        {"low": None},
        {"low": [0.0, 1.0]},
        {"gain": [float("nan")]},
        {"squash": "yes"},
        {"references": [[1.0, "x"]]},
    ],
)
def test_nonsense_is_no_statistics(change):
    good = fit_numbers(np.arange(4.0)[:, None], Columns()).to_json()
    assert Numbers.from_json(good, 1).to_json() == good
    with pytest.raises(BadData, match=r"Numbers\(json\)"):
        Numbers.from_json(good | change, 1)


@given(
    arrays(
        "float32", st.tuples(st.integers(1, 30), st.just(2)), elements=st.floats(-9, 9, width=32)
    ),
    st.integers(1, 20),
)
def test_edges_of_bins_ascend_and_span_the_numbers(numbers, count):
    edges = bins({"numbers": numbers}, count)
    assert edges.shape == (2, count + 1)
    assert edges.dtype == np.float32
    steps = np.diff(edges, axis=1)
    assert (steps >= 0).all()
    assert (np.diff((steps > 0).astype(int), axis=1) <= 0).all()  # empty bins come last
    np.testing.assert_array_equal(edges[:, 0], numbers.min(axis=0))
    np.testing.assert_array_equal(edges[:, -1], numbers.max(axis=0))


def test_a_column_of_few_values_has_an_edge_at_each():
    numbers = np.array([[0.0], [1.0], [1.0], [5.0]], np.float32)
    assert bins({"numbers": numbers}, 4).tolist() == [[0.0, 1.0, 5.0, 5.0, 5.0]]


def test_edges_are_quantiles_where_numbers_differ():
    numbers = np.random.default_rng(0).normal(size=(500, 1)).astype(np.float32)
    expected = np.quantile(numbers[:, 0], np.linspace(0, 1, 11))
    np.testing.assert_allclose(bins({"numbers": numbers}, 10)[0], expected, rtol=1e-5)
    assert bins({"flags": numbers}, 10).shape == (0, 11)
