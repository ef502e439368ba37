"""What every task on pictures shares: reading, forms, networks, leaks; classes are in `classify`.

What a picture is, and how one is decoded, is the business of `data.images`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from fondo.contracts import Contract, Either, Made, Nothing
from fondo.data.images.columns import picture_column
from fondo.data.images.decode import Form
from fondo.data.images.pictures import Pictures
from fondo.data.splits import Latest
from fondo.engine.plan import Plan
from fondo.engine.predict import set_state
from fondo.engine.step import Augment as Change
from fondo.engine.step import supervised
from fondo.errors import BadParameter
from fondo.judge.baselines import fitted
from fondo.judge.metrics import Answers
from fondo.layers.augment import Augmenter
from fondo.networks.pictures import conv_network, pictures_alone
from fondo.tasks.album import Album
from fondo.tasks.base import Inputs
from fondo.tasks.files import FileTask
from fondo.tasks.images.augment import Augment
from fondo.tasks.images.columns import check_beside, read_beside, scale_beside, standardised
from fondo.tasks.images.forms import choose_form
from fondo.tasks.images.leaks import picture_leaks
from fondo.tasks.images.settings import Backbone, ConvNet, Pixels
from fondo.tasks.images.trunk import PREFIX, Trunk
from fondo.tasks.images.tuning import fine_tune, freeze_statistics
from fondo.tasks.rows import Part
from fondo.tasks.run import Run
from fondo.tasks.training import training_contracts

THUMB = 16  # pixels a side of what a linear model is given
MEMORY = 1 << 29  # bytes of pictures that go to the device at once; more are sent in chunks

SHARED_CONTRACTS: dict[str, Contract] = {
    "pictures": Either(Nothing(), Made("Pixels(...)", lambda v: isinstance(v, Pixels))),
    "architecture": Either(Nothing(), Made("ConvNet(...)", lambda v: isinstance(v, ConvNet))),
    "backbone": Either(Nothing(), Made("Backbone(...)", lambda v: isinstance(v, Backbone))),
    "augment": Either(Nothing(), Made("Augment(...)", lambda v: isinstance(v, Augment))),
    **training_contracts("pictures"),
}


class ImageTask(FileTask):
    """Task whose examples are pictures; see `ImageClassifier` and `ImageRegressor`."""

    groups: ClassVar[Mapping[str, type]] = {
        "Pixels": Pixels, "ConvNet": ConvNet, "Backbone": Backbone, "Augment": Augment,
        "Latest": Latest,
    }  # fmt: skip
    setting_groups: ClassVar[Mapping[str, type]] = {
        "pictures": Pixels, "architecture": ConvNet, "backbone": Backbone, "augment": Augment,
    }  # fmt: skip
    space: ClassVar[Mapping[str, Any]] = {
        "learning_rate": {"low": 5e-4, "high": 5e-3, "log": True},
        "architecture.dropout": {"low": 0.0, "high": 0.5},
        "depth": [1, 2],
    }
    data: ClassVar[str] = "pictures"
    items: ClassVar[type] = Pictures
    column_of_files: ClassVar[Any] = staticmethod(picture_column)
    aim_of_change: ClassVar[Any] = "class"  # what the target is to one who moves the pictures
    pictures: Pixels | None
    architecture: ConvNet | None
    backbone: Backbone | None
    augment: Augment | None
    trunk_scale_: Any

    # ---- the four parts, as far as the pictures go

    def learn(self, X: Any, y: np.ndarray) -> None:
        super().learn(X, y)
        if self.frozen:
            self.trunk_scale_ = self._trunk().scale(X.pictures, self.form)

    def learn_files(self, X: Album) -> None:
        check_beside(type(self).__name__, self._beside, self.backbone, self.augment)
        self._check_light()
        if self._beside:
            self.beside_ = scale_beside(self._read_beside(X))
        survey = X.pictures.survey()
        form = choose_form(survey, self.pictures or Pixels(), self.backbone or Backbone())
        self.form_ = (form.height, form.width, form.channels, form.fit, form.crop)
        self.trunk_scale_ = None

    @property
    def form(self) -> Form:
        """Size and channels of the pictures that enter the network."""
        return Form(*self.form_)

    @property
    def frozen(self) -> bool:
        """Whether the network learns from features of a backbone that does not change."""
        return self.backbone is not None and self.backbone.name is not None and not self._tuned

    @property
    def _tuned(self) -> bool:
        return bool(self.backbone and self.backbone.name and self.backbone.fine_tune)

    def encode(self, X: Any) -> Inputs:
        if self.frozen:
            features = self._trunk().features(X.pictures, self.form)
            mean, scale = self.trunk_scale_
            return {"features": np.asarray((features - mean) / scale, np.float32)}
        inputs = {"pictures": X.pictures.load(self.form)}
        if self._beside:
            inputs["beside"] = standardised(self._read_beside(X), self.beside_)
        return inputs

    def _read_beside(self, X: Album) -> np.ndarray:
        """Columns (n, k) beside the pictures, in their own units."""
        return read_beside(type(self).__name__, X, self._beside)

    @property
    def _beside(self) -> Sequence[str]:
        """Columns of numbers that enter beside the pictures."""
        return tuple(self.pictures.beside) if self.pictures else ()

    def _check_light(self) -> None:
        """Raise where light is to be made alike in front of a backbone, which wants photographs."""
        if self._equalizer is not None and self.backbone is not None and self.backbone.name:
            raise BadParameter(
                f"{type(self).__name__}(backbone={self.backbone.name!r}): Pixels(equalize=...) is "
                "for networks that learn from nothing; a backbone has learnt from photographs as "
                "they are. Leave out one of them."
            )

    @property
    def _equalizer(self) -> str | None:
        """What makes the light of pictures alike, one of `layers.equalize.EQUALIZERS`."""
        asked = self.pictures.equalize if self.pictures else False
        if isinstance(asked, str):
            return asked
        return "brightness" if asked else None

    @property
    def n_outputs(self) -> int:
        """Numbers that the network gives for a picture."""
        raise NotImplementedError

    def network(self) -> Any:
        if self.frozen:
            return self._trunk().head(self.form, self.n_outputs, self.random_state)
        if self._tuned:
            return self._tuned_network()
        form = self.form
        size = form.height, form.width, form.channels
        shape = self.architecture or ConvNet()
        return conv_network(
            size, self.n_outputs, shape, seed=self.random_state, equalize=self._equalizer,
            beside=len(self._beside),
        )  # fmt: skip

    def _tuned_network(self) -> Any:
        """The whole network, with the backbone's weights and a fresh head."""
        if self.trunk_scale_ is None:
            raise BadParameter(
                f"{type(self).__name__}(backbone=Backbone(fine_tune={self.backbone.fine_tune})): "  # type: ignore[union-attr]
                "many fits side by side do not fine-tune, which takes two trainings one after the "
                "other. Leave fine_tune at 0."
            )
        trunk = self._trunk()
        head = trunk.head(self.form, self.n_outputs, self.random_state)
        whole = trunk.whole(self.form, head, self.trunk_scale_)
        freeze_statistics(whole)
        return whole

    def _trunk(self) -> Trunk:
        if getattr(self, "_kept_trunk", None) is None:
            self._kept_trunk = Trunk(self.backbone or Backbone())
        return self._kept_trunk

    def train_on(self, training: Any, held: Any, run: Run, record: Any) -> None:
        if not self._tuned:
            super().train_on(training, held, run, record)
            return
        plan = self.plan(training.n_rows, run, record.settings_hash)
        self.plan_ = {"batch_size": plan.batch_size, "rows": training.n_rows}
        outcome = fine_tune(self, self._trunk(), (training, held), plan)
        set_state(self.network_, outcome.state)
        self.history_, self.best_epoch_ = outcome.history, outcome.best_epoch
        self.n_validation_ = 0 if held is None else held.n_rows
        self.receipt_ = record.receipt(outcome.hashes)

    def step_of_head(self, head: Any) -> Any:
        """What is repeated while the head learns from features alone."""
        return supervised(head, self.objective(), *self._optimizer())

    def change(self) -> Change | None:
        if self.frozen:
            return None
        changes = (self.augment or self.default_augment()).changes()
        if not changes.any and self._equalizer is None:
            return None
        return Augmenter(changes, self.aim_of_change, self.centre, equalize=self._equalizer)

    def default_augment(self) -> Augment:
        """How pictures are changed where nothing is said."""
        return Augment()

    @property
    def centre(self) -> float:
        """Encoded target that a mirror which negates leaves as it is."""
        return 0.0

    def plan(self, n_rows: int, run: Run, settings_hash: str = "") -> Plan:
        if run.memory_budget is None:
            run = replace(run, memory_budget=MEMORY)
        return super().plan(n_rows, run, settings_hash)

    # ---- rivals, leaks, fingerprint

    def rivals(self, train: Part, test: Part) -> dict[str, Answers]:
        """A linear model on pictures of 16 x 16 pixels."""
        pair = self.thumbs(train.X), self.thumbs(test.X)
        return fitted(self.kind, train.y, encoded=pair, seed=self.random_state)

    def thumbs(self, X: Album) -> np.ndarray:
        """Pictures as rows of few pixels (n, 256 channels), 0 to 1, for classic models."""
        small = replace(self.form, height=THUMB, width=THUMB)
        return np.asarray(X.pictures.load(small).reshape(len(X), -1) / 255, np.float32)

    def leaks(self, train: Part, test: Part) -> list[Any]:
        return picture_leaks(train, test, self.kind)

    # ---- looking inside

    def whole_network(self) -> Any:
        """Network from pictures to outputs, with its backbone where there is one.

        It shares its weights with `network_`. Columns beside the pictures are at their means.
        """
        if self._beside:
            return pictures_alone(self.network_)
        if not self.frozen:
            return self.network_
        return self._trunk().whole(self.form, self.network_, self.trunk_scale_)

    # ---- saving and scikit-learn

    def stored_weights(self) -> dict[str, np.ndarray]:
        own = super().stored_weights()
        return own | self._trunk().arrays(self.form) if self.frozen else own

    def take_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        if self.frozen:
            trunk = {k: v for k, v in weights.items() if k.startswith(PREFIX)}
            self._kept_trunk = Trunk(self.backbone or Backbone(), trunk)
        elif self._tuned:
            self._kept_trunk = Trunk(self.backbone or Backbone(), bare=True)
        super().take_weights({k: v for k, v in weights.items() if not k.startswith(PREFIX)})

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        state.pop("_kept_trunk", None)  # its weights are among those of the network
        return state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        tags.input_tags.string = True
        return tags
