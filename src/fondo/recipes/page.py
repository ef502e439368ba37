"""A cooked recipe as a page of its own: pictures, published against ours, faults and lesson."""

from pathlib import Path

from fondo.errors import BadParameter
from fondo.recipes.book import CookResult
from fondo.recipes.kitchen import Recipe
from fondo.report.markup import Markup, element
from fondo.report.scales import MISSING, estimate, number
from fondo.report.tables import bullets, table
from fondo.store.atomic import write_bytes
from fondo.studies.page import page

_HEAD = ("figure", "published", "ours", "95 % interval", "naive")


def recipe_page(result: CookResult) -> str:
    """Write a cooked recipe as one HTML file that opens without a network.

    Parameters
    ----------
    result : CookResult
        Of `fondo.recipes.cook`.

    Returns
    -------
    str
        UTF-8 text, well-formed as XML too; nothing in it may load or run.
    """
    rows = [
        (figure.name, _plain(figure.published), *_ours(figure), _plain(figure.naive))
        for figure in result.figures
    ]
    below = [
        element("h2", "Published against ours"),
        table(_HEAD, rows, numbers=(1, 2, 4), ranges=(3,)),
        element("p", f"Published: {result.published}. A fool: {result.naive}."),
        *_list("What is wrong with the published figure", result.faults),
        *_list("Remarks on this run", result.notes),
        element("p", _again(result), class_="quiet"),
    ]
    title = f"{result.id} {result.title}"
    return page("fondo cook", title, result.lesson, result.charts, below)


def _ours(figure: object) -> tuple[str, str]:
    ours, low, high = (getattr(figure, name) for name in ("ours", "low", "high"))
    if low is None or high is None:
        return _plain(ours), MISSING
    if low == high:
        return _plain(ours), "every seed"
    return estimate(ours, low, high)


def _plain(value: float | None) -> str:
    return number(value, 4)


def _list(title: str, items: tuple[str, ...]) -> list[Markup]:
    return [element("h2", title), bullets(items)] if items else []


def _again(result: CookResult) -> str:
    full = " --full" if result.full else ""
    return (
        f"Cooked from {result.source} in {result.seconds:.0f} seconds. Again: fondo cook "
        f"{result.id} --seed {result.seed}{full}, with --data where it was given."
    )


def place_of(out: Path, recipe: Recipe) -> Path:
    """File that the page is written to: the one that `out` names, or ID.html in the folder.

    Raises
    ------
    BadParameter
        A name with another ending than .html that is no folder.

    Examples
    --------
    >>> from fondo.recipes.book import find
    >>> place_of(Path("pages"), find("c2-1")).as_posix()
    'pages/C02-1.html'
    """
    if out.suffix.lower() == ".html" and not out.is_dir():
        return out
    if (out.suffix or out.is_file()) and not out.is_dir():
        raise BadParameter(
            f"cook(out={str(out)!r}): the name must end in .html, or be a folder, in which "
            f"{recipe.id}.html is written."
        )
    return out / f"{recipe.id}.html"


def write(result: CookResult, place: Path) -> None:
    """Write the page; folders that are missing are made.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    write_bytes(place, recipe_page(result).encode())
