"""C02-1: a network on raw pixels, why it stands still, and its accuracy counted by hand."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np

    from fondo.recipes.digits import Digits
    from fondo.recipes.runs import Runs
    from fondo.report.svg import Chart

EPOCHS, FREE_EPOCHS, FULL = 12, 5, 500
ACCURACY = {1: 72.89, 10: 76.95, 500: 97.66}
LOSS = {1: 6.12, 100: 3.45, 500: 0.22}
JUMP = 5.0  # points that the test accuracy rises by within one epoch


@dataclass(frozen=True)
class Seen:
    """One trained network: its answers, and how much of it stands still.

    Parameters
    ----------
    answers : int array (test rows,)
        The likeliest class of each test row.
    stuck : float
        Share of training rows below the floor of the clipped loss. Percent.
    """

    answers: "np.ndarray"
    stuck: float


def one_hot(labels: "np.ndarray", n_classes: int) -> "np.ndarray":
    """Labels (rows,) as rows of the identity matrix (rows, n_classes).

    Examples
    --------
    >>> import numpy as np
    >>> one_hot(np.arange(4), 4).tolist() == np.eye(4).tolist()
    True
    """
    import numpy as np

    return np.asarray(np.eye(n_classes)[labels])


def run(kitchen: Kitchen) -> Dish:
    """Raw pixels with the source's clipped loss, and with the loss from logits."""
    from fondo.recipes.digits import digits
    from fondo.recipes.look import first, stuck
    from fondo.recipes.runs import base, logits, train

    told = digits(kitchen)
    rows = told.rows("raw")
    some = first(rows.train)

    def look(network: Any, state: Any) -> Seen:
        answers = logits(network, state, rows.test).argmax(axis=1)
        return Seen(answers, stuck(logits(network, state, some), some.target))

    setting = replace(base(told, 1024, kitchen.epochs(EPOCHS, FULL)), loss="clipped")
    free = replace(setting, loss="cross_entropy", epochs=kitchen.epochs(FREE_EPOCHS, FULL))
    clipped = train(kitchen, "clipped loss as published", rows, setting, look)
    plain = train(kitchen, "loss from logits", rows, free, look)
    figures, notes = _told(told, clipped, plain)
    return Dish(figures, notes, _charts(told, clipped, plain))


def _told(
    told: "Digits", clipped: "Runs", plain: "Runs"
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    from fondo.recipes.curves import after, beside, gap, mean, path, reading, said

    naive, mnist, epoch = told.naive, told.is_mnist, plain.setting.epochs
    name = f"test accuracy after {epoch} epochs, from logits minus clipped (points)"
    ahead = gap(name, plain.last(), clipped.at(epoch))
    figures = (
        *path(clipped, ACCURACY, naive=naive, told=mnist),
        after(plain, naive=naive),
        ahead,
        *path(clipped, LOSS, "training loss", told=mnist),
        mean("training rows below the clip, clipped loss (%)", clipped.of("stuck")),
        mean("training rows below the clip, from logits (%)", plain.of("stuck")),
        mean("classes never answered, clipped loss", _silent(told, clipped)),
        mean("classes never answered, from logits", _silent(told, plain)),
        Figure("test rows on which the metric and counting by hand differ", _apart(told, clipped)),
    )
    notes = (
        _plateau(clipped),
        said(ahead, "higher", "lower"),
        *beside(clipped, ACCURACY, told=mnist),
        *beside(clipped, LOSS, "training loss", told=mnist),
        "Labels 0, 1, 2, 3 one-hot are the rows of the 4 x 4 identity matrix; the loss here takes "
        "labels as they are.",
        reading(len(clipped.seen)),
    )
    return figures, notes


def _silent(told: "Digits", runs: "Runs") -> list[float]:
    """Classes that a network never answers on the test rows, seed by seed."""
    return [float(told.n_classes - len(set(each.tolist()))) for each in runs.of("answers")]


def by_hand(answers: "np.ndarray", truth: "np.ndarray") -> int:
    """Hits: rows whose answer is the true label."""
    return sum(int(a == b) for a, b in zip(answers.tolist(), truth.tolist(), strict=True))


def _apart(told: "Digits", runs: "Runs") -> float:
    """Hits by hand against hits of the metric, over all seeds. Rows."""
    n_rows = len(told.y_test)
    metric = [round(value * n_rows / 100) for value in runs.last()]
    hits = [by_hand(each, told.y_test) for each in runs.of("answers")]
    return float(sum(abs(a - b) for a, b in zip(metric, hits, strict=True)))


def _plateau(clipped: "Runs") -> str:
    epoch = min(10, clipped.setting.epochs)
    low, high = min(clipped.at(epoch)), max(clipped.at(epoch))
    jumps, seeds = jumps_of(clipped)
    return (
        f"After {epoch} epochs the {len(clipped.seen)} seeds stand between {low:.1f} and "
        f"{high:.1f} % with the clipped loss: how high the plateau lies is luck of the start. In "
        f"{clipped.setting.epochs} epochs there are {jumps} jumps of {JUMP:g} points or more "
        f"within one epoch, in {seeds} of the seeds: each time a class comes back."
    )


def jumps_of(runs: "Runs") -> tuple[int, int]:
    """Jumps of the test accuracy behind the first two epochs, and in how many seeds."""
    rises = runs.curves["test accuracy"][:, 1:] - runs.curves["test accuracy"][:, :-1]
    jumped = rises[:, 1:] >= JUMP
    return int(jumped.sum()), int(jumped.any(axis=1).sum())


def _charts(told: "Digits", clipped: "Runs", plain: "Runs") -> "tuple[Chart, ...]":
    from fondo.recipes.curves import curves, single
    from fondo.recipes.pictures import shown

    test, both = "test accuracy", (("clipped", clipped), ("from logits", plain))
    first = told.X[:4].reshape(-1, *told.side)
    return (
        curves(
            "Raw pixels: the loss decides, not the pixels",
            [(name, runs, test) for name, runs in both],
            "The same network, rows and starts; only the loss differs.",
            published=told.of_source({"published": ACCURACY}),
        ),
        single(
            "Steps, not curves: single runs of the clipped loss", clipped, test,
            "The four runs that step up most. A step is a class that is answered again.",
        ),
        curves(
            "Loss that is clipped at 16.1 nats",
            [("training", clipped, "training loss"), ("test", clipped, "test loss")],
            "A row that is most wrong costs 16.1 nats and teaches nothing.",
            published=told.of_source({"published, training": LOSS}),
        ),
        shown(
            "The first four pictures", first, [f"label {k}" for k in told.y[:4]],
            f"{told.side[0]} x {told.side[1]} pixels of 0 to 255, read as one row of numbers.",
        ),
    )  # fmt: skip


recipe = Recipe(
    id="C02-1",
    title="Raw pixels: a plateau, and accuracy counted by hand",
    published="about 97 % (companion 72.89 % after 1 epoch, 76.95 % after 10, 97.66 % after 500)",
    faults=(
        "The plateau near 78 % is not what large inputs do: large inputs saturate the softmax, and "
        "the library's loss clips probabilities at 1e-7, where the most wrong rows have no slope. "
        "The companion's 3.45 nats at 77.9 % are 16.118 (minus the logarithm of 1e-7) times the "
        "share that is wrong.",
        "One run: with other seeds the plateau lies anywhere from 47 to 77 % after 10 epochs.",
        "The text prints batches of 32; the figures come from batches of 1,024.",
        "The test rows were watched for all 500 epochs; no validation rows, no seed.",
    ),
    ours="57.5 % (50.5 to 64.5) after 10 epochs; from logits 96.1 % (96.0 to 96.2) after 5",
    naive="11.35 %: always the commonest digit",
    lesson=(
        "Compute the loss from logits: clipped probabilities stop teaching exactly where the "
        "network is most wrong, and raw pixels drive it there. From logits the same raw pixels "
        "pass 96 % within five epochs. Count hits by hand once; the metric must agree to the row."
    ),
    data="a folder with the four files of MNIST",
    sample="1,797 small digits of scikit-learn, stretched to 0 to 255; 100 hidden units",
    run=run,
    full="500 epochs as the source does, about 3 hours on two cores.",
)
