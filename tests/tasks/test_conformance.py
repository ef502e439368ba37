"""Every task keeps scikit-learn's contract; an excuse from a check says why.

Networks are small: the contract is the same for each, and every check brings rows of another shape,
for which a network is compiled anew.
"""

from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from fondo import MLP, TableClassifier, TableRegressor

WEIGHTS = (
    "rows of weight nought still count as rows in quantiles, in the split and in batches, and a "
    "row of weight two is not seen twice in another order: equal in expectation, not to the bit"
)
SMALL = {"architecture": MLP(hidden=(16,), bins=4, members=2), "epochs": 20}
EXCUSED = {
    "check_sample_weight_equivalence_on_dense_data": WEIGHTS,
}


def excused(estimator: Any) -> dict[str, str]:
    return EXCUSED


@parametrize_with_checks(
    [TableClassifier(**SMALL), TableRegressor(**SMALL)], expected_failed_checks=excused
)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
def test_it_is_a_scikit_learn_estimator(estimator: Any, check: Any) -> None:
    assert check(estimator) is None  # a rule that is broken raises


def test_nobody_is_excused_from_a_check_that_does_not_exist() -> None:
    from sklearn.utils import estimator_checks

    known = {name for name in vars(estimator_checks) if name.startswith("check_")}
    assert set(EXCUSED) <= known
    assert all(len(reason) > 20 for reason in EXCUSED.values())
