"""`fondo doctor`: what this installation stands on. It looks, and mends nothing."""

import importlib.metadata
import importlib.util
import os
import re
from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json
from fondo.cli.output import stage


@click.command("doctor", cls=Command)
@with_json
def command(as_json: bool) -> None:
    """Say versions, device, extras and folders."""
    with stage(as_json) as speaker:
        from fondo.cli.tables import show_facts

        facts = examine()
        speaker.answer(facts, lambda console: show_facts(console, facts))


def examine() -> dict[str, dict[str, Any]]:
    """Facts about this installation.

    Returns
    -------
    facts : dict of dict
        `versions`, `device`, `extras`, `folders`.
    """
    from fondo.store.receipt import versions

    return {
        "versions": dict(versions()),
        "device": _device(),
        "extras": _extras(),
        "folders": _folders(),
    }


def _device() -> dict[str, Any]:
    """Where networks run, or why they cannot."""
    from fondo.backend import jax

    try:
        found = jax.devices()
        told = {
            "platform": found[0].platform,
            "devices": ", ".join(str(device.device_kind) for device in found),
        }
    except RuntimeError as fault:  # a driver that does not fit: say so, and go on
        told = {"platform": "none", "problem": str(fault)}
    return told | {"cores": os.cpu_count(), "memory_gib": _memory()}


def _memory() -> float | None:
    """Memory of the machine in GiB; None where the system does not say."""
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _extras() -> dict[str, str]:
    """Each extra of this release: installed, or the command that installs it."""
    try:
        required = importlib.metadata.requires("fondo") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    parts: dict[str, list[str]] = {}
    for line in required:
        if marker := re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", line):
            name = re.split(r"[\s<>=!~;\[(]", line, maxsplit=1)[0]
            parts.setdefault(marker[1], []).append(name)
    return {extra: _state(extra, names) for extra, names in parts.items()}


def _state(extra: str, names: list[str]) -> str:
    for name in names:
        try:
            importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            return f"not installed: pip install 'fondo[{extra}]'"
    return "installed"


def _folders() -> dict[str, Any]:
    data = os.environ.get("FONDO_DATA")
    missing = data is not None and not Path(data).is_dir()
    return {
        "FONDO_DATA": f"{data} (no such folder)" if missing else data or "not set",
        "compile cache": os.environ.get("JAX_COMPILATION_CACHE_DIR", "none"),
        "working folder": str(Path.cwd()),
    }
