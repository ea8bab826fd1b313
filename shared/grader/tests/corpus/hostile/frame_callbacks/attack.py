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
    for target in (0, 1, -1, None, "x", [], 2**70):
        for method in ("__call__", "__class__", "__getattribute__", "__reduce__", "__globals__", "", None, []):
            send(frame({"kind": "ask", "target": target, "method": method, "args": [5], "kwargs": {"a": {"y": 0}}}))
    for args, kwargs in ((5, {}), ([], 5), (None, None), ([{"y": 0}], {"self": 1})):
        send(frame({"kind": "ask", "target": 0, "method": "__call__", "args": args, "kwargs": kwargs}))
    return "wrong"
