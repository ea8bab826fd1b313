{{WIRE}}


def answer(*args, **kwargs):
    bases = ("AssertionError", "SyntaxError", "ImportError", "UnicodeDecodeError")
    base = bases[len(args) and int(abs(hash(args)) % 4)]
    own = {"handle": 91, "kind": "class", "name": "Own", "module": "m", "exception": base, "specials": [], "bases": [{"builtin": base}]}
    attributes = {"msg": 5, "text": 5, "filename": 5, "lineno": 1, "end_offset": 10**11, "start": -(10**15), "name": 5}
    send(frame({"raised": {"class": {"o": own}, "args": [], "attributes": attributes, "notes": [], "text": "x", "handle": 92}}))
    return "wrong"
