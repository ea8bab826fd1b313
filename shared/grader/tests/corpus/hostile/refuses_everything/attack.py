def answer(*args, **kwargs):
    raise ValueError("line 1, column 1: line 2, column 1: no")
