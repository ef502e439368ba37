"""One file of a model folder at a time; the whole folder is fuzzed in test_folder_fuzz.py."""

import hashlib
from pathlib import Path

import pytest

from fondo.errors import ModelFolderError
from fondo.store import parts
from fondo.store.manifest import Entry


def test_a_file_is_read_when_it_is_what_the_manifest_says(tmp_path: Path) -> None:
    (tmp_path / "card.md").write_bytes(b"# Card")
    said = Entry(6, hashlib.sha256(b"# Card").hexdigest())
    assert parts.read_listed(tmp_path, "card.md", said) == b"# Card"
    with pytest.raises(ModelFolderError, match=r"card\.md has 6 bytes where 7 were written"):
        parts.read_listed(tmp_path, "card.md", Entry(7, said.sha256))
    with pytest.raises(ModelFolderError, match=r"is not as it was written \(its SHA-256 differs\)"):
        parts.read_listed(tmp_path, "card.md", Entry(6, "0" * 64))


def test_no_more_is_read_than_allowed(tmp_path: Path) -> None:
    (tmp_path / "card.md").write_bytes(b"# Card")
    assert parts.read_plain(tmp_path, "card.md", most=6) == b"# Card"
    with pytest.raises(ModelFolderError, match="has 6 bytes, more than any model's"):
        parts.read_plain(tmp_path, "card.md", most=5)


def test_the_cause_is_kept(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="is no JSON that fondo wrote") as caught:
        parts.to_json(tmp_path, "model.json", b"{")
    assert isinstance(caught.value.__cause__, ValueError)
