"""Features chosen inside the folds and outside: the one finds nothing in noise, the other a lot."""

import numpy as np
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from fondo.funds.leak_meter import fitted_scores
from fondo.funds.picks import top_precision
from fondo.funds.spans import spans
from fondo.funds.splits import PurgedKFold


def test_of_1770_products_of_noise_the_best_20_are_nothing_if_chosen_inside_the_folds():
    model = LogisticRegression(class_weight="balanced", max_iter=1000)
    inside, outside = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(500, 60)), (rng.random(500) < 0.25).astype(float)
        products = PolynomialFeatures(interaction_only=True, include_bias=False).fit_transform(X)
        products = products[:, 60:]
        assert products.shape[1] == 1770
        chosen = SelectKBest(k=20).fit_transform(products, y)
        day = np.datetime64("2000-01-07") + 7 * np.repeat(np.arange(100), 5)
        for train, test in PurgedKFold(5, embargo=0).split(X, groups=spans(day, day + 7)):
            pipe = make_pipeline(SelectKBest(k=20), model)
            inside.append(top_precision(y[test], fitted_scores(pipe, products, y, train, test)))
            outside.append(top_precision(y[test], fitted_scores(model, chosen, y, train, test)))
    assert np.mean(inside) <= 0.30
    assert np.mean(outside) >= 0.5
