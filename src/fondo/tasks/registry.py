"""The tasks that a person can ask for by name, imported only when asked.

A task of one's own is not listed here: `MyTask.load(folder)` opens its models.
"""

import importlib
from typing import Any

from fondo.errors import BadParameter, did_you_mean

TASKS = {
    "table-classifier": "fondo.tasks.tables.classify:TableClassifier",
    "table-regressor": "fondo.tasks.tables.regress:TableRegressor",
    "image-classifier": "fondo.tasks.images.classify:ImageClassifier",
    "image-regressor": "fondo.tasks.images.regress:ImageRegressor",
    "trigger-word": "fondo.tasks.audio.trigger:TriggerWord",
    "image-keypoints": "fondo.tasks.images.keypoints:ImageKeypoints",
    "audio-classifier": "fondo.tasks.audio.classify:AudioClassifier",
}


def task_class(name: str) -> Any:
    """Class of the task called `name`; BadParameter with the nearest name where there is none."""
    if name not in TASKS:
        raise BadParameter(f"task={name!r}: there is no such task. {did_you_mean(name, TASKS)}")
    module, _, cls = TASKS[name].partition(":")
    return getattr(importlib.import_module(module), cls)


def task_name(cls: type) -> str:
    """Registered name of a task class, or its own name where it is not one of fondo's."""
    place = f"{cls.__module__}:{cls.__qualname__}"
    return next((name for name, where in TASKS.items() if where == place), cls.__name__)
