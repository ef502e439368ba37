"""What a trigger word's network makes small: cross-entropy, step by step.

Which steps are which is in `clipset`.
"""

from functools import partial
from typing import Any

from fondo.backend import jnp
from fondo.engine.objective import Objective


def step_loss(
    target: Any, outputs: Any, weight: float, focus: float = 0.0, negative: Any = 1.0
) -> Any:
    """Cross-entropy of each clip, nats a step.

        mean over steps and members of
        w [y = 1] sigmoid(-z)^f softplus(-z) + v [y = 0] sigmoid(z)^f softplus(z)

    Parameters
    ----------
    target : float array (batch, steps)
        0 or 1; -1 for steps that do not count.
    outputs : float array (batch, steps, members)
        Logits.
    weight, negative : float
        Of steps that are 1, and of those that are 0: w and v.
    focus : float, default=0
        f: how much steps that are right already count less (focal loss).

    References
    ----------
    Lin, Goyal, Girshick, He, Dollar (2017), Focal Loss for Dense Object Detection, equation 4.
    """
    y = target[..., None]
    surprise = {1: jnp.logaddexp(0.0, -outputs), 0: jnp.logaddexp(0.0, outputs)}
    # 1 - p = exp(-softplus) of the other answer: a power of it that has a gradient everywhere
    eased = {k: jnp.exp(-focus * surprise[1 - k]) if focus else 1.0 for k in (0, 1)}
    heard = weight * (y == 1) * eased[1] * surprise[1]
    false = negative * (y == 0) * eased[0] * surprise[0]
    return (heard + false).mean(axis=(1, 2))


def trigger_objective(weight: float, focus: float, ramp: float, steps: int) -> Objective:
    """Objective of a trigger word.

    Parameters
    ----------
    weight : float
        Of steps behind the word.
    focus : float
        See `step_loss`.
    ramp : float
        Weight of the other steps at the end, rising evenly from 1.
    steps : int
        After which it is reached; 0 has it from the start.
    """
    told = f"trigger({float(weight)!r},{float(focus)!r})"
    loss = partial(step_loss, weight=float(weight), focus=float(focus))
    if ramp == 1:
        return Objective(loss, told)

    def learnt(target: Any, outputs: Any, done: Any) -> Any:
        risen = jnp.minimum(done / steps, 1.0) if steps else 1.0
        negative = 1 + (ramp - 1) * risen
        return loss(target, outputs, negative=negative)

    return Objective(loss, f"{told}ramp({float(ramp)!r},{steps})", learnt=learnt)
