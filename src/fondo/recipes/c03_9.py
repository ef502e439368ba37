"""C03-9: let recent rows count more, and judge without weights."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np

EPOCHS = 300
DAYS = 5
TRAIN = 2100 / 2256  # the published cut


@dataclass(frozen=True)
class Windows:
    """Five closes and the next one, oldest first, cut by time."""

    X: "np.ndarray"
    y: "np.ndarray"
    X_test: "np.ndarray"
    y_test: "np.ndarray"


def windows(kitchen: Kitchen) -> Windows:
    """Windows of the closing prices: column Close, else the first column of numbers."""
    import numpy as np
    import polars.selectors as cs

    from fondo.errors import BadData
    from fondo.recipes.pantry import prices

    table = kitchen.table(prices)
    named = [name for name in table.columns if name.lower() == "close"]
    numbers = named or table.select(cs.numeric()).columns
    if not numbers or table[numbers[0]].drop_nulls().len() < 4 * DAYS:
        raise BadData(
            f"{kitchen.data}: the recipe needs a column of at least {4 * DAYS} closing prices. "
            "Call it Close, one row a day, oldest first."
        )
    close = table[numbers[0]].drop_nulls().cast(float).to_numpy()
    views = np.lib.stride_tricks.sliding_window_view(close, DAYS + 1)
    cut = round(len(views) * TRAIN)
    return Windows(views[:cut, :-1], views[:cut, -1], views[cut:, :-1], views[cut:, -1])


def network(seed: int) -> Any:
    """5 - 1000 ReLU - 1 on the prices themselves."""
    from fondo.data.tables.columns import Columns
    from fondo.tasks.architecture import MLP
    from fondo.tasks.tables import TableRegressor

    return TableRegressor(
        columns=Columns(scale="standard", cap=None, indicator=False),
        architecture=MLP(
            hidden=(1000,), embedding="none", members=1, dropout=0.0, initializer="glorot_uniform"
        ),
        optimizer="adam",
        learning_rate=1e-3,
        loss="mse",
        batch_size=32,
        epochs=EPOCHS,
        patience=None,
        validation=None,
        random_state=seed,
    )


def run(kitchen: Kitchen) -> Dish:
    """Equal weights, the weights as meant, as printed, and the change instead of the price."""
    import numpy as np

    rows = windows(kitchen)
    age = np.arange(len(rows.y)) / len(rows.y)  # 0 for the oldest window
    last = rows.X_test[:, -1]

    def predict(X: "np.ndarray", y: "np.ndarray", ask: "np.ndarray", weight: Any) -> "np.ndarray":
        task = network(kitchen.seed).fit(X, y, sample_weight=weight, run=kitchen.run())
        return np.asarray(task.predict(ask))

    def from_last(X: "np.ndarray") -> "np.ndarray":
        return np.asarray(X / X[:, -1:] - 1)

    ratio = rows.y / rows.X[:, -1] - 1
    change = predict(from_last(rows.X)[:, :-1], ratio, from_last(rows.X_test)[:, :-1], age)
    answers = {
        "RMSE, every row counts the same": predict(rows.X, rows.y, rows.X_test, None),
        "RMSE, weight i/n (as meant)": predict(rows.X, rows.y, rows.X_test, age),
        "RMSE, weight (i/n) squared (as printed)": predict(rows.X, rows.y, rows.X_test, age**2),
        "RMSE, weight i/n, change instead of price": last * (1 + change),
    }
    return Dish(
        tuple(_figure(name, rows.y_test, told, last) for name, told in answers.items()),
        (
            f"{len(rows.y):,} windows to learn from, the {len(rows.y_test):,} latest to judge on. "
            "Naive: tomorrow is like today. No metric is weighted.",
        ),
    )


def _figure(name: str, y: "np.ndarray", told: "np.ndarray", last: "np.ndarray") -> Figure:
    from fondo.judge.answers import Answers
    from fondo.judge.metrics import measure

    ours, naive = (measure("number", y, Answers(numbers=n), ["rmse"])[0] for n in (told, last))
    return Figure(name, ours.value, ours.low, ours.high, naive.value)


recipe = Recipe(
    id="C03-9",
    title="Row weights: recent rows count more",
    published="no figure, only that the test loss differs much from the unweighted one",
    faults=(
        "The weight sits inside the square, so the effective weight of a row is (i/n) squared.",
        "A weighted and an unweighted loss are not comparable; the source compares them.",
        "The window enters as 5 x 1, so the layers see one day at a time and the output is 5 x 1.",
        "The oldest row has weight 0: it is not used at all.",
    ),
    ours="RMSE 3.25 plain, 3.45 by i/n, 3.19 by its square (3M, 2017-2019)",
    naive="3.03: tomorrow is like today",
    lesson=(
        "Give row weights to fit and judge without them, on the latest rows. A weight inside a "
        "square counts squared. On daily prices no choice of weights beat the last price itself, "
        "and the differences between them stay within their intervals."
    ),
    data="a price history, oldest first: column Close, else its first column of numbers",
    sample="a made-up random walk of 800 days that falls, then rises",
    run=run,
)
