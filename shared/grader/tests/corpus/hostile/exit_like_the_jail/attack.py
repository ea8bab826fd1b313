import os


def answer(*args, **kwargs):
    os._exit(125)
