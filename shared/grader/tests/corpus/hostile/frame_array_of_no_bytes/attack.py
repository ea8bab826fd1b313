{{WIRE}}


def answer(*args, **kwargs):
    inside = {"a": {"dtype": "|u1", "shape": [64], "strides": [1], "offset": 0, "align": 0, "buffer": 0, "writeable": True, "number": 900}}
    send(frame({"raised": {"class": "ValueError", "args": [inside], "attributes": {}, "notes": [], "text": ""}}, [b""]))
    return "wrong"
