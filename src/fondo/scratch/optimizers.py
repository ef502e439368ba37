"""How weights follow their gradients: plain and with momentum, RMSProp, Adam.

The forms are those of Keras 3, to the place of each epsilon. How often is in `training`.
"""

import math
from typing import Any, ClassVar

import numpy as np

from fondo.errors import BadParameter

Array = np.ndarray[Any, Any]
Arrays = dict[str, Array]


class Optimizer:
    """A rule that turns gradients into changes of weights.

    Attributes
    ----------
    steps : int
        How many updates there were.
    state : dict of str to dict of str to array
        What the rule remembers of each weight, by the weight's name; zeros at the start.
    """

    formula: ClassVar[str] = ""
    remembers: ClassVar[tuple[str, ...]] = ()

    def __init__(self, learning_rate: float, **shares: float) -> None:
        owner = type(self).__name__
        if not 0 < learning_rate < math.inf:
            raise BadParameter(
                f"{owner}(learning_rate={learning_rate}): learning_rate must be above 0 and finite."
            )
        for name, share in shares.items():
            if not 0 <= share < 1:
                raise BadParameter(f"{owner}({name}={share}): {name} must be from 0 to below 1.")
        self.learning_rate, self.steps = learning_rate, 0
        self.state: dict[str, Arrays] = {}

    def update(self, weights: Arrays, gradients: Arrays) -> None:
        """Change the weights in place by one step against their gradients, matched by name."""
        self.steps += 1
        for name, w in weights.items():
            fresh = {what: np.zeros_like(w) for what in self.remembers}
            w += self._change(gradients[name], self.state.setdefault(name, fresh))

    def _change(self, g: Array, memory: Arrays) -> Array:
        """What is added to a weight whose gradient is g."""
        raise NotImplementedError


class SGD(Optimizer):
    """A step downhill, with momentum if wanted.

        velocity = momentum velocity - learning_rate g
        w = w + velocity;    nesterov: w = w + momentum velocity - learning_rate g

    Parameters
    ----------
    learning_rate : float, above 0, default=0.01
    momentum : float in [0, 1), default=0.0
        Share of the last step that is taken again; 0 is plain gradient descent.
    nesterov : bool, default=False
        Look one step of momentum ahead.

    Notes
    -----
    The course notes average the gradients instead, v = beta v + (1 - beta) g: the same path with
    a learning rate 1 / (1 - beta) times as large.

    References
    ----------
    Sutskever et al. (2013), On the importance of initialization and momentum in deep learning,
    eq. 1 to 4, rewritten for the point that is looked ahead to.

    Examples
    --------
    >>> w = {"w": np.array([1.0])}
    >>> SGD(0.1).update(w, {"w": np.array([2.0])})
    >>> w["w"]
    array([0.8])
    """

    formula = "velocity = momentum velocity - learning_rate g;  w = w + velocity"
    remembers = ("velocity",)

    def __init__(
        self, learning_rate: float = 0.01, momentum: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__(learning_rate, momentum=momentum)
        self.momentum, self.nesterov = momentum, nesterov

    def _change(self, g: Array, memory: Arrays) -> Array:
        v = memory["velocity"]
        v *= self.momentum
        v -= self.learning_rate * g
        return self.momentum * v - self.learning_rate * g if self.nesterov else v


class RMSProp(Optimizer):
    """Steps of about one size: each gradient is divided by its own running size.

        square = rho square + (1 - rho) g^2
        w = w - learning_rate g / sqrt(square + epsilon)

    Parameters
    ----------
    learning_rate : float, above 0, default=0.001
    rho : float in [0, 1), default=0.9
        Share of the running mean square that is kept.
    epsilon : float, default=1e-7
        Under the root, as in Keras; PyTorch adds it to the root.

    References
    ----------
    Tieleman, Hinton (2012), Neural networks for machine learning, lecture 6e.
    """

    formula = "square = rho square + (1 - rho) g^2;  w = w - learning_rate g / sqrt(square + eps)"
    remembers = ("square",)

    def __init__(
        self, learning_rate: float = 0.001, rho: float = 0.9, epsilon: float = 1e-7
    ) -> None:
        super().__init__(learning_rate, rho=rho)
        self.rho, self.epsilon = rho, epsilon

    def _change(self, g: Array, memory: Arrays) -> Array:
        square = memory["square"]
        square += (1 - self.rho) * (g**2 - square)
        return -self.learning_rate * g / np.sqrt(square + self.epsilon)


class Adam(Optimizer):
    """Momentum and RMSProp together, corrected for starting at zero.

        mean = beta_1 mean + (1 - beta_1) g;    square = beta_2 square + (1 - beta_2) g^2
        rate_t = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)
        w = w - rate_t mean / (sqrt(square) + epsilon)

    Parameters
    ----------
    learning_rate : float, above 0, default=0.001
        About the size of a step while gradients keep their sign.
    beta_1, beta_2 : float in [0, 1), default=0.9 and 0.999
        Shares of the running mean and mean square that are kept.
    epsilon : float, default=1e-7

    Notes
    -----
    Not Algorithm 1 of the paper to the letter but the quicker order of its section 2, as in Keras:
    epsilon is the paper's "epsilon hat", added before the correction of the square. Algorithm 1
    (and PyTorch) add it after, which in this form is epsilon sqrt(1 - beta_2^t).

    References
    ----------
    Kingma, Ba (2015), Adam: a method for stochastic optimization, last lines of section 2.
    """

    formula = (
        "rate_t = learning_rate sqrt(1 - b2^t) / (1 - b1^t);  w = w - rate_t m / (sqrt(v) + e)"
    )
    remembers = ("mean", "square")

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def _change(self, g: Array, memory: Arrays) -> Array:
        mean, square = memory["mean"], memory["square"]
        mean += (1 - self.beta_1) * (g - mean)
        square += (1 - self.beta_2) * (g**2 - square)
        corrected = math.sqrt(1 - self.beta_2**self.steps) / (1 - self.beta_1**self.steps)
        return -self.learning_rate * corrected * mean / (np.sqrt(square) + self.epsilon)
