import xml.etree.ElementTree as ET

import numpy as np

from fondo.funds.group_charts import elbow_chart, scale_charts, silhouette_chart
from fondo.funds.group_number import number_of_groups
from fondo.funds.scalings import compare_scales


def test_elbow_and_silhouette_are_pointed_at_with_their_numbers() -> None:
    random = np.random.default_rng(0)
    X = 15 * np.repeat(np.eye(3), 8, axis=0) + random.normal(size=(24, 3))
    found = number_of_groups(X, most=5)
    elbow, silhouette = elbow_chart(found), silhouette_chart(found)
    for chart in (elbow, silhouette):
        ET.fromstring(chart.svg)
        assert chart.svg.count("<circle") >= 4  # every number that was tried
        assert "columns shuffled" in chart.svg
    assert "elbow: 3" in elbow.svg
    left = f"{100 * found.error[2]:.0f}\N{NO-BREAK SPACE}% of the error of one group is left"
    assert left in elbow.caption
    assert "highest: 3" in silhouette.svg
    assert f"for 3 groups, {found.at(3)[0]:.3f}, against {found.at(3)[1]:.3f}" in silhouette.caption


def test_every_scale_has_its_picture() -> None:
    X = np.random.default_rng(0).normal(size=(50, 2))
    X[0] = 20
    found = compare_scales(X)
    charts = scale_charts(found, ("return", "volatility"))
    assert [chart.title for chart in charts] == [
        "As they are",
        "Standard",
        "Standard, cut at 3 sd",
        "Robust",
        "Robust, cut at 3 sd",
        "Min-max",
        "Min-max, cut at 3 sd",
        "Tanh",
        "Tanh, cut at 3 sd",
    ]
    for chart, each in zip(charts, found, strict=True):
        ET.fromstring(chart.svg)
        assert chart.svg.count("<circle") == 50
        share = f"{100 * each.first:.0f}\N{NO-BREAK SPACE}% of the squared distances are in return"
        assert share in chart.caption
    assert "Each column has median 0, quartiles 1 apart." in charts[3].caption
    assert "2 of 100 values are cut." in charts[2].caption
    assert "return (scaled)" in charts[1].svg
    assert "return (scaled)" not in charts[0].svg
