"""State dicts of torch, read without unpickling: names, shapes and numbers, nothing else.

The pickle in such a file is walked by a machine that knows the few steps of which a state dict is
made and only names what they ask for. It calls nothing; any other step or name is refused.
"""

import io
import math
import pickletools
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from fondo.errors import BadData
from fondo.networks.backbones.stored import Array, Stored, damaged

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001  # of files before torch 1.6, which are no zip files
STORAGES = {
    "FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8",
    "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1",
    "BoolStorage": "?",
}  # fmt: skip
REBUILD, ORDERED = "torch._utils _rebuild_tensor_v2", "collections OrderedDict"
PARTS = ("weight", "bias", "running_mean", "running_var")  # of a layer, in Keras' order
IGNORED = "num_batches_tracked"


@dataclass(frozen=True)
class _Name:
    """Something importable that the pickle names; never imported."""

    words: str


@dataclass(frozen=True)
class _Storage:
    """Numbers in a row that lie elsewhere in the file."""

    key: str
    kind: str
    count: int


@dataclass(frozen=True)
class _Tensor:
    """A view on a storage."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_torch(source: str) -> Stored:
    """Layers of a state dict and their weights, in order, without counters of batches.

    Parameters
    ----------
    source : str
        A file of `torch.save(network.state_dict())`; one with that under "state_dict" will do.

    Returns
    -------
    stored : list of (name, arrays)
        Arrays as torch has them: weight, bias, running mean and variance, where there are any.

    Raises
    ------
    BadData
        Damaged, or anything but a state dict of numbers.
    """
    try:
        tensors, bytes_of = _zipped(source) if zipfile.is_zipfile(source) else _older(source)
        if isinstance(tensors, dict) and isinstance(tensors.get("state_dict"), dict):
            tensors = tensors["state_dict"]
        return _layers(tensors, bytes_of)
    except BadData as error:
        raise BadData(f"{source}: {error}") from error
    except (ArithmeticError, LookupError, OSError, TypeError, ValueError, zipfile.BadZipFile) as e:
        raise damaged(source, e) from e


def _layers(tensors: Any, bytes_of: Callable[[_Storage], bytes]) -> Stored:
    if not isinstance(tensors, dict):
        raise _refused("what it holds is no dict of tensors")
    layers: dict[str, dict[str, Array]] = {}
    for name, tensor in tensors.items():
        layer, _, part = str(name).rpartition(".")
        if part == IGNORED:
            continue
        if not isinstance(tensor, _Tensor) or part not in PARTS:
            raise _refused(f"'{name}' is no weight that it knows")
        layers.setdefault(layer, {})[part] = _array(tensor, bytes_of(tensor.storage))
    return [(name, [parts[p] for p in PARTS if p in parts]) for name, parts in layers.items()]


def _array(tensor: _Tensor, data: bytes) -> Array:
    """The numbers of a tensor; its strides may be in any order but must stay in the storage."""
    flat = np.frombuffer(data, STORAGES[tensor.storage.kind])
    shape, strides = tensor.shape, tensor.strides
    if len(shape) != len(strides) or min((*shape, *strides, tensor.offset), default=0) < 0:
        raise ValueError("a tensor has no proper shape")
    last = tensor.offset + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
    count: int = math.prod(shape)
    if count > len(flat) or (count and last >= len(flat)):
        raise ValueError("a tensor is larger than its numbers")
    steps = [s * flat.itemsize for s in strides]
    view = np.lib.stride_tricks.as_strided(flat[tensor.offset :], shape, steps, writeable=False)
    return np.array(view)


def _zipped(source: str) -> tuple[Any, Callable[[_Storage], bytes]]:
    """Contents of a file since torch 1.6: one pickle, and a member of the archive a storage."""
    with zipfile.ZipFile(source) as archive:
        packed = [info.filename for info in archive.infolist() if info.compress_type]
        if packed:  # torch never packs; what is packed could be huge
            raise _refused(f"'{packed[0]}' in it is packed")
        inside = next((n for n in archive.namelist() if n.rpartition("/")[2] == "data.pkl"), None)
        if inside is None:
            raise _refused("there is no state dict of torch in it")
        folder = inside.rpartition("/")[0]
        if f"{folder}/byteorder" in archive.namelist():
            if archive.read(f"{folder}/byteorder").strip() != b"little":
                raise _refused("its numbers are in another order of bytes")
        tensors = unpickled(io.BytesIO(archive.read(inside)))

    def bytes_of(storage: _Storage) -> bytes:
        with zipfile.ZipFile(source) as archive:
            return _whole(archive.read(f"{folder}/data/{storage.key}"), storage)

    return tensors, bytes_of


def _older(source: str) -> tuple[Any, Callable[[_Storage], bytes]]:
    """Contents of a file before torch 1.6: five pickles in a row, then the storages."""
    with Path(source).open("rb") as file:
        if unpickled(file) != MAGIC or unpickled(file) != PROTOCOL:
            raise _refused("it is a pickle, but not one of torch")
        if unpickled(file).get("little_endian") is not True:
            raise _refused("its numbers are in another order of bytes")
        machine = _Machine()
        tensors, keys = machine.run(file), unpickled(file)
        kept: dict[str, bytes] = {}
        for key in keys:
            kept[key] = _next_storage(file, machine.storages[key])
    return tensors, lambda storage: kept[storage.key]


def _next_storage(file: BinaryIO, storage: _Storage) -> bytes:
    count = int.from_bytes(file.read(8), "little")
    if count != storage.count:
        raise ValueError(f"storage {storage.key} has another length than told")
    return _whole(file.read(count * np.dtype(STORAGES[storage.kind]).itemsize), storage)


def _whole(data: bytes, storage: _Storage) -> bytes:
    if len(data) < storage.count * np.dtype(STORAGES[storage.kind]).itemsize:
        raise ValueError(f"storage {storage.key} ends too early")
    return data


def unpickled(file: BinaryIO) -> Any:
    """What one pickle of a state dict describes: dicts, lists, numbers, words, tensors to be read.

    Parameters
    ----------
    file : binary file
        Left behind the pickle.

    Returns
    -------
    value : object
        Nothing in it was imported or called.

    Raises
    ------
    BadData
        A step or a name that no state dict needs.
    ValueError, LookupError
        Damaged.
    """
    return _Machine().run(file)


class _Machine:
    """A stack, and the steps that state dicts are made of."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.storages: dict[str, _Storage] = {}

    def run(self, file: BinaryIO) -> Any:
        """Value of the pickle that begins here."""
        for opcode, argument, _ in pickletools.genops(file):
            if opcode.name == "STOP":
                return self.stack.pop()
            step = STEPS.get(opcode.name)
            if step is None:
                raise _refused(f"its pickle has the step {opcode.name}")
            step(self, argument)
        raise ValueError("a pickle ends too early")

    def marked(self) -> list[Any]:
        """What lies above the last mark, taken off."""
        start = self.marks.pop()
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def put(self, value: Any) -> None:
        """Lay a value on the stack."""
        self.stack.append(value)

    def name(self, words: str) -> None:
        """Lay a name on the stack, if it is one that state dicts need."""
        module, _, last = words.partition(" ")
        if words not in (REBUILD, ORDERED) and not (module == "torch" and last in STORAGES):
            raise _refused(f"its pickle asks for {words.replace(' ', '.')}")
        self.put(_Name(words))

    def reduce(self) -> None:
        """What a call of torch or of OrderedDict would give."""
        arguments, called = self.stack.pop(), self.stack.pop()
        if called == _Name(ORDERED) and len(arguments) <= 1:
            self.put(dict(*arguments))
        elif called == _Name(REBUILD) and isinstance(arguments[0], _Storage):
            storage, offset, shape, strides = arguments[:4]
            self.put(_Tensor(storage, int(offset), tuple(shape), tuple(strides)))
        else:
            raise _refused("its pickle calls something")

    def storage(self) -> None:
        """A storage by its number in the file."""
        told = self.stack.pop()
        kind, key, count = told[1], told[2], told[4]
        if told[0] != "storage" or not isinstance(kind, _Name) or told[5:] not in ((), (None,)):
            raise _refused("its pickle points at something that is no storage")
        found = _Storage(str(key), kind.words.partition(" ")[2], int(count))
        self.storages[found.key] = found
        self.put(found)

    def items(self, pairs: list[Any]) -> None:
        """Give the dict on the stack these keys and values, in turn."""
        target = self.stack[-1]
        if not isinstance(target, dict):
            raise _refused("its pickle fills something that is no dict")
        target.update(zip(pairs[::2], pairs[1::2], strict=True))

    def extend(self, values: list[Any]) -> None:
        """Give the list on the stack these values."""
        if not isinstance(self.stack[-1], list):
            raise _refused("its pickle fills something that is no list")
        self.stack[-1].extend(values)

    def build(self) -> None:
        """Attributes of a dict (torch notes versions of layers there) are left out."""
        self.stack.pop()
        if not isinstance(self.stack[-1], dict):
            raise _refused("its pickle builds something that is no dict")

    def last(self, count: int) -> list[Any]:
        """The last values, taken off."""
        if count > len(self.stack):
            raise ValueError("a pickle is not whole")
        taken = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return taken


def _refused(reason: str) -> BadData:
    return BadData(
        f"must be a state dict of torch and nothing else; {reason}, and nothing is executed. "
        "Save it anew: torch.save(network.state_dict(), path)."
    )


def _constant(value: Any) -> Callable[[_Machine, Any], None]:
    return lambda machine, argument: machine.put(value)


def _tuple(count: int) -> Callable[[_Machine, Any], None]:
    return lambda machine, argument: machine.put(tuple(machine.last(count)))


STEPS: Mapping[str, Callable[[_Machine, Any], Any]] = {
    "PROTO": lambda machine, argument: None,
    "MARK": lambda machine, argument: machine.marks.append(len(machine.stack)),
    "NONE": _constant(None), "NEWTRUE": _constant(True), "NEWFALSE": _constant(False),
    **dict.fromkeys(
        ("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE"),
        lambda machine, argument: machine.put(argument),
    ),
    "EMPTY_DICT": lambda machine, argument: machine.put({}),
    "EMPTY_LIST": lambda machine, argument: machine.put([]),
    "EMPTY_TUPLE": _constant(()),
    "TUPLE": lambda machine, argument: machine.put(tuple(machine.marked())),
    "TUPLE1": _tuple(1), "TUPLE2": _tuple(2), "TUPLE3": _tuple(3),
    **dict.fromkeys(
        ("BINPUT", "LONG_BINPUT"),
        lambda machine, argument: machine.memo.__setitem__(argument, machine.stack[-1]),
    ),
    **dict.fromkeys(
        ("BINGET", "LONG_BINGET"),
        lambda machine, argument: machine.put(machine.memo[argument]),
    ),
    "GLOBAL": lambda machine, argument: machine.name(argument),
    "REDUCE": lambda machine, argument: machine.reduce(),
    "BINPERSID": lambda machine, argument: machine.storage(),
    "SETITEM": lambda machine, argument: machine.items(machine.last(2)),
    "SETITEMS": lambda machine, argument: machine.items(machine.marked()),
    "APPEND": lambda machine, argument: machine.extend(machine.last(1)),
    "APPENDS": lambda machine, argument: machine.extend(machine.marked()),
    "BUILD": lambda machine, argument: machine.build(),
}  # fmt: skip
