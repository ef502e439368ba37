"""fondo.engine.whole: the carry of a run, and what a segment leaves alone."""

import numpy as np

from fondo.backend import jax, keras
from fondo.engine.examples import Examples
from fondo.engine.feeds import WholeFeed
from fondo.engine.losses import number_objective
from fondo.engine.optimizers import make_optimizer
from fondo.engine.step import supervised
from fondo.engine.whole import FOREVER, log_names, segment, start


def parts():
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    network = keras.Sequential([keras.Input((1,)), layer])
    step = supervised(network, number_objective("mse"), make_optimizer("sgd", 0.25))
    rows = Examples(np.ones((2, 1), "f4"), np.full(2, 4.0, "f4"))
    return step, step.init([0, 0]), WholeFeed(rows, 2)


def test_two_epochs_by_hand_and_a_finished_run_stays_as_it_is():
    step, state, feed = parts()
    body = jax.jit(step.step)
    names = log_names(body, state, feed._data, 2)
    assert names == ("loss",)
    run = jax.jit(segment(step, body, names, held=False))
    orders, keys = np.zeros((3, 1, 2), np.int32), np.zeros((3, 2), np.uint32)
    orders[:, 0] = [0, 1]
    ends = (np.int32(0), np.int32(2), FOREVER)
    carry, logs = run(start(step, state), feed._data, orders, keys, np.int32(2), ends, None)
    # w = 0: loss 16, w becomes 0 + 0.25 2 4 = 2; then loss 4, w becomes 3
    np.testing.assert_allclose(np.asarray(logs)[:2, 0, 0], [16, 4])
    assert np.isnan(np.asarray(logs)[2]).all()
    assert float(carry["state"]["trainable"][0].item()) == 3
    assert (int(carry["epoch"]), int(carry["best_epoch"])) == (2, 2)
    again, _ = run(carry, feed._data, orders, keys, np.int32(2), ends, None)
    assert int(again["epoch"]) == 2
    assert float(again["state"]["trainable"][0].item()) == 3
