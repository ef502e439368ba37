"""C03-3: house prices with the absolute error, and a published network that learnt nothing."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

EPOCHS = 100
SEEDS = 5
SPLIT_SEED = 113  # of Keras' own split of this table: 404 rows to 102
TARGETS = ("MEDV", "medv", "target", "progression")


@dataclass(frozen=True)
class Houses:
    """Training and test rows with their prices, in the table's own unit."""

    X: "pl.DataFrame"
    y: "np.ndarray"
    X_test: "pl.DataFrame"
    y_test: "np.ndarray"


def houses(kitchen: Kitchen) -> Houses:
    """Rows in the published split."""
    from fondo.data.samples import sample

    table = kitchen.table(lambda: sample("diabetes")[0])
    target = kitchen.need(table, *TARGETS)
    X, y = table.drop(target), table[target].to_numpy().astype(float)
    train, test = published_split(len(y))
    return Houses(X[train.tolist()], y[train], X[test.tolist()], y[test])


def published_split(n_rows: int) -> "tuple[np.ndarray, np.ndarray]":
    """The first 80 % of a fixed shuffle, and the rest, as Keras cuts its house prices."""
    import numpy as np

    order = np.arange(n_rows)
    np.random.RandomState(SPLIT_SEED).shuffle(order)
    cut = int(n_rows * 0.8)
    return order[:cut], order[cut:]


def network(seed: int, *, l1: float = 0.0, **changes: Any) -> Any:
    """64 ReLU units and a linear output; inputs divided by their largest training value."""
    from fondo.data.tables.columns import Columns
    from fondo.recipes.plain import PlainRegressor
    from fondo.tasks.architecture import MLP

    settings: dict[str, Any] = {
        "columns": Columns(scale="max", cap=None, indicator=False),
        "architecture": MLP(
            hidden=(64,),
            l1=l1,
            embedding="none",
            members=1,
            dropout=0.0,
            initializer="glorot_uniform",
        ),
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "loss": "mae",
        "batch_size": 32,
        "epochs": EPOCHS,
        "patience": None,
        "validation": None,
        "random_state": seed,
    }
    return PlainRegressor(**settings | changes)


def predictions(kitchen: Kitchen, rows: Houses, **settings: Any) -> "list[np.ndarray]":
    """Predictions of the test rows, one array a seed; trained on prices divided by the largest."""
    largest = rows.y.max()
    return [
        network(seed, **settings)
        .fit(rows.X, rows.y / largest, run=kitchen.run())
        .predict(rows.X_test)
        * largest
        for seed in range(kitchen.seed, kitchen.seed + SEEDS)
    ]


def defaults(seed: int) -> Any:
    """What fondo trains when nothing but the loss is set."""
    from fondo.tasks.tables import TableRegressor

    return TableRegressor(loss="mae", random_state=seed)


def run(kitchen: Kitchen) -> Dish:
    """The published penalty, no penalty, and fondo's defaults, beside constants and a line."""
    import numpy as np
    from sklearn.linear_model import LinearRegression

    from fondo.recipes.figures import mean_of, scored

    rows = houses(kitchen)
    ours = defaults(kitchen.seed).fit(rows.X, rows.y, run=kitchen.run())
    judged = ours.evaluate(rows.X_test, rows.y_test)
    naive = float(np.abs(np.median(rows.y) - rows.y_test).mean())  # of all rows, as in the source
    best = replace(scored(judged, "mae", "MAE, fondo's defaults", naive="median"), naive=naive)
    dead = predictions(kitchen, rows, l1=0.1)
    free = predictions(kitchen, rows)

    def maes(told: "list[np.ndarray]") -> list[float]:
        return [float(np.abs(each - rows.y_test).mean()) for each in told]

    line = LinearRegression().fit(rows.X.to_numpy(), rows.y).predict(rows.X_test.to_numpy())
    spread = mean_of("spread of its predictions", [float(np.std(p)) for p in dead], naive=0.0)
    constant = float(np.abs(np.mean(rows.y) - rows.y_test).mean())
    told = kitchen.published(6.668094)
    figures: tuple[Figure, ...] = (
        mean_of("MAE, as published (L1 0.1)", maes(dead), naive=naive, published=told),
        spread,
        mean_of("MAE, no L1, linear output", maes(free), naive=naive),
        best,
    )
    return Dish(
        figures,
        (
            f"A least-squares line reaches an MAE of {maes([line])[0]:.4f}; "
            f"the training mean {constant:.4f}.",
            "The published output unit was a ReLU with a penalty too; here it is linear and free.",
        ),
    )


recipe = Recipe(
    id="C03-3",
    title="House prices: regression with the absolute error",
    published="test MAE about 6.7 thousand dollars (companion 6.668)",
    faults=(
        "The network learnt nothing: the training median alone gives 6.661, the mean 6.533.",
        "L1 0.1 on a target scaled to 1 outweighs the loss and drives every weight to 0.",
        "The ReLU output can die: one seed in five stays at 23.08 even without the penalty.",
        "The printed code scales the test rows by the test rows' own largest values.",
    ),
    ours="MAE 3.15 (2.95 to 3.36) without the penalty; 2.35 (1.96 to 3.01) with defaults",
    naive="6.661: the median of the training prices",
    lesson=(
        "Put a constant beside every error and look at the spread of the predictions. Penalise in "
        "proportion to the loss, and leave the output of a regression linear."
    ),
    data="the Boston house prices (target MEDV), or a table of numbers with a column target",
    sample="sample:diabetes (scikit-learn), disease progression in place of prices",
    run=run,
)
