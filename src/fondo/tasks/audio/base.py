"""What every task on sounds shares: reading, length and rate, spectra, networks.

What a sound is, and how one is decoded, is the business of `data.audio`; classes are in `classify`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from fondo.contracts import Contract, Either, Made, Nothing
from fondo.data.audio.columns import sound_column
from fondo.data.audio.decode import Wave
from fondo.data.audio.sounds import Sounds
from fondo.data.splits import Latest
from fondo.engine.step import Augment as Change
from fondo.errors import BadData, BadParameter
from fondo.judge.baselines import fitted
from fondo.judge.leaks import Leak
from fondo.judge.metrics import Answers
from fondo.layers.wave_augment import WaveAugmenter
from fondo.networks.sounds import View, sound_network
from fondo.tasks.album import Album
from fondo.tasks.audio.seeing import BLOCK, seen_by
from fondo.tasks.audio.settings import Distort, SoundNet, Spectrum, Waves
from fondo.tasks.base import Inputs
from fondo.tasks.files import FileTask
from fondo.tasks.rows import Part
from fondo.tasks.training import training_contracts

RATE = 16_000  # hertz, where nothing is asked for
SHORTEST = 3  # samples of a frame, which a window has to have
LONGEST, COVERED = 10.0, 0.95  # seconds; share of training sounds that are not cut
STUDIED = 512  # training sounds that the mean and spread of what is seen are taken from
SMALLEST = 1e-6  # spread of a band below which it is constant

SHARED_CONTRACTS: dict[str, Contract] = {
    "waves": Either(Nothing(), Made("Waves(...)", lambda v: isinstance(v, Waves))),
    "spectrum": Either(Nothing(), Made("Spectrum(...)", lambda v: isinstance(v, Spectrum))),
    "architecture": Either(Nothing(), Made("SoundNet(...)", lambda v: isinstance(v, SoundNet))),
    "augment": Either(Nothing(), Made("Distort(...)", lambda v: isinstance(v, Distort))),
    **training_contracts("sounds"),
}


class AudioTask(FileTask):
    """Task whose examples are sounds; see `AudioClassifier`."""

    groups: ClassVar[Mapping[str, type]] = {
        "Waves": Waves, "Spectrum": Spectrum, "SoundNet": SoundNet, "Distort": Distort,
        "Latest": Latest,
    }  # fmt: skip
    setting_groups: ClassVar[Mapping[str, type]] = {
        "waves": Waves, "spectrum": Spectrum, "architecture": SoundNet, "augment": Distort,
    }  # fmt: skip
    space: ClassVar[Mapping[str, Any]] = {
        "learning_rate": {"low": 5e-4, "high": 5e-3, "log": True},
        "architecture.dropout": {"low": 0.0, "high": 0.5},
        "bands": [40, 64, 96],
    }
    data: ClassVar[str] = "sounds"
    item: ClassVar[str] = "sound"
    items: ClassVar[type] = Sounds
    column_of_files: ClassVar[Any] = staticmethod(sound_column)
    waves: Waves | None
    spectrum: Spectrum | None
    architecture: SoundNet | None
    augment: Distort | None
    form_: tuple[int, int, str, str]

    @classmethod
    def of_array(cls, X: Any) -> Sounds:
        """Sounds of an array: refused, since nobody knows its rate."""
        raise BadData(
            f"{cls.__name__}(X=...): an array does not say how many samples a second it has. "
            "Give Sounds.of_array(array, rate, 'X'), a table of files, or a folder."
        )

    # ---- the four parts, as far as the sounds go

    def learn_files(self, X: Album) -> None:
        survey = X.items.survey()
        waves = self.waves or Waves()
        rate = waves.rate or min(RATE, int(survey.rates.max()))
        seconds = waves.seconds
        if seconds is None:
            seconds = min(float(np.quantile(survey.seconds, COVERED, method="higher")), LONGEST)
        self.form_ = (rate, max(round(seconds * rate), SHORTEST), waves.place, waves.fill)
        self._check_view()
        self.seen_mean_, self.seen_spread_ = self._studied(X)

    @property
    def form(self) -> Wave:
        """Rate and length of the sounds that enter the network."""
        rate, samples, place, fill = self.form_
        return Wave(rate, samples, place=place, fill=fill)  # type: ignore[arg-type]

    @property
    def view(self) -> View:
        """What the network sees of a sound."""
        spectrum, form = self.spectrum or Spectrum(), self.form
        # a sound shorter than a frame has one of its own length
        window = min(max(round(spectrum.window * form.rate), SHORTEST), form.samples)
        return View(
            form.rate, form.samples, spectrum.kind, spectrum.bands, spectrum.coefficients,
            window, max(round(spectrum.hop * form.rate), 1), spectrum.low, spectrum.high,
            spectrum.span, spectrum.centre, spectrum.average, (self.waves or Waves()).level,
        )  # fmt: skip

    def seen(self, waves: np.ndarray) -> np.ndarray:
        """What the network sees of sounds, (n, samples) -> (n, frames, bands).

        In spreads of the training sounds around their mean. Averages are taken later.
        """
        found = seen_by(self.view, waves)
        return np.asarray((found - np.asarray(self.seen_mean_)) / np.asarray(self.seen_spread_))

    @property
    def seen_in_words(self) -> str:
        """What `seen` gives, for the report."""
        spectrum = self.spectrum or Spectrum()
        bands = f"{spectrum.bands} mel bands"
        words = {
            "log_mel": f"decibels of {bands}",
            "mfcc": f"{spectrum.coefficients} cepstra of {bands}",
            "pcen": f"{bands}, each held against what it was just before",
            "log": "decibels of each frequency",
        }[spectrum.kind]
        centred = spectrum.centre and not spectrum.average
        return f"{words}{', each less its mean over the sound' if centred else ''}"

    def _check_view(self) -> None:
        """Build its layers once: they say what bands and rate do not go together."""
        spectrum, shape = self.spectrum or Spectrum(), self.architecture or SoundNet()
        try:
            self.view.layers()
        except BadParameter as error:
            raise BadParameter(
                f"{type(self).__name__}(spectrum=Spectrum(...)): {error} These sounds have "
                f"{self.form.samples:,} samples at {self.form.rate:,} hertz, a frame has "
                f"{self.view.window:,}."
            ) from error
        if spectrum.average and shape.kind != "dense":
            raise BadParameter(
                f"{type(self).__name__}(spectrum=Spectrum(average=True)): means over time leave "
                f"nothing for convolutions. Give architecture=SoundNet(kind='dense', "
                "hidden=(256,)), or leave average off."
            )

    def _studied(self, X: Album) -> tuple[np.ndarray, np.ndarray]:
        """Mean and spread of each band over some training sounds, silence filled in left out."""
        rows = np.linspace(0, len(X) - 1, min(len(X), STUDIED)).astype(int)
        view, blocks = self.view, []
        for start in range(0, len(rows), BLOCK):
            waves = X.items.take(rows[start : start + BLOCK]).load(self.form)
            seen = seen_by(view, waves)
            blocks.append(seen.mean(axis=1) if view.average else seen.reshape(-1, seen.shape[-1]))
        seen = np.concatenate(blocks)
        spread = seen.std(axis=0)
        return seen.mean(axis=0), np.where(spread > SMALLEST, spread, 1.0)

    def encode(self, X: Any) -> Inputs:
        return {"waves": X.items.load(self.form)}

    @property
    def n_outputs(self) -> int:
        """Numbers that the network gives for a sound."""
        raise NotImplementedError

    def network(self) -> Any:
        scale = (np.ravel(self.seen_mean_).tolist(), np.ravel(self.seen_spread_).tolist())
        distort = self.augment or Distort()
        return sound_network(
            self.view, self.n_outputs, self.architecture or SoundNet(), scale,
            seed=self.random_state, gaps=(distort.time_gaps, distort.band_gaps, distort.pitch),
        )  # fmt: skip

    def change(self) -> Change | None:
        changes = (self.augment or Distort()).changes(self.form.rate)
        return WaveAugmenter(changes) if changes.any else None

    # ---- rivals, leaks

    def rivals(self, train: Part, test: Part) -> dict[str, Answers]:
        """A linear model on the mean and spread of each band over time."""
        pair = self.sketches(train.X), self.sketches(test.X)
        return fitted(self.kind, train.y, encoded=pair, seed=self.random_state)

    def sketches(self, X: Album) -> np.ndarray:
        """Sounds as rows of few numbers (n, 2 bands), for classic models."""
        view, rows = self.view, []
        for start in range(0, len(X), BLOCK):
            waves = X.items.take(np.arange(start, min(start + BLOCK, len(X)))).load(self.form)
            seen = seen_by(view, waves)
            rows.append(np.concatenate([seen.mean(axis=1), seen.std(axis=1)], axis=1))
        return np.concatenate(rows)

    def leaks(self, train: Part, test: Part) -> list[Any]:
        known = set(train.X.items.survey().digests.tolist())
        twins = [row for row, d in enumerate(test.X.items.survey().digests.tolist()) if d in known]
        if not twins:
            return []
        first = test.X.items.places[twins[0]]
        message = (
            f"{len(twins)} of {len(test.X)} test sounds are exact copies of training sounds, such "
            f"as {first}. Remove them, or keep copies together with a group column."
        )
        return [Leak("exact duplicate", "leak", "sounds", message, len(twins))]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags
