"""fondo.report.walk: the page of a trace."""

import xml.etree.ElementTree as ET
from types import SimpleNamespace

import numpy as np

from fondo.report.walk import walk_page
from fondo.scratch.dense import Dense
from fondo.scratch.losses import mean_squared_error
from fondo.scratch.network import Network
from fondo.scratch.trace import trace


def result(*, backward=True, difference=1e-7, columns=()):
    network = Network([Dense(40, "relu", name="wide"), Dense(1, name="<last>")], (3,))
    walk = trace(network, np.ones((1, 3)), [[2.0]], mean_squared_error, backward=backward)
    return SimpleNamespace(
        row=4,
        model="runs/<model>",
        walk=walk,
        answer="yes & no",
        loss="mean squared error",
        notes=["Something to know."],
        columns=list(columns),
        differences={"wide": difference, "<last>": 0.0, "wide (gradients)": 2e-8},
        difference=difference,
        agrees=difference < 1e-5,
    )


def test_the_page_is_well_formed_and_loads_nothing():
    page = walk_page(result())
    ET.fromstring(page.partition("\n")[2])
    assert "default-src &#x27;none&#x27;" in page
    assert "img-src data:" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_names_from_outside_are_escaped():
    page = walk_page(result())
    assert "&lt;model&gt;" in page
    assert "<last>" not in page
    assert "yes &amp; no" in page


def test_small_arrays_are_numbers_and_large_ones_pictures():
    page = walk_page(result(backward=False))
    assert page.count("data:image/png") == 4  # kernel, bias, sums and outputs of 40 units
    assert "kernel, shape 3 x 40" in page
    assert "And back" not in page


def test_the_walk_back_goes_from_the_last_layer_to_the_first():
    page = walk_page(result())
    assert page.index("&lt;last&gt;, going back") < page.index("wide, going back")
    assert page.index("wide, going back") < page.index("Back at the inputs")


def test_the_verdict_says_whether_the_engines_agree():
    assert "agree: their largest difference is 1.0e-07" in walk_page(result())
    wrong = walk_page(result(difference=0.1))
    assert "do not agree" in wrong
    assert 'class="verdict bad"' in wrong


def test_the_columns_of_a_task_stand_beside_what_enters():
    page = walk_page(result(columns=[("numbers", 0, "age", "39", -0.95)]))
    assert all(word in page for word in ("numbers 0", "age", "39", "\N{MINUS SIGN}0.95000"))
