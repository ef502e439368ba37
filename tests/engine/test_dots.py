"""Turned weight gradients: the same values, whatever surrounds them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import jax, jnp, lax
from fondo.engine.dots import upright

SIZES = st.integers(1, 12)


def gradient_of(network, weights, inputs):
    plain = jax.grad(lambda w: jnp.sum(network(w, inputs) ** 2))
    return plain(weights), upright(plain)(weights)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(SIZES, SIZES, SIZES)
def test_the_gradient_of_a_dense_layer_is_the_same_for_all_sizes(rows, before, after):
    random = np.random.default_rng(rows + 13 * before + 169 * after)
    inputs = random.normal(size=(rows, before)).astype(np.float32)
    weights = random.normal(size=(before, after)).astype(np.float32)
    plain, turned = gradient_of(lambda w, x: jnp.tanh(jnp.matmul(x, w)), weights, inputs)
    np.testing.assert_allclose(turned, plain, rtol=2e-4, atol=1e-5)


def test_a_product_worked_by_hand():
    # d/dw sum((x w)^2) = 2 x' (x w): x = [[1, 2], [3, 4]], w = [1, 1]', x w = [3, 7]'
    inputs, weights = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), np.ones((2, 1), np.float32)
    _, turned = gradient_of(lambda w, x: x @ w, weights, inputs)
    np.testing.assert_array_equal(turned, [[2 * (1 * 3 + 3 * 7)], [2 * (2 * 3 + 4 * 7)]])


@pytest.mark.parametrize("axis", [0, 1])
def test_products_inside_calls_branches_and_loops_keep_their_values(axis):
    @jax.jit
    def inner(w, x):
        unused = x.sum(axis)  # a value that nobody wants
        return lax.cond(w[0, 0] > 0, lambda: x @ w, lambda: x @ (2 * w)), unused

    def network(w, x):
        hidden, _ = inner(w, x)
        return lax.fori_loop(0, 2, lambda _, h: jnp.sin(h) * h, hidden)

    inputs = np.arange(6, dtype=np.float32).reshape(2, 3) / 6
    weights = np.full((3, 3), 0.5, np.float32)
    plain, turned = gradient_of(network, weights, inputs)
    np.testing.assert_allclose(turned, plain, rtol=1e-5)


def test_only_small_products_over_the_rows_of_two_matrices_are_turned():
    def over_rows(x, g):
        return lax.dot_general(x, g, (((0,), (0,)), ((), ())))

    def barriers(rows, before):
        factors = jnp.ones((rows, before)), jnp.ones((rows, 64))
        return str(jax.make_jaxpr(upright(over_rows))(*factors)).count("optimization_barrier")

    assert (barriers(32, 64), barriers(128, 1000)) == (1, 0)
