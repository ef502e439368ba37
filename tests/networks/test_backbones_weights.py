"""fondo.networks.backbones.weights: the outputs of torch and Keras, and files of other networks."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import safetensors.numpy

from fondo.backend import jax, keras
from fondo.errors import BadData
from fondo.networks.backbones import BACKBONES, backbone, load_weights
from fondo.networks.backbones.places import packaged
from fondo.networks.backbones.start import started
from fondo.networks.backbones.weights import weight_names

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "backbones.json").read_text())
HEIGHT, WIDTH = 67, 96
# Keras' own writer of weights copies arrays in a way that NumPy deprecates
BY_KERAS = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def picture() -> np.ndarray:
    """The picture of golden/make_backbones.py."""
    y, x, c = np.indices((HEIGHT, WIDTH, 3))
    return ((7 * y * y + 13 * x + 31 * c * y + 5 * x * c) % 256).astype(np.uint8)


def maps(model: Any, pictures: np.ndarray) -> np.ndarray:
    values = [weight.value for weight in model.trainable_variables]
    others = [weight.value for weight in model.non_trainable_variables]
    return np.asarray(jax.jit(lambda x: model.stateless_call(values, others, x)[0])(pictures))


def file_of(name: str, data: Path) -> Path:
    if name == "squeezenet":
        return data / "weights" / "squeezenet_imagenet_notop.h5"
    package = BACKBONES[name].package
    assert package is not None
    found = packaged(package) if importlib.util.find_spec(package.module) else None
    return found or data / "weights" / Path(package.path).name


@pytest.mark.data
@pytest.mark.parametrize("name", ["squeezenet", "efficientnet_lite0", "mobilenet_v2"])
def test_trained_weights_give_the_maps_that_torch_gives(name: str, fondo_data: Path) -> None:
    path = file_of(name, fondo_data)
    if not path.is_file():
        pytest.skip(f"the weights of {name} are not on this machine")
    found = maps(backbone(name, (HEIGHT, WIDTH, 3), path), picture()[None])[0]
    golden = GOLDEN[name]
    numbers = np.array(golden["numbers"])
    assert list(found.shape) == golden["shape"]
    assert found.mean() == pytest.approx(golden["mean"], rel=1e-5)
    wrong = np.abs(found.ravel()[:: golden["every"]] - numbers).max()
    assert wrong < 1e-4 * np.abs(numbers).max()


@pytest.fixture(scope="module")
def squeezenet() -> Any:
    return backbone("squeezenet", (32, 32, 3), seed=5)


def older(path: Path, layers: list[tuple[str, list[np.ndarray]]], inside: str = "") -> Path:
    """Keras' older layout: attributes name the layers and their weights, in order."""
    with h5py.File(path, "w") as file:
        root = file.create_group(inside) if inside else file
        root.attrs["layer_names"] = [name.encode() for name, _ in layers]
        for name, arrays in layers:
            group = root.create_group(name)
            names = [f"{name}/w{k}:0" for k in range(len(arrays))]
            group.attrs["weight_names"] = [told.encode() for told in names]
            for told, array in zip(names, arrays, strict=True):
                group[told] = array
    return path


def layers_of(model: Any) -> list[tuple[str, list[np.ndarray]]]:
    return [(layer.name, values(layer)) for layer in model.layers]


def values(model: Any) -> list[np.ndarray]:
    return [np.asarray(weight.value) for weight in model.weights]


def same(model: Any, other: Any) -> bool:
    return all(map(np.array_equal, values(model), values(other)))


@pytest.mark.parametrize("inside", ["", "model_weights"], ids=["weights", "network"])
def test_the_older_layout_of_keras_with_and_without_a_classifier(
    inside: str, squeezenet: Any, tmp_path: Path
) -> None:
    top = ("conv10", [np.zeros((1, 1, 512, 1000)), np.zeros(1000)])
    for extra in (
        [],
        [top],
        [("fc1", [np.zeros((512, 9)), np.zeros(9)]), ("x", [np.zeros((9, 2))])],
    ):
        path = older(tmp_path / "w.h5", [*layers_of(squeezenet), *extra], inside)
        assert same(backbone("squeezenet", (32, 32, 3), path), squeezenet)


@BY_KERAS
@pytest.mark.parametrize("name", ["resnet50", "inception_v3", "mobilenet_v2_keras"])
def test_the_layout_of_keras_3_by_keras_itself(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.weights.h5"
    model = backbone(name, (75, 75, 3), seed=3)
    model.save_weights(path)
    assert same(backbone(name, (80, 75, 3), path), model)


def keras_s_b0(side: int) -> Any:
    """EfficientNet-B0 of Keras, with its own preparation set to the numbers of ImageNet."""
    shape = side, side, 3
    make = keras.applications.EfficientNetB0
    model = started(lambda: make(include_top=False, weights=None, input_shape=shape), seed=2)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            means, spreads = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
            layer.set_weights([means, spreads**2, np.array(1)])
            layer.finalize_state()
        elif isinstance(layer, keras.layers.BatchNormalization):
            shape = layer.gamma.shape
            layer.set_weights([rng.uniform(0.5, 1.5, shape) for _ in range(4)])
    return model


@BY_KERAS
def test_efficientnet_b0_gives_the_maps_that_keras_gives(tmp_path: Path) -> None:
    theirs = keras_s_b0(40)
    path = older(tmp_path / "efficientnetb0.h5", layers_of(theirs))
    assert path.stat().st_size > 4 * BACKBONES["efficientnet_b0"].parameters
    rows = np.random.default_rng(1).integers(0, 256, (2, 40, 40, 3)).astype(np.uint8)
    found = maps(backbone("efficientnet_b0", (40, 40, 3), path), rows)
    wanted = maps(theirs, rows.astype(np.float32))
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()
    theirs.save_weights(tmp_path / "b0.weights.h5")
    again = backbone("efficientnet_b0", (40, 40, 3), tmp_path / "b0.weights.h5")
    assert same(again, backbone("efficientnet_b0", (40, 40, 3), path))


def test_safetensors_with_names_of_ours(squeezenet: Any, tmp_path: Path) -> None:
    names = weight_names(squeezenet)
    assert names[:3] == ["000.kernel", "000.bias", "001.kernel"]
    path = tmp_path / "w.safetensors"
    weights = dict(zip(names, values(squeezenet), strict=True))
    safetensors.numpy.save_file(weights, path)
    assert same(backbone("squeezenet", (32, 32, 3), path), squeezenet)
    del weights["024.kernel"]
    safetensors.numpy.save_file(weights, path)
    with pytest.raises(BadData, match=r"w.safetensors: .*'024.kernel' is missing"):
        load_weights(squeezenet, "squeezenet", path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BadData, match="w.safetensors: must be a whole file of weights"):
        load_weights(squeezenet, "squeezenet", path)


def test_weights_of_another_network_name_the_first_shape_that_differs(tmp_path: Path) -> None:
    larger = backbone("vgg19", (32, 32, 3))
    path = older(tmp_path / "vgg19.h5", layers_of(larger))
    smaller = backbone("vgg16", (32, 32, 3), seed=1)
    before = np.asarray(smaller.get_layer("block1_conv1").kernel).copy()
    with pytest.raises(
        BadData,
        match=r"vgg19.h5: must hold weights of 'vgg16'.*'block4_conv1' has the shape "
        r"\(3, 3, 256, 512\), the file has \(3, 3, 256, 256\) in 'block3_conv4'",
    ):
        load_weights(smaller, "vgg16", path)
    assert np.array_equal(smaller.get_layer("block1_conv1").kernel, before)


def test_a_file_that_goes_on_or_ends_early_is_another_network_s(
    squeezenet: Any, tmp_path: Path
) -> None:
    more = [*layers_of(squeezenet), ("fire10", [np.zeros((3, 3, 512, 8)), np.zeros(8)])]
    with pytest.raises(BadData, match=r"'fire10' of shape \(3, 3, 512, 8\) is left over"):
        load_weights(squeezenet, "squeezenet", older(tmp_path / "more.h5", more))
    fewer = layers_of(squeezenet)[:-3]
    with pytest.raises(BadData, match="the file ends before it"):
        load_weights(squeezenet, "squeezenet", older(tmp_path / "less.h5", fewer))
    without = [(name, arrays[:1]) for name, arrays in layers_of(squeezenet)]
    with pytest.raises(BadData, match=r"'conv1' has the shape \(64,\)"):
        load_weights(squeezenet, "squeezenet", older(tmp_path / "bias.h5", without))


def test_long_lists_of_layers_lie_in_several_attributes(squeezenet: Any, tmp_path: Path) -> None:
    path = older(tmp_path / "w.h5", layers_of(squeezenet))
    with h5py.File(path, "r+") as file:
        names = list(file.attrs.pop("layer_names"))
        file.attrs["layer_names0"], file.attrs["layer_names1"] = names[:30], names[30:]
    assert same(backbone("squeezenet", (32, 32, 3), path), squeezenet)


@pytest.mark.parametrize("kept", [12, 2000, -4])
def test_a_truncated_file_is_said_to_be_damaged(kept: int, squeezenet: Any, tmp_path: Path) -> None:
    path = older(tmp_path / "w.h5", layers_of(squeezenet))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BadData, match="w.h5: must be a whole file of weights.*fresh copy"):
        load_weights(squeezenet, "squeezenet", path)


@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>", b"name,shape\n"])
def test_a_text_is_no_file_of_weights(content: bytes, squeezenet: Any, tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    path.write_bytes(content)
    with pytest.raises(BadData, match="w.h5: must be a file of weights: of Keras"):
        load_weights(squeezenet, "squeezenet", path)


def test_no_file_and_no_numbers_are_said(squeezenet: Any, tmp_path: Path) -> None:
    with pytest.raises(BadData, match="none.h5: could not be read"):
        load_weights(squeezenet, "squeezenet", tmp_path / "none.h5")
    words = older(tmp_path / "w.h5", [("conv1", [np.array([b"words"])])])
    with pytest.raises(BadData, match="/conv1/conv1/w0:0 are no weights"):
        load_weights(squeezenet, "squeezenet", words)


def test_the_other_layout_is_refused_for_its_preparation(tmp_path: Path) -> None:
    model = backbone("mobilenet_v2", (32, 32, 3))
    path = older(tmp_path / "w.h5", [])
    with pytest.raises(BadData, match=r"torch.*prepared in another way.*'mobilenet_v2_keras'"):
        load_weights(model, "mobilenet_v2", path)
    (tmp_path / "w.pth").write_bytes(b"\x80\x02.")
    with pytest.raises(BadData, match=r"'vgg16' must be a file of Keras.*this one is of torch"):
        load_weights(model, "vgg16", tmp_path / "w.pth")
