{{WIRE}}

def answer(*args, **kwargs):
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
    send(one_of(bombs))
    return "wrong"
