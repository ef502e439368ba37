"""What a training leaves for the receipt: data fingerprint, settings, seed, versions, hashes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fondo.store.receipt import make_receipt, versions
from fondo.tasks.codec import settings_to_json
from fondo.tasks.registry import task_name
from fondo.tasks.rows import Part


@dataclass(frozen=True)
class Recorded:
    """The part of a receipt that is known before training starts."""

    task: str
    data: dict[str, Any]
    settings: dict[str, Any]
    seed: int

    @property
    def settings_hash(self) -> str:
        """Hash of all that decides a training; a checkpoint of another one is refused."""
        text = json.dumps([self.task, self.data, self.settings, self.seed], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def receipt(self, hashes: Sequence[str]) -> dict[str, Any]:
        """Receipt with the hash of the weights after each epoch."""
        return make_receipt(
            data=self.data,
            settings={"task": self.task, **self.settings},
            seed=self.seed,
            versions=versions(),
            hashes=list(hashes),
        )


def make_record(task: Any, whole: Part) -> Recorded:
    """Record of a training that is about to start."""
    data = {
        "fingerprint": task.fingerprint(whole.X, whole.y),
        "rows": task.n_rows(whole.X),
        "weighted": whole.weight is not None,
    }
    if whole.weight is not None:
        data["weights"] = hashlib.sha256(whole.weight.tobytes()).hexdigest()
    return Recorded(task_name(type(task)), data, settings_to_json(task), task.random_state)
