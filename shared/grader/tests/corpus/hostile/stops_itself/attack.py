import os
import signal


def answer(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGSTOP)
    return "wrong"
