"""Intervals of the label scores: accuracy, recall, precision and F1 from the confusion matrix.

Closed forms all but one (macro F1); scores of probabilities are not here.
"""

import numpy as np
from scipy import sparse

from fondo.judge.answers import ClassCase
from fondo.judge.intervals import Array, Floats, Interval, average_of, wilson
from fondo.judge.resample import count_interval

EVERYTHING = Interval(0.0, 1.0, "not defined on these rows")


def totals(case: ClassCase) -> tuple[Array, Array, Array]:
    """Rightly answered, true and answered rows of each class: three int arrays (n_classes,)."""
    size = len(case.classes)
    right = np.bincount(case.y[case.y == case.guess], minlength=size)
    true = np.bincount(case.y, minlength=size)
    return right, true, np.bincount(case.guess, minlength=size)


def accuracy_interval(case: ClassCase, level: float) -> Interval:
    """Wilson's interval of the share of rows answered rightly."""
    return wilson(int((case.y == case.guess).sum()), len(case.y), level)


def recall_interval(case: ClassCase, level: float) -> Interval:
    """Wilson's interval among the rows of the class looked for; averaged over classes else."""
    right, true, _ = totals(case)
    if case.binary:
        return wilson(int(right[1]), int(true[1]), level) if true[1] else EVERYTHING
    return balanced_interval(case, level)


def balanced_interval(case: ClassCase, level: float) -> Interval:
    """Average of the recalls of the classes that occur, their Wilson intervals combined."""
    right, true, _ = (t[case.present] for t in totals(case))
    parts = [wilson(int(r), int(t), level) for r, t in zip(right, true, strict=True)]
    return average_of((right / true).tolist(), parts)


def precision_interval(case: ClassCase, level: float) -> Interval:
    """Wilson's interval among the rows answered as the class looked for; averaged over classes."""
    right, _, answered = totals(case)
    if case.binary:
        return wilson(int(right[1]), int(answered[1]), level) if answered[1] else EVERYTHING
    right, answered = right[case.present], answered[case.present]
    # a class never answered scores 0 for certain: precision is defined so
    parts = [
        wilson(int(r), int(a), level) if a else Interval(0.0, 0.0)
        for r, a in zip(right, answered, strict=True)
    ]
    return average_of((right / np.maximum(answered, 1)).tolist(), parts)


def f1_interval(case: ClassCase, level: float) -> Interval:
    """Interval of F1 of the class looked for, or of the average over classes.

    For two classes F1 = 2J / (1 + J) where J is the share of true positives among the rows that
    are either true or answered as the class: a binomial share, so Wilson's interval carries over.

    References
    ----------
    Takahashi et al. (2022), Applied Intelligence 52, for F1 as a function of proportions.
    """
    right, true, answered = totals(case)
    if case.binary:
        rows = int(true[1] + answered[1] - right[1])
        if rows == 0:
            return EVERYTHING
        low, high, method = wilson(int(right[1]), rows, level)
        return Interval(2 * low / (1 + low), 2 * high / (1 + high), method)
    return _macro_f1(case, level)


def _macro_f1(case: ClassCase, level: float) -> Interval:
    size = len(case.classes)
    keys, counts = np.unique(case.y * size + case.guess, return_counts=True)
    if len(np.unique(keys // size)) == len(keys) == (keys // size == keys % size).sum():
        return balanced_interval(case, level)  # all right: a bootstrap would see no noise
    cells = np.arange(len(keys))
    true = sparse.csr_array((np.ones(len(keys)), (keys // size, cells)), (size, len(keys)))
    answered = sparse.csr_array((np.ones(len(keys)), (keys % size, cells)), (size, len(keys)))
    right = sparse.csr_array(
        ((keys // size == keys % size).astype(float), (keys // size, cells)), (size, len(keys))
    )

    def macro(drawn: Floats) -> Floats:
        r, t, a = (m @ drawn.T for m in (right, true, answered))  # (classes, resamples)
        f1 = np.where(t > 0, 2 * r / np.maximum(t + a, 1), np.nan)
        means: Floats = np.nanmean(f1, axis=0)
        return means

    return count_interval(counts, macro, level=level)
