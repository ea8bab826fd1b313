def answer(*args, **kwargs):
    error = UnicodeDecodeError("utf-8", b"abc", 0, 1, "x")
    error.start = -(10**15)
    error.end = error.start + 1
    raise error
