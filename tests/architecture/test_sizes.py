"""Limits that keep files readable; each exception is a line here, with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "fondo").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

LONGEST_SOURCE, LONGEST_TEST, LONGEST_FUNCTION, MOST_ARGUMENTS, DEEPEST = 400, 600, 40, 7, 4

LARGEST_GLASS_BOX = 2500  # lines of code of all of `scratch`: it is meant to be read

MANY_ARGUMENTS = {
    "jobs/train.py:train": "one keyword an option of `fondo train`",
    "judge/classics.py:fitted": "two models fitted on the same rows, each in the form it needs",
    "tasks/base.py:cross_validate": "one keyword a choice that scikit-learn's function has too",
    "store/folder.py:write": "one keyword a file of the model folder",
    "cli/train.py:command": "one parameter an option of `fondo train`",
    "cli/trace.py:command": "one parameter an option of `fondo trace`",
    "tasks/images/augment.py:__init__": "one keyword a kind of change",
    "tasks/audio/mixing.py:__init__": "one keyword a kind of change",
    "tasks/audio/trigger.py:__init__": "a task's usual settings and two aims of its threshold",
    "scratch/training.py:fit": "what is trained, on what, and one keyword a choice of the loop",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.For, ast.While, ast.If, ast.With, ast.Try)


def short(path: Path) -> str:
    return str(path.relative_to(ROOT / "src" / "fondo"))


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return 0 if not body else (body[-1].end_lineno or 0) - body[0].lineno + 1


def depth(node: ast.AST, above: int = 0) -> int:
    deepest = above
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda | ast.ClassDef):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and child in node.orelse
        inside = above + (isinstance(child, BLOCKS) and not is_elif)
        deepest = max(deepest, depth(child, inside))
    return deepest


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_a_source_file_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_SOURCE


def test_no_test_file_is_too_long() -> None:
    long = {p.name: n for p in TESTS if (n := len(p.read_text().splitlines())) > LONGEST_TEST}
    assert long == {}


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_functions_are_short_and_flat(path: Path) -> None:
    long = {f.name: body_lines(f) for f in functions(path) if body_lines(f) > LONGEST_FUNCTION}
    nested = {f.name: depth(f) for f in functions(path) if depth(f) > DEEPEST}
    assert (long, nested) == ({}, {})


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_functions_take_few_arguments(path: Path) -> None:
    many = {}
    for function in functions(path):
        given = function.args
        names = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        count = len([name for name in names if name not in ("self", "cls")])
        limit = 12 if function.name == "__init__" else MOST_ARGUMENTS
        if count > limit and f"{short(path)}:{function.name}" not in MANY_ARGUMENTS:
            many[function.name] = count
    assert many == {}


def code_lines(path: Path) -> int:
    """Lines that are neither blank, nor comment, nor docstring."""
    text = path.read_text(encoding="utf-8")
    told: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node):
            told |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(text.splitlines(), start=1)
    return sum(bool(s := line.strip()) and s[0] != "#" and k not in told for k, line in lines)


def test_the_glass_box_stays_small() -> None:
    files = sorted((ROOT / "src" / "fondo" / "scratch").glob("*.py"))
    assert sum(map(code_lines, files)) <= LARGEST_GLASS_BOX


def test_todo_carries_an_issue_number() -> None:
    bare = [p.name for p in SOURCES if "TODO" in p.read_text() and "TODO(#" not in p.read_text()]
    assert bare == []


def test_no_source_opens_a_pickle_or_runs_text() -> None:
    banned = {"eval", "exec", "compile"}
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found += [f"{short(path)}: {node.func.id}"] * (node.func.id in banned)
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                opened = names & {"pickle", "dill", "joblib"}
                # scikit-learn is told through joblib where to work; no file of it is opened
                if opened and (short(path), opened) != ("cluster/pool.py", {"joblib"}):
                    found.append(f"{short(path)}: import")
    assert found == []
