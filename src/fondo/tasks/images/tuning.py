"""Fine-tuning: a head learns from the features of a backbone, then both go on together, slowly."""

from dataclasses import replace
from typing import Any

import numpy as np

from fondo.backend import keras
from fondo.engine.examples import Examples
from fondo.engine.optimizers import make_optimizer
from fondo.engine.plan import Plan
from fondo.engine.predict import set_state
from fondo.engine.step import supervised
from fondo.engine.train import Outcome, train
from fondo.tasks.base import AVERAGE


def fine_tune(
    task: Any, trunk: Any, parts: tuple[Examples, Examples | None], plan: Plan
) -> Outcome:
    """Train the network of a task in two phases; `task.network_` is the whole of it afterwards.

    Parameters
    ----------
    task : ImageTask
        With a backbone that is to be fine-tuned.
    trunk : Trunk
        The backbone.
    parts : (Examples, Examples or None)
        Training and validation pictures.
    plan : Plan
        Of the first phase; the second has the epochs of the backbone's settings.

    Returns
    -------
    outcome : Outcome
        State of the whole network; history of both phases, counted on, each row with its "phase".

    Notes
    -----
    Batch statistics of the backbone stay as they are, as is usual with few pictures. Checkpoints
    of the first phase lie beside those of the second.
    """
    settings, form = task.backbone, task.form
    features = _features(trunk, parts[0], form)
    task.trunk_scale_ = trunk.scale_of(features.inputs["features"])
    learnt = _scaled(features, task.trunk_scale_)
    held = parts[1]
    if held is not None:
        held = _scaled(_features(trunk, held, form), task.trunk_scale_)
    head = trunk.head(form, task.n_outputs, task.random_state)
    begun = train(task.step_of_head(head), learnt, held, _beside(plan))
    set_state(head, begun.state)
    whole = trunk.whole(form, head, task.trunk_scale_)
    freeze_statistics(whole)
    task.network_ = whole
    optimizer = make_optimizer("adamw", settings.fine_tune_rate, type(task).__name__)
    step = supervised(whole, task.objective(), optimizer, AVERAGE, task.change())
    ended = train(step, parts[0], parts[1], replace(plan, epochs=settings.fine_tune))
    return _joined(begun, ended)


def freeze_statistics(network: Any) -> None:
    """Let the batch normalisations of a network be as they are."""
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _features(trunk: Any, part: Examples, form: Any) -> Examples:
    found = trunk.features_of(part.inputs["pictures"], form)
    return Examples({"features": found}, part.target, part.weight)


def _scaled(part: Examples, scale: tuple[Any, Any]) -> Examples:
    features = (part.inputs["features"] - scale[0]) / scale[1]
    return Examples({"features": np.asarray(features, np.float32)}, part.target, part.weight)


def _beside(plan: Plan) -> Plan:
    """Plan of the first phase, its checkpoint beside that of the second."""
    if plan.checkpoint is None:
        return plan
    return replace(plan, checkpoint=plan.checkpoint.with_name(plan.checkpoint.name + ".head"))


def _joined(first: Outcome, second: Outcome) -> Outcome:
    """Outcome of both phases, their epochs counted on."""
    before = len(first.history)
    rows = [{**row, "phase": 1} for row in first.history]
    rows += [{**row, "epoch": row["epoch"] + before, "phase": 2} for row in second.history]
    return Outcome(
        second.state, rows, second.best_epoch + before, [*first.hashes, *second.hashes],
        second.stopped,
    )  # fmt: skip
