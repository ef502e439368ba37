"""C05-1 to C05-7 on their samples: counts, protocols, and what stands in for what is not here."""

import numpy as np
import polars as pl
import pytest

from fondo.data.images.pictures import Pictures
from fondo.errors import BadData
from fondo.recipes import (
    c05_1,
    c05_2,
    c05_3,
    c05_4,
    c05_5,
    c05_6,
    c05_7,
    easel,
    photos,
    seeded,
    transfer,
)
from fondo.recipes.kitchen import Dish, Figure, Kitchen


def named(dish: Dish) -> dict[str, Figure]:
    return {figure.name: figure for figure in dish.figures}


@pytest.fixture(scope="module", autouse=True)
def short(tmp_path_factory):
    """Few seeds, epochs and pictures, and no weights on this machine."""
    shapes, faces = easel.shapes, easel.faces
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FONDO_DATA", raising=False)
        patch.setenv("FONDO_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(seeded, "SEEDS", 2)
        patch.setattr(easel, "shapes", lambda: shapes(n=80, side=16))
        patch.setattr(easel, "faces", lambda: faces(persons=12, frames=3))
        patch.setattr(c05_1, "EPOCHS", 2)
        patch.setattr(c05_1, "PART", 16)
        patch.setattr(transfer, "EPOCHS", 2)
        patch.setattr(c05_7, "EPOCHS", 2)
        yield


def test_the_ranking_of_sizes_is_told_with_its_seeds() -> None:
    dish = c05_1.run(Kitchen())
    found = named(dish)
    for size, pool, count in ((300, 2, 71_643_977), (50, 2, 3_394_377), (300, 3, 7_746_377)):
        figure = found[f"parameters at {size} pixels, pooled by {pool}"]
        assert figure.ours == figure.published == count
    share = found["of these in the dense layer (%), large, pooled by 2"].ours
    assert share == pytest.approx(100 * 70_092_900 / 71_643_977)
    assert sum("% by seed." in note for note in dish.notes) == 3
    assert len(dish.charts) == 1


def test_shapes_of_the_three_networks_are_those_of_the_source() -> None:
    layers = seeded.layer_counts((300, 300, 3), c05_1.shape(2), 1)
    assert [shape[0] for _, shape, _ in layers[:7]] == [298, 149, 149, 74, 74, 37, 37]
    layers = seeded.layer_counts((300, 300, 3), c05_1.shape(3), 1)
    assert [shape[0] for _, shape, _ in layers[:7]] == [298, 99, 99, 33, 33, 11, 11]
    assert layers[7] == ("hidden 1", (100,), 6_195_300)


def test_a_head_on_a_backbone_is_set_beside_a_network_from_nothing() -> None:
    dish = c05_2.run(Kitchen())
    found = named(dish)
    gain = next(f for name, f in found.items() if name.startswith("test accuracy, squeezenet"))
    assert gain.naive == 0
    count = found["parameters of the head on maps of 9 x 9 x 512"]
    assert count.ours == count.published == 4_720_129
    assert "have seen no photograph" in dish.notes[0]
    assert all(f.published is None for f in dish.figures if "accuracy" in f.name)


def test_other_backbones_change_the_name_and_the_counts(monkeypatch) -> None:
    asked = []

    def cook(kitchen, name, published, counts=()):
        asked.append((name, published))
        return Dish(counts)

    monkeypatch.setattr(transfer, "cook_backbone", cook)
    vgg, inception = c05_4.run(Kitchen()), c05_5.run(Kitchen())
    assert asked == [("vgg19", 89.0), ("inception_v3", 90.0)]
    assert [figure.ours for figure in vgg.figures] == [4_720_129, 20_024_384]
    assert [figure.ours for figure in inception.figures] == [11_798_017, pytest.approx(1.225)]


def test_backbones_stand_beside_each_other_under_one_protocol() -> None:
    dish = c05_6.run(Kitchen())
    found = named(dish)
    count = found["parameters of the source's head for ResNet50"]
    assert count.ours == count.published == 12_060_673
    ways = [n for n in found if n.startswith("test accuracy (%)") and "(mean of 2 seeds)" in n]
    assert len(ways) == 3  # maps, averages, from nothing
    intervals = [f for n, f in found.items() if n.endswith("over these pictures")]
    assert all(figure.low < figure.high for figure in intervals)
    assert any("Not on this machine" in note for note in dish.notes)


def test_weights_beside_the_data_are_found_and_others_stand_in(tmp_path, monkeypatch) -> None:
    data = tmp_path / "images" / "faces"
    data.mkdir(parents=True)
    kitchen = Kitchen(data=data)
    assert transfer.weights(kitchen, "vgg16") == transfer.Weights("vgg16", "squeezenet", None)
    place = tmp_path / "weights" / transfer.BESIDE
    place.parent.mkdir()
    place.write_bytes(b"x")
    found = transfer.weights(kitchen, "vgg16")
    assert (found.name, found.path, found.is_asked) == ("squeezenet", place, False)
    assert "vgg16 are not on this machine, so squeezenet stands in" in found.note
    own = place.with_name("vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5")
    own.write_bytes(b"x")
    assert transfer.weights(kitchen, "vgg16").is_asked
    monkeypatch.setenv("FONDO_DATA", str(tmp_path))
    assert transfer.at_hand(Kitchen(), "vgg16") == own


def test_maps_are_counted_and_drawn() -> None:
    dish = c05_3.run(Kitchen())
    found = named(dish)
    assert found["channels, first convolution"].ours == 64
    assert found["channels, last convolution"].ours == 512
    small, large = (found[f"height of its maps (pixels), {k} convolution"].ours
                    for k in ("last", "first"))  # fmt: skip
    assert small < large
    assert len(dish.charts) == 3


def test_a_map_of_the_contours_traces_them_and_a_silent_one_does_not() -> None:
    picture = np.zeros((8, 8, 3))
    picture[2:6, 2:6] = 200
    edges = c05_3.contours(picture)
    maps = np.stack([edges, -edges, np.zeros_like(edges), edges.T], axis=2)
    np.testing.assert_allclose(c05_3.traced(maps, edges), [1, -1, 0, 1], atol=1e-12)


def test_key_points_are_judged_beside_the_mean_shape() -> None:
    dish = c05_7.run(Kitchen())
    found = named(dish)
    error = found["normalised mean error (% of the face), first seed"]
    assert error.naive > 5
    assert error.low < error.ours < error.high
    assert found["persons who are in both parts"].ours == 0
    count = found["parameters of the head on maps of 7 x 7 x 512"]
    assert count.ours == count.published == 3_478_664


def test_errors_of_points_worked_by_hand() -> None:
    truth = np.zeros((1, 68, 2))
    truth[0, 36], truth[0, 45] = [10.0, 10.0], [40.0, 50.0]
    said = truth.copy()
    said[0, :34] += [3.0, 4.0]  # half of the points are 5 pixels off
    assert c05_7.distances(truth, said).tolist() == [2.5]
    assert c05_7.between_eyes(truth).tolist() == [50.0]
    flat = c05_7.targets(truth, height=60, width=80)
    assert flat[0, [45, 68 + 45]].tolist() == [0.5, 50 / 60]


def test_a_table_without_points_is_refused(tmp_path) -> None:
    pl.DataFrame({"image": ["Ada_1.jpg"], "x1": [1.0]}).write_csv(tmp_path / "train.csv")
    with pytest.raises(BadData, match=r"train.csv must have the columns image, x1, y1.*'y1'"):
        c05_7.album(Kitchen(data=tmp_path))


def test_classes_stay_in_proportion_and_what_is_broken_is_counted(tmp_path) -> None:
    from fondo.data.images.imaging import pillow

    image = pillow()
    for k in range(60):
        folder = tmp_path / ("one" if k % 3 else "two")
        folder.mkdir(exist_ok=True)
        tone = np.full((8, 8, 3), 4 * k, np.uint8)
        image.fromarray(tone).save(folder / f"{k}.png")
    (tmp_path / "one" / "99.png").write_bytes(b"no picture")
    told = photos.photos(Kitchen(data=tmp_path), test=0.2)
    assert (len(told.y), len(told.y_test)) == (48, 12)
    assert told.naive == pytest.approx(100 * 8 / 12)
    assert any("1 of 61 pictures cannot be read" in note for note in told.notes)
    assert len(photos.photos(Kitchen(data=tmp_path), most=45, test=0.2).some(10).y) == 10


def test_pictures_without_classes_are_refused(tmp_path) -> None:
    from fondo.data.images.imaging import pillow

    pillow().new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(BadData, match="needs pictures and a label of each"):
        photos.photos(Kitchen(data=tmp_path))


def test_the_first_so_many_are_drawn_the_same_again() -> None:
    pictures = Pictures.of_array(np.zeros((50, 4, 4, 3), np.uint8), "test")
    told = photos.Photos(pictures, np.arange(50), pictures, np.arange(50))
    assert told.some(9).y.tolist() == told.some(9).y.tolist()
    assert told.size(300) == 12
