"""What a report says, as plain data: no model, no task, nothing that has to be computed.

`report` fills it from a fitted task; `page` turns it into HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fondo.report.markup import brief

if TYPE_CHECKING:
    from fondo.judge.diagnosis import Diagnosis
    from fondo.judge.evaluation import Evaluation
    from fondo.report.picture_findings import PictureFindings
    from fondo.report.sound_findings import SoundFindings

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ReportContent:
    """Everything that the page shows. Only `task` and `target` are needed.

    Parameters
    ----------
    task : str
        Name of the estimator: "TableClassifier".
    target : str
        Column that is predicted.
    source : str
        Where the data came from, as the user named it.
    unit : str
        Unit of the target, and with it of errors and residuals; empty if not known.
    evaluation : judge.Evaluation or None
        Scores, baselines, leaks, verdict and curves on the test rows.
    diagnosis : judge.Diagnosis or None
        What holds the model back.
    columns : sequence of rows
        Keys `name`, `kind`, `missing` (share), `distinct`, and either `min`, `mean`, `max` or
        `top` (most frequent values), as `data.tables.show.summary` gives them.
    dropped : sequence of (name, reason)
        Columns that were left out.
    notes : sequence of str
        What a reader should know about the data and the training.
    rows : mapping
        Number of rows of each part: `train`, `validation`, `test`.
    split : mapping
        How the parts were drawn: `how`, `seed`, and what else is worth telling.
    history : sequence of rows
        One row an epoch: `epoch`, `loss`, `val_loss` and metrics.
    best_epoch : int or None
        Epoch whose weights were kept.
    loss : str
        Name of the loss with its unit, for the axis: "cross-entropy (nats)".
    threshold : mapping or None
        `value` and `aim` of the decision threshold.
    interval : mapping or None
        Prediction interval: `coverage` stated, `measured` on test rows, `half_width`.
    importances : sequence of rows
        `name`, `value`, `low`, `high`: what shuffling a column costs.
    importance_unit : str
        Unit of these values, in words: "rise of the loss (nats)".
    reasons : sequence of rows
        One mapping an explained row: `row`, `answer`, `truth`, `base` and `reasons`, each of which
        has `name`, `shown` and `effect`.
    reason_unit : str
        Unit of effects, in words: "probability of 'default' (percentage points)".
    pictures : PictureFindings or None
        Answers to pictures looked at; with it nothing is said of columns.
    sounds : SoundFindings or None
        Answers to sounds looked at, likewise.
    network : mapping
        `layers` (rows of `name`, `type`, `output`, `parameters`, as `Task.summary` gives).
    settings : mapping
        Parameters of the estimator.
    receipt : mapping
        As `store.receipt.make_receipt` gives it.
    usage : sequence of (command, what it does)
        How to use the model again.
    """

    task: str
    target: str
    source: str = ""
    unit: str = ""
    evaluation: "Evaluation | None" = None
    diagnosis: "Diagnosis | None" = None
    columns: Sequence[Row] = ()
    dropped: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    split: Row = field(default_factory=dict)
    history: Sequence[Row] = ()
    best_epoch: int | None = None
    loss: str = "loss"
    threshold: Row | None = None
    interval: Row | None = None
    importances: Sequence[Row] = ()
    importance_unit: str = "rise of the loss"
    reasons: Sequence[Row] = ()
    reason_unit: str = "change of the answer"
    pictures: "PictureFindings | None" = None
    sounds: "SoundFindings | None" = None
    network: Row = field(default_factory=dict)
    settings: Row = field(default_factory=dict)
    receipt: Row = field(default_factory=dict)
    usage: Sequence[tuple[str, str]] = ()

    @property
    def model(self) -> str:
        """What the model is, in a few words: `TableClassifier for “default”`."""
        return f"{self.task} for “{brief(self.target)}”"
