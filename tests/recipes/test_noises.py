"""fondo.recipes.noises: kinds that differ, and recordings that leave their mark on each slice."""

import numpy as np
from scipy.signal import welch

from fondo.recipes.noises import KINDS, RATE, noises


def test_same_seed_same_sounds_within_full_scale() -> None:
    heard = noises(recordings=2, slices=3, seconds=0.25)
    assert heard.waves.shape == (len(KINDS) * 6, RATE // 4)
    assert 0.5 < np.abs(heard.waves).max() <= 0.9
    assert heard.recordings.tolist() == np.repeat(np.arange(8), 3).tolist()
    assert [str(kind) for kind in heard.kinds[::6]] == list(KINDS)
    again = noises(recordings=2, slices=3, seconds=0.25)
    np.testing.assert_array_equal(again.waves, heard.waves)
    assert not np.array_equal(noises(2, 3, 0.25, seed=1).waves, heard.waves)


def test_slices_of_one_recording_are_nearer_than_sounds_of_one_kind() -> None:
    heard = noises(recordings=3, slices=3)
    _, power = welch(heard.waves, RATE, nperseg=512)
    seen = 10 * np.log10(power)
    away = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    np.fill_diagonal(away, np.nan)
    same = heard.recordings[:, None] == heard.recordings
    alike = (heard.kinds[:, None] == heard.kinds) & ~same
    assert np.nanmean(away[same]) < 0.5 * np.nanmean(away[alike])
