"""The page of a study of groups: one self-contained HTML file, pictures and sentences."""

from collections.abc import Sequence

from fondo.funds import group_words as words
from fondo.funds.dendrogram import dendrogram
from fondo.funds.group_charts import elbow_chart, scale_charts, silhouette_chart
from fondo.funds.group_map import LETTERS, map_chart, ordered, symbol
from fondo.funds.group_study import GroupStudy
from fondo.funds.groups import LINKAGES
from fondo.report.markup import Markup, element
from fondo.report.scales import number, percent
from fondo.report.svg import Chart
from fondo.report.tables import bullets, table
from fondo.studies.page import page

_ASIDE = 30  # funds and columns set aside that are listed


def groups_page(study: GroupStudy) -> str:
    """Write a study of peer groups as one HTML file that opens without a network.

    Parameters
    ----------
    study : GroupStudy
        From `fondo.funds.group_study.find_groups`.

    Returns
    -------
    str
        UTF-8 text, well-formed as XML too; nothing in it may load or run. The same numbers give
        the same text, byte for byte.
    """
    below = [
        *_groups(study),
        *_methods(study),
        *_stable(study),
        *_categories(study),
        *_scalers(study),
        *_rest(study),
    ]
    title = f"Peer groups of {len(study.table.funds)} funds"
    return page("fondo funds groups", title, words.verdict(study), pictures(study), below)


def pictures(study: GroupStudy) -> list[Chart]:
    """Maps, elbow, silhouette and trees; the most telling first."""
    made = [_map(study)]
    if study.table.known.any():
        made.append(_category_map(study))
    if study.number is not None:
        made += [elbow_chart(study.number), silhouette_chart(study.number)]
    given = None if study.table.given is None else study.table.given.tolist()
    names = study.table.funds.tolist()
    for linkage, found in study.trees.items():
        title = f"{linkage[:1].upper() + linkage[1:]} linkage: {LINKAGES[linkage]}"
        made.append(
            dendrogram(
                found, names, k=study.k, given=given, like=study.grouping.labels, title=title
            )
        )
    return made


def _map(study: GroupStudy) -> Chart:
    found = study.components
    columns = [words.plain(name) for name in study.table.columns]
    labels = study.grouping.labels.tolist()
    both = percent(sum(found.explained))
    weights = (
        f" The first weighs {found.words(columns, 0)}; the second {found.words(columns, 1)}."
        if study.table.kind == "features"
        else ""
    )
    caption = (
        f"Each fund as the number of its group by k-means. The plane holds {both} of the "
        f"differences between funds, the rest is hidden.{weights}"
    )
    hovers = [
        f"{name}: group {label + 1}" for name, label in zip(study.table.funds, labels, strict=True)
    ]
    return map_chart("The groups on a plane", found, labels, hovers, caption)


def _category_map(study: GroupStudy) -> Chart:
    given = [] if study.table.given is None else study.table.given.tolist()
    names = ordered(given)
    key = ", ".join(
        f"{symbol(i, LETTERS)} {name} ({given.count(name)})" for i, name in enumerate(names)
    )
    more = f" Categories beyond the first {len(LETTERS)} are dots." * (len(names) > len(LETTERS))
    unknown = f" {given.count('')} funds without a category are dots." * ("" in given)
    place = {name: i for i, name in enumerate(names)}
    return map_chart(
        "The given categories on the same plane",
        study.components,
        [place.get(name, -1) for name in given],
        [f"{n}: {g or 'no category'}" for n, g in zip(study.table.funds, given, strict=True)],
        f"{key}.{unknown}{more}",
        LETTERS,
    )


def _groups(study: GroupStudy) -> list[Markup]:
    head, rows = words.groups(study)
    return [element("h2", "The groups"), table(head, rows, numbers=_right(rows)), _basis(study)]


def _basis(study: GroupStudy) -> Markup:
    kind = study.table.kind
    what = (
        f"{len(study.table.columns)} features, scaled: {study.scale.words}"
        if kind == "features"
        else f"{len(study.table.columns)} returns of each fund, scaled to mean 0 and length 1, so "
        "that near means correlated"
    )
    when = f", {study.period}" if study.period else ""
    together = (
        " Together: how much more often funds share a group with their own than with others, over "
        "the last kind of runs below."
        if study.stable
        else ""
    )
    filled = study.table.filled
    gaps = f" {filled} missing cells were filled in." if filled else ""
    return element("p", f"Found by {what}{when}.{gaps}{together}", class_="quiet")


def _methods(study: GroupStudy) -> list[Markup]:
    head, rows = words.methods(study)
    found = study.methods[0].against
    told = (
        " Groups are judged by pairs of funds, never by accuracy: their numbers mean nothing."
        if found
        else ""
    )
    note = f"Tree tells distances: correlation of heights with distances of funds.{told}"
    return [
        element("h2", "Other ways to group"),
        table(head, rows, numbers=_right(rows)),
        element("p", note, class_="quiet"),
    ]


def _stable(study: GroupStudy) -> list[Markup]:
    if not study.stable:
        return []
    head, rows = words.stable(study)
    loose = words.loose(study)
    return [
        element("h2", "Would they be found again"),
        table(head, rows, numbers=(1, 2), ranges=(3,)),
        element("h3", "Funds that belong least to their group"),
        table(["fund", "group", "together"], loose, numbers=(2,)),
    ]


def _categories(study: GroupStudy) -> list[Markup]:
    found = study.methods[0].against
    if found is None:
        return []
    head, rows = words.crossed(study)
    parts = [
        element("h2", "Against the given categories"),
        element("p", found.sentence),
        table(head, rows, numbers=range(1, len(head))),
        element("p", words.neighbours(study)),
    ]
    doubtful, placed = words.doubtful(study), words.placed(study)
    if doubtful:
        parts += [
            element("h3", f"Funds that look like another category: {len(doubtful)}"),
            table(
                ["fund", "given", "looks like", "neighbours", "nearest"],
                doubtful[: words.NAMED],
                numbers=(3,),
            ),
        ]
    if placed:
        parts += [
            element("h3", f"Funds without a category, placed by their neighbours: {len(placed)}"),
            table(["fund", "placed in", "neighbours", "nearest", ""], placed, numbers=(2,)),
        ]
    return parts


def _scalers(study: GroupStudy) -> list[Markup]:
    if not study.scales:
        return []
    head, rows = words.scales(study)
    across, up = (words.plain(name) for name in study.pair)
    told = (
        f"The columns {across} and {up} under each scaler, without and with a cut at 3 standard "
        "deviations. What lies far out decides distances, and so groups."
    )
    charts = scale_charts(study.scales, (across, up))
    return [
        element("h2", "Scalers"),
        element("p", told),
        table(head, rows, numbers=range(1, len(head))),
        element("div", *(chart.figure() for chart in charts), class_="grid"),
    ]


def _rest(study: GroupStudy) -> list[Markup]:
    aside = study.table.aside
    if not aside:
        return []
    reasons: dict[str, list[str]] = {}
    for name, reason in aside:
        reasons.setdefault(reason, []).append(name)
    items = [
        f"{reason}: {number(len(names))} ({', '.join(names[:_ASIDE])}"
        f"{' and others' if len(names) > _ASIDE else ''})"
        for reason, names in reasons.items()
    ]
    return [element("h2", "Set aside"), bullets(items)]


def _right(rows: Sequence[Sequence[object]]) -> list[int]:
    """Columns of numbers, which stand at the right."""
    cells = rows[0] if rows else ()
    return [
        place
        for place, cell in enumerate(cells)
        if (place and str(cell).lstrip("\N{MINUS SIGN}")[:1].isdigit()) or cell == "\N{EN DASH}"
    ]
