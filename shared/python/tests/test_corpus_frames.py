"""Frames that attacks of the corpus forge: each is refused for its own reason, or ends in something harmless.

In the corpus each attack sends one of them at a time, drawn anew, and shows that the grader as a whole holds.
Here each is seen to get as far as the decoder.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from grader.stand_ins.session import Session
from grader.transport.frames import Message

HOSTILE = Path(__file__).parents[2] / "grader/tests/corpus/hostile"


def sent_by(attack: str) -> list[dict[str, Any]]:
    """The bodies of all frames that an attack sends; of those that it draws from, all."""
    code = (HOSTILE / attack / "attack.py").read_text("utf-8")
    space: dict[str, Any] = {}
    exec(code.replace("{{WIRE}}", (HOSTILE / "wire.py").read_text("utf-8")), space)
    bodies: list[dict[str, Any]] = []

    def send(data: bytes) -> None:
        length, _ = struct.unpack(">II", data[:8])
        bodies.append(json.loads(data[8 : 8 + length]))

    def each_of(things: list[Any]) -> Any:
        key = "raised" if attack == "frame_exceptions" else "result"
        bodies.extend({key: thing} for thing in things[:-1])
        return things[-1]  # The attack sends it itself.

    space.update(send=send, one_of=each_of)
    space["answer"]()
    return bodies


class Answers:
    """A worker that always gives the same answer."""

    generation = 1

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def ask(self, message: Message) -> Message:
        """The answer."""
        return Message(dict(self._body))


def outcome(body: dict[str, Any]) -> str:
    """The outcome that a test sees: the type of a value, or an exception with its text."""
    session = Session("m", "m.so", {}, Answers(body))
    try:
        return type(session.module.anything).__name__
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


NO_CLASS = "BadFrame: an exception of a class that is none"
NO_EXCEPTION = "BadFrame: an exception that is none, or an endless chain of them"
NO_PARTS = "BadFrame: an exception whose parts are none"
NEVER_HANDED_OVER = "BadFrame: an object that was never handed over"
NO_STAND_INS = "BadFrame: an object of a class that has no stand-ins"


def test_exceptions_that_no_code_in_the_jail_could_raise() -> None:
    # A class of the submission's own may have the name of one of pytest's. It is another class.
    own_classes = ["Skipped: x", "Exit: x", "UnsatisfiedAssumption: x", "ExpectationFailed: x", "Many: x"]
    assert [outcome(body) for body in sent_by("frame_exceptions")] == [
        *("SystemExit: x", "KeyboardInterrupt: x", "GeneratorExit: x"),
        "RuntimeError: the call raised StopIteration",
        "BadFrame: a group that is none",
        *(NO_CLASS, NO_CLASS, NO_CLASS),
        *own_classes,
        *(NEVER_HANDED_OVER, NO_CLASS, NO_CLASS, NO_PARTS, NO_EXCEPTION),
        "UnicodeDecodeError: x",
        *(NO_PARTS, "BadFrame: no list of values"),
        *(NO_EXCEPTION, NO_EXCEPTION, NO_EXCEPTION),
    ]


def test_a_class_with_the_name_of_one_of_pytests_is_another_class() -> None:
    forged = [body for body in sent_by("frame_exceptions") if "_pytest" in json.dumps(body)]
    assert len(forged) == 2
    for body in forged:
        with pytest.raises(BaseException, match=r"^x$") as caught:
            _ = Session("m", "m.so", {}, Answers(body)).module.anything
        assert not isinstance(caught.value, (pytest.skip.Exception, pytest.exit.Exception))


def test_handles_of_the_wrong_kind() -> None:
    assert [outcome(body) for body in sent_by("frame_handles")] == [
        *("RemoteModule", "type", "BadFrame: no such type", "BadFrame: no such type"),
        *("float", "RemoteCallable", NO_STAND_INS, "BadFrame: a class of no known form"),
        *("BadFrame: a class that cannot be", NO_STAND_INS, "BadFrame: a class without a name", "float"),
        *("BadFrame: a class without a handle", "BadFrame: an object without a handle"),
        *("BadFrame: an object of no known form", "BadFrame: an object of no known form"),
        *(NEVER_HANDED_OVER, NEVER_HANDED_OVER, NEVER_HANDED_OVER),
        *(NO_EXCEPTION, "BadFrame: a value that does not hold together: KeyError"),
    ]


def test_a_class_with_the_name_of_a_built_in_one_is_another_class() -> None:
    bodies = [body for body in sent_by("frame_handles") if outcome(body) == "float"]
    assert len(bodies) == 2
    for body in bodies:
        forged = Session("m", "m.so", {}, Answers(body)).module.anything
        assert not isinstance(forged, float)


def test_requests_for_what_was_never_handed_over() -> None:
    bodies = sent_by("frame_callbacks")
    assert len(bodies) == 7 * 8 + 4
    for body in bodies:
        answer = Session("m", "m.so", {}, Answers({})).answer(Message(body))
        assert answer.body["raised"]["args"] == ["an object that was never handed over"], body
        assert "result" not in answer.body
