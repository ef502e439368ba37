"""C07-2: steering angle from the road ahead, split by time, against two who do not look."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np

    from fondo.data.images.pictures import Pictures
    from fondo.recipes.seeded import Seen
    from fondo.report.svg import Chart

EPOCHS, BATCH = 10, 32
LATEST = 0.2
SKY, BONNET = 0.375, 0.125  # of the height, cut off at the top and at the bottom
SIZE, SMALL = (64, 128), (32, 64)  # of what enters the backbone, and the network from nothing
MAPS, PARAMETERS = (4, 14, 512), 14_737_447


@dataclass(frozen=True)
class Drive:
    """Pictures and angles in time: the first four fifths, and the rest."""

    X: "Pictures"
    y: "np.ndarray"
    X_test: "Pictures"
    y_test: "np.ndarray"
    height: int


def radians(degrees: float) -> float:
    """Degrees as radians, the source's unit.

    Examples
    --------
    >>> [round(radians(each), 7) for each in (1, 45, 90, -180)]
    [0.0174533, 0.7853982, 1.5707963, -3.1415927]
    """
    from math import pi

    return degrees * pi / 180


def drive(kitchen: Kitchen) -> Drive:
    """The drive of the folder, cut by time, or a drawn one."""
    from fondo.data.images.pictures import Pictures
    from fondo.data.tables.read import read_table
    from fondo.recipes.easel import road

    if kitchen.data is None:
        drawn = road()
        X, y = Pictures.of_array(drawn.pictures, "sample"), drawn.targets
    else:
        frame = read_table(kitchen.data / "driving_log.csv")
        names = frame[kitchen.need(frame, "image")].to_list()
        X = Pictures.of_places([str(kitchen.data / "images" / name) for name in names])
        y = frame[kitchen.need(frame, "steering", "angle")].to_numpy().astype(float)
    cut = round((1 - LATEST) * len(y))
    rows = list(range(len(y)))
    height = int(X.survey().heights[0])
    return Drive(X.take(rows[:cut]), y[:cut], X.take(rows[cut:]), y[cut:], height)


def pixels(size: tuple[int, int], height: int) -> Any:
    """What enters a network: the road, without sky and bonnet."""
    from fondo.tasks.images import Pixels

    return Pixels(size=size, crop=(round(SKY * height), 0, round(BONNET * height), 0))


def on_backbone(found: Any, height: int, seed: int) -> Any:
    """A head on frozen features, not fitted."""
    from fondo.recipes.seeded import settings
    from fondo.recipes.transfer import with_backbone
    from fondo.tasks.images import ImageRegressor

    rest = settings(batch_size=BATCH, epochs=EPOCHS, seed=seed, still=False)
    return with_backbone(ImageRegressor(pictures=pixels(SIZE, height), **rest), found)


def from_nothing(height: int, seed: int) -> Any:
    """A small network that learns from the pictures alone, not fitted."""
    from fondo.recipes.seeded import plain_net, settings
    from fondo.tasks.images import ImageRegressor

    return ImageRegressor(
        pictures=pixels(SMALL, height),
        architecture=plain_net((8, 16, 32), 2, (32,), padding="same"),
        **settings(batch_size=BATCH, epochs=EPOCHS, seed=seed),
    )


def run(kitchen: Kitchen) -> Dish:
    """Both networks over seeds, beside one who drives straight on and one who holds the wheel."""
    from fondo.recipes.seeded import judged, over_seeds
    from fondo.recipes.transfer import weights

    told, found = drive(kitchen), weights(kitchen, "vgg16")
    makers = {
        found.words: lambda seed: on_backbone(found, told.height, seed),
        "from nothing": lambda seed: from_nothing(told.height, seed),
    }
    look = judged(told.X_test, told.y_test)
    seen = {
        name: over_seeds(kitchen, name, make, (told.X, told.y), look)
        for name, make in makers.items()
    }
    figures, notes = _told(told, found, seen)
    return Dish(figures, notes, (_chart(told, seen),))


def blind(told: Drive) -> dict[str, "np.ndarray"]:
    """Answers (n,) of those who do not look at the road."""
    import numpy as np

    from fondo.judge.baselines import previous

    times, n = np.arange(len(told.y) + len(told.y_test)), len(told.y)
    before = previous(told.y, times[:n], told.y_test, times[n:]).numbers
    return {
        "straight on": np.zeros(len(told.y_test)),
        "the training mean": np.full(len(told.y_test), told.y.mean()),
        "as one frame ago": np.asarray(before),
    }


def _told(
    told: Drive, found: Any, seen: "dict[str, list[Seen]]"
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    import numpy as np

    from fondo.recipes.curves import gap, mean, said
    from fondo.recipes.seeded import values
    from fondo.recipes.transfer import head_count

    fools = {name: float(np.abs(v - told.y_test).mean()) for name, v in blind(told).items()}
    straight = fools["straight on"]
    errors = {name: values(each, "mae", 1.0) for name, each in seen.items()}
    first = next(iter(errors))
    against = [
        gap(f"mean absolute error, {name} minus {fool}", each, [fools[fool]] * len(each))
        for name, each in errors.items()
        for fool in ("straight on", "as one frame ago")
    ]
    figures = (
        *(mean(f"mean absolute error (1 is full lock), {name}", each, naive=straight)
          for name, each in errors.items()),
        *(Figure(f"mean absolute error, {name}", value, naive=straight)
          for name, value in fools.items()),
        *against,
        mean(f"R2, {first}", values(seen[first], "r2", 1.0), naive=0.0),
        Figure("test frames with the wheel at 0 (%)", 100 * float(np.mean(told.y_test == 0))),
        Figure("parameters of the source's head on maps of 4 x 14 x 512",
               head_count("flat", MAPS, 1), published=PARAMETERS),
        Figure("45 degrees in radians", radians(45.0)),
    )  # fmt: skip
    notes = (
        found.note,
        *(said(each, "worse", "better") for each in against),
        f"The first {len(told.y):,} frames to learn from, the last {len(told.y_test):,} to judge "
        "on. Who says the angle of one frame ago is told the truth of that frame, which a network "
        "is not.",
        "The source's three hidden layers without an activation add nothing to what one can do; "
        "here the head is a convolution and 512 units.",
        "Neighbouring frames are alike, so there are fewer independent test frames than frames; "
        "intervals here are over seeds alone.",
    )
    return figures, notes


def _chart(told: Drive, seen: "dict[str, list[Seen]]") -> "Chart":
    """Angle over time: the truth, and the first seed of each network."""
    from fondo.report.charts import Line, lines
    from fondo.report.svg import Axis

    frames = [float(k) for k in range(len(told.y_test))]
    series = [Line("truth", frames, told.y_test.tolist(), style=4)]
    series += [
        Line(name, frames, each[0].answers.numbers.tolist(), style=style)
        for style, (name, each) in enumerate(seen.items(), start=1)
    ]
    caption = "The last fifth of the drive, first seeds."
    return lines("Steering", Axis("frame"), Axis("steering"), series, caption)


recipe = Recipe(
    id="C07-2",
    title="Steering angle from the road ahead",
    published="no figure: a loss curve, and targets from about -9 to 9 radians",
    faults=(
        "No error is told and no baseline; the last fifth is set apart, plotted and never used.",
        "Pictures are divided by 255 and features by 11, not prepared as VGG16 expects.",
        "Hidden layers without an activation add no power.",
        "Validation below training loss is dropout and an easy stretch of road, not quality.",
    ),
    ours="mean absolute error, 1 is full lock: SqueezeNet 0.102 (0.083 to 0.121), from nothing "
    "0.100; straight on 0.083, as one frame ago 0.049: pictures alone do not beat them, 3 seeds",
    naive="straight on: 0; and the angle of one frame ago",
    lesson=(
        "Cut a drive by time, and put one who drives straight on and one who holds the wheel "
        "beside the network. The second is hard to beat and useless: he is told the truth of a "
        "moment ago."
    ),
    data="a folder with driving_log.csv (image, steering), in time, and a folder images",
    sample="300 drawn frames of a road that bends; SqueezeNet, its filters drawn where no weights "
    "are at hand",
    run=run,
)
