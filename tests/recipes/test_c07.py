"""C07-1 and C07-2 on their samples: splits, baselines, counts, conversions."""

import math

import numpy as np
import polars as pl
import pytest

from fondo.errors import BadData
from fondo.recipes import c07_1, c07_2, easel, seeded
from fondo.recipes.kitchen import Dish, Figure, Kitchen


def named(dish: Dish) -> dict[str, Figure]:
    return {figure.name: figure for figure in dish.figures}


@pytest.fixture(scope="module", autouse=True)
def short(tmp_path_factory):
    """Few seeds, epochs and pictures, and no weights on this machine."""
    signs, road = easel.signs, easel.road
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FONDO_DATA", raising=False)
        patch.setenv("FONDO_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(seeded, "SEEDS", 2)
        patch.setattr(easel, "signs", lambda: signs(tracks=24, frames=4))
        patch.setattr(easel, "road", lambda: road(n=150))
        patch.setattr(c07_1, "EPOCHS", 2)
        patch.setattr(c07_2, "EPOCHS", 3)
        patch.setattr(c07_2, "SIZE", (32, 48))
        yield


def test_signs_are_judged_on_tracks_that_were_not_learnt() -> None:
    dish = c07_1.run(Kitchen())
    found = named(dish)
    gap = found["test accuracy, equalised minus as they are (points)"]
    ways = [found[f"accuracy (%) on the test pictures, {way}"].ours
            for way in (c07_1.EQUAL, c07_1.PLAIN)]  # fmt: skip
    assert gap.ours == pytest.approx(ways[0] - ways[1])
    assert dish.figures[0].low < dish.figures[0].high
    leak = "accuracy (%) on the held-out rows of a random split, equalised"
    assert found[leak].published is None  # these signs are drawn
    assert len(dish.charts) == 2


def test_the_network_of_the_source_has_its_count() -> None:
    layers = seeded.layer_counts((48, 48, 3), c07_1.shape(), 43)
    sides = [shape[0] for name, shape, _ in layers if len(shape) == 3]
    assert sides == [48, 46, 23, 23, 21, 10, 10, 8, 4]
    counts = [896, 9_248, 18_496, 36_928, 73_856, 147_584, 1_049_088, 22_059]
    assert [n for _, _, n in layers if n] == counts
    assert seeded.total(layers) == c07_1.PARAMETERS == 1_358_155


def test_tracks_stay_whole_and_no_class_is_lost() -> None:
    drawn = easel.signs()
    tracks = 100 + drawn.groups
    rest, part = c07_1.by_track(drawn.targets, tracks, 0.25, 0)
    assert set(tracks[rest]).isdisjoint(tracks[part])
    assert 0.2 < len(part) / len(tracks) < 0.3
    assert sorted(set(drawn.targets[rest].tolist())) == list(range(6))
    assert len(rest) + len(part) == len(drawn.targets)


def test_with_and_without_differ_in_equalisation_alone() -> None:
    from fondo.tasks.codec import settings_to_json

    a, b = (settings_to_json(c07_1.task(24, 4, (8, 1), 0, equalize=on)) for on in (True, False))
    assert [name for name in a if a[name] != b[name]] == ["pictures"]


def test_equalisation_has_the_golden_values() -> None:
    from fondo.layers.equalize import equalized

    picture = 255 * np.array([[0.1, 0.1], [0.2, 0.9]])[None, :, :, None]
    found = np.asarray(equalized(picture))[0, :, :, 0] / 255
    np.testing.assert_allclose(found, [[0.5, 0.5], [0.625, 1.0]], atol=1e-6)
    flat = np.full((1, 3, 3, 3), 80.0)
    np.testing.assert_array_equal(np.asarray(equalized(flat)), flat)  # no range, no change


def test_steering_is_set_beside_those_who_do_not_look() -> None:
    dish = c07_2.run(Kitchen())
    found = named(dish)
    straight = found["mean absolute error, straight on"].ours
    told = c07_2.drive(Kitchen())
    assert straight == pytest.approx(np.abs(told.y_test).mean())
    assert dish.figures[0].naive == straight
    count = found["parameters of the source's head on maps of 4 x 14 x 512"]
    assert count.ours == count.published == 14_737_447
    assert any("is told the truth of that frame" in note for note in dish.notes)


def test_the_last_fifth_is_judged_and_one_frame_ago_is_the_row_before() -> None:
    told = c07_2.drive(Kitchen())
    whole = easel.road().targets
    assert (len(told.y), len(told.y_test)) == (120, 30)
    np.testing.assert_array_equal(np.concatenate([told.y, told.y_test]), whole)
    fools = c07_2.blind(told)
    np.testing.assert_array_equal(fools["as one frame ago"], whole[119:149])
    assert (fools["straight on"] == 0).all()
    assert fools["the training mean"][0] == pytest.approx(told.y.mean())


@pytest.mark.parametrize(("degrees", "told"), [(1, 0.0174533), (45, 0.7853982), (-180, -math.pi)])
def test_degrees_become_radians(degrees, told) -> None:
    assert c07_2.radians(degrees) == pytest.approx(told, abs=5e-8)


def test_sky_and_bonnet_are_cut_off() -> None:
    assert c07_2.pixels((64, 128), 80).crop == (30, 0, 10, 0)


def test_a_drive_without_angles_is_refused(tmp_path) -> None:
    pl.DataFrame({"image": ["a.jpg"], "speed": [1.0]}).write_csv(tmp_path / "driving_log.csv")
    with pytest.raises(BadData, match="needs a column 'steering' or 'angle'"):
        c07_2.drive(Kitchen(data=tmp_path))


def test_drawn_roads_bend_slowly_and_drawn_faces_have_68_points() -> None:
    drawn = easel.road()
    assert np.abs(np.diff(drawn.targets)).mean() < np.abs(drawn.targets).mean()
    assert easel.face().shape == (68, 2)
    left, right = easel.face()[:17][:8], easel.face()[:17][:8:-1]
    np.testing.assert_allclose(left * [-1, 1], right, atol=1e-12)  # a mirror of itself
