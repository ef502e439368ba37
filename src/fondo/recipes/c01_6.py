"""C01-6: the smallest network, built, trained and asked; and how often it is born dead."""

from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import polars as pl

EPOCHS = 100
MORE_EPOCHS = 1000
STARTS = 5  # random starts that are tried
DEAD = ([[-0.3, -0.5, -0.4]], [0.0, 0.0, 0.0], [[-1.2], [0.7], [0.4]], [0.0])  # no unit fires
HEALTHY = ([[0.5, -0.3, 0.8]], [0.0, 0.0, 0.0], [[0.4], [0.7], [0.6]], [0.0])


def four_rows() -> "pl.DataFrame":
    """The rows of the source: y = 2x."""
    import polars as pl

    return pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 4.0, 6.0, 8.0]})


def settings(rows: int, epochs: int, seed: int = 0) -> dict[str, Any]:
    """1 - 3 ReLU - 1, mean squared error, gradient descent at 0.01, all rows in one batch."""
    from fondo.data.tables.columns import Columns
    from fondo.tasks.architecture import MLP

    return {
        "columns": Columns(kinds={"x": "number"}, scale="none", cap=None, indicator=False),
        "architecture": MLP(
            hidden=(3,), embedding="none", members=1, dropout=0.0, initializer="glorot_uniform"
        ),
        "optimizer": "sgd",
        "learning_rate": 0.01,
        "loss": "mse",
        "batch_size": rows,
        "epochs": epochs,
        "patience": None,
        "validation": None,
        "random_state": seed,
    }


def run(kitchen: Kitchen) -> Dish:
    """One step from a dead start, then the published training from typed and random starts."""
    import polars as pl

    from fondo.recipes.plain import PlainRegressor, started_at

    table = kitchen.table(four_rows)
    X, y = table.select(kitchen.need(table, "x")), table[kitchen.need(table, "y")].to_numpy()
    new, naive = pl.DataFrame({"x": [5.0, 6.0]}), float(y.mean())

    def fit(cls: Any, epochs: int, seed: int = 0) -> Any:
        return cls(**settings(len(y), epochs, seed)).fit(X, y, run=kitchen.run())

    def told(figure: float) -> float | None:
        return figure if kitchen.data is None else None  # it speaks of the four rows only

    dead = fit(started_at(*DEAD), 1)
    early, late = (
        fit(started_at(*HEALTHY), epochs).predict(new) for epochs in (EPOCHS, MORE_EPOCHS)
    )
    random = [fit(PlainRegressor, EPOCHS, kitchen.seed + i).predict(new) for i in range(STARTS)]
    stuck = sum(abs(five - six) < 1e-6 for five, six in random)
    loss, step = dead.history_[0]["loss"], dead.predict(new)[0]
    figures = (
        Figure(f"x = 5 after {EPOCHS} epochs", early[0], naive=naive, published=told(9.865341)),
        Figure(f"x = 6 after {EPOCHS} epochs", early[1], naive=naive, published=told(11.799512)),
        Figure(f"x = 5 after {MORE_EPOCHS} epochs", late[0], naive=naive),
        Figure(f"x = 6 after {MORE_EPOCHS} epochs", late[1], naive=naive),
        Figure("dead start: loss before the step", loss, published=told(30.0)),
        Figure("dead start: x = 5 after one step", step, naive=naive, published=told(0.09999999)),
        Figure("parameters", dead.network_.count_params(), published=10),
    )
    return Dish(figures, (f"{stuck} of {STARTS} random starts died: one answer for every x.",))


recipe = Recipe(
    id="C01-6",
    title="The smallest network: build, train, read weights, predict",
    published="x = 5 and 6 give 9.865 and 11.800 after 100 epochs (truth 10 and 12)",
    faults=(
        "The printed weights and the printed predictions after one epoch come from two runs: the "
        "weights would give -0.215 and -0.298, not 0.1 and 0.1.",
        "A first prediction of exactly 0.1 means that all three units were dead at the start.",
    ),
    ours="9.881 and 11.822 from a healthy start",
    naive="5 and 5: the mean of the targets",
    lesson=(
        "Units that are below zero on every row pass no gradient: only the output bias moves. "
        "Look at the spread of the predictions before believing a loss, and start from several "
        "seeds."
    ),
    data="a table with the columns x and y",
    sample="the four rows of the source (x = 1 to 4, y = 2x)",
    run=run,
)
