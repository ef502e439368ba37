"""C02-6: how long a step may be on y = 2x, where the answer can be worked out."""

from typing import TYPE_CHECKING, Any

from fondo.recipes.kitchen import Dish, Figure, Kitchen, Recipe

if TYPE_CHECKING:
    from fondo.report.svg import Chart

STEPS, MORE = 100, 1000
TOLD = {"0.01": (1, 10, 100), "0.1": (1, 2, 3, 10, 100), "0.5": (1, 2, 3)}


def run(kitchen: Kitchen) -> Dish:
    """The study of learning rates, and its weight at the steps that can be checked by hand."""
    from fondo.errors import BadParameter
    from fondo.studies.learning_rate import learning_rate, pictures, sentence

    if kitchen.data is not None:
        raise BadParameter(
            f"cook(data={str(kitchen.data)!r}): C02-6 is about the four rows x = 1 to 4, y = 2x. "
            "Leave --data out."
        )
    found = learning_rate(kitchen.seed, steps=STEPS)
    later = learning_rate(kitchen.seed, steps=MORE)
    charts: tuple[Chart, ...] = pictures(found)
    return Dish(_figures(found, later), _notes(sentence(found), found), charts)


def _figures(found: dict[str, Any], later: dict[str, Any]) -> tuple[Figure, ...]:
    start, paths = found["start"], found["paths"]
    weights = [
        Figure(f"weight after {_steps(k)} at {rate}", paths[rate]["weight"][k], naive=start)
        for rate, ks in TOLD.items()
        for k in ks
    ]
    late = [
        Figure(f"weight after {MORE:,} steps at {rate}", later["paths"][rate]["weight"][MORE],
               naive=start)
        for rate in ("0.01", "0.1")
    ]  # fmt: skip
    lost = len(paths["0.5"]["loss"]) - 1
    return (
        Figure("largest stable rate", found["limit"]),
        *weights,
        *late,
        Figure("steps until the loss is 1e8 times the first, at 0.5", lost),
    )


def _notes(sentence: str, found: dict[str, Any]) -> tuple[str, ...]:
    return (
        sentence,
        f"What training says of the rate 0.5: {found['refusal']}",
        "Nothing is drawn here: every seed gives these numbers, so they have no interval.",
    )


def _steps(k: int) -> str:
    return "1 step" if k == 1 else f"{k} steps"


recipe = Recipe(
    id="C02-6",
    title="How long a step may be: y = 2x",
    published="plots only: 0.01 is slow, 0.1 converges, 0.5 does not",
    faults=(
        'The rate 0.5 is called "stuck in a local minimum": the loss is a bowl with one minimum, '
        "and the run diverges.",
        "The printed code multiplies by the second parameter instead of adding it.",
        "It perturbs the wrong copy, so every estimated change of the loss is 0.",
        "It starts again from scratch for every number of epochs: the cost is quadratic.",
    ),
    ours="stable below 0.119756; weight 1.9974 after 100 steps at 0.1, 1.9599 at 0.01; 0.5 is lost",
    naive="1.4779: the weight that it starts from (it should become 2)",
    lesson=(
        "A step is stable below 2 over the largest curvature of the loss. The best rate lies close "
        "to that cliff; beyond it a run does not stop learning, it blows up. A loss that grows is "
        "told, with the step and the remedy."
    ),
    data="nothing: leave --data out",
    sample="the four rows of the source (x = 1 to 4, y = 2x)",
    run=run,
)
