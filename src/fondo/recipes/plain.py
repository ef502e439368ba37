"""Regressors as the cookbook wrote them: target as it is, first weights as typed.

For work of one's own `TableRegressor` is better: it standardises its target.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from fondo.tasks.tables import TableRegressor


class PlainRegressor(TableRegressor):
    """Regressor whose loss and penalties see the target in its own units."""

    def learn_target(self, y: np.ndarray) -> None:
        """Leave the target as it is."""
        super().learn_target(y)
        self.target_mean_, self.target_scale_ = 0.0, 1.0


class TypedRegressor(PlainRegressor):
    """Regressor that starts from given weights instead of random ones.

    Attributes
    ----------
    start : sequence of arrays
        Kernel and bias of each layer, as `network_.get_weights()` orders them.
    """

    start: ClassVar[Sequence[Any]] = ()

    def network(self) -> Any:
        """The usual network, with the typed weights in it."""
        network = super().network()
        shapes = [w.shape for w in network.weights]
        network.set_weights(
            [np.reshape(w, shape) for w, shape in zip(self.start, shapes, strict=True)]
        )
        return network


def started_at(*weights: Any) -> type[TypedRegressor]:
    """Regressor class whose networks start at these kernels and biases."""
    return type("StartedRegressor", (TypedRegressor,), {"start": weights})
