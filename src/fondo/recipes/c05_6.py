"""C05-6: ResNet50, and all backbones at hand beside each other, with their uncertainty."""

from typing import TYPE_CHECKING

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    from fondo.recipes.photos import Photos
    from fondo.recipes.seeded import Seen

MAPS, PARAMETERS = (10, 10, 2048), 12_060_673
PUBLISHED = {"vgg16": 89.0, "vgg19": 89.0, "inception_v3": 90.0, "resnet50": 92.0}
OTHERS = ("squeezenet", "efficientnet_lite0", "mobilenet_v2", "efficientnet_b0")


def run(kitchen: Kitchen) -> Dish:
    """One head, one protocol, the same pictures and seeds for every backbone that is here."""
    from fondo.recipes.c04_5 import MOST
    from fondo.recipes.photos import photos
    from fondo.recipes.seeded import standing, values
    from fondo.recipes.transfer import Weights, at_hand, from_nothing, trained, weights

    told = photos(kitchen, MOST)
    here = [
        Weights(name, name, path)
        for name in (*PUBLISHED, *OTHERS)
        if (path := at_hand(kitchen, name)) is not None
    ] or [weights(kitchen, "resnet50")]
    here.sort(key=lambda each: each.name != "resnet50")  # the source's own first
    seen = {each.words: trained(kitchen, told, each) for each in here}
    first = here[0]
    seen[f"{first.words}, averages"] = trained(kitchen, told, first, "average")
    seen["from nothing"] = from_nothing(kitchen, told)
    missing = [name for name in PUBLISHED if at_hand(kitchen, name) is None]
    figures, notes = _told(kitchen, told, seen, missing)
    caption = f"The same {len(told.y_test):,} test pictures, seeds and epochs."
    chart = standing("Backbones", {name: values(each) for name, each in seen.items()}, caption)
    return Dish(figures, notes, (chart,))


def _told(
    kitchen: Kitchen, told: "Photos", seen: "dict[str, list[Seen]]", missing: list[str]
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    from fondo.recipes.curves import gap, said
    from fondo.recipes.figures import mean_of
    from fondo.recipes.seeded import listed, of_pictures, values
    from fondo.recipes.transfer import head_count

    found = {name: values(each) for name, each in seen.items()}
    first = next(iter(found))

    def told_of(name: str) -> float | None:
        return kitchen.published(PUBLISHED[name]) if name in PUBLISHED else None

    gaps = [
        gap(f"test accuracy, {first} minus {name} (points)", found[first], each)
        for name, each in found.items()
        if name != first
    ]
    figures = (
        *(mean_of(f"test accuracy (%), {name}", each, naive=told.naive, published=told_of(name))
          for name, each in found.items()),
        *(of_pictures(f"test accuracy (%), {name}, first seed, over these pictures", each[0])
          for name, each in seen.items()),
        *gaps,
        Figure("parameters of the source's head for ResNet50",
               head_count("spatial_twice", MAPS, 1), published=PARAMETERS),
    )  # fmt: skip
    absent = f"Not on this machine, so not in the table: {', '.join(missing)}." if missing else ""
    notes = (
        *(said(each, "better", "worse") for each in gaps),
        *([absent] if absent else []),
        *(listed(name, each) for name, each in found.items()),
        "One head (a convolution, pooling, 512 units; or averages and one unit), one batch size "
        "and the same epochs for all, where the source changes them with the backbone.",
        *told.notes,
    )
    return figures, notes


recipe = Recipe(
    id="C05-6",
    title="ResNet50, and backbones beside each other",
    published="92 %; VGG16 and VGG19 about 89 %, Inception v3 about 90 %",
    faults=(
        "Head and batch size differ from backbone to backbone, so the comparison is of both.",
        "With 170 test pictures the standard error is two points: 92 against 89 % says nothing, "
        "which the source itself concludes.",
        "The smallest input is given as 224 x 224; the library takes 32 x 32.",
        "The step is titled as downloading Inception; the best epoch is picked on test pictures.",
    ),
    ours="SqueezeNet, the only one at hand: 77.0 % (74.9 to 79.2) on maps, 81.0 % (80.2 to 81.8) "
    "on averages; from nothing 85.5 % (79.7 to 91.3); 177 faces of UTKFace, 3 seeds",
    naive="50 %: always one label",
    lesson=(
        "Compare backbones with one head, one protocol and several seeds, and put the uncertainty "
        "beside each: in the source there is no considerable difference between them, since all "
        "bring general filters. What they gain is told only by a network from nothing, which here, "
        "on small aligned faces, is the best of the table."
    ),
    data="a folder with two folders of pictures, or a table with columns of pictures and label",
    sample="240 drawn pictures: discs and squares; SqueezeNet, its filters drawn where no weights "
    "are at hand",
    run=run,
)
