"""What stands behind the figures of a backtest, in words: thresholds, moves, nulls, luck.

Sentences and table rows, no markup. The models themselves are in `report_words`.
"""

import math
from typing import Any

import numpy as np

from fondo.funds.inference import Evidence
from fondo.funds.moves import QUARTILES, Moves
from fondo.funds.persistence import Transitions
from fondo.funds.record import FEWEST_YEARS, Record
from fondo.funds.report_findings import (
    PERCENT_95,
    Cell,
    Findings,
    Grid,
    chance,
    count,
    ends,
    model,
    round_or,
    share,
    signed,
    titled,
)
from fondo.funds.result import Backtest
from fondo.judge.intervals import Floats
from fondo.report.scales import MISSING, number, percent

HEADLINE = ", the headline"
PLACES = ("first quarter", "second", "third", "last")
NULLS = {
    "plain": "among all funds of the date and group",
    "volatility": "among funds of like volatility",
    "tracking error": "among funds of like tracking error",
}
_TAKEN = {  # what each interval takes as independent
    "wilson": ("Wilson", "single picks"),
    "clopper-pearson": ("Clopper-Pearson", "single picks; never too short"),
    "jeffreys": ("Jeffreys", "single picks"),
    "date": ("by date", "dates"),
    "year": ("by calendar year", "calendar years"),
    "blocks": ("blocks of dates", "stretches of dates"),
    "widest": ("wider of year and Wilson", "neither: years are few"),
}


def cuts(record: Record) -> Floats:
    """Thresholds that were chosen in training, one for each tested row that has one."""
    found = record.done.column(record.name, kind="cut")
    if record.peer is not None:
        found = found[(record.done.tested["peer"] == record.peer).to_numpy()]
    known: Floats = found[~np.isnan(found)]
    return known


def flagged(record: Record) -> str:
    """What the threshold that was chosen in training then gave."""
    found, name = record.flagged, titled(record.name)
    if found is None or record.curve is None:
        return (
            f"{name}: no threshold was chosen, since the training sides are too short for "
            "calibrated probabilities."
        )
    chosen = cuts(record)
    low, high = float(chosen.min()), float(chosen.max())
    which = f"{low:.2f}" if low == high else f"{low:.2f} to {high:.2f} from year to year"
    base = share(record.curve.base_rate)
    if not found.flagged:
        return f"{name}: the threshold chosen in training ({which}) was reached by no tested fund."
    return (
        f"{name}: at or above the threshold chosen in training ({which}) were "
        f"{count(found.flagged)} of {count(record.curve.rows)} tested rows, {count(found.hits)} of "
        f"them right: {share(found.precision)} ({ends(found.interval)}, by year); base rate {base}."
    )


def thresholds(told: Findings) -> Grid:
    """A row for each threshold that some model reaches: precision of all rows at or above it."""
    curves = {r.name: r.curve for r in told.shown if r.curve is not None}
    head = ["threshold", *(model(name) for name in curves)]
    rows: list[list[Cell]] = []
    for place, cut in enumerate(next(iter(curves.values())).threshold if curves else ()):
        cells: list[Cell] = []
        for curve in curves.values():
            hits, picks = curve.hits[place], curve.picks[place]
            told_n = f"{count(hits)} of {count(picks)}"
            value = share(curve.precision[place])
            cells.append((f"{value} ({_ends(curve, place)})" if picks else MISSING, told_n))
        if any(curve.picks[place] for curve in curves.values()):
            rows.append([f"{cut:.2f}", *cells])
    return head, rows


def _ends(curve: Any, place: int) -> str:
    return f"{share(curve.low[place])} to {share(curve.high[place])}"


def moves_note(told: Findings) -> str:
    """What moves, and what counts as gone."""
    away = "has ended or moved to another group" if told.peer is not None else "has ended"
    return (
        "Quarters of each group by what came of the funds, from one label window to the next that "
        f"does not overlap it, over all dates. Gone: the fund {away}, or cannot be ranked. The "
        "natural rival of any model is that the first quarter stays the first."
    )


def repeat(found: Moves) -> list[str]:
    """What became of the first quarter, in a few sentences."""
    told = found.found
    total = int(told.counts[0].sum())
    first = (
        f"Of {number(total)} times that a fund was in the first quarter of its group, it was there "
        f"again at the next look in {percent(told.repeat, 1)} ({PERCENT_95} interval by year "
        f"{_percents(told)}); by chance {percent(told.chance, 1)}."
    )
    known = found.repeat[np.isfinite(found.repeat)]
    if len(known) > 1:
        first += (
            f" Between years it swung from {percent(known.min())} to {percent(known.max())}: one "
            "year proves nothing."
        )
    rest = [
        f"{look} looks in a row: {percent(value, 1)} of {number(int(n))}, by chance "
        f"{percent(luck, 1)}."
        for look, value, n, luck in zip(
            range(2, len(found.stayed) + 1),
            found.stayed[1:],
            found.started[1:],
            found.by_chance[1:],
            strict=True,
        )
        if n
    ]
    return [first, *rest]


def _percents(told: Transitions) -> str:
    low, high, _ = told.interval()
    return f"{100 * low:.0f} to {percent(high)}"


def transitions(found: Moves) -> Grid:
    """A row for each quartile, and one for chance: where its funds were at the next look."""
    told = found.found
    head = ["from", *(f"to {place}" for place in PLACES), "gone", "of"]
    whole = told.counts.sum(axis=0) / max(1, told.counts.sum())
    rows: list[list[Cell]] = []
    for place in range(QUARTILES):
        cells = [
            (percent(part, 1), number(int(n)))
            for part, n in zip(told.shares[place], told.counts[place], strict=True)
        ]
        rows.append([PLACES[place], *cells, number(int(told.counts[place].sum()))])
    chances: list[Cell] = [percent(part, 1) for part in whole]
    rows.append(["by chance", *chances, number(int(told.counts.sum()))])
    return head, rows


def repeats(found: Moves) -> Grid:
    """A row for each calendar year of the earlier look."""
    rows: list[list[Cell]] = [
        [str(year), percent(rate, 1), f"{count(again)} of {count(first)}"]
        for year, rate, again, first in zip(
            found.year, found.repeat, found.again, found.first, strict=True
        )
    ]
    return ["year of the first look", "again in the first quarter", "funds and dates"], rows


def nulls_note() -> str:
    """What the nulls are, and at which dates."""
    return (
        "Labels are dealt out anew within each date and group, at dates whose label windows do not "
        "overlap; p is the share of the ways that do as well or better. Calm and wild funds, and "
        "those that stay near their group and those that stray, do not end in the first quarter "
        "equally often, so the nulls among funds that are alike are the ones to beat."
    )


def nulls(told: Findings) -> Grid:
    """Two rows for each model that is shown: labels dealt out anew, plain and by volatility."""
    head = ["model", "labels dealt out anew", "found", "expected", "sd", "p", "how"]
    rows: list[list[Cell]] = []
    for record in told.shown:
        for name, null in record.evidence.nulls.items():
            rows.append(
                [
                    model(record.name), NULLS.get(name, name), share(null.value),
                    share(null.expected), share(null.spread), chance(null.p_value), null.method,
                ]
            )  # fmt: skip
    return head, rows


def intervals(proof: Evidence) -> Grid:
    """A row for each interval of one precision, and what it takes as independent."""
    head = ["interval", "from", "to", "width", "independent are", "how"]
    rows: list[list[Cell]] = []
    for name, (low, high, method) in proof.intervals.items():
        title, taken = _TAKEN.get(name, (name, ""))
        if name == "blocks" and proof.overlap > 1:
            taken = f"stretches of {proof.overlap} dates"
        if name == proof.headline:
            title += HEADLINE
        rows.append([title, share(low), share(high), share(high - low), taken, method])
    return head, rows


def why_year(proof: Evidence) -> str:
    """Why the interval by calendar year is the headline."""
    overlap = (
        f" and the labels of {proof.overlap} neighbouring dates overlap"
        if proof.overlap > 1
        else ""
    )
    worth = count(round_or(proof.effective))
    few = (
        " With few years their own spread is badly known, so the wider end of the year's and "
        "Wilson's is taken at either side."
        if proof.headline != "year"
        else ""
    )
    return (
        f"Funds of one date share the market and the style of their year{overlap}, so that "
        f"{count(proof.picks)} picks are worth {worth} independent ones. Intervals that count "
        "single picks call noise skill; calendar years are nearly independent, so theirs is the "
        f"headline.{few} How often each interval errs: fondo funds simulate --study."
    )


def leak(done: Backtest) -> Grid:
    """Precision of the same forest under two ways to split."""
    found = done.leak
    head = ["split of the rows", "precision", "picks"]
    if found is None:
        return head, []
    return head, [
        ["dealt out at random", share(found.shuffled), count(found.shuffled_picks)],
        ["by date, as here", share(found.purged), count(found.purged_picks)],
        ["blind picks", share(found.base_rate), count(found.purged_picks)],
        ["gap", signed(found.gap), MISSING],
    ]


def overfitted(told: Findings) -> str:
    """Whether the choice among the models was fitting noise."""
    found = told.beside.overfitting
    if found is None:
        return (
            "Probability of backtest overfitting: not known, there are fewer than two models or "
            "ten dates."
        )
    inside = found.noise_low <= found.probability <= found.noise_high
    word = (
        "so it says nothing here"
        if inside
        else "it is less than that"
        if found.probability < found.noise_low
        else "it is more than that"
    )
    return (
        f"Probability of backtest overfitting: {found.probability:.2f}. That is how often the "
        f"model with the best spread in one half of the {found.periods} dates is below the median "
        f"of the {found.trials} models in the other half, over {found.halvings} ways to halve "
        f"them. Without skill the same models give {found.noise_low:.2f} to "
        f"{found.noise_high:.2f} (mean {found.noise_mean:.2f}): {word}."
    )


def deflated(told: Findings) -> Grid:
    """A row for each model: Sharpe ratio of its spread, judged against the best of all trials."""
    head = ["model", "Sharpe ratio", "windows", "best by luck", "probability above it"]
    rows: list[list[Cell]] = []
    for record in told.found.values():
        spread, found = record.yearly_spread, record.deflated
        rows.append(
            [
                model(record.name),
                number(spread.ratio),
                number(len(spread.known)),
                MISSING if found is None else number(found.benchmark),
                MISSING if found is None else share(found.probability),
            ]
        )
    return head, rows


def deflated_note(done: Backtest) -> str:
    """What the deflated ratio is of, and why it may not be known."""
    ledger = done.facts.get("ledger")
    told = (
        "Sharpe ratio of the top-less-bottom return over label windows that do not overlap, per "
        "window. Probability that it is above the best of all trials on these data without skill; "
        "above 0.95 is the usual mark."
    )
    if not ledger:
        return f"{told} Not known here, since no ledger of trials was kept."
    if not ledger.get("sharpe_variance"):
        return f"{told} Not known here, since the ledger holds fewer than two trials."
    return f"{told} Not known with fewer than {FEWEST_YEARS} windows."


def ledger(done: Backtest) -> str:
    """How many trials were counted, and the seal of the ledger."""
    told = done.facts.get("ledger")
    if not told:
        return "No ledger was kept: what else was tried on these data is not known."
    return (
        f"The ledger counts {number(told['trials'])} tests of models on these data, and "
        f"{number(told['trials_ever'])} lines in all, inner trials included. Its digest after "
        f"this run: {told['digest']}."
    )


def trials(done: Backtest) -> Grid:
    """A row for each search inside a training side: what was kept, trained against held out."""
    head = ["model", "before", "tried", "kept", "trained", "held out", "all held out"]
    rows: list[list[Cell]] = []
    for name in done.learned:
        tests = dict.fromkeys(str(each["test"]) for each in done.models[name]["trials"])
        for test in tests:
            tried = [t for t in done.models[name]["trials"] if str(t["test"]) == test]
            held = [v for t in tried if math.isfinite(v := known(t["held"]))]
            kept = next((t for t in tried if t["chosen"]), None)
            rows.append(
                [
                    model(name),
                    test,
                    number(len(tried)),
                    "usual settings" if kept is None else settings(kept["settings"]),
                    MISSING if kept is None else share(known(kept["trained"])),
                    MISSING if kept is None else share(known(kept["held"])),
                    f"{share(min(held))} to {share(max(held))}" if held else MISSING,
                ]
            )
    return head, rows


def known(value: object) -> float:
    """A number of a trial; NaN where it has none."""
    return float(value) if isinstance(value, int | float) else math.nan


def settings(told: dict[str, Any]) -> str:
    """Settings in one line.

    Examples
    --------
    >>> settings({"k": 4, "hidden": [16, 8], "dropout": None})
    'k 4, hidden 16 x 8'
    """
    parts = []
    for name, value in told.items():
        if value is None:
            continue
        text = " x ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        parts.append(f"{name.replace('_', ' ')} {text}")
    return ", ".join(parts) or "as usual"
