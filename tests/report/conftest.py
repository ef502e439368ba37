"""Contents of reports to test with: one that fills every field, and names that mean harm."""

import itertools
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pytest

from fondo.judge.answers import Answers
from fondo.judge.evaluation import Evaluation, judge
from fondo.report.content import ReportContent
from fondo.report.markup import advance
from fondo.report.svg import WIDTH, Chart

SVG = "{http://www.w3.org/2000/svg}"
TAGS = {"svg", "title", "desc", "g", "text", "line", "rect", "path", "circle"}
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</style></title></svg><svg onload=alert(1)>",
    "]]>--><!--",
    "javascript:alert(1)",
    "nul\x00bell\x07lone\ud800turned\u202egnp.exe",
    "年収 (東京) ñandú Ångström",
    "very long " * 60,
    "",
)
CLASSES = np.array(["good", "bad"])


@pytest.fixture(scope="session")
def class_evaluation() -> Evaluation:
    n = 400
    rng = np.random.default_rng(0)
    bad = rng.random(n)
    y = CLASSES[(rng.random(n) < bad).astype(int)]
    share = np.full((n, 2), 0.5)
    return judge(
        "class",
        y,
        Answers(probabilities=np.c_[1 - bad, bad], classes=CLASSES),
        {"prior": Answers(probabilities=share, classes=CLASSES)},
    )


@pytest.fixture(scope="session")
def number_evaluation() -> Evaluation:
    n = 300
    rng = np.random.default_rng(0)
    y = rng.normal(10, 3, n)
    fool = Answers(numbers=np.full(n, 10.0))
    return judge("number", y, Answers(numbers=y + rng.normal(0, 1, n)), {"mean": fool})


@pytest.fixture(params=HOSTILE, ids=range(len(HOSTILE)))
def hostile(request: pytest.FixtureRequest) -> str:
    """One name after another that could break a page."""
    return str(request.param)


@pytest.fixture
def make_content(class_evaluation: Evaluation) -> Callable[..., ReportContent]:
    """Build content in which every field is filled; `name` stands wherever a name can stand."""

    def content(
        name: str = "income", evaluation: Evaluation | None = None, **more: object
    ) -> ReportContent:
        fields: dict[str, object] = {
            "task": "TableClassifier",
            "target": name,
            "source": name,
            "unit": name,
            "evaluation": class_evaluation if evaluation is None else evaluation,
            "columns": [
                {"name": name, "kind": "number", "missing": 0.25, "distinct": 7, "min": -1e308,
                 "mean": 0.5, "max": math.inf},
                {"name": "b", "kind": "category", "missing": 0, "distinct": 2, "top": [(name, 9)]},
            ],
            "dropped": [(name, name)],
            "notes": [name],
            "rows": {"train": 60, "validation": 20, "test": 20},
            "split": {"how": name, "seed": 0},
            "history": [{"epoch": i, "loss": 1 / i, "val_loss": 1.5 / i} for i in range(1, 6)],
            "best_epoch": 5,
            "threshold": {"value": 0.4, "aim": name},
            "interval": {"coverage": 0.9, "measured": 0.88, "half_width": 2},
            "importances": [{"name": name, "value": 0.3, "low": 0.2, "high": 0.4}],
            "reasons": [
                {"row": 1, "answer": name, "truth": name, "base": 0.5,
                 "reasons": [{"name": name, "shown": name, "effect": -0.2}]}
            ],
            "network": {
                "layers": [{"name": name, "type": "Dense", "output": [None, 8], "parameters": 72}]
            },
            "settings": {name: name, "optimizer": "adam", "loss": None},
            "receipt": {"seed": 0, "data": {"fingerprint": "ab" * 32}, name: name},
            "usage": [(f"fondo predict {name}", name)],
        }  # fmt: skip
        return ReportContent(**(fields | more))

    return content


@pytest.fixture
def check_chart() -> Callable[[Chart], ET.Element]:
    """Assert what holds for every chart; answers the parsed SVG."""

    def check(chart: Chart) -> ET.Element:
        root = ET.fromstring(chart.svg)
        assert root.attrib["role"] == "img"
        assert root.findtext(f"{SVG}title") == chart.title
        assert root.findtext(f"{SVG}desc") == chart.caption
        assert chart.title
        assert chart.caption.endswith((".", ")"))
        numbers = re.findall(r'(?:x|y|x1|y1|x2|y2|cx|cy|r|width|height|d)="([^"]*)"', chart.svg)
        assert not any(word in text for text in numbers for word in ("nan", "inf", "e+"))
        assert {e.tag.removeprefix(SVG) for e in root.iter()} <= TAGS
        assert not [name for e in root.iter() for name in e.attrib if name.startswith("on")]
        check_labels(root)
        return root

    return check


def check_labels(root: ET.Element) -> None:
    """No two labels overlap and none leaves the picture (upright names aside)."""
    turned = {id(t) for g in root.iter(f"{SVG}g") if "transform" in g.attrib for t in g.iter()}
    boxes = [_box(t) for t in root.iter(f"{SVG}text") if id(t) not in turned]
    for left, right, _, words in boxes:
        assert left >= -0.5, words
        assert right <= WIDTH + 0.5, words
    for a, b in itertools.combinations(boxes, 2):
        apart = a[1] <= b[0] or b[1] <= a[0] or abs(a[2] - b[2]) >= 11
        assert apart, (a, b)


def _box(text: ET.Element) -> tuple[float, float, float, str]:
    words = (text.text or "") + "".join(child.tail or "" for child in text)
    size = {"title": 15.0, "name": 12.5, "mark": 12.5}.get(text.attrib["class"], 11.5)
    x, width = float(text.attrib["x"]), advance(words, size)
    start = {"middle": x - width / 2, "end": x - width}.get(text.attrib.get("text-anchor", ""), x)
    return start, start + width, float(text.attrib["y"]), words
