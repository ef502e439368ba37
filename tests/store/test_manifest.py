"""The manifest lets no bit change."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fondo.store import manifest
from fondo.version import __version__

FILES = {"model.json": b"{}", "weights.safetensors": b"1234"}
WHOLE = manifest.pack(FILES, 1)


def sealed(body: object) -> bytes:
    """Manifest with any content and a seal that fits."""
    text = json.dumps(body).replace("SEAL", "0" * 64).encode()
    return text.replace(b"0" * 64, hashlib.sha256(text).hexdigest().encode())


def test_what_was_packed_is_found() -> None:
    found = manifest.unpack(WHOLE)
    assert (found.format, found.version) == (1, __version__)
    assert found.files["weights.safetensors"] == manifest.Entry(
        4, "03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4"
    )  # printf 1234 | sha256sum
    assert all(manifest.fits(data, found.files[name]) for name, data in FILES.items())
    assert not manifest.fits(b"1235", found.files["weights.safetensors"])
    assert not manifest.fits(b"123", found.files["weights.safetensors"])


@given(st.integers(0, 8 * len(WHOLE) - 1))
def test_every_bit_counts(bit: int) -> None:
    flipped = bytearray(WHOLE)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ValueError, match=r"."):
        manifest.unpack(bytes(flipped))


@given(st.integers(0, len(WHOLE) - 1))
def test_every_byte_counts(length: int) -> None:
    if WHOLE[length:].strip():
        with pytest.raises(ValueError, match=r"."):
            manifest.unpack(WHOLE[:length])


ENTRY = {"bytes": 2, "sha256": "a" * 64}


def body(**changes: object) -> dict[str, object]:
    whole = {"kind": manifest.KIND, "format": 1, "fondo": "9", "files": {"model.json": ENTRY}}
    return {**whole, **changes, "seal": "SEAL"}


def test_a_forged_seal_fits() -> None:
    assert manifest.unpack(sealed(body())).files == {"model.json": manifest.Entry(2, "a" * 64)}


@pytest.mark.parametrize(
    ("forged", "message"),
    [
        ([], "it is not fondo's"),
        (body(kind="other"), "it is not fondo's"),
        ({**body(), "seal": "b" * 64}, "its seal does not fit"),
        ({**body(), "seal": 7}, "its seal does not fit"),
        (body(format="1"), "no format or version"),
        (body(format=True), "no format or version"),
        (body(format=0), "no format or version"),
        (body(format=1.0), "no format or version"),
        (body(fondo=None), "no format or version"),
        (body(files=["model.json"]), "it lists no files"),
        (body(files={"model.json": 3}), "no size or no hash of model.json"),
        (body(files={"model.json": {**ENTRY, "bytes": -1}}), "no size or no hash"),
        (body(files={"model.json": {**ENTRY, "bytes": 2.0}}), "no size or no hash"),
        (body(files={"model.json": {**ENTRY, "sha256": "A" * 64}}), "no size or no hash"),
        (body(files={"model.json": {**ENTRY, "sha256": None}}), "no size or no hash"),
    ],
)
def test_nonsense_under_a_good_seal_is_told(forged: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        manifest.unpack(sealed(forged))


@pytest.mark.parametrize(
    "name",
    [
        "../model.json",
        "/etc/model.json",
        "a/model.json",
        "..\\model.json",
        "C:model.json",
        ".model.json",
        "model.json\n",
        "model.py",
        "model.pkl",
        "Model.json",
        "",
        "a" * 65 + ".json",
        "manifest.json",
        "modél.json",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert not manifest.is_name(name)
    with pytest.raises(ValueError, match="which may not be"):
        manifest.unpack(sealed(body(files={name: ENTRY})))
