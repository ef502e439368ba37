"""Tables of fund prices, long or wide, to rows of (fund, date, price, what is known).

Which column holds what is found by its name or told; prices are not judged here, see `checks`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fondo.data.tables.dates import find_formats, to_datetimes
from fondo.data.tables.frames import is_pandas, to_frame
from fondo.data.tables.read import read_table
from fondo.data.tables.text import clean, to_numbers
from fondo.errors import BadData, BadParameter, did_you_mean
from fondo.funds.issues import Found

# Names by which a column is known, lower case, anything but letters and digits as "_".
KNOWN_NAMES: dict[str, tuple[str, ...]] = {
    "date": ("date", "dates", "day", "datetime", "timestamp", "as_of", "asof", "nav_date", "index"),
    "fund": ("fund_id", "fund", "fund_code", "scheme_code", "isin", "ticker", "symbol",
             "fund_name", "scheme_name", "name"),
    "class": ("class_id", "share_class", "class"),
    "nav": ("nav", "price", "adj_close", "adjusted_close", "close", "net_asset_value",
            "total_return_index", "tri", "value"),
    "total_return": ("total_return", "return", "returns", "ret"),
    "peer": ("peer_group", "peer", "category", "morningstar_category", "group", "style"),
    "cost": ("cost", "ter", "expense_ratio", "ongoing_charge", "ongoing_charges", "fee"),
    "aum": ("aum", "assets", "net_assets", "tna", "fund_size"),
    "flow": ("flow", "net_flow", "flows", "net_flows"),
    "dead_at": ("dead_at", "end_date", "closed_at", "liquidated_at", "merged_at"),
}  # fmt: skip
_ZONE = r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})$"
_CLOCK_AND_ZONE = r"\d{1,2}:\d{2}.*?" + _ZONE


@dataclass(frozen=True, eq=False)
class Rows:
    """Prices as rows, sorted by fund, then by date, then as they stood in the table.

    `fund` (R,) is a place in `names`; `date` (R,) datetime64[D]; `price` (R,) float64, NaN where
    there is none; `peer` (R,) a place in `peer_names` or -1; `cost`, `aum`, `flow` (R,) float64 or
    None; `dead_at` (N,) datetime64[D] or None; `parent` (N,) int or None.
    """

    fund: NDArray[np.int64]
    names: NDArray[np.str_]
    date: NDArray[np.datetime64]
    price: NDArray[np.float64]
    peer: NDArray[np.int64] | None = None
    peer_names: tuple[str, ...] = ()
    cost: NDArray[np.float64] | None = None
    aum: NDArray[np.float64] | None = None
    flow: NDArray[np.float64] | None = None
    dead_at: NDArray[np.datetime64] | None = None
    parent: NDArray[np.int64] | None = None

    def take(self, rows: NDArray[Any]) -> "Rows":
        """Some of the rows, by mask or places."""
        parts: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[rows]
            for name in ("fund", "date", "price", "peer", "cost", "aum", "flow")
        }
        return replace(self, **parts)


def to_rows(
    source: Any, columns: Mapping[str, str] | None, layout: str | None, found: Found
) -> Rows:
    """Rows of a long or a wide table of prices.

    Parameters
    ----------
    source : path, polars or pandas frame, dict of columns
        The table.
    columns : mapping of role to name of column, or None
        What is not to be guessed; roles are the keys of `KNOWN_NAMES`.
    layout : {"long", "wide"} or None
        None: long if a column of funds is found beside one of prices, else wide.
    found : Found
        Takes note of rows without date or fund, of time zones and of dates out of order.

    Returns
    -------
    rows : Rows
        Sorted; nothing is merged or judged yet.

    Raises
    ------
    BadData
        No column of dates or prices, a date that is none, a price that is text.
    BadParameter
        An unknown role, layout or column.
    """
    frame = to_table(source)
    roles = find_roles(frame, dict(columns or {}))
    if layout not in (None, "long", "wide"):
        raise BadParameter(
            f"funds.read(layout={layout!r}): must be 'long', 'wide' or None. Choose one."
        )
    priced = "nav" in roles or "total_return" in roles
    if layout is None:
        layout = "long" if "fund" in roles and priced else "wide"
    if layout == "long" and not ("fund" in roles and priced and "date" in roles):
        lacking = [role for role in ("date", "fund", "nav") if role not in roles]
        raise BadData(
            f"funds.read: a long table needs columns for date, fund and nav; found none for "
            f"{', '.join(lacking)} among {', '.join(frame.columns[:12])}. Name them, for "
            f"instance columns={{{lacking[0]!r}: {frame.columns[0]!r}}}."
        )
    if layout == "wide":
        frame, roles = _melt(frame, roles)
    return _sorted_rows(frame, roles, found)


def to_table(source: Any) -> pl.DataFrame:
    """Table of a file or of any frame; dates in a pandas index become a column."""
    if isinstance(source, str | Path):
        return read_table(source)
    if is_pandas(source) and hasattr(source, "columns"):
        source = _plain_pandas(source)
    if isinstance(source, Mapping):  # polars takes dates of NumPy as an array, not as a list
        source = {
            name: np.asarray(values) if _is_dates(values) else values
            for name, values in source.items()
        }
    frame = to_frame(source)
    if frame.height == 0:
        raise BadData("funds.read: the table has no rows. Give one with prices.")
    return frame


def _plain_pandas(source: Any) -> Any:
    """A pandas frame with its dates, and perhaps funds, in columns, as they are written."""
    named = [name for name in source.index.names if name is not None]
    if named or type(source.index).__name__ == "DatetimeIndex":
        source = source.reset_index(drop=any(name in source.columns for name in named))
    source = source.copy(deep=False)
    for place in range(source.shape[1]):  # a date is the day that is written, whatever the zone
        column = source.iloc[:, place]
        if getattr(column.dtype, "tz", None) is not None:
            source.isetitem(place, column.astype(object).map(str).to_numpy())
    return source


def _is_dates(values: Any) -> bool:
    return isinstance(values, list) and len(values) > 0 and isinstance(values[0], np.datetime64)


def find_roles(frame: pl.DataFrame, told: dict[str, str]) -> dict[str, str]:
    """Role and name of its column: what was told, else the first known name that is there."""
    for role, name in told.items():
        if role not in KNOWN_NAMES:
            raise BadParameter(
                f"funds.read(columns={{{role!r}: ...}}): no such role. "
                f"{did_you_mean(role, KNOWN_NAMES)}"
            )
        if name not in frame.columns:
            raise BadParameter(
                f"funds.read(columns={{{role!r}: {name!r}}}): the table has no such column. "
                f"{did_you_mean(name, frame.columns)}"
            )
    plain = {re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_"): name
             for name in reversed(frame.columns)}  # fmt: skip
    roles = dict(told)
    for role, names in KNOWN_NAMES.items():
        free = [plain[name] for name in names if name in plain]
        free = [name for name in free if name not in roles.values()]
        if role not in roles and free:
            roles[role] = free[0]
    if "nav" in roles and "total_return" not in told:
        roles.pop("total_return", None)
    if "total_return" in told and "nav" not in told:
        roles.pop("nav", None)
    return roles


def _melt(frame: pl.DataFrame, roles: dict[str, str]) -> tuple[pl.DataFrame, dict[str, str]]:
    """A wide table, one column a fund, as a long one."""
    day = roles.get("date", frame.columns[0])
    funds = [name for name in frame.columns if name != day]
    text = [name for name in funds if not frame[name].dtype.is_numeric()]
    empty = [name for name in text if frame[name].null_count() == frame.height]
    text = [name for name in text if name not in empty]
    if not funds or text:
        what = f"column {text[0]!r} holds no numbers" if text else "there is no column beside it"
        raise BadData(
            f"funds.read: a wide table has dates in column {day!r} and one column of prices a "
            f"fund, but {what}. Give a column for fund and nav if the table is long, for instance "
            "columns={'fund': ..., 'nav': ...}."
        )
    prices = frame.select(day, *(pl.col(name).cast(pl.Float64) for name in funds))
    named = f"{day}_" if day == "fund" else "fund"
    melted = prices.unpivot(index=day, on=funds, variable_name=named, value_name="nav_")
    return melted.drop_nulls("nav_"), {"date": day, "fund": named, "nav": "nav_"}


def _sorted_rows(frame: pl.DataFrame, roles: dict[str, str], found: Found) -> Rows:
    date = dates_of(frame[roles["date"]], found)
    names = names_of(frame[roles["fund"]])
    classes = names_of(frame[roles["class"]]) if "class" in roles else None
    known = date.is_not_null() & names.is_not_null()
    if not known.all():
        found.add(
            "no_date_or_fund",
            "set aside",
            "rows without a date or without a fund, counted",
            value=int((~known).sum()),
        )
    if not known.any():
        raise BadData("funds.read: no row has a date and a fund. Check these columns.")
    own = names if classes is None else names + "/" + classes.fill_null("")
    table = pl.DataFrame({"fund": own, "date": date, "of": names}).with_row_index("row")
    table = table.filter(known)
    _note_order(table, found)
    table = table.sort("fund", "date", "row")
    order = table["row"].to_numpy().astype(np.int64)
    unique = table["fund"].unique(maintain_order=True)
    code = table["fund"].rle_id().to_numpy().astype(np.int64)
    frame = frame[order]
    rows = Rows(
        fund=code,
        names=unique.to_numpy().astype(np.str_),
        date=table["date"].to_numpy().astype("datetime64[D]"),
        price=_price(frame, roles, code),
        **_known(frame, roles, code, found),
    )
    if "nav" not in roles:
        rows = _with_base(rows, found)
    if classes is None:
        return rows
    of = table["of"].to_numpy().astype(np.str_)[np.flatnonzero(np.diff(code, prepend=-1))]
    _, first, back = np.unique(of, return_index=True, return_inverse=True)
    return replace(rows, parent=first[back].astype(np.int64))


def _note_order(table: pl.DataFrame, found: Found) -> None:
    """Say how many dates stand before an earlier one of the same fund."""
    back = (pl.col("date") < pl.col("date").shift(1)).over("fund").sum()
    count = int(table.select(back).item() or 0)
    if count:
        found.add(
            "unsorted", "sorted", "dates that stood behind a later one of the same fund, counted",
            value=count,
        )  # fmt: skip


def names_of(column: pl.Series) -> pl.Series:
    """Names as text without blanks around them; null where missing."""
    return clean(column.cast(pl.String))


def dates_of(column: pl.Series, found: Found) -> pl.Series:
    """Days as they are written: a time zone is noted and not converted."""
    zoned = 0
    if column.dtype == pl.String:
        with_zone = column.str.contains(_CLOCK_AND_ZONE).fill_null(value=False)
        zoned = int(with_zone.sum())
        words = clean(column.str.replace(_ZONE, "").zip_with(with_zone, column))
        stamps = to_datetimes(words, find_formats(words))
        column = words
    elif getattr(column.dtype, "time_zone", None) is not None:
        zoned = len(column)
        stamps = column.dt.replace_time_zone(None).cast(pl.Datetime("us"))
    else:
        stamps = to_datetimes(column)
    bad = (stamps.is_null() & column.is_not_null()).arg_true()
    if len(bad):
        raise BadData(
            f"funds.read: column {column.name!r}, row {int(bad[0]) + 1}: {column[int(bad[0])]!r} "
            "is no date. Write dates as 2020-01-31, or name the column of dates."
        )
    if zoned:
        found.add(
            "time_zone",
            "day as written",
            "dates with a time zone, counted; the day is the one written, not that in UTC",
            value=zoned,
        )
    return stamps.dt.date()


def _number(frame: pl.DataFrame, name: str) -> NDArray[np.float64]:
    column = frame[name]
    if column.dtype == pl.String:
        numbers = to_numbers(column)
        bad = (numbers.is_null() & clean(column).is_not_null()).arg_true()
        if len(bad):
            raise BadData(
                f"funds.read: column {name!r} holds {column[int(bad[0])]!r}, which is no number. "
                "Correct it, or leave the field empty."
            )
        column = numbers
    elif not column.dtype.is_numeric() and column.dtype != pl.Null:
        raise BadData(
            f"funds.read: column {name!r} holds {column.dtype}, not numbers. Name another one."
        )
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _price(
    frame: pl.DataFrame, roles: dict[str, str], code: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Prices; from total returns, an index that is 100 before a fund's first return."""
    if "nav" in roles:
        return _number(frame, roles["nav"])
    name = roles["total_return"]
    returns = _number(frame, name)
    finite = returns[np.isfinite(returns)]
    if len(finite) and (finite.min() <= -1 or np.median(np.abs(finite)) > 0.5):
        raise BadData(
            f"funds.read: column {name!r} goes from {finite.min():.4g} to {finite.max():.4g}, "
            "which are no returns as shares (0.01 is 1 %). Divide per cent by 100, or say "
            f"columns={{'nav': {name!r}}} if it is an index."
        )
    growth = np.log1p(np.where(np.isfinite(returns), returns, 0.0))
    starts = np.flatnonzero(np.diff(code, prepend=-1))
    running = np.cumsum(growth)
    before = (running[starts] - growth[starts])[code]
    return np.where(np.isfinite(returns), 100 * np.exp(running - before), np.nan)


def _with_base(rows: Rows, found: Found) -> Rows:
    """A price of 100 at the date before a fund's first return, so that the return is not lost."""
    first = np.flatnonzero(np.diff(rows.fund, prepend=-1))
    days = np.unique(rows.date)
    place = np.searchsorted(days, rows.date[first])
    lost = place == 0
    found.add(
        "first_return",
        "left out",
        "the return of the first date has no date before it to start from",
        fund=rows.names[lost],
        date=rows.date[first[lost]],
    )
    first, place = first[~lost], place[~lost]
    order = np.argsort(np.concatenate([np.arange(len(rows.fund)), first - 0.5]))
    both = rows.take(np.concatenate([np.arange(len(rows.fund)), first])[order])
    base = order >= len(rows.fund)
    date, price = both.date.copy(), both.price.copy()
    date[base], price[base] = days[place - 1], 100.0
    flow = None if both.flow is None else np.where(base, np.nan, both.flow)
    return replace(both, date=date, price=price, flow=flow)


def _known(
    frame: pl.DataFrame, roles: dict[str, str], code: NDArray[np.int64], found: Found
) -> dict[str, Any]:
    """What a table says beside prices: peer group, cost, assets, flow, date of the end."""
    known: dict[str, Any] = {
        role: _number(frame, roles[role]) for role in ("cost", "aum", "flow") if role in roles
    }
    if "peer" in roles:
        groups = names_of(frame[roles["peer"]])
        labels = groups.drop_nulls().unique().sort()
        known["peer_names"] = tuple(labels.to_list())
        places = groups.replace_strict(
            labels, np.arange(len(labels)), default=-1, return_dtype=pl.Int64
        )
        known["peer"] = places.to_numpy()
    if "dead_at" in roles:
        ends = dates_of(frame[roles["dead_at"]], found)
        last = (
            pl.DataFrame({"fund": code, "end": ends})
            .group_by("fund")
            .agg(pl.col("end").drop_nulls().last())
            .sort("fund")["end"]
        )
        known["dead_at"] = last.to_numpy().astype("datetime64[D]")
    return known
