"""fondo.report.more_data: curves with bands and dots, and the page around them."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fondo.judge.learning_curve import learning_curve
from fondo.judge.score_curve import ScoreCurve
from fondo.report.more_data import more_data_page, score_chart
from fondo.search.more_data import MoreData

SIZES = (100, 200, 400, 800)


def curve(metric="log_loss", higher=False, naive=0.55, scale=0.1):
    errors = 0.3 + scale * (np.array(SIZES) / 800) ** -0.5
    errors = errors + 0.004 * np.random.default_rng(0).normal(size=(3, 4))
    scores = tuple(map(tuple, (1 - errors if higher else errors).tolist()))
    return ScoreCurve(metric, higher, learning_curve(SIZES, errors), scores, (naive,) * 4)


def result(*curves, notes=()):
    found = MoreData(curves or (curve(),), 200, 3, "at random, classes evenly")
    return SimpleNamespace(
        source="<loans>.csv",
        target="größe & co",
        task="table-classifier",
        found=found,
        notes=list(notes),
        again="fondo more-data '<loans>.csv'",
    )


def circles(svg, css):
    return [
        each
        for each in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}circle")
        if each.get("class") == css
    ]


def test_every_repeat_every_mean_and_the_doubled_rows_are_dots():
    chart = score_chart(curve())
    legend = 1
    assert len(circles(chart.svg, "fill4")) == 3 * 4 + legend
    assert len(circles(chart.svg, "fill1")) == 4 + legend
    (doubled,) = [c for c in circles(chart.svg, "fill2") if c.get("r") == "4.5"]
    assert float(doubled.get("cx")) == max(float(c.get("cx")) for c in circles(chart.svg, "fill2"))
    assert "all rows" in chart.svg
    assert "always the same answer" in chart.svg
    assert "with 1,600 rows the curve foretells 0.37" in chart.caption
    assert "lower is better" in chart.caption


def test_a_lower_error_is_drawn_lower_and_a_higher_score_higher():
    for each, sign in ((curve(), 1), (curve("accuracy", True, 0.5), -1)):
        means = [float(c.get("cy")) for c in circles(score_chart(each).svg, "fill1")][1:]
        assert sign * (means[-1] - means[0]) > 0  # pixels are counted from the top


def test_a_naive_answer_far_off_is_told_and_not_drawn():
    chart = score_chart(curve(naive=9.0))
    assert "stroke4" not in chart.svg
    assert "Always the same answer scores 9, beyond the frame." in chart.caption
    near = score_chart(curve())
    assert "stroke4" in near.svg
    assert "beyond" not in near.caption


def test_the_unit_of_the_target_is_that_of_an_error_in_it():
    assert "RMSE (dollars)" in score_chart(curve("rmse"), "dollars").svg
    assert "Log loss (nats)" in score_chart(curve(), "dollars").svg


def test_the_page_is_well_formed_loads_nothing_and_escapes_names():
    page = more_data_page(result(curve(), curve("accuracy", True, 0.5), notes=["5 rows <aside>."]))
    ET.fromstring(page.partition("\n")[2])
    assert "default-src &#x27;none&#x27;" in page
    assert "<script" not in page
    assert "<loans>" not in page
    assert "What more rows would buy: &lt;loans&gt;.csv" in page
    assert "größe &amp; co" in page
    assert "5 rows &lt;aside&gt;." in page
    assert page.count("<svg") == 2


def test_the_page_tells_the_answer_the_numbers_the_check_and_what_intervals_cover():
    page = more_data_page(result())
    assert "Doubling the 800 training rows would lower log loss by about 0.0" in page
    assert "1,600 (foretold)" in page
    assert "Fitted without the largest size, the curve foretells Log loss" in page
    assert "which is within chance" in page
    assert "do not cover a curve that bends beyond the largest" in page
    assert "(rows / 800)^" in page
    assert "3, at random, classes evenly" in page
    assert more_data_page(result()) == page


def test_an_answer_that_nothing_is_bought_looks_level():
    assert 'class="verdict"' in more_data_page(result())
    assert 'class="verdict level"' in more_data_page(result(curve(scale=0.0)))


def test_a_check_that_fails_is_told():
    bent = curve()
    bent = replace(bent, curve=replace(bent.curve, foretold=bent.curve.foretold._replace(low=0.1)))
    page = more_data_page(result(bent))
    assert "which chance does not explain. The doubled rows lie" in page


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_errors_of_any_size_are_drawn(size):
    errors = size * (0.3 + 0.1 * (np.array(SIZES) / 800) ** -0.5 + np.zeros((2, 1)))
    plain = tuple(map(tuple, errors.tolist()))
    chart = score_chart(
        ScoreCurve("rmse", False, learning_curve(SIZES, errors), plain, (size,) * 4)
    )
    assert "nan" not in chart.svg
    ET.fromstring(chart.svg)
