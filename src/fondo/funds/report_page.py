"""The pages of a backtest: one over all, and one for each peer group.

Verdict first, then what it rests on. Sentences come from `report_words`, `report_proofs` and
`report_data`, pictures from `report_figures`; several targets are set beside each other in
`report_comparison`. No page needs a network or a script.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fondo.funds import report_data as data
from fondo.funds import report_figures as figures
from fondo.funds import report_proofs as proofs
from fondo.funds import report_words as words
from fondo.funds.record import Record
from fondo.funds.report_comparison import comparison_page as comparison_page
from fondo.funds.report_comparison import write_comparison as write_comparison
from fondo.funds.report_findings import Findings, findings, share
from fondo.funds.report_parts import COMMAND, INDEX, grid, pictures, slugs
from fondo.funds.result import Backtest
from fondo.report.markup import Markup, element, join
from fondo.report.style import document
from fondo.report.tables import bullets, pairs
from fondo.store.atomic import write_bytes

_TONES = {"better": "", "not distinguishable": " level", "worse": " bad"}


def write_report(done: Backtest, folder: str | Path) -> list[Path]:
    """Write the pages of a backtest: over all, and one for each peer group.

    Parameters
    ----------
    done : Backtest
    folder : path
        Made where it does not exist.

    Returns
    -------
    paths : list of Path
        "index.html" first, then "group-NAME.html" in the order of names; with one group only,
        the index alone.

    Raises
    ------
    OutputError
        A page cannot be written.
    """
    place, whole = Path(folder), findings(done)
    pages = {INDEX: _index(whole)}
    names = group_files(whole)
    for peer, name in names.items():
        pages[name] = _group(findings(done, peer), names)
    paths = []
    for name, text in pages.items():
        write_bytes(place / name, text.encode())
        paths.append(place / name)
    return paths


def backtest_page(done: Backtest) -> str:
    """The page over all: HTML that opens without a network; the same backtest, the same bytes."""
    return _index(findings(done))


def group_page(done: Backtest, peer: str) -> str:
    """The page of one peer group; BadParameter where no fund of it was ranked."""
    told = findings(done, peer)
    return _group(told, group_files(told))


def group_files(told: Findings) -> dict[str, str]:
    """File of each peer group by its name; empty where there is one group only."""
    if len(told.groups) < 2:
        return {}
    safe = slugs(told.groups)
    return {name: f"group-{safe[name]}.html" for name in told.groups}


Section = tuple[str, str, list[Markup]]  # anchor, title, what stands in it


def _index(told: Findings) -> str:
    sections: list[Section] = [
        ("models", "Models beside each other", _models(told)),
        ("years", "Year by year", _years(told)),
        ("thresholds", "Precision by threshold", _thresholds(told)),
        ("groups", "Peer groups", _groups(told)),
        ("persistence", "Where quartiles go", _moves(told)),
        ("nulls", "What labels dealt out anew would show", _nulls(told)),
        ("intervals", "All intervals", _intervals(told)),
        ("leak", "Leak meter", _leak(told.done)),
        ("luck", "Overfitting and trials", _luck(told)),
        ("tuning", "What was tried inside the training side", _tuning(told.done)),
        ("data", "Data", _data(told.done)),
        ("manifest", "How to run it again", _manifest(told.done)),
    ]
    return _page(told, sections, ())


def _group(told: Findings, files: Mapping[str, str]) -> str:
    sections: list[Section] = [
        ("models", "Models beside each other", _models(told)),
        ("years", "Year by year", _years(told)),
        ("thresholds", "Precision by threshold", _thresholds(told)),
        ("persistence", "Where quartiles go", _moves(told)),
        ("nulls", "What labels dealt out anew would show", _nulls(told)),
        ("intervals", "All intervals", _intervals(told)),
    ]
    links = {INDEX: "all groups"} | {f: name for name, f in files.items() if name != told.peer}
    return _page(told, sections, links.items())


def _page(told: Findings, sections: Sequence[Section], links: Iterable[tuple[str, str]]) -> str:
    shown = [each for each in sections if each[2]]
    places = [join(element("a", name, href=f"#{anchor}"), " ") for anchor, name, _ in shown]
    away = [join(element("a", name, href=file), " ") for file, name in links]
    header = element(
        "header",
        element("p", COMMAND),
        element("h1", words.title(told)),
        element("nav", *places, aria_label="Sections"),
        element("nav", *away, aria_label="Pages") if away else "",
    )
    parts = [
        element("section", element("h2", name), *inside, id=anchor)
        for anchor, name, inside in shown
    ]
    aim = element("p", words.aim(told.done), class_="quiet")
    body = element("body", element("main", header, _verdict(told), aim, *parts))
    return document(words.title(told), body)


def _verdict(told: Findings) -> Markup:
    proof = told.best.evidence
    sentences = element("p", " ".join(words.verdict_of(told)))
    if not proof.picks:
        return element("div", sentences, class_="verdict level")
    figure = element(
        "div",
        element("div", "precision of the picks", class_="score-name"),
        element("div", share(proof.precision), class_="score"),
        element("div", f"blind picks {share(proof.base_rate)}", class_="score-range"),
    )
    tone = " bad" if proof.verdict == "below" else _TONES[told.beside.verdict]
    tone = " level" if proof.verdict == "level" and not tone else tone
    return element("div", figure, element("div", sentences), class_=f"verdict{tone} long")


def _models(told: Findings) -> list[Markup]:
    strong = list(told.found).index(told.beside.best)
    models = grid(words.standings(told), strong=(strong,))
    note = element("p", words.standings_note(told), class_="quiet")
    return [element("div", models, class_="dense"), note]


def _years(told: Findings) -> list[Markup]:
    if not told.best.evidence.picks:
        return []
    return [pictures(figures.year_charts(told)), grid(words.years(told), text=1)]


def _thresholds(told: Findings) -> list[Markup]:
    learned = [record for record in told.shown if record.learns]
    if not learned:
        return []
    lines = bullets([proofs.flagged(record) for record in learned])
    head, rows = proofs.thresholds(told)
    below = [grid((head, rows), text=1)] if rows else []
    return [pictures(figures.threshold_charts(learned)), lines, *below]


def _groups(told: Findings) -> list[Markup]:
    files = group_files(told)
    if not files:
        return [element("p", "All funds are one group.")]
    found = told.best.by_peer
    head, rows = words.peer_groups(told, found)
    linked = [[element("a", row[0], href=files[str(row[0])]), *row[1:]] for row in rows]
    return [
        element("p", words.peer_groups_note(told, found)),
        grid((head, linked), text=1, words=(6,)),
        *_group_pictures(told),
    ]


def _group_pictures(told: Findings) -> list[Markup]:
    """Precision by threshold in each group, two beside each other in print too."""
    if not told.best.learns or not told.best.evidence.picks:
        return []
    charts = [
        figures.threshold_chart(Record(told.done, told.best.name, peer), peer)
        for peer in told.groups
    ]
    return [element("div", *(chart.figure() for chart in charts), class_="grid many")]


def _moves(told: Findings) -> list[Markup]:
    found = told.moves
    if found is None:
        return [element("p", "Not known: the history does not hold two label windows.")]
    first, *rest = proofs.repeat(found)
    return [
        element("p", proofs.moves_note(told)),
        grid(proofs.transitions(found), text=1),
        element("p", first),
        *([bullets(rest)] if rest else []),
        pictures([figures.repeat_chart(found)]),
        grid(proofs.repeats(found), text=1),
    ]


def _nulls(told: Findings) -> list[Markup]:
    if not told.best.evidence.picks:
        return []
    return [
        element("p", proofs.nulls_note()),
        grid(proofs.nulls(told), text=2, words=(6,)),
    ]


def _intervals(told: Findings) -> list[Markup]:
    proof = told.best.evidence
    if not proof.picks:
        return []
    strong = (list(proof.intervals).index(proof.headline),)
    return [
        element("p", proofs.why_year(proof)),
        pictures([figures.interval_chart(proof)]),
        grid(proofs.intervals(proof), text=1, words=(4, 5), strong=strong),
    ]


def _leak(done: Backtest) -> list[Markup]:
    if done.leak is None:
        return [element("p", "It did not run: what shuffled rows would have shown is not known.")]
    return [element("p", done.leak.line()), grid(proofs.leak(done), text=1)]


def _luck(told: Findings) -> list[Markup]:
    return [
        element("p", proofs.overfitted(told)),
        grid(proofs.deflated(told), text=1),
        element("p", proofs.deflated_note(told.done), class_="quiet"),
        element("p", proofs.ledger(told.done)),
    ]


def _tuning(done: Backtest) -> list[Markup]:
    chart = figures.trials_chart(done)
    if chart is None:
        return [element("p", "Nothing: no settings were searched for.")]
    note = (
        "Precision on the rows learned from is always flattering; settings are kept by what they "
        "do on inner folds of dates held out, with a gap."
    )
    return [
        element("p", note),
        pictures([chart]),
        grid(proofs.trials(done), text=2, words=(3,)),
    ]


def _data(done: Backtest) -> list[Markup]:
    parts = [element("p", data.ended(done))]
    found, lost = data.issues(done), data.left_out(done)
    parts.append(
        grid(found, text=2, words=(4,))
        if found[1]
        else element("p", "Nothing was found wrong in the prices.")
    )
    parts.append(
        grid(lost, text=1, words=(3,)) if lost[1] else element("p", "No row was left out.")
    )
    return parts


def _manifest(done: Backtest) -> list[Markup]:
    return [
        pairs(data.manifest(done)),
        element("p", data.features(done), class_="quiet"),
        grid(data.models(done), text=4),
        grid(data.tests(done), text=3),
    ]
