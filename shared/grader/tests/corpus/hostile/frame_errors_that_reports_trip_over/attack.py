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
    bases = ("AssertionError", "SyntaxError", "ImportError", "UnicodeDecodeError")
    base = bases[len(args) and int(abs(hash(args)) % 4)]
    own = {"handle": 91, "kind": "class", "name": "Own", "module": "m", "exception": base, "specials": [], "bases": [{"builtin": base}]}
    attributes = {"msg": 5, "text": 5, "filename": 5, "lineno": 1, "end_offset": 10**11, "start": -(10**15), "name": 5}
    send({"raised": {"class": {"o": own}, "args": [], "attributes": attributes, "notes": [], "text": "x", "handle": 92}})
    return "wrong"
