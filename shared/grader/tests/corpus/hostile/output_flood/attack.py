import os


def answer(*args, **kwargs):
    for _ in range(2000):
        os.write(1, b"x" * 65536)
        os.write(2, b"y" * 65536)
    return "wrong"
