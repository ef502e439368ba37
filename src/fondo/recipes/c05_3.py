"""C05-3: what single filters of a backbone answer to, early and late in the network."""

from typing import TYPE_CHECKING, Any, NamedTuple

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np

    from fondo.report.svg import Chart

PICTURE, CHANNEL, MANY = 3, 7, 36  # of the source: which picture, which filter, how many pictures
SHOWN, LARGEST = 8, 32  # maps of one chart, and pixels a side of each
TRACED = 0.5  # correlation with the contours from which a map is said to trace them


class Maps(NamedTuple):
    """Outputs of one layer for some pictures (n, height, width, channels)."""

    name: str
    values: Any


def run(kitchen: Kitchen) -> Dish:
    """Maps of the first and of the last convolution of a backbone."""
    import numpy as np

    from fondo.data.images.decode import Form
    from fondo.networks.backbones import BACKBONES
    from fondo.recipes.photos import photos
    from fondo.recipes.transfer import LEAST, SIZE, weights

    told, found = photos(kitchen), weights(kitchen, "vgg16")
    size = told.size(SIZE, LEAST)
    pictures = told.X.take(np.arange(min(MANY, len(told.y)))).load(Form(size, size, 3))
    one = min(PICTURE, len(pictures) - 1)
    first, last = looked_at(_network(found, size), pictures, BACKBONES[found.name].explained)
    edges = contours(pictures[one])
    figures = (
        Figure("closest that a map of the first convolution comes to the contours (correlation)",
               float(np.abs(traced(first.values[one], edges)).max()), naive=0.0),
        *_told(first, one, edges, "first"),
        *_told(last, one, edges, "last"),
    )  # fmt: skip
    notes = (
        found.note,
        f"The first convolution is {first.name}, the last maps before the head are {last.name}: "
        "never a pooling, which is what the source takes for the last convolution.",
        f"Picture {one} of {len(pictures)}, {size} x {size} pixels, prepared as the weights expect;"
        " maps stand upright, their origin at the top left.",
    )
    return Dish(figures, notes, _charts(pictures, one, first, last))


def _network(found: Any, size: int) -> Any:
    from fondo.networks.backbones import backbone

    return backbone(found.name, (size, size, 3), found.path)


def looked_at(network: Any, pictures: "np.ndarray", late: str) -> tuple[Maps, Maps]:
    """Maps of the first convolution and of the layer `late`, the last before the head."""
    from fondo.explain.images.inside import activations, first_filters

    early = first_filters(network)
    assert early is not None  # noqa: S101  every backbone begins with a convolution
    first, last = (activations(network, pictures, name) for name in (early.index, late))
    return Maps(early.name, first), Maps(late, last)


def contours(picture: "np.ndarray") -> "np.ndarray":
    """How steeply the brightness of a picture (height, width, 3) changes, place by place.

    Examples
    --------
    >>> import numpy as np
    >>> half = np.repeat(np.array([[[0.0], [0.0], [90.0], [90.0]]]), 4, axis=0)
    >>> contours(half)[0].tolist()
    [0.0, 45.0, 45.0, 0.0]
    """
    import numpy as np

    down, right = np.gradient(np.asarray(picture, float).mean(axis=2))
    return np.asarray(np.hypot(down, right))


def traced(maps: "np.ndarray", edges: "np.ndarray") -> "np.ndarray":
    """Correlation of each map (height, width, channels) with the contours; 0 of a silent one."""
    import numpy as np

    height, width, channels = maps.shape
    rows, columns = (
        (np.arange(n) + 0.5) * side // n for n, side in zip((height, width), edges.shape,
                                                            strict=True)
    )  # fmt: skip
    small = edges[rows.astype(int)][:, columns.astype(int)].ravel()
    flat = maps.reshape(-1, channels).astype(float)
    flat, small = flat - flat.mean(axis=0), small - small.mean()
    size = np.sqrt((flat**2).sum(axis=0) * (small**2).sum())
    return np.asarray(np.divide(small @ flat, size, out=np.zeros(channels), where=size > 0))


def _told(maps: Maps, one: int, edges: "np.ndarray", place: str) -> list[Figure]:
    import numpy as np

    _, height, _, channels = maps.values.shape
    close = np.abs(traced(maps.values[one], edges))
    silent = (maps.values[one] <= 0).all(axis=(0, 1))
    return [
        Figure(f"channels, {place} convolution", channels),
        Figure(f"height of its maps (pixels), {place} convolution", height),
        Figure(f"maps that trace the contours (%), {place} convolution",
               100 * float((close > TRACED).mean()), naive=0.0),
        Figure(f"maps that are silent on this picture (%), {place} convolution",
               100 * float(silent.mean())),
    ]  # fmt: skip


def _charts(pictures: "np.ndarray", one: int, first: Maps, last: Maps) -> "tuple[Chart, ...]":
    import numpy as np

    channel = min(CHANNEL, first.values.shape[-1] - 1)
    grey = 255 - pictures[one].mean(axis=2, keepdims=True)
    busy = [np.argsort(-m.values[one].sum(axis=(0, 1)), kind="stable")[: SHOWN - 1]
            for m in (first, last)]  # fmt: skip
    return (
        _grid("One picture, the first convolution", grey, first.values[one][..., busy[0]],
              ["picture", *(f"filter {k}" for k in busy[0])], "Its busiest filters."),
        _grid("One filter, several pictures", None,
              np.moveaxis(first.values[:SHOWN, :, :, channel], 0, -1),
              [f"picture {k}" for k in range(min(SHOWN, len(pictures)))],
              f"Filter {channel} of the first convolution."),
        _grid("The same picture, the last convolution", grey, last.values[one][..., busy[1]],
              ["picture", *(f"filter {k}" for k in busy[1])], "Too coarse to be read."),
    )  # fmt: skip


def _grid(
    title: str, picture: "np.ndarray | None", maps: "np.ndarray", names: list[str], caption: str
) -> "Chart":
    """Maps (height, width, n) side by side, thinned out where they are large; dark is much."""
    import numpy as np

    from fondo.recipes.pictures import shown

    most = np.maximum(maps, 0).max(axis=(0, 1))
    maps = 255 * np.maximum(maps, 0) / np.where(most > 0, most, 1)
    step = -(-max(maps.shape[:2]) // LARGEST)
    small = maps[::step, ::step]
    if picture is not None:
        rows, columns = (np.arange(n) * side // n for n, side in
                         zip(small.shape[:2], picture.shape[:2], strict=True))  # fmt: skip
        small = np.concatenate([picture[rows][:, columns], small], axis=2)
    return shown(title, np.moveaxis(small, 2, 0), names, f"{caption} Dark is much.")


recipe = Recipe(
    id="C05-3",
    title="What the filters of a backbone answer to",
    published="no figure: filters 0, 4, 7 and 10 of the first convolution trace contours, 30 parts",
    faults=(
        'The "last convolution" is the last layer, which is a pooling.',
        "The printed list of layers is of another model; its number 9 means nothing in VGG16.",
        "Axes end at 224 though the maps are 300 wide, one view is flipped sideways, another "
        "upside down; pictures are labelled as filters.",
        "One line divides the result where it should scale the features first.",
    ),
    ours="SqueezeNet in its place: one map of 64 traces the contours (correlation 0.50), none of "
    "the last 512, of which 69 % are silent",
    naive="0: a map that has nothing to do with the contours",
    lesson=(
        "Early filters answer to edges and colours of any picture, late ones to something that no "
        "single map shows. Count what you claim to see: how many maps trace contours, how many "
        "are silent."
    ),
    data="a folder with folders of pictures, or a table with columns of pictures and label",
    sample="drawn pictures: discs and squares; SqueezeNet, its filters drawn where no weights are "
    "at hand",
    run=run,
)
