"""C15-1 and C15-2 on their samples: the source's counts, folds, thresholds chosen elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from fondo.networks.sounds import View, sound_network
from fondo.recipes import c15_1, c15_2, noises
from fondo.recipes.embedded import cut_at, threshold_for
from fondo.recipes.kitchen import Dish, Figure, Kitchen
from fondo.recipes.recordings import recordings

VIEW = View(8000, 4000, "log_mel", 16, 40, 512, 256, 0.0, None, 80.0, False, False, None)


def named(dish: Dish) -> dict[str, Figure]:
    return {figure.name: figure for figure in dish.figures}


@pytest.fixture(scope="module", autouse=True)
def short():
    """Few sounds, two folds, and a network of two stages."""
    made = noises.noises
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(noises, "noises", lambda: made(recordings=4, slices=3, seconds=0.3))
        patch.setattr("fondo.recipes.recordings.SAMPLE_FOLDS", 2)
        patch.setattr(c15_1, "SAMPLE_STAGES", 2)
        patch.setattr(c15_1, "EPOCHS", 3)
        yield


@pytest.fixture(scope="module")
def genres() -> Dish:
    return c15_1.run(Kitchen())


@pytest.fixture(scope="module")
def review() -> Dish:
    return c15_2.run(Kitchen())


def test_the_network_of_the_source_has_its_count() -> None:
    layers = c15_1.layer_counts(c15_1.FILTERS, c15_1.CLASSES)
    assert c15_1.total(layers) == c15_1.PARAMETERS == 34_728_650
    still = sum(count for name, count in layers if name.startswith("normal")) // 2
    assert still == c15_1.STILL == 16_256
    assert c15_1.lengths(900, 7) == [449, 223, 110, 54, 26, 12, 5]


def test_what_is_counted_is_what_is_built() -> None:
    net = c15_1.Network((4, 8), 1, 8, 1e-3)
    model = sound_network(VIEW, 3, net.shape, ([0.0] * 16, [1.0] * 16), seed=0)
    layers = c15_1.layer_counts((4, 8), 3, bands=16)
    assert model.count_params() == c15_1.total(layers)
    still = sum(int(np.prod(each.shape)) for each in model.non_trainable_weights
                if "seed" not in each.path)  # fmt: skip
    assert still == 2 * (4 + 8)


def test_the_full_length_is_the_source_s() -> None:
    net = c15_1.network(Kitchen(full=True))
    assert (net.filters, net.epochs, net.batch_size, net.learning_rate) == (
        (64, 128, 256, 512, 1024, 2048, 4096), 100, 128, 1e-4,
    )  # fmt: skip
    task = net.task(recordings(Kitchen()), 0)
    assert task.architecture.pooling == "maximum"
    assert task.architecture.hidden == (256, 256)
    assert task.augment.changes(8000).any is False


def test_genres_are_told_beside_a_linear_model_on_both_splits(genres) -> None:
    found = named(genres)
    for way in ("recordings apart", "random split"):
        for who in ("convolutions over time", "linear model"):
            figure = found[f"accuracy (%), {who}, {way}, over recordings"]
            assert figure.low <= figure.ours <= figure.high
            assert figure.naive == 25.0
            assert figure.published is None
    assert genres.figures[0].name.startswith("accuracy (%), convolutions over time, recordings ap")
    assert len(genres.charts) == 2
    assert any("one standard error is 4.9 points" in note for note in genres.notes)


def test_the_published_figure_stands_beside_genres_on_a_random_split_alone() -> None:
    told = recordings(Kitchen())
    heard = dict.fromkeys((c15_1.APART, c15_1.RANDOM), c15_1.Heard(told.y, told.y))
    genres = replace(told, y=np.resize(c15_1.GENRES, len(told.y)))
    net = c15_1.network(Kitchen())
    names = [
        {figure.name for figure in c15_1._told(each, net, heard)[0] if figure.published == 60.0}
        for each in (told, genres)
    ]
    assert names == [
        set(), {"accuracy (%), convolutions over time, random split, over recordings"}
    ]  # fmt: skip


def test_the_map_shows_held_out_sounds_alone(review) -> None:
    told = recordings(Kitchen())
    held = len(told.apart()[0][1])
    legend = len(set(told.y.tolist()))
    assert review.charts[0].title == "Map of held-out sounds"
    assert review.charts[0].svg.count('text-anchor="middle"') == held + legend
    assert any(f"{held} sounds of the first fold" in note for note in review.notes)


def test_the_review_tells_coverage_against_accuracy(review) -> None:
    found = named(review)
    half, every = review.figures[:2]
    assert half.naive == every.ours
    assert 0 <= half.low <= half.ours <= half.high <= 100
    assert 0 <= found["answers that pass at the threshold for 90 % (%)"].ours <= 100
    assert review.notes[0].startswith("Least probability that passes: ")
    assert [chart.title for chart in review.charts[1:]] == [
        "Coverage against accuracy", "Thresholds to choose from", "For a person to hear",
    ]  # fmt: skip


def heard(n: int = 8) -> c15_2.Heard:
    """Answers by hand: the surest three quarters are right; neighbours are the first sounds."""
    told = recordings(Kitchen())
    sure = np.linspace(0.3, 0.95, len(told.y))
    labels = np.where(sure > 0.46, told.y, "nothing of the kind")
    rows = np.tile(np.arange(c15_2.NEIGHBOURS), (len(told.y), 1))
    right, threshold = labels == told.y, np.zeros(len(told.y))
    for rest, test in told.apart():
        threshold[test] = threshold_for(c15_2.WANTED, sure[rest], right[rest])
    return c15_2.Heard(labels, sure, threshold, rows, rows * 0.1, right, np.eye(n), np.arange(n))


def test_what_passes_is_counted_by_the_threshold_of_each_fold() -> None:
    told, seen = recordings(Kitchen()), heard()
    found = {figure.name: figure for figure in c15_2._passing(told, seen, 75.0)}
    passes = seen.sure >= seen.threshold
    right = seen.labels == told.y
    share = found["answers that pass at the threshold for 90 % (%)"]
    assert share.ours == pytest.approx(100 * passes.mean())
    kept = found["accuracy (%) of those that pass at the threshold for 90 %"]
    assert kept.ours == pytest.approx(100 * right[passes].mean())
    assert kept.naive == 75.0
    caught = found["mistakes that go to a person (%)"]
    assert caught.ours == pytest.approx(100 * (~passes[~right]).mean())
    assert caught.naive == pytest.approx(100 * (1 - passes.mean()))
    assert cut_at(0.0, seen.sure, right, told.recordings).coverage == 1.0


def test_the_least_sure_come_first_with_what_lies_near_them() -> None:
    told, seen = recordings(Kitchen()), heard()
    chart = c15_2._review(told, seen)
    waiting = int((seen.sure < seen.threshold).sum())
    assert chart.caption.startswith(f"{waiting} of {len(told.y)} answers are below")
    assert chart.svg.index(">sound 0<") < chart.svg.index(">sound 1<")
    assert chart.svg.count(">clicks<") >= min(waiting, c15_2.SHOWN)  # that is what lies nearest


def test_where_no_threshold_will_do_everything_goes_to_a_person() -> None:
    told, seen = recordings(Kitchen()), heard()
    n = len(told.y)
    nothing = replace(seen, labels=np.full(n, "wrong"), threshold=np.full(n, np.inf))
    found = {figure.name: figure.ours for figure in c15_2._passing(told, nothing, 0.0)}
    assert found == {
        "answers that pass at the threshold for 90 % (%)": 0.0,
        "mistakes that go to a person (%)": 100.0,
    }
