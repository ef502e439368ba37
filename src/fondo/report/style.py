"""Colours and type of the report, for light, dark and paper. No markup here.

Colours are variables, so a chart follows the page; a chart on its own carries CHART with it.
"""

import base64
import hashlib
import re

from fondo.report.markup import Markup, element, join
from fondo.report.svg import LARGE, NORMAL, SMALL, Chart

# Four series that differ in lightness and in dashes as well as in hue, so that they can be told
# apart in grey print and by colour-blind readers (blue and orange of Okabe and Ito, 2008).
_LIGHT = """
  --paper: #ffffff; --wash: #f6f7f8; --ink: #1c2329; --soft: #56616b; --line: #dde1e5;
  --one: #1f5f99; --two: #c2590c; --three: #2f7d5b; --four: #7d8790; --bad: #a3282f;
"""
_DARK = """
  --paper: #14181c; --wash: #1c2126; --ink: #e6e9ec; --soft: #a3adb6; --line: #333b43;
  --one: #6fb1ea; --two: #f0a060; --three: #6cc69b; --four: #8b96a0; --bad: #f08a8f;
"""

COLOURS = f"""
:root {{ color-scheme: light dark; {_LIGHT} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
"""

CHART = f"""
.chart {{ display: block; width: 100%; height: auto; }}
.chart text {{ font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans",
  sans-serif; font-size: {NORMAL}px; fill: var(--soft); font-variant-numeric: tabular-nums; }}
.chart .title {{ font-size: {LARGE}px; font-weight: 600; fill: var(--ink); }}
.chart .tick {{ font-size: {SMALL}px; }}
.chart .name, .chart .mark {{ fill: var(--ink); }}
.chart .cell {{ font-size: {SMALL}px; fill: var(--ink); }}
.chart .count {{ font-weight: 600; }}
.chart .onfill {{ fill: var(--paper); }}
.chart .grid {{ stroke: var(--line); stroke-width: 1; }}
.chart .axis {{ stroke: var(--four); stroke-width: 1; }}
.chart .marker {{ stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; }}
.chart .whisker {{ stroke: var(--ink); stroke-width: 1.5; }}
.chart .empty {{ fill: none; stroke: var(--line); stroke-dasharray: 4 4; }}
.chart .fill1 {{ fill: var(--one); }} .chart .fill2 {{ fill: var(--two); }}
.chart .fill3 {{ fill: var(--three); }} .chart .fill4 {{ fill: var(--four); }}
.chart [class^="stroke"] {{ fill: none; stroke-width: 2; stroke-linejoin: round; }}
.chart .stroke1 {{ stroke: var(--one); }}
.chart .stroke2 {{ stroke: var(--two); stroke-dasharray: 7 3; }}
.chart .stroke3 {{ stroke: var(--three); stroke-dasharray: 2 3; }}
.chart .stroke4 {{ stroke: var(--four); stroke-width: 1.5; stroke-dasharray: 5 5; }}
.chart .solid {{ stroke-dasharray: none; stroke-width: 2; }}
"""

PAGE = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  font-size: 15px; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
main { max-width: 1060px; margin: 0 auto; padding: 40px 28px 64px; }
header p { color: var(--soft); margin: 0; }
h1 { font-size: 27px; line-height: 1.25; font-weight: 650; margin: 2px 0 0; }
h2 { font-size: 19px; font-weight: 650; margin: 52px 0 10px; padding-top: 14px;
  border-top: 1px solid var(--line); }
h3 { font-size: 15px; font-weight: 650; margin: 26px 0 6px; }
p { max-width: 76ch; margin: 8px 0; }
nav { margin: 18px 0 0; font-size: 13.5px; }
nav a { margin-right: 16px; white-space: nowrap; }
a { color: var(--one); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
.verdict { margin: 26px 0 0; padding: 18px 22px; background: var(--wash);
  border-left: 4px solid var(--one); display: grid; grid-template-columns: auto 1fr;
  gap: 4px 34px; align-items: center; }
.verdict.level { border-left-color: var(--four); }
.verdict.bad { border-left-color: var(--bad); }
.verdict.long { color: var(--ink); font-weight: 400; }
.verdict > p { grid-column: 1 / -1; }
.verdict p { margin: 0; font-size: 16.5px; }
.score { font-size: 44px; font-weight: 600; line-height: 1.1; letter-spacing: -0.01em; }
.score-name, .score-range { color: var(--soft); font-size: 13.5px; }
.grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 30px 40px;
  margin-top: 18px; align-items: start; }
figure { margin: 0; min-width: 0; }
figure.wide { max-width: 560px; margin-top: 18px; }
figcaption { color: var(--soft); font-size: 13.5px; margin-top: 6px; max-width: 76ch; }
.scroll { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; font-size: 13.5px; }
th, td { text-align: left; vertical-align: baseline; padding: 5px 18px 5px 0;
  border-bottom: 1px solid var(--line); max-width: 44ch; }
small { display: block; color: var(--soft); font-size: 11.5px; font-weight: 400; }
b { font-weight: 600; }
th { font-weight: 600; color: var(--soft); border-bottom-color: var(--four); }
tbody th { border-bottom-color: var(--line); font-weight: 500; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.range { color: var(--soft); white-space: nowrap; padding-left: 0; }
.dense th, .dense td { padding-right: 10px; } .dense th.number { white-space: normal; }
tr.strong td { font-weight: 600; }
tr.strong td.range { font-weight: 400; }
ul { padding-left: 20px; margin: 8px 0; } li { margin: 3px 0; max-width: 80ch; }
.bad { color: var(--bad); font-weight: 600; }
.quiet { color: var(--soft); }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: 13px; }
pre { background: var(--wash); padding: 9px 12px; margin: 4px 0 14px; white-space: pre-wrap; }
@media (max-width: 760px) {
  .grid, .verdict { grid-template-columns: minmax(0, 1fr); }
  main { padding: 22px 16px 40px; }
}
@media print {
  @page { size: A4; margin: 15mm 14mm; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } nav { display: none; }
  a { color: var(--ink); text-decoration: underline; }
  h2 { margin-top: 26px; } h2, h3 { break-after: avoid; } p, li { orphans: 3; widows: 3; }
  figure, tr, .verdict, pre { break-inside: avoid; } thead { display: table-header-group; }
  .scroll { overflow: visible; } table { font-size: 8.5pt; }
  th, td { padding: 3px 9px 3px 0; } small { font-size: 7.5pt; }
  th.number { white-space: normal; } figure { max-width: 125mm; }
  .grid { gap: 18px; } .grid.many { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  figcaption { font-size: 9pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

SHEET = COLOURS + CHART + PAGE


def policy(sheet: str = SHEET, also: str = "") -> str:
    """Content-Security-Policy of a page: nothing may load or run, but this one style sheet.

    `also` allows more, such as "img-src data:" for pictures that lie in the page itself.

    The sheet is allowed by its SHA-256 (W3C, Content Security Policy Level 3, section 6.7.2.3),
    so a style or a script that came in with the data stays dead.
    """
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    more = f"; {also}" if also else ""
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'{more}; base-uri 'none'; "
        "form-action 'none'"
    )


_BOX = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
_MARGIN = 12  # around a chart that stands alone, pixels


def _framed(found: re.Match[str]) -> str:
    width, height = (int(side) + 2 * _MARGIN for side in found.groups())
    return f'viewBox="-{_MARGIN} -{_MARGIN} {width} {height}"'


def document(title: str, body: Markup, sheet: str = SHEET, also: str = "") -> str:
    """A whole HTML file around `body`: no network, no script, one style sheet.

    `also` is what its policy allows beyond that, see `policy`.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy(sheet, also)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(sheet)),
    )
    page: str = join(Markup("<!DOCTYPE html>\n"), element("html", head, body, lang="en"), "\n")
    return page


def standalone(chart: Chart) -> str:
    """The chart as an SVG file of its own, with colours for light and dark inside."""
    background = "svg { background: var(--paper); }"
    opening, rest = chart.svg.split(">", 1)
    opening = _BOX.sub(_framed, opening)  # padding would cut the right and lower edge in an <img>
    return Markup(f"{opening}><style>{COLOURS}{CHART}{background}</style>{rest}\n")
