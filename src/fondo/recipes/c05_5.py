"""C05-5: the same photographs on the frozen features of Inception v3."""

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

MAPS, PARAMETERS = (8, 8, 2048), 11_798_017


def run(kitchen: Kitchen) -> Dish:
    """A head on the backbone, against a network from nothing; and a loss with auxiliaries."""
    from fondo.networks.backbones.heads import with_auxiliaries
    from fondo.recipes.transfer import cook_backbone, head_count

    counts = (
        Figure("parameters of the head on maps of 8 x 8 x 2048", head_count("spatial", MAPS, 1),
               published=PARAMETERS),
        Figure("loss 1.0 with auxiliary losses of 0.5 and 0.25",
               float(with_auxiliaries(1.0, [0.5, 0.25]))),
    )  # fmt: skip
    return cook_backbone(kitchen, "inception_v3", 90.0, counts)


recipe = Recipe(
    id="C05-5",
    title="Photographs of two kinds on frozen features of Inception v3",
    published="about 90 % (companion 87.4 % after 10 epochs)",
    faults=(
        "A smallest input of 300 x 300 is claimed; the library takes 75 x 75.",
        "The call that compiles names another network, so this head would stay uncompiled.",
        "The best epoch is picked on 175 test pictures.",
    ),
    ours="SqueezeNet in its place: 77.0 % (74.9 to 79.2) over 3 seeds; from nothing 85.5 % "
    "(79.7 to 91.3), on 177 faces of UTKFace",
    naive="50 %: always one label",
    lesson=(
        "Each backbone wants its pictures prepared in its own way, here from -1 to 1. Auxiliary "
        "outputs count 0.3 each while the backbone itself is trained, and are left out after."
    ),
    data="a folder with two folders of pictures, or a table with columns of pictures and label",
    sample="240 drawn pictures: discs and squares; SqueezeNet, its filters drawn where no weights "
    "are at hand",
    run=run,
)
