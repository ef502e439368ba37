"""Every deliberate exception of fondo. Not-fitted is scikit-learn's `NotFittedError`.

FondoError
├── BadParameter        a setting that cannot be (also ValueError)
├── BadData             rows, columns, files that cannot be used (also ValueError)
├── ModelFolderError    a model folder that is damaged, foreign or incomplete
├── TrainingFailed      training went wrong: NaN, infinite loss
├── Interrupted         training was stopped by the user; a checkpoint is left
├── OutputError         a file or folder that could not be written
├── ClusterError        a cluster that cannot be reached, or lost work for good
└── MissingExtra        a part of fondo that is not installed (also ImportError)
"""

import difflib
from collections.abc import Iterable


class FondoError(Exception):
    """Base of every deliberate exception of fondo."""


class BadParameter(FondoError, ValueError):
    """A setting that cannot be: `Owner(argument=value): what must hold. What to do.`"""


class BadData(FondoError, ValueError):
    """Rows, columns or files that cannot be used; says where and what to do."""


class ModelFolderError(FondoError):
    """A model folder that is damaged, foreign or incomplete."""


class TrainingFailed(FondoError):
    """Training went wrong; says at which epoch, the likely cause and the remedy."""


class Interrupted(FondoError):
    """Training was stopped by the user; says where the checkpoint lies and how to go on."""


class OutputError(FondoError):
    """A file or folder that could not be written; says which and why."""


class ClusterError(FondoError):
    """A cluster that cannot be reached, or that lost work for good."""


class MissingExtra(FondoError, ImportError):
    """A part of fondo that is not installed; says which command installs it."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Sentence that proposes the nearest known words, or lists a few of them.

    Examples
    --------
    >>> did_you_mean("acuracy", ["accuracy", "recall"])
    "Did you mean 'accuracy'?"
    >>> did_you_mean("xyz", ["accuracy", "recall"])
    'Known: accuracy, recall.'
    """
    words = [str(name) for name in known]
    lower = {name.lower(): name for name in reversed(words)}
    near = difflib.get_close_matches(str(word).lower(), list(lower), n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{lower[near[0]]}'?"
    shown = ", ".join(words[:12]) + (f" and {len(words) - 12} more" if len(words) > 12 else "")
    return f"Known: {shown}." if words else "There are none."
