"""C03-4: a loss of one's own, checked, then compared with a plain one from the same weights."""

from typing import Any

from fondo.recipes.c03_3 import houses, network, predictions
from fondo.recipes.kitchen import Dish, Kitchen, Recipe

FLOOR = 0.01  # of the largest price; below it the root goes on as a line


def root(value: Any) -> Any:
    """Square root that keeps a slope below `FLOOR`, where a plain clip would have none."""
    kept = value.clip(FLOOR)
    return kept**0.5 + (value - kept) / (2 * FLOOR**0.5)


def root_error(truth: Any, prediction: Any) -> Any:
    """Squared difference of square roots."""
    return (root(prediction) - root(truth)) ** 2


def root_error_as_printed(truth: Any, prediction: Any) -> Any:
    """The same as printed: not a number for any prediction below 0."""
    return (prediction**0.5 - truth**0.5) ** 2


def run(kitchen: Kitchen) -> Dish:
    """Both losses from the same seeds; the printed one is refused before it trains."""
    import numpy as np

    from fondo.errors import FondoError
    from fondo.recipes.figures import mean_of

    rows = houses(kitchen)
    maes = {
        name: [float(np.abs(p - rows.y_test).mean()) for p in predictions(kitchen, rows, loss=loss)]
        for name, loss in (("root", root_error), ("mae", "mae"))
    }
    naive = float(np.abs(np.median(rows.y) - rows.y_test).mean())
    gains = [root - plain for root, plain in zip(maes["root"], maes["mae"], strict=True)]
    try:
        network(kitchen.seed, loss=root_error_as_printed).fit(rows.X, rows.y - rows.y.mean())
        refused = "The loss as printed was not refused."
    except FondoError as refusal:
        refused = f"The loss as printed was refused: {refusal}"
    told = kitchen.published(6.532318)
    return Dish(
        (
            mean_of("MAE, trained on root error", maes["root"], naive=naive, published=told),
            mean_of("MAE, trained on MAE", maes["mae"], naive=naive),
            mean_of("root error minus MAE", gains, naive=0.0),
        ),
        (refused,),
    )


recipe = Recipe(
    id="C03-4",
    title="A loss function of one's own",
    published='test MAE about 6.5 thousand dollars, "slightly better" than 6.7',
    faults=(
        "Again a constant: about 21.5 for every house, which happens to lie nearer the test mean.",
        "Training went on from the weights of C03-3, so the two losses never started equal.",
        "The root of a negative prediction is not a number, and at 0 its slope is infinite.",
    ),
    ours="MAE 3.48 (2.99 to 3.96); 3.15 (2.95 to 3.36) with the plain loss",
    naive="6.661: the median of the training prices",
    lesson=(
        "Any differentiable function of truth and prediction can be the loss; check its value and "
        "its slope on a batch first. A clip is no cure by itself: below it there is no slope, and "
        "a start that predicts there never leaves. Two losses are compared from the same fresh "
        "weights, over several seeds, by one metric."
    ),
    data="the Boston house prices (target MEDV), or a table of positive numbers with a target",
    sample="sample:diabetes (scikit-learn), disease progression in place of prices",
    run=run,
)
