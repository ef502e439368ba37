"""Forms of convolution against JAX's own, against NumPy, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fondo.backend import jax, lax
from fondo.layers.convolution_forms import (
    FORMS,
    Span,
    by_tiles,
    depthwise,
    span,
    transforms,
)

RANDOM = np.random.default_rng(0)


def drawn(*shape):
    return RANDOM.normal(size=shape).astype("float32")


def by_jax(x, kernel, rows, columns, groups=1):
    return lax.conv_general_dilated(
        x, kernel, (rows.stride, columns.stride),
        [(rows.before, rows.after), (columns.before, columns.after)],
        rhs_dilation=(rows.dilation, columns.dilation),
        dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=groups,
    )  # fmt: skip


def values_and_gradients(form, x, kernel):
    """Outputs, and the gradients of both arguments for one drawn gradient of the outputs."""
    shape = jax.eval_shape(form, x, kernel).shape
    gradient = np.random.default_rng(1).normal(size=shape).astype("float32")

    @jax.jit  # one program, not one an operation
    def both(x, kernel, gradient):
        outputs, pullback = jax.vjp(form, x, kernel)
        return outputs, *pullback(gradient)

    return [np.asarray(array) for array in both(x, kernel, gradient)]


def largest_difference(found, wanted):
    """Of each array, as a share of its largest number."""
    pairs = zip(found, wanted, strict=True)
    return max(float(abs(a - b).max() / abs(b).max()) for a, b in pairs)


CASES = {  # rows, columns, channels, filters, window, stride, dilation, padding
    "3 by 3, same": (9, 8, 5, 7, (3, 3), 1, 1, "same"),
    "3 by 3, valid": (9, 11, 2, 3, (3, 3), 1, 1, "valid"),
    "5 by 4, same": (11, 7, 2, 3, (5, 4), 1, 1, "same"),
    "2 by 2, stride 2": (9, 6, 3, 2, (2, 2), 2, 1, "same"),
    "7 by 1, stride 2": (9, 5, 1, 4, (7, 1), 2, 1, "same"),
    "3 by 3, dilated": (9, 8, 3, 2, (3, 3), 1, 2, "valid"),
    "1 by 1": (4, 5, 6, 3, (1, 1), 1, 1, "valid"),
}


STEADY = ("3 by 3, same", "3 by 3, valid", "5 by 4, same")  # no stride, no dilation, as tiles are


@pytest.mark.parametrize(
    ("case", "name"), [(c, n) for c in CASES for n in FORMS if n != "tiles" or c in STEADY]
)
def test_values_and_gradients_are_those_of_jax(case, name):
    high, wide, channels, filters, size, stride, dilation, padding = CASES[case]
    rows = span(high, size[0], stride, padding, dilation)
    columns = span(wide, size[1], stride, padding, dilation)
    x, kernel = drawn(3, high, wide, channels), drawn(*size, channels, filters)
    found = values_and_gradients(lambda x, k: FORMS[name](x, k, rows, columns), x, kernel)
    wanted = values_and_gradients(lambda x, k: by_jax(x, k, rows, columns), x, kernel)
    assert largest_difference(found, wanted) < 2e-5


@settings(max_examples=4)
@given(st.data())
def test_odd_sizes_agree_with_jax_whatever_the_form(data):
    size = data.draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    high, wide = (data.draw(st.integers(k, k + 9)) for k in size)
    padding = data.draw(st.sampled_from(["valid", "same"]))
    stride = data.draw(st.integers(1, 2))
    rows, columns = (span(n, k, stride, padding) for n, k in zip((high, wide), size, strict=True))
    x, kernel = drawn(2, high, wide, 3), drawn(*size, 3, 4)
    tiled = stride == 1 and max(size) <= 5
    wanted = values_and_gradients(lambda x, k: by_jax(x, k, rows, columns), x, kernel)
    for form in [form for name, form in FORMS.items() if tiled or name != "tiles"]:
        found = values_and_gradients(lambda x, k, f=form: f(x, k, rows, columns), x, kernel)
        assert largest_difference(found, wanted) < 2e-5


@pytest.mark.parametrize("name", FORMS)
def test_worked_by_hand(name):
    x = np.arange(1, 17, dtype="float32").reshape(1, 4, 4, 1)
    kernel = np.zeros((3, 3, 1, 1), "float32")
    kernel[0, 0], kernel[2, 1] = 1, 10
    axis = span(4, 3, 1, "valid")
    found = np.asarray(FORMS[name](x, kernel, axis, axis))[0, :, :, 0]
    # 1 + 10 * 10, 2 + 10 * 11; 5 + 10 * 14, 6 + 10 * 15
    np.testing.assert_allclose(found, [[101, 112], [145, 156]], rtol=1e-5)


def test_spans_worked_by_hand():
    # 8 cells, a window of 3 every 2: ceil(8 / 2) = 4 places reach 3 * 2 + 3 = 9 cells, one missing
    assert span(8, 3, 2, "same") == Span(3, 2, 1, 0, 1, 4)
    assert span(8, 3, 2, "valid") == Span(3, 2, 1, 0, 0, 3)
    # dilated by 3, a window of 3 is 7 wide
    assert span(8, 3, 1, "valid", 3).places == 2
    assert span(2, 5, 1, "valid").places < 1


def test_the_transforms_of_three_cells_are_those_of_the_paper():
    # Lavin, Gray (2016), section 4.3, F(4x4, 3x3)
    found = transforms(3)
    np.testing.assert_array_equal(found.inputs[0], [4, 0, -5, 0, 1, 0])
    np.testing.assert_allclose(found.kernel[0], [1 / 4, 0, 0])
    np.testing.assert_allclose(found.kernel[1], [-1 / 6, -1 / 6, -1 / 6])
    np.testing.assert_allclose(found.kernel[3], [1 / 24, 1 / 12, 1 / 6])
    np.testing.assert_array_equal(found.outputs[3], [0, 1, -1, 8, -8, 1])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_a_tile_is_a_convolution_of_one_axis(size):
    found, x, kernel = transforms(size), RANDOM.normal(size=6), RANDOM.normal(size=size)
    tile = found.outputs @ ((found.kernel @ kernel) * (found.inputs @ x))
    np.testing.assert_allclose(tile, np.correlate(x, kernel, "valid"), atol=1e-12)


@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_is_a_convolution_in_groups(multiplier):
    rows, columns = span(7, 3, 2, "same"), span(6, 2, 2, "same")
    x, kernel = drawn(2, 7, 6, 3), drawn(3, 2, 3, multiplier)

    def wanted(x, kernel):
        return by_jax(x, kernel.reshape(3, 2, 1, -1), rows, columns, groups=3)

    found = values_and_gradients(lambda x, k: depthwise(x, k, rows, columns), x, kernel)
    assert largest_difference(found, values_and_gradients(wanted, x, kernel)) < 2e-5


def test_tiles_can_be_mapped_and_differentiated_forwards():
    axis, x, kernel = span(6, 3, 1, "same"), drawn(2, 3, 6, 6, 2), drawn(3, 3, 2, 2)
    form = jax.jit(lambda each: by_tiles(each, kernel, axis, axis))
    mapped, alone = jax.vmap(form)(x), [form(each) for each in x]
    np.testing.assert_allclose(mapped, alone, atol=1e-4)
    _, along = jax.jvp(form, (x[0],), (x[1],))
    np.testing.assert_allclose(along, alone[1], atol=1e-4)  # it is linear
