"""What fondo promises: its public names, and what importing it pulls in."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import fondo

HEAVY = ("keras", "jax", "sklearn", "scipy", "polars", "numpy", "rich", "pandas")
SYNONYMS = {"lr", "n_epochs", "max_iter", "num_epochs", "seed_", "hidden_layer_sizes", "bs"}


def modules_after(code: str) -> set[str]:
    text = f"import sys; {code}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_fondo_imports_nothing_heavy() -> None:
    loaded = modules_after("import fondo")
    assert loaded.isdisjoint(HEAVY)


def test_every_public_name_exists_and_is_listed() -> None:
    assert sorted(fondo.__all__) == sorted(fondo._PLACES)
    assert set(fondo.__all__) <= set(dir(fondo))
    for name in fondo.__all__:
        assert getattr(fondo, name) is not None


def test_the_typed_surface_is_the_lazy_one() -> None:
    text = Path(fondo.__file__).read_text(encoding="utf-8")
    for name, (module, attribute) in fondo._PLACES.items():
        assert f"from {module} import {attribute} as {name}" in text


def test_an_unknown_name_says_so() -> None:
    with pytest.raises(AttributeError, match="module 'fondo' has no attribute 'nothing'"):
        _ = fondo.nothing


@pytest.mark.parametrize("name", fondo.__all__)
def test_public_names_are_documented(name: str) -> None:
    thing = inspect.unwrap(getattr(fondo, name))
    document = inspect.getdoc(thing) or ""
    assert document.splitlines()[0].endswith(".")
    parameters = set(inspect.signature(thing).parameters) - {"self", "args", "kwargs"}
    if inspect.isabstract(thing):
        return  # nobody constructs it
    missing = {p for p in parameters if p not in document}
    assert missing == set()


@pytest.mark.parametrize("name", fondo.__all__)
def test_public_names_use_the_words_of_the_glossary(name: str) -> None:
    parameters = set(inspect.signature(getattr(fondo, name)).parameters)
    assert parameters.isdisjoint(SYNONYMS)


def test_explain_and_report_are_packages_that_can_be_called() -> None:
    import fondo.explain.importance
    import fondo.report.report

    assert fondo.explain.importance.importance is inspect.unwrap(fondo.explain)
    with pytest.raises(AttributeError):
        fondo.explain(None, None, None)  # it went through to the function
    assert callable(fondo.report)
