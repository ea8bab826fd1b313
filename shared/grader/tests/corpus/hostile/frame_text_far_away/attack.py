{{WIRE}}


def answer(*args, **kwargs):
    whole = {"b": 0}
    attributes = {"encoding": "utf-8", "object": whole, "start": -(10**15), "end": 1 - 10**15, "reason": "x"}
    form = {"class": "UnicodeDecodeError", "args": ["utf-8", whole, 0, 1, "x"], "attributes": attributes, "notes": [], "text": "x"}
    send(frame({"raised": form}, [b"abc"]))
    return "wrong"
