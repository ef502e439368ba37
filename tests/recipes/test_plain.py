"""fondo.recipes.plain: the target as it is, the first weights as typed."""

import numpy as np

from fondo.recipes.c01_6 import HEALTHY, four_rows, settings
from fondo.recipes.plain import PlainRegressor, started_at


def test_typed_weights_are_in_the_fresh_network() -> None:
    task = started_at(*HEALTHY)(**settings(4, 1))
    table = four_rows()
    task.learn(table.select("x"), table["y"].to_numpy())
    for given, found in zip(HEALTHY, map(np.asarray, task.network().weights), strict=True):
        np.testing.assert_allclose(found, np.asarray(given, "float32").reshape(found.shape))


def test_the_target_keeps_its_units() -> None:
    task = PlainRegressor()
    y = np.array([10.0, 30.0])
    task.learn_target(y)
    assert task.encode_target(y).tolist() == [10.0, 30.0]
    assert task.decode(np.full((2, 1, 1), 7.0)).numbers.tolist() == [7.0, 7.0]
