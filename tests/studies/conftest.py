"""The checks that every chart must pass, from the tests of the report."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


def _of_report() -> ModuleType:
    place = Path(__file__).parents[1] / "report" / "conftest.py"
    spec = importlib.util.spec_from_file_location("charts_of_the_report", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check_chart = _of_report().check_chart


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)
