"""Receipts say whether two trainings were the same."""

import json
import subprocess
import sys
from importlib import metadata
from typing import Any

import pytest

from fondo.store.receipt import compare, make_receipt, versions


def receipt(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "data": {"fingerprint": "f" * 64, "rows": 398},
        "settings": {"epochs": 3, "columns": {"cap": [0.001, 0.999]}, "balanced": True},
        "seed": 0,
        "versions": {"jax": "0.6.0", "cpu": "A"},
        "hashes": ["a", "b", "c"],
    }
    return make_receipt(**{**whole, **changes})


def test_a_receipt_is_plain_json_and_equals_itself_after_the_disk() -> None:
    found = json.loads(json.dumps(receipt()))
    assert found == receipt()
    assert compare(found, receipt()).identical


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        (
            {"data": {"fingerprint": "e" * 64, "rows": 400}},
            "The data differ: fingerprint (ffffffffffff… then, eeeeeeeeeeee… now), "
            "rows (398 then, 400 now).",
        ),
        ({"data": {}}, "The data differ: all (nothing then, {} now), fingerprint (fff"),
        (
            {"settings": {"epochs": 3, "columns": {"cap": [0.001, 0.99]}, "balanced": True}},
            "Settings differ: columns.cap.1 (0.999 then, 0.99 now).",
        ),
        (
            {"settings": {"epochs": 3, "columns": {"cap": [0.001, 0.999]}, "balanced": 1}},
            "Settings differ: balanced (True then, 1 now).",
        ),
        ({"settings": {str(i): i for i in range(9)}}, "Settings differ: "),
        ({"seed": 1}, "The seed differs: 0 then, 1 now."),
        ({"hashes": ["a", "x", "c"]}, "The weights differ from epoch 2 of 3 on."),
        (
            {"hashes": ["x", "b", "c"], "versions": {"jax": "0.7.0", "cpu": "A"}},
            "The weights differ from epoch 1 of 3 on. "
            "Versions differ: jax (0.6.0 then, 0.7.0 now).",
        ),
        (
            {"hashes": ["a", "b"]},
            "The number of epochs differs: 3 then, 2 now; the first 2 are the same.",
        ),
        ({"hashes": []}, "A receipt has no hashes of weights: nothing to compare."),
    ],
)
def test_the_first_difference_is_named(changes: dict[str, Any], where: str) -> None:
    found = compare(receipt(), receipt(**changes))
    assert not found.identical
    assert found.where.startswith(where)


def test_many_differences_are_counted() -> None:
    few = receipt(settings={f"a{i}": i for i in range(9)})
    assert compare(receipt(settings={}), few).where.endswith(" and 5 more.")


def test_other_versions_alone_are_told_but_no_difference() -> None:
    found = compare(receipt(), receipt(versions={"jax": "0.7.0", "cpu": "A"}))
    assert found.identical
    assert found.where == (
        "Identical: the same weights, bit for bit, after each of 3 epochs, although versions "
        "differ: jax (0.6.0 then, 0.7.0 now)."
    )


@pytest.mark.parametrize("foreign", [{}, {"hashes": None}, {"data": [], "settings": 3, "seed": {}}])
def test_a_foreign_receipt_is_never_identical(foreign: dict[str, Any]) -> None:
    assert not compare(foreign, receipt()).identical
    assert not compare(receipt(), foreign).identical
    assert not compare(foreign, foreign).identical


def test_versions_are_those_that_are_installed() -> None:
    found = versions()
    for name in ("numpy", "jax", "keras", "polars", "scikit-learn"):
        assert found[name] == metadata.version(name)
    assert {"fondo", "python", "platform", "cpu"} <= set(found)
    assert all(isinstance(text, str) and text for text in found.values())


def test_a_package_that_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert set(versions()) == {"fondo", "python", "platform", "cpu"}


def test_finding_versions_imports_nothing_heavy() -> None:
    program = (
        "import sys, fondo.store.receipt as r; r.versions(); "
        "print([m for m in ('keras', 'jax', 'numpy', 'polars', 'sklearn') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
