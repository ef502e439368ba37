"""fondo.scratch.trace: a walk written down, by hand, and what it starts from going back."""

import numpy as np

from fondo.scratch.dense import Dense
from fondo.scratch.losses import mean_squared_error
from fondo.scratch.network import Network
from fondo.scratch.trace import from_largest, trace


def chain() -> Network:
    """2 - 2 relu - 1, weights that are easy to follow."""
    network = Network([Dense(2, "relu", name="first"), Dense(1, name="last", l2=0.5)], (2,))
    first, last = network.layers
    first.weights["kernel"][:] = [[1.0, -1.0], [2.0, 0.0]]
    last.weights["kernel"][:] = [[3.0], [4.0]]
    return network


def test_a_walk_by_hand_forward_and_back():
    # row (1, 1): sums (3, -1), relu (3, 0), answer 9; target 7: miss 2
    # penalty 0.5 (9 + 16) = 12.5; loss 4 + 12.5; d answer = 4
    # d last kernel = 4 (3, 0) + 2 0.5 (3, 4) = (15, 4); d relu = 4 (3, 4); d sums = (12, 0)
    walk = trace(chain(), [[1.0, 1.0]], [[7.0]], mean_squared_error, backward=True)
    first, last = walk.stops
    assert walk.loss == 16.5
    assert first.seen["sums"].tolist() == [[3.0, -1.0]]
    assert first.seen["outputs"].tolist() == [[3.0, 0.0]]
    assert last.seen["outputs"].tolist() == [[9.0]]
    assert last.d_outputs.tolist() == [[4.0]]
    assert last.gradients["kernel"].tolist() == [[15.0], [4.0]]
    assert first.d_outputs.tolist() == [[12.0, 16.0]]
    assert first.gradients["kernel"].tolist() == [[12.0, 0.0], [12.0, 0.0]]
    assert walk.d_inputs["inputs"].tolist() == [[12.0, 24.0]]
    assert (first.sources, last.sources) == (("inputs",), ("first",))
    assert (first.kind, first.formula[:4]) == ("Dense", "sums")


def test_without_a_walk_back_there_are_no_gradients():
    walk = trace(chain(), [[1.0, 1.0]])
    assert walk.loss is None
    assert walk.d_inputs == {}
    assert all(stop.gradients == {} and stop.d_outputs is None for stop in walk.stops)


def test_without_a_target_the_walk_back_starts_from_the_largest_output():
    walk = trace(chain(), [[1.0, 1.0]], backward=True)
    # the answer is 3 (x + 2 y) where the relu is open: its slope is (3, 6)
    assert walk.d_inputs["inputs"].tolist() == [[3.0, 6.0]]


def test_the_largest_output_is_found_in_each_row_and_in_the_first_of_several_outputs():
    outputs = np.array([[1.0, 5.0], [2.0, -3.0]])
    assert from_largest(outputs).tolist() == [[0.0, 1.0], [1.0, 0.0]]
    first, second = from_largest((outputs, outputs))
    assert first.sum() == 2
    assert second.sum() == 0
