"""Sort sounds into classes. A word that is listened for in a stream is in `trigger`."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from fondo.contracts import Choice, Contract, Either, Nothing, Real, Table
from fondo.data.splits import Latest
from fondo.judge.metrics import Answers
from fondo.tasks.audio.base import SHARED_CONTRACTS, AudioTask
from fondo.tasks.audio.settings import Distort, SoundNet, Spectrum, Waves
from fondo.tasks.classes import ClassTarget


class AudioClassifier(ClassTarget, AudioTask):
    """Sort sounds into classes with a convolutional network on their spectra.

    Sounds cut from one recording, or of one speaker, must stay on one side of every split: give
    `groups`.

    Parameters
    ----------
    waves : Waves or None, default=None
        How a sound becomes samples; None takes the defaults of `Waves()`.
    spectrum : Spectrum or None, default=None
        What of it is seen; None takes the defaults of `Spectrum()`.
    architecture : SoundNet or None, default=None
        What network is built; None takes the defaults of `SoundNet()`.
    augment : Distort or None, default=None
        How training sounds are changed at random; None takes the defaults of `Distort()`.
    optimizer : str, keras optimizer or None, default=None
        What moves the weights. None is AdamW with a running average of the weights.
    learning_rate : float above 0 or None, default=None
        Step size; None takes 0.002 with the default optimizer, else the optimizer's own.
    class_weight : "balanced", dict from label to weight, or None, default=None
        How much sounds of each class count.
    batch_size : int or None, default=None
        Sounds of one training step; None chooses by their number.
    epochs : int, default=40
        Most passes over the training sounds.
    patience : int or None, default=10
        Epochs without a better validation loss before training stops; None never stops early.
    validation : float in [0, 1), Latest or None, default=0.15
        Share of the training sounds set apart to choose the best epoch, or the latest of them.
    random_state : int, default=0
        Same seed, same data, same machine: same network.

    Attributes
    ----------
    classes_ : array (n_classes,)
        Labels seen by `fit`, sorted.
    form_ : tuple (rate, samples, place, fill)
        Form of the sounds that enter the network. Hertz; length.
    seen_mean_, seen_spread_ : array (bands,)
        Of what is seen of training sounds, in its own unit.
    network_ : keras.Model
        Samples (n, samples) -> logits (n, outputs).
    history_ : list of dict
        One row an epoch: loss and validation loss (nats), metrics, seconds.

    Examples
    --------
    >>> from fondo.data.audio.sounds import Sounds
    >>> rng, times = np.random.default_rng(0), np.arange(2000) / 8000
    >>> pitch = np.where(np.arange(200) % 2, 440, 880)
    >>> noise = 0.1 * rng.normal(size=(200, 2000))
    >>> X = Sounds.of_array(0.3 * np.sin(6.283 * pitch[:, None] * times) + noise, 8000, "X")
    >>> steady = Spectrum(bands=24, centre=False)  # what never changes would be taken out
    >>> small = SoundNet(kind="time", filters=(16,))
    >>> task = AudioClassifier(spectrum=steady, architecture=small, epochs=8, batch_size=32)
    >>> task.fit(X, pitch).score(X, pitch) > 0.8
    True
    """

    contracts: ClassVar[Mapping[str, Contract]] = SHARED_CONTRACTS | {
        "class_weight": Either(Nothing(), Choice("balanced"), Table(Real(0))),
    }

    def __init__(
        self,
        *,
        waves: Waves | None = None,
        spectrum: Spectrum | None = None,
        architecture: SoundNet | None = None,
        augment: Distort | None = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        class_weight: str | Mapping[Any, float] | None = None,
        batch_size: int | None = None,
        epochs: int = 40,
        patience: int | None = 10,
        validation: float | Latest | None = 0.15,
        random_state: int = 0,
    ) -> None:
        self.waves = waves
        self.spectrum = spectrum
        self.architecture = architecture
        self.augment = augment
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.class_weight = class_weight
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.validation = validation
        self.random_state = random_state

    def decode(self, outputs: np.ndarray) -> Answers:
        """Probabilities of the classes, and the likeliest label."""
        return super().decode(np.asarray(outputs)[:, None, :])  # one network, no members

    def embeddings(self, X: Any) -> np.ndarray:
        """What the network makes of sounds in front of its last layer.

        Parameters
        ----------
        X : table, folder, list of paths, or Sounds
            Sounds (n).

        Returns
        -------
        found : float32 array (n, units)
            Sounds that the network takes for alike lie near each other.
        """
        from sklearn.utils.validation import check_is_fitted

        from fondo.backend import keras
        from fondo.engine.predict import predict

        check_is_fitted(self, "network_")
        album, _ = self.read(X)
        last = self.network_.get_layer("out").input
        model = keras.Model(self.network_.input, last)
        return np.asarray(predict(model, self.encode(album)))
