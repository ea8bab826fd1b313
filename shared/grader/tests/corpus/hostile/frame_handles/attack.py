{{WIRE}}

def answer(*args, **kwargs):
    everything = ["__eq__", "__ne__", "__hash__", "__lt__", "__float__", "__bool__", "__class__", "__getattribute__", "__reduce__", "__del__"]
    cls = {"handle": 60, "kind": "class", "name": "float", "module": "builtins", "bases": [], "specials": everything, "abcs": ["Sequence", "Hashable"], "hashable": True, "doc": None}
    forms = [
        {"o": {"handle": 0, "kind": "instance"}}, {"o": {"builtin": "float"}}, {"o": {"builtin": "eval"}}, {"o": {"builtin": 5}},
        {"o": {"handle": 61, "kind": "instance", "class": cls}}, {"o": {"handle": 62, "kind": "callable"}},
        {"o": {"handle": 63, "kind": "instance", "class": {"builtin": "float"}}}, {"o": {"handle": 64, "kind": "instance"}},
        {"o": {"handle": 65, "kind": "instance", "class": {**cls, "handle": 66, "bases": [cls, cls]}}},
        {"o": {"handle": 67, "kind": "instance", "class": {**cls, "handle": 68, "exception": "ValueError"}}},
        {"o": {"handle": 69, "kind": "instance", "class": {**cls, "handle": 70, "name": "a b"}}},
        {"o": {"handle": 71, "kind": "instance", "class": {**cls, "handle": 72, "specials": [[]]}}},
        {"o": {"handle": 73, "kind": "instance", "class": {"mine": 0}}}, {"o": {"handle": True}}, {"o": []}, {"o": None},
        {"y": 0}, {"y": -1}, {"y": "0"}, {"x": 5}, {"x": {}},
    ]
    send(frame({"result": one_of(forms)}))
    return "wrong"
