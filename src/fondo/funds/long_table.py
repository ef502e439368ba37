"""A panel as the long table that `fondo.funds.read` reads back. Writing it is `write_table`'s."""

import numpy as np
import polars as pl

from fondo.funds.panel import Panel


def long_table(panel: Panel) -> pl.DataFrame:
    """Prices of a panel as a table with a row for each date and fund.

    Parameters
    ----------
    panel : Panel
        Share classes become funds of their own.

    Returns
    -------
    table : polars.DataFrame
        By date, then in the order of the funds, where there is a price: date, fund_id, nav, and
        peer_group, cost, aum, flow and dead_at where the panel has any. What is not known is null.

    Examples
    --------
    >>> from fondo.funds.universe import make_universe
    >>> table = long_table(make_universe("market", funds=3, years=1, groups=2))
    >>> table.height, table.columns, table["peer_group"][:3].to_list()
    (159, ['date', 'fund_id', 'nav', 'peer_group'], ['group 1', 'group 2', 'group 1'])
    """
    place, fund = np.nonzero(np.isfinite(panel.nav))
    columns = {
        "date": pl.Series(panel.dates[place]),
        "fund_id": pl.Series(panel.funds[fund].tolist(), dtype=pl.String),
        "nav": pl.Series(panel.nav[place, fund]),
    }
    if panel.peer is not None:
        names = np.array([*panel.peer_names, None], dtype=object)  # the last one is that of -1
        groups = names[panel.peer[place, fund]]
        columns["peer_group"] = pl.Series(groups.tolist(), dtype=pl.String)
    for name in ("cost", "aum", "flow"):
        values = getattr(panel, name)
        if values is not None:
            columns[name] = pl.Series(values[place, fund]).fill_nan(None)
    if not np.isnat(panel.dead_at).all():
        columns["dead_at"] = pl.Series(panel.dead_at[fund])
    return pl.DataFrame(columns)
