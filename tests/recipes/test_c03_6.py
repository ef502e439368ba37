"""C03-6 on its sample: averages against their definition, ways that differ in one thing, leak."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.fft import dct

from fondo.data.audio.decode import Wave
from fondo.data.audio.sounds import Sounds
from fondo.recipes import c03_6, noises, seeded
from fondo.recipes.kitchen import Dish, Figure, Kitchen
from fondo.recipes.recordings import Recordings, recordings


def named(dish: Dish) -> dict[str, Figure]:
    return {figure.name: figure for figure in dish.figures}


@pytest.fixture(scope="module")
def dish() -> Dish:
    made = noises.noises
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(noises, "noises", lambda: made(recordings=4, slices=4))
        patch.setattr("fondo.recipes.recordings.SAMPLE_FOLDS", 2)
        patch.setattr(seeded, "SEEDS", 2)
        patch.setattr(c03_6, "EPOCHS", 30)
        return c03_6.run(Kitchen())


def test_a_random_split_flatters(dish) -> None:
    found = named(dish)
    apart, mixed = (
        found[f"accuracy (%), {way}, standardised"].ours
        for way in ("recordings apart", "random split")
    )
    leak = found["accuracy, random split minus recordings apart, standardised (points)"]
    assert leak.ours == pytest.approx(mixed - apart)
    assert leak.ours > 20
    assert leak.naive == 0


def test_the_headline_counts_recordings_and_its_fool_is_one_class(dish) -> None:
    first = dish.figures[0]
    assert first.naive == 25.0
    assert first.low < first.ours < first.high
    assert first.high - first.low > 20  # 16 recordings, not 64 sounds
    assert all(figure.published is None for figure in dish.figures if "accuracy" in figure.name)
    assert len(dish.charts) == 2


def test_published_figures_stand_beside_the_ways_and_classes_they_speak_of() -> None:
    told = recordings(Kitchen())
    urban = replace(told, y=np.resize(c03_6.URBAN, len(told.y)))
    heard = dict.fromkeys(c03_6.WAYS, c03_6.Heard(np.ones((2, len(told.y)), bool), told.y, 99.0))
    found = [
        {f.name: f.published for f in c03_6._told(each, heard)[0] if f.published in (91.0, 64.66)}
        for each in (told, urban)
    ]
    assert found == [
        {},
        {
            "accuracy (%), random split, unscaled": 91.0,
            "accuracy (%), random split, divided by the largest": 64.66,
        },
    ]


def test_the_network_of_the_source_has_its_count() -> None:
    assert c03_6.parameters(10) == c03_6.PARAMETERS == 41_000 + 10_010
    heard = noises.noises(recordings=2, slices=2)
    X = np.random.default_rng(0).normal(size=(len(heard.kinds), 40))
    task = c03_6.network(0, "standard").set_params(epochs=1).fit(X, heard.kinds)
    assert task.network_.count_params() == c03_6.parameters(4)


def test_averages_are_the_mean_of_cepstra_over_time() -> None:
    from fondo.layers.mel import LogMel

    heard = noises.noises(recordings=1, slices=2)
    n = len(heard.kinds)
    told = Recordings(Sounds.of_array(heard.waves, 8000, "t"), heard.kinds, np.arange(n),
                      np.arange(n) % 2)  # fmt: skip
    found = c03_6.averages(told)
    waves = told.sounds.load(Wave(8000, 4000))
    bands = np.asarray(LogMel(8000.0, 2048, 512, bands=128, span=80.0)(waves), float)
    expected = dct(bands, axis=2, norm="ortho")[:, :, :40].mean(axis=1)
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_a_short_sound_is_repeated_not_followed_by_silence() -> None:
    told = recordings(Kitchen())
    tone = np.sin(2 * np.pi * 500 * np.arange(4096) / 8000)
    sounds = Sounds.of_array([tone, tone[:2048]], 8000, "t")
    both = Recordings(sounds, told.y[:2], np.arange(2), np.arange(2))
    long, short = c03_6.averages(both)
    assert abs(long[0] - short[0]) < 0.15 * abs(long[0])
