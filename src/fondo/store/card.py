"""The model card: one page of Markdown for whoever finds the folder.

It only tells what it is given; scores are made in `fondo.judge`, pictures in `fondo.report`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_LIMITS = (
    "It knows only data like those it was trained on; on others its scores do not hold.",
    "It finds what goes together, not what causes what.",
    "Look at its scores again on fresh rows before much depends on it, and from time to time.",
)


def make_card(facts: Mapping[str, Any]) -> str:
    """Model card of a trained task: what it is for, data, scores, limits, how to load it.

    Parameters
    ----------
    facts : mapping
        Plain JSON; whatever is missing is left out of the page.

        "task" : its name.
        "purpose" : what the model is for, one sentence.
        "job" : mapping; "source", "target" and "rows" are shown.
        "receipt" : as `fondo.store.receipt.make_receipt` gives.
        "evaluation" : "scores", "baselines", "verdict", "leaks", "notes".
        "limits" : list of sentences, beside those that hold for every model.
        "settings" : mapping.

    Returns
    -------
    card : str
        Markdown.

    Examples
    --------
    >>> print(make_card({"task": "TableClassifier", "purpose": "Tells benign from malignant."}))
    # Model card: TableClassifier
    <BLANKLINE>
    Tells benign from malignant.
    ...
    """
    evaluation = _mapping(facts.get("evaluation"))
    receipt = _mapping(facts.get("receipt"))
    sections = [
        ("", [_purpose(facts)]),
        ("Data", _data(_mapping(facts.get("job")), receipt)),
        ("Scores", _scores(evaluation)),
        ("Limits", _bullets([*_warnings(evaluation), *_list(facts.get("limits")), *_LIMITS])),
        ("How to use it", _usage()),
        ("Settings", _pairs(_mapping(facts.get("settings")))),
        ("Made with", _pairs(_mapping(receipt.get("versions")))),
    ]
    lines = [f"# Model card: {_inline(facts.get('task', 'a model'))}"]
    for title, body in sections:
        if body:
            lines += ["", *([f"## {title}", ""] if title else []), *body]
    return "\n".join(lines) + "\n"


def _purpose(facts: Mapping[str, Any]) -> str:
    job = _mapping(facts.get("job"))
    if facts.get("purpose"):
        return _inline(facts["purpose"])
    if job.get("target"):
        return f"A network that says `{_inline(job['target'])}` of rows like those of its data."
    return "A network that answers for rows like those it was trained on."


def _data(job: Mapping[str, Any], receipt: Mapping[str, Any]) -> list[str]:
    data = _mapping(receipt.get("data"))
    rows = job.get("rows", data.get("rows"))
    shown = {
        "source": job.get("source"),
        "target": job.get("target"),
        "rows": ", ".join(f"{n} {part}" for part, n in rows.items() if n is not None)
        if isinstance(rows, Mapping)
        else rows,
        "fingerprint of the training rows": data.get("fingerprint"),
        "seed": receipt.get("seed"),
    }
    return _pairs({name: value for name, value in shown.items() if value not in (None, "")})


def _scores(evaluation: Mapping[str, Any]) -> list[str]:
    """Table of the scores, each beside what every baseline reaches."""
    scores = [score for score in _list(evaluation.get("scores")) if isinstance(score, Mapping)]
    if not scores:
        return []
    baselines = {
        str(name): {score.get("name"): score for score in _list(theirs)}
        for name, theirs in _mapping(evaluation.get("baselines")).items()
    }
    rows = [
        [
            _inline(score.get("name")),
            _number(score.get("value")),
            f"{_number(score.get('low'))} to {_number(score.get('high'))}",
            *(
                _number(theirs.get(score.get("name"), {}).get("value"))
                for theirs in baselines.values()
            ),
        ]
        for score in scores
    ]
    verdict = [_inline(evaluation["verdict"]), ""] if evaluation.get("verdict") else []
    held = f"{evaluation['n_rows']} held-out rows" if evaluation.get("n_rows") else "held-out rows"
    head = ["score", "network", "interval", *map(_inline, baselines)]
    return [*verdict, f"On {held}:", "", *_table(head, rows)]


def _warnings(evaluation: Mapping[str, Any]) -> list[str]:
    leaks = [leak for leak in _list(evaluation.get("leaks")) if isinstance(leak, Mapping)]
    told = [f"Leak found: {leak.get('message', leak.get('kind', ''))}" for leak in leaks]
    return [*told, *_list(evaluation.get("notes"))]


def _usage() -> list[str]:
    return [
        "```python",
        "import fondo",
        "",
        'model = fondo.load("THIS_FOLDER")',
        'model.predict("new_rows.csv")',
        "```",
        "",
        "or, in a shell, `fondo predict THIS_FOLDER new_rows.csv`.",
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    ruler = ["---"] + ["---:"] * (len(head) - 1)
    return ["| " + " | ".join(cells) + " |" for cells in (head, ruler, *rows)]


def _pairs(values: Mapping[str, Any]) -> list[str]:
    return _bullets(f"{name}: {value}" for name, value in values.items())


def _bullets(sentences: Iterable[Any]) -> list[str]:
    return [f"- {_inline(sentence)}" for sentence in sentences]


def _inline(value: Any) -> str:
    """Text on one line, with nothing in it that Markdown or HTML would take for its own."""
    text = " ".join(str(value).split())
    for sign, safe in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("`", "'")):
        text = text.replace(sign, safe)
    return text


def _number(value: Any) -> str:
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.4g}" if numeric and math.isfinite(value) else "–"  # noqa: RUF001


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
