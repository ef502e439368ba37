"""Run the pages of the glass box and keep the pictures that they write: `make pictures`."""

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

PAGES = sorted((Path(__file__).parents[2] / "docs" / "glass-box").glob("[1-9]-*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pictures(page: Path, place: Path) -> list[Path]:
    """Run the Python blocks of a page in the folder `place`; the SVG files they wrote there."""
    names: dict[str, Any] = {"__name__": page.stem}
    with contextlib.chdir(place), contextlib.redirect_stdout(None):
        for code in BLOCK.findall(page.read_text(encoding="utf-8")):
            exec(compile(code, str(page), "exec"), names)
    return sorted(place.glob("*.svg"))


def main() -> None:
    """Rewrite docs/glass-box/images; pictures that no page writes any more are removed."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    images = PAGES[0].parent / "images"
    images.mkdir(exist_ok=True)
    old = {picture.name for picture in images.glob("*.svg")}
    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            for picture in pictures(page, Path(folder)):
                shutil.copyfile(picture, images / picture.name)
                old.discard(picture.name)
                print(f"{page.name}: {picture.name}")
    for name in old:
        (images / name).unlink()


if __name__ == "__main__":
    main()
