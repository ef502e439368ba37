"""Arrays survive the disk bit for bit, and damage is told."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fondo.errors import BadData, BadParameter
from fondo.store.weights import hash_arrays, load_arrays, pack_arrays, save_arrays, unpack_arrays

KINDS = ["bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "bfloat16"]


def dtype(kind: str) -> np.dtype[Any]:
    return np.dtype(ml_dtypes.bfloat16 if kind == "bfloat16" else kind)


def assert_equal_bits(one: np.ndarray, other: np.ndarray) -> None:
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()


def file_of(header: Any, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (5,), (2, 3)])
def test_every_type_and_shape_comes_back(kind: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    size = int(np.prod(shape)) * dtype(kind).itemsize
    bits = np.random.default_rng(0).integers(0, 2 if kind == "bool" else 256, size, "uint8")
    array = bits.view(dtype(kind)).reshape(shape)
    save_arrays(tmp_path / "a", {"w": array}, {"epoch": "7"})
    arrays, metadata = load_arrays(tmp_path / "a")
    assert_equal_bits(arrays["w"], array)
    assert metadata == {"epoch": "7"}
    arrays["w"][...] = 1  # own and writable


@given(
    st.dictionaries(
        st.text(max_size=9).filter(lambda name: name != "__metadata__"),
        hnp.arrays(
            st.sampled_from(["f4", "f8", "i8", "?"]), hnp.array_shapes(min_dims=0, min_side=0)
        ),
        max_size=4,
    ),
    st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=4),
)
def test_packing_and_unpacking_changes_nothing(
    arrays: dict[str, np.ndarray], metadata: dict[str, str]
) -> None:
    found, notes = unpack_arrays(pack_arrays(arrays, metadata), "it")
    assert notes == metadata
    assert list(found) == sorted(arrays)
    for name, array in arrays.items():
        assert_equal_bits(found[name], array)


def test_the_reference_library_reads_our_files(tmp_path: Path) -> None:
    array = np.arange(6.0).reshape(2, 3)
    save_arrays(tmp_path / "a", {"w": array}, {"epoch": "7"})
    assert_equal_bits(safetensors.numpy.load_file(tmp_path / "a")["w"], array)


def test_we_read_the_files_of_the_reference_library(tmp_path: Path) -> None:
    array = np.arange(6, dtype="u4")
    safetensors.numpy.save_file({"w": array}, tmp_path / "a", {"format": "np", "x": "y"})
    arrays, metadata = load_arrays(tmp_path / "a")
    assert_equal_bits(arrays["w"], array)
    assert metadata == {"format": "np", "x": "y"}
    assert unpack_arrays(safetensors.numpy.save({"w": array}), "it")[1] == {}


def test_one_number_by_hand() -> None:
    # 1.0 as float32 is 0x3f800000; little end first
    header = {"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
    arrays, _ = unpack_arrays(file_of(header, bytes.fromhex("0000803f")), "it")
    assert arrays["w"].tolist() == [1.0]


def test_layout_in_memory_does_not_matter() -> None:
    array = np.arange(6.0).reshape(2, 3)
    for same in (np.asfortranarray(array), array.astype(">f8"), np.repeat(array, 2, 1)[:, ::2]):
        found = unpack_arrays(pack_arrays({"w": same}), "it")[0]["w"]
        assert found.tolist() == array.tolist()
        assert hash_arrays([same]) == hash_arrays([array])


def test_equal_arrays_give_equal_files() -> None:
    arrays = {f"w{i}": np.arange(i) for i in range(9)}
    metadata = {f"m{i}": "x" for i in range(9)}
    backwards = dict(reversed(arrays.items())), dict(reversed(metadata.items()))
    assert len({pack_arrays(arrays, metadata) for _ in range(9)} | {pack_arrays(*backwards)}) == 1


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"w": np.array([object()])},
            r"save_arrays\(arrays='w'\): its type must be one of .*object",
        ),
        ({"w": np.array(["text"])}, "not <U4"),
        ({"w": np.array([1j])}, "not complex128"),
        ({3: np.zeros(1)}, r"save_arrays\(arrays=3\): a name must be a text"),
        ({"__metadata__": np.zeros(1)}, "a name must be a text other than '__metadata__'"),
    ],
)
def test_what_cannot_be_saved_is_refused(arrays: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match=message):
        save_arrays(tmp_path / "a", arrays)
    assert list(tmp_path.iterdir()) == []


def test_metadata_must_be_text() -> None:
    with pytest.raises(BadParameter, match="names and values must be text"):
        pack_arrays({}, {"epoch": 7})  # type: ignore[dict-item]


HUGE = 2**62
BROKEN = {
    "nothing": b"",
    "short": b"\x08\x00",
    "a header beyond the end": struct.pack("<Q", 2**40) + b"{}",
    "no JSON": file_of(b"{"),
    "deep JSON": file_of(b'{"a":' + b"[" * 100_000),
    "a list": file_of([]),
    "gigabytes declared": file_of({"w": {"dtype": "F64", "shape": [HUGE], "data_offsets": [0, 8]}}),
    "overflow": file_of({"w": {"dtype": "F64", "shape": [HUGE, HUGE], "data_offsets": [0, 8]}}),
    "an empty giant": file_of({"w": {"dtype": "F64", "shape": [HUGE, 0], "data_offsets": [0, 0]}}),
    "100 axes": file_of({"w": {"dtype": "U8", "shape": [1] * 100, "data_offsets": [0, 1]}}, b"a"),
    "unknown type": file_of({"w": {"dtype": "OBJ", "shape": [1], "data_offsets": [0, 1]}}, b"a"),
    "complex": file_of({"w": {"dtype": "C64", "shape": [1], "data_offsets": [0, 8]}}, b"8 bytes!"),
    "text after the end": file_of({}, b"more"),
    "notes that are no JSON": file_of({"__metadata__": {"fondo": "{"}}),
    "deep notes": file_of({"__metadata__": {"fondo": "[" * 100_000}}),
    "notes that are a list": file_of({"__metadata__": {"fondo": "[]"}}),
    "notes that are numbers": file_of({"__metadata__": {"fondo": '{"a": 1}'}}),
    "a pickle": b"\x80\x04cos\nsystem\n(S'true'\ntR.",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(BadData, match=r"a: must be a whole safetensors file .*Take a fresh copy"):
        load_arrays(tmp_path / "a")


@given(st.data())
def test_a_cut_file_is_told(data: st.DataObject) -> None:
    whole = pack_arrays({"w": np.arange(9), "v": np.zeros(2)}, {"a": "b"})
    length = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(BadData, match="must be a whole safetensors file"):
        unpack_arrays(whole[:length], "it")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"a: could not be read \(no such file.*Check the name"):
        load_arrays(tmp_path / "a")
    with pytest.raises(BadData, match=r"could not be read \(is a directory"):
        load_arrays(tmp_path)


def test_the_hash_tells_everything_apart() -> None:
    zero = np.zeros(2, "float32")
    variants: list[Any] = [
        [zero],
        [zero, zero],
        [zero, np.zeros(0)],
        [zero.reshape(2, 1)],
        [zero.astype("float64")],
        [zero.astype("int32")],
        [-zero],
        {"0": zero},
        {"a": zero},
        [np.array(["a", "b"])],
        [],
    ]
    assert len({hash_arrays(each) for each in variants}) == len(variants)


def test_the_hash_of_a_mapping_does_not_know_its_order() -> None:
    one, two = np.arange(3), np.arange(4)
    assert hash_arrays({"a": one, "b": two}) == hash_arrays({"b": two, "a": one})
    assert hash_arrays([one, two]) != hash_arrays([two, one])


def test_the_hash_by_hand() -> None:
    head = b'[0, "uint8", [2]]'  # position, type, shape: 17 bytes
    expected = hashlib.sha256(b"\x11" + bytes(7) + head + b"\x01\x02").hexdigest()
    assert hash_arrays([np.array([1, 2], "uint8")]) == expected


def test_objects_have_no_hash() -> None:
    with pytest.raises(BadParameter, match=r"hash_arrays\(arrays=0\): its type must be numbers"):
        hash_arrays([np.array([object()])])
