import xml.etree.ElementTree as ET

import hypothesis.strategies as st
from hypothesis import given

from fondo.report.markup import Markup, advance, brief, clean, element, escape, join, shorten


@given(st.text(st.characters(codec=None)))
def test_any_text_makes_well_formed_xml_and_comes_back_clean(text: str) -> None:
    made = element("a", text, title=text)
    parsed = ET.fromstring(made)
    # XML readers turn every line end into \n
    assert (parsed.text or "") == clean(text).replace("\r\n", "\n").replace("\r", "\n")
    assert not list(parsed)


def test_plain_strings_are_escaped_and_markup_is_not() -> None:
    assert element("p", "<b>", Markup("<i/>")) == "<p>&lt;b&gt;<i/></p>"
    assert join("&", Markup("&amp;")) == "&amp;&amp;"
    assert escape(escape("<")) == "&lt;"


def test_quotes_cannot_leave_an_attribute() -> None:
    made = element("p", "x", title="\" onclick='alert(1)")
    assert ET.fromstring(made).attrib == {"title": "\" onclick='alert(1)"}


def test_direction_controls_and_forbidden_characters_go() -> None:
    assert clean("a\u202eb\x00c\ud800") == "ab\ufffdc\ufffd"


def test_attributes_are_written_short() -> None:
    assert element("rect", x=1.0, y=-0.001, stroke_width=None, class_="a") == (
        '<rect x="1" y="0" class="a"/>'
    )


def test_only_childless_elements_close_themselves() -> None:
    assert element("td") == "<td></td>"
    assert element("meta", charset="utf-8") == '<meta charset="utf-8"/>'


@given(st.text(max_size=80), st.floats(30, 400))
def test_a_shortened_line_fits(text: str, limit: float) -> None:
    assert advance(shorten(text, 12, limit), 12) <= limit or len(shorten(text, 12, limit)) == 1


def test_an_empty_name_is_told() -> None:
    assert shorten("  \n ", 12, 200) == "(no name)"


def test_advance_adds_up_by_hand() -> None:
    # n is 0.64 em, i 0.40 em, a full-width glyph 1.02 em, a combining mark nothing
    assert abs(advance("ni東\u0301", 10) - 20.6) < 1e-9


def test_brief_keeps_short_text() -> None:
    assert brief("abc", 3) == "abc"
    assert len(brief("x" * 500, 80)) == 80
