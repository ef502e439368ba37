"""How many years or funds it takes to find skill with a stated chance."""

import bisect
from collections.abc import Callable
from dataclasses import dataclass, replace

from fondo import contracts
from fondo.contracts import Real
from fondo.funds.power import Power, power, told
from fondo.funds.power_formula import USUAL, Ranking, fewest, formula, shortest
from fondo.report.scales import percent

_LARGEST = 12_000  # fund-years that are simulated; beyond them the formula stands alone


@dataclass(frozen=True)
class Need:
    """How many years or funds it takes to find skill with a stated chance.

    Parameters
    ----------
    what : {"years", "funds"}
        What was asked for.
    amount : int or None
        The least that suffices by the formula; None if even `most` does not.
    most : int
        Where the search ended.
    alpha_sd, chance : float
        What was asked: the skill, and the chance to find it.
    foretold : float
        The formula's chance at `amount`, or at `most`.
    check : Power or None
        A simulation at `amount`; None where there is none, or beyond 12,000 fund-years.
    """

    what: str
    amount: int | None
    most: int
    alpha_sd: float
    chance: float
    foretold: float
    check: Power | None

    @property
    def sentence(self) -> str:
        """What this says, for a person."""
        asked = f"{told(self.alpha_sd)} with a chance of {percent(self.chance)}"
        if self.amount is None:
            return (
                f"To find {_lower(asked)}, even {self.most:,} {self.what} are too few: the chance "
                f"is {percent(self.foretold)} then."
            )
        takes = f"To find {_lower(asked)} takes {self.amount:,} {self.what}."
        return f"{takes} Simulated: {_lower(self.check.sentence)}" if self.check else takes


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def years_needed(
    alpha_sd: float,
    *,
    chance: float = 0.8,
    funds: int = 100,
    kind: str = "market",
    simulations: int = 200,
    seed: int = 0,
    ranking: Ranking = USUAL,
) -> Need:
    """Years of data, those before the first pick among them, that it takes to find skill.

    Parameters are those of `power`; `chance` is that of finding it. Up to 300 years are tried, by
    the formula; simulated universes check the answer unless it is very long.

    Raises
    ------
    BadParameter
        As `power`; a chance outside (0, 1).

    Examples
    --------
    >>> need = years_needed(0.001, simulations=20)
    >>> need.amount, round(need.foretold, 2)
    (14, 0.91)
    """
    _check_chance("years_needed", chance)

    def chance_at(years: int) -> float:
        return formula(alpha_sd, years=years, funds=funds, kind=kind, ranking=ranking)[0]

    need = _least("years", range(shortest(ranking), 301), chance_at, alpha_sd, chance)
    if need.amount is None or need.amount * funds > _LARGEST:
        return need
    check = power(
        alpha_sd,
        years=need.amount,
        funds=funds,
        kind=kind,
        simulations=simulations,
        seed=seed,
        ranking=ranking,
    )
    return replace(need, check=check)


def funds_needed(
    alpha_sd: float,
    *,
    chance: float = 0.8,
    years: int = 20,
    kind: str = "market",
    simulations: int = 200,
    seed: int = 0,
    ranking: Ranking = USUAL,
) -> Need:
    """Funds at each date that it takes to find skill within some years; up to 5,000 are tried.

    Parameters are those of `power`; `chance` is that of finding it. Where a style moves many
    funds together, more funds of the same years may never suffice.

    Raises
    ------
    BadParameter
        As `power`; a chance outside (0, 1).
    """
    _check_chance("funds_needed", chance)

    def chance_at(funds: int) -> float:
        return formula(alpha_sd, years=years, funds=funds, kind=kind, ranking=ranking)[0]

    need = _least("funds", range(fewest(ranking), 5001), chance_at, alpha_sd, chance)
    if need.amount is None or need.amount * years > _LARGEST:
        return need
    check = power(
        alpha_sd,
        years=years,
        funds=need.amount,
        kind=kind,
        simulations=simulations,
        seed=seed,
        ranking=ranking,
    )
    return replace(need, check=check)


def _check_chance(owner: str, chance: float) -> None:
    share = Real(0, 1, open_low=True, open_high=True)
    contracts.check_value(owner, "chance", chance, share)


def _least(
    what: str, sizes: range, chance_at: Callable[[int], float], alpha_sd: float, chance: float
) -> Need:
    """Smallest of `sizes` at which the chance suffices; the chance grows with the size."""
    place = bisect.bisect_left(sizes, chance, key=chance_at)
    amount = sizes[place] if place < len(sizes) else None
    at = chance_at(sizes[-1] if amount is None else amount)
    return Need(what, amount, sizes[-1], alpha_sd, chance, at, None)
