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
    ours="pending",
    naive="50 %: always one label",
    lesson=(
        "With few photographs borrow the filters of a network that has seen a million: compute "
        "features once, train a small head, and prepare pictures as its weights expect."
    ),
    data="a folder with two folders of pictures, or a table with columns of pictures and label",
    sample="240 drawn pictures: discs and squares; SqueezeNet, its filters drawn where no weights "
    "are at hand",
    run=run,
)
