"""fondo.report.images, with its mosaics and charts: colours by hand, and what a page says."""

import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import numpy as np
import pytest

from fondo.report.content import ReportContent
from fondo.report.image_charts import deletion_chart, point_chart, shift_chart, verdicts
from fondo.report.images import (
    MOST,
    compared,
    contact_sheet,
    parts,
    picture_page,
    pictures_section,
    told,
)
from fondo.report.mosaics import (
    _VIRIDIS,
    colours,
    filters_side_by_side,
    maps_side_by_side,
    mosaic,
    overlay,
    scale_bar,
    shrunk,
)
from fondo.report.page import render
from fondo.report.picture_findings import LayerView, Looked, Mistaken, PictureFindings, Shown

RNG = np.random.default_rng(0)
GAP = (214, 224, 240)


def shown(row=3, side=10, **more):
    pixels = np.random.default_rng(row).integers(0, 256, (side, side, 3), np.uint8)
    given = {"answer": "cat", "truth": "dog", "sure": 0.913}
    return Shown(row, f"folder/{row}.png", pixels, **(given | more))


def check(area=0.2, random=(0.5,) * 19):
    line = np.linspace(1, 0.1, 11)
    areas = np.array(random)
    as_good = float(np.mean(areas <= area))
    return SimpleNamespace(
        shares=np.linspace(0, 1, 11), curve=line**2, area=area, random_areas=areas,
        random_curve=line, share_as_good=as_good, says_something=as_good == 0,
        to_json=lambda: {"area": area},
    )  # fmt: skip


def study(values=(0.5, 0.9, 0.7), metric="accuracy"):
    rows = [
        SimpleNamespace(axis=axis, pixels=k - 1, value=v, low=v - 0.1, high=v + 0.1)
        for axis in ("sideways", "up and down")
        for k, v in enumerate(values)
    ]
    return SimpleNamespace(
        metric=metric, n_rows=40, fill="the edge goes on", rows=rows,
        curve=lambda axis: [row for row in rows if row.axis == axis],
        by_size=lambda: [(0, values[1]), (1, (values[0] + values[2]) / 2)],
        to_json=lambda: {},
    )  # fmt: skip


@pytest.fixture
def findings():
    heat = {"occlusion": np.eye(10), "grad_cam": np.ones((10, 10))}
    looked = Looked(shown(), heat, {way: check() for way in heat}, (0.1, 0.2, 0.5, 0.6), "middle")
    layer = LayerView("second", "Conv2D", RNG.normal(size=(5, 5, 40)), 7, RNG.random((4, 5, 5)))
    return PictureFindings(
        "class", n_rows=40, n_wrong=2, wrong=[shown(1), shown(2)], right=[shown(4, truth="cat")],
        confused=[Mistaken("dog", "cat", 2, [shown(1)])], looked=[looked], shifts=study(),
        layer=layer, filters=("first", RNG.normal(size=(4, 3, 3, 3))), notes=["A <note>."],
    )  # fmt: skip


def read(page):
    return ET.fromstring(page.replace("<!DOCTYPE html>", ""))


# ---- pixels


def test_the_lightness_of_the_colours_grows_evenly():
    linear = (_VIRIDIS / 255) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722])
    lightness = 116 * np.cbrt(linear) - 16  # L* of CIELAB
    steps = np.diff(lightness)
    assert (steps > 0).all()
    assert steps.max() < 1.35 * steps.min()


def test_heat_covers_a_picture_in_grey():
    pixels = np.full((2, 2, 3), 100, np.uint8)
    laid = overlay(pixels, np.array([[1.0, 0.0], [-5.0, 0.5]]))
    yellow = colours(np.array(1.0)).astype(float)
    np.testing.assert_allclose(laid[0, 0], 0.25 * 100 + 0.75 * yellow, atol=3)  # 99th percentile
    assert laid[0, 1].tolist() == laid[1, 0].tolist() == [100, 100, 100]
    assert overlay(pixels, np.zeros((2, 2))).tolist() == pixels.tolist()


def test_tiles_lie_line_by_line_from_the_top_left():
    field = mosaic([np.full((24, 30, 3), k, np.uint8) for k in range(3)])
    assert field.shape == (50, 62, 3)  # the gap is a twelfth of a side
    assert (field[0, 0, 0], field[0, 32, 0], field[26, 0, 0]) == (0, 1, 2)
    assert tuple(field[24, 0]) == tuple(field[0, 30]) == tuple(field[49, 61]) == GAP
    small = mosaic([np.arange(6, dtype=np.uint8).reshape(1, 2, 3)])
    assert small.shape == (12, 24, 3)  # each pixel as 12 x 12
    assert small[0, ::12].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_maps_have_their_own_scale_and_at_most_36_are_drawn():
    maps = np.stack([np.arange(4.0).reshape(2, 2) * k for k in range(40)])
    field = maps_side_by_side(maps)
    assert field.shape == (154, 154, 3)  # 6 x 24 and 5 gaps of 2
    assert field[0, 0].tolist() == field[23, 23].tolist() == colours(np.array(0.0)).tolist()
    assert field[153, 153].tolist() == colours(np.array(1.0)).tolist()


def test_filters_are_grey_where_they_are_zero():
    kernels = np.zeros((2, 1, 2, 1))
    kernels[0, 0] = [[1.0], [-2.0]]
    field = filters_side_by_side(kernels)
    assert field[0, [0, 12], 0].tolist() == [191, 0]  # 255 (0.5 + 0.5 / 2), 255 (0.5 - 0.5)
    assert (field[13:] == 128).all()  # the second filter
    coloured = filters_side_by_side(np.array([[[[1.0, 0.0, -1.0]]]]))
    assert coloured[0, 0].tolist() == [255, 128, 0]


def test_large_pictures_are_averaged_small_ones_stay():
    picture = np.arange(16, dtype=np.uint8).reshape(4, 4)
    assert shrunk(picture, 4) is picture
    assert shrunk(picture, 2).tolist() == [[2, 4], [10, 12]]  # 2.5 and 12.5 go to the even one
    assert shrunk(picture.astype(float), 3).tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert shrunk(np.zeros((1, 300, 3), np.uint8), 100).shape == (1, 100, 3)
    assert scale_bar(4, 2).shape == (2, 4, 3)


# ---- sentences and charts


def test_every_picture_has_its_sentence():
    said = told(shown()).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "Answered cat (91 %), true dog. Row 3: folder/3.png."
    assert "Answered cat (over 99.9 %)" in told(shown(sure=0.9999))
    assert told(shown(truth=None, sure=None)) == "Answered cat. Row 3: folder/3.png."
    number = shown(answer="4.2", truth="4", sure=None, error=0.2)
    assert told(number) == "Answered 4.2, true 4, off by 0.200. Row 3: folder/3.png."
    points = shown(answer="points", truth=None, sure=None, error=0.05, told=np.zeros((1, 2)))
    assert told(points).replace("\N{NO-BREAK SPACE}", " ") == (
        "Mean distance 5.0 % of size. Row 3: folder/3.png."
    )


def test_the_deletion_check_in_a_chart_and_in_words(check_chart, findings):
    chart = deletion_chart(findings.looked, "class")
    check_chart(chart)
    assert "random maps" in chart.svg
    assert "occlusion 1 of 1, Grad-CAM 1 of 1" in verdicts(findings.looked)
    blind = Looked(shown(), {}, {"occlusion": check(0.6)}, None, "")
    assert "occlusion 1 of 2" in verdicts([*findings.looked, blind])


def test_shifts_in_a_chart(check_chart):
    chart = shift_chart({"": study()})
    check_chart(chart)
    caption = chart.caption.replace("\N{NO-BREAK SPACE}", " ")
    assert "90.0 % are right where they lie, 50.0 % are right at worst, 1 pixels left" in caption
    errors = shift_chart({"": study((3.0, 1.0, 2.0), "mean absolute error")})
    assert "the mean error is 3 at worst, 1 pixels left" in errors.caption


def test_two_models_are_compared_by_the_size_of_the_shift(check_chart):
    pair = {"dense": study((0.1, 0.9, 0.3)), "convolutional": study()}
    check_chart(shift_chart(pair))
    assert "dense from 90 to 20 %; convolutional from 90 to 60 %" in compared(pair)


def test_errors_of_points_in_a_chart(check_chart):
    chart = point_chart(np.linspace(0.01, 0.3, 25))
    check_chart(chart)
    assert chart.svg.index("point 25") < chart.svg.index("point 24")
    assert "The 5 points with smaller errors are not drawn" in chart.caption


# ---- pages


def test_a_page_says_everything_and_loads_nothing(findings):
    page = picture_page(findings, "A <title>", "Words.")
    root = read(page)
    heads = [element.text for element in root.iter("h3")]
    assert heads == [
        "Surest mistakes", "Surest right answers", "Most often confused",
        "Where the network looked", "What one layer sees", "Filters", "Shifted pictures",
    ]  # fmt: skip
    assert "img-src data:" in page
    sources = [e.attrib["src"] for e in root.iter("img")]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert all(e.attrib["alt"] for e in root.iter("img"))
    captions = [e for e in root.iter("figure") if e.find("figcaption") is None]
    assert captions == []
    assert "36 of 40 channels of second (Conv2D, 5 x 5)" in page
    assert "Channel 7 of second for 4 pictures" in page
    assert "A &lt;note&gt;." in page
    assert "2 of 40 pictures are answered wrongly" in page
    told_of = "Hottest: middle, by covering parts (occlusion); 0 of 19 random maps do as well"
    assert told_of in page.replace("\N{NO-BREAK SPACE}", " ")


def test_a_hostile_name_breaks_nothing(hostile):
    one = shown(answer=hostile, truth=hostile)
    named = Shown(0, hostile, one.pixels, hostile, hostile)
    found = PictureFindings("class", n_rows=1, n_wrong=1, wrong=[named], notes=[hostile])
    page = picture_page(found, hostile, hostile)
    assert "<script" not in page
    assert {e.tag for e in read(page).iter()} >= {"html", "body", "img"}


def test_points_are_drawn_over_the_picture():
    true, guess = np.array([[0.5, 0.25]]), np.array([[0.75, 0.5]])
    one = shown(answer="points", truth=None, sure=None, error=0.1, told=guess, true=true)
    root = read(str(contact_sheet([one])))
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    assert [(e.attrib["cx"], e.attrib["cy"]) for e in circles] == [("68", "34"), ("102", "68")]
    line = next(e for e in root.iter() if e.tag.endswith("line"))
    assert [line.attrib[k] for k in ("x1", "y1", "x2", "y2")] == ["68", "34", "102", "68"]


def test_a_page_stays_small_whatever_it_is_given():
    many = [shown(row, side=300) for row in range(40)]
    heat = {way: RNG.random((300, 300)) for way in ("occlusion", "grad_cam", "saliency", "x")}
    looked = [Looked(one, heat, {}, None, "") for one in many[:4]]
    found = PictureFindings("class", n_rows=40, n_wrong=40, wrong=many, right=many, looked=looked)
    page = picture_page(found, "Noise", "Noise does not compress.")
    assert page.count("<img") == MOST + 4 * 5 + 1
    assert len(page) < 3_000_000


def test_the_report_has_the_section_only_for_pictures(findings):
    without = render(ReportContent("ImageClassifier", "label"))
    assert "<img" not in without
    assert "img-src" not in without
    assert "Importances were not measured" in without
    page = render(ReportContent("ImageClassifier", "label", pictures=findings))
    assert 'href="#pictures"' in page
    assert "img-src data:" in page
    assert "Importances were not measured" not in page
    assert pictures_section(None) == ""


def test_nothing_to_show_is_said():
    assert "No picture was looked at." in parts(PictureFindings("class"))[0]
    perfect = PictureFindings("class", n_rows=5)
    assert "No picture is answered wrongly." in "".join(parts(perfect))


def test_findings_as_json_hold_no_pixels(findings):
    found = findings.to_json()
    assert found["mistakes"][0] == {
        "row": 1, "picture": "folder/1.png", "answer": "cat", "truth": "dog",
        "probability": 0.913, "error": None, "points": None, "true_points": None,
    }  # fmt: skip
    looked = found["looked"][0]
    assert looked["box"] == {"top": 0.1, "left": 0.2, "bottom": 0.5, "right": 0.6}
    assert (looked["looked_at"], looked["by"]) == ("middle", "occlusion")
    assert found["confused"] == [{"truth": "dog", "answer": "cat", "count": 2}]
    assert not re.search("array", str(found))
