"""Groups of settings of the tasks on pictures: how a picture enters, what network looks at it.

What is changed at random in training is in `augment`.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sklearn.base import BaseEstimator

from fondo.contracts import Choice, Contract, Either, Flag, Listed, Nothing, Real, Whole, Word
from fondo.contracts import fraction as share
from fondo.tasks.architecture import ACTIVATIONS

BACKBONES = (
    "squeezenet", "efficientnet_lite0", "mobilenet_v2", "efficientnet_b0", "resnet50",
    "inception_v3", "vgg16", "vgg19",
)  # fmt: skip


class Pixels(BaseEstimator):  # type: ignore[misc]
    """How a picture becomes the pixels that enter the network.

    Parameters
    ----------
    size : int, (height, width) or None, default=None
        Height and width in pixels; one number is both. None takes the training pictures' own size
        where they are small, else one of about 64 x 64 pixels (128 x 128 for a backbone) in the
        shape of a middling picture.
    color : {"auto", "grey", "rgb"}, default="auto"
        Channels; "auto" is grey where every training picture is.
    fit : {"stretch", "crop", "pad"}, default="stretch"
        What becomes of a picture of another shape: stretched, its middle cut out, or filled up
        with black.
    crop : (top, right, bottom, left) or None, default=None
        Pixels of the original picture that are cut off first, such as the sky.
    equalize : bool or "local", default=False
        Spread the brightness (V of HSV) of each picture evenly, colours kept. "local" holds each
        place against the brightness around it, which shade and glare change least. It is done
        before pictures are changed at random. Not with a backbone.
    beside : sequence of str, default=()
        Columns of numbers of the table that enter the network beside the picture, such as the
        speed at which it was taken. They are standardised, and join behind the convolutions.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "size": Either(
            Nothing(),
            Whole(1, 4096, unit="pixels"),
            Listed(Whole(1, 4096, unit="pixels"), least=2, most=2),
        ),
        "color": Choice("auto", "grey", "rgb"),
        "fit": Choice("stretch", "crop", "pad"),
        "crop": Either(Nothing(), Listed(Whole(0, unit="pixels"), least=4, most=4)),
        "equalize": Either(Flag(), Choice("local")),
        "beside": Listed(Word("the name of a column")),
    }

    def __init__(
        self,
        *,
        size: int | Sequence[int] | None = None,
        color: str = "auto",
        fit: str = "stretch",
        crop: Sequence[int] | None = None,
        equalize: bool | str = False,
        beside: Sequence[str] = (),
    ) -> None:
        self.size = size
        self.color = color
        self.fit = fit
        self.crop = crop
        self.equalize = equalize
        self.beside = beside


class ConvNet(BaseEstimator):  # type: ignore[misc]
    """Convolutional network that learns from the pictures alone.

    Parameters
    ----------
    kind : {"residual", "plain"}, default="residual"
        Blocks whose input is added to their output, or convolutions one after another with
        maximum pooling after each stage.
    filters : sequence of int or None, default=None
        Channels of the 3 x 3 filters of each stage; each stage halves height and width. None
        takes (32, 64, 128), as many of them as the pictures are large enough for.
    depth : int, default=1
        Residual blocks, or convolutions, of each stage.
    pool : int or sequence of int, default=2
        Height and width of the windows of maximum pooling behind each stage of a plain network,
        or behind one after the other; 1 is none.
    padding : {"same", "valid", "first valid", "last valid"}, default="same"
        Which convolutions of a plain network go without zeros around the picture: none, all, the
        first of the network, or the last of each stage.
    hidden : sequence of int, default=()
        Units of dense layers behind the convolutions.
    flatten : bool, default=False
        Whether the last maps enter the dense layers pixel by pixel, not by their averages.
    batch_norm : bool, default=True
        Normalise each convolution over the batch.
    activation : str, default="relu"
        Function of each unit.
    dropout : float in [0, 1), default=0.2
        Share that is silenced in front of the last layer while training.
    stage_dropout : float in [0, 1), default=0
        The same behind each stage.
    l2 : float, default=0
        Penalty on the squares of the kernels.

    References
    ----------
    He, Zhang, Ren, Sun (2016), Deep Residual Learning for Image Recognition, section 3.3.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "kind": Choice("residual", "plain"),
        "filters": Either(Nothing(), Listed(Whole(1, unit="channels"), least=1)),
        "depth": Whole(1, 32, unit="convolutions"),
        "pool": Either(Whole(1, 16, unit="pixels"), Listed(Whole(1, 16, unit="pixels"), least=1)),
        "padding": Choice("same", "valid", "first valid", "last valid"),
        "hidden": Listed(Whole(1, unit="units")),
        "flatten": Flag(),
        "batch_norm": Flag(),
        "activation": Choice(*ACTIVATIONS),
        "dropout": share(),
        "stage_dropout": share(),
        "l2": Real(0),
    }

    def __init__(
        self,
        *,
        kind: str = "residual",
        filters: Sequence[int] | None = None,
        depth: int = 1,
        pool: int | Sequence[int] = 2,
        padding: str = "same",
        hidden: Sequence[int] = (),
        flatten: bool = False,
        batch_norm: bool = True,
        activation: str = "relu",
        dropout: float = 0.2,
        stage_dropout: float = 0.0,
        l2: float = 0.0,
    ) -> None:
        self.kind = kind
        self.filters = filters
        self.depth = depth
        self.pool = pool
        self.padding = padding
        self.hidden = hidden
        self.flatten = flatten
        self.batch_norm = batch_norm
        self.activation = activation
        self.dropout = dropout
        self.stage_dropout = stage_dropout
        self.l2 = l2


class Backbone(BaseEstimator):  # type: ignore[misc]
    """Network that has learnt from a million photographs, in front of a head that learns here.

    Its features are computed once and the head learns from them; with `fine_tune` epochs it then
    goes on learning itself, slowly.

    Parameters
    ----------
    name : str or None, default=None
        One of "squeezenet", "efficientnet_lite0", "mobilenet_v2", "efficientnet_b0", "resnet50",
        "inception_v3", "vgg16", "vgg19"; None takes none of them, and the network learns from
        the pictures alone.
    weights : str, default="imagenet"
        A file of weights, or "imagenet": those of the installed package or of the cache, else
        downloaded once.
    layer : str or None, default=None
        Whose maps are the features, such as "block6b_add"; None is the last. Earlier layers know
        shapes and textures rather than things, which suits pictures that are all of one thing.
    head : {"average", "spatial", "spatial_twice", "flat"}, default="average"
        What learns from the features: a dense layer on their averages over the picture; one or
        two convolutions on their maps; or dense layers on all of them.
    hidden : int, default=0
        Units of a dense layer within the head; 0 has none for "average", 512 elsewhere.
    dropout : float in [0, 1), default=0.5
        Share of features that is silenced while training.
    fine_tune : int, default=0
        Most epochs in which the backbone learns too, after the head has.
    fine_tune_rate : float, default=1e-4
        Learning rate of that.
    """

    shorthand: ClassVar[str] = "name"  # what is meant where only the group is named
    contracts: ClassVar[Mapping[str, Contract]] = {
        "name": Either(Nothing(), Choice(*BACKBONES)),
        "weights": Word('"imagenet" or the path of a file of weights'),
        "layer": Either(Nothing(), Word("the name of a layer of the backbone")),
        "head": Choice("average", "spatial", "spatial_twice", "flat"),
        "hidden": Whole(0, unit="units"),
        "dropout": share(),
        "fine_tune": Whole(0, unit="epochs"),
        "fine_tune_rate": Real(0, open_low=True),
    }

    def __init__(
        self,
        *,
        name: str | None = None,
        weights: str = "imagenet",
        layer: str | None = None,
        head: str = "average",
        hidden: int = 0,
        dropout: float = 0.5,
        fine_tune: int = 0,
        fine_tune_rate: float = 1e-4,
    ) -> None:
        self.name = name
        self.weights = weights
        self.layer = layer
        self.head = head
        self.hidden = hidden
        self.dropout = dropout
        self.fine_tune = fine_tune
        self.fine_tune_rate = fine_tune_rate
