"""What a page says of sounds: mistakes to be heard, what the network saw, which stretch counts.

The findings are plain data, see `sound_findings`; one sound is drawn in `sound_charts`.
"""

from collections.abc import Iterator, Sequence

from fondo.report.markup import Markup, brief, element
from fondo.report.scales import number, percent
from fondo.report.sound_charts import quarter_chart, sound_chart
from fondo.report.sound_findings import Heard, Mixed, SoundFindings
from fondo.report.style import SHEET, document
from fondo.report.wav import page_bytes, player

ROOM = 2_100_000  # characters that the sounds of one page take, at most; twelve of 4 s at 16 kHz
POLICY = "img-src data:; media-src data:"

STYLE = """
.heard { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 26px 40px;
  margin: 14px 0 6px; align-items: start; }
.heard audio { display: block; width: 100%; height: 34px; margin: 4px 0; }
.heard figcaption { font-size: 12.5px; overflow-wrap: anywhere; }
@media (max-width: 760px) { .heard { grid-template-columns: minmax(0, 1fr); } }
@media print { .heard audio { display: none; } }
"""


def sounds_section(findings: SoundFindings | None) -> Markup:
    """The section of a report; nothing where there are no sounds."""
    if findings is None:
        return Markup()
    return element("section", element("h2", "Sounds"), *parts(findings), id="sounds")


def sound_page(findings: SoundFindings, title: str, words: str) -> str:
    """A page of its own: one self-contained HTML file, no network, no script."""
    header = element("header", element("p", "fondo explain"), element("h1", title))
    body = element("main", header, element("p", words), *parts(findings))
    return document(title, element("body", body), SHEET + STYLE, POLICY)


def parts(findings: SoundFindings) -> list[Markup]:
    """Everything that is known, with a heading each."""
    room = Room(ROOM)
    found: list[Markup] = []
    if findings.asked_for or findings.wrong or findings.right:
        found.append(element("p", _reading(findings)))
    if findings.asked_for:
        found += [_head("Sounds asked for"), _cards(findings.asked_for, room)]
    found += _mistakes(findings, room)
    if findings.right:
        found += [_head("Surest right answers"), _cards(findings.right, room)]
    found += [*_confused(findings.confused), *_quarters(findings)]
    notes = [*findings.notes, *room.notes()]
    if notes:
        found.append(element("ul", *[element("li", note) for note in notes]))
    return found or [element("p", "No sound was looked at.")]


class Room:
    """What is left of a page for sounds to be played."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.refused = 0

    def player(self, one: Heard) -> Markup:
        """Player of a sound, or nothing where the page would become too large."""
        size = page_bytes(len(one.clip.samples))
        if size > self.left:
            self.refused += 1
            return Markup()
        self.left -= size
        return player(one.clip.samples, one.clip.rate, told(one))

    def notes(self) -> Iterator[str]:
        """How many found no room."""
        if self.refused:
            count = number(self.refused)
            yield f"{count} of the sounds cannot be played here, so that the page stays small."


def told(one: Heard) -> str:
    """Sentence on one sound: answer, probability, truth, and where it lies."""
    said = f"Answered {brief(one.answer, 40)}"
    if one.sure is not None:
        said += " (over 99.9 %)" if one.sure > 0.999 else f" ({percent(one.sure)})"
    if one.truth is not None:
        said += f", true {brief(one.truth, 40)}"
    return f"{said}. Row {one.row}: {_short(one.name)}."


def rests_on(one: Heard) -> str:
    """Sentence on the stretch that counts most, beside what silence alone would be answered."""
    found = one.silenced
    if found is None:
        return ""
    begin, end, fall = found.deepest
    silence = f"of silence alone it is {percent(found.nothing)}"
    if found.nowhere:
        return f"No stretch of {_time(found.stretch)} s counts by itself; {silence}."
    if found.anywhere:
        return (
            f"Silence of {_time(found.stretch)} s anywhere moves the probability, from "
            f"{percent(found.whole)} to {percent(found.kept.max())} or less: the hole itself "
            f"counts, not what was there; {silence}."
        )
    return (
        f"Without {_time(begin)} to {_time(end)} s the probability falls most, from "
        f"{percent(found.whole)} to {percent(found.whole - fall)}; {silence}."
    )


def _reading(findings: SoundFindings) -> str:
    return (
        f"Above, what the network saw of each sound: {findings.seen}, low ones at the bottom, "
        "bright where more than in most training sounds. Below, the probability of its answer "
        "while the stretch around each moment is silent: where the line dips, the answer rests on "
        "what is heard there. Dashes are the whole sound, dots nothing but silence."
    )


def _mistakes(findings: SoundFindings, room: Room) -> list[Markup]:
    if not findings.n_rows:
        return []
    if not findings.n_wrong:
        return [_head("Surest mistakes"), element("p", "No sound is answered wrongly.")]
    words = (
        f"{number(findings.n_wrong)} of {number(findings.n_rows)} sounds are answered wrongly; "
        f"those {number(len(findings.wrong))} are shown of which the network was surest."
    )
    return [_head("Surest mistakes"), element("p", words), _cards(findings.wrong, room)]


def _cards(shown: Sequence[Heard], room: Room) -> Markup:
    return element("div", *[_card(one, room) for one in shown], class_="heard")


def _card(one: Heard, room: Room) -> Markup:
    words = f"{told(one)} {rests_on(one)}".strip()
    playing = room.player(one)
    if playing and one.clip.seconds < one.seconds - 1e-6:
        words += (
            f" Played from {_time(one.clip.start)} to {_time(one.clip.start + one.clip.seconds)} s."
        )
    return element("figure", sound_chart(one, words), playing, element("figcaption", words))


def _confused(pairs: Sequence[Mixed]) -> list[Markup]:
    if not pairs:
        return []
    counts = "; ".join(
        f"{brief(p.truth, 40)} for {brief(p.answer, 40)} ({number(p.count)})" for p in pairs
    )
    words = f"Most often one class is taken for another so, true for answered: {counts}."
    return [_head("Most often confused"), element("p", words)]


def _quarters(findings: SoundFindings) -> list[Markup]:
    if not findings.quarters:
        return []
    share = 1 - findings.n_wrong / findings.n_rows
    charts = [quarter_chart(name, found, share) for name, found in findings.quarters.items()]
    grid = element("div", *[chart.figure() for chart in charts], class_="grid")
    return [_head("Right answers by length and level"), grid]


def _time(seconds: float) -> str:
    """Three digits.

    Examples
    --------
    >>> _time(0.025), _time(2.001)
    ('0.025', '2')
    """
    return f"{seconds:.3g}"


def _head(text: str) -> Markup:
    return element("h3", text)


def _short(name: str, most: int = 48) -> str:
    """End of a path, which tells files apart."""
    line = brief(name, 4000)
    return line if len(line) <= most else "…" + line[1 - most :]
