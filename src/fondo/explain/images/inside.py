"""What the layers of a network make of pictures, and its filters as pictures of their own.

Drawing them is in `report.images`; where the network looked is in `maps`.
"""

from typing import Any

import numpy as np

from fondo.backend import jnp
from fondo.errors import BadParameter
from fondo.explain.images.graph import (
    Array,
    LayerFacts,
    check_pictures,
    find_layer,
    has_layers,
    in_blocks,
    is_convolution,
    kernel_of,
    layers,
    walk,
)


def activations(network: Any, pictures: Any, layer: str | int) -> Array:
    """Outputs of one layer for pictures.

    Parameters
    ----------
    network : keras.Model, built
        Chain or graph of layers; pictures -> (batch, outputs).
    pictures : uint8 or float array (n, height, width, channels)
        0 to 255, in the size that the network takes.
    layer : str or int
        Its name, or its number as `layers` counts.

    Returns
    -------
    outputs : float32 array (n, ...)
        Of a convolution (n, rows, columns, channels), the origin at the top left as in the
        pictures.

    Raises
    ------
    BadParameter
        There is no such layer.
    BadData
        The pictures are none.
    """
    array = check_pictures(pictures, "activations")
    facts = find_layer(network, layer, "activations")

    def outputs_of(weights: Any, block: Any) -> Any:
        kept: list[Any] = []

        def tap(index: int, output: Any) -> Any:
            if index == facts.index:
                kept.append(output)
            return output

        walk(network, weights, jnp.asarray(block, jnp.float32), tap)
        return jnp.asarray(kept[0], jnp.float32)

    return np.asarray(in_blocks(network, f"layer {facts.index}", outputs_of, array))


def filters(network: Any, layer: str | int) -> Array:
    """Kernels of a convolution, one picture a filter.

    Parameters
    ----------
    network : keras.Model, built
        Chain or graph of layers.
    layer : str or int
        Its name, or its number as `layers` counts.

    Returns
    -------
    kernels : float array (n_filters, rows, columns, channels)
        As they are learnt; channels are those of what enters the layer.

    Raises
    ------
    BadParameter
        There is no such layer, or it has no filters.
    """
    facts = find_layer(network, layer, "filters")
    kernel = kernel_of(network, facts)
    if kernel is None or kernel.ndim != 4:
        known = [f.name for f in layers(network) if is_convolution(network, f)]
        raise BadParameter(
            f"filters(layer={str(layer)!r}): the layer must be a convolution, this one is "
            f"{facts.kind}. Convolutions: {', '.join(known[:12]) or 'none'}."
        )
    if "Depthwise" in facts.kind:
        kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
    if "Transpose" in facts.kind:
        kernel = kernel.transpose(0, 1, 3, 2)
    return np.ascontiguousarray(np.moveaxis(kernel, 3, 0))


def last_maps(network: Any) -> LayerFacts:
    """The layer whose maps stand for the last convolution of a network.

    Parameters
    ----------
    network : keras.Model, built
        Chain or graph of layers.

    Returns
    -------
    layer : LayerFacts
        The last convolution, joined with what goes beside it (the sum of a residual block, maps
        laid behind one another), with what is behind at the same size and with the same channels,
        such as normalisation and activation. All that the network answers passes through it; it is
        never a pooling. Convolutions behind a mean of the whole picture have no places any more,
        and do not count.

    Raises
    ------
    BadParameter
        The network has no convolution.
    """
    known = layers(network)
    passed = _passed_by_all(known)
    blind = next((facts.index for facts in passed if "Global" in facts.kind), len(known))
    found = [facts for facts in known[:blind] if is_convolution(network, facts)]
    if not found:
        raise BadParameter(
            f"grad_cam(network={network.name!r}): the network has no convolution. Use saliency or "
            "occlusion."
        )
    last = found[-1].index
    joined = [f for f in passed if f.index >= last and len(f.shape) == 3] or known[last:]
    alike = [f for f in joined if f.shape == joined[0].shape]
    return [f for f in alike if "Pool" not in f.kind and "Drop" not in f.kind][-1]


def _passed_by_all(known: list[LayerFacts]) -> list[LayerFacts]:
    """Layers that everything passes on its way through the network: no way leads around them."""
    consumed = {source for facts in known for source in facts.inputs}
    ends = [(facts.index, len(known)) for facts in known if facts.index not in consumed]
    ways = [(source, facts.index) for facts in known for source in facts.inputs] + ends
    return [f for f in known if not any(start < f.index < end for start, end in ways)]


def first_filters(network: Any) -> LayerFacts | None:
    """The first convolution of a network, None where it has none, or no layers that are known."""
    if not has_layers(network):
        return None
    return next((facts for facts in layers(network) if is_convolution(network, facts)), None)
