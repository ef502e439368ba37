"""fondo: train, check, explain, save and serve neural networks, and see how each works inside.

The public names, one a line, imported when first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from fondo.version import __version__ as __version__

if TYPE_CHECKING:
    from fondo.cluster.pool import open_pool as open_pool
    from fondo.data.splits import Latest as Latest
    from fondo.data.tables.columns import Columns as Columns
    from fondo.explain.diagnose import diagnose as diagnose
    from fondo.explain.importance import importance as explain
    from fondo.jobs.trace import trace as trace
    from fondo.jobs.train import train as train
    from fondo.report.report import report as report
    from fondo.search.compare import compare as compare
    from fondo.search.more_data import more_data as more_data
    from fondo.search.search import SearchPlan as SearchPlan
    from fondo.search.search import search as search
    from fondo.tasks.architecture import MLP as MLP
    from fondo.tasks.audio.alarm import Alarm as Alarm
    from fondo.tasks.audio.classify import AudioClassifier as AudioClassifier
    from fondo.tasks.audio.mixing import Mixing as Mixing
    from fondo.tasks.audio.settings import Distort as Distort
    from fondo.tasks.audio.settings import SoundNet as SoundNet
    from fondo.tasks.audio.settings import Spectrum as Spectrum
    from fondo.tasks.audio.settings import Waves as Waves
    from fondo.tasks.audio.trigger import TriggerWord as TriggerWord
    from fondo.tasks.base import Task as Task
    from fondo.tasks.images.augment import Augment as Augment
    from fondo.tasks.images.classify import ImageClassifier as ImageClassifier
    from fondo.tasks.images.keypoints import ImageKeypoints as ImageKeypoints
    from fondo.tasks.images.regress import ImageRegressor as ImageRegressor
    from fondo.tasks.images.settings import Backbone as Backbone
    from fondo.tasks.images.settings import ConvNet as ConvNet
    from fondo.tasks.images.settings import Pixels as Pixels
    from fondo.tasks.load import load as load
    from fondo.tasks.run import Run as Run
    from fondo.tasks.tables.classify import TableClassifier as TableClassifier
    from fondo.tasks.tables.regress import TableRegressor as TableRegressor

# Public name -> module that holds it and its name there.
_PLACES = {
    "Alarm": ("fondo.tasks.audio.alarm", "Alarm"),
    "AudioClassifier": ("fondo.tasks.audio.classify", "AudioClassifier"),
    "Augment": ("fondo.tasks.images.augment", "Augment"),
    "Backbone": ("fondo.tasks.images.settings", "Backbone"),
    "Columns": ("fondo.data.tables.columns", "Columns"),
    "ConvNet": ("fondo.tasks.images.settings", "ConvNet"),
    "Distort": ("fondo.tasks.audio.settings", "Distort"),
    "ImageClassifier": ("fondo.tasks.images.classify", "ImageClassifier"),
    "ImageKeypoints": ("fondo.tasks.images.keypoints", "ImageKeypoints"),
    "ImageRegressor": ("fondo.tasks.images.regress", "ImageRegressor"),
    "Latest": ("fondo.data.splits", "Latest"),
    "MLP": ("fondo.tasks.architecture", "MLP"),
    "Mixing": ("fondo.tasks.audio.mixing", "Mixing"),
    "Pixels": ("fondo.tasks.images.settings", "Pixels"),
    "Waves": ("fondo.tasks.audio.settings", "Waves"),
    "compare": ("fondo.search.compare", "compare"),
    "SearchPlan": ("fondo.search.search", "SearchPlan"),
    "search": ("fondo.search.search", "search"),
    "Run": ("fondo.tasks.run", "Run"),
    "SoundNet": ("fondo.tasks.audio.settings", "SoundNet"),
    "Spectrum": ("fondo.tasks.audio.settings", "Spectrum"),
    "TableClassifier": ("fondo.tasks.tables.classify", "TableClassifier"),
    "TableRegressor": ("fondo.tasks.tables.regress", "TableRegressor"),
    "Task": ("fondo.tasks.base", "Task"),
    "TriggerWord": ("fondo.tasks.audio.trigger", "TriggerWord"),
    "diagnose": ("fondo.explain.diagnose", "diagnose"),
    "explain": ("fondo.explain.importance", "importance"),
    "load": ("fondo.tasks.load", "load"),
    "more_data": ("fondo.search.more_data", "more_data"),
    "open_pool": ("fondo.cluster.pool", "open_pool"),
    "report": ("fondo.report.report", "report"),
    "trace": ("fondo.jobs.trace", "trace"),
    "train": ("fondo.jobs.train", "train"),
}

__all__ = [
    "MLP",
    "Alarm",
    "AudioClassifier",
    "Augment",
    "Backbone",
    "Columns",
    "ConvNet",
    "Distort",
    "ImageClassifier",
    "ImageKeypoints",
    "ImageRegressor",
    "Latest",
    "Mixing",
    "Pixels",
    "Run",
    "SearchPlan",
    "SoundNet",
    "Spectrum",
    "TableClassifier",
    "TableRegressor",
    "Task",
    "TriggerWord",
    "Waves",
    "compare",
    "diagnose",
    "explain",
    "load",
    "more_data",
    "open_pool",
    "report",
    "search",
    "trace",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'fondo' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    if module.startswith(f"fondo.{name}."):  # a package that can be called, see `packages`
        return importlib.import_module(f"fondo.{name}")
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
