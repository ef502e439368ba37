"""Groups of settings that say what network a task builds; the building is in `networks`."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sklearn.base import BaseEstimator

from fondo.contracts import Choice, Contract, Flag, Listed, Made, Real, Whole, fraction

ACTIVATIONS = (
    "relu", "gelu", "silu", "tanh", "sigmoid", "elu", "selu", "leaky_relu", "softplus", "linear",
)  # fmt: skip
INITIALISERS = (
    "he_normal", "he_uniform", "glorot_normal", "glorot_uniform", "lecun_normal",
    "lecun_uniform", "orthogonal", "zeros", "random_normal", "random_uniform",
)  # fmt: skip


class MLP(BaseEstimator):  # type: ignore[misc]
    """Feed-forward network: embedded numbers, hidden layers, several members that vote.

    Parameters
    ----------
    hidden : sequence of int, default=(128, 128)
        Neurons of each hidden layer; () gives a linear model.
    activation : str, default="relu"
        Function of each hidden neuron.
    dropout : float in [0, 1), default=0.1
        Share of hidden activations silenced in each training step.
    l1, l2 : float, default=0
        Penalty on the absolute values, and on the squares, of the kernels.
    batch_norm : bool, default=False
        Normalise each hidden layer over the batch.
    initializer : str, default="glorot_uniform"
        How the kernels start.
    embedding : {"piecewise", "periodic", "none"}, default="piecewise"
        How each number is spread over several inputs: by which quantile bins it has passed, by
        sines and cosines of learnt frequencies, or not at all.
    embedding_width : int, default=8
        Inputs that each number or embedded category becomes.
    bins : int, default=32
        Quantile bins of the piecewise embedding.
    members : int, default=8
        Networks that share most weights and are averaged; 1 is a plain network.

    References
    ----------
    Gorishniy, Rubachev, Babenko (2022), On Embeddings for Numerical Features in Tabular Deep
    Learning, sections 3.2 and 3.3; Gorishniy, Kotelnikov, Babenko (2025), TabM, section 3.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "hidden": Listed(Whole(1, unit="neurons")),
        "activation": Choice(*ACTIVATIONS),
        "dropout": fraction(),
        "l1": Real(0),
        "l2": Real(0),
        "batch_norm": Flag(),
        "initializer": Choice(*INITIALISERS),
        "embedding": Choice("piecewise", "periodic", "none"),
        "embedding_width": Whole(1, unit="inputs"),
        "bins": Whole(2, 256, unit="bins"),
        "members": Whole(1, unit="networks"),
    }

    def __init__(
        self,
        *,
        hidden: Sequence[int] = (128, 128),
        activation: str = "relu",
        dropout: float = 0.1,
        l1: float = 0.0,
        l2: float = 0.0,
        batch_norm: bool = False,
        initializer: str = "glorot_uniform",
        embedding: str = "piecewise",
        embedding_width: int = 8,
        bins: int = 32,
        members: int = 8,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.dropout = dropout
        self.l1 = l1
        self.l2 = l2
        self.batch_norm = batch_norm
        self.initializer = initializer
        self.embedding = embedding
        self.embedding_width = embedding_width
        self.bins = bins
        self.members = members


def architecture() -> Contract:
    """Contract of a parameter that holds one of these groups, or None for the default."""
    return Made("an architecture such as MLP(hidden=(64, 64))", lambda v: isinstance(v, MLP))
