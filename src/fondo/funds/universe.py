"""Universes of invented funds, in which it is known who has skill: the truth behind every test.

Weekly returns are sums of stated parts. What a ranking makes of them is not said here.
"""

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from fondo import contracts
from fondo.contracts import Contract, Real
from fondo.errors import BadParameter, did_you_mean
from fondo.funds.panel import Panel

Floats = NDArray[np.float64]

WEEKS = 52  # of a year of a universe
FIRST = np.datetime64("2000-01-07")  # a Friday, as are all dates
REVIEW = 13  # weeks between two looks at which funds to close
_TRAILING = 156  # weeks of the return that decides it: three years
# Each part has numbers of its own, so that adding one leaves the others as they were.
_PARTS = "market own style loading alpha spread group moves cost birth".split()

_A_WEEK = Real(0, 0.2, unit="share a week")
_SHARE = Real(0, 1, open_high=True)
_LIMITS: dict[str, Contract] = {
    **dict.fromkeys(("own_sd", "market_sd", "style_sd", "alpha_sd", "group_sd"), _A_WEEK),
    "spread": Real(0, 2),
    "market_mean": Real(-0.2, 0.2, unit="share a week"),
    "cost": Real(0, 0.5, unit="share a year"),
    **dict.fromkeys(("moves", "births", "exits"), _SHARE),
}


@dataclass(frozen=True)
class Makeup:
    """What weekly returns are made of; a part of size 0 is not there.

        return = market + loading style + group + alpha + own noise - cost / 52

    Parameters
    ----------
    own_sd : float, default=0.01
        Noise of each fund alone, per week.
    spread : float, default=0.0
        How much `own_sd` differs between funds: standard deviation of its logarithm, around the
        stated median.
    market_mean, market_sd : float, default=0.0
        Return that all funds share, per week.
    style_sd : float, default=0.0
        Return of a style, per week; each fund holds it with a loading drawn from N(0, 1).
    alpha_sd : float, default=0.0
        Skill: each fund has a constant extra return, drawn from N(0, alpha_sd), per week.
    group_sd : float, default=0.01
        Return that the funds of one peer group share, per week, where there are groups.
    moves : float, default=0.0
        Share of the funds that change to another peer group in a year.
    cost : float, default=0.0
        Highest cost, a share of the assets a year; each fund's is uniform between 0 and it. It is
        taken from the returns, so cheap funds do better.
    births : float, default=0.0
        Share of the funds that start later, at any week before the last year.
    exits : float, default=0.0
        Share of the living funds that is closed in a year, at a look each 13 weeks: those with
        the lowest return over three years. Younger funds are safe.

    Examples
    --------
    >>> Makeup.of("market+skill", alpha_sd=0.0005).alpha_sd
    0.0005
    """

    own_sd: float = 0.01
    spread: float = 0.0
    market_mean: float = 0.0
    market_sd: float = 0.0
    style_sd: float = 0.0
    alpha_sd: float = 0.0
    group_sd: float = 0.01
    moves: float = 0.0
    cost: float = 0.0
    births: float = 0.0
    exits: float = 0.0

    def __post_init__(self) -> None:
        for name, contract in _LIMITS.items():
            contracts.check_value("make_universe", name, getattr(self, name), contract)

    @classmethod
    def of(cls, kind: str, **changes: float) -> "Makeup":
        """Makeup of a kind of universe, see `KINDS`, with some of its numbers changed.

        Raises
        ------
        BadParameter
            A word that is no kind, "iid" beside "market", a change that is no part or too large.
        """
        words = kind.split("+") if isinstance(kind, str) else [kind]
        unknown = [word for word in words if word not in KINDS]
        if unknown:
            raise BadParameter(
                f"make_universe(kind={kind!r}): {unknown[0]!r} is no kind of universe. "
                f"{did_you_mean(str(unknown[0]), KINDS)} Join several with '+'."
            )
        if {"iid", "market"} <= set(words):
            raise BadParameter(
                f"make_universe(kind={kind!r}): 'iid' is a universe without a market. Leave one "
                "of the two out."
            )
        known = {item.name for item in fields(cls)}
        strange = sorted(set(changes) - known)
        if strange:
            raise BadParameter(
                f"make_universe({strange[0]}=...): no part of a universe is called so. "
                f"{did_you_mean(strange[0], known)}"
            )
        base = {} if "iid" in words else KINDS["market"]
        parts = [KINDS[word] for word in words]
        settings = {name: value for part in (base, *parts) for name, value in part.items()}
        return cls(**{**settings, **changes})


KINDS: dict[str, dict[str, float]] = {
    "iid": {"own_sd": 0.02},
    "market": {"market_mean": 0.0015, "market_sd": 0.022},
    "style": {"style_sd": 0.01},
    "volatility": {"spread": 0.5},
    "skill": {"alpha_sd": 0.001},
    "survivorship": {"exits": 0.08},
}
"""What each kind of universe adds; all but "iid" have the market. Nothing but "skill" has alpha."""


@dataclass(frozen=True, eq=False)
class Universe:
    """Invented funds and the truth about them, which no real panel tells.

    Parameters
    ----------
    panel : Panel
        Weekly prices, starting at 100, with peer groups, costs and ends where there are any.
    makeup : Makeup
        What the returns are made of.
    alpha, loading, own_sd, cost : float array (funds,)
        Skill (share a week), loading on the style, noise (share a week), cost (share a year).
    market, style : float array (weeks,)
        Returns of the common parts.
    """

    panel: Panel
    makeup: Makeup
    alpha: Floats
    loading: Floats
    own_sd: Floats
    cost: Floats
    market: Floats
    style: Floats


def make_universe(
    kind: str = "market",
    *,
    funds: int = 100,
    years: int = 20,
    seed: int | np.random.Generator = 0,
    groups: int = 0,
    **changes: float,
) -> Panel:
    """Prices of invented funds, with skill only where it is asked for.

    Weekly noise of 1 % for each fund (2 % in "iid"), a market of mean 0.15 % and standard
    deviation 2.2 %, and what the kind adds. The same seed gives the same prices; a part that is
    added to a kind leaves the draws of the other parts as they were.

    Parameters
    ----------
    kind : str, default="market"
        "iid" (funds that nothing tells apart), "market", "style" (a style of 1 % a week with
        loadings from N(0, 1)), "volatility" (noise that differs between funds, log-normal),
        "skill" (alpha with a standard deviation of 0.1 % a week), "survivorship" (8 % of the
        funds closed a year, the worst over three years), or several of them: "style+skill".
    funds : int, default=100
        Number of funds.
    years : int, default=20
        Length; a year has 52 weeks.
    seed : int or numpy.random.Generator, default=0
        Where the numbers start.
    groups : int, default=0
        Number of peer groups, each with a return of its own; 0 gives no groups.
    **changes : float
        Numbers of `Makeup` that differ from the kind's.

    Returns
    -------
    panel : Panel
        52 years + 1 weekly dates; prices are NaN before a birth and after an end.

    Raises
    ------
    BadParameter
        A kind, a size or a part that cannot be.

    Examples
    --------
    >>> panel = make_universe("survivorship", funds=50, years=6, seed=1)
    >>> panel.shape, int((~np.isnat(panel.dead_at)).sum())
    ((313, 50), 11)
    """
    sizes = {"funds": funds, "years": years, "groups": groups}
    return draw(Makeup.of(kind, **changes), seed=seed, **sizes).panel


def survivors(panel: Panel) -> Panel:
    """The funds that live to the end, as a careless data vendor would sell them.

    Raises
    ------
    BadParameter
        No fund lives to the end.
    """
    alive = np.isnat(panel.dead_at)
    if not alive.any():
        raise BadParameter("survivors(panel): no fund lives to the end. Give a longer-lived panel.")
    return panel.take(funds=alive)


def draw(
    makeup: Makeup,
    *,
    funds: int = 100,
    years: int = 20,
    seed: int | np.random.Generator = 0,
    groups: int = 0,
) -> Universe:
    """Universe of a makeup, with the truth behind it; see `make_universe`."""
    _check_sizes(funds, years, groups)
    random = _streams(seed)
    returns, truth = _sum(makeup, random, (WEEKS * years, funds))
    peer = _peers(makeup, random["moves"], returns.shape, groups)
    if peer is not None:
        shared = random["group"].normal(0.0, makeup.group_sd, (len(returns), groups))
        returns += np.take_along_axis(shared, peer[:-1], axis=1)  # the group at the week's start
    panel = _priced(returns, makeup, random["birth"], peer, truth["cost"])
    return Universe(panel, makeup, **truth)


def draw_returns(makeup: Makeup, funds: int, years: int, seed: int | np.random.Generator) -> Floats:
    """Weekly returns (weeks, funds) of a universe without groups, births or ends.

    Those of `draw` with the same seed, in half the time: for studies of many universes.
    """
    _check_sizes(funds, years, 0)
    return _sum(makeup, _streams(seed), (WEEKS * years, funds))[0]


def _sum(
    makeup: Makeup, random: dict[str, np.random.Generator], shape: tuple[int, int]
) -> tuple[Floats, dict[str, Floats]]:
    """Returns of all parts but the groups (T, N), and the truth about them."""
    weeks, funds = shape
    truth = {
        "alpha": random["alpha"].normal(0.0, makeup.alpha_sd, funds),
        "loading": random["loading"].normal(size=funds),
        "own_sd": makeup.own_sd * np.exp(makeup.spread * random["spread"].normal(size=funds)),
        "cost": random["cost"].uniform(0.0, makeup.cost, funds),
        "market": random["market"].normal(makeup.market_mean, makeup.market_sd, weeks),
        "style": random["style"].normal(0.0, makeup.style_sd, weeks),
    }
    returns = random["own"].normal(size=shape)
    returns *= truth["own_sd"]
    returns += truth["market"][:, None]
    if makeup.style_sd:
        returns += truth["style"][:, None] * truth["loading"]
    returns += truth["alpha"] - truth["cost"] / WEEKS
    return returns, truth


def _check_sizes(funds: int, years: int, groups: int) -> None:
    for name, value, least in (("funds", funds, 1), ("years", years, 1), ("groups", groups, 0)):
        contracts.check_value("make_universe", name, value, contracts.Whole(least))
    if groups > funds:
        raise BadParameter(
            f"make_universe(groups={groups}): there must be at least as many funds as groups; "
            f"there are {funds}. Ask for fewer groups."
        )


def _streams(seed: int | np.random.Generator) -> dict[str, np.random.Generator]:
    if isinstance(seed, np.random.Generator):
        seed = int(seed.integers(2**63))
    contracts.check_value("make_universe", "seed", seed, contracts.Whole(0))
    return {name: np.random.default_rng([seed, k]) for k, name in enumerate(_PARTS)}


def _peers(
    makeup: Makeup, random: np.random.Generator, shape: tuple[int, int], groups: int
) -> NDArray[np.int64] | None:
    """Peer group of each fund at each date (T + 1, N); None where there are no groups."""
    if not groups:
        return None
    weeks, funds = shape
    steps = np.zeros((weeks + 1, funds), np.int64)
    steps[0] = np.arange(funds) % groups
    if makeup.moves and groups > 1:
        moved = random.random(shape) < 1 - (1 - makeup.moves) ** (1 / WEEKS)
        steps[1:] = moved * random.integers(1, groups, shape)  # to any group but its own
    peer: NDArray[np.int64] = np.cumsum(steps, axis=0) % groups
    return peer


def _priced(
    returns: Floats,
    makeup: Makeup,
    random: np.random.Generator,
    peer: NDArray[np.int64] | None,
    cost: Floats,
) -> Panel:
    weeks, funds = returns.shape
    if returns.min() <= -1:
        raise BadParameter(
            "make_universe(...): a fund lost everything within a week, so there is no price. "
            "Make the parts of the returns smaller."
        )
    late = random.random(funds) < makeup.births
    born = np.where(late, random.integers(1, max(2, weeks - WEEKS), funds), 0)  # (N,) weeks
    logs = np.cumsum(np.log1p(returns), axis=0)
    logs = np.concatenate([np.zeros((1, funds)), logs])  # (T + 1, N)
    ended = _ends(logs, born, makeup.exits)
    nav = 100 * np.exp(logs - logs[born, np.arange(funds)])
    time = np.arange(weeks + 1)[:, None]
    nav[(time < born) | (time > ended)] = np.nan
    dates = FIRST + 7 * np.arange(weeks + 1)
    width = len(str(funds))
    return Panel(
        dates,
        np.array([f"fund {k:0{width}d}" for k in range(1, funds + 1)]),
        nav,
        "W",
        peer=peer,
        peer_names=() if peer is None else tuple(f"group {k}" for k in range(1, peer.max() + 2)),
        cost=np.tile(cost, (weeks + 1, 1)) if makeup.cost else None,
        dead_at=np.where(ended <= weeks, dates[np.minimum(ended, weeks)], np.datetime64("NaT")),
    )


def _ends(logs: Floats, born: NDArray[np.int64], exits: float) -> NDArray[np.int64]:
    """Week of the last price of each fund (N,); weeks + 1 for one that lives to the end."""
    last = len(logs) - 1
    ended = np.full(logs.shape[1], last + 1)
    each = 1 - (1 - exits) ** (REVIEW / WEEKS)  # of the living, at one look
    owed = 0.0
    for week in range(_TRAILING, last, REVIEW) if exits else ():
        owed += each * np.sum((born <= week) & (ended > week))
        judged = np.flatnonzero((born <= week - _TRAILING) & (ended > week))
        closed = min(math.floor(owed + 1e-9), len(judged))  # 0.999... is a whole fund
        owed -= closed
        trailing = logs[week, judged] - logs[week - _TRAILING, judged]
        ended[judged[np.argsort(trailing, kind="stable")[:closed]]] = week
    return ended
