"""C04-1 to C04-6 on their samples: golden values and counts, and what is told honestly."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadData
from fondo.explain.images.shifts import shift
from fondo.recipes import c04_1, c04_2, c04_3, c04_4, c04_5, c04_6, easel, runs, seeded, shifted
from fondo.recipes.digits import digits
from fondo.recipes.kitchen import Dish, Figure, Kitchen

SEEDS = 2


def named(dish: Dish) -> dict[str, Figure]:
    return {figure.name: figure for figure in dish.figures}


@pytest.fixture(scope="module", autouse=True)
def short():
    """Few seeds, epochs and pictures; what they have in common is compiled once."""
    whole, shape = easel.shapes, c04_6.shape

    def narrow(size: int = 32):
        return shape(size) if size == 32 else shape(size).set_params(filters=(4,), depth=1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "SEEDS", SEEDS)
        patch.setattr(seeded, "SEEDS", SEEDS)
        patch.setattr(easel, "shapes", lambda: whole(n=80, side=16))
        patch.setattr(c04_6, "shape", narrow)
        for recipe, epochs in ((c04_1, 3), (c04_4, 4), (c04_5, 2), (c04_6, 2)):
            patch.setattr(recipe, "EPOCHS", epochs)
        yield


@pytest.fixture(scope="module")
def dense() -> Dish:
    return c04_1.run(Kitchen())


@pytest.fixture(scope="module")
def convolutions() -> Dish:
    return c04_4.run(Kitchen())


def test_a_dense_network_loses_digits_that_move(dense) -> None:
    found = named(dense)
    assert found["test accuracy (%) after 3 epochs, dense"].ours > 80
    for way in ("left", "right"):
        assert found[f"test accuracy, moved {way} by 1 minus unmoved (points)"].ours < -30
    assert all(figure.published is None for figure in dense.figures)  # these are other digits
    assert any("still say 1 after the shift to the left" in note for note in dense.notes)


def test_each_way_of_moving_is_told_beside_what_is_not_moved(dense) -> None:
    found = named(dense)
    still = found["probability of 1, not moved"].ours
    assert still > found["probability of 1, mean picture moved left by 1"].ours
    assert len(dense.charts) == 2


def test_convolutions_bear_a_shift_better_than_a_dense_network(convolutions) -> None:
    found = named(convolutions)
    assert found["test accuracy (%) after 4 epochs, convolutions"].ours > 70
    assert found["test accuracy, moved left by 1: convolutions minus dense (points)"].ours > 0
    # 3*3*1*10+10, (3*3*10+1)*100, 101*10
    assert found["parameters, convolutions"].ours == 100 + 9_100 + 1_010
    assert any("Both networks see the same mean" in note for note in convolutions.notes)


def test_left_is_negative_and_black_comes_in() -> None:
    picture = np.arange(1.0, 5).reshape(1, 1, 4, 1)
    assert shift(picture, 0, -1, fill=shifted.FILL).ravel().tolist() == [2, 3, 4, 0]
    told = digits(Kitchen())
    probe = shifted.probe_of(told.X, told.y, told.side)
    assert probe[0, :, :, 0].ravel() == pytest.approx(told.X[told.y == 1].mean(axis=0), rel=1e-5)
    asked = []

    def answer(pictures):
        asked.append(pictures[-1:])
        return np.tile([0.0, 1.0] + [0.0] * 8, (len(pictures), 1))

    seen = shifted.look_at_shifts(answer, told, probe)
    assert seen.pixels == [-2, -1, 0, 1, 2]
    assert seen.at(0) == pytest.approx(100 * np.mean(told.y_test == 1))
    np.testing.assert_allclose(asked[1][..., :-1, :], probe[..., 1:, :], rtol=1e-6)
    assert (asked[1][..., -1, :] == 0).all()
    assert shifted.kept([seen], -2) == 1


def test_the_published_counts_come_out_by_shape_inference() -> None:
    counts = seeded.layer_counts((28, 28, 1), c04_4.shape(1000), 10)
    assert [n for _, _, n in counts] == [100, 0, 1_691_000, 10_010]
    assert seeded.total(counts) == c04_4.PARAMETERS == 1_701_110
    photo = seeded.layer_counts((50, 50, 1), c04_5.shape(), 1)
    assert [s for _, s, n in photo if n][:4] == [
        (48, 48, 64),
        (9, 9, 128),
        (4, 4, 256),
        (2, 2, 512),
    ]
    assert seeded.total(photo) == c04_5.PARAMETERS == 1_754_825


@pytest.mark.parametrize("shape", [c04_4.shape(20), c04_5.shape(20)], ids=["digits", "photos"])
def test_shape_inference_counts_what_is_built(shape) -> None:
    from fondo.networks.pictures import conv_network

    built = conv_network((20, 20, 3), 4, shape, seed=0).count_params()
    assert seeded.total(seeded.layer_counts((20, 20, 3), shape, 4)) == built


def test_convolution_and_pooling_by_hand_have_the_golden_values() -> None:
    found = c04_2.by_hand(np.arange(1.0, 17).reshape(4, 4), np.array(c04_2.GRID, float))
    golden = {
        "sums": [[44, 54, 64], [84, 94, 104], [124, 134, 144]],
        "stride 2": [[44, 64], [124, 144]],
        "same": [[44, 54, 64, 28], [84, 94, 104, 44], [124, 134, 144, 60], [41, 44, 47, 16]],
        "flipped": [[26, 36, 46], [66, 76, 86], [106, 116, 126]],
        "largest": [[65, 4], [14, 63]],
        "total": [[130, 10], [50, 165]],
        "average": [[32.5, 2.5], [12.5, 41.25]],
    }
    assert {name: array.tolist() for name, array in found.items()} == golden


def test_glass_box_and_engine_agree_on_every_primitive() -> None:
    dish = c04_2.run(Kitchen())
    found = named(dish)
    assert found["largest difference between glass box and engine"].ours < 1e-6
    told = [f for f in dish.figures if f.published is not None]
    assert len(told) == 9 + 1 + 4
    assert all(figure.ours == figure.published for figure in told)
    assert "1 x 1 + 2 x 2 + 5 x 3 + 6 x 4 = 44" in dish.notes[0]


def test_another_picture_may_be_typed_in(tmp_path) -> None:
    place = tmp_path / "picture.csv"
    pl.DataFrame({"a": [1.0, 0.0, 2.0], "b": [0.0, -5.0, 1.0]}).write_csv(place)
    found = named(c04_2.run(Kitchen(data=place)))
    assert found["sum, row 1, column 1"].ours == 1 * 1 + 0 * 2 + 0 * 3 - 5 * 4
    assert found["sum, row 1, column 1"].published is None
    pl.DataFrame({"a": [1.0, 0.0]}).write_csv(place)
    with pytest.raises(BadData, match="at least 2 rows and 2 columns"):
        c04_2.run(Kitchen(data=place))


def test_a_tiny_network_by_hand_has_the_golden_values() -> None:
    first, second = np.array([c04_3.FIRST, c04_3.SECOND], float) / 8
    one, two = (c04_3.by_hand(picture, c04_3.COMPANION) for picture in (first, second))
    sums = [[-0.00024255, -0.04372565], [-0.00125899, -0.02813175]]
    np.testing.assert_allclose(one.sums, sums, atol=1e-8)
    assert (one.pooled.tolist(), round(one.answer, 9)) == ([0.0], 0.259426377)
    sums = [[-1.2511013, 2.7651778], [0.04180637, -1.13026989]]
    np.testing.assert_allclose(two.sums, sums, atol=1e-7)
    assert two.pooled[0] == pytest.approx(2.765177801, abs=1e-9)
    assert two.answer == pytest.approx(0.972905458, abs=1e-9)
    ninths = [c04_3.by_hand(picture, c04_3.MEAN).answer for picture in (first, second)]
    assert ninths == pytest.approx([0.651354865, 0.548458528], abs=1e-9)
    # the printed pass multiplies by the last bias
    assert 1 / (1 + math.exp(-one.pooled[0] * c04_3.COMPANION.offset)) == 0.5


def test_hand_glass_box_and_engine_agree_after_training(monkeypatch) -> None:
    monkeypatch.setattr(c04_3, "STARTS", 2)
    monkeypatch.setattr(c04_3, "EPOCHS", 30)
    dish = c04_3.run(Kitchen())
    found = named(dish)
    assert found["largest difference between hand, glass box and engine"].ours < 1e-6
    assert found["parameters"].ours == found["parameters"].published == 12
    by_engine = found["picture 2, companion's weights, by the engine"].ours
    assert by_engine == pytest.approx(0.972905458, abs=1e-6)
    assert any("filter is dead" in note for note in dish.notes)


def test_pictures_of_another_shape_are_refused(tmp_path) -> None:
    place = tmp_path / "rows.csv"
    pl.DataFrame({"a": [0.5], "b": [0.1], "label": [1]}).write_csv(place)
    with pytest.raises(BadData, match="16 or 25 pixels of a square picture"):
        c04_3.run(Kitchen(data=place))


def test_photographs_are_judged_with_the_interval_of_so_few() -> None:
    dish = c04_5.run(Kitchen())
    first = dish.figures[0]
    assert first.low < first.ours < first.high
    assert first.high - first.low > 15  # of twenty test pictures
    assert named(dish)["parameters at the source's 50 pixels"].ours == 1_754_825
    assert sum("answered wrongly" in figure.name for figure in dish.figures) == 2
    assert any("60 pictures to learn from, 20 to judge on" in note for note in dish.notes)


def test_with_and_without_changes_differ_in_nothing_else() -> None:
    from fondo.tasks.codec import settings_to_json

    a, b = (settings_to_json(c04_6.task(32, 8, 3, 1, changed=on)) for on in (True, False))
    assert [name for name in a if a[name] != b[name]] == ["augment"]
    told = c04_6.changes()
    assert (told.flip, told.rotation, told.shift, told.zoom) == ("horizontal", 15, 0.1, 0)


def test_changing_pictures_is_compared_seed_by_seed() -> None:
    dish = c04_6.run(Kitchen())
    gain, with_, without = dish.figures[:3]
    assert gain.ours == pytest.approx(with_.ours - without.ours)
    assert gain.naive == 0
    count = named(dish)["parameters for ten classes of 32 x 32, without the biases"]
    # of the companion, less the biases of 32, 32, 64, 64, 128 and 128 filters
    assert count.ours == count.published == 309_290 - 448
    assert any("none is set beside ours" in note for note in dish.notes)


def test_drawn_shapes_are_of_equal_size_and_repeat() -> None:
    one, again = easel.shapes(), easel.shapes()
    np.testing.assert_array_equal(one.pictures, again.pictures)
    light = one.pictures.astype(float).mean(axis=(1, 2, 3))
    assert abs(light[::2].mean() - light[1::2].mean()) < 10  # nothing to be told by brightness
    assert sorted(set(one.targets.tolist())) == ["disc", "square"]


@pytest.mark.data
def test_the_curve_over_shifts_holds_on_mnist(fondo_data, monkeypatch) -> None:
    monkeypatch.setattr(runs, "SEEDS", 1)
    whole = digits(Kitchen(data=fondo_data / "images" / "mnist"))
    told = replace(whole, X_test=whole.X_test[:2000], y_test=whole.y_test[:2000])
    probe = shifted.probe_of(told.X, told.y, told.side)
    _, seen = c04_1.dense(Kitchen(), told, probe, 1)
    assert seen[0].pixels == list(range(-5, 6))
    assert seen[0].at(0) > 88 > 60 > seen[0].at(-3)
