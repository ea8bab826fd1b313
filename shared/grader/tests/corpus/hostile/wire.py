"""The beginning of attacks on the connection: they send frames of their own making to whoever listens."""

import json
import os
import random
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


def one_of(things):
    """Drawn anew at each call: whoever breaks the rules loses the process, and with it the count of earlier turns."""
    return random.SystemRandom().choice(things)
