"""C04-2: convolution, stride, padding and pooling by hand, in the glass box and in the engine."""

from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

FILTER = ((1, 2), (3, 4))
SMALL = ((11, 22), (32, 65))
GRID = ((11, 22, 1, 2), (32, 65, 3, 4), (11, 12, 25, 63), (13, 14, 45, 32))
SUMS = ((44, 54, 64), (84, 94, 104), (124, 134, 144))  # published
POOLED = ((65, 4), (14, 63))
WORDS = {
    "sums": "sum",
    "stride 2": "sum at stride 2",
    "same": "sum with zeros that keep the size",
    "flipped": "sum with the filter turned by half a turn",
    "largest": "largest of 2 x 2",
    "total": "sum of 2 x 2",
    "average": "average of 2 x 2",
}


def sixteen() -> "pl.DataFrame":
    """The picture of the source: 1 to 16, row by row."""
    import numpy as np
    import polars as pl

    columns = [f"column {k}" for k in range(1, 5)]
    return pl.DataFrame(np.arange(1.0, 17).reshape(4, 4), schema=columns, orient="row")


def by_hand(picture: "np.ndarray", grid: "np.ndarray") -> "dict[str, np.ndarray]":
    """Every result of the recipe, place by place, from the glass box."""
    from fondo.scratch.convolution import convolve, correlate
    from fondo.scratch.pooling import pool

    return {
        "sums": correlate(picture, FILTER),
        "stride 2": correlate(picture, FILTER, stride=2),
        "same": correlate(picture, FILTER, padding="same"),
        "flipped": convolve(picture, FILTER),
        "largest": pool(grid),
        "total": pool(grid, kind="sum"),
        "average": pool(grid, kind="average"),
    }


def by_engine(picture: "np.ndarray", grid: "np.ndarray") -> "dict[str, np.ndarray]":
    """The same from the layers that networks are made of, in float32."""
    import numpy as np

    from fondo.layers.convolution import Conv2D
    from fondo.layers.pooling import MaxPooling2D

    def slid(values: "np.ndarray", kernel: Any, **settings: Any) -> "np.ndarray":
        layer = Conv2D(1, 2, use_bias=False, **settings)
        layer.build((1, *values.shape, 1))
        layer.set_weights([np.asarray(kernel, np.float32)[:, :, None, None]])
        return _plane(layer(np.asarray(values, np.float32)[None, :, :, None]))

    ones = np.ones((2, 2))
    return {
        "sums": slid(picture, FILTER),
        "stride 2": slid(picture, FILTER, strides=2),
        "same": slid(picture, FILTER, padding="same"),
        "flipped": slid(picture, np.asarray(FILTER)[::-1, ::-1]),
        "largest": _plane(MaxPooling2D(2)(np.asarray(grid, np.float32)[None, :, :, None])),
        "total": slid(grid, ones, strides=2),  # pooling by sums is a convolution too
        "average": slid(grid, ones / 4, strides=2),
    }


def _plane(outputs: Any) -> "np.ndarray":
    import numpy as np

    return np.asarray(outputs)[0, :, :, 0]


def run(kitchen: Kitchen) -> Dish:
    """The primitives on typed matrices, each checked against the engine."""
    import numpy as np

    from fondo.scratch.pooling import pool

    picture = kitchen.table(sixteen).to_numpy().astype(float)
    _check(kitchen, picture)
    grid = np.asarray(GRID, float)
    hand, engine = by_hand(picture, grid), by_engine(picture, grid)
    apart = max(float(np.abs(hand[name] - engine[name]).max()) for name in hand)
    told = np.asarray(SUMS) if kitchen.data is None else None
    figures = [
        Figure("largest difference between glass box and engine", apart),
        *_cells("sums", hand["sums"], told),
        Figure("largest of (11, 22; 32, 65)", float(pool(SMALL)[0, 0]), published=65),
        *_cells("largest", hand["largest"], np.asarray(POOLED)),
    ]
    for name in ("stride 2", "same", "flipped", "total", "average"):
        figures += _cells(name, hand[name], None)
    return Dish(tuple(figures), (_partial(picture), *_notes(hand["sums"])))


def _check(kitchen: Kitchen, picture: "np.ndarray") -> None:
    from fondo.errors import BadData

    if min(picture.shape) < 2:
        raise BadData(
            f"{kitchen.data}: the picture must have at least 2 rows and 2 columns of numbers. "
            f"It has {picture.shape[0]} and {picture.shape[1]}."
        )


def _cells(name: str, found: "np.ndarray", published: "np.ndarray | None") -> list[Figure]:
    """A figure for each place of a small result, the first 16 of a large one."""
    import numpy as np

    return [
        Figure(
            f"{WORDS[name]}, row {row + 1}, column {column + 1}", float(found[row, column]),
            published=None if published is None else float(published[row, column]),
        )
        for row, column in list(np.ndindex(found.shape))[:16]
    ]  # fmt: skip


def _partial(picture: "np.ndarray") -> str:
    """The first sum, product by product."""
    from fondo.scratch.convolution import partial_sums

    found = partial_sums(picture, FILTER)
    window, weights = found.windows[0, 0].ravel(), [w for row in FILTER for w in row]
    parts = " + ".join(f"{a:g} x {b:g}" for a, b in zip(window, weights, strict=True))
    return f"The first sum: {parts} = {found.sums[0, 0]:g}."


def _notes(sums: "np.ndarray") -> tuple[str, ...]:
    positive = "changes nothing, all sums being positive" if (sums > 0).all() else "cuts some sums"
    return (
        f"A ReLU behind the sums {positive}. The window is slid as it is: what mathematics calls "
        "convolution turns it by half a turn first.",
        "A filter has as many channels as its input: 3 x 3 x 3 on a picture of 224 x 224 x 3.",
    )


recipe = Recipe(
    id="C04-2",
    title="Convolution, stride, padding, activation and pooling by hand",
    published="nine sums from 44 to 144; the largest of each patch 65, 4, 14, 63",
    faults=(
        "The names of the paddings are swapped: no padding is called same, zeros that keep the "
        "size are called valid.",
        "It calls the operation a multiplication of matrices, while saying that it is none.",
    ),
    ours="the same nine sums and four largest values; glass box and engine agree to the bit",
    naive="none: these are exact",
    lesson=(
        "A convolution is one weighted sum taken everywhere; what is learnt in one place holds in "
        "all. Pooling then forgives small shifts, and only small ones. Check names against "
        "numbers: with same the size stays."
    ),
    data="a table of numbers, each row a row of the picture",
    sample="1 to 16 in a square of 4 x 4, as the source has it",
    run=run,
)
