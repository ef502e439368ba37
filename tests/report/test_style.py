import base64
import hashlib
import re
import xml.etree.ElementTree as ET

from fondo.report.style import CHART, COLOURS, SHEET, policy, standalone
from fondo.report.svg import placeholder


def test_the_policy_allows_this_sheet_and_nothing_else() -> None:
    digest = base64.b64encode(hashlib.sha256(SHEET.encode()).digest()).decode()
    assert policy() == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_every_colour_used_is_defined_for_light_and_dark() -> None:
    used = set(re.findall(r"var\((--\w+)\)", SHEET))
    for sheet in COLOURS.split("@media"):
        assert used <= set(re.findall(r"(--\w+):", sheet))


def test_no_colour_stands_in_a_rule() -> None:
    assert not re.findall(r"#[0-9a-f]{3,6}\b", SHEET.replace(COLOURS, ""))


def test_the_sheet_loads_nothing() -> None:
    assert "url(" not in SHEET
    assert "@import" not in SHEET


def test_a_chart_on_its_own_carries_its_colours() -> None:
    text = standalone(placeholder("t", "Nothing."))
    style = ET.fromstring(text).findtext("{http://www.w3.org/2000/svg}style")
    assert style is not None
    assert CHART in style


def test_ink_can_be_read_on_paper() -> None:
    # WCAG 2.2, 1.4.3: at least 4.5 to 1
    light, dark = (re.findall(r"--(\w+): (#\w{6})", part) for part in COLOURS.split("@media"))
    for sheet in (dict(light), dict(dark)):
        for name in ("ink", "soft", "one", "bad"):
            assert contrast(sheet[name], sheet["paper"]) >= 4.5


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    line = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]
