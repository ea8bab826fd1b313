import os
import signal
import threading
import time


def later():
    time.sleep(0.002)
    os.kill(os.getpid(), signal.SIGSTOP)


def answer(*args, **kwargs):
    threading.Thread(target=later).start()
    return "wrong"
