"""fondo.funds.prepare, cross_section, products: learnt from training rows alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone
from sklearn.feature_selection import SelectKBest, f_classif, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils.estimator_checks import parametrize_with_checks

from fondo.errors import BadData, BadParameter
from fondo.funds.cross_section import CrossSectionScaler
from fondo.funds.prepare import InfinityCap, MeanFill, SigmaCut, TanhSquash, preparation
from fondo.funds.products import PairwiseProducts

LEARNING = (MeanFill(), InfinityCap(), SigmaCut(k=2.0))
FAILURES = {
    "CrossSectionScaler": {
        "check_estimators_pickle": "gives the column of dates missing values, which is refused",
        "check_methods_subset_invariance": "a row is scaled by the rows of its date",
    }
}
quick = settings(max_examples=20)
columns = arrays("float64", (12, 3), elements=st.floats(-1e6, 1e6))


def expected_failures(estimator):
    known = FAILURES.get(type(estimator).__name__, {})
    return {name: known[name] for name in known if ("pickle" in name) == bool(estimator.by)}


@parametrize_with_checks(
    [*LEARNING, TanhSquash(), PairwiseProducts(), CrossSectionScaler(), CrossSectionScaler(by=())],
    expected_failed_checks=expected_failures,
)
def test_transformers_keep_the_rules_of_scikit_learn(estimator, check):
    assert check(estimator) is None  # a rule that is broken raises


def test_golden_fill_and_cap():
    # A14 of the digest: train [1, 3, NaN, +inf] gives mean 2 and cap 3, whatever the test holds
    train = np.array([[1.0], [3.0], [np.nan], [np.inf]])
    fill, cap = MeanFill().fit(train), InfinityCap().fit(train)
    assert (fill.means_[0], fill.filled_[0]) == (2, 1)
    assert (cap.highest_[0], cap.lowest_[0], cap.capped_[0]) == (3, 1, 1)
    test = np.array([[np.inf], [10.0], [np.nan], [-np.inf]])
    assert cap.transform(fill.transform(test)).ravel().tolist() == [3, 10, 2, 1]
    assert fill.transform(cap.transform(test)).ravel().tolist() == [3, 10, 2, 1]


@quick
@given(columns, st.permutations(range(12)))
def test_statistics_do_not_depend_on_the_order_of_rows(X, order):
    X[::3, 0], X[1, 1], X[2, 2] = np.nan, np.inf, -np.inf
    for transformer in LEARNING:
        one, two = clone(transformer).fit(X), clone(transformer).fit(X[list(order)])
        np.testing.assert_allclose(one.transform(X), two.transform(X), rtol=1e-9, atol=1e-9)


@quick
@given(columns)
def test_the_mean_is_that_of_scikit_learn(X):
    X[3:5, 1] = np.nan
    expected = SimpleImputer().fit_transform(X)
    np.testing.assert_allclose(MeanFill().fit_transform(X), expected, rtol=1e-9, atol=1e-9)


def test_a_cut_is_at_k_deviations_and_leaves_the_rest():
    X = np.random.default_rng(0).normal(3, 2, (500, 1))
    cut = SigmaCut(k=1.5).fit(X)
    low, high = X.mean() - 1.5 * X.std(), X.mean() + 1.5 * X.std()
    np.testing.assert_allclose(cut.transform(X), np.clip(X, low, high))
    assert cut.cut_[0] == ((X < low) | (X > high)).sum()
    assert SigmaCut().fit([[1.0], [1.0]]).transform([[7.0]]).item() == 7  # nothing varied
    with pytest.raises(BadParameter, match=r"SigmaCut\(k=0\)"):
        SigmaCut(k=0).fit(X)


@pytest.mark.parametrize("value", [1e308, -1e308, 1e-308])
def test_huge_and_tiny_numbers_pass(value):
    X = np.array([[value], [value], [value / 2]])
    for transformer in LEARNING:
        assert np.isfinite(clone(transformer).fit_transform(X)).all()


def test_columns_without_a_finite_value_become_nothing():
    X = np.array([[np.nan], [np.inf], [-np.inf]])
    assert MeanFill().fit_transform(InfinityCap().fit_transform(X)).ravel().tolist() == [0, 0, 0]


def test_a_squash_is_the_hyperbolic_tangent():
    X = np.linspace(-3, 3, 8).reshape(4, 2)
    np.testing.assert_array_equal(TanhSquash().transform(X), np.tanh(X))


def test_each_date_is_scaled_by_itself():
    rng = np.random.default_rng(1)
    date = np.repeat([2020.0, 2021.0, 2022.0], 20)
    X = np.column_stack([date, rng.normal(date - 2000, 3, (60)), rng.normal(0, 1, 60)])
    scaled = CrossSectionScaler().fit_transform(X)
    frame = pd.DataFrame(X, columns=["date", "a", "b"])
    expected = frame.groupby("date").transform(lambda v: (v - v.mean()) / v.std(ddof=0))
    np.testing.assert_allclose(scaled, expected)
    named = CrossSectionScaler(by=["date"]).fit(frame)
    assert named.get_feature_names_out().tolist() == ["a", "b"]
    np.testing.assert_allclose(named.transform(frame), expected)
    # rows of another date change nothing
    other = X.copy()
    other[40:, 1:] *= 1e6
    assert CrossSectionScaler().fit_transform(other)[:40].tobytes() == scaled[:40].tobytes()


@pytest.mark.parametrize(
    ("by", "words"),
    [([0, 0], "must name different columns"), ([0, 1], "leave at least one of 2"),
     ([5], "places go from 0 to 1"), (["x"], "no such column. Did you mean"), (["date"], None)],
)  # fmt: skip
def test_cross_sections_that_cannot_be_are_refused(by, words):
    frame = pd.DataFrame({"date": [1.0, 1.0], "xx": [1.0, 2.0]})
    if words is None:
        frame.loc[0, "date"] = np.nan
        with pytest.raises(BadData, match="its cross-section is not known"):
            CrossSectionScaler(by).fit_transform(frame)
    else:
        with pytest.raises(BadParameter, match=words):
            CrossSectionScaler(by).fit(frame)


@quick
@given(arrays("float64", (5, 4), elements=st.floats(-1e3, 1e3)))
def test_products_agree_with_scikit_learn(X):
    reference = PolynomialFeatures(2, interaction_only=True, include_bias=False)
    products = PairwiseProducts().fit(X)
    np.testing.assert_array_equal(products.transform(X), reference.fit_transform(X))
    only = PairwiseProducts(originals=False).fit(X)
    np.testing.assert_array_equal(only.transform(X), products.transform(X)[:, 4:])
    assert only.get_feature_names_out().tolist() == [
        "x0*x1", "x0*x2", "x0*x3", "x1*x2", "x1*x3", "x2*x3",
    ]  # fmt: skip


def test_sixty_features_have_1770_products():
    assert PairwiseProducts(originals=False).fit(np.ones((1, 60))).n_candidates_ == 1770
    with pytest.raises(BadParameter, match="one column has no pair"):
        PairwiseProducts(originals=False).fit([[1.0]])
    with pytest.raises(BadData, match="Scale the columns before"):
        PairwiseProducts().fit_transform([[1e200, 1e200]])


def test_the_two_f_tests_are_one_on_a_binary_label():
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(80, 6)), (rng.random(80) < 0.25).astype(float)
    for one, two in zip(f_classif(X, y), f_regression(X, y), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-9)


def test_a_test_row_changes_no_statistic_of_training():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(60, 4)), rng.integers(0, 2, 60)
    X[rng.random(X.shape) < 0.1] = np.nan
    X[5, 2] = np.inf
    pipeline = preparation(cut=3, squash=True, products=True, k=3)
    train, test = X[:40], X[40:]
    with_test = np.vstack([test, np.full((3, 4), 1e6)])
    before = clone(pipeline).fit(train, y[:40])
    one = before.transform(test)
    two = before.transform(with_test)[: len(test)]
    assert one.tobytes() == two.tobytes()
    again = clone(pipeline).fit(train, y[:40])
    assert again[-1].scores_.tobytes() == before[-1].scores_.tobytes()
    assert np.isfinite(one).all()


def test_a_preparation_names_its_columns_and_is_searched():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(size=(60, 3)), columns=["cost", "sharpe", "beta"])
    y = (frame["cost"] * frame["beta"] > 0).astype(int)
    pipeline = preparation(products=True, k=1).fit(frame, y)
    assert pipeline.get_feature_names_out().tolist() == ["cost*beta"]
    model = make_pipeline(preparation(products=True, k=1), LogisticRegression())
    search = GridSearchCV(model, {"pipeline__select__k": [1, 4]}, cv=3).fit(frame, y)
    assert search.best_score_ > 0.8
    assert isinstance(search.best_estimator_[0][-1], SelectKBest)
    assert preparation(scale="robust").fit(frame).transform(frame).shape == (60, 3)
    with pytest.raises(BadParameter, match=r"preparation\(scale='max'\)"):
        preparation(scale="max")
