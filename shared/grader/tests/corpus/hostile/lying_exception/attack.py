import itertools


class Liar(ArithmeticError):
    args = property(lambda self: 1 / 0)
    __notes__ = [object()]

    def __str__(self):
        raise KeyboardInterrupt

    def __getattribute__(self, name):
        if name == "__class__":
            return ValueError
        return super().__getattribute__(name)

    def __dir__(self):
        return ["add_note", "with_traceback", "args", "x" * 50, "é", 5]


def make():
    circle = LookupError("a")
    circle.__cause__ = LookupError("b")
    circle.__cause__.__cause__ = circle
    yield circle
    yield Liar()
    odd = UnicodeEncodeError("utf-8", "x", 0, 1, "because")
    odd.start, odd.end = 10**9, -5
    yield odd
    syntax = SyntaxError("x")
    syntax.text, syntax.lineno, syntax.offset, syntax.print_file_and_line = "\x00", -1, 10**9, True
    yield syntax
    noted = ArithmeticError()
    noted.add_note("\x1b[31m::error::" * 1000)
    noted.add_note = 5
    yield noted


TURN = itertools.cycle(list(make()))


def answer(*args, **kwargs):
    raise next(TURN)
