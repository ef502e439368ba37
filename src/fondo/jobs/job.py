"""What one training is asked for, kept with the model so that it can be done again.

How it is done is in `train`, what rows it sees in `rows`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fondo.contracts import Whole, check_value
from fondo.errors import BadParameter


@dataclass(frozen=True)
class Job:
    """What was asked for: data, target, task, split and settings.

    Parameters
    ----------
    source : str
        Path of the table, or sample:NAME.
    target : str
        Column to predict.
    task : str
        Name of the task.
    seed : int, default=0
        Draws the split and the weights.
    settings : mapping of str to str
        As written after `--set`.
    test : float in (0, 1), default=0.2
        Share of rows kept for the final judgement.
    group, time, weight : str or None
        Columns whose values keep rows together, order them, and weigh them.
    drop : tuple of str
        Columns left out.
    fingerprint : str
        Hash of the whole table; by it the table is known again.
    streamed : bool
        Whether the table was read from disk in batches.
    human : float or None
        Error of a person who does the same by hand; the diagnosis stands beside it.
    """

    source: str
    target: str
    task: str
    seed: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    test: float = 0.2
    group: str | None = None
    time: str | None = None
    weight: str | None = None
    drop: tuple[str, ...] = ()
    fingerprint: str = ""
    streamed: bool = False
    human: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"drop": list(self.drop)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Job":
        """Job that `to_json` wrote."""
        return cls(**{**values, "drop": tuple(values["drop"])})


def check_job(job: Job) -> None:
    """BadParameter where what is asked for cannot be."""
    if not 0 < job.test < 1:
        raise BadParameter(
            f"train(test={job.test}): test must be a share between 0 and 1, such as 0.2."
        )
    check_value("train", "seed", job.seed, Whole(0, 2**32 - 1))
    if job.group is not None and job.time is not None:
        raise BadParameter(
            f"train(group={job.group!r}, time={job.time!r}): only one of the two can decide how "
            "rows are split. Leave one out."
        )
    roles = {"group": (job.group,), "time": (job.time,), "weight": (job.weight,), "drop": job.drop}
    for role, names in roles.items():
        if job.target in names:
            raise BadParameter(
                f"train({role}={job.target!r}): this is the target column. Choose another column."
            )
