"""Who may import whom, beyond what import-linter says: one door to Keras and JAX."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "fondo"
OUTSIDE = {"keras", "jax", "jaxlib"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names


def test_only_the_backend_imports_keras_or_jax() -> None:
    guilty = [p.name for p in SOURCE.rglob("*.py") if imported(p) & OUTSIDE]
    assert guilty == []


def test_every_test_imports_fondo_or_walks_it() -> None:
    tests = Path(__file__).parents[1]
    aloof = [
        p.name for p in tests.rglob("test_*.py") if "fondo" not in p.read_text(encoding="utf-8")
    ]
    assert aloof == []


def test_nobody_imports_relatively() -> None:
    guilty = [
        p.name
        for p in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert guilty == []
