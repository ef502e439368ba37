"""A training run on disk: one safetensors file, written whole or not at all.

The finished model is not kept here; its folder is in `store`.
"""

import json
import time
from typing import Any

import numpy as np

from fondo.backend import jax
from fondo.engine.plan import Plan
from fondo.engine.run import Run
from fondo.errors import BadData, BadParameter
from fondo.store.weights import load_arrays, save_arrays

FORMAT = "1"
_PARTS = ("state", "best")
_FACTS = ("best_epoch", "best_value", "history", "hashes")


class Keeper:
    """Writes the checkpoint of one run from time to time, and reads it back.

    Parameters
    ----------
    plan : Plan
        Says where, how often, and whether to resume.
    signature : str
        Of the step; a checkpoint of another one is refused.
    n_rows : int
        Training rows, likewise.
    """

    def __init__(self, plan: Plan, signature: str, n_rows: int) -> None:
        self._plan = plan
        self._identity = {
            "settings_hash": plan.settings_hash,
            "seed": str(plan.seed),
            "batch_size": str(plan.batch_size),
            "n_rows": str(n_rows),
        }
        self._written = time.monotonic()
        self._epoch = -1  # of the checkpoint on disk

    def keep(self, run: Run, *, at_once: bool = False) -> None:
        """Write the run if the time has come, or in any case; OutputError where it cannot be."""
        plan, now = self._plan, time.monotonic()
        late = now - self._written >= plan.checkpoint_seconds
        if plan.checkpoint is None or run.epoch == self._epoch or not (at_once or late):
            return
        arrays = {
            f"{part}/{k}": np.asarray(leaf)
            for part in _PARTS
            for k, leaf in enumerate(jax.tree.leaves(getattr(run, part)))
        }
        save_arrays(plan.checkpoint, arrays, {**self._identity, **_facts(run)})
        self._written, self._epoch = time.monotonic(), run.epoch

    def load(self, fresh: Run) -> Run | None:
        """The run on disk, in the shapes of the `fresh` one; None where there is none to resume.

        Raises
        ------
        BadParameter
            The checkpoint belongs to other settings or data; says which differ.
        BadData
            The file is damaged or no checkpoint.
        """
        path = self._plan.checkpoint
        if path is None or not self._plan.resume or not path.exists():
            return None
        arrays, facts = load_arrays(path)
        self._check_identity(facts)
        try:
            parts = {part: _like(getattr(fresh, part), arrays, part) for part in _PARTS}
            written = json.loads(facts["run"])
            run = Run(**parts, **{name: written[name] for name in _FACTS})
        except (KeyError, TypeError, ValueError) as error:
            raise BadData(
                f"{path}: not a checkpoint of this network ({error}). "
                "Remove it, or train without resuming."
            ) from error
        self._epoch = run.epoch
        return run

    def _check_identity(self, facts: dict[str, str]) -> None:
        path = self._plan.checkpoint
        if facts.get("format") != FORMAT:
            raise BadData(f"{path}: not a checkpoint of this version. Train without resuming.")
        differing = [
            f"{name} {facts.get(name)!r} there, {value!r} here"
            for name, value in self._identity.items()
            if facts.get(name) != value
        ]
        if differing:
            raise BadParameter(
                f"Plan(resume=True): the checkpoint {path} belongs to other settings or data "
                f"({'; '.join(differing)}). Remove it, or train without resuming."
            )


def _facts(run: Run) -> dict[str, str]:
    """What a run holds besides arrays; floats keep every bit in JSON."""
    return {"format": FORMAT, "run": json.dumps({name: getattr(run, name) for name in _FACTS})}


def _like(tree: Any, arrays: dict[str, Any], part: str) -> Any:
    """Arrays named part/0, part/1, ... in the form of `tree`; ValueError where they do not fit."""
    leaves, form = jax.tree.flatten(tree)
    found = [arrays[f"{part}/{k}"] for k in range(len(leaves))]
    for k, (leaf, array) in enumerate(zip(leaves, found, strict=True)):
        if np.shape(leaf) != array.shape or leaf.dtype != array.dtype:
            raise ValueError(f"{part}/{k} has shape {array.shape}, not {np.shape(leaf)}")
    return jax.tree.unflatten(form, found)
