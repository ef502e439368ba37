"""Listen for a word: clips from recordings, a causal network, a threshold for an aim.

How clips are mixed is in `data.audio.clips`, what an alarm is in `judge.events`, the detector that
runs on a stream in `standalone`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from fondo.backend import jnp
from fondo.contracts import Choice, Contract, Either, Flag, Listed, Made, Nothing, Real, Whole
from fondo.contracts import fraction as share
from fondo.data.audio.clips import Recipe, Sources, clips
from fondo.engine.objective import Objective
from fondo.engine.predict import set_state
from fondo.engine.step import Augment as Change
from fondo.engine.train import train
from fondo.errors import BadData
from fondo.judge.detection import Stream, Word
from fondo.judge.detection_curve import DetectionCurve, choose_threshold, detection_curve
from fondo.judge.events import Policy
from fondo.judge.metrics import Answers
from fondo.networks.trigger import KINDS, kernel_and_stride, score_steps, trigger_network
from fondo.tasks.audio.clipset import ClipSet
from fondo.tasks.audio.exporting import as_program, detector_of
from fondo.tasks.audio.front import FRONTS, FrontEnd, front_end
from fondo.tasks.audio.recordings import part_sources, read_recordings
from fondo.tasks.audio.standalone import Detector
from fondo.tasks.base import Inputs, Task
from fondo.tasks.run import Run
from fondo.tasks.training import training_contracts

HELD = 0.2  # of voices and backgrounds, for choosing epoch and threshold
SMALLEST = 1e-6  # spread of a band below which it is constant
REFRACTORY = 0.545  # seconds between two alarms: 75 steps of the notes
HARDEST = 0.25  # of the clips without the word, in a round of hard ones


class Mixing(BaseEstimator):  # type: ignore[misc]
    """What clips the network learns from.

    Parameters
    ----------
    clips : int, default=1500
        How many, for training; a fifth as many are held for choosing.
    seconds : float, default=10
        Length of each.
    positives, negatives : (int, int), default=(0, 3), (0, 4)
        Fewest and most words in a clip.
    snr_db : (float, float), default=(0, 30)
        Level of the words over that of the background under them. Decibels.
    gain_db : (float, float), default=(-25, 5)
        What clips are made louder or quieter by, so that loudness tells nothing. Decibels.
    speed : (float, float), default=(0.85, 1.15)
        Of each word; the pitch goes along.
    room : float in [0, 1], default=0.5
        Share of clips that are heard in a room.
    label : float, default=0.4
        How long the answer is wanted to stay up after the word. Seconds.
    notes : bool, default=False
        Clips as in the notes: background 20 dB quieter, nothing else changed.
    """

    contracts: ClassVar[Mapping[str, Contract]] = {
        "clips": Whole(4),
        "seconds": Real(1, 600),
        "positives": Listed(Whole(0, 100), least=2, most=2),
        "negatives": Listed(Whole(0, 100), least=2, most=2),
        "snr_db": Listed(Real(-100, 100), least=2, most=2),
        "gain_db": Listed(Real(-100, 100), least=2, most=2),
        "speed": Listed(Real(0.5, 2), least=2, most=2),
        "room": Real(0, 1),
        "label": Real(0, 10, open_low=True, unit="seconds"),
        "notes": Flag(),
    }

    def __init__(
        self,
        *,
        clips: int = 1500,
        seconds: float = 10.0,
        positives: tuple[int, int] = (0, 3),
        negatives: tuple[int, int] = (0, 4),
        snr_db: tuple[float, float] = (0.0, 30.0),
        gain_db: tuple[float, float] = (-25.0, 5.0),
        speed: tuple[float, float] = (0.85, 1.15),
        room: float = 0.5,
        label: float = 0.4,
        notes: bool = False,
    ) -> None:
        self.clips = clips
        self.seconds = seconds
        self.positives = positives
        self.negatives = negatives
        self.snr_db = snr_db
        self.gain_db = gain_db
        self.speed = speed
        self.room = room
        self.label = label
        self.notes = notes

    def recipe(self, sources: Sources) -> Recipe:
        """The same for `data.audio.clips`; no more words of a kind than there are."""
        if self.notes:
            return replace(Recipe.notes(), seconds=self.seconds)
        few = len(sources.negatives)
        others = (min(self.negatives[0], few), min(self.negatives[1], few))
        return Recipe(
            seconds=self.seconds, positives=_pair(self.positives), negatives=others,
            snr_db=_pair(self.snr_db), gain_db=_pair(self.gain_db), speed=_pair(self.speed),
            room=self.room, level_db=-20.0, again=True,
        )  # fmt: skip


class TriggerWord(Task):
    """Listen for a word in a stream of sound.

    From a folder of recordings it mixes clips of which it knows where the word ends, and learns
    to answer just behind that. Voices and backgrounds that are held choose the best epoch and the
    threshold.

    Parameters
    ----------
    network : {"gru", "notes", "dilated", "separable"}, default="gru"
        See `networks.trigger.trigger_network`.
    front : {"log_mel", "notes", "notes_log"}, default="log_mel"
        What the network is given; see `tasks.audio.front.front_end`. "notes", without a
        logarithm, is of no use on sounds of another loudness.
    mixing : Mixing or None, default=None
        Clips; None takes the defaults of `Mixing()`.
    dropout : float in [0, 1), default=0.2
        Share of units that is silenced in training; the notes' 0.8 drops four of five.
    reset_after : bool, default=True
        Which gated unit; the notes' count of parameters needs False.
    positive_weight : float, default=3
        How much a step behind the word counts in the loss; other steps count 1.
    rounds : int, default=1
        How often clips without the word that it finds hard are looked for and learnt too.
    false_alarms : float, default=0.5
        Most an hour that the threshold is chosen for.
    optimizer : str, keras optimizer or None, default=None
        What moves the weights. None is AdamW with a running average of the weights.
    learning_rate : float above 0 or None, default=None
        Step size; None takes 0.002 with the default optimizer, else the optimizer's own.
    batch_size : int, default=16
        Clips of one training step.
    epochs : int, default=15
        Passes over the clips; each further round takes half as many.
    random_state : int, default=0
        Same seed, same recordings, same machine: same network.

    Attributes
    ----------
    policy_ : dict
        When scores make an alarm, as `judge.events.Policy` has it.
    choice_ : dict
        The threshold, and what it was worth on the held voices; with the words that the hours
        allow.
    curve_ : dict
        Misses and false alarms an hour by threshold, on the held voices.
    network_ : keras.Model
        Standardised features (n, frames, bands) -> logits (n, scores, 1).
    """

    kind: ClassVar[str] = "trigger"
    data: ClassVar[str] = "recordings"
    groups: ClassVar[Mapping[str, type]] = {"Mixing": Mixing}
    setting_groups: ClassVar[Mapping[str, type]] = {"mixing": Mixing}
    contracts: ClassVar[Mapping[str, Contract]] = {
        "network": Choice(*KINDS),
        "front": Choice(*FRONTS),
        "mixing": Either(Nothing(), Made("Mixing(...)", lambda v: isinstance(v, Mixing))),
        "dropout": share(),
        "reset_after": Flag(),
        "positive_weight": Real(0, open_low=True),
        "rounds": Whole(0, 20),
        "false_alarms": Real(0, open_low=True, unit="an hour"),
        **{
            name: contract
            for name, contract in training_contracts("clips").items()
            if name not in ("patience", "validation")
        },
    }
    patience: int | None = None
    validation: Any = None

    def __init__(
        self,
        *,
        network: str = "gru",
        front: str = "log_mel",
        mixing: Mixing | None = None,
        dropout: float = 0.2,
        reset_after: bool = True,
        positive_weight: float = 3.0,
        rounds: int = 1,
        false_alarms: float = 0.5,
        optimizer: Any = None,
        learning_rate: float | None = None,
        batch_size: int = 16,
        epochs: int = 15,
        random_state: int = 0,
    ) -> None:
        self.network = network  # type: ignore[method-assign,assignment]
        self.front = front
        self.mixing = mixing
        self.dropout = dropout
        self.reset_after = reset_after
        self.positive_weight = positive_weight
        self.rounds = rounds
        self.false_alarms = false_alarms
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.random_state = random_state
