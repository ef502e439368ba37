"""A network of the size of LeNet-5, for digits of 28 x 28 pixels."""

from fondo.scratch.convolution import Conv2D
from fondo.scratch.dense import Dense
from fondo.scratch.network import Network
from fondo.scratch.pooling import MaxPooling2D
from fondo.scratch.shaping import Flatten


def lenet(seed: int = 0) -> Network:
    """Two convolutions, each with a pooling behind it, and three dense layers: ten logits.

    Parameters
    ----------
    seed : int, default=0
        Draws the weights.

    Notes
    -----
    (batch, 28, 28, 1) -> (batch, 10). As in most of today's books relu and the largest number
    stand where the paper has tanh, averages with weights, and a partial connection table.

    References
    ----------
    LeCun et al. (1998), Gradient-based learning applied to document recognition, section II.B.

    Examples
    --------
    >>> for row in lenet().summary():
    ...     print(row["name"], row["shape"], row["weights"])
    conv2d (24, 24, 6) 156
    maxpooling2d (12, 12, 6) 0
    conv2d_2 (8, 8, 16) 2416
    maxpooling2d_2 (4, 4, 16) 0
    flatten (256,) 0
    dense (120,) 30840
    dense_2 (84,) 10164
    dense_3 (10,) 850
    """
    layers = [
        Conv2D(6, 5, activation="relu"),
        MaxPooling2D(2),
        Conv2D(16, 5, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(120, "relu"),
        Dense(84, "relu"),
        Dense(10),
    ]
    return Network(layers, (28, 28, 1), seed=seed)
