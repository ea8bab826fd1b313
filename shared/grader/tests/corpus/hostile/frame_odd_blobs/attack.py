{{WIRE}}

def answer(*args, **kwargs):
    array = {"dtype": "<i8", "shape": [3], "strides": [8], "offset": 0, "align": 0, "buffer": 0, "writeable": True}
    frames = [
        frame({"result": 1}, [b"12345678"], sizes=[9]),
        frame({"result": 1}, [b"12345678"], sizes=[-1, 9]),
        frame({"result": 1}, [b"12345678"], sizes="8"),
        frame({"result": {"b": 7}}, [b"1"]),
        frame({"result": {"b": -1}}, [b"1"]),
        frame({"result": {"b": True}}, [b"1", b"2"]),
        frame({"result": {"L": ["q", 0]}}, [b"123"]),
        frame({"result": {"L": ["O", 0]}}, [b"12345678"]),
        *(frame({"result": {"a": {**array, **change}}}, [bytes(24)]) for change in (
            {"shape": [1 << 60]}, {"shape": [-3]}, {"shape": [1 << 62, 4]}, {"strides": [1 << 40]}, {"strides": [-8]}, {"offset": -8},
            {"offset": 1 << 62}, {"dtype": "O"}, {"dtype": "V99999999999"}, {"dtype": ["O"]}, {"dtype": {"names": ["a"], "formats": ["O"]}},
            {"buffer": 5}, {"align": "x"}, {"align": 1 << 80}, {"shape": [1 << 27], "strides": [0], "dtype": "<f8"}, {"shape": {}}, {"shape": None})),
        frame({"result": {"A": [[1 << 40], []]}}),
        frame({"result": {"n": ["<i8", 0]}}, [b""]),
        frame({"changed": [[0, 0]], "result": {"f": "405edd2f1a9fbe77"}}, [bytes(8)]),
        frame({"changed": [["x"]], "result": 1}),
        frame({"changed": 5, "result": 1}),
        frame({"changed": [[[], {}]], "result": 1}),
    ]
    send(one_of(frames))
    return "wrong"
