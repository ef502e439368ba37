"""C05-4: the same photographs on the frozen features of VGG19, deeper than VGG16."""

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

MAPS, PARAMETERS = (9, 9, 512), 4_720_129
DEEPER = (590_080, 2_359_808, 2_359_808)  # one convolution more in each of blocks 3, 4 and 5
VGG16, VGG19 = 14_714_688, 20_024_384


def run(kitchen: Kitchen) -> Dish:
    """A head on the backbone, against a network from nothing."""
    from fondo.recipes.transfer import cook_backbone, head_count

    counts = (
        Figure("parameters of the head on maps of 9 x 9 x 512", head_count("spatial", MAPS, 1),
               published=4_728_129),
        Figure("parameters of VGG19 without its head", VGG16 + sum(DEEPER), published=VGG16),
    )  # fmt: skip
    return cook_backbone(kitchen, "vgg19", 89.0, counts)


recipe = Recipe(
    id="C05-4",
    title="Photographs of two kinds on frozen features of VGG19",
    published="about 89 %, much like VGG16 (companion 87.4 % after 10 epochs)",
    faults=(
        "The table of layers shown is that of VGG16, with its total of 14,714,688; VGG19 has "
        "20,024,384.",
        "The printed total of the head, 4,728,129, is wrong: it has 4,720,129.",
        "VGG19 has no more poolings than VGG16, both have five; 16 and 19 count three dense layers "
        "that are not there.",
        "The best epoch is picked on 175 test pictures.",
    ),
    ours="SqueezeNet in its place: 77.0 % (74.9 to 79.2) over 3 seeds; from nothing 85.5 % "
    "(79.7 to 91.3), on 177 faces of UTKFace",
    naive="50 %: always one label",
    lesson=(
        "A deeper backbone gains nothing in the source. Compare backbones on the same pictures, "
        "the same seeds and the same head, with a network from nothing beside them."
    ),
    data="a folder with two folders of pictures, or a table with columns of pictures and label",
    sample="240 drawn pictures: discs and squares; SqueezeNet, its filters drawn where no weights "
    "are at hand",
    run=run,
)
