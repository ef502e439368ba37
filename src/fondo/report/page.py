"""The page: one self-contained HTML file, no network, no script. The order is the reader's.

Verdict first, then what could make it wrong, then what it rests on. Sections come from `results`,
`diagnosis` and `facts`.
"""

from collections.abc import Callable

from fondo.report import facts, results
from fondo.report.content import ReportContent
from fondo.report.diagnosis import diagnosis
from fondo.report.images import STYLE, pictures_section
from fondo.report.markup import Markup, element, join
from fondo.report.sounds import POLICY as SOUND_POLICY
from fondo.report.sounds import STYLE as SOUND_STYLE
from fondo.report.sounds import sounds_section
from fondo.report.style import SHEET, document

_SECTIONS = (
    results.leaks,
    facts.data,
    facts.split,
    results.scores,
    diagnosis,
    results.learning,
    results.pictures,
    lambda content: pictures_section(content.pictures),
    lambda content: sounds_section(content.sounds),
    lambda content: _of_columns(results.importances, content),
    lambda content: _of_columns(results.reasons, content),
    facts.network,
    facts.settings,
    facts.receipt,
    facts.usage,
)
_CONTENTS = {
    "leaks": "Leaks",
    "data": "Data",
    "split": "Split",
    "scores": "Scores",
    "diagnosis": "Diagnosis",
    "learning": "Learning",
    "plots": "Plots",
    "pictures": "Pictures",
    "sounds": "Sounds",
    "importances": "Importances",
    "reasons": "Reasons",
    "network": "Network",
    "settings": "Settings",
    "receipt": "Receipt",
    "use": "Use",
}


def render(content: ReportContent) -> str:
    """Write the report of one model as one HTML file.

    The file opens without a network and needs no script; its Content-Security-Policy lets nothing
    load or run. The same content gives the same text, byte for byte.

    Parameters
    ----------
    content : ReportContent
        What to say; whatever is missing is said to be missing.

    Returns
    -------
    str
        UTF-8 text, well-formed as XML too.

    Examples
    --------
    >>> page = render(ReportContent(task="TableClassifier", target="<b>default</b>"))
    >>> "<b>default" in page
    False
    """
    sections = [build(content) for build in _SECTIONS]
    header = element(
        "header",
        element("p", "fondo report"),
        element("h1", content.model),
        element("nav", *_links(sections), aria_label="Sections"),
    )
    body = element("body", element("main", header, results.headline(content), *sections))
    if content.pictures is not None:
        return document(content.model, body, SHEET + STYLE, "img-src data:")
    if content.sounds is not None:
        return document(content.model, body, SHEET + SOUND_STYLE, SOUND_POLICY)
    return document(content.model, body)


def _of_columns(build: Callable[[ReportContent], Markup], content: ReportContent) -> Markup:
    """A section on columns; nothing where the network sees pictures or sounds."""
    seen = content.pictures is not None or content.sounds is not None
    return Markup() if seen else build(content)


def _links(sections: list[Markup]) -> list[Markup]:
    shown = [
        element("a", title, href=f"#{anchor}")
        for anchor, title in _CONTENTS.items()
        if any(section.startswith(f'<section id="{anchor}">') for section in sections)
    ]
    return [join(link, " ") for link in shown]
