"""Holes that the hostile corpus has found in the grader's conversation, each as small as it can be shown."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
import tracemalloc
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from grader.codec import arrays
from grader.codec.decoder import Decoder
from grader.codec.side import NotPlainData
from grader.stand_ins.session import Session
from grader.transport import frames, peer
from grader.transport.frames import BadFrame, Closed, Message


class Answers:
    """A link whose answers are given: what the jail would say."""

    generation = 1

    def __init__(self, *results: dict[str, Any]) -> None:
        self.results = list(results)

    def ask(self, message: Message) -> Message:
        """The next one."""
        return Message(self.results.pop(0))


def world(*results: dict[str, Any]) -> Session:
    """A module whose answers are these."""
    return Session("m", "m.so", {}, Answers(*results))


def raised(form: dict[str, Any]) -> BaseException:
    """The exception of a call that the jail answers so."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011  (any at all)
        world({"raised": form}).module.anything  # noqa: B018
    return caught.value


def pair() -> tuple[socket.socket, peer.Peer]:
    """The jail's end, and the oracle's."""
    theirs, ours = socket.socketpair()
    asker = peer.Peer(ours, lambda message: message, takes_new_threads=False)
    asker.start()
    return theirs, asker


def frame(body: dict[str, Any]) -> bytes:
    text = json.dumps({"thread": 0, "sizes": [], **body}).encode()
    return struct.pack(">II", len(text), 0) + text


def test_an_answer_before_the_question_is_refused() -> None:
    theirs, asker = pair()
    theirs.sendall(frame({"kind": "answer", "result": True}))
    time.sleep(0.05)
    with pytest.raises(BadFrame, match="no question"):
        asker.ask(Message({}), time.monotonic() + 5)


def test_a_second_answer_does_not_wait_for_the_next_question() -> None:
    theirs, asker = pair()

    def answer_twice() -> None:
        frames.receive(theirs)
        theirs.sendall(frame({"kind": "answer", "result": 1}) * 2)

    threading.Thread(target=answer_twice).start()
    assert asker.ask(Message({}), time.monotonic() + 5).body["result"] == 1
    time.sleep(0.05)
    with pytest.raises(BadFrame, match="no question"):
        asker.ask(Message({}), time.monotonic() + 5)


def test_a_flood_of_questions_ends() -> None:
    theirs, asker = pair()
    with contextlib.suppress(OSError):  # The oracle hangs up in the middle of it.
        theirs.sendall(frame({"kind": "ask"}) * 10 * peer.MOST_WAITING)
    time.sleep(0.1)
    assert isinstance(asker.failure, BadFrame)


def test_a_flood_of_bytes_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "MOST_BYTES_WAITING", 1000)
    theirs, asker = pair()
    theirs.sendall(frame({"kind": "ask", "text": "x" * 600}) * 3)
    time.sleep(0.1)
    assert isinstance(asker.failure, BadFrame)


def test_what_was_taken_makes_room_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "MOST_BYTES_WAITING", 1000)
    theirs, asker = pair()
    threading.Thread(target=lambda: [frames.receive(theirs) for _ in range(6)], daemon=True).start()
    for _ in range(5):
        time.sleep(0.02)
        threading.Timer(0.02, theirs.sendall, [frame({"kind": "answer", "text": "x" * 600})]).start()
        asker.ask(Message({}), time.monotonic() + 5)
    assert asker.failure is None


def test_a_reader_that_dawdles_does_not_stop_the_clock() -> None:
    theirs, asker = pair()
    stop = threading.Event()

    def dawdle() -> None:
        while not stop.wait(0.05):
            theirs.recv(1000)

    threading.Thread(target=dawdle, daemon=True).start()
    begun = time.monotonic()
    with pytest.raises(frames.TookTooLong):
        asker.ask(Message({}, [bytes(8 << 20)]), begun + 0.5)
    # Another thread does not wait for the first one to get through.
    with pytest.raises((frames.TookTooLong, Closed)):
        asker.ask(Message({}), time.monotonic() + 0.1)
    stop.set()
    assert time.monotonic() - begun < 20


def test_gathering_small_items_takes_little_memory() -> None:
    count = 1 << 20
    blob = np.arange(count + 1, dtype=np.uint8)
    form = {"shape": [2, count], "strides": [1, 1], "offset": 0}
    layout = arrays.Layout(form, np.dtype("u1"), len(blob), 4 * count)
    tracemalloc.start()
    gathered = layout.by_slicing(blob)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.array_equal(gathered, [blob[:-1], blob[1:]])
    assert peak < 4 * gathered.nbytes


def test_asking_back_for_ever_takes_too_long() -> None:
    theirs, asker = pair()
    theirs.sendall(frame({"kind": "ask"}) * 10)
    with pytest.raises(frames.TookTooLong):
        asker.ask(Message({}), time.monotonic() - 1)


def test_long_texts_are_refused() -> None:
    theirs, ours = socket.socketpair()
    theirs.sendall(struct.pack(">II", frames.LONGEST_TEXT + 1, 0))
    with pytest.raises(BadFrame, match="too long"):
        frames.receive(ours)


@pytest.mark.parametrize("form", [{"F": ["1e999999999", 1]}, {"F": [1]}, {"F": [1, 0]}, {"D": [0, [1], 9]}])
def test_numbers_are_no_texts(form: Any) -> None:
    with pytest.raises(BadFrame):
        Decoder(world(), []).value(form)


def test_fractions_travel() -> None:
    assert Decoder(world(), []).value({"F": [1, {"i": "f" * 30}]}) == Fraction(1, int("f" * 30, 16))


def test_an_exception_of_every_class_is_of_its_first() -> None:
    bases = [{"builtin": name} for name in ("TypeError", "ValueError", "OverflowError")]
    cls = {
        "handle": 5,
        "kind": "class",
        "name": "All",
        "module": "m",
        "exception": "TypeError",
        "bases": bases,
    }
    error = raised({"class": {"o": cls}, "args": [], "attributes": {}, "notes": [], "handle": 6, "text": "x"})
    assert isinstance(error, TypeError)
    assert not isinstance(error, (ValueError, OverflowError))


@pytest.mark.parametrize("name", ["__array_interface__", "__array_struct__", "__array_ufunc__"])
def test_numpy_is_led_nowhere(name: str) -> None:
    cls = {"handle": 5, "kind": "class", "name": "C", "module": "m", "bases": [], "specials": []}
    thing = world({"result": {"o": {"handle": 6, "kind": "instance", "class": cls}}}).module.thing
    with pytest.raises(AttributeError):
        getattr(thing, name)


def test_a_check_in_a_callback_keeps_its_answer() -> None:
    own = world()

    def callback(value: int) -> None:
        error = AssertionError("expected 42")
        error.expected = 42  # type: ignore[attr-defined]
        raise error

    number = own.export(callback)["id"]
    answer = own.answer(Message({"target": number, "method": "__call__", "args": [1], "kwargs": {}}))
    assert "42" not in json.dumps(answer.body)


def test_modules_do_not_travel() -> None:
    with pytest.raises(NotPlainData):
        world().export(json)


NEXT = {
    "o": {
        "handle": 7,
        "kind": "instance",
        "class": {
            "handle": 6,
            "kind": "class",
            "name": "Rows",
            "module": "m",
            "doc": None,
            "bases": [],
            "specials": ["__iter__", "__next__"],
            "hashable": True,
            "abcs": [],
        },
    }
}


class Rows:
    """A link to a function whose rows end at once, in this way."""

    generation = 1

    def __init__(self, end: dict[str, Any]) -> None:
        self.end = end

    def ask(self, message: Message) -> Message:
        """The function is there, gives its rows, and these end."""
        if message.body["op"] == "get":
            return Message({"result": {"o": {"handle": 3, "kind": "callable"}}})
        if message.body["op"] == "call" or "__iter__" in str(message.body["args"]):
            return Message({"result": NEXT})
        return Message({"raised": self.end})


@pytest.mark.parametrize("args", [[], [5], [1, 2]])
@pytest.mark.parametrize("attributes", [{}, {"value": None}, {"value": 5}, {"other": 5}])
def test_the_end_of_an_iterator_has_its_value_in_c(args: list[Any], attributes: dict[str, Any]) -> None:
    """`yield from` reads it there without a look: where there was none, the oracle died."""
    end = {"class": "StopIteration", "args": args, "attributes": attributes, "notes": [], "text": ""}
    rows = Session("m", "m.so", {}, Rows(end)).module.rows

    def walk() -> Any:
        yield "first"
        return (yield from rows())

    assert list(walk()) == ["first"]
    assert list(rows()) == []


@pytest.mark.parametrize("name", ["StopIteration", "StopAsyncIteration"])
def test_a_call_cannot_end_a_loop_of_the_test(name: str) -> None:
    form = {"class": name, "args": [], "attributes": {}, "notes": [], "text": ""}
    callable_ = {"result": {"o": {"handle": 3, "kind": "callable"}}}
    function = world(callable_, {"raised": form}).module.function
    with pytest.raises(RuntimeError, match=name):
        list(map(function, [1, 2, 3]))
