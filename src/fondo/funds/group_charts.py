"""Pictures of how many groups there are, and of what scalers do."""

from collections.abc import Sequence

from fondo.funds.group_number import RULE, Number
from fondo.funds.scalings import FAR, SCALERS, Scaled
from fondo.report.charts import Line, Mark, lines
from fondo.report.grids import scatter
from fondo.report.scales import number, percent
from fondo.report.svg import Axis, Chart


def elbow_chart(found: Number) -> Chart:
    """Error within groups by their number, beside that of shuffled columns."""
    place = found.counts.index(found.elbow)
    caption = (
        f"{RULE} Here that is {found.elbow}, where {percent(found.error[place])} of the error of "
        f"one group is left; with every column shuffled, so that no groups are there, "
        f"{percent(found.shuffled_error[place])} would be."
    )
    return lines(
        "Error within groups",
        Axis("number of groups"),
        Axis("squared distance to the centres", "share of one group's", low=0.0),
        [
            Line("the funds", found.counts, found.error, dots=True),
            Line("columns shuffled", found.counts, found.shuffled_error, style=4),
        ],
        caption,
        mark=Mark(found.elbow, f"elbow: {found.elbow}"),
    )


def silhouette_chart(found: Number) -> Chart:
    """Silhouette by the number of groups, beside that of shuffled columns."""
    top, chance = found.at(found.best)
    caption = (
        f"How much nearer funds are to their own group than to the next: 1 is far apart, 0 is "
        f"touching. It is highest for {found.best} groups, {number(top)}, against "
        f"{number(chance)} with columns shuffled."
    )
    return lines(
        "Silhouette",
        Axis("number of groups"),
        Axis("mean silhouette", low=0.0),
        [
            Line("the funds", found.counts[1:], found.silhouette[1:], dots=True),
            Line("columns shuffled", found.counts[1:], found.shuffled_silhouette[1:], style=4),
        ],
        caption,
        mark=Mark(found.best, f"highest: {found.best}"),
    )


def scale_charts(found: Sequence[Scaled], names: tuple[str, str]) -> list[Chart]:
    """One picture a scale: the same funds by the same two columns.

    Parameters
    ----------
    found : sequence of Scaled
        From `fondo.funds.scalings.compare_scales`.
    names : (str, str)
        Of the two columns.
    """
    return [_scale_chart(each, names) for each in found]


def _scale_chart(found: Scaled, names: tuple[str, str]) -> Chart:
    meaning = SCALERS[found.scale.scaler]
    unit = "" if found.scale.scaler == "none" else "scaled"
    cut = f" {found.cut} of {found.values.size} values are cut." if found.scale.cut else ""
    caption = (
        f"Each column has {meaning}."
        if found.scale.scaler != "none"
        else f"Both columns {meaning}."
    )
    shares = (
        f" {percent(found.first)} of the squared distances are in {names[0]}; the farthest "
        f"{percent(FAR)} of the funds make {percent(found.far)}."
    )
    return scatter(
        _title(found),
        Axis(names[1], unit),
        Axis(names[0], unit),
        (found.values[:, 1].tolist(), found.values[:, 0].tolist()),
        caption + cut + shares,
    )


def _title(found: Scaled) -> str:
    words = found.scale.words
    return "As they are" if found.scale.scaler == "none" else words[:1].upper() + words[1:]
