"""Where a cluster is: read from what a person writes, and knocked at before it is entered."""

import socket
from dataclasses import dataclass

from fondo.errors import BadParameter, ClusterError

PORT = 10001  # on which a Ray head listens for clients, if nothing else was said
_SECONDS = 5.0  # to wait for an answer


@dataclass(frozen=True)
class Address:
    """A cluster: this machine where `host` is empty, else a Ray head.

    Attributes
    ----------
    host : str
    port : int
    """

    host: str = ""
    port: int = PORT

    @property
    def url(self) -> str | None:
        """As Ray wants it; None for this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ray://{host}:{self.port}" if self.host else None


def read_address(text: str) -> Address:
    """Address from "ray" (this machine), "ray://HOST" or "ray://HOST:PORT".

    Raises
    ------
    BadParameter
        For anything else.

    Examples
    --------
    >>> read_address("ray"), read_address("ray://head.example:10002").url
    (Address(host='', port=10001), 'ray://head.example:10002')
    """
    scheme, mark, rest = str(text).partition("://")
    if scheme != "ray" or (mark and not rest):
        raise _wrong(text)
    if not mark:
        return Address()
    host, colon, port = rest.rpartition(":")
    if not colon or rest.endswith("]"):  # no port, or an address of version 6 without one
        return Address(rest.strip("[]"))
    if not port.isdigit() or not 0 < int(port) < 1 << 16 or not host:
        raise _wrong(text)
    return Address(host.strip("[]"), int(port))


def knock(address: Address) -> None:
    """Return at once where something listens at the address; Ray itself would wait for minutes.

    Raises
    ------
    ClusterError
        Nothing listens there, or there is no such host.
    """
    try:
        socket.create_connection((address.host, address.port), timeout=_SECONDS).close()
    except OSError as error:
        raise ClusterError(
            f"open_pool(on='{address.url}'): nothing answers at {address.host} port "
            f"{address.port} ({error}). Start the cluster with `ray start --head` there, or write "
            "--on ray for this machine."
        ) from None


def _wrong(text: str) -> BadParameter:
    return BadParameter(
        f"open_pool(on={text!r}): on must be 'ray' for this machine, or 'ray://HOST:PORT' for a "
        "Ray head elsewhere."
    )
