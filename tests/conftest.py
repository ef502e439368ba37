"""Shared by all tests: hypothesis settings, the real data, the backend."""

import os
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["KERAS_BACKEND"] = "jax"

settings.register_profile("fondo", deadline=None, derandomize=True, max_examples=30)
settings.load_profile("fondo")


@pytest.fixture
def fondo_data() -> Path:
    """Folder of the real data sets; the test is skipped where there is none."""
    place = os.environ.get("FONDO_DATA")
    if not place:
        pytest.skip("FONDO_DATA is not set: the real data sets are not on this machine")
    folder = Path(place)
    if not folder.is_dir():
        warnings.warn(f"FONDO_DATA={place} is no folder", stacklevel=1)
        pytest.skip(f"FONDO_DATA={place} is no folder")
    return folder
