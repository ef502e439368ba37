"""The course on the glass box of fondo: pages in order, short, pictures written by their blocks.

That the blocks run, and print what the page shows, is tested with all pages in test_pages.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "glass-box"
PAGES = sorted(FOLDER.glob("[0-9]-*.md"))
LONGEST = 299

by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def code_of(page: Path) -> str:
    text = page.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def embedded(page: Path) -> list[tuple[str, str]]:
    """Sentence and file of each picture of a page."""
    return re.findall(r"!\[(.*?)\]\(images/([^)]+)\)", page.read_text(encoding="utf-8"))


def test_there_are_eight_pages_in_the_order_of_the_index() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^(\d)\. \[.*?\]\((\S+?)\)", index, re.MULTILINE)
    assert [f"{n}-" for n, _ in named] == [name[:2] for _, name in named]
    assert [name for _, name in named] == [page.name for page in PAGES]
    assert len(PAGES) == 8


@by_name
def test_a_page_is_read_in_one_sitting(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST


@by_name
def test_a_page_bears_its_number_and_ends_with_what_to_change_and_where_to_go(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    assert headings[0].startswith(f"{page.name[0]}. ")
    assert headings[-1] == "Now change this"
    end = text.partition("\n## Now change this\n")[2]
    assert len(re.findall(r"^- ", end, re.MULTILINE)) >= 2
    following = PAGES[PAGES.index(page) + 1 :]
    assert not following or f"]({following[0].name})" in end


@by_name
def test_every_picture_is_written_by_its_page_and_every_written_one_is_shown(page: Path) -> None:
    written = re.findall(r'Path\("([^"]+\.svg)"\)\.write_text\(', code_of(page))
    assert written == [name for _, name in embedded(page)]
    assert written, "a page without a picture"
    assert all(len(sentence.split()) > 3 for sentence, _ in embedded(page))


@by_name
def test_the_pictures_that_are_kept_have_the_titles_that_the_page_gives_them(page: Path) -> None:
    # made by `make pictures`; a title that is not in the code is that of an older picture
    for _, name in embedded(page):
        root = ElementTree.parse(FOLDER / "images" / name).getroot()
        title = root.findtext("{http://www.w3.org/2000/svg}title")
        assert title, name
        assert f'"{title}"' in code_of(page), f"{name} is old: run `make pictures`"


def test_no_picture_is_left_over() -> None:
    kept = {path.name for path in (FOLDER / "images").iterdir()}
    assert kept == {name for page in PAGES for _, name in embedded(page)}
