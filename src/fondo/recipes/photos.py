"""Pictures of chapters 4 and 5 in two parts: those given, or drawn ones.

What is drawn is in `easel`; how networks learn from them, in `seeded`.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fondo.data.images.pictures import Pictures
from fondo.errors import BadData
from fondo.recipes.kitchen import Kitchen

Array = np.ndarray[Any, Any]

TEST, SPLIT_SEED = 0.1, 42  # as the source cuts its photographs
SAMPLE_TEST = 0.25  # of the drawn ones, which are few
FEWEST = 40  # pictures of both classes together
LABEL = "label"


@dataclass(frozen=True)
class Photos:
    """Pictures with their labels.

    Parameters
    ----------
    X, X_test : Pictures
        To learn from, and to judge on.
    y, y_test : array (n,)
        Their labels.
    notes : tuple of str, default=()
        What was left out.
    """

    X: Pictures
    y: Array
    X_test: Pictures
    y_test: Array
    notes: tuple[str, ...] = ()

    @property
    def naive(self) -> float:
        """Accuracy of the most frequent training label on the test pictures. Percent."""
        labels, counts = np.unique(self.y, return_counts=True)
        return 100 * float(np.mean(self.y_test == labels[counts.argmax()]))

    @property
    def side(self) -> int:
        """Height of a middling picture. Pixels."""
        return int(np.median(self.X.survey().heights))

    def size(self, wanted: int, least: int = 12) -> int:
        """The source's size, or that of the pictures where they are smaller. Pixels."""
        return max(least, min(wanted, self.side))

    def some(self, n_rows: int) -> "Photos":
        """The first so many training pictures of a fixed shuffle; all where there are no more."""
        kept = np.random.default_rng(SPLIT_SEED).permutation(len(self.y))[:n_rows]
        return replace(self, X=self.X.take(kept), y=self.y[kept])


def photos(kitchen: Kitchen, most: int | None = None, test: float = TEST) -> Photos:
    """Pictures of two or more classes, split with classes in proportion.

    Parameters
    ----------
    kitchen : Kitchen
        Its data are a folder with a folder of pictures for each class, or anything with columns
        of pictures and labels.
    most : int or None, default=None
        Pictures that are drawn of all that there are.
    test : float in (0, 1), default=0.1
        Share that is judged on.

    Raises
    ------
    BadData
        There are no labels, or too few pictures.
    """
    from fondo.data.splits import split_rows

    pictures, y, notes = _all(kitchen)
    if most is not None and most < len(y):
        _, part = split_rows(len(y), most / len(y), SPLIT_SEED, stratify=y)
        notes = (*notes, f"{len(part):,} of {len(y):,} pictures are drawn, about as many as the "
                 "source has.")  # fmt: skip
        pictures, y = pictures.take(part), y[part]
    share = test if kitchen.data is not None else SAMPLE_TEST
    rest, held = split_rows(len(y), share, SPLIT_SEED, stratify=y)
    return Photos(pictures.take(rest), y[rest], pictures.take(held), y[held], notes)


def _all(kitchen: Kitchen) -> tuple[Pictures, Array, tuple[str, ...]]:
    from fondo.recipes.easel import shapes

    if kitchen.data is None:
        drawn = shapes()
        return Pictures.of_array(drawn.pictures, "sample"), drawn.targets, ()
    frame, notes = labelled(kitchen)
    pictures, y = Pictures.of_places(frame["picture"].to_list()), frame[LABEL].to_numpy()
    faults = pictures.survey().faults
    if faults:
        good = np.array([row for row in range(len(y)) if row not in faults], int)
        notes = (*notes, f"{len(faults):,} of {len(y):,} pictures cannot be read and are left out.")
        pictures, y = pictures.take(good), y[good]
    if len(y) < FEWEST or len(set(y.tolist())) < 2:
        raise BadData(
            f"{kitchen.data}: there must be at least {FEWEST} pictures of at least two classes. "
            f"There are {len(y)} of {len(set(y.tolist()))}."
        )
    return pictures, y, notes


def labelled(kitchen: Kitchen) -> tuple[Any, tuple[str, ...]]:
    """Table with the columns "picture" and "label", and what was left aside."""
    from fondo.data.images.columns import picture_column
    from fondo.data.images.source import read_pictures
    from fondo.data.samples import read_source

    assert kitchen.data is not None  # noqa: S101  asked for real data only
    found = read_pictures(kitchen.data)
    frame, notes = (read_source(str(kitchen.data)), []) if found is None else found
    name = picture_column(frame)
    if name is None or LABEL not in frame.columns:
        raise BadData(
            f"{kitchen.data}: the recipe needs pictures and a label of each. Give a folder with "
            f"a folder of pictures for each class, or a table with a column {LABEL!r}."
        )
    return frame.rename({name: "picture"} if name != "picture" else {}), tuple(notes)
