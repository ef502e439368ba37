"""Markup that cannot be broken by what is shown in it: every plain string is escaped.

Only `Markup` passes as it is, and only `element` makes it. No page and no chart is drawn here.
"""

import re
import unicodedata
from collections.abc import Iterable

# XML 1.0 has no place for these (control characters, lone surrogates, two non-characters); the
# bidirectional controls are legal but let a column name reverse the sentence around it.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})

# Written as <tag/>; HTML would take <td/> for an opening tag.
_CHILDLESS = frozenset({"circle", "img", "line", "meta", "path", "rect"})

# Advance of a glyph in ems, after DejaVu Sans, the widest of the fonts that the page asks for, so
# that what is measured as fitting does fit in the others too.
_NARROW, _MEDIUM, _BROAD, _FULL = 0.40, 0.64, 0.79, 1.02
_NARROW_GLYPHS = frozenset("iljtfrI.,:;'|!()[]/ -")
_BROAD_GLYPHS = frozenset("wABCDGHKNOQRUVXY&+=<>~")
_FULL_GLYPHS = frozenset("mMW@%…")


class Markup(str):
    """Text that is markup already: `element` puts it in as it stands."""

    __slots__ = ()


def clean(text: object) -> str:
    r"""Text of `text` without the characters that XML forbids or that turn its direction.

    Examples
    --------
    >>> clean("a\x00b")
    'a�b'
    """
    return _TURNING.sub("", _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(text)))


def escape(text: object) -> Markup:
    """Markup that shows `text`, whatever it holds; Markup stays as it is.

    Examples
    --------
    >>> escape("<script>")
    '&lt;script&gt;'
    """
    return text if isinstance(text, Markup) else Markup(clean(text).translate(_ENTITIES))


def join(*children: object) -> Markup:
    """Children one after another, plain strings escaped."""
    return Markup("".join(escape(child) for child in children))


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """One element of HTML or SVG; plain strings in it are escaped.

    Parameters
    ----------
    tag : str
        Name of the element; trusted.
    *children : object
        Markup is put in as it is, all else is escaped.
    **attributes : object
        `class_` stands for `class` and `stroke_width` for `stroke-width`; None leaves one out;
        floats are written with at most two decimals (hundredths of a pixel).

    Returns
    -------
    Markup
        Well-formed XML that HTML reads alike.

    Examples
    --------
    >>> element("text", "a < b", x=1.5, class_="tick")
    '<text x="1.5" class="tick">a &lt; b</text>'
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _CHILDLESS:
        return Markup(f"<{tag}{written}/>")
    return Markup(f"<{tag}{written}>{join(*children)}</{tag}>")


def _attribute(value: object) -> str:
    if not isinstance(value, float):
        return escape(str(value))
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def advance(text: str, size: float) -> float:
    """Width that `text` takes at `size` pixels, estimated from above."""
    return size * sum(_glyph(character) for character in text)


def _glyph(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if character in _NARROW_GLYPHS:
        return _NARROW
    if character in _FULL_GLYPHS or unicodedata.east_asian_width(character) in "WF":
        return _FULL
    return _BROAD if character in _BROAD_GLYPHS or ord(character) > 0x24F else _MEDIUM


def shorten(text: object, size: float, limit: float) -> str:
    """`text` on one line, cut with an ellipsis so that it takes at most `limit` pixels.

    Examples
    --------
    >>> shorten("a name far too long for its place", 10, 80)
    'a name far t…'
    """
    line = " ".join(clean(text).split()) or "(no name)"
    if advance(line, size) <= limit:
        return line
    room, kept = limit - advance("…", size), 0
    while kept < len(line) and (room := room - size * _glyph(line[kept])) >= 0:
        kept += 1
    return line[:kept].rstrip() + "…"


def brief(text: object, most: int = 80) -> str:
    """Text of at most `most` characters, cut with an ellipsis.

    Examples
    --------
    >>> brief("abcdef", 4)
    'abc…'
    """
    line = clean(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def sentences(parts: Iterable[str]) -> str:
    """Sentences joined by spaces, empty ones left out."""
    return " ".join(part for part in parts if part)
