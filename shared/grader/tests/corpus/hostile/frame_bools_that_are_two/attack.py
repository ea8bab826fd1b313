{{WIRE}}


def answer(*args, **kwargs):
    record = {"names": ["a"], "formats": ["|b1"], "offsets": [0], "titles": [None], "itemsize": 1}
    array = {"a": {"dtype": record, "shape": [10], "strides": [1], "offset": 0, "align": 0, "buffer": 0, "writeable": True, "number": 900}}
    send(frame({"result": array}, [b"\xff" * 10]))
    return "wrong"
