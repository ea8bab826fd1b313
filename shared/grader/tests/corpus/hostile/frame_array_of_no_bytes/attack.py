import json
import os
import stat
import struct


def links():
    """The sockets of this process: one of them leads to the oracle."""
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                yield fd
        except OSError:
            pass


def send(body, blobs=()):
    body = {"thread": 0, "kind": "answer", "changed": [], "sizes": [len(b) for b in blobs], **body}
    text = json.dumps(body).encode()
    data = struct.pack(">II", len(text), sum(map(len, blobs))) + text + b"".join(blobs)
    for fd in links():
        os.write(fd, data)


def answer(*args, **kwargs):
    inside = {"a": {"dtype": "|u1", "shape": [64], "strides": [1], "offset": 0, "align": 0, "buffer": 0, "writeable": True, "number": 900}}
    send({"raised": {"class": "ValueError", "args": [inside], "attributes": {}, "notes": [], "text": ""}}, [b""])
    return "wrong"
