"""A trigger word's detector behind a websocket: sound comes in, alarms go out.

Scores and alarms are the detector's; the websocket's own rules are those of the package
`websockets`.
"""

import asyncio
import importlib
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qs

from fondo.contracts import Whole, Word, check_value
from fondo.errors import BadParameter, MissingExtra
from fondo.tasks.audio.ears import Ears
from fondo.tasks.audio.listening import whole_samples

Reply = dict[str, Any]

MESSAGE = 1 << 20  # bytes of a message: 33 s at 16 kHz
UNREAD = 4 * MESSAGE  # bytes above which the package closes a connection before it has read them
WAITING = 2  # messages of a client that are read ahead
PONG = 300.0  # seconds that a client has to answer a ping: its answer waits behind its sound
GOODBYE = 2.0  # seconds that a client has to answer when its connection is closed
UNUSABLE, TOO_LARGE, LATER = 1003, 1009, 1013  # RFC 6455, section 7.4.1, and IANA's list
PAGE = Word(
    "written as browsers do, like https://example.org: small letters, nothing behind name and port",
    lambda origin: bool(re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/\sA-Z]+", origin)),
)


class Session:
    """What one client and the detectors say to each other; no socket is known here.

    Parameters
    ----------
    ears : Ears
        This client's own, at the start of a stream.
    with_scores : bool, default=False
        Answer each piece of sound with its scores too.

    Attributes
    ----------
    code : int or None
        Of the websocket, to close the connection with once the replies are sent; None while it
        goes on.
    """

    def __init__(self, ears: Ears, *, with_scores: bool = False) -> None:
        self.ears = ears
        self.with_scores = with_scores
        self.code: int | None = None
        self._rest = b""  # half a sample

    @classmethod
    def asked(cls, ears: Ears, path: str) -> "Session":
        """Session of a client that asked for this path: `/?scores=1` wants scores."""
        query = parse_qs(path.partition("?")[2])
        return cls(ears, with_scores=query.get("scores") == ["1"])

    def greeting(self) -> Reply:
        """What the client is told first: the sound that is wanted, the words, when scores are."""
        rate = self.ears.rate
        words = {
            word: {
                "first_seconds": each.spec["first"] / rate,
                "step_seconds": each.spec["stride"] / rate,
            }
            for word, each in self.ears.detectors.items()
        }
        return {
            "rate": rate, "format": "s16le", "channels": 1, "message_bytes": MESSAGE,
            "scores": self.with_scores, "words": words,
        }  # fmt: skip

    def take(self, message: bytes | str) -> list[Reply]:
        """Answer one message.

        Parameters
        ----------
        message : bytes or str
            Bytes are the next samples: 16 bits, little end first, one channel, at the detector's
            rate; half a sample waits for its other half. The text `{"reset": true}` begins anew.

        Returns
        -------
        replies : list of dict
            {"heard": seconds, "word": its name} for each alarm, counted from the first sample, and
            with scores {"scores": probabilities, "from": step of the first of them, "word": its
            name} for each word. {"reset": true} answers its like: seconds and steps of later
            replies are counted from 0. {"error": sentence} where the message cannot be used.
        """
        size = len(message.encode() if isinstance(message, str) else message)
        if size > MESSAGE:
            return self._refuse(TOO_LARGE, f"A message must have at most {MESSAGE} bytes, this "
                                f"one has {size}. Send shorter pieces.")  # fmt: skip
        if isinstance(message, bytes):
            return self._hear(message)
        if not _is_reset(message):
            return self._refuse(UNUSABLE, 'A text message must be {"reset": true}. '
                                "Send sound as binary messages.")  # fmt: skip
        self._rest = b""
        self.ears.reset()
        return [{"reset": True}]

    def _hear(self, sound: bytes) -> list[Reply]:
        samples, self._rest = whole_samples(self._rest + sound)
        first = {word: each.policy.position for word, each in self.ears.detectors.items()}
        alarms, scores = self.ears.listen(samples)
        replies: list[Reply] = [{"heard": at.seconds, "word": at.word} for at in alarms]
        for word, values in scores.items() if self.with_scores else ():
            rounded = [round(score, 6) for score in values.tolist()]
            replies.append({"scores": rounded, "from": first[word], "word": word})
        return replies

    def _refuse(self, code: int, sentence: str) -> list[Reply]:
        self.code = code
        return [{"error": sentence}]


def _is_reset(text: str) -> bool:
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):  # the latter where brackets are nested without end
        return False
    return isinstance(asked, dict) and list(asked) == ["reset"] and asked["reset"] is True


class Service:
    """Talks with several clients at a time, each of which has detectors of its own.

    Parameters
    ----------
    ears : Ears
        Clients share their weights; they hear nothing themselves.
    connections : int, at least 1
        Clients at a time; more are told so and sent away.

    Notes
    -----
    A client's next message is received when the last one is answered. Who sends faster than the
    detector listens is slowed down by the socket; no sample is dropped. Detectors work in other
    threads, so that clients do not wait for each other's sound.
    """

    def __init__(self, ears: Ears, connections: int) -> None:
        check_value("serve", "connections", connections, Whole(1))
        self.ears = ears
        self.connections = connections
        self._clients = 0

    async def attend(self, connection: Any) -> None:
        """Talk with a client until it goes, or sends what cannot be answered."""
        with suppress(websockets().ConnectionClosed):
            if self._clients >= self.connections:
                few = f"No more than {self.connections} clients are served at a time."
                await _send(connection, [{"error": f"{few} Try again later."}])
                await connection.close(LATER)
                return
            self._clients += 1
            try:
                await self._talk(connection)
            finally:
                self._clients -= 1

    async def _talk(self, connection: Any) -> None:
        session = Session.asked(self.ears.again(), connection.request.path)
        await _send(connection, [session.greeting()])
        while session.code is None:
            message = await connection.recv()
            await _send(connection, await asyncio.to_thread(session.take, message))
        await connection.close(session.code)


async def _send(connection: Any, replies: list[Reply]) -> None:
    for reply in replies:
        await connection.send(json.dumps(reply))


@asynccontextmanager
async def opened(
    service: Service, host: str, port: int, origins: Sequence[str] = ()
) -> AsyncIterator[str]:
    """Listen for clients while entered.

    Parameters
    ----------
    service : Service
    host : str
        Name or address of this machine. There is no password: whoever reaches it may connect.
    port : int from 0 to 65535
        0 takes any that is free.
    origins : sequence of str, default=()
        Web pages that may connect, as "https://example.org". Others are refused, as a browser lets
        any page that is visited talk to this machine. Programs, which name no origin, are not.

    Yields
    ------
    address : str
        What clients connect to, with the port that was taken: "ws://127.0.0.1:8765".

    Raises
    ------
    BadParameter
        Nobody can listen there, or there is no such origin.
    MissingExtra
        The package websockets is not installed.
    """
    check_value("serve", "host", host, Word("a name or an address of this machine"))
    check_value("serve", "port", port, Whole(0, 65535))
    for origin in origins:
        check_value("serve", "origin", origin, PAGE)
    try:
        server = await websockets().asyncio.server.serve(
            service.attend, host, port, origins=[None, *origins], max_size=UNREAD,
            max_queue=WAITING, ping_timeout=PONG, close_timeout=GOODBYE,
            compression=None,  # which would cost time and hardly shorten sound
        )  # fmt: skip
    except (OSError, UnicodeError) as error:  # the latter for what can be no name
        raise BadParameter(
            f"serve(host={host!r}, port={port}): it must be possible to listen there ({error}). "
            "Choose another port, or stop what listens there."
        ) from error
    async with server:
        name, number = next(iter(server.sockets)).getsockname()[:2]
        yield f"ws://[{name}]:{number}" if ":" in name else f"ws://{name}:{number}"


def serve(
    service: Service, host: str, port: int, origins: Sequence[str], ready: Callable[[str], None]
) -> None:
    """Serve until Ctrl-C; `ready` is called with the address once clients may connect.

    Parameters
    ----------
    service, host, port, origins : object
        As in `opened`.
    ready : function of str

    Raises
    ------
    BadParameter, MissingExtra
        As in `opened`.
    KeyboardInterrupt
        Ctrl-C was pressed, and clients have been told goodbye.
    """

    async def until_stopped() -> None:
        async with opened(service, host, port, origins) as address:
            ready(address)
            await asyncio.Event().wait()

    asyncio.run(until_stopped())


def websockets() -> Any:
    """The package websockets, or MissingExtra with what installs it."""
    try:
        importlib.import_module("websockets.asyncio.server")
        return importlib.import_module("websockets")
    except ImportError as error:
        raise MissingExtra(
            "A service needs websockets, which is not installed. "
            "Install it with: pip install 'fondo[serve]'"
        ) from error
