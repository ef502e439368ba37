"""Networks on pictures as the cookbook trained them, over several seeds, side by side.

Which pictures they are is in `photos`; dense networks on pixels are in `runs`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Figure, Kitchen
from fondo.report.svg import Chart

if TYPE_CHECKING:
    from fondo.tasks.images import ConvNet

SEEDS = 3  # of networks with convolutions, which take their time


def seeds(kitchen: Kitchen) -> list[int]:
    """Seeds of the runs of one way; the same for every way, so that runs are paired."""
    return list(range(kitchen.seed, kitchen.seed + SEEDS))


def settings(*, batch_size: int, epochs: int, seed: int, still: bool = True) -> dict[str, Any]:
    """Settings of a task that trains as the cookbook does: Adam, fixed epochs, no validation.

    Parameters
    ----------
    batch_size, epochs, seed : int
        Of the training.
    still : bool, default=True
        Whether training pictures are left as they are.
    """
    from fondo.tasks.images.augment import no_augment

    return {
        "augment": no_augment() if still else None,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "batch_size": batch_size,
        "epochs": epochs,
        "patience": None,
        "validation": None,
        "random_state": seed,
    }


def batch_of(n_rows: int, wanted: int) -> int:
    """Batch size of the source, or less where there would be fewer than 25 updates an epoch.

    Examples
    --------
    >>> batch_of(1591, 32), batch_of(200, 32)
    (32, 8)
    """
    return max(4, min(wanted, n_rows // 25))


def plain_net(
    filters: Sequence[int], pool: Any, hidden: Sequence[int], **changes: Any
) -> "ConvNet":
    """Convolutions one after another and dense layers on the pixels of the last maps."""
    from fondo.tasks.images import ConvNet

    told: dict[str, Any] = {"padding": "first valid", "batch_norm": False, "dropout": 0.0}
    shape = {"kind": "plain", "filters": tuple(filters), "pool": pool, "hidden": tuple(hidden)}
    return ConvNet(**(told | shape | {"flatten": True} | changes))


def over_seeds(
    kitchen: Kitchen,
    name: str,
    make: Callable[[int], Any],
    rows: tuple[Any, Any],
    look: Callable[[Any], Any],
) -> list[Any]:
    """Train a task for each seed, side by side, and look at each as it ends.

    Parameters
    ----------
    kitchen : Kitchen
        Gives the first seed, and hears how far the work is.
    name : str
        What is trained.
    make : callable (seed) -> task
        The task, not fitted.
    rows : (pictures, targets)
        To learn from.
    look : callable (task) -> value
        Sees the fitted task, whose network is another's afterwards.

    Returns
    -------
    values : list
        What was seen, in the order of the seeds.

    Raises
    ------
    TrainingFailed, BadData, BadParameter
        Of the first training that came to nothing.
    """
    from fondo.errors import FondoError
    from fondo.tasks.beside import Ask, fit_beside
    from fondo.tasks.rows import Part

    tasks = [make(seed) for seed in seeds(kitchen)]
    done = []

    def judge(ask: Any, _: Any) -> Any:
        done.append(ask)
        kitchen.tell(f"{name}: {len(done)} of {len(tasks)} runs of {ask.task.epochs} epochs.")
        return look(ask.task)

    part = Part(*rows)
    found = fit_beside([Ask(task, part, name) for task in tasks], judge)
    for value in found:
        if isinstance(value, FondoError):
            raise value
    return found


@dataclass(frozen=True)
class Seen:
    """What is kept of a fitted task: its evaluation, and its answer to each test picture."""

    evaluation: Any
    answers: Any


def judged(X: Any, y: Any) -> Callable[[Any], Seen]:
    """What looks at a fitted task on these test pictures."""

    def look(task: Any) -> Seen:
        from fondo.tasks.rows import Part

        part = Part(*task.read(X, y))
        answers = task.answers(part.X)
        return Seen(task.judged(part, answers), answers)

    return look


def values(seen: Sequence[Seen], metric: str = "accuracy", unit: float = 100.0) -> list[float]:
    """One score of each network; shares in percent unless another unit is named."""
    from fondo.recipes.figures import pick

    return [unit * float(pick(each.evaluation.scores, metric).value) for each in seen]


def of_pictures(
    name: str,
    seen: Seen,
    metric: str = "accuracy",
    *,
    naive: str = "majority",
    unit: float = 100.0,
    published: float | None = None,
) -> Figure:
    """Score of one network with its interval over the test pictures, beside one of its baselines.

    Shares are told in percent unless another unit is named.
    """
    from fondo.recipes.figures import pick

    ours = pick(seen.evaluation.scores, metric)
    fool = unit * pick(seen.evaluation.baselines[naive], metric).value
    low, high = (None if end is None else unit * end for end in (ours.low, ours.high))
    return Figure(name, unit * ours.value, low, high, fool, published)


def listed(name: str, found: Sequence[float]) -> str:
    """Sentence with the value of every seed.

    Examples
    --------
    >>> listed("50 pixels", [71.25, 69.0])
    '50 pixels: 71.2, 69.0 % by seed.'
    """
    return f"{name}: {', '.join(f'{value:.1f}' for value in found)} % by seed."


def standing(title: str, ways: Mapping[str, Sequence[float]], caption: str) -> Chart:
    """Where each way stands: a dot for the mean, a whisker from the worst seed to the best."""
    from fondo.report.rows import Bar, dots
    from fondo.report.svg import Axis

    rows = [
        Bar(name, sum(found) / len(found), min(found), max(found), 1 + k % 4)
        for k, (name, found) in enumerate(ways.items())
    ]
    told = f"{caption} Dot: mean of the seeds; whisker: from the worst of them to the best."
    return dots(title, Axis("test accuracy", "%"), rows, told)


def layer_counts(
    size: tuple[int, int, int], shape: Any, n_outputs: int
) -> list[tuple[str, tuple[int, ...], int]]:
    """Layers of a plain network by shape inference alone: nothing is built.

    Parameters
    ----------
    size : (height, width, channels)
        Of the pictures.
    shape : ConvNet
        Plain, flattened and without normalisation.
    n_outputs : int
        Logits.

    Returns
    -------
    layers : list of (name, shape of its output, weights and biases)

    Examples
    --------
    >>> from fondo.tasks.images import ConvNet
    >>> tiny = ConvNet(kind="plain", filters=(1,), padding="valid", batch_norm=False, flatten=True)
    >>> layer_counts((4, 4, 1), tiny, 1)
    [('convolution 1', (2, 2, 1), 10), ('pool 1', (1, 1, 1), 0), ('out', (1,), 2)]
    """
    (height, width, channels), number = size, 0
    layers: list[tuple[str, tuple[int, ...], int]] = []
    for stage, filters in enumerate(shape.filters, start=1):
        for k in range(1, shape.depth + 1):
            number += 1
            bare = {
                "same": False, "valid": True, "first valid": number == 1,
                "last valid": k == shape.depth,
            }[shape.padding]  # fmt: skip
            height, width = (side - 2 * bare for side in (height, width))
            count = (9 * channels + 1) * filters
            channels = filters
            layers.append((f"convolution {number}", (height, width, channels), count))
        pool = shape.pool if isinstance(shape.pool, int) else (*shape.pool, 1)[stage - 1]
        if 1 < pool <= min(height, width):
            height, width = height // pool, width // pool
            layers.append((f"pool {stage}", (height, width, channels), 0))
    inputs = height * width * channels
    for k, units in enumerate(shape.hidden, start=1):
        layers.append((f"hidden {k}", (units,), (inputs + 1) * units))
        inputs = units
    return [*layers, ("out", (n_outputs,), (inputs + 1) * n_outputs)]


def total(layers: Sequence[tuple[str, tuple[int, ...], int]]) -> int:
    """Weights and biases of all layers."""
    return sum(count for _, _, count in layers)
