import itertools

TURN = itertools.cycle(range(4))


def answer(*args, **kwargs):
    match next(TURN):
        case 0:
            error = AssertionError("x")
            error.msg = 5
        case 1:
            error = SyntaxError("x", ("f", 1, 1, "text", 1, 10**11))
        case 2:
            error = SyntaxError("x")
            error.text = error.filename = 5
            error.lineno = 1
        case _:
            error = ImportError("x", name="antigravity")
    raise error
