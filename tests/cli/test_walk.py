"""fondo.cli.walk and `fondo trace`: what stands in the terminal, and the exit code."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from fondo.cli.walk import show_walk
from fondo.scratch.dense import Dense
from fondo.scratch.network import Network
from fondo.scratch.trace import trace


def result(agrees=True, columns=()):
    network = Network([Dense(30, "relu", name="wide"), Dense(1, name="last[0]")], (3,))
    walk = trace(network, np.ones((1, 3)), backward=True)
    return SimpleNamespace(
        row=4,
        walk=walk,
        answer=None,
        loss="the largest output",
        notes=["The table has no target."],
        columns=list(columns),
        differences={"wide": 3e-7, "last[0] (gradients)": 1e-8},
        difference=3e-7,
        agrees=agrees,
        to_json=lambda: {"row": 4},
    )


def shown(found):
    console = Console(width=80, record=True, file=__import__("io").StringIO())
    show_walk(console, found)
    return console.export_text()


def test_every_layer_is_shown_with_its_weights_and_what_it_saw():
    text = shown(result())
    lines = [line.split() for line in text.splitlines()]
    assert "1. wide (Dense): sums = inputs W + b;  outputs = f(sums)" in text
    assert ["kernel", "3", "x", "30"] in [line[:4] for line in lines]
    assert text.index("2. last[0]") < text.index("Back, from the largest output")
    assert ["dL/dinputs", "3"] in [line[:2] for line in lines]
    assert max(map(len, text.splitlines())) <= 80


def test_the_end_says_whether_the_engines_agree():
    assert "The two engines agree: the largest difference from the fast engine is 3.0e-07" in shown(
        result()
    )
    assert "The two engines do not agree" in shown(result(agrees=False))


def test_columns_stand_in_the_words_of_the_table():
    text = shown(result(columns=[("numbers", 0, "age [years]", "39", -0.9512)]))
    assert "numbers 0   age [years]         39        -0.9512" in text


@pytest.mark.parametrize(("agrees", "code"), [(True, 0), (False, 1)])
def test_a_difference_that_float32_does_not_explain_is_our_fault(ask, fake, agrees, code):
    asked = fake("fondo.jobs.trace", "trace", lambda **_: result(agrees))
    import sys

    sys.modules["fondo.jobs.trace"].write_page = lambda *_: None
    done = ask("trace", "m", "t.csv", "--row", "4", "--backward", "--json")
    assert done.exit_code == code, done.stderr
    assert json.loads(done.stdout) == {"row": 4, "html": None}
    (job,) = asked
    assert [str(x) for x in job.pop("given")] == ["m", "t.csv", "4"]
    assert job == {"backward": True, "target": None, "loss": None}
