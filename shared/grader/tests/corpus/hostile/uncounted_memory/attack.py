import ctypes
import mmap
import os

SIZE = 64 << 20
libc = ctypes.CDLL(None, use_errno=True)


def of_zeros():
    descriptor = os.open("/dev/zero", os.O_RDWR)
    mmap.mmap(descriptor, SIZE)


def system_v():
    number = libc.shmget(0, SIZE, 0o1600)
    if number == -1:
        raise OSError("refused")
    libc.shmctl(number, 0, None)


for act in (
    lambda: os.ftruncate(os.memfd_create("much"), SIZE),
    lambda: mmap.mmap(-1, SIZE, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS),
    of_zeros,
    system_v,
):
    try:
        act()
        print("LEAK", flush=True)
    except OSError:
        pass


def answer(*args, **kwargs):
    return "wrong"
