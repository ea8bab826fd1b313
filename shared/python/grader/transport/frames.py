"""Messages over a socket: a length, a JSON text, and the bytes that JSON is bad at. Never pickle.

A frame is two unsigned 32-bit numbers (the length of the text, the length of all bytes together, big-endian),
the text, and the bytes. The text's key "sizes" says how the bytes are cut. The reader trusts nothing of it: a
frame that is too long, or not of this form, is a `BadFrame`.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Any

LONGEST = 64 << 20
"""Bytes of one frame. The largest array that a test uses takes a fraction of it."""

LONGEST_TEXT = 16 << 20
"""Bytes of its JSON. Values from three of them can take a hundred in memory, so this bounds a message's cost;
numbers in bulk and long texts are no part of it."""

_PIECE = 1 << 20
"""Bytes that are made room for at a time: a frame that never comes costs no more."""

_HEAD = struct.Struct(">II")


class BadFrame(Exception):
    """The message is no frame, or holds no value."""


class Closed(Exception):
    """The other side is gone."""


class TookTooLong(Exception):
    """The other side did not answer in time, or did not read."""


@dataclass
class Message:
    """One frame: a JSON value, and byte strings that it refers to by their number."""

    body: dict[str, Any]
    blobs: list[bytes] = field(default_factory=list)
    size: int = 0
    """Bytes of the frame that it came in."""


def send(link: socket.socket, message: Message, deadline: float | None = None) -> None:
    """Sends one frame, by the deadline of `time.monotonic()` if there is one.

    The caller holds a lock where several threads share the socket. A frame that is sent in part ends the
    conversation.
    """
    body = {**message.body, "sizes": [len(blob) for blob in message.blobs]}
    text = json.dumps(body, separators=(",", ":"), allow_nan=False).encode("ascii")
    total = sum(body["sizes"])
    if len(text) > LONGEST_TEXT:
        raise BadFrame(f"a message with {len(text) >> 20} MiB of text; {LONGEST_TEXT >> 20} MiB is the most")
    if len(text) + total > LONGEST:
        raise BadFrame(f"a message of {(len(text) + total) >> 20} MiB; {LONGEST >> 20} MiB is the most")
    data = b"".join((_HEAD.pack(len(text), total), text, *message.blobs))
    try:
        if deadline is None:
            link.sendall(data)
        else:
            _send_by(link, data, deadline)
    except OSError as error:
        raise Closed(str(error)) from None


def _send_by(link: socket.socket, data: bytes, deadline: float) -> None:
    """Not by the socket's own time limit, which begins anew with each byte that the other side takes."""
    left = memoryview(data)
    ready = select.poll()
    ready.register(link, select.POLLOUT)
    while left:
        seconds = deadline - time.monotonic()
        if seconds <= 0.0:
            raise TookTooLong
        if ready.poll(seconds * 1e3):
            try:
                left = left[link.send(left, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                continue


def receive(link: socket.socket) -> Message:
    """Waits for one frame."""
    length, total = _HEAD.unpack(_exactly(link, _HEAD.size))
    if length > LONGEST_TEXT or length + total > LONGEST:
        raise BadFrame("a frame that is too long")
    text, data = _exactly(link, length), _exactly(link, total)
    return parsed(text, data)


def parsed(text: bytes | bytearray, data: bytes | bytearray) -> Message:
    """The message of a frame's text and bytes."""
    total = len(data)
    try:
        body = json.loads(text, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadFrame("no JSON") from None
    sizes = body.pop("sizes", None) if isinstance(body, dict) else None
    if not (isinstance(sizes, list) and all(type(size) is int and size >= 0 for size in sizes)):
        raise BadFrame("a frame without sizes")
    if sum(sizes) != total:
        raise BadFrame("sizes that do not add up")
    blobs, start, whole = [], 0, memoryview(data)
    for size in sizes:
        blobs.append(bytes(whole[start : start + size]))
        start += size
    return Message(body, blobs, len(text) + total)


def _no_number(text: str) -> None:
    """JSON's own floats are not exact; those that travel do so by their bits."""
    raise BadFrame("a number that is no integer")


def _exactly(link: socket.socket, count: int) -> bytearray:
    data = bytearray()
    while len(data) < count:
        start, room = len(data), min(_PIECE, count - len(data))
        data += bytes(room)
        with memoryview(data) as view:
            try:
                read = link.recv_into(view[start:])
            except OSError as error:
                raise Closed(str(error)) from None
        if read == 0:
            raise Closed("the other side closed the connection")
        del data[start + read :]
    return data
