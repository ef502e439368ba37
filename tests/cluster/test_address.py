"""fondo.cluster.address: what is written, and whether anybody is there."""

import socket

import pytest
from click.testing import CliRunner

from fondo.cli.main import app
from fondo.cluster.address import Address, knock, read_address
from fondo.errors import BadParameter, ClusterError


@pytest.mark.parametrize(
    ("text", "address", "url"),
    [
        ("ray", Address("", 10001), None),
        ("ray://head", Address("head", 10001), "ray://head:10001"),
        ("ray://10.0.0.7:6", Address("10.0.0.7", 6), "ray://10.0.0.7:6"),
        ("ray://[::1]:10001", Address("::1", 10001), "ray://[::1]:10001"),
        ("ray://[fe80::2]", Address("fe80::2", 10001), "ray://[fe80::2]:10001"),
        ("ray://rechner-für-alle:1", Address("rechner-für-alle", 1), "ray://rechner-für-alle:1"),
    ],
)
def test_an_address_is_read_and_written(text, address, url):
    assert read_address(text) == address
    assert read_address(text).url == url


WRONG = ["", "Ray", "ray://", "ray://:5", "ray://head:0", "ray://head:70000", "ray://head:http"]


@pytest.mark.parametrize("text", [*WRONG, "spark://head", None])
def test_other_text_is_refused(text):
    with pytest.raises(BadParameter, match=r"open_pool\(on=.*\): on must be 'ray'"):
        read_address(text)


def test_a_head_that_does_not_answer_is_told_at_once():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = Address("127.0.0.1", server.getsockname()[1])
        assert knock(address) is None
    with pytest.raises(ClusterError, match=r"nothing answers at 127.0.0.1 port \d+ .*ray start"):
        knock(address)


def test_the_command_says_that_nobody_answers_and_searches_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    arguments = ["search", "sample:iris", "--on", f"ray://127.0.0.1:{port}"]
    done = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "model")])
    assert done.exit_code == 2
    assert "nothing answers at 127.0.0.1" in done.output
    assert not (tmp_path / "model").exists()
