"""fondo.search.samplers: the same candidates after a kill, and better ones where it can learn."""

import sys

import pytest

from fondo.errors import BadParameter, MissingExtra
from fondo.search.samplers import make_sampler
from fondo.search.space import Choices, Range, Space
from fondo.search.store import Trial

SPACE = Space({"x": Range(0.0, 1.0), "kind": Choices(("a", "b"))})


def told(settings):
    """Trials whose score is best (0) at x = 0.3 and kind "a"."""
    return [
        Trial(k, s, "done", [(s["x"] - 0.3) ** 2 + (s["kind"] == "b")])
        for k, s in enumerate(settings)
    ]


@pytest.mark.parametrize("name", ["random", "grid", "tpe"])
def test_candidates_depend_on_the_seed_and_the_trials_alone(name):
    space = Space({"x": Range(0.0, 1.0, steps=4), "kind": Choices(("a", "b"))})
    first = make_sampler(name, space, 7, False)
    whole = first.propose([], 6)
    again = make_sampler(name, space, 7, False)
    assert again.propose([], 6) == whole
    if name != "tpe":  # it asks what the first three gave
        assert again.propose(told(whole[:3]), 3) == whole[3:]


def test_random_candidates_of_another_seed_are_others():
    one, other = (make_sampler("random", SPACE, seed, True).propose([], 4) for seed in (0, 1))
    assert not [settings for settings in one if settings in other]


def test_a_grid_comes_to_its_end():
    sampler = make_sampler("grid", Space({"kind": Choices(("a", "b", "c"))}), 0, True)
    assert [s["kind"] for s in sampler.propose([], 2)] == ["a", "b"]
    assert [s["kind"] for s in sampler.propose(told([{"x": 0, "kind": "a"}] * 2), 5)] == ["c"]


def test_tpe_goes_where_earlier_candidates_did_well():
    sampler = make_sampler("tpe", SPACE, 0, False)
    trials = told(make_sampler("random", SPACE, 0, False).propose([], 40))
    found = sampler.propose(trials, 10)
    assert sum(settings["kind"] == "a" for settings in found) >= 8
    assert sum(abs(settings["x"] - 0.3) for settings in found) / 10 < 0.2  # at random: 0.29


def test_samplers_that_are_not_there_are_told(monkeypatch):
    with pytest.raises(BadParameter, match="sampler must be one of random, grid, tpe"):
        make_sampler("best", SPACE, 0, True)
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r"pip install 'fondo\[search\]'"):
        make_sampler("tpe", SPACE, 0, True)
