"""A page that sets backtests of several targets beside each other, with links to their reports.

The reports themselves are in `report_page`.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from fondo.errors import BadParameter
from fondo.funds.report_figures import threshold_chart, year_chart
from fondo.funds.report_findings import (
    Cell,
    Findings,
    Grid,
    count,
    dated,
    ends,
    findings,
    model,
    scored,
    share,
    signed,
)
from fondo.funds.report_parts import COMMAND, INDEX, grid, pictures
from fondo.funds.report_proofs import flagged
from fondo.funds.report_words import by_year, target
from fondo.funds.result import Backtest
from fondo.report.markup import Markup, element, join
from fondo.report.scales import percent
from fondo.report.style import document
from fondo.report.tables import bullets
from fondo.store.atomic import write_bytes


def write_comparison(runs: Mapping[str, Backtest], folder: str | Path) -> Path:
    """Write a page that compares backtests of several targets.

    The reports are not written: `write_report(run, folder / name)` does that.

    Parameters
    ----------
    runs : mapping of str to Backtest
        By the name of the target, two at least; the page takes them in the order of names.
    folder : path
        Made where it does not exist.

    Returns
    -------
    path : Path
        Of "index.html", which links to "TARGET/index.html".

    Raises
    ------
    BadParameter
        Fewer than two backtests.
    OutputError
        The page cannot be written.
    """
    path = Path(folder) / INDEX
    write_bytes(path, comparison_page(runs).encode())
    return path


def comparison_page(runs: Mapping[str, Backtest]) -> str:
    """The page that `write_comparison` writes; the same backtests, the same bytes."""
    if len(runs) < 2:
        raise BadParameter(
            f"comparison_page(runs={list(runs)}): there must be two backtests at least. Use "
            "`backtest_page` for one."
        )
    told = {name: findings(runs[name]) for name in sorted(runs)}
    title = f"Targets beside each other: {', '.join(told)}"
    header = element("header", element("p", COMMAND), element("h1", title))
    verdict = element("div", *(element("p", s) for s in sentences(told)), class_="verdict level")
    files = {name: f"{quote(name, safe='', errors='replace')}/{INDEX}" for name in told}
    body = element("body", element("main", header, verdict, *_sections(told, files)))
    return document(title, body)


def _sections(told: Mapping[str, Findings], files: Mapping[str, str]) -> list[Markup]:
    head, rows = targets(told)
    linked: list[list[Cell]] = [
        [join(element("a", name, href=files[name]), element("small", model(each.best.name))), *row]
        for (name, each), (_, *row) in zip(told.items(), rows, strict=True)
    ]
    years = [year_chart(each.best, each.rival, _top(told), name) for name, each in told.items()]
    curves = [threshold_chart(each.best, name) for name, each in told.items() if each.best.learns]
    lines = [f"{name}. {flagged(each.best)}" for name, each in told.items() if each.best.learns]
    return [
        element("h2", "The best model of each target"),
        element("div", grid((head, linked), words=(4,)), class_="dense"),
        element("p", note(told), class_="quiet"),
        element("h2", "Precision by threshold"),
        *([pictures(curves), bullets(lines)] if curves else [element("p", "No model learns.")]),
        element("h2", "Year by year"),
        pictures(years),
        grid(by_target(told), text=1),
    ]


def _top(told: Mapping[str, Findings]) -> float:
    """Highest precision of a year, so that pictures share their axis."""
    found = [0.5]
    for each in told.values():
        for record in (each.best, each.rival):
            found += [hits / n for hits, n, _ in by_year(record.picks).values() if n]
    return max(found)


def sentences(told: Mapping[str, Findings]) -> list[str]:
    """What each target gives, and what can be compared."""
    lines = []
    for name, each in told.items():
        proof = each.best.evidence
        if not proof.picks:
            lines.append(f"Target {name}: no pick has a label yet.")
            continue
        against = "" if each.beside.best == each.beside.rival else (
            f"; against {model(each.beside.rival)} {each.beside.verdict}"
        )  # fmt: skip
        lines.append(
            f"Target {name}: {model(each.best.name)} is right in {share(proof.precision)} of its "
            f"picks ({ends(proof.intervals[proof.headline])}; {count(proof.picks)} picks, "
            f"{proof.years} years), blind picks in {share(proof.base_rate)}{against}."
        )
    data = {each.done.facts["data"].get("sha256") for each in told.values()}
    lines.append(
        "All are of the same data."
        if len(data) == 1
        else "They are not of the same data, so differences may come from that."
    )
    return lines


def note(told: Mapping[str, Findings]) -> str:
    """What is right under each target."""
    rights = "; ".join(f"{name}: the fund ends in {target(f.done)}" for name, f in told.items())
    return (
        f"Right means, for {rights}. Precisions of different targets are each to be read against "
        "their own base rate and baseline, not against each other."
    )


def targets(told: Mapping[str, Findings]) -> Grid:
    """A row for each target: its best model, and the best baseline."""
    head = [
        "target", "precision", "base rate", "less best baseline", "which is", "avoid", "rank IC",
        "top less bottom", "picks",
    ]  # fmt: skip
    return head, [_target(name, each) for name, each in told.items()]


def _target(name: str, told: Findings) -> list[Cell]:
    best, beside = told.best, told.beside
    proof, avoid = best.evidence, best.avoid
    return [
        (name, model(best.name)),
        scored(proof.precision, proof.intervals[proof.headline]),
        share(proof.base_rate),
        (signed(beside.difference), ends(beside.interval)),
        (beside.verdict, f"{model(beside.rival)} {share(told.rival.evidence.precision)}"),
        scored(avoid.precision, avoid.intervals[avoid.headline]),
        dated(best.rank_ic),
        percent(best.spread.mean, 1),
        (count(proof.picks), f"{proof.dates} dates, {proof.years} years"),
    ]


def by_target(told: Mapping[str, Findings]) -> Grid:
    """A row for each test year: precision of the best model of each target, and its base rate."""
    tallies = {name: by_year(each.best.picks) for name, each in told.items()}
    rows: list[list[Cell]] = []
    for year in sorted({year for tally in tallies.values() for year in tally}):
        cells: list[Cell] = []
        for tally in tallies.values():
            hits, n, base = tally.get(year, (0.0, 0.0, float("nan")))
            value = hits / n if n else float("nan")
            cells.append((share(value), f"{count(hits)} of {count(n)}; base {share(base)}"))
        rows.append([year, *cells])
    return ["year", *tallies], rows
