"""fondo.store.fetched: one download, checked, kept; a server on this machine stands for the net."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fondo.errors import BadData, BadParameter, OutputError
from fondo.store.fetched import cache_folder, fetch

CONTENT = bytes(range(256)) * 9000  # more than two pieces
SHA256, MD5 = hashlib.sha256(CONTENT).hexdigest(), hashlib.md5(CONTENT).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:1000] if self.path == "/cut" else CONTENT)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("FONDO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    Server.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("checksum", [SHA256, SHA256.upper(), MD5], ids=["sha", "large", "md5"])
def test_a_file_is_downloaded_once(address: str, checksum: str) -> None:
    steps: list[tuple[int, int | None]] = []
    path = fetch(f"{address}/w", checksum, "w.h5", lambda *step: steps.append(step))
    again = fetch(f"{address}/w", checksum, "w.h5")
    assert path == again == cache_folder() / "w.h5"
    assert path.read_bytes() == CONTENT
    assert Server.asked == ["/w"]
    assert steps[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})


def test_a_file_that_was_spoilt_in_the_cache_is_fetched_anew(address: str) -> None:
    fetch(f"{address}/w", SHA256, "w.h5").write_bytes(b"spoilt")
    assert fetch(f"{address}/w", SHA256, "w.h5").read_bytes() == CONTENT


def test_another_file_is_not_kept(address: str) -> None:
    with pytest.raises(BadData, match=r"must have the check-sum 0+.*another one.*weights=PATH"):
        fetch(f"{address}/w", "0" * 64, "w.h5")
    assert not cache_folder().exists()


@pytest.mark.parametrize("page", ["missing", "cut"])
def test_no_whole_answer_is_said(address: str, page: str) -> None:
    with pytest.raises(
        (OutputError, BadData), match=r"(could not be downloaded|another one).*PATH"
    ):
        fetch(f"{address}/{page}", SHA256, "w.h5")
    assert not cache_folder().exists()


def test_offline_says_where_to_put_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FONDO_CACHE", str(tmp_path))
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(
        OutputError, match=r"could not be downloaded.*weights=PATH, or put it at .*w.h5"
    ):
        fetch("http://127.0.0.1:9/w", SHA256, "w.h5")


def test_a_file_put_there_by_hand_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONDO_CACHE", str(tmp_path))
    (tmp_path / "w.h5").write_bytes(CONTENT)
    assert fetch("http://127.0.0.1:9/w", SHA256, "w.h5") == tmp_path / "w.h5"


def test_without_the_variable_the_cache_is_the_user_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FONDO_CACHE", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert cache_folder() == tmp_path / ".cache" / "fondo"


def test_no_file_of_this_machine_is_read() -> None:
    with pytest.raises(BadParameter, match=r"fetch\(url='file:.*must begin with https://"):
        fetch("file:///etc/hostname", SHA256, "w.h5")


def test_a_check_sum_is_asked_for() -> None:
    with pytest.raises(BadParameter, match=r"fetch\(checksum='abc'\): must be 64"):
        fetch("https://example.org/w", "abc", "w.h5")


@pytest.mark.parametrize("name", ["../w", "a/b", "", ".."])
def test_no_file_outside_the_cache_is_written(name: str) -> None:
    with pytest.raises(BadParameter, match=r"fetch\(name=.*without a folder"):
        fetch("https://example.org/w", SHA256, name)
