import itertools
import time

COUNT = itertools.count(0, -1)
PAUSES = iter([1.0])
sleep = time.sleep
for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
    setattr(time, name, lambda: float(next(COUNT)))
    setattr(time, name + "_ns", lambda: next(COUNT))
time.sleep = lambda seconds: None


def answer(*args, **kwargs):
    sleep(next(PAUSES, 0.0))
    return "wrong"
