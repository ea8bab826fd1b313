{{WIRE}}

def answer(*args, **kwargs):
    base = {"args": ["x"], "attributes": {}, "notes": [], "text": "x", "handle": 90}
    cls = {"handle": 91, "kind": "class", "specials": [], "doc": None}
    raised = [
        *({**base, "class": name} for name in ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "StopIteration", "BaseExceptionGroup", "eval", "Nothing", "int")),
        *({**base, "class": {"o": {**cls, "name": name, "module": module, "exception": "BaseException", "bases": [{"builtin": "BaseException"}]}}}
          for name, module in (("Skipped", "_pytest.outcomes"), ("Exit", "_pytest.outcomes"), ("UnsatisfiedAssumption", "hypothesis.errors"), ("ExpectationFailed", "coursekit.expect"))),
        {**base, "class": {"o": {**cls, "handle": 92, "name": "Many", "module": "m", "exception": "ValueError", "bases": [{"builtin": "ArithmeticError"}, {"builtin": "LookupError"}, {"builtin": "object"}]}}},
        {**base, "class": {"y": 0}}, {**base, "class": {"o": {"builtin": "float"}}}, {**base, "class": None},
        {**base, "class": "SyntaxError", "attributes": {"args": 5, "with_traceback": 5, "add_note": 5, "text": 5, "print_file_and_line": 5, "__class__": 5}},
        {**base, "class": "KeyError", "cause": {**base, "class": "KeyError", "cause": 5}},
        {**base, "class": "UnicodeDecodeError", "attributes": {"start": 10**9, "end": -1, "object": 5}},
        {**base, "class": "ArithmeticError", "notes": 5}, {**base, "class": "ArithmeticError", "args": 5}, 5, None, [],
    ]
    send(frame({"raised": one_of(raised)}))
    return "wrong"
