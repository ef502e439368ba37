"""Shared by all tests: hypothesis settings, the real data, the backend."""

import os
import warnings
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["KERAS_BACKEND"] = "jax"

# More than half of the time of the tests is compiling, and two processes and their children compile
# much the same: what one has compiled the others take from a folder. Our own count of programs
# (`engine.programs`) knows nothing of it. `make clean` empties it.
for _name, _value in {
    "JAX_COMPILATION_CACHE_DIR": str(Path(__file__).parents[1] / ".pytest_cache" / "xla"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}.items():
    os.environ.setdefault(_name, _value)

# XLA compiles several times quicker, into slower code of the same meaning, when it is told not to
# polish; tests run small programs a few times only. What is promised to the bit is tested on the
# programs of users: `make test` sets FONDO_AS_USERS for those. A flag that jaxlib does not know
# ends the process, so they are set for the version that they were tried with.
if version("jaxlib").startswith("0.10.") and "FONDO_AS_USERS" not in os.environ:
    os.environ.setdefault(
        "XLA_FLAGS",
        "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
        " --xla_cpu_parallel_codegen_split_count=1",
    )

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
