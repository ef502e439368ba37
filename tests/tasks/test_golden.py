"""Models of every released version load for ever, and answer as they did (fondo.tasks.saving)."""

import json
from pathlib import Path

import numpy as np
import pytest

import fondo
from fondo.data.tables.read import read_table

VERSIONS = sorted((Path(__file__).parents[1] / "golden" / "tasks").glob("*.*.*"))


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda folder: folder.name)
def test_a_model_of_a_released_version_answers_as_it_did(folder: Path) -> None:
    rows = read_table(folder / "rows.csv")
    expected = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    classifier = fondo.load(folder / "classifier")
    regressor = fondo.load(folder / "regressor")
    p = classifier.predict_proba(rows)[:, 1]
    np.testing.assert_allclose(p, expected["classifier"], atol=1e-4)
    assert classifier.predict(rows).tolist() == expected["labels"]
    np.testing.assert_allclose(regressor.predict(rows), expected["regressor"], rtol=1e-4)
    interval = regressor.predict_interval(rows, 0.5)[0]
    np.testing.assert_allclose(interval, expected["interval"], rtol=1e-4)


def test_this_version_has_its_golden_models() -> None:
    assert fondo.__version__ in {folder.name for folder in VERSIONS}
