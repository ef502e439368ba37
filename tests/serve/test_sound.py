"""fondo.serve.sound: what clients are told of a stream, alone, beside others, and when refused."""

import asyncio
import json
import socket
import sys
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from fondo.errors import BadParameter, MissingExtra
from fondo.judge.events import Policy
from fondo.serve import sound
from fondo.serve.sound import MESSAGE, Service, Session, opened, serve
from fondo.tasks.audio.ears import Ears
from fondo.tasks.audio.standalone import Detector

RATE, WINDOW, HOP, UNITS = 1000, 32, 10, 5
WORD = "computer"
SECONDS = 60  # that a client waits for a reply before the test fails


def made():
    """A detector that remembers: windows that overlap, a convolution, gated units, an alarm."""
    drawn = np.random.default_rng(5)
    bands = WINDOW // 2 + 1
    arrays = {
        "front.taper": np.hanning(WINDOW),
        "front.weights": np.ones(bands),
        "front.mean": np.full(bands, -1.0),
        "front.scale": np.full(bands, 2.0),
        "conv": drawn.normal(size=(4, bands, UNITS)),
        "kernel": drawn.normal(size=(UNITS, 3 * UNITS)),
        "recurrent": drawn.normal(size=(UNITS, 3 * UNITS)),
        "outer": drawn.normal(size=3 * UNITS),
        "inner": drawn.normal(size=3 * UNITS),
        "out": drawn.normal(size=(1, UNITS, 1)),
    }
    plain = {"kind": "conv", "stride": 1, "dilation": 1, "past": 0}
    spec = {
        "rate": RATE, "stride": 2 * HOP, "first": WINDOW + 3 * HOP,
        "front": {"window": WINDOW, "hop": HOP, "n_fft": WINDOW, "log": "log", "floor": 1e-10},
        "layers": [
            {**plain, "kernel": "conv", "stride": 2},
            {"kind": "gru", "kernel": "kernel", "recurrent": "recurrent", "outer": "outer",
             "inner": "inner", "reset_after": True},
            {**plain, "kernel": "out"},
        ],
        "policy": Policy(refractory=10).to_json(),
    }  # fmt: skip
    detector = Detector(spec, {name: array.astype("float32") for name, array in arrays.items()})
    scores = np.sort(detector.feed(samples_of(speech(0)))[0])
    middle = len(scores) // 2 + int(np.diff(scores[len(scores) // 2 :][:20]).argmax())
    threshold = float(scores[middle : middle + 2].mean())  # no score is near it
    return Detector({**spec, "policy": {**spec["policy"], "threshold": threshold}}, arrays)


def speech(seed, seconds=4):
    """Bytes of noise that grows and fades."""
    drawn = np.random.default_rng(seed)
    waves = drawn.normal(size=seconds * RATE) * np.hanning(seconds * RATE)
    return (3000 * waves).astype("<i2").tobytes()


def samples_of(data):
    return np.frombuffer(data, "<i2") / np.float32(32768)


@pytest.fixture(scope="module")
def detector():
    return made()


def session(detector, path="/?scores=1"):
    return Session.asked(ears(detector).again(), path)


def ears(detector):
    return Ears({WORD: detector})


def heard(replies):
    return [reply["heard"] for reply in replies if "heard" in reply]


def scored(replies):
    return [score for reply in replies for score in reply.get("scores", [])]


def batch(detector, data):
    """Scores and seconds of alarms of the whole of it at once."""
    detector.reset()
    scores, alarms = detector.feed(samples_of(data))
    return scores, [detector.seconds(step) for step in alarms]


# ---- the talk, without a socket


@pytest.mark.parametrize("size", [1, 7, 160, 1280, 16_000])
def test_messages_of_any_length_give_what_the_whole_gives(detector, size):
    data, talk = speech(0), session(detector)
    replies = [talk.take(data[at : at + size]) for at in range(0, len(data), size)]
    scores, alarms = batch(detector, data)
    told = [reply for each in replies for reply in each]
    np.testing.assert_allclose(scored(told), scores, atol=1e-5)
    assert heard(told) == alarms
    assert len(alarms) >= 3
    assert talk.code is None


def test_scores_say_at_which_step_they_begin_and_end_each_answer(detector):
    data, talk = speech(0), session(detector)
    replies = [talk.take(data[at : at + 101]) for at in range(0, len(data), 101)]
    lasts = [each[-1] for each in replies]
    counts = [len(last["scores"]) for last in lasts]
    assert [last["from"] for last in lasts] == np.cumsum([0, *counts[:-1]]).tolist()
    assert 0 in counts  # an answer, though no score was known yet
    assert talk.take(b"") == [{"scores": [], "from": sum(counts), "word": WORD}]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("/", False), ("/?scores=1", True), ("/?scores=0", False), ("//[?x", False)],
)
def test_scores_are_told_to_those_who_ask(detector, path, wanted):
    talk = session(detector, path)
    replies = talk.take(speech(0))
    assert bool(scored(replies)) is talk.greeting()["scores"] is wanted
    assert heard(replies) == batch(detector, speech(0))[1]


def test_the_greeting_tells_what_sound_is_wanted_and_when_scores_are_known(detector):
    told = session(detector).greeting()
    assert (told["rate"], told["format"], told["channels"]) == (RATE, "s16le", 1)
    ((first, step),) = [tuple(each.values()) for each in told["words"].values()]
    assert list(told["words"]) == [WORD]
    assert [first + k * step for k in (0, 7)] == pytest.approx(
        [detector.seconds(0), detector.seconds(7)]
    )
    assert told["message_bytes"] == MESSAGE


def test_a_reset_begins_anew_and_forgets_half_a_sample(detector):
    talk = session(detector)
    once = talk.take(speech(0))
    talk.take(speech(1)[:1111])  # odd
    assert talk.take(' {"reset":true}\n') == [{"reset": True}]
    assert talk.take(speech(0)) == once
    assert talk.code is None


WRONG = ["", "reset", '{"reset": false}', '{"reset": 1}', '{"reset": true, "a": 1}', '["reset"]',
         "{" * 9, "[" * 100_000, "9" * 10_000, "null"]  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:20])
def test_other_text_is_refused(detector, text):
    talk = session(detector)
    (reply,) = talk.take(text)
    assert list(reply) == ["error"]
    assert reply["error"].startswith('A text message must be {"reset": true}.')
    assert talk.code == 1003


@pytest.mark.parametrize("unit", [b"\0", "x", "ü"], ids=["bytes", "text", "two bytes a letter"])
def test_messages_that_are_too_long_are_refused(detector, unit):
    talk = session(detector)
    assert talk.take(bytes(MESSAGE))[-1]["from"] == 0
    assert talk.code is None
    (reply,) = talk.take(unit * (MESSAGE + 1))
    size = len(unit.encode() if isinstance(unit, str) else unit) * (MESSAGE + 1)
    assert f"at most {MESSAGE} bytes, this one has {size}" in reply["error"]
    assert talk.code == 1009


def test_sessions_do_not_disturb_each_other_or_the_detector_they_come_from(detector):
    detector.reset()
    before = detector.state()
    data = [speech(0), speech(1)]
    talks, told = [session(detector), session(detector)], [[], []]
    for at in range(0, len(data[0]), 500):
        for talk, sent, replies in zip(talks, data, told, strict=True):
            replies += talk.take(sent[at : at + 500])
    for a, b in zip(before, detector.state(), strict=True):
        np.testing.assert_array_equal(a, b)
    for sent, replies in zip(data, told, strict=True):
        scores, alarms = batch(detector, sent)
        np.testing.assert_allclose(scored(replies), scores, atol=1e-5)
        assert heard(replies) == alarms
    each = [talk.ears.detectors[WORD].arrays["recurrent"] for talk in talks]
    assert each[0] is each[1] is detector.arrays["recurrent"]


# ---- the socket


@contextmanager
def served(detector, connections=16, origins=()):
    """Address of a service in a thread of its own; it ends with the block."""
    told, up = {}, threading.Event()

    async def work():
        told["loop"], told["over"] = asyncio.get_running_loop(), asyncio.Event()
        async with opened(Service(ears(detector), connections), "127.0.0.1", 0, origins) as address:
            told["address"] = address
            up.set()
            await told["over"].wait()

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert up.wait(SECONDS)
        yield told["address"]
    finally:
        told["loop"].call_soon_threadsafe(told["over"].set)
        thread.join(SECONDS)
    assert not thread.is_alive()


def receive(client):
    return json.loads(client.recv(timeout=SECONDS))


def answers(client, data, size):
    """All replies to the sound; the last one closes each message's answer."""
    told = []
    for at in range(0, len(data), size):
        client.send(data[at : at + size])
        while "scores" not in (reply := receive(client)):
            told.append(reply)
        told.append(reply)
    return told


@pytest.mark.parametrize("size", [77, 1280, MESSAGE])
def test_a_client_is_told_what_the_whole_gives(detector, size):
    with served(detector) as address, connect(f"{address}/?scores=1") as client:
        assert address.startswith("ws://127.0.0.1:")
        assert not address.endswith(":0")
        assert receive(client) == session(detector).greeting()
        told = answers(client, speech(0), size)
        scores, alarms = batch(detector, speech(0))
        np.testing.assert_allclose(scored(told), scores, atol=1e-5)
        assert heard(told) == alarms


def test_without_scores_there_are_alarms_alone_and_what_was_sent_at_once_is_heard(detector):
    with served(detector) as address, connect(address) as client:
        receive(client)
        data = speech(0)
        for at in range(0, len(data), 64):  # none waits for an answer
            client.send(data[at : at + 64])
        client.send('{"reset": true}')
        alarms = batch(detector, data)[1]
        assert [receive(client) for _ in alarms] == [
            {"heard": second, "word": WORD} for second in alarms
        ]
        assert receive(client) == {"reset": True}


def test_clients_at_the_same_time_are_told_of_their_own_sound(detector):
    told = {}

    def talk(address, seed):
        with connect(f"{address}/?scores=1") as client:
            receive(client)
            told[seed] = answers(client, speech(seed), 200 + 33 * seed)

    with served(detector) as address:
        talks = [threading.Thread(target=talk, args=(address, seed)) for seed in range(4)]
        for thread in talks:
            thread.start()
        for thread in talks:
            thread.join(SECONDS)
    assert sorted(told) == [0, 1, 2, 3]
    for seed, replies in told.items():
        scores, alarms = batch(detector, speech(seed))
        np.testing.assert_allclose(scored(replies), scores, atol=1e-5)
        assert heard(replies) == alarms


def test_a_client_is_answered_while_the_detector_of_another_works(detector, monkeypatch):
    begun, over, take = threading.Event(), threading.Event(), Session.take

    def slow(self, message):
        if message == b"slow":
            begun.set()
            assert over.wait(SECONDS)
        return take(self, message)

    monkeypatch.setattr(Session, "take", slow)
    with served(detector) as address, connect(f"{address}/?scores=1") as busy:
        receive(busy)
        busy.send(b"slow")
        busy.send('{"reset": true}')
        assert begun.wait(SECONDS)
        with connect(address) as other:
            receive(other)
            other.send('{"reset": true}')
            assert receive(other) == {"reset": True}
        over.set()
        assert receive(busy) == {
            "scores": [],
            "from": 0,
            "word": WORD,
        }  # in the order that they were sent
        assert receive(busy) == {"reset": True}


def closing(client):
    """Code that the connection was closed with."""
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=SECONDS)
    return closed.value.rcvd.code


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [("stop", 1003, "A text message must be"), (bytes(MESSAGE + 1), 1009, "at most")],
    ids=["text", "too long"],
)
def test_a_message_that_cannot_be_used_ends_its_connection_alone(detector, message, code, words):
    with served(detector) as address, connect(f"{address}/?scores=1") as other:
        receive(other)
        with connect(address) as client:
            receive(client)
            client.send(message)
            assert words in receive(client)["error"]
            assert closing(client) == code
        other.send(b"")
        assert receive(other) == {"scores": [], "from": 0, "word": WORD}


def test_a_message_that_is_far_too_long_is_not_even_read(detector):
    def send(client):
        client.send(bytes(sound.UNREAD + 1))
        receive(client)

    with served(detector) as address, connect(address) as client:
        receive(client)
        with pytest.raises(ConnectionClosed) as closed:
            send(client)
        assert closed.value.rcvd is None or closed.value.rcvd.code == 1009


def finds_a_place(address):
    """Whether a client is let in, once the service has seen that another is gone."""
    for _ in range(1000):
        with connect(address) as client:
            if "rate" in receive(client):
                return True
    return False


def test_more_clients_than_are_served_are_told_so_until_one_goes(detector):
    with served(detector, connections=2) as address, connect(address) as first:
        receive(first)
        with connect(address) as second:
            receive(second)
            with connect(address) as third:
                assert receive(third)["error"].startswith("No more than 2 clients")
                assert closing(third) == 1013
        assert finds_a_place(address)
        first.send('{"reset": true}')
        assert receive(first) == {"reset": True}


def test_a_client_that_breaks_off_leaves_its_place(detector):
    with served(detector, connections=1) as address:
        with connect(address) as rude:
            receive(rude)
            rude.send(speech(0))
            rude.socket.shutdown(socket.SHUT_RDWR)
        assert finds_a_place(address)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
def test_web_pages_are_refused_unless_they_were_named(detector, origin):
    with served(detector, origins=["https://good.example"]) as address:
        with connect(address, origin="https://good.example") as client:
            assert receive(client)["rate"] == RATE
        with pytest.raises(InvalidStatus, match="403"):
            connect(address, origin=origin)
        with connect(address) as client:  # a program names no origin
            assert receive(client)["rate"] == RATE


# ---- what cannot be


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"port": -1}, r"serve\(port=-1\): port must be a whole number from 0 to 65535"),
        ({"port": 65536}, r"serve\(port=65536\)"),
        ({"host": ""}, r"serve\(host=''\): host must be a name or an address of this machine"),
        ({"host": "a..b"}, r"serve\(host='a..b', port=0\): it must be possible to listen there"),
        ({"host": "192.0.2.1"}, r"it must be possible to listen there \("),  # of another machine
        ({"origins": ["example.org"]}, r"serve\(origin='example.org'\): origin must be written as"),
        ({"origins": ["https://a.b/"]}, r"nothing behind name and port"),
        ({"origins": ["null"]}, r"origin='null'"),
    ],
)
def test_where_nobody_can_listen_is_refused(detector, wrong, words):
    given = {"host": "127.0.0.1", "port": 0, "origins": (), "ready": pytest.fail} | wrong
    with pytest.raises(BadParameter, match=words):
        serve(Service(ears(detector), 1), **given)


def test_a_port_that_is_taken_is_named(detector):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadParameter, match=rf"port={port}\).*Choose another port"):
            serve(Service(ears(detector), 1), "127.0.0.1", port, (), pytest.fail)


def test_two_words_are_told_apart_on_one_stream(detector):
    other = Detector({**detector.spec, "policy": {**detector.spec["policy"], "threshold": 2.0}},
                     detector.arrays)  # fmt: skip
    talk = Session.asked(Ears({WORD: detector, "deaf": other}).again(), "/?scores=1")
    assert list(talk.greeting()["words"]) == [WORD, "deaf"]
    replies = talk.take(speech(0))
    scores, alarms = batch(detector, speech(0))
    assert [(r["heard"], r["word"]) for r in replies if "heard" in r] == [(s, WORD) for s in alarms]
    told = {reply["word"]: reply["scores"] for reply in replies if "scores" in reply}
    for word in (WORD, "deaf"):
        np.testing.assert_allclose(told[word], scores, atol=1e-5)


def test_a_service_for_nobody_is_refused(detector):
    with pytest.raises(BadParameter, match=r"serve\(connections=0\)"):
        Service(ears(detector), 0)


def test_a_missing_package_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "websockets.asyncio.server", None)
    with pytest.raises(MissingExtra, match=r"pip install 'fondo\[serve\]'"):
        sound.websockets()
