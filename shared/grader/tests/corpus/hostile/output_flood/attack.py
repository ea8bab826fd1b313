import os

FLOODED: list[bool] = []


def answer(*args, **kwargs):
    for _ in range(0 if FLOODED else 600):
        os.write(1, b"x" * 65536)
        os.write(2, b"y" * 65536)
    FLOODED.append(True)
    return "wrong"
