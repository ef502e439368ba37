"""fondo.networks.backbones.torch_files: state dicts written byte by byte, and what is refused."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from fondo.backend import keras
from fondo.errors import BadData
from fondo.networks.backbones.torch_files import read_torch, unpickled
from fondo.networks.backbones.weights import load_weights, weight_names

Arrays = dict[str, np.ndarray]
KINDS = {"f4": "FloatStorage", "f8": "DoubleStorage", "i8": "LongStorage"}
ORDERED = b"ccollections\nOrderedDict\n"


def word(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text.encode())) + text.encode()


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def numbers(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor(array: np.ndarray, key: str, older: bool) -> bytes:
    """The steps by which torch asks for a tensor: a storage by its key, and a view on it."""
    kind = KINDS[array.dtype.str[1:]]
    told = b"(" + word("storage") + f"ctorch\n{kind}\n".encode() + word(key) + word("cpu")
    told += number(array.size) + (b"N" if older else b"") + b"tQ"
    strides = tuple(step // array.itemsize for step in np.empty(array.shape, array.dtype).strides)
    view = number(0) + numbers(array.shape) + numbers(strides) + b"\x89" + ORDERED + b")R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + told + view + b"tR"


def pickled(arrays: Arrays, older: bool = False) -> bytes:
    pairs = (word(n) + tensor(a, str(k), older) for k, (n, a) in enumerate(arrays.items()))
    # torch notes versions of layers in an attribute of the dict, which is left out
    notes = b"}" + word("_metadata") + ORDERED + b")Rsb"
    return b"\x80\x02" + ORDERED + b")R(" + b"".join(pairs) + b"u" + notes + b"."


def zipped(path: Path, arrays: Arrays, pickle: bytes | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", pickle or pickled(arrays))
        archive.writestr("net/byteorder", "little")
        for key, array in enumerate(arrays.values()):
            archive.writestr(f"net/data/{key}", np.ascontiguousarray(array).tobytes())
    return path


def before_zip(path: Path, arrays: Arrays) -> Path:
    magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
    system = b"\x80\x02}" + word("little_endian") + b"\x88s."
    keys = b"\x80\x02](" + b"".join(word(str(k)) for k in range(len(arrays))) + b"e."
    data = [struct.pack("<q", a.size) + np.ascontiguousarray(a).tobytes() for a in arrays.values()]
    parts = [magic, b"\x80\x02M\xe9\x03.", system, pickled(arrays, True), keys, *data]
    path.write_bytes(b"".join(parts))
    return path


@pytest.fixture
def arrays() -> Arrays:
    rng = np.random.default_rng(0)
    shapes: dict[str, Any] = {
        "a.weight": (4, 3, 3, 3), "b.weight": (4,), "b.bias": (4,), "b.running_mean": (4,),
        "b.running_var": (4,), "c.weight": (4, 1, 3, 3), "fc.weight": (2, 4), "fc.bias": (2,),
    }  # fmt: skip
    made = {name: rng.uniform(0.5, 1, shape).astype("f4") for name, shape in shapes.items()}
    made["b.num_batches_tracked"] = np.array(7, "i8")
    return made


def network() -> Any:
    inputs = keras.Input((3, 3, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", use_bias=False)(inputs)
    x = keras.layers.BatchNormalization(epsilon=1e-5)(x)
    return keras.Model(inputs, keras.layers.DepthwiseConv2D(3, use_bias=False)(x))


def by_hand(arrays: Arrays, x: np.ndarray) -> np.ndarray:
    """What torch computes, cell by cell: (rows, columns, channels) -> (channels,)."""
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    maps = np.zeros((3, 3, 4))
    for row, column, out in np.ndindex(maps.shape):
        window = padded[row : row + 3, column : column + 3].transpose(2, 0, 1)
        maps[row, column, out] = (window * arrays["a.weight"][out]).sum()
    maps = (maps - arrays["b.running_mean"]) / np.sqrt(arrays["b.running_var"] + 1e-5)
    maps = maps * arrays["b.weight"] + arrays["b.bias"]
    return np.array([(maps[..., c] * arrays["c.weight"][c, 0]).sum() for c in range(4)])


@pytest.mark.parametrize("write", [zipped, before_zip])
def test_weights_of_torch_compute_here_what_they_compute_there(
    write: Any, arrays: Arrays, tmp_path: Path
) -> None:
    model = network()
    load_weights(model, "mobilenet_v2", write(tmp_path / "w.pth", arrays))
    x = np.random.default_rng(1).normal(size=(3, 3, 3))
    found = np.asarray(model(x[None].astype(np.float32)))[0, 0, 0]
    assert found == pytest.approx(by_hand(arrays, x), rel=1e-4)


def test_safetensors_of_such_a_network_are_already_as_they_should_be(
    arrays: Arrays, tmp_path: Path
) -> None:
    first, second = network(), network()
    load_weights(first, "mobilenet_v2", zipped(tmp_path / "w.pth", arrays))
    kept = [np.asarray(weight.value) for weight in first.weights]
    path = tmp_path / "w.safetensors"
    safetensors.numpy.save_file(dict(zip(weight_names(first), kept, strict=True)), path)
    load_weights(second, "mobilenet_v2", path)
    assert all(map(np.array_equal, kept, [np.asarray(w.value) for w in second.weights]))


@pytest.mark.parametrize("write", [zipped, before_zip])
def test_layers_come_in_order_with_their_parts(write: Any, arrays: Arrays, tmp_path: Path) -> None:
    stored = read_torch(str(write(tmp_path / "w.pth", arrays)))
    assert [name for name, _ in stored] == ["a", "b", "c", "fc"]
    assert all(map(np.array_equal, stored[1][1], [arrays[f"b.{p}"] for p in
        ("weight", "bias", "running_mean", "running_var")]))  # fmt: skip


def test_a_dict_within_a_checkpoint_is_found(arrays: Arrays, tmp_path: Path) -> None:
    inner = pickled(arrays)[2:-1]
    outer = b"\x80\x02}(" + word("epoch") + b"K\x05" + word("state_dict") + inner + b"u."
    stored = read_torch(str(zipped(tmp_path / "w.pth", arrays, outer)))
    assert len(stored) == 4


@pytest.mark.parametrize(
    ("pickle", "words"),
    [
        (b"cposix\nsystem\n(" + word("true") + b"tR.", "asks for posix.system"),
        (b"cbuiltins\neval\n.", "asks for builtins.eval"),
        (b"ctorch\nload\n.", "asks for torch.load"),
        (b"\x8c\x02os\x8c\x06system\x93.", "has the step STACK_GLOBAL"),
        (b"(ios\nsystem\n.", "has the step INST"),
        (ORDERED + b")\x81.", "has the step NEWOBJ"),
        (b"\x82\x01.", "has the step EXT1"),
        (b"]}b.", "builds something that is no dict"),
        (b"](K\x01K\x02u.", "fills something that is no dict"),
        (b"}K\x01a.", "fills something that is no list"),
        (b"ctorch\nFloatStorage\n)R.", "calls something"),
        (b"(" + word("file") + b"ctorch\nFloatStorage\n" + word("0") + word("c") + b"K\x01tQ.",
         "points at something that is no storage"),
        (b"K\x05.", "holds is no dict of tensors"),
        (b"}" + word("a.weight") + b"K\x05s.", "'a.weight' is no weight that it knows"),
    ],
ids=lambda value: value.partition(" ")[2] if isinstance(value, str) else "pickle",
)  # fmt: skip
def test_whatever_a_state_dict_does_not_need_is_refused(
    pickle: bytes, words: str, tmp_path: Path
) -> None:
    path = zipped(tmp_path / "w.pth", {}, b"\x80\x02" + pickle)
    with pytest.raises(BadData, match=f"w.pth: must be a state dict of torch.*{words}.*executed"):
        read_torch(str(path))


def test_a_tensor_cannot_be_larger_than_its_numbers(arrays: Arrays, tmp_path: Path) -> None:
    small = {"a.weight": arrays["b.weight"]}
    honest = pickled(small)
    for lie in (
        honest.replace(numbers((4,)) + numbers((1,)), numbers((2**30,)) + numbers((0,))),
        honest.replace(numbers((4,)) + numbers((1,)), numbers((4,)) + numbers((2,))),
        honest.replace(numbers((4,)) + numbers((1,)), numbers((4,)) + numbers((-1,))),
        honest.replace(number(0) + numbers((4,)), number(1) + numbers((4,))),
    ):
        assert lie != honest
        with pytest.raises(BadData, match=r"whole file of weights \(a tensor"):
            read_torch(str(zipped(tmp_path / "w.pth", small, lie)))


def test_channels_last_is_read_in_its_own_order(tmp_path: Path) -> None:
    array = np.arange(6, dtype="f4").reshape(2, 3)
    told = pickled({"a.weight": array}).replace(numbers((2, 3)) + numbers((3, 1)),
                                                numbers((3, 2)) + numbers((1, 3)))  # fmt: skip
    stored = read_torch(str(zipped(tmp_path / "w.pth", {"a.weight": array}, told)))
    assert np.array_equal(stored[0][1][0], array.T)


@pytest.mark.parametrize("write", [zipped, before_zip])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.999])
def test_a_truncated_file_is_said_to_be_damaged(
    write: Any, kept: float, arrays: Arrays, tmp_path: Path
) -> None:
    path = write(tmp_path / "w.pth", arrays)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(BadData, match="w.pth: must be a"):
        read_torch(str(path))


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
@pytest.mark.parametrize("seed", range(40))
def test_a_spoilt_pickle_gives_an_answer_or_says_no(seed: int, arrays: Arrays) -> None:
    rng = np.random.default_rng(seed)
    content = bytearray(pickled(arrays))
    for place in rng.integers(2, len(content), 3):
        content[place] = rng.integers(256)
    try:
        found = unpickled(io.BytesIO(bytes(content)))
    except (BadData, ValueError, LookupError, TypeError):
        found = None
    assert found is None or not callable(found)


def test_other_archives_and_orders_of_bytes_are_refused(arrays: Arrays, tmp_path: Path) -> None:
    path = tmp_path / "w.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "words")
    with pytest.raises(BadData, match="there is no state dict of torch in it"):
        read_torch(str(path))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/data.pkl", pickled({}))
    with pytest.raises(BadData, match="'net/data.pkl' in it is packed"):
        read_torch(str(path))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", pickled({}))
        archive.writestr("net/byteorder", "big")
    with pytest.raises(BadData, match="in another order of bytes"):
        read_torch(str(path))
    path.write_bytes(b"\x80\x02K\x05.")
    with pytest.raises(BadData, match="it is a pickle, but not one of torch"):
        read_torch(str(path))
