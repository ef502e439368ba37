"""fondo.tasks.audio.seeing: what the layers of a view give, from one program."""

import numpy as np
import pytest

from fondo.engine.programs import programs
from fondo.networks.sounds import View
from fondo.tasks.audio.seeing import BLOCK, seen_by

MEL = View(8000, 800, "log_mel", 16, 20, 200, 80, 0.0, None, 80.0, True, False, None)


def view(**changes):
    return View(**{**vars(MEL), **changes})


@pytest.mark.parametrize(
    "changes",
    [{}, {"kind": "mfcc", "coefficients": 7}, {"kind": "pcen"}, {"kind": "log"},
     {"level": -20.0, "centre": False}, {"average": True}],
    ids=["mel", "mfcc", "pcen", "log", "level", "average"],
)  # fmt: skip
def test_it_is_what_the_layers_of_the_view_give(changes) -> None:
    waves = np.random.default_rng(0).normal(0, 0.1, (5, 800)).astype(np.float32)
    one = view(**changes)
    expected = np.asarray(one.seen(waves))
    np.testing.assert_allclose(seen_by(one, waves), expected, rtol=1e-4, atol=1e-4)


def test_any_number_of_sounds_shares_a_program_and_none_sees_another() -> None:
    waves = np.random.default_rng(1).normal(0, 0.1, (BLOCK + 3, 800)).astype(np.float32)
    seen_by(MEL, waves[:1])
    before = programs.compiled
    whole = seen_by(MEL, waves)
    assert whole.shape == (BLOCK + 3, 11, 16)
    for rows in (slice(0, 1), slice(2, 9), slice(BLOCK - 1, BLOCK + 3)):
        np.testing.assert_array_equal(seen_by(MEL, waves[rows]), whole[rows])
    assert programs.compiled == before
    seen_by(view(bands=12), waves[:1])
    assert programs.compiled == before + 1
