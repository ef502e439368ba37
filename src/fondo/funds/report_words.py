"""What a report of a backtest says of its models: sentences and table rows, no markup.

What stands behind the figures is put in words in `report_proofs`, the data in `report_data`.
"""

import math
from collections.abc import Mapping, Sequence

import polars as pl

from fondo.funds.inference import ENOUGH, Evidence
from fondo.funds.peer_evidence import PeerEvidence
from fondo.funds.picks import Picks
from fondo.funds.record import Record
from fondo.funds.report_findings import (
    PERCENT_95,
    Cell,
    Findings,
    Grid,
    chance,
    count,
    dated,
    ends,
    model,
    round_or,
    scored,
    share,
    signed,
    titled,
)
from fondo.funds.result import Backtest
from fondo.judge.intervals import Interval
from fondo.report.scales import number, percent

LEVEL = 0.05  # p-values below it are called found
MOST = 0.5  # share of a lead from which it is said to be owed to something
_MEASURES = {
    "sharpe": "Sharpe ratio",
    "calmar": "Calmar ratio",
    "sortino": "Sortino ratio",
    "return": "return",
    "peer_residual": "return above that of the rest of the group",
    "market_residual": "return that the market does not explain",
}
_AGAINST = {
    "above": "above it",
    "level": "not distinguishable from it",
    "below": "below it",
}


def title(told: Findings) -> str:
    """Heading of the page."""
    years = _span(told)
    if told.peer is not None:
        return f"{told.peer}: backtest{years}"
    data = told.done.facts["data"]
    groups = len(told.groups)
    inside = f" in {groups} peer groups" if groups > 1 else ""
    return f"Backtest of {number(data['funds'])} funds{inside}{years}"


def _span(told: Findings) -> str:
    tests = told.done.facts["tests"]
    if not tests:
        return ""
    first, last = str(tests[0]["first"])[:4], str(tests[-1]["last"])[:4]
    return f", tested {first}" + (f" to {last}" if last != first else "")


def target(done: Backtest) -> str:
    """What counts as right, in words: `the first quarter of its peer group by Sharpe ratio`."""
    label = done.facts["plan"]["label"]
    quantile = float(label["quantile"])
    part = "quarter" if quantile == 0.25 else percent(quantile)
    end = "first" if label["side"] == "top" else "last"
    measure = _MEASURES.get(label["measure"], str(label["measure"]).replace("_", " "))
    return f"the {end} {part} of its peer group by {measure}"


def aim(done: Backtest) -> str:
    """What is picked and what is right, in two sentences."""
    plan, data = done.facts["plan"], done.facts["data"]
    unit = {"D": "days", "W": "weeks", "M": "months"}.get(data["frequency"], "periods")
    ahead = "year" if plan["horizon"] is None else f"{plan['horizon']} {unit}"
    end = "highest" if plan["label"]["side"] == "top" else "most suspect"
    return (
        f"A pick is right if the fund ends in {target(done)} over the {ahead} after the date. "
        f"Picked are the {end} {percent(plan['share'])} of each group at each date; a model knows "
        "only what was known at the date, and learns from labels that had ended before the test."
    )


def verdict(done: Backtest, found: Mapping[str, Record]) -> str:
    """What a committee should know of a backtest, in one paragraph.

    Parameters
    ----------
    done : Backtest
    found : mapping of str to Record
        From `records(done)`.
    """
    return " ".join(verdict_of(Findings(done, dict(found))))


def verdict_of(told: Findings) -> list[str]:
    """What a committee should know, in a few sentences, the doubts with it."""
    proof = told.best.evidence
    if not proof.picks:
        return ["No pick has a label yet, so nothing is known."]
    parts = [_found(told), _few(proof), _against(told), _luck(told), _alike(proof)]
    if told.peer is not None:
        parts.append(_corrected(told))
    elif told.done.leak is None:
        parts.append("The leak meter did not run.")
    else:
        leak = told.done.leak
        word = "which is not to be believed" if leak.flagged else "no large leak"
        parts.append(
            f"Leak meter: a forest on shuffled rows shows {share(leak.shuffled)}, by date "
            f"{share(leak.purged)} (gap {signed(leak.gap)}): {word}."
        )
    return [part for part in parts if part]


def _found(told: Findings) -> str:
    proof, best = told.best.evidence, told.best
    who = titled(best.name)
    alone = "" if best.learns else "No model here learns. "
    among = " of the models that learn" if len(told.done.learned) > 1 else ""
    return (
        f"{alone}{who}{f', the best{among},' if among else ''} is right in {share(proof.precision)}"
        f" of its picks ({count(proof.hits)} of {count(proof.picks)}, {proof.dates} dates in "
        f"{proof.years} {'year' if proof.years == 1 else 'years'}, {proof.first} to {proof.last}; "
        f"{PERCENT_95} interval {ends(proof.intervals[proof.headline])}, {headline(proof)}). Blind "
        f"picks are right in {share(proof.base_rate)}: the precision is {_AGAINST[proof.verdict]}."
    )


def headline(proof: Evidence) -> str:
    """Which interval is printed."""
    return (
        "by calendar year"
        if proof.headline == "year"
        else "the wider of by year and by single pick"
    )


def _few(proof: Evidence) -> str:
    if proof.years >= ENOUGH:
        return ""
    years = "1 test year" if proof.years == 1 else f"{proof.years} test years"
    return f"Only {years}, fewer than {ENOUGH}: too few for a headline."


def _against(told: Findings) -> str:
    beside = told.beside
    if beside.best == beside.rival:
        return "There is no other baseline to compare with."
    between = _difference(beside.difference, beside.interval)
    return (
        f"Against the best baseline, {model(beside.rival)} "
        f"({share(told.rival.evidence.precision)}), it is {beside.verdict}: {between}, date by "
        "date."
    )


def _difference(value: float, interval: Interval) -> str:
    if not math.isfinite(value):
        return "the difference is not known"
    return f"{signed(value)} ({ends(interval)})"


def _luck(told: Findings) -> str:
    beside, precision = told.beside, told.best.evidence.precision
    ledger = told.done.facts.get("ledger")
    trials = (
        "trials that the ledger counts on these data"
        if ledger
        else "models of this run (no ledger was kept: earlier trials are not known)"
    )
    word = "less" if beside.by_luck < precision else "no less"
    return (
        f"By luck alone the best of the {number(beside.trials)} {trials} would show "
        f"{share(beside.by_luck)}: {word}."
    )


def _alike(proof: Evidence) -> str:
    """Whether the picks are right only because of what they are alike in."""
    found = {name: null for name, null in proof.nulls.items() if name != "plain"}
    if not found or any(math.isnan(null.expected) for null in found.values()):
        return "Whether volatility explains it is not known."
    value = next(iter(found.values())).value
    each = " and ".join(
        f"{share(null.expected)} among funds of like {name} (p {_equal(null.p_value)})"
        for name, null in found.items()
    )
    told = (
        f"At dates that do not overlap {share(value)} are right; labels dealt out anew give {each}"
    )
    plain = proof.nulls["plain"].expected if "plain" in proof.nulls else proof.base_rate
    most = max(found, key=lambda name: found[name].expected)
    part = (found[most].expected - plain) / (value - plain) if value > plain else 0.0
    doubtful = [name for name, null in found.items() if null.p_value >= LEVEL]
    if not doubtful and part >= MOST:
        return f"{told}: {percent(part)} of the lead over blind picks is {most}, the rest is not."
    if not doubtful and len(found) == 1:
        return f"{told}: {next(iter(found))} does not explain it."
    if not doubtful:
        return f"{told}: neither {' nor '.join(found)} explains it."
    if proof.verdict == "above":
        return f"{told}: {' or '.join(doubtful)} alone may explain it."
    return f"{told}: no sign of skill beyond {' or '.join(doubtful)}."


def _equal(p: float) -> str:
    text = chance(p)
    return text if text.startswith("<") else f"= {text}"


def _corrected(told: Findings) -> str:
    whole = Record(told.done, told.beside.best).by_peer
    mine = next(each for each in whole if str(each.peer) == told.peer)
    if len(whole) == 1:
        return ""
    word = "found" if mine.holm < LEVEL else "not found"
    return (
        f"It is one of {len(whole)} groups looked at; with that taken into account (Holm), p "
        f"{_equal(mine.holm)}: {word}."
    )


def standings(told: Findings) -> Grid:
    """A row for each model: precision, what it is against, and the scores of the whole ranking."""
    head = [
        "model", "precision", "base rate", "adjusted", "wrong end", "avoid", "AUC",
        "rank IC", "top less bottom", "turnover", "picks",
    ]  # fmt: skip
    return head, [_standing(record) for record in told.found.values()]


def _standing(record: Record) -> list[Cell]:
    proof, avoid = record.evidence, record.avoid
    spread = record.spread.interval()
    return [
        (model(record.name), "learns" if record.learns else "baseline"),
        scored(proof.precision, proof.intervals[proof.headline]),
        share(proof.base_rate),
        (share(proof.adjusted_headline), f"Wilson {share(proof.adjusted)}"),
        (share(record.wrong.precision), f"blind {share(record.wrong.base_rate)}"),
        scored(avoid.precision, avoid.intervals[avoid.headline]),
        dated(record.auc),
        dated(record.rank_ic),
        (percent(record.spread.mean, 1), ends(_times(spread, 100), 1)),
        percent(record.turnover.mean),
        (count(proof.picks), f"worth {count(round_or(proof.effective))}"),
    ]


def _times(interval: Interval, factor: float) -> Interval:
    return Interval(factor * interval.low, factor * interval.high, interval.method)


def standings_note(told: Findings) -> str:
    """What the columns of `standings` mean."""
    return (
        f"Under a value stands its {PERCENT_95} interval, {headline(told.best.evidence)}. Adjusted"
        ": precision after doubt, by the lower end of that interval. Avoid: share of the "
        "lowest-ranked that end in the last quarter. Wrong end: picks that end in the quarter "
        "farthest from the wanted, and blind ones. AUC: 0.5 is blind; rank IC: 0 is. Top less "
        "bottom: return of the first picks less that of the last, over the label window. "
        f"Turnover: picks exchanged from date to date, {percent(told.best.turnover.chance)} at "
        "random. Picks: those with a label, and how many independent ones they are worth."
    )


def years(told: Findings) -> Grid:
    """A row for each test year: base rate, and precision of the models that are shown."""
    tallies = [by_year(record.picks) for record in told.shown]
    names = sorted({year for tally in tallies for year in tally})
    head = ["year", "base rate", *(model(record.name) for record in told.shown)]
    rows: list[list[Cell]] = []
    for year in names:
        base = tallies[0].get(year, (0.0, 0.0, math.nan))[2]
        cells: list[Cell] = []
        for tally in tallies:
            hits, picks, _ = tally.get(year, (0.0, 0.0, math.nan))
            value = hits / picks if picks else math.nan
            cells.append((share(value), f"{count(hits)} of {count(picks)}"))
        rows.append([year, share(base), *cells])
    return head, rows


def by_year(found: Picks) -> dict[str, tuple[float, float, float]]:
    """Hits, picks and base rate of each calendar year."""
    tally = found.by("year")
    rows = zip(tally.name, tally.hits, tally.picks, tally.base, strict=True)
    return {str(year): (float(h), float(n), float(b)) for year, h, n, b in rows}


def peer_groups(told: Findings, found: Sequence[PeerEvidence]) -> Grid:
    """A row for each peer group: the best model there, corrected for looking at all of them."""
    head = ["peer group", "funds", "precision", "base rate", "p", "p by Holm", "skill", "picks"]
    held = told.done.tested.group_by("peer").agg(pl.col("fund").n_unique())
    funds = {str(peer): int(n) for peer, n in held.iter_rows()}
    return head, [_peer(each, funds.get(str(each.peer), 0)) for each in found]


def _peer(each: PeerEvidence, funds: int) -> list[Cell]:
    proof = each.evidence
    return [
        str(each.peer),
        number(funds),
        scored(proof.precision, proof.intervals[proof.headline]),
        share(proof.base_rate),
        chance(each.p_value),
        chance(each.holm),
        "found" if each.holm < LEVEL else "not found",
        (count(proof.picks), f"{proof.dates} dates, {proof.years} years"),
    ]


def peer_groups_note(told: Findings, found: Sequence[PeerEvidence]) -> str:
    """How many groups show skill, and how it was corrected for looking at all of them."""
    skilled = sum(each.holm < LEVEL for each in found)
    return (
        f"{titled(told.best.name)} in each of {len(found)} groups: skill is found in "
        f"{skilled}. p is that of labels dealt out anew among funds of like volatility, at dates "
        "whose labels do not overlap; by Holm it is corrected for having looked at all groups, so "
        f"that below {LEVEL} one errs in any of them in at most {percent(LEVEL)} of such reports."
    )
