"""What the settings of training may be, for tasks on every kind of data."""

from fondo.contracts import Contract, Either, Made, Nothing, Real, Whole, Word
from fondo.data.splits import Latest
from fondo.engine.optimizers import is_optimizer


def training_contracts(rows: str) -> dict[str, Contract]:
    """Contracts of optimizer, epochs and the like; `rows` is what the examples are called."""
    return {
        "optimizer": Either(
            Nothing(),
            Word("the name of a Keras optimizer"),
            Made("a keras optimizer", is_optimizer),
        ),
        "learning_rate": Either(Nothing(), Real(0, open_low=True)),
        "batch_size": Either(Nothing(), Whole(1, unit=rows)),
        "epochs": Whole(1, unit=f"passes over the training {rows}"),
        "patience": Either(Nothing(), Whole(1, unit="epochs")),
        "validation": Either(
            Nothing(),
            Real(0, 1, open_high=True, unit=f"share of the training {rows}"),
            Made("Latest(column, share)", lambda v: isinstance(v, Latest)),
        ),
        "random_state": Whole(0, 2**32 - 1),
    }
