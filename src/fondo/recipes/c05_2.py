"""C05-2: photographs of two kinds on the frozen features of VGG16."""

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

MAPS, PARAMETERS = (9, 9, 512), 4_720_129  # of the source's 300 pixels; of its head


def run(kitchen: Kitchen) -> Dish:
    """A head on the backbone, against a network from nothing."""
    from fondo.recipes.transfer import cook_backbone, head_count

    count = Figure("parameters of the head on maps of 9 x 9 x 512",
                   head_count("spatial", MAPS, 1), published=PARAMETERS)  # fmt: skip
    return cook_backbone(kitchen, "vgg16", 89.0, (count,))


recipe = Recipe(
    id="C05-2",
    title="Photographs of two kinds on frozen features of VGG16",
    published="about 89 % within the first epochs (companion 89.1 % after 10)",
    faults=(
        "The best epoch is picked on the test pictures, and none is left to judge on.",
        "175 test pictures leave about five points either way.",
        "It is called fine-tuning, though the backbone never changes.",
        "The labels of this step are raw words; the example of preparing a picture reshapes it to "
        "224 pixels though all have 300.",
    ),
    ours="SqueezeNet in its place: 77.0 % (74.9 to 79.2) over 3 seeds; from nothing 85.5 % "
    "(79.7 to 91.3), on 177 faces of UTKFace",
    naive="50 %: always one label",
    lesson=(
        "Filters that have seen a million photographs can be borrowed: prepare pictures as the "
        "weights expect, compute features once, train a small head. Whether it pays is to be "
        "measured: on small, aligned faces a small backbone loses to a network from nothing."
    ),
    data="a folder with two folders of pictures, or a table with columns of pictures and label",
    sample="240 drawn pictures: discs and squares; SqueezeNet, its filters drawn where no weights "
    "are at hand",
    run=run,
)
