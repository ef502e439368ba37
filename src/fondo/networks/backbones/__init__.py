"""Networks that have learnt from a million photographs before, and heads for their maps."""

from fondo.networks.backbones.build import backbone
from fondo.networks.backbones.catalogue import BACKBONES, BackboneFacts
from fondo.networks.backbones.heads import head
from fondo.networks.backbones.places import weights_file
from fondo.networks.backbones.weights import load_weights

__all__ = ["BACKBONES", "BackboneFacts", "backbone", "head", "load_weights", "weights_file"]
