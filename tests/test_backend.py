"""fondo.backend: the one door, and what happens when somebody came through another."""

import subprocess
import sys

from fondo.backend import jnp, keras


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_keras_runs_on_jax():
    assert keras.backend.backend() == "jax"
    assert float(jnp.ones(3).sum()) == 3


def test_nothing_is_imported_until_something_is_asked():
    done = run("import fondo.backend as b, sys; assert 'keras' not in sys.modules; print(b.keras)")
    assert done.stdout.strip() == "<keras, imported on first use>"


def test_keras_that_was_imported_for_another_backend_is_refused():
    code = (
        "import sys, types; fake = types.ModuleType('keras');"
        "fake.backend = types.SimpleNamespace(backend=lambda: 'tensorflow');"
        "sys.modules['keras'] = fake; from fondo.backend import keras; keras.layers"
    )
    done = run(code)
    assert "keras was imported before fondo and runs on tensorflow" in done.stderr
    assert "Import fondo first" in done.stderr
