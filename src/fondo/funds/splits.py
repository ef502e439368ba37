"""Splits by date in which no training label overlaps a test label: walk forward, and folds.

Every combination of test folds is in `combinations`; what leaks on purpose is in `shuffles`.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator

from fondo import contracts
from fondo.contracts import Choice, Contract, Either, Nothing, Whole
from fondo.data.dealing import deal_groups
from fondo.errors import BadData
from fondo.funds.spans import Rows, Spans, checked_spans, clear_of

DAYS = "days"
YEAR = 365  # days: the look-back and the label of the notes
_UNITS = {"year": "datetime64[Y]", "month": "datetime64[M]"}

Pair = tuple[Rows, Rows]


class DatedSplitter(BaseCrossValidator):  # type: ignore[misc]  # scikit-learn has no types
    """Splitter that knows when rows decide and until when their labels look.

    Works wherever scikit-learn takes `cv=` and passes `groups` on; `bound` makes one for where it
    does not.
    """

    contracts: dict[str, Contract] = {}
    # scikit-learn's metadata routing: hand `groups` over without being asked to
    __metadata_request__split = {"groups": True}

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[Pair]:
        """Training and test rows, one split after the other.

        Parameters
        ----------
        X : array (n, ...)
            Only its length is looked at; None takes that of `groups`.
        y : array (n,) or None, default=None
            Labels, where a splitter stratifies.
        groups : spans (n,)
            From `spans(date, label_end)`; may be in any order.

        Yields
        ------
        train, test : int arrays
            Places of rows, sorted.

        Raises
        ------
        BadParameter
            A setting that cannot be, or `groups` that are no spans.
        BadData
            Too few dates, or a split without training rows.
        """
        contracts.check(self)
        times = checked_spans(type(self).__name__, X, groups)
        for train, test in self.pairs(times, y):
            if len(train) == 0:
                raise BadData(
                    f"{type(self).__name__}: no row is left to train on when "
                    f"{times['date'][test].min()} to {times['date'][test].max()} is tested. "
                    f"{self.remedy}"
                )
            yield train, test

    remedy = "Give more dates, ask for fewer folds, or shorten the embargo."

    @abstractmethod
    def pairs(self, times: Spans, y: Any) -> Iterator[Pair]:
        """Training and test rows, for checked spans."""

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many splits there are for these rows."""
        contracts.check(self)
        return self.count(checked_spans(type(self).__name__, X, groups))

    @abstractmethod
    def count(self, times: Spans) -> int:
        """How many splits there are, for checked spans."""

    def bound(self, times: Spans) -> "Bound":
        """The same splits for tools that pass no `groups` on, for these very rows alone."""
        return Bound(self, times)


class Bound(BaseCrossValidator):  # type: ignore[misc]
    """A splitter together with the spans of the rows that it will be given.

    Parameters
    ----------
    splitter : DatedSplitter
        How to split.
    times : spans (n,)
        Of the rows that will come, in their order; another number of rows is refused.

    Examples
    --------
    >>> from fondo.funds.spans import spans
    >>> rows = spans([f"{year}-12-31" for year in range(2000, 2010)],
    ...              [f"{year}-12-31" for year in range(2001, 2011)])
    >>> cv = PurgedKFold(5, embargo=0).bound(rows)
    >>> cv.get_n_splits()
    5
    """

    def __init__(self, splitter: DatedSplitter, times: Spans) -> None:
        self.splitter = splitter
        self.times = times

    def split(self, X: Any = None, y: Any = None, groups: Any = None) -> Iterator[Pair]:
        """Training and test rows; `groups` are those it is bound to."""
        return self.splitter.split(X, y, self.times)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """How many splits there are."""
        return self.splitter.get_n_splits(X, y, self.times)


class PurgedWalkForward(DatedSplitter):
    """Train on what was known, test on what came next, and go on in time: the honest default.

    Before each stretch of test dates, every row is trained on whose label had ended by then, and
    no other: features may look back as far as they like.

    Parameters
    ----------
    test : "year", "month" or int, default="year"
        Dates tested with one model: those of a calendar year or month, or so many in a row.
    burn_in : int, default=1095
        Days from the first date before tests begin; labels must have had time to end.
    window : int or None, default=None
        Days before the test that training rows may be old; None trains on all (expanding), a
        number on the latest (rolling).
    gap : int, default=0
        Days by which prices are known late: labels must have ended so long before the test.

    Notes
    -----
    A label that ends on the very day of the test is known that day, and is trained on; `gap=1`
    leaves it out. The share classes of a fund at one date are always on the same side.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, section 7.4.1 (purging) and
    12.2 (walking forward).

    Examples
    --------
    >>> from fondo.funds.spans import spans
    >>> years = [f"{year}-12-31" for year in range(2000, 2008)]
    >>> rows = spans(years[:-1], years[1:])
    >>> for train, test in PurgedWalkForward(burn_in=4 * 365).split(None, groups=rows):
    ...     print(train, test)  # at the end of 2004 the label of 2003 has just ended
    [0 1 2 3] [4]
    [0 1 2 3 4] [5]
    [0 1 2 3 4 5] [6]
    """

    contracts = {
        "test": Either(Choice("year", "month"), Whole(1, unit="dates")),
        "burn_in": Whole(0, unit=DAYS),
        "window": Either(Nothing(), Whole(1, unit=DAYS)),
        "gap": Whole(0, unit=DAYS),
    }
    remedy = "Raise burn_in, so that labels have had time to end, or widen the window."

    def __init__(
        self,
        test: str | int = "year",
        burn_in: int = 3 * YEAR,
        window: int | None = None,
        gap: int = 0,
    ) -> None:
        self.test = test
        self.burn_in = burn_in
        self.window = window
        self.gap = gap

    def pairs(self, times: Spans, y: Any = None) -> Iterator[Pair]:
        """Training and test rows, for checked spans."""
        for dates in self._parts(times):
            known = times["label_end"] <= dates[0] - np.timedelta64(self.gap, "D")
            if self.window is not None:
                known &= times["date"] >= dates[0] - np.timedelta64(self.window, "D")
            test = (times["date"] >= dates[0]) & (times["date"] <= dates[-1])
            yield np.flatnonzero(known), np.flatnonzero(test)

    def count(self, times: Spans) -> int:
        """How many stretches of test dates there are."""
        return len(self._parts(times))

    def _parts(self, times: Spans) -> list[Any]:
        """Dates of each stretch, ascending."""
        dates = np.unique(times["date"])
        late = dates[dates >= dates[0] + np.timedelta64(self.burn_in, "D")]
        if len(late) == 0:
            raise BadData(
                f"PurgedWalkForward(burn_in={self.burn_in}): the dates run from {dates[0]} to "
                f"{dates[-1]} only, so that none is left to test. Lower burn_in or give more years."
            )
        if isinstance(self.test, str):
            units = late.astype(_UNITS[self.test])
            cuts = np.flatnonzero(units[1:] != units[:-1]) + 1
        else:
            cuts = np.arange(self.test, len(late), self.test)
        return np.split(late, cuts)


class PurgedKFold(DatedSplitter):
    """Folds of neighbouring dates; each is tested once, trained on the rest, less what overlaps.

    Uses more data than walking forward, and trains on the future: for choosing settings, not for
    a track record.

    Parameters
    ----------
    n_splits : int, default=5
        Folds of about equally many dates.
    embargo : int, default=365
        Days after the last label of a fold in which no training row may decide: at least the
        longest look-back of the features, which else still see the test labels' time.
    fund_folds : int, default=1
        Above 1, funds are dealt into so many folds too, and each fold of dates is tested fold of
        funds by fold of funds, trained on other funds at other dates. Needs spans with funds.
    random_state : int, default=0
        Same seed, same folds of funds.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, section 7.4, where the embargo
    likewise begins at the end of the labels.

    Examples
    --------
    >>> from fondo.funds.spans import spans
    >>> years = [f"{year}-12-31" for year in range(2000, 2011)]
    >>> rows = spans(years[:-1], years[1:])
    >>> for train, test in PurgedKFold(5, embargo=366).split(None, groups=rows):
    ...     print(train, test)
    [4 5 6 7 8 9] [0 1]
    [0 1 6 7 8 9] [2 3]
    [0 1 2 3 8 9] [4 5]
    [0 1 2 3 4 5] [6 7]
    [0 1 2 3 4 5 6 7] [8 9]
    """

    contracts = {
        "n_splits": Whole(2, unit="folds"),
        "embargo": Whole(0, unit=DAYS),
        "fund_folds": Whole(1, unit="folds"),
        "random_state": Whole(0, 2**32 - 1),
    }

    def __init__(
        self, n_splits: int = 5, embargo: int = YEAR, fund_folds: int = 1, random_state: int = 0
    ) -> None:
        self.n_splits = n_splits
        self.embargo = embargo
        self.fund_folds = fund_folds
        self.random_state = random_state

    def pairs(self, times: Spans, y: Any = None) -> Iterator[Pair]:
        """Training and test rows, for checked spans."""
        fund_fold = self._fund_folds(times)
        for fold in date_folds(times, self.n_splits, "PurgedKFold"):
            clear = clear_of(times, fold, self.embargo)
            for part in range(self.fund_folds):
                test = fold[fund_fold[fold] == part]
                if len(test):  # no fund of this part may live at these dates
                    other = fund_fold != part if self.fund_folds > 1 else True
                    yield np.flatnonzero(clear & other), test

    def count(self, times: Spans) -> int:
        """How many splits there are; folds without a fund are left out."""
        fund_fold = self._fund_folds(times)
        folds = date_folds(times, self.n_splits, "PurgedKFold")
        return sum(len(np.unique(fund_fold[fold])) for fold in folds)

    def _fund_folds(self, times: Spans) -> Rows:
        if self.fund_folds == 1:
            return np.zeros(len(times), np.int64)
        funds = len(np.unique(times["fund"]))
        if funds < self.fund_folds:
            raise BadData(
                f"PurgedKFold(fund_folds={self.fund_folds}): the spans name {funds} fund(s). Give "
                "spans(date, label_end, fund) of more funds, or ask for fewer folds."
            )
        generator = np.random.default_rng(self.random_state)
        return deal_groups(times["fund"], self.fund_folds, generator)


def date_folds(times: Spans, k: int, owner: str) -> list[Rows]:
    """Rows of each of k stretches of about equally many dates; BadData where dates are fewer."""
    dates, date_of = np.unique(times["date"], return_inverse=True)
    if len(dates) < k:
        raise BadData(
            f"{owner}: there are {len(dates)} different dates for {k} folds. Give more dates or "
            "ask for fewer folds."
        )
    parts = np.array_split(np.arange(len(dates)), k)
    return [np.flatnonzero((date_of >= part[0]) & (date_of <= part[-1])) for part in parts]
