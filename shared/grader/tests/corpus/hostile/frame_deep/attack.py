import json
import os
import socket
import stat
import struct
import threading
import time


def links():
    """The sockets of this process: one of them leads to the oracle."""
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                yield fd
        except OSError:
            pass


def frame(body, blobs=(), sizes=None, text=None):
    body = {"thread": 0, "kind": "answer", "changed": [], "sizes": [len(b) for b in blobs] if sizes is None else sizes, **body}
    text = json.dumps(body).encode() if text is None else text
    return struct.pack(">II", len(text), sum(map(len, blobs))) + text + b"".join(blobs)


def send(data):
    for fd in links():
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view[: 1 << 20]) :]


def answer(*args, **kwargs):
    import itertools

    deep = 1.5
    for _ in range(400):
        deep = {"l": [deep]}
    classes = {"builtin": "object"}
    for number in range(200):
        classes = {"handle": 100 + number, "kind": "class", "name": "C", "bases": [classes], "specials": []}
    dtype = "<i4"
    for _ in range(300):
        dtype = {"names": ["a"], "formats": [dtype], "offsets": [0], "itemsize": 4}
    bombs = [
        frame({}, text=b"[" * 100_000),
        frame({}, text=b'{"a":' * 100_000),
        frame({"result": deep}),
        frame({"result": {"o": classes}}),
        frame({"result": {"n": [dtype, 0]}}, [bytes(4)]),
        frame({"raised": {"class": "ValueError", "args": [deep], "attributes": {}, "notes": []}}),
    ]
    global TURN
    TURN = globals().get("TURN") or itertools.cycle(bombs)
    send(next(TURN))
    return "wrong"
