"""C02-9: is it memorised? The gap, the test loss, and how far the weights spread."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    from fondo.recipes.digits import Digits
    from fondo.recipes.runs import Runs
    from fondo.report.svg import Chart

SHORT, LONG, FULL = 5, 60, 100
TURN = 20  # epochs; about where the companion's test loss was lowest
FEW = 6_000  # training rows of the long run, where it is shortened
TEST = {5: 97.10, 100: 98.29}
TRAINING = {5: 97.59, 100: 100.0}


def run(kitchen: Kitchen) -> Dish:
    """Five epochs of all rows; then a short and a long training, of few rows unless in full."""
    from fondo.recipes.digits import digits
    from fondo.recipes.look import weights
    from fondo.recipes.runs import base, train

    told = digits(kitchen)
    rows = told.rows()
    first = train(kitchen, "all rows", rows, base(told, 1024, SHORT), weights(rows))
    part = told if kitchen.full else told.some(told.share(FEW), kitchen.seed)
    few = rows if kitchen.full else part.rows()
    setting = base(part, 1024, kitchen.epochs(LONG, FULL))
    name = f"{len(part.y):,} rows"
    brief = train(kitchen, name, few, replace(setting, epochs=SHORT), weights(few))
    long = train(kitchen, name, few, setting, weights(few))
    figures, notes = _told(told, first, brief, long, whole=kitchen.full)
    return Dish(figures, notes, _charts(told, first, brief, long))


def _told(
    told: "Digits", first: "Runs", brief: "Runs", long: "Runs", *, whole: bool
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    from fondo.recipes.curves import beside, gap, mean, path, reading, said

    naive, mnist, last = told.naive, told.is_mnist, long.setting.epochs
    turn = min(TURN, last)
    at = [float(curve.argmin() + 1) for curve in long.curves["test loss"]]
    wider = [
        gap(f"training minus test accuracy after {each.setting.epochs} epochs, {each.name} "
            "(points)", each.of("training_accuracy"), each.last())
        for each in (first, brief, long)
    ]  # fmt: skip
    changes = [
        gap(f"test accuracy, {last} minus {SHORT} epochs (points)", long.last(), long.at(SHORT)),
        gap(f"test loss, {last} minus {turn} epochs (nats)", long.last("test loss"),
            long.at(turn, "test loss")),
        gap(f"spread of the last kernel, {last} minus {SHORT} epochs", _size(long), _size(brief)),
    ]  # fmt: skip
    figures = (
        *path(first, TEST, naive=naive, told=mnist),
        *path(first, TRAINING, "training accuracy", naive=naive, told=mnist),
        *path(long, TEST, naive=naive, told=mnist and whole),
        *wider,
        *changes,
        mean(f"epoch of the lowest test loss, {long.name}", at),
        *(mean(f"last kernel beyond -0.2 and 0.2 after {each.setting.epochs} epochs, {each.name} "
               "(%)", each.of("wide")) for each in (first, brief, long)),
    )  # fmt: skip
    notes = (
        said(changes[0], "better", "worse"),
        said(changes[1], "worse", "better"),
        said(changes[2], "wider", "narrower"),
        *beside(first, TEST, told=mnist),
        *beside(first, TRAINING, "training accuracy", told=mnist),
        *_shortened(long, whole),
        "Where the test loss is lowest is told to show it; to stop there, look on validation rows.",
        reading(len(first.seen)),
    )
    return figures, notes


def _shortened(long: "Runs", whole: bool) -> list[str]:
    if whole:
        return []
    updates = round(long.last("updates")[0] / long.setting.epochs)
    return [
        f"The long run is on {long.name}, drawn from the training rows, in batches of "
        f"{long.setting.batch_size:,}: about as many updates an epoch ({updates}) as all rows make "
        "in batches of 1,024, and sooner memorised."
    ]


def _size(runs: "Runs") -> list[float]:
    """Root mean square of the last kernel, seed by seed."""
    return [float(sizes[-1]) for sizes in runs.of("sizes")]


def _charts(told: "Digits", first: "Runs", brief: "Runs", long: "Runs") -> "tuple[Chart, ...]":
    from fondo.recipes.curves import curves, outline
    from fondo.recipes.look import EDGES
    from fondo.report.svg import Axis

    def pair(kind: str) -> list[tuple[str, Any, str]]:
        return [("test", long, f"test {kind}"), ("training", long, f"training {kind}")]

    start = [(name, first, f"{name} accuracy") for name in ("test", "training")]
    both = [(f"{each.setting.epochs} epochs", each) for each in (brief, long)]
    return (
        curves(
            "Loss: the test rows turn", pair("loss"),
            "Training loss goes to 0; test loss falls, then rises: more sure, not more right.",
            floor=0.0,
        ),
        curves(
            "Accuracy: the gap opens, and the test rows still gain", pair("accuracy"),
            "A gap alone is no proof of harm.",
        ),
        curves(
            f"All rows, {SHORT} epochs", start, "As the source trained.",
            published=told.of_source({"published, test": TEST, "published, training": TRAINING}),
        ),
        outline(
            "Weights from the hidden layer to the answers", Axis("weight"), EDGES,
            [(name, each.of("out")) for name, each in both],
            "The last kernel; weights beyond 0.5 are counted at the ends.",
        ),
        outline(
            "Weights from the pixels to the hidden layer", Axis("weight"), EDGES,
            [(name, each.of("hidden")) for name, each in both],
            "The first kernel; pixels that are always 0 never move their weights.",
        ),
    )  # fmt: skip


recipe = Recipe(
    id="C02-9",
    title="Is it memorised? Gap, test loss and the spread of weights",
    published="5 epochs: training 97.59 %, test 97.1 %; 100 epochs: 100 % and 98.28 %",
    faults=(
        "The gap is read as harm, though the test accuracy still rose from 97.1 to 98.3 %; the "
        "test loss (0.059 near epoch 20, 0.077 by 100) would show it, and is not looked at.",
        "Wider weights are what longer training does; they are no proof either.",
        "One run; training accuracy in passing, during the epoch, beside test accuracy after it.",
    ),
    ours="5 epochs: training 97.63 % (97.60 to 97.66), test 97.23 % (97.17 to 97.29)",
    naive="11.35 %: always the commonest digit",
    lesson=(
        "A gap says that a network knows its training rows better, not that it has got worse. Look "
        "at the test loss: where it rises while accuracy stands, answers become surer without "
        "becoming righter. Weights spread in any long training."
    ),
    data="a folder with the four files of MNIST",
    sample="1,797 small digits of scikit-learn, stretched to 0 to 255; 100 hidden units",
    run=run,
    full="100 epochs of all rows as the source does, about 20 minutes on two cores.",
)
