"""Tasks on pictures: classes, numbers and points, with their groups of settings."""

from fondo.tasks.images.augment import Augment
from fondo.tasks.images.classify import ImageClassifier
from fondo.tasks.images.keypoints import ImageKeypoints
from fondo.tasks.images.regress import ImageRegressor
from fondo.tasks.images.settings import Backbone, ConvNet, Pixels

__all__ = [
    "Augment",
    "Backbone",
    "ConvNet",
    "ImageClassifier",
    "ImageKeypoints",
    "ImageRegressor",
    "Pixels",
]
