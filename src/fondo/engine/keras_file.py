"""A `.keras` file opened with care: what it would build is read, and refused, before it is built.

Model folders of fondo are in `store`; they need none of this.
"""

import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from fondo.backend import keras
from fondo.errors import BadData

_MODULES = ("keras", "keras.layers", "keras.models", "keras.initializers", "keras.regularizers")
_CONTAINERS = ("Sequential", "Functional", "InputLayer")
_LARGEST_CONFIG = 16 << 20  # bytes


def read_keras(path: str | Path, known: Collection[str]) -> Any:
    """Model of a `.keras` file whose layers are all known ones.

    Parameters
    ----------
    path : path
        What `model.save("name.keras")` of Keras 3 wrote.
    known : collection of str
        Layers that may be built, by their class name in Keras.

    Returns
    -------
    model : keras.Model
        With its weights; not compiled.

    Raises
    ------
    BadData
        No such file, no such model, a damaged one, or one that asks for anything but known layers
        of Keras itself. Nothing in the file is run.
    """
    path = Path(path)
    if not path.is_file():
        raise BadData(f"{path}: there is no such file. Give a .keras file that Keras 3 saved.")
    config = _config(path)
    if isinstance(config, dict):
        config.pop("compile_config", None)  # of an optimizer and a loss: it is not opened
    for part in _objects(config):
        module, kind = part.get("module"), str(part.get("class_name"))
        is_layer = module in ("keras.layers", "keras", "keras.models")
        fine = module in _MODULES and not (is_layer and kind not in {*known, *_CONTAINERS})
        if module is not None and not fine and kind != "DTypePolicy":
            raise BadData(
                f"{path}: the file asks for {kind!r} of {module!r}, which is not opened here. "
                f"Known layers: {', '.join(sorted(known))}."
            )
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many kinds for many kinds of damage
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise BadData(f"{path}: the model cannot be read ({told[0][:200]}).") from error


def _config(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo("config.json").file_size > _LARGEST_CONFIG:
                raise BadData(f"{path}: config.json is larger than any model needs.")
            return json.loads(archive.read("config.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, RuntimeError) as error:
        if isinstance(error, BadData):
            raise
        raise BadData(f"{path}: this is no .keras file of Keras 3, or it is damaged.") from error


def _objects(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping that would become an object."""
    if isinstance(node, Mapping):
        if "class_name" in node:
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _objects(part)
