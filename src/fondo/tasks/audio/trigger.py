"""Listen for a word: clips from recordings, a causal network, a threshold for an aim.

How clips are mixed is in `data.audio.clips`, what an alarm is in `judge.events`, the detector that
runs on a stream in `standalone`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np

from fondo.contracts import Choice, Contract, Either, Made, Nothing, Real, Whole
from fondo.contracts import fraction as share
from fondo.data.audio.clips import Recipe, Sources, clips
from fondo.data.audio.hygiene import check_apart
from fondo.engine.objective import Objective
from fondo.engine.step import Augment as Change
from fondo.errors import BadData
from fondo.judge.metrics import Answers
from fondo.networks.trigger import KINDS, trigger_network
from fondo.tasks.audio.alarm import Alarm
from fondo.tasks.audio.clipset import ClipSet
from fondo.tasks.audio.front import FRONTS
from fondo.tasks.audio.hearing import StreamTask
from fondo.tasks.audio.mixing import Mixing
from fondo.tasks.audio.recordings import part_sources, sources_of, told_of
from fondo.tasks.audio.rounds import Candidate, forget_rounds, harder
from fondo.tasks.audio.step_loss import trigger_objective
from fondo.tasks.base import Inputs
from fondo.tasks.run import Run, default_batch
from fondo.tasks.training import training_contracts

HELD = 0.2  # of voices and backgrounds, for choosing epoch and threshold
SMALLEST = 1e-6  # spread of a band below which it is constant


class TriggerWord(StreamTask):
    """Listen for a word in a stream of sound.

    From a folder of recordings it mixes clips of which it knows where the word ends, and learns
    to answer just behind that. Voices and backgrounds that are held choose the best epoch and the
    threshold.

    Parameters
    ----------
    architecture : {"gru", "notes", "dilated", "separable"}, default="gru"
        See `networks.trigger.trigger_network`; "notes" has the gated units of the notes, which
        reset before the product, the others those of Keras and torch.
    front : {"log_mel", "notes", "notes_log"}, default="log_mel"
        What the network is given; see `tasks.audio.front.front_end`. "notes", without a
        logarithm, is of no use on sounds of another loudness.
    mixing : Mixing or None, default=None
        Clips; None takes the defaults of `Mixing()`.
    alarm : Alarm or None, default=None
        When scores make an alarm; None takes the defaults of `Alarm()`.
    dropout : float in [0, 1), default=0.2
        Share of units that is silenced in training; the notes' 0.8 drops four of five.
    members : int, default=1
        Networks side by side, each begun from other weights, whose logits are averaged. What one of
        them takes for the word by accident the others do not: three hear more at as few false
        alarms, and take three times as long.
    positive_weight : float, default=3
        How much a step behind the word counts in the loss; other steps count 1.
    negative_ramp : float, default=10
        How much those count at the end of the first training and in rounds, rising evenly from 1:
        the word is learnt first, then what is not the word. Fewer false alarms at as many words.
    focus : float, default=0
        How much less steps count that are right already (focal loss); 2 is usual.
    rounds : int, default=1
        How often clips without the word that it finds hard are looked for and learnt too. An
        earlier network is gone back to where it hears more at its threshold than chance explains.
    false_alarms : float, default=0.5
        Most an hour that the threshold is chosen for.
    near_misses : float in [0, 1], default=0.05
        Largest share of `near_misses` recordings, words that sound like the one listened for, that
        may give an alarm at that threshold. They do not count as false alarms.
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
        Standardised features (n, frames, bands) -> logits (n, scores, members).
    """

    kind: ClassVar[str] = "trigger"
    data: ClassVar[str] = "recordings"
    groups: ClassVar[Mapping[str, type]] = {"Mixing": Mixing, "Alarm": Alarm}
    setting_groups: ClassVar[Mapping[str, type]] = {"mixing": Mixing, "alarm": Alarm}
    contracts: ClassVar[Mapping[str, Contract]] = {
        "architecture": Choice(*KINDS),
        "front": Choice(*FRONTS),
        "mixing": Either(Nothing(), Made("Mixing(...)", lambda v: isinstance(v, Mixing))),
        "alarm": Either(Nothing(), Made("Alarm(...)", lambda v: isinstance(v, Alarm))),
        "dropout": share(),
        "members": Whole(1, 32, unit="networks"),
        "positive_weight": Real(0, open_low=True),
        "negative_ramp": Real(0, open_low=True),
        "focus": Real(0, 10),
        "rounds": Whole(0, 20),
        "false_alarms": Real(0, open_low=True, unit="an hour"),
        "near_misses": Real(0, 1),
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
        architecture: str = "gru",
        front: str = "log_mel",
        mixing: Mixing | None = None,
        alarm: Alarm | None = None,
        dropout: float = 0.2,
        members: int = 1,
        positive_weight: float = 3.0,
        negative_ramp: float = 10.0,
        focus: float = 0.0,
        rounds: int = 1,
        false_alarms: float = 0.5,
        near_misses: float = 0.05,
        optimizer: Any = None,
        learning_rate: float | None = None,
        batch_size: int = 16,
        epochs: int = 15,
        random_state: int = 0,
    ) -> None:
        self.architecture = architecture
        self.front = front
        self.mixing = mixing
        self.alarm = alarm
        self.dropout = dropout
        self.members = members
        self.positive_weight = positive_weight
        self.negative_ramp = negative_ramp
        self.focus = focus
        self.rounds = rounds
        self.false_alarms = false_alarms
        self.near_misses = near_misses
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.random_state = random_state

    # ---- from recordings to clips

    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        groups: Any = None,
        validation_data: tuple[Any, Any] | None = None,
        run: Run | None = None,
    ) -> Self:
        """Learn from recordings.

        Parameters
        ----------
        X : folder or Sources
            As `read_recordings` wants it. Voices and backgrounds are set apart from it, unless
            `validation_data` gives others.
        y, sample_weight, groups : None
            Of no account: clips are labelled as they are made.
        validation_data : (folder or Sources, None) or None
            Recordings of other voices, to choose epoch and threshold by.
        run : Run or None
            Checkpoints, resuming, callbacks, memory.
        """
        self._check_settings()
        self.forget()
        run = run or Run()
        if not run.resume:
            forget_rounds(run.checkpoint)
        whole = sources_of(X, self.front_end.rate)
        if validation_data is None:
            mine, theirs, self.notes_ = part_sources(whole, HELD, self.random_state)
        else:
            theirs = sources_of(validation_data[0], self.front_end.rate, seed=1)
            mine, self.notes_ = whole, []
            check_apart({"train": mine.identities(), "validation": theirs.identities()},
                        allow=("background", "room"))  # fmt: skip
        self.notes_ = [*told_of(whole), *self.notes_]
        learnt = self.clips(mine, self.mixing_.clips, self.random_state)
        held = self.clips(theirs, max(self.mixing_.clips // 5, 2), self.random_state + 1)
        super().fit(learnt, None, validation_data=(held, None), run=run)
        best = Candidate.of(self, theirs)
        for number in range(1, self.rounds + 1):
            learnt = harder(self, mine, (learnt, held), number, run)
            best = Candidate.of(self, theirs).or_before(best)
        best.into(self)
        self.take_choice(best.found)
        self.identities_ = {
            kind: sorted({n for part in (mine, theirs) for n in part.identities()[kind] if n})
            for kind in mine.identities()
        }
        return self

    @property
    def mixing_(self) -> Mixing:
        """What clips are learnt from, defaults filled in."""
        return self.mixing or Mixing()

    def recipe(self, sources: Sources) -> Recipe:
        """What clips of these recordings are like."""
        return self.mixing_.recipe(sources)

    def clips(self, sources: Sources, n: int, seed: int, **changes: Any) -> ClipSet:
        """Clips of these recordings, as the network sees them; `changes` are of the recipe."""
        recipe = replace(self.recipe(sources), **changes)
        return ClipSet.of(clips(sources, recipe, seed, n), self.front_end, n)

    # ---- the four parts

    def read(self, X: Any, y: Any = None, *, fitting: bool = False) -> tuple[Any, Any]:
        if not isinstance(X, ClipSet):
            raise BadData(
                "TriggerWord: there are no rows to predict. Give sound to scores(...) or "
                "detect(...)."
            )
        return X, X.labels(self.architecture, self.mixing_.label, self.mixing_.unsure)

    def n_rows(self, X: Any) -> int:
        return len(X)

    def take(self, X: Any, rows: np.ndarray) -> Any:
        return X.take(rows)

    def learn(self, X: Any, y: np.ndarray) -> None:
        flat = X.features.reshape(-1, X.features.shape[-1])
        spread = flat.std(axis=0)
        self.seen_mean_ = flat.mean(axis=0, dtype=np.float64)
        self.seen_spread_ = np.where(spread > SMALLEST, spread, 1.0)
        if self.front == "notes":  # as in the notes: powers enter as they are
            self.seen_mean_, self.seen_spread_ = 0 * self.seen_mean_, np.ones_like(spread)
        self.policy_ = self.alarm_.policy(0.5, self.step_seconds).to_json()

    def encode(self, X: Any) -> Inputs:
        values = (X.features - self.seen_mean_) / self.seen_spread_
        return {"features": np.asarray(values, np.float32)}

    def encode_target(self, y: np.ndarray) -> np.ndarray:
        return y

    def network(self) -> Any:
        return trigger_network(
            self.architecture, (None, self.front_end.n_bands), dropout=self.dropout,
            reset_after=self.architecture != "notes", seed=self.random_state,
            members=self.members,
        )  # fmt: skip

    def objective(self, *, ramped: bool = True) -> Objective:
        n = self.mixing_.clips
        steps = self.epochs * -(-n // (self.batch_size or default_batch(n))) if ramped else 0
        return trigger_objective(self.positive_weight, self.focus, self.negative_ramp, steps)

    def change(self) -> Change | None:
        return self.mixing_.change()

    def decode(self, outputs: np.ndarray) -> Answers:
        """Probability of each step."""
        logits = np.asarray(outputs, np.float64).mean(axis=-1)
        return Answers(numbers=1 / (1 + np.exp(-logits)))

    def fool(self, y: np.ndarray) -> dict[str, Any]:
        return {}

    def fingerprint(self, X: Any, y: np.ndarray) -> str:
        return str(X.fingerprint())
