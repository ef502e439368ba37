"""C05-7: 68 points of a face on the frozen features of VGG16, persons kept apart."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np

    from fondo.data.images.pictures import Pictures
    from fondo.recipes.seeded import Seen
    from fondo.report.svg import Chart

EPOCHS, BATCH, SIZE = 10, 32, 128  # the source has 224 pixels
JUDGED = 0.25  # of the pictures
POINTS, EYES = 68, (36, 45)  # outer corners of the eyes
MAPS, PARAMETERS = (7, 7, 512), 3_478_664
PERSON = r"image:(.+)_\d+\.\w+$"


@dataclass(frozen=True)
class Album:
    """Pictures with their points (n, 68, 2) in pixels, and who is in each."""

    X: "Pictures"
    y: "np.ndarray"
    X_test: "Pictures"
    y_test: "np.ndarray"
    persons: "np.ndarray"
    persons_test: "np.ndarray"


def album(kitchen: Kitchen) -> Album:
    """Faces of the folder, or drawn ones, in two parts that share no person.

    The folder's own parts share persons, so they are put together first.
    """
    import numpy as np

    from fondo.data.images.pictures import Pictures
    from fondo.data.splits import split_rows
    from fondo.recipes.easel import faces

    if kitchen.data is not None:
        parts = [_part(kitchen, name) for name in ("train", "test")]
        X = Pictures.of_places([place for places, _, _ in parts for place in places])
        y, who = (np.concatenate([part[k] for part in parts]) for k in (1, 2))
    else:
        drawn = faces()
        X, y, who = Pictures.of_array(drawn.pictures, "sample"), drawn.targets, drawn.groups
    a, b = split_rows(len(y), JUDGED, kitchen.seed, groups=who)
    return Album(X.take(a), y[a], X.take(b), y[b], who[a], who[b])


def _part(kitchen: Kitchen, name: str) -> "tuple[list[str], np.ndarray, np.ndarray]":
    """Files, points and persons of one part of the folder."""
    from fondo.data.tables.patterns import column_of
    from fondo.data.tables.read import read_table
    from fondo.errors import BadData

    assert kitchen.data is not None  # noqa: S101  asked for real data only
    frame = read_table(kitchen.data / f"{name}.csv")
    columns = [f"{axis}{k}" for k in range(1, POINTS + 1) for axis in "xy"]
    missing = [column for column in ("image", *columns) if column not in frame.columns]
    if missing:
        raise BadData(
            f"{kitchen.data}: {name}.csv must have the columns image, x1, y1 to x{POINTS}, "
            f"y{POINTS}. There is no {missing[0]!r}."
        )
    places = [str(kitchen.data / name / image) for image in frame["image"].to_list()]
    points = frame.select(columns).to_numpy().astype(float).reshape(-1, POINTS, 2)
    return places, points, column_of(frame, PERSON).to_numpy()


def targets(points: "np.ndarray", height: int, width: int) -> "np.ndarray":
    """Points (n, k, 2) as the source's targets (n, 2 k): all x over width, all y over height.

    Examples
    --------
    >>> import numpy as np
    >>> targets(np.array([[[45.0, 98.0]]]), 224, 224).round(4).tolist()
    [[0.2009, 0.4375]]
    """
    import numpy as np

    return np.concatenate([points[..., 0] / width, points[..., 1] / height], axis=1)


def run(kitchen: Kitchen) -> Dish:
    """A head on the backbone over seeds, against the mean shape."""
    from fondo.recipes.seeded import batch_of, judged, over_seeds
    from fondo.recipes.transfer import LEAST, weights

    told, found = album(kitchen), weights(kitchen, "vgg16")
    size = SIZE if kitchen.data is not None else LEAST
    batch = batch_of(len(told.y), BATCH)
    seen = over_seeds(
        kitchen, found.words, lambda seed: task(found, size, batch, seed), (told.X, told.y),
        judged(told.X_test, told.y_test),
    )  # fmt: skip
    figures, notes = _told(told, found, seen)
    return Dish(figures, notes, (_overlay(told, seen[0]),))


def task(found: Any, size: int, batch: int, seed: int) -> Any:
    """Points from a head on that backbone, trained as the source does."""
    from fondo.recipes.seeded import settings
    from fondo.recipes.transfer import with_backbone
    from fondo.tasks.images import ImageKeypoints, Pixels

    rest = settings(batch_size=batch, epochs=EPOCHS, seed=seed, still=False)
    return with_backbone(ImageKeypoints(pictures=Pixels(size=size), loss="mae", **rest), found)


def distances(truth: "np.ndarray", said: "np.ndarray") -> "np.ndarray":
    """Mean distance of the points of each picture (n,), in its own pixels.

    Parameters
    ----------
    truth, said : array (n, k, 2)
        x and y in pixels.
    """
    import numpy as np

    return np.asarray(np.hypot(*np.moveaxis(said - truth, -1, 0)).mean(axis=1))


def between_eyes(points: "np.ndarray") -> "np.ndarray":
    """Distance of the outer corners of the eyes (n,). Pixels."""
    import numpy as np

    return np.asarray(np.hypot(*(points[:, EYES[0]] - points[:, EYES[1]]).T))


def _pairs(flat: "np.ndarray") -> "np.ndarray":
    """Points (n, k, 2) from all x and then all y."""
    import numpy as np

    flat = np.asarray(flat)
    return np.stack([flat[:, :POINTS], flat[:, POINTS:]], axis=2)


def _told(
    told: Album, found: Any, seen: "list[Seen]"
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    import numpy as np

    from fondo.recipes.curves import mean
    from fondo.recipes.seeded import of_pictures, values
    from fondo.recipes.transfer import head_count

    said = [_pairs(each.answers.numbers) for each in seen]
    fool = np.broadcast_to(told.y.mean(axis=0), told.y_test.shape)
    eyes = between_eyes(told.y_test)
    metric = "normalised_mean_error"
    first = of_pictures("normalised mean error (% of the face), first seed", seen[0], metric,
                        naive="mean shape")  # fmt: skip
    off = [distances(told.y_test, each) for each in (*said, fool)]
    figures = (
        first,
        mean("normalised mean error (% of the face)", values(seen, metric), naive=first.naive),
        mean("mean distance of a point (pixels)", [float(d.mean()) for d in off[:-1]],
             naive=float(off[-1].mean())),
        mean("the same over the distance of the eyes (%)",
             [100 * float((d / eyes).mean()) for d in off[:-1]],
             naive=100 * float((off[-1] / eyes).mean())),
        mean("pictures with an error above a tenth of the face (%)", values(seen, "failure_rate")),
        Figure("persons who are in both parts", len(set(told.persons) & set(told.persons_test)),
               naive=0),
        Figure("parameters of the head on maps of 7 x 7 x 512",
               head_count("spatial", MAPS, 2 * POINTS), published=PARAMETERS),
    )  # fmt: skip
    notes = (
        found.note,
        f"{len(told.y):,} pictures of {len(set(told.persons)):,} persons to learn from, "
        f"{len(told.y_test):,} of {len(set(told.persons_test)):,} others to judge on; "
        "a folder's own two parts, which may share persons, are put together first.",
        "The outputs are offsets from the mean shape, linear; the source has a sigmoid, which "
        "keeps points inside the frame, though some lie outside it.",
        f"Means over {len(seen)} seeds with the 95 % interval of the mean; several pictures show "
        "one person, so the interval of the first seed over pictures is rather too narrow.",
    )
    return figures, notes


def _overlay(told: Album, seen: "Seen") -> "Chart":
    """Four test pictures with the points that are answered."""
    import numpy as np

    from fondo.recipes.pictures import shown

    rows = np.linspace(0, len(told.y_test) - 1, 4).round().astype(int)
    said, drawn = _pairs(seen.answers.numbers), []
    for row in rows.tolist():
        picture = told.X_test.original(row).mean(axis=2)
        step = -(-max(picture.shape) // 48)
        small = 0.5 * (255 - picture[::step, ::step])
        x, y = (np.clip(said[row] / step, 0, np.array(small.shape[::-1]) - 1)).astype(int).T
        small[y, x] = 255
        drawn.append(small)
    names = [f"test picture {row}" for row in rows.tolist()]
    return shown("Points that are answered", np.stack(drawn), names, "Of the first seed.")


recipe = Recipe(
    id="C05-7",
    title="Facial key points on frozen features of VGG16",
    published="no figure: a curve, and one picture judged very accurate by eye",
    faults=(
        "No error is told, in pixels or over the distance of the eyes.",
        "Pictures with blue first go through a preparation that swaps the channels again.",
        "The largest feature is taken over validation rows too.",
        "Frames of one film show the same person, and the last tenth of the rows is the validation "
        "part: persons can be on both sides.",
    ),
    ours="SqueezeNet, the only one at hand: normalised mean error 9.9 % (9.6 to 10.2), 3.7 pixels; "
    "the mean shape 17.6 %; 91 persons apart, 3 seeds",
    naive="the mean shape of the training faces",
    lesson=(
        "Divide coordinates by the size of the picture and a resize changes nothing. Keep each "
        "person on one side, and set the mean shape beside the network: faces are much alike."
    ),
    data="a folder with train.csv, test.csv (image, x1, y1 to x68, y68) and folders train, test",
    sample="160 drawn faces of 40 persons; SqueezeNet, its filters drawn where no weights are at "
    "hand",
    run=run,
)
