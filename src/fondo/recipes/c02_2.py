"""C02-2: scaling the inputs, and why a saturated unit does not learn."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np

    from fondo.recipes.digits import Digits
    from fondo.recipes.runs import Runs
    from fondo.report.svg import Chart

EPOCHS, FULL = 5, 500
OTHERS = 3  # epochs of the scalers that the source only names
WEIGHTS = (0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
ACCURACY = {1: 93.39, 5: 97.06, 20: 98.04, 500: 98.25}
TABLE = {(255, 0.01): 0.93, (1, 0.01): 0.50, (1, 0.9): 0.71}


def sigmoids(value: float, weights: Sequence[float] = WEIGHTS) -> "np.ndarray":
    """Logistic sigmoid of weight times input, for one input and several weights.

    Examples
    --------
    >>> [round(float(s), 4) for s in sigmoids(1)[:3]], round(float(sigmoids(255)[0]), 4)
    ([0.5025, 0.525, 0.5498], 0.9276)
    """
    import numpy as np
    from scipy.special import expit

    return np.asarray(expit(value * np.asarray(weights)))


def run(kitchen: Kitchen) -> Dish:
    """Raw pixels and four scalers, learnt from the training rows."""
    import numpy as np

    from fondo.recipes.digits import digits
    from fondo.recipes.runs import base, train

    told = digits(kitchen)
    setting = base(told, 1024, kitchen.epochs(EPOCHS, FULL))
    ways = {
        "raw": replace(setting, loss="clipped", epochs=EPOCHS),
        "max": setting,
        **dict.fromkeys(("min-max", "mean", "standard"), replace(setting, epochs=OTHERS)),
    }
    runs, widest = {}, {}
    for way, each in ways.items():
        rows = told.rows(way)  # type: ignore[arg-type]
        widest[way] = float(np.abs(rows.test.inputs["inputs"]).max())
        runs[way] = train(kitchen, way, rows, each)
        del rows
    figures, notes = _told(told, runs, widest)
    return Dish(figures, notes, _charts(told, runs))


def _told(
    told: "Digits", runs: "dict[str, Runs]", widest: dict[str, float]
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    from fondo.recipes.curves import after, beside, gap, path, reading, said

    naive, scaled = told.naive, runs["max"]
    epoch = min(OTHERS, scaled.setting.epochs)
    gaps = [
        gap(f"test accuracy after {epoch} epochs, {way} minus max (points)", each.at(epoch),
            scaled.at(epoch))
        for way, each in runs.items()
        if way != "max"
    ]  # fmt: skip
    figures = (
        *path(scaled, ACCURACY, naive=naive, told=told.is_mnist),
        *(after(each, epoch, naive=naive) for way, each in runs.items() if way != "max"),
        *gaps,
        Figure("largest size of a standardised test pixel", widest["standard"]),
        *(
            Figure(f"sigmoid of input {x} with weight {w:g}", float(sigmoids(x, [w])[0]), naive=0.5,
                   published=value)
            for (x, w), value in TABLE.items()
        ),
    )  # fmt: skip
    at_255, at_1 = (", ".join(f"{s:.4f}" for s in sigmoids(x)) for x in (255, 1))
    notes = (
        *(said(each, "higher", "lower") for each in gaps),
        *beside(scaled, ACCURACY, told=told.is_mnist),
        f"Sigmoid of input 255 with weights 0.01, 0.1 to 0.9: {at_255}. Of input 1: {at_1}. One "
        "says nothing of the weight, the other follows it.",
        "Every scaler is learnt from the training rows alone; raw pixels are trained with the "
        "source's clipped loss, the others from logits.",
        reading(len(scaled.curves["seconds"])),
    )
    return figures, notes


def _charts(told: "Digits", runs: "dict[str, Runs]") -> "tuple[Chart, ...]":
    from fondo.recipes.curves import curves

    test, scaled = "test accuracy", runs["max"]
    return (
        curves(
            "Scaled against raw pixels",
            [(name, runs[way], test) for name, way in (("largest is 1", "max"), ("raw", "raw"))],
            "The same network, batches and starts.",
            published=told.of_source({"published": ACCURACY}),
        ),
        curves(
            "Four scalers",
            [(way, runs[way], test) for way in ("max", "min-max", "mean", "standard")],
            "All learnt from the training rows; a number for each pixel but for max.",
        ),
        curves(
            "Largest is 1: training and test loss",
            [("training", scaled, "training loss"), ("test", scaled, "test loss")],
            "Training loss is measured in passing, during the epoch.",
            floor=0.0,
        ),
        _saturated(),
    )


def _saturated() -> "Chart":
    import numpy as np

    from fondo.report.charts import Line, lines
    from fondo.report.svg import Axis

    weights = np.linspace(-0.9, 0.9, 181)
    series = [
        Line(f"input {x}", weights.tolist(), sigmoids(x, weights.tolist()).tolist(), style=style)
        for style, x in enumerate((1, 255), start=1)
    ]
    axes = Axis("weight"), Axis("sigmoid of weight times input")
    caption = "At 255 the unit is a switch: but for weights near 0, its slope is 0."
    return lines("What a large input does to a sigmoid", *axes, series, caption)


recipe = Recipe(
    id="C02-2",
    title="Scaling the inputs",
    published="about 98.25 % (companion 93.39 % after 1 epoch, 97.06 % after 5, 98.25 % after 500)",
    faults=(
        "Raw pixels lose for two reasons that are mixed here: their size, and a loss whose clip "
        "gives the most wrong rows no slope (see C02-1).",
        'Standardised values are called "between -1 and +1"; single pixels reach hundreds.',
        "The test loss is lowest at epoch 16 (0.0594) and doubles by 500; the source shows 500.",
        "The scaling constant is typed in; here each scaler is learnt from training rows.",
    ),
    ours="93.53 % (93.43 to 93.63) after 1 epoch, 97.23 % (97.17 to 97.29) after 5",
    naive="11.35 %: always the commonest digit",
    lesson=(
        "Divide pixels by their largest value: the same network then starts at 93 % instead of a "
        "plateau. Subtracting the mean of each pixel gains half a point more in the first epochs; "
        "dividing by its own spread lets a pixel that hardly ever changes reach hundreds. Learn "
        "the scaler from training rows and keep it with the model."
    ),
    data="a folder with the four files of MNIST",
    sample="1,797 small digits of scikit-learn, stretched to 0 to 255; 100 hidden units",
    run=run,
    full="500 epochs of the scaled pixels as the source does, about 90 minutes on two cores.",
)
