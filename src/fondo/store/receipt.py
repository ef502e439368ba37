"""The receipt of a training: what went in, and a hash of the weights after each epoch.

Training again from it is `fondo replay`; here a receipt is made and two are compared.
"""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from fondo.version import __version__

_PACKAGES = ("jax", "jaxlib", "keras", "numpy", "polars", "safetensors", "scikit-learn", "scipy")
_MISSING = object()


@dataclass(frozen=True)
class Comparison:
    """How a training compares with its receipt.

    Attributes
    ----------
    identical : bool
        Same data, settings and seed, and the same weights, bit for bit, after every epoch.
    where : str
        One or two sentences: identical, or where it first differs and why that may be.
    """

    identical: bool
    where: str


def versions() -> dict[str, str]:
    """Versions of what decides the numbers of a training, found without importing any of it.

    Returns
    -------
    versions : dict of str to str
        fondo, python, the packages, "platform" and "cpu"; a package that is missing is left out.

    Examples
    --------
    >>> sorted(versions())[:3]
    ['cpu', 'fondo', 'jax']
    """
    found = {"fondo": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {**found, "platform": platform.platform(), "cpu": _cpu()}


def make_receipt(
    data: Mapping[str, Any],
    settings: Mapping[str, Any],
    seed: int,
    versions: Mapping[str, str],
    hashes: Sequence[str],
) -> dict[str, Any]:
    """Receipt of a training, as plain JSON.

    Parameters
    ----------
    data : mapping
        "fingerprint" of the training rows, "rows", and whatever else tells data apart.
    settings : mapping
        Of the task, as JSON.
    seed : int
        Of everything random.
    versions : mapping of str to str
        As `versions` gives.
    hashes : sequence of str
        Of all weights, one after each epoch (`fondo.store.weights.hash_arrays`).

    Returns
    -------
    receipt : dict
        The five under their names.
    """
    return {
        "data": dict(data),
        "settings": dict(settings),
        "seed": int(seed),
        "versions": dict(versions),
        "hashes": list(hashes),
    }


def compare(before: Mapping[str, Any], now: Mapping[str, Any]) -> Comparison:
    """Say whether two trainings were the same, or where they first differ.

    Causes come before effects: data, settings, seed, then the weights epoch by epoch. Other
    versions alone are no difference, but the likely cause of one.

    Parameters
    ----------
    before, now : mapping
        Two receipts.

    Returns
    -------
    comparison : Comparison
        The verdict, with the sentence that explains it.

    Examples
    --------
    >>> old = make_receipt({"rows": 5}, {"epochs": 2}, 0, {"jax": "0.6"}, ["a", "b"])
    >>> compare(old, old).where
    'Identical: the same weights, bit for bit, after each of 2 epochs.'
    >>> compare(old, make_receipt({"rows": 5}, {"epochs": 2}, 0, {"jax": "0.7"}, ["a", "c"])).where
    'The weights differ from epoch 2 of 2 on. Versions differ: jax (0.6 then, 0.7 now).'
    """
    for part, name in (("data", "The data differ"), ("settings", "Settings differ")):
        if changes := _changes(before.get(part), now.get(part)):
            return Comparison(False, f"{name}: {changes}.")
    if before.get("seed") != now.get("seed"):
        return Comparison(False, f"The seed differs: {_said(before, now, 'seed')}.")
    return _weights(before, now)


def _weights(before: Mapping[str, Any], now: Mapping[str, Any]) -> Comparison:
    """Compare the weights of two trainings that began alike."""
    old, new = list(before.get("hashes") or ()), list(now.get("hashes") or ())
    changes = _changes(before.get("versions"), now.get("versions"))
    if old and old == new:
        same = f"Identical: the same weights, bit for bit, after each of {len(old)} epochs"
        return Comparison(
            True, f"{same}, although versions differ: {changes}." if changes else f"{same}."
        )
    cause = f" Versions differ: {changes}." if changes else ""
    shared = min(len(old), len(new))
    first = next((i for i in range(shared) if old[i] != new[i]), None)
    if first is not None:
        return Comparison(
            False, f"The weights differ from epoch {first + 1} of {len(old)} on.{cause}"
        )
    if shared == 0:
        return Comparison(False, f"A receipt has no hashes of weights: nothing to compare.{cause}")
    return Comparison(
        False,
        f"The number of epochs differs: {len(old)} then, {len(new)} now; "
        f"the first {shared} are the same.{cause}",
    )


def _changes(before: Any, now: Any) -> str:
    """What differs between two nested mappings: `a.b (1 then, 2 now)`, at most five of them."""
    old, new = dict(_flat(before)), dict(_flat(now))
    names = [name for name in sorted({*old, *new}) if not _same(old, new, name)]
    shown = [f"{name} ({_said(old, new, name)})" for name in names[:5]]
    return ", ".join(shown) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _same(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> bool:
    one, other = old.get(name, _MISSING), new.get(name, _MISSING)
    return type(one) is type(other) and bool(one == other)  # True and 1 are not the same setting


def _said(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> str:
    return f"{_short(old.get(name, _MISSING))} then, {_short(new.get(name, _MISSING))} now"


def _short(value: Any) -> str:
    text = "nothing" if value is _MISSING else str(value)
    return text if len(text) <= 24 else f"{text[:12]}…"


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested mappings and lists, by dotted name."""
    if isinstance(value, Mapping) and value:
        parts = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, list | tuple) and value:
        parts = [(str(i), item) for i, item in enumerate(value)]
    else:
        yield name or "all", list(value) if isinstance(value, tuple) else value
        return
    for key, item in parts:
        yield from _flat(item, f"{name}.{key}" if name else key)


def _cpu() -> str:
    """Name of the processor, as far as the system tells it without starting a program."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
