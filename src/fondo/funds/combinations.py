"""Every way to test some folds of dates and train on the others, and the track records in them.

One track record says little of its own luck; several of the same model, partly trained on other
years, say more. Plain folds and walking forward are in `splits`.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fondo import contracts
from fondo.contracts import Whole
from fondo.errors import BadData, BadParameter
from fondo.funds.spans import Rows, Spans, checked_spans, clear_of
from fondo.funds.splits import DAYS, YEAR, DatedSplitter, Pair, date_folds
from fondo.judge.intervals import Floats


class CombinatorialPurgedKFold(DatedSplitter):
    """Test every choice of some folds of dates, trained on the rest, less what overlaps.

    Each fold is tested in several splits, so that the tests make up several whole track records
    (paths): 6 folds, 2 of them tested at a time, give 15 splits and 5 paths.

    Parameters
    ----------
    n_folds : int, default=6
        Folds of about equally many neighbouring dates.
    n_test_folds : int, default=2
        Folds tested in one split, fewer than `n_folds`.
    embargo : int, default=365
        Days after the last label of each tested fold in which no training row may decide: at
        least the longest look-back of the features.

    Notes
    -----
    Tested folds that touch are purged each by itself, so that a training row between two of them
    stays if it is clear of both. Like any folds it trains on the future.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, section 12.4.

    Examples
    --------
    >>> cv = CombinatorialPurgedKFold(6, 2)
    >>> cv.n_splits, cv.n_paths
    (15, 5)
    """

    contracts = {
        "n_folds": Whole(2, unit="folds"),
        "n_test_folds": Whole(1, unit="folds"),
        "embargo": Whole(0, unit=DAYS),
    }

    def __init__(self, n_folds: int = 6, n_test_folds: int = 2, embargo: int = YEAR) -> None:
        self.n_folds = n_folds
        self.n_test_folds = n_test_folds
        self.embargo = embargo

    @property
    def n_splits(self) -> int:
        """Ways to choose the tested folds."""
        self._check()
        return comb(self.n_folds, self.n_test_folds)

    @property
    def n_paths(self) -> int:
        """Whole track records that the splits make up: how often each fold is tested."""
        self._check()
        return comb(self.n_folds - 1, self.n_test_folds - 1)

    def tested(self) -> list[tuple[int, ...]]:
        """Folds tested in each split, in the order of `split`."""
        self._check()
        return list(combinations(range(self.n_folds), self.n_test_folds))

    def path_of(self) -> Rows:
        """Path that each split's test of each fold belongs to: int (splits, folds), -1 for none.

        The first test of a fold belongs to path 0, the second to path 1, and so on.
        """
        tested = np.zeros((self.n_splits, self.n_folds), np.int64)
        for split, folds in enumerate(self.tested()):
            tested[split, list(folds)] = 1
        path: Rows = np.where(tested == 1, np.cumsum(tested, axis=0) - 1, -1)
        return path

    def paths(self, answers: Sequence[ArrayLike], groups: Spans) -> Floats:
        """Track records made of the answers to the tests of all splits.

        Parameters
        ----------
        answers : sequence (splits,) of float arrays
            Scores of the test rows of each split, in the order of `split`.
        groups : spans (n,)
            As given to `split`.

        Returns
        -------
        paths : float array (n_paths, n)
            Each row of data answered once in each path, by a model that has not seen its time.

        Raises
        ------
        BadData
            The answers do not fit the tests.
        """
        times = checked_spans(type(self).__name__, None, groups)
        folds = date_folds(times, self.n_folds, type(self).__name__)
        out, path_of = np.full((self.n_paths, len(times)), np.nan), self.path_of()
        tests = [np.sort(np.concatenate([folds[f] for f in chosen])) for chosen in self.tested()]
        values = [np.asarray(answer, np.float64) for answer in answers]
        if [v.shape for v in values] != [(len(test),) for test in tests]:
            raise BadData(
                f"CombinatorialPurgedKFold.paths(answers): {len(values)} arrays do not fit the "
                f"tests of {len(tests)} splits. Give one score for each test row of each split."
            )
        for split, (test, value) in enumerate(zip(tests, values, strict=True)):
            for fold in self.tested()[split]:
                inside = np.isin(test, folds[fold], assume_unique=True)
                out[path_of[split, fold], test[inside]] = value[inside]
        return out

    def pairs(self, times: Spans, y: Any = None) -> Iterator[Pair]:
        """Training and test rows, for checked spans."""
        folds = date_folds(times, self.n_folds, type(self).__name__)
        clear = [clear_of(times, fold, self.embargo) for fold in folds]
        for chosen in self.tested():
            test = np.sort(np.concatenate([folds[f] for f in chosen]))
            yield np.flatnonzero(np.all([clear[f] for f in chosen], axis=0)), test

    def count(self, times: Spans | None = None) -> int:
        """How many splits there are; the same for all rows."""
        return self.n_splits

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many splits there are; the same for all rows."""
        return self.n_splits

    def _check(self) -> None:
        contracts.check(self)
        if self.n_test_folds >= self.n_folds:
            raise BadParameter(
                f"CombinatorialPurgedKFold(n_folds={self.n_folds}, "
                f"n_test_folds={self.n_test_folds}): fewer folds must be tested than there are. "
                "2 of 6 is usual."
            )
