"""A backbone in front of a head: its features computed once, kept, and scaled for the head.

The networks themselves, and how their weights are read, are in `networks.backbones`.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from fondo.backend import keras
from fondo.data.images.decode import Form
from fondo.data.images.pictures import Pictures
from fondo.engine.predict import predict
from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.networks.backbones import backbone as build
from fondo.networks.backbones.heads import head as build_head
from fondo.networks.backbones.places import weights_file
from fondo.store.fetched import fetch
from fondo.store.weights import hash_arrays
from fondo.tasks.images.settings import Backbone

AVERAGE = "average"  # the head that sees means of maps alone
PREFIX = "trunk."  # of its weights in the model folder
BLOCK = 256  # pictures whose features are computed at a time
KEPT = 1 << 29  # bytes of features that the process keeps


class Trunk:
    """The backbone of one task, built when it is first needed.

    Parameters
    ----------
    settings : Backbone
        Which one, with which weights and head.
    weights : mapping of str to array or None, default=None
        Its weights, as `arrays` gave them; None reads those of the settings.
    bare : bool, default=False
        Whether it is built without weights, for one who sets them later.
    """

    def __init__(
        self,
        settings: Backbone,
        weights: Mapping[str, np.ndarray] | None = None,
        *,
        bare: bool = False,
    ) -> None:
        self.settings = settings
        self._weights = weights
        self._bare = bare
        self._models: dict[tuple[int, int, int], Any] = {}

    def model(self, form: Form) -> Any:
        """Network from pictures of this form to maps (height, width, channels)."""
        size = form.height, form.width, form.channels
        if size not in self._models:
            path = None if self._bare or self._weights is not None else self._file()
            model = _cut(build(str(self.settings.name), size, path), self.settings)
            if self._weights is not None:
                _set(model, self._weights)
            self._models[size] = model
        return self._models[size]

    def features(self, pictures: Pictures, form: Form) -> np.ndarray:
        """Features of pictures (n, channels), or (n, height, width, channels) for a spatial head.

        Each picture is looked at once in a process, whoever asks.
        """
        known = _features.of(self._key(form))
        digests = pictures.survey().digests
        wanted = np.flatnonzero([int(d) not in known for d in digests])
        for start in range(0, len(wanted), BLOCK):
            rows = wanted[start : start + BLOCK]
            found = self._compute(pictures.take(rows).load(form), form)
            _features.add(known, digests[rows], found)
        return np.stack([known[int(d)] for d in digests])

    def scale(self, pictures: Pictures, form: Form) -> tuple[np.ndarray, np.ndarray]:
        """What is subtracted from features and what they are divided by: their mean and spread.

        For a spatial head nothing is subtracted and all are divided by their largest, as the
        cookbook does; here of the training pictures alone.
        """
        return self.scale_of(self.features(pictures, form))

    def scale_of(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same for features (n, ...) at hand."""
        if self.settings.head != AVERAGE:
            most = float(np.abs(features).max()) or 1.0
            return np.float32(0.0), np.float32(most)  # type: ignore[return-value]
        spread = features.std(axis=0)
        return features.mean(axis=0), np.where(spread > 1e-6, spread, 1.0).astype(np.float32)

    def head(self, form: Form, n_outputs: int, seed: int) -> Any:
        """Network from scaled features to outputs."""
        settings, shape = self.settings, self.model(form).output_shape[1:]
        if settings.head == AVERAGE:
            shape = shape[-1:]
        return build_head(
            settings.head, shape, n_outputs, seed, hidden=settings.hidden, dropout=settings.dropout
        )

    def whole(self, form: Form, head: Any, scale: tuple[Any, Any]) -> Any:
        """Network from pictures to outputs: backbone, scaling and head, sharing their weights."""
        trunk = self.model(form)
        maps = trunk.output
        if self.settings.head == AVERAGE:
            maps = keras.layers.GlobalAveragePooling2D(name="averages")(maps)
        mean, spread = (np.asarray(part, np.float32) for part in scale)
        offset = (-mean / spread).tolist()
        scaled = keras.layers.Rescaling((1 / spread).tolist(), offset, name="features_scaled")(maps)
        return keras.Model(trunk.input, head(scaled))

    def arrays(self, form: Form) -> dict[str, np.ndarray]:
        """Weights by name, for the model folder."""
        model = self.model(form)
        return {f"{PREFIX}{i:04d}.{w.path}": np.asarray(w) for i, w in enumerate(model.weights)}

    def features_of(self, pictures: np.ndarray, form: Form) -> np.ndarray:
        """Features of decoded pictures (n, height, width, channels), not kept."""
        blocks = range(0, len(pictures), BLOCK)
        return np.concatenate([self._compute(pictures[k : k + BLOCK], form) for k in blocks])

    def _compute(self, block: np.ndarray, form: Form) -> np.ndarray:
        maps = np.asarray(predict(self.model(form), block))
        return maps if self.settings.head != AVERAGE else maps.mean(axis=(1, 2))

    def _file(self) -> Path:
        return weights_file(str(self.settings.name), self.settings.weights, fetch)

    @cached_property
    def _digest(self) -> str:
        """Of weights that came from a model folder."""
        return hash_arrays(self._weights or {})

    def _key(self, form: Form) -> tuple[Any, ...]:
        """What features depend on besides the picture."""
        if self._weights is None:
            path = self._file()
            stat = path.stat()
            told: Any = str(path), stat.st_size, stat.st_mtime_ns
        else:
            told = self._digest
        return self.settings.name, self.settings.layer, self.settings.head != AVERAGE, form, told


def _cut(model: Any, settings: Backbone) -> Any:
    """The backbone up to the layer that was asked for."""
    if settings.layer is None:
        return model
    maps = {layer.name: layer.output for layer in model.layers if _has_maps(layer)}
    if settings.layer not in maps:
        raise BadParameter(
            f"Backbone(layer={settings.layer!r}): {settings.name} has no layer of maps of that "
            f"name. {did_you_mean(settings.layer, maps)}"
        )
    return keras.Model(model.input, maps[settings.layer])


def _has_maps(layer: Any) -> bool:
    shape = getattr(layer.output, "shape", ())
    return len(shape) == 4 and not isinstance(layer, keras.layers.InputLayer)


def _set(model: Any, weights: Mapping[str, np.ndarray]) -> None:
    arrays = [weights[name] for name in sorted(weights)]
    expected = [tuple(w.shape) for w in model.weights]
    if [array.shape for array in arrays] != expected:
        raise BadData("weights: they are not those of this backbone. Train the model again.")
    model.set_weights(arrays)


class _Features:
    """Features of pictures by what they were computed with and by the pictures' digests."""

    def __init__(self) -> None:
        self._tables: OrderedDict[Any, dict[int, np.ndarray]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Any) -> dict[int, np.ndarray]:
        """Table of one backbone and form."""
        with self._lock:
            table = self._tables.setdefault(key, {})
            self._tables.move_to_end(key)
            while len(self._tables) > 1 and self._size() > KEPT:
                self._tables.popitem(last=False)
            return table

    def add(self, table: dict[int, np.ndarray], digests: np.ndarray, found: np.ndarray) -> None:
        """Keep features (n, ...) of pictures with these digests."""
        with self._lock:
            table.update(zip((int(d) for d in digests), found, strict=True))

    def _size(self) -> int:
        tables = [table for table in self._tables.values() if table]
        return sum(len(table) * next(iter(table.values())).nbytes for table in tables)


_features = _Features()
