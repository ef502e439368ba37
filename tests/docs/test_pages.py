"""Nothing in README or docs is believed until it has run: every block, in the order of its page."""

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import fondo

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "docs" / "learn" / "cluster.md"  # runs on the cluster of tests/cluster
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = ("make", "git", "cd", "pip", "python", "source", "export")
NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*(e[-+]?\d+)?%?")


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def words(text: str) -> list[str]:
    """Lines without their numbers and drawing, so that another machine's digits do not matter."""
    plain = [NUMBER.sub("#", line) for line in text.splitlines()]
    plain = [re.sub(r"[^\w#()]+", " ", line).strip() for line in plain]
    return [line for line in plain if line]


def run_python(code: str, names: dict[str, Any], page: Path) -> str:
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(code, str(page), "exec"), names)
    return said.getvalue()


def run_console(text: str) -> str:
    """Run the `$ fondo ...` lines of a console block; what it prints stands below each."""
    from click.testing import CliRunner

    from fondo.cli.main import app

    said = ""
    for line in text.splitlines():
        if not line.startswith("$ "):
            continue
        command, *arguments = shlex.split(line[2:], comments=True)
        if command == "fondo":
            done = CliRunner().invoke(app, arguments)
            assert done.exit_code == 0, f"{line}\n{done.output}"
            said += done.stdout
        else:
            assert command in SHELL, f"who tests {line!r}?"
    return said


def shown_below(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if not line.startswith("$ ")]
    return words("\n".join(line for line in lines if line.strip() not in ("...", "…")))


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page != CLUSTER],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_block_of_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fondo.__version__
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": page.stem}
    said = ""
    for language, text in blocks(page):
        if language == "python":
            said = run_python(text, names, page)
        elif language == "text":
            assert words(text) == words(said), f"{page.name} shows what is not printed"
        elif language == "console":
            printed = words(run_console(text))
            missing = [line for line in shown_below(text) if line not in printed]
            assert missing == [], f"{page.name} shows what is not printed"
        else:
            assert language in ("html", "json", "toml"), f"who tests a block of {language}?"


def test_links_between_pages_lead_somewhere() -> None:
    dead = []
    for page in PAGES:
        prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)#\s]+)", prose):
            if not target.startswith("http") and not (page.parent / target).exists():
                dead.append(f"{page.name}: {target}")
    assert dead == []


def test_make_targets_named_in_the_pages_exist() -> None:
    known = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^\$ |`)make (\w+)", page.read_text(), re.MULTILINE)
    }
    assert named <= known
