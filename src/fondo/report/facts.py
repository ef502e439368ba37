"""Sections of the page that state facts: data, split, network, settings, receipt, use.

What the model achieves is in `results`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fondo.report.content import ReportContent
from fondo.report.markup import Markup, brief, element, join
from fondo.report.scales import MISSING, number, percent, real
from fondo.report.tables import bullets, pairs, table

_HEXADECIMAL = set("0123456789abcdef")
_HASH = 12  # characters of a hash that a person can compare by eye


def data(content: ReportContent) -> Markup:
    """Columns with their kinds and summaries, what was left out and why, notes."""
    parts = [paragraph(_source(content))]
    if content.columns:
        head = [
            "column",
            "kind",
            "missing",
            "distinct",
            "least",
            "mean",
            "greatest",
            "most frequent",
        ]
        rows = [_column(row) for row in content.columns]
        parts.append(table(head, rows, numbers=(2, 3, 4, 5, 6)))
    parts.append(element("h3", "Left out"))
    if content.dropped:
        parts.append(table(["column", "reason"], [list(pair) for pair in content.dropped]))
    else:
        parts.append(paragraph("No column was left out."))
    if content.notes:
        parts += [element("h3", "Worth knowing"), bullets(content.notes)]
    return section("data", "The data", *parts)


def _source(content: ReportContent) -> str:
    total = sum(content.rows.values())
    rows = f"{number(total)} rows" if total else "The rows"
    origin = f" from {content.source}" if content.source else ""
    used = f", {number(len(content.columns))} columns" if content.columns else ""
    return f"{rows}{origin}{used}; “{brief(content.target)}” is what the model predicts."


def _column(row: Mapping[str, Any]) -> list[object]:
    missing = real(row.get("missing"))
    share = MISSING if missing != missing else percent(missing, 0 if missing in (0, 1) else 1)
    ends = [row.get(key) for key in ("min", "mean", "max")]
    return [row.get("name", ""), row.get("kind", ""), share, row.get("distinct"), *ends, _top(row)]


def _top(row: Mapping[str, Any]) -> str:
    top = row.get("top")
    if not top:
        return ""
    if isinstance(top, Mapping):
        top = list(top.items())
    if isinstance(top, str):
        return top
    return ", ".join(_counted(item) for item in top)


def _counted(item: object) -> str:
    if isinstance(item, tuple | list) and len(item) == 2:
        return f"{item[0]} ({number(item[1])})"
    return str(item)


def split(content: ReportContent) -> Markup:
    """Rows of each part and how they were drawn."""
    total = sum(content.rows.values())
    rows = [
        [part, count, percent(count / total, 1)] for part, count in content.rows.items() if total
    ]
    parts: list[Markup] = []
    if rows:
        purposes = {
            "train": "the network learns from these",
            "validation": "says when to stop; the network does not learn from these",
            "test": "every score in this report comes from these",
        }
        body = [[*row, purposes.get(str(row[0]), "")] for row in rows]
        parts.append(table(["part", "rows", "share", "purpose"], body, numbers=(1, 2)))
    if content.split:
        parts.append(pairs(spelt(content.split)))
    return section(
        "split", "The split", *parts or [paragraph("How the rows were split is not known.")]
    )


def network(content: ReportContent) -> Markup:
    """Layers with shapes and numbers of parameters."""
    layers = content.network.get("layers", ())
    if not layers:
        return section("network", "The network", paragraph("The network is not described."))
    rows = [
        [row.get("name"), row.get("type"), shape(row.get("output")), row.get("parameters")]
        for row in layers
    ]
    total = content.network.get("parameters", sum(int(row[3] or 0) for row in rows))
    words = f"{number(len(rows))} layers with {number(total)} parameters."
    grid = table(["layer", "kind", "shape of its output", "parameters"], rows, numbers=(3,))
    return section("network", "The network", paragraph(words), grid)


def shape(value: object) -> str:
    """Shape of an array in words: `rows x 64`.

    Examples
    --------
    >>> shape((None, 8, 64))
    'rows x 8 x 64'
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        return str(value or "")
    return " x ".join("rows" if size is None else str(size) for size in value)


def settings(content: ReportContent) -> Markup:
    """Parameters of the estimator."""
    given = {name: _plain(value) for name, value in content.settings.items()}
    body = pairs(given) if given else paragraph("The settings are not known.")
    return section("settings", "Settings", body)


def receipt(content: ReportContent) -> Markup:
    """What is needed to train the same weights again."""
    words = join(
        "The same data, settings, versions and seed give the same weights on the same kind of "
        "machine; ",
        element("code", "fondo replay"),
        " checks it. Hashes are shortened here and whole in receipt.json.",
    )
    body = pairs(flat(content.receipt)) if content.receipt else paragraph("There is no receipt.")
    return section("receipt", "Receipt", paragraph(words), body)


def usage(content: ReportContent) -> Markup:
    """Commands that use the model again."""
    parts = [
        join(paragraph(words), element("pre", element("code", command)))
        for command, words in content.usage
    ]
    return section("use", "How to use the model again", *parts) if parts else Markup()


def flat(facts: Mapping[str, Any], before: str = "") -> dict[str, object]:
    """Nested facts as one level, hashes shortened, long lists told by their ends.

    Examples
    --------
    >>> flat({"seed": 0, "data": {"fingerprint": "ab" * 32}})
    {'seed': '0', 'data, fingerprint': 'abababababab…'}
    """
    found: dict[str, object] = {}
    for name, value in facts.items():
        key = f"{before}, {name}" if before else str(name).replace("_", " ")
        if isinstance(value, Mapping):
            found |= flat(value, key)
        elif isinstance(value, list | tuple):
            found[key] = _listed(value)
        else:
            found[key] = _plain(value)
    return found


def _listed(values: Sequence[object]) -> str:
    short = [_plain(value) for value in values]
    if len(short) > 4:
        short = [short[0], short[1], "…", short[-1]]
        return ", ".join(short) + f" ({number(len(values))} in all)"
    return ", ".join(short)


def _plain(value: object) -> str:
    """Value in words: hashes shortened, objects by their names, for an address tells nothing."""
    text = str(value)
    if " at 0x" in text:
        return str(getattr(value, "__name__", type(value).__name__))
    is_hash = isinstance(value, str) and len(text) >= 32 and not set(text) - _HEXADECIMAL
    return text[:_HASH] + "…" if is_hash else text


def spelt(facts: Mapping[str, Any]) -> dict[str, object]:
    """Facts with names in words; whole numbers as they are (a seed has no thousands)."""
    return {str(name).replace("_", " "): str(value) for name, value in facts.items()}


def paragraph(text: object, css: str | None = None) -> Markup:
    """One paragraph."""
    return element("p", text, class_=css)


def section(anchor: str, title: str, *parts: Markup) -> Markup:
    """One section of the page under its heading."""
    return element("section", element("h2", title), *parts, id=anchor)
