"""Heads on frozen backbones: which weights are on this machine, and one protocol for them all.

The backbones themselves are in `networks.backbones`; nothing is downloaded here.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen
from fondo.recipes.photos import Photos
from fondo.recipes.seeded import Seen

EPOCHS, BATCH = 8, 16
STAND_IN = "squeezenet"
BESIDE = "squeezenet_imagenet_notop.h5"  # as data folders call its file of weights
SIZE, LEAST = 100, 48  # pixels a side; the source has 300


@dataclass(frozen=True)
class Weights:
    """Which backbone a recipe is cooked with.

    Parameters
    ----------
    asked, name : str
        The one that the source has, and the one that is taken.
    path : Path or None
        Its file of weights; None where there is none at hand, and its filters are drawn.
    """

    asked: str
    name: str
    path: Path | None

    @property
    def is_asked(self) -> bool:
        """Whether it is the source's backbone, with its weights."""
        return self.name == self.asked and self.path is not None

    @property
    def words(self) -> str:
        """What it is called in figures."""
        return self.name if self.path is not None else f"{self.name} with drawn filters"

    @property
    def note(self) -> str:
        """Sentence on where it comes from."""
        if self.is_asked:
            return f"The weights of {self.name} are those of {self.path}."
        if self.path is not None:
            return (
                f"The weights of {self.asked} are not on this machine, so {self.name} stands in "
                "for it, under the same protocol."
            )
        return (
            f"Neither the weights of {self.asked} nor those of {self.name} are on this machine: "
            "its filters are drawn at random and have seen no photograph. This shows the protocol, "
            "not the gain."
        )


def weights(kitchen: Kitchen, asked: str) -> Weights:
    """The backbone that is asked for where its weights are here, else SqueezeNet."""
    for name in dict.fromkeys((asked, STAND_IN)):
        path = at_hand(kitchen, name)
        if path is not None:
            return Weights(asked, name, path)
    return Weights(asked, STAND_IN, None)


def at_hand(kitchen: Kitchen, name: str) -> Path | None:
    """File of weights in an installed package, in the cache, or in a folder `weights` by the data.

    Folders beside the data and above them are looked at, and that of FONDO_DATA.
    """
    from fondo.networks.backbones.catalogue import BACKBONES
    from fondo.networks.backbones.places import packaged
    from fondo.store.fetched import cache_folder

    facts = BACKBONES[name]
    inside = packaged(facts.package) if facts.package else None
    if inside is not None:
        return inside
    names = [Path(facts.url).name] if facts.url else []
    places = [cache_folder() / each for each in names]
    names += [BESIDE] if name == STAND_IN else []
    roots = [Path(os.environ["FONDO_DATA"])] if os.environ.get("FONDO_DATA") else []
    if kitchen.data is not None:
        roots += [kitchen.data, *kitchen.data.resolve().parents]
    places += [root / "weights" / each for root in roots for each in names]
    return next((path for path in places if path.is_file()), None)


def with_backbone(task: Any, found: Weights) -> Any:
    """The task, not fitted, in front of that backbone, which stays as it is."""
    from fondo.tasks.images import Backbone

    head = task.backbone.head if task.backbone is not None else "spatial"
    path = "imagenet" if found.path is None else str(found.path)
    task.backbone = Backbone(name=found.name, weights=path, head=head)
    if found.path is None:
        task._kept_trunk = _drawn(task.backbone)  # there is no file that it could read
    return task


def _drawn(backbone: Any) -> Any:
    """Trunk whose filters are drawn."""
    from fondo.data.images.decode import Form
    from fondo.tasks.images.trunk import Trunk

    return Trunk(backbone, Trunk(backbone, bare=True).arrays(Form(LEAST, LEAST, 3)))


def classifier(found: Weights, size: int, seed: int, head: str = "spatial") -> Any:
    """Classifier with a head on that backbone, trained as the source does."""
    from fondo.recipes.seeded import settings
    from fondo.tasks.images import Backbone, ImageClassifier, Pixels

    task = ImageClassifier(
        pictures=Pixels(size=size),
        backbone=Backbone(name=found.name, head=head),
        **settings(batch_size=BATCH, epochs=EPOCHS, seed=seed, still=False),
    )
    return with_backbone(task, found)


def trained(kitchen: Kitchen, told: Photos, found: Weights, head: str = "spatial") -> list[Seen]:
    """What the heads of all seeds answer."""
    from fondo.recipes.seeded import judged, over_seeds

    size = told.size(SIZE, LEAST)
    name = f"{found.words}, head {head}"
    look = judged(told.X_test, told.y_test)
    return over_seeds(
        kitchen, name, lambda seed: classifier(found, size, seed, head), (told.X, told.y), look
    )


def from_nothing(kitchen: Kitchen, told: Photos) -> list[Seen]:
    """What the small network of C05-1 answers on the same pictures, for comparison."""
    from fondo.recipes import c05_1
    from fondo.recipes.seeded import batch_of, judged, over_seeds

    size = sorted(c05_1.sizes(told).values())[0]
    length = batch_of(len(told.y), 32), c05_1.EPOCHS
    return over_seeds(
        kitchen, "from nothing", lambda seed: c05_1.task(size, 2, c05_1.PART, length, seed),
        (told.X, told.y), judged(told.X_test, told.y_test),
    )  # fmt: skip


def cook_backbone(
    kitchen: Kitchen, asked: str, published: float, counts: tuple[Figure, ...] = ()
) -> Dish:
    """A head on one backbone against a network from nothing, on the same pictures and seeds."""
    from fondo.recipes.c04_5 import MOST
    from fondo.recipes.curves import gap, said
    from fondo.recipes.figures import mean_of
    from fondo.recipes.photos import photos
    from fondo.recipes.seeded import listed, of_pictures, standing, values

    told, found = photos(kitchen, MOST), weights(kitchen, asked)
    seen, nothing = trained(kitchen, told, found), from_nothing(kitchen, told)
    claim = kitchen.published(published) if found.is_asked else None
    ways = {found.words: values(seen), "from nothing": values(nothing)}
    gain = gap(f"test accuracy, {found.words} minus from nothing (points)", *ways.values())
    figures = (
        of_pictures(f"test accuracy (%), {found.words}, first seed, over these pictures", seen[0],
                    published=claim),
        *(mean_of(f"test accuracy (%), {name}", each, naive=told.naive,
                  published=claim if name == found.words else None)
          for name, each in ways.items()),
        gain,
        *counts,
    )  # fmt: skip
    notes = (
        found.note,
        said(gain, "better", "worse"),
        *(listed(name, each) for name, each in ways.items()),
        f"{len(told.y):,} pictures to learn from, {len(told.y_test):,} to judge on; features are "
        "computed once and divided by the largest of the training pictures.",
        *told.notes,
    )
    caption = f"The same {len(told.y_test):,} test pictures and the same seeds."
    charts = (standing("A head on a backbone", ways, caption), mistakes(told, seen[0]))
    return Dish(figures, notes, charts)


def mistakes(told: Photos, seen: Seen) -> Any:
    """The surest mistakes of one network, as pictures."""
    import numpy as np

    from fondo.explain.images.gallery import wrong_rows
    from fondo.recipes.pictures import shown
    from fondo.report.svg import placeholder

    sure = np.asarray(seen.answers.probabilities).max(axis=1)
    rows = wrong_rows(told.y_test, seen.answers.labels, sure)[:6].tolist()
    if not rows:
        return placeholder("The surest mistakes", "No test picture is answered wrongly.")
    dark = [255 - told.X_test.original(row, 40).mean(axis=2) for row in rows]
    side = min(min(picture.shape) for picture in dark)
    names = [f"{told.y_test[row]} as {seen.answers.labels[row]}" for row in rows]
    caption = "Truth and answer; look first whether the label or the picture is at fault."
    pictures = np.stack([picture[:side, :side] for picture in dark])
    return shown("The surest mistakes", pictures, names, caption)


def head_count(kind: str, maps: tuple[int, int, int], n_outputs: int) -> int:
    """Parameters of a head of the cookbook on maps of that shape."""
    from fondo.networks.backbones.heads import head

    return int(head(kind, maps, n_outputs, seed=0).count_params())
