"""fondo.tasks.audio.step_loss: cross-entropy of steps, focal loss, and false steps that rise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.backend import jax, jnp, keras
from fondo.tasks.audio.step_loss import step_loss, trigger_objective

TARGET = np.array([[0.0, 1.0, -1.0, 1.0], [0.0, 0.0, 1.0, -1.0]])
OUTPUTS = np.random.default_rng(0).normal(scale=3, size=(2, 4, 3))


def plain(target, outputs, weight, focus=0.0, negative=1.0):
    """Equation 4 of Lin et al. (2017), straight from probabilities in float64."""
    y, p = target[..., None], 1 / (1 + np.exp(-outputs))
    heard = weight * (y == 1) * (1 - p) ** focus * -np.log(p)
    false = negative * (y == 0) * p**focus * -np.log(1 - p)
    return (heard + false).mean(axis=(1, 2))


def slopes(target, outputs, **settings):
    return np.asarray(
        jax.grad(lambda z: step_loss(jnp.asarray(target), z, **settings).sum())(outputs)
    )


def test_by_hand():
    target = jnp.array([[0.0, 1.0]])
    outputs = jnp.array([[[0.0], [2.0]]])
    wanted = (np.log(2) + 3 * np.log1p(np.exp(-2))) / 2
    assert float(step_loss(target, outputs, 3.0)[0]) == pytest.approx(wanted, rel=1e-6)


def test_steps_that_do_not_count_cost_nothing_and_have_no_slope():
    target = jnp.array([[0.0, -1.0, 1.0]])
    outputs = jnp.array([[[0.5], [9.0], [2.0]]])
    wanted = (np.log1p(np.exp(0.5)) + 3 * np.log1p(np.exp(-2))) / 3
    assert float(step_loss(target, outputs, 3.0)[0]) == pytest.approx(wanted, rel=1e-6)
    found = slopes(target, outputs, weight=3.0)
    assert found[0, 1, 0] == 0
    assert found[0, 0, 0] > 0 > found[0, 2, 0]


def test_the_loss_of_members_is_their_mean():
    target, outputs = jnp.asarray(TARGET), jnp.asarray(OUTPUTS)
    each = [step_loss(target, outputs[..., k : k + 1], 3.0, 2.0) for k in range(3)]
    whole = step_loss(target, outputs, 3.0, 2.0)
    np.testing.assert_allclose(whole, np.mean(each, axis=0), rtol=1e-5)


@given(
    weight=st.floats(0.1, 10),
    focus=st.sampled_from([0.0, 0.5, 1.0, 2.0, 5.0]),
    negative=st.floats(0.1, 10),
    seed=st.integers(0, 99),
)
def test_it_is_the_formula_written_out(weight, focus, negative, seed):
    outputs = np.random.default_rng(seed).normal(scale=4, size=(2, 4, 3))
    found = step_loss(jnp.asarray(TARGET), jnp.asarray(outputs), weight, focus, negative)
    np.testing.assert_allclose(found, plain(TARGET, outputs, weight, focus, negative), rtol=1e-4)


@pytest.mark.parametrize("focus", [0.0, 1.0, 2.0])
def test_it_is_that_of_keras_where_words_count_as_much_as_the_rest(focus):
    target, outputs = np.abs(TARGET), OUTPUTS[..., :1]
    theirs = keras.losses.binary_focal_crossentropy(
        target, outputs[..., 0], gamma=focus, from_logits=True
    )
    found = step_loss(jnp.asarray(target), jnp.asarray(outputs), 1.0, focus)
    np.testing.assert_allclose(found, np.asarray(theirs), rtol=1e-5)


@pytest.mark.parametrize("focus", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("logit", [-200.0, -30.0, 0.0, 30.0, 200.0])
def test_values_and_slopes_are_numbers_however_sure_a_network_is(logit, focus):
    target, outputs = jnp.array([[0.0, 1.0]]), jnp.full((1, 2, 1), logit)
    value = float(step_loss(target, outputs, 1.0, focus)[0])
    found = slopes(target, outputs, weight=1.0, focus=focus)[0, :, 0]
    assert np.isfinite(value)
    assert np.isfinite(found).all()
    assert found[0] >= 0 >= found[1]
    if abs(logit) == 200:  # wrong for good: as without focus, half a nat a unit of logit
        assert value == pytest.approx(100.0, rel=1e-6)
        assert np.abs(found).max() == pytest.approx(0.5, rel=1e-6)


def test_slopes_are_those_of_differences():
    outputs, e = jnp.asarray(OUTPUTS, jnp.float32), 1e-5
    found = slopes(TARGET, outputs, weight=3.0, focus=2.0, negative=1.5)
    for place in ((0, 0, 0), (0, 1, 2), (1, 2, 1)):
        up, down = OUTPUTS.copy(), OUTPUTS.copy()
        up[place] += e
        down[place] -= e
        rise = plain(TARGET, up, 3.0, 2.0, 1.5).sum() - plain(TARGET, down, 3.0, 2.0, 1.5).sum()
        assert found[place] == pytest.approx(rise / (2 * e), rel=1e-3)


def test_focus_leaves_wrong_steps_nearly_as_they_are_and_eases_right_ones():
    target = jnp.ones((1, 1))
    costs = {
        (z, f): float(step_loss(target, jnp.full((1, 1, 1), z), 1.0, f)[0])
        for z in (-4.0, 4.0)
        for f in (0.0, 2.0)
    }
    assert costs[-4.0, 2.0] > 0.95 * costs[-4.0, 0.0]
    assert costs[4.0, 2.0] < 0.001 * costs[4.0, 0.0]


@pytest.mark.parametrize(("done", "risen"), [(0, 1.0), (50, 2.5), (100, 4.0), (1000, 4.0)])
def test_steps_without_the_word_weigh_more_and_more(done, risen):
    objective = trigger_objective(3.0, 0.0, ramp=4.0, steps=100)
    found = objective.loss_after(jnp.int32(done), jnp.asarray(TARGET), jnp.asarray(OUTPUTS))
    np.testing.assert_allclose(found, plain(TARGET, OUTPUTS, 3.0, negative=risen), rtol=1e-5)
    kept = objective.loss(jnp.asarray(TARGET), jnp.asarray(OUTPUTS))  # what epochs are compared by
    np.testing.assert_allclose(kept, plain(TARGET, OUTPUTS, 3.0), rtol=1e-5)


@pytest.mark.parametrize("done", [0, 7])
def test_a_round_has_the_last_weight_from_its_start(done):
    objective = trigger_objective(3.0, 2.0, ramp=4.0, steps=0)
    found = objective.loss_after(jnp.int32(done), jnp.asarray(TARGET), jnp.asarray(OUTPUTS))
    np.testing.assert_allclose(found, plain(TARGET, OUTPUTS, 3.0, 2.0, 4.0), rtol=1e-4)


def test_without_a_ramp_nothing_changes_over_steps():
    objective = trigger_objective(3.0, 2.0, ramp=1.0, steps=100)
    assert objective.learnt is None
    found = objective.loss_after(jnp.int32(5), jnp.asarray(TARGET), jnp.asarray(OUTPUTS))
    np.testing.assert_allclose(found, plain(TARGET, OUTPUTS, 3.0, 2.0), rtol=1e-4)


def test_objectives_that_compute_otherwise_are_told_apart():
    settings = [(3, 0, 1, 0), (2, 0, 1, 0), (3, 2, 1, 0), (3, 0, 2, 0), (3, 0, 2, 9), (3, 0, 4, 9)]
    assert len({trigger_objective(*each).signature for each in settings}) == len(settings)
    one, other = (trigger_objective(3, 0, 1, steps).signature for steps in (0, 9))
    assert one == other  # without a ramp, steps do not matter
