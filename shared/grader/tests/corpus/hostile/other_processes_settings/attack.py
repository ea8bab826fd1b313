import os
import resource

parent = os.getppid()
acts = (
    lambda: resource.prlimit(parent, resource.RLIMIT_CORE),
    lambda: os.sched_setaffinity(parent, os.sched_getaffinity(parent)),
    lambda: os.setpriority(os.PRIO_PROCESS, parent, os.getpriority(os.PRIO_PROCESS, parent)),
    lambda: os.kill(parent, 0),
    lambda: os.kill(-1, 0),
)
for act in acts:
    try:
        if parent > 0:
            act()
            print("LEAK", flush=True)
    except OSError:
        pass


def answer(*args, **kwargs):
    return "wrong"
