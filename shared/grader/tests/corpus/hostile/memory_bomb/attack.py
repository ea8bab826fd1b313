import mmap
import resource

hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
try:
    held = [mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for _ in range(96)]
    print("LEAK", len(held), flush=True)
    del held
except (OSError, MemoryError):
    pass


def answer(*args, **kwargs):
    return "wrong"
