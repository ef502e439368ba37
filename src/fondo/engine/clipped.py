"""The cross-entropy of clipped probabilities, as Keras computes it behind a softmax layer.

Here to show what clipping does; whoever wants to learn takes `cross_entropy`, from logits.
"""

from typing import Any

from fondo.backend import jax, jnp
from fondo.engine.formulas import accuracy, members
from fondo.engine.objective import Objective

FLOOR = 1e-7  # keras.config.epsilon()


def clipped_cross_entropy(y: Any, outputs: Any) -> Any:
    """Minus the logarithm of the true class's probability, held within 1e-7 and 1 - 1e-7.

        loss = -log min(1 - e, max(e, softmax(z)_y)),  e = 1e-7

    Where the softmax is saturated the wrong way the loss stands at 16.1 nats and its slope is
    exactly 0: the rows that are most wrong teach nothing. From logits the slope is -1 there.

    Parameters
    ----------
    y : int32 array (batch,)
        True classes.
    outputs : array (batch, classes) or (batch, members, classes)
        Logits.

    Returns
    -------
    loss : array (batch,)
        Nats, from 1.2e-7 to 16.118.

    Examples
    --------
    >>> import numpy as np
    >>> sure = np.array([[40.0, 0.0], [0.0, 40.0]], np.float32)
    >>> [round(float(loss), 3) for loss in clipped_cross_entropy(np.zeros(2, np.int32), sure)]
    [0.0, 16.118]
    """
    chances = jax.nn.softmax(members(outputs))  # (B, members, C)
    hit = jnp.arange(chances.shape[-1]) == jnp.asarray(y)[:, None, None]
    chance = jnp.where(hit, chances, 0).sum(-1)  # (B, members)
    return -jnp.log(chance.clip(FLOOR, 1 - FLOOR)).mean(-1)


def clipped_objective() -> Objective:
    """That loss beside the accuracy, for class codes."""
    return Objective(clipped_cross_entropy, "clipped cross_entropy", {"accuracy": accuracy})
