"""Where a network looked: how much each pixel of a picture matters for one of its outputs.

Maps rest on gradients here, on covering parts of the picture in `occlusion`; whether a map says
something is found in `deletion`.
"""

from typing import Any

import numpy as np

from fondo.backend import jax, jnp
from fondo.errors import BadParameter
from fondo.explain.images.graph import (
    Array,
    LayerFacts,
    check_choice,
    check_pictures,
    find_layer,
    in_blocks,
    picked,
    walk,
)
from fondo.explain.images.inside import first_filters, last_maps


def saliency(network: Any, pictures: Any, choice: Any) -> Array:
    """How strongly the chosen output answers to a small change of each pixel.

        map = max over channels of |d output / d pixel|

    Parameters
    ----------
    network : keras.Model, built
        Pictures (batch, height, width, channels), 0 to 255 -> (batch, outputs).
    pictures : uint8 or float array (n, height, width, channels)
        In the size that the network takes.
    choice : int or int array (n,)
        Number of the output; of a network with one output 1 is itself and 0 its negative.

    Returns
    -------
    maps : float32 array (n, height, width)
        At least 0. Change of the output for one level of 255.

    Raises
    ------
    BadData
        The pictures are none.
    BadParameter
        There is no such output.

    References
    ----------
    Simonyan, Vedaldi, Zisserman (2014), Deep Inside Convolutional Networks, section 3.1.
    """
    array = check_pictures(pictures, "saliency")
    chosen = check_choice(network, choice, len(array), "saliency")
    gradients, _ = _gradients(network, array, chosen, _maps_or_none(network))
    return np.asarray(np.abs(gradients).max(axis=-1))


def integrated_gradients(
    network: Any,
    pictures: Any,
    choice: Any,
    *,
    baseline: str = "black",
    steps: int = 64,
) -> Array:
    """How far each pixel moved the chosen output on the way from a blank picture to this one.

        map = sum over channels of (pixel - blank) times the mean gradient on the straight way

    Parameters
    ----------
    network, pictures, choice
        As for `saliency`.
    baseline : {"black", "mean"}, default="black"
        The blank picture: black, or the picture's own mean colour. Black pixels get nothing from
        a black one.
    steps : int, at least 1, default=64
        Points on the way, in the middles of equal parts.

    Returns
    -------
    maps : float32 array (n, height, width)
        With sign. The sum over a picture is its output minus that of the blank one, up to the
        error of the steps.

    Raises
    ------
    BadData, BadParameter
        As for `saliency`; or another baseline, or no step.

    References
    ----------
    Sundararajan, Taly, Yan (2017), Axiomatic Attribution for Deep Networks, equations 1 and 3.
    """
    if baseline not in ("black", "mean"):
        raise BadParameter(
            f"integrated_gradients(baseline={baseline!r}): baseline must be 'black' or 'mean'."
        )
    if steps < 1:
        raise BadParameter(f"integrated_gradients(steps={steps}): steps must be at least 1.")
    array = check_pictures(pictures, "integrated_gradients")
    chosen = check_choice(network, choice, len(array), "integrated_gradients")
    facts = _maps_or_none(network)
    shares = (np.arange(steps, dtype=np.float32)[:, None, None, None] + 0.5) / steps
    maps = np.empty(array.shape[:3], np.float32)
    for row, picture in enumerate(array.astype(np.float32)):
        blank = picture.mean(axis=(0, 1)) if baseline == "mean" else np.zeros_like(picture)
        way = picture - blank
        asked = np.repeat(chosen[row], steps)
        gradients, _ = _gradients(network, blank + shares * way, asked, facts)
        maps[row] = (way * gradients.mean(axis=0)).sum(axis=-1)
    return maps


def grad_cam(network: Any, pictures: Any, choice: Any, *, layer: str | int | None = None) -> Array:
    """Which parts of the maps of a late layer speak for the chosen output, coarsely.

        map = relu(sum over channels of (mean over places of d output / d channel) times channel)

    Parameters
    ----------
    network, pictures, choice
        As for `saliency`.
    layer : str, int or None, default=None
        Layer whose maps are weighed, by name or by number; None takes the last convolution, see
        `last_maps`.

    Returns
    -------
    maps : float32 array (n, height, width)
        At least 0; drawn out from the layer's own size to that of the pictures, bilinearly.

    Raises
    ------
    BadData, BadParameter
        As for `saliency`; or there is no such layer, or its outputs are no maps.

    References
    ----------
    Selvaraju et al. (2017), Grad-CAM, equations 1 and 2.
    """
    array = check_pictures(pictures, "grad_cam")
    chosen = check_choice(network, choice, len(array), "grad_cam")
    facts = last_maps(network) if layer is None else find_layer(network, layer, "grad_cam")
    if len(facts.shape) != 3:
        raise BadParameter(
            f"grad_cam(layer={facts.name!r}): the layer must give maps (rows, columns, channels), "
            f"this one gives {facts.shape}. Choose a convolution."
        )
    return np.asarray(_gradients(network, array, chosen, facts)[1])


def _maps_or_none(network: Any) -> LayerFacts | None:
    """What `grad_cam` weighs as a rule, so that all maps share one program."""
    return last_maps(network) if first_filters(network) is not None else None


def _gradients(
    network: Any, pictures: Array, choice: Array, facts: LayerFacts | None
) -> tuple[Array, Array]:
    """Gradient of the chosen outputs by the pixels, and the maps of a layer weighed by theirs.

    Without a layer the second is zeros. Both come from one pass back.
    """
    index, shape = (-1, ()) if facts is None else (facts.index, facts.shape)

    def both(weights: Any, block: Any, choice: Any) -> Any:
        full = jnp.asarray(block, jnp.float32)

        def output(full: Any, added: Any) -> tuple[Any, Any]:
            kept: list[Any] = [added]

            def tap(number: int, output: Any) -> Any:
                if number != index:
                    return output
                kept.append(output)
                return output + added

            outputs = walk(network, weights, full, tap if facts else None)
            return picked(outputs, choice).sum(), kept[-1]

        nothing = jnp.zeros((len(full), *shape), jnp.float32)
        slopes, kept = jax.grad(output, argnums=(0, 1), has_aux=True)(full, nothing)
        if facts is None:
            return slopes[0], nothing
        share = slopes[1].mean(axis=(1, 2), keepdims=True)
        maps = jax.nn.relu((share * kept).sum(axis=-1))
        return slopes[0], jax.image.resize(maps, full.shape[:3], "bilinear")

    floats = pictures.astype(np.float32)
    found: tuple[Array, Array] = in_blocks(network, f"gradients {index}", both, floats, choice)
    return found
