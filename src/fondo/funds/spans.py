"""When each row decides and until when its label looks: what splits by date have to know.

The splitters that use it are in `splits`, `combinations` and `shuffles`.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fondo.errors import BadData, BadParameter
from fondo.funds.cells import Dates, as_dates

SPAN = np.dtype([("date", "datetime64[D]"), ("label_end", "datetime64[D]"), ("fund", np.int64)])

Spans = NDArray[np.void]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


def spans(date: ArrayLike, label_end: ArrayLike, fund: ArrayLike | None = None) -> Spans:
    """Span of each row, to give to splitters as `groups`.

    One array with an entry a row, so that scikit-learn passes it on, and takes parts of it, as it
    does with any `groups`.

    Parameters
    ----------
    date : array (n,) of dates
        Decision date: features use data up to and including it, the label starts after it.
    label_end : array (n,) of dates
        Last date that the label uses, after `date`.
    fund : array (n,) or None, default=None
        Fund of each row, as codes or names; the same for all share classes of one fund. Needed
        only where funds are kept apart.

    Returns
    -------
    spans : structured array (n,)
        With fields "date", "label_end" and "fund" (-1 where none was given).

    Raises
    ------
    BadData
        There is no row, a date is missing, lengths differ, or a label ends before it starts. Rows
        without a label are to be left out first.

    Examples
    --------
    >>> spans(["2020-01-03"], ["2021-01-01"])["label_end"]
    array(['2021-01-01'], dtype='datetime64[D]')
    """
    start, end = as_dates(date, "spans"), as_dates(label_end, "spans", "label_end")
    codes = np.full(len(start), -1)
    if fund is not None:
        names = np.asarray(fund)
        codes = np.unique(names, return_inverse=True)[1] if names.ndim == 1 else codes[:0]
    if not len(start) == len(end) == len(codes) or len(start) == 0:
        raise BadData(
            f"spans(date={start.shape}, label_end={end.shape}, fund={codes.shape}): there must be "
            "one of each for every row, and at least one row. Give arrays of one length."
        )
    if (end <= start).any():
        row = int((end <= start).argmax())
        raise BadData(
            f"spans(label_end): row {row} decides on {start[row]} and its label ends on "
            f"{end[row]}. A label must end after its date."
        )
    found = np.empty(len(start), SPAN)
    found["date"], found["label_end"], found["fund"] = start, end, codes
    return found


def checked_spans(owner: str, X: Any, groups: Any) -> Spans:
    """Spans as they came through `groups`; BadParameter or BadData where they are none."""
    if getattr(groups, "dtype", None) != SPAN or np.ndim(groups) != 1:
        given = "None" if groups is None else type(groups).__name__
        raise BadParameter(
            f"{owner}.split(groups={given}): groups must be the spans of the rows. Give "
            "groups=spans(date, label_end), or use .bound(spans(...)) where a tool passes no "
            "groups on."
        )
    n = len(groups) if X is None else X.shape[0] if hasattr(X, "shape") else len(X)
    if n != len(groups) or n == 0:
        raise BadData(
            f"{owner}.split: X has {n} rows and there are {len(groups)} spans. Give the spans of "
            "these very rows, spans[rows] where rows were chosen."
        )
    found: Spans = np.asarray(groups)
    return found


def clear_of(times: Spans, test: Rows, embargo: int = 0) -> Mask:
    """Rows that may be trained on when `test` is tested: labels apart, features too.

    A label covers the time from its date, left out, to its end. A row is kept where its label
    touches no moment between the first date and the last label end of the test rows, and where it
    does not decide within `embargo` days after that end, when its features still look back on it.

    Parameters
    ----------
    times : spans (n,)
    test : int array (m,)
        Rows of one stretch of dates.
    embargo : int, default=0
        Days, counted from the end of the labels, both ends included; 0 is none.

    Returns
    -------
    keep : bool array (n,)
        False for the test rows themselves and for all of their dates.
    """
    first, last = times["date"][test].min(), times["label_end"][test].max()
    overlap = (times["date"] < last) & (times["label_end"] > first)
    if embargo:
        days = times["date"] - last
        overlap |= (days >= np.timedelta64(0, "D")) & (days <= np.timedelta64(embargo, "D"))
    keep: Mask = ~overlap
    return keep


def leaking_rows(times: Spans, train: Rows, test: Rows) -> int:
    """How many training rows have a label that overlaps the label of some test row.

    Parameters
    ----------
    times : spans (n,)
    train, test : int arrays
        Places of rows.

    Examples
    --------
    >>> rows = spans(["2020-01-01", "2020-07-01", "2021-01-01"],
    ...              ["2021-01-01", "2021-07-01", "2022-01-01"])
    >>> leaking_rows(rows, np.array([0, 1]), np.array([2]))  # half a year ahead, half a year after
    1
    """
    starts, ends = _merged(times["date"][test], times["label_end"][test])
    place = np.searchsorted(starts, times["label_end"][train], side="left") - 1
    hit = (place >= 0) & (ends[np.maximum(place, 0)] > times["date"][train])
    return int(hit.sum())


def dates_in_label(date: ArrayLike, label_end: ArrayLike) -> int:
    """Most decision dates that one label covers: how many neighbouring dates hang together.

    Examples
    --------
    >>> dates_in_label(["2020-01-01", "2020-07-01", "2021-01-01"],
    ...                ["2021-01-01", "2021-07-01", "2022-01-01"])
    2
    """
    start, end = _ends("dates_in_label", date, label_end)
    dates = np.unique(start)
    inside = np.searchsorted(dates, end, side="left") - np.searchsorted(dates, start, side="left")
    return int(inside.max())


def apart(date: ArrayLike, label_end: ArrayLike) -> Mask:
    """Rows of the earliest dates whose labels do not overlap: bool (n,).

    Examples
    --------
    >>> apart(["2020-01-01", "2020-07-01", "2021-01-01"],
    ...       ["2021-01-01", "2021-07-01", "2022-01-01"]).tolist()
    [True, False, True]
    """
    start, end = _ends("apart", date, label_end)
    dates, of = np.unique(start, return_inverse=True)
    last = np.full(len(dates), start.min())
    np.maximum.at(last, of, end)
    keep, free = np.zeros(len(dates), bool), dates[0]
    for place, day in enumerate(dates):
        if day >= free:
            keep[place], free = True, last[place]
    rows: Mask = keep[of]
    return rows


def _ends(owner: str, date: ArrayLike, label_end: ArrayLike) -> tuple[Dates, Dates]:
    start, end = as_dates(date, owner), as_dates(label_end, owner, "label_end")
    if start.shape != end.shape or len(start) == 0 or (end <= start).any():
        raise BadData(
            f"{owner}(date={start.shape}, label_end={end.shape}): each label must end after its "
            "date, and there must be at least one. Leave out rows without a label."
        )
    return start, end


def _merged(starts: Any, ends: Any) -> tuple[Any, Any]:
    """Stretches of time that some intervals cover together, apart from each other."""
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    new = np.r_[True, starts[1:] > reach[:-1]]
    return starts[new], reach[np.r_[new[1:], True]]
