"""The list of recipes, and how one is cooked. The recipes are files beside this one.

Nothing here trains: recipes do, with the tasks that everybody uses.
"""

import importlib
import pkgutil
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from fondo.errors import BadParameter, did_you_mean
from fondo.recipes.kitchen import Figure, Kitchen, Recipe

if TYPE_CHECKING:
    from fondo.report.svg import Chart


@dataclass(frozen=True)
class CookResult:
    """A cooked recipe.

    Attributes
    ----------
    id, title, published, naive, lesson, data : str
        From the recipe; `data` is what it would take.
    faults : tuple of str
        From the recipe.
    source : str
        What it was cooked from.
    figures : tuple of Figure
        The headline first.
    notes : tuple of str
        Remarks on this run.
    seed : int
        The seed.
    seconds : float
        Wall clock.
    full : bool
        Whether it was as long as the source's.
    charts : tuple of Chart
        The most telling one first; many recipes have none.
    """

    id: str
    title: str
    published: str
    faults: tuple[str, ...]
    naive: str
    lesson: str
    data: str
    source: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    seed: int
    seconds: float
    full: bool = False
    charts: "tuple[Chart, ...]" = ()

    @property
    def ours(self) -> Figure:
        """The headline figure."""
        return self.figures[0]

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures, of which the captions stay, as plain JSON."""
        return asdict(replace(self, charts=())) | {
            "ours": asdict(self.ours),
            "charts": [f"{chart.title}: {chart.caption}" for chart in self.charts],
        }


def catalogue() -> list[Recipe]:
    """Every recipe of the book, in the order of their ids.

    Examples
    --------
    >>> [recipe.id for recipe in catalogue()][:2]
    ['C01-6', 'C02-1']
    """
    return [_recipe(importlib.import_module(name)) for name in _modules().values()]


def find(name: str) -> Recipe:
    """Recipe called `name`, however it is written.

    Parameters
    ----------
    name : str
        `C03-1`, `c03_1`, `c3-1`.

    Raises
    ------
    BadParameter
        With the nearest id, where there is none.

    Examples
    --------
    >>> find("c3-1").id
    'C03-1'
    """
    modules = _modules()
    parts = re.fullmatch(r"[cC]0*([0-9]+)[-_]0*([0-9]+)", name.strip())
    wanted = f"C{int(parts[1]):02d}-{int(parts[2])}" if parts else name
    if wanted not in modules:
        raise BadParameter(
            f"cook(id={name!r}): there is no such recipe. {did_you_mean(wanted, modules)} "
            "`fondo recipes` lists them."
        )
    return _recipe(importlib.import_module(modules[wanted]))


def cook(
    id: str,
    *,
    data: str | Path | None = None,
    seed: int = 0,
    full: bool = False,
    callbacks: tuple[Any, ...] = (),
    say: Callable[[str], None] | None = None,
) -> CookResult:
    """Run one recipe.

    Parameters
    ----------
    id : str
        As `catalogue` lists it.
    data : path or None, default=None
        Real data; None takes the recipe's sample.
    seed : int, default=0
        Draws weights and, where the source fixed none, the split.
    full : bool, default=False
        Train as long as the source did; `Recipe.full` says what that costs.
    callbacks : tuple of engine callbacks, default=()
        Told of each training.
    say : callable (sentence) or None, default=None
        Told how far the work is, where many networks are trained side by side.

    Returns
    -------
    CookResult
        Published, ours with interval, naive, and the lesson.

    Raises
    ------
    BadParameter
        Where there is no such recipe.
    BadData
        Where the data are not what the recipe needs.
    """
    recipe, start = find(id), time.perf_counter()
    place = None if data is None else Path(data)
    dish = recipe.run(Kitchen(place, seed, tuple(callbacks), full, say))
    return CookResult(
        id=recipe.id,
        title=recipe.title,
        published=recipe.published,
        faults=recipe.faults,
        naive=recipe.naive,
        lesson=recipe.lesson,
        data=recipe.data,
        source=recipe.sample if data is None else str(data),
        figures=dish.figures,
        notes=(*dish.notes, *_length(recipe, full)),
        seed=seed,
        seconds=time.perf_counter() - start,
        full=full,
        charts=dish.charts,
    )


def _length(recipe: Recipe, full: bool) -> tuple[str, ...]:
    """Note on how long the recipe was trained, beside its source."""
    if full:
        same = "--full changes nothing: this recipe is as long as its source."
        return () if recipe.full else (same,)
    return (f"Shortened. --full runs {recipe.full}",) if recipe.full else ()


def _modules() -> dict[str, str]:
    """Module of each recipe, by id; nothing is imported."""
    package = importlib.import_module(__package__ or "fondo.recipes")
    found = [re.fullmatch(r"c([0-9]+)_([0-9]+)", each.name) for each in _walk(package)]
    numbers = sorted((int(m[1]), int(m[2]), m[0]) for m in found if m)
    return {
        f"C{chapter:02d}-{number}": f"{package.__name__}.{name}"
        for chapter, number, name in numbers
    }


def _walk(package: ModuleType) -> list[pkgutil.ModuleInfo]:
    return list(pkgutil.iter_modules(package.__path__))


def _recipe(module: ModuleType) -> Recipe:
    recipe: Recipe = module.recipe
    return recipe
