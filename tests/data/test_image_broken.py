"""fondo.data.images.imaging: files that are no pictures or are damaged, told in plain words."""

import os
import struct
import subprocess
import sys
import threading
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fondo.data.images.decode import Form, decode, original
from fondo.data.images.imaging import MOST_PIXELS, kind_of, pillow, quiet
from fondo.data.images.survey import survey
from fondo.errors import BadData, MissingExtra

FORM = Form(8, 8, 3)


def noise(height: int = 64, width: int = 96) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises so many pixels, and nothing else of a picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


STRANGE = {
    "empty.jpg": (b"", "empty.jpg: the file is empty"),
    "text.jpg": (
        b"Dear Sir,\nhere it is.\n",
        "text.jpg: this is a text file named .jpg, not a pic",
    ),
    "accents.png": ("é".encode() * 300, "a text file named .png"),
    "page.jpg": (b"\n<!DOCTYPE html><html>Not found", "page.jpg: this is a web page named .jpg"),
    "car.bmp": (b"BMW is a car", "car.bmp: this is a text file named .bmp"),
    "zip.png": (b"PK\x03\x04\0\0\xff", "zip.png: this is no picture named .png of a kind that is"),
    "bare": (b"\0\1\2", r"bare: this is no picture of a kind that is read \(JPEG, PNG, "),
    "head.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1", "head.jpg: the file is (cut off|damaged)"),
    "bomb.png": (bomb(20_000, 10_000), "bomb.png: the picture has 20,000 x 10,000 pixels; more th"),
    "large.png": (bomb(12_000, 10_000), "large.png: the file is (cut off|damaged)"),
    "none.png": (bomb(0, 5), "none.png: the (picture has no pixels|file is damaged)"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_files_are_told(tmp_path: Path, name: str) -> None:
    data, told = STRANGE[name]
    (tmp_path / name).write_bytes(data)
    path = str(tmp_path / name)
    with pytest.raises(BadData, match=told):
        decode(path, FORM)
    with pytest.raises(BadData, match=told):
        original(path)
    seen = survey([path])
    assert list(seen.faults) == [0]
    with pytest.raises(BadData, match=told):
        raise BadData(seen.faults[0])
    assert (seen.heights[0], seen.channels[0], seen.hashes[0]) == (0, 0, 0)


def test_the_limit_is_our_own_and_pillows_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    noise().save(tmp_path / "a.png")
    noise().save(tmp_path / "a.webp")
    assert decode(str(tmp_path / "a.png"), FORM).shape == (8, 8, 3)
    with pytest.raises(BadData, match=r"a.webp: the picture has too many pixels \("):
        decode(str(tmp_path / "a.webp"), FORM)  # Pillow asks its own limit here
    assert Image.MAX_IMAGE_PIXELS == 10
    assert MOST_PIXELS == 178_000_000


def test_a_bomb_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[Any] = []
    for kind in ("Png", "Jpeg"):
        module = pillow(f"{kind}ImagePlugin")
        monkeypatch.setattr(getattr(module, f"{kind}ImageFile"), "load", decoded.append)
    (tmp_path / "a.png").write_bytes(bomb(17_801, 10_000))
    assert "more than 178,000,000 in all" in survey([str(tmp_path / "a.png")]).faults[0]
    assert decoded == []


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 90}),
        ("p.jpg", {"quality": 90, "progressive": True}),
        ("a.png", {}),
        ("a.bmp", {}),
        ("a.ppm", {}),
        ("a.webp", {}),
        ("a.tif", {}),
        ("c.tif", {"compression": "tiff_lzw"}),
        ("a.gif", {}),
    ],
)
def test_files_that_are_cut_off_are_found_by_survey_and_decode(
    tmp_path: Path, name: str, options: dict[str, Any], share: float
) -> None:
    path = tmp_path / name
    noise(192, 256).save(path, **options)
    data = path.read_bytes()
    assert survey([str(path)]).faults == {}
    path.write_bytes(data[: int(share * len(data))])
    told = f"{name}: the file is (cut off: it ends before the picture does. Fetch|damaged)"
    with pytest.raises(BadData, match=told):
        decode(str(path), Form(16, 16, 1))
    with pytest.raises(BadData, match=told):
        raise BadData(survey([str(path)]).faults[0])


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.bmp", "a.webp", "a.gif"])
def test_common_kinds_say_that_they_are_cut_off(tmp_path: Path, name: str) -> None:
    noise().save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(BadData, match=f"{name}: the file is cut off"):
        decode(str(tmp_path / name), FORM)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.gif", "a.tif", "a.webp", "a.bmp", "a.ppm"])
def test_rubbish_in_the_middle_is_a_fault_or_passes_but_nothing_else(
    tmp_path: Path, name: str, seed: int
) -> None:
    noise(20, 20).save(tmp_path / name)
    data = bytearray((tmp_path / name).read_bytes())
    rng = np.random.default_rng(seed)
    for at in rng.integers(4, len(data), 12):
        data[at] = int(rng.integers(0, 256))
    (tmp_path / name).write_bytes(data)
    fault = survey([str(tmp_path / name)]).faults.get(0)
    told = f"{tmp_path / name}: "
    try:
        decode(str(tmp_path / name), FORM)
    except BadData as error:
        told = str(error)
        assert fault is not None
    assert told.startswith(f"{tmp_path / name}: ")


def test_a_folder_a_pipe_and_nothing_at_all(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    for name, told in (
        ("x.jpg", "x.jpg: this is a folder, not a picture"),
        ("pipe.jpg", "pipe.jpg: this is no ordinary file"),
        ("gone.jpg", "gone.jpg: there is no such file"),
        ("nul\0.jpg", "the file cannot be opened"),
        ("n" * 300 + ".jpg", "the file cannot be opened"),
    ):
        with pytest.raises(BadData, match=told):
            decode(str(tmp_path / name), FORM)
        with pytest.raises(BadData, match=told):
            raise BadData(survey([str(tmp_path / name)]).faults[0])


def test_a_file_that_must_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    noise().save(tmp_path / "a.png")
    monkeypatch.setattr(Path, "open", refuse)  # root may read everything, and tests may be root
    with pytest.raises(BadData, match=r"a.png: the file cannot be opened \(Permission denied\)"):
        decode(str(tmp_path / "a.png"), FORM)


def test_names_in_any_letters(tmp_path: Path) -> None:
    for name in ("gâteau.png", "写真.jpg", "ñandú und Ähre #1.png"):
        noise().save(tmp_path / name)
        path = str(tmp_path / name)
        assert decode(path, FORM).shape == (8, 8, 3)
        assert survey([path]).faults == {}


def test_warnings_of_pillow_are_not_heard_in_any_thread() -> None:
    module = pillow("TiffImagePlugin")
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with quiet:
            inside.set()
            leave.wait(5)

    before = list(warnings.filters)
    thread = threading.Thread(target=stay)
    with quiet:
        thread.start()
        inside.wait(5)
    # the first one is out, the second still in
    warnings.warn_explicit("corrupt", UserWarning, "x.py", 1, module=module.__name__)
    leave.set()
    thread.join()
    assert warnings.filters == before
    with pytest.raises(UserWarning, match="corrupt"):
        warnings.warn_explicit("corrupt", UserWarning, "x.py", 1, module=module.__name__)


def test_without_pillow_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(MissingExtra, match=r"pip install 'fondo\[images\]'"):
        pillow()


def test_nothing_of_pillow_is_imported_before_a_file_is_opened() -> None:
    code = (
        "import sys, numpy; from fondo.data.images.pictures import Pictures, Form;"
        "p = Pictures.of_array(numpy.ones((2, 4, 4), 'uint8'), 'x'); p.load(Form(4, 4, 3));"
        "p.survey(); import fondo.data.images.folder; print('PIL' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_kinds_are_told_by_their_first_bytes() -> None:
    assert kind_of(b"\xff\xd8\xff\xe0") == "Jpeg"
    assert kind_of(b"RIFF\0\0\0\0WAVE") == ""
    assert kind_of(b"P6\n2 2\n255\n") == "Ppm"
    assert kind_of(b"Paris") == ""
