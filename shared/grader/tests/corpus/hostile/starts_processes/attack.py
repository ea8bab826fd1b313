import ctypes
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)


def forked():
    if os.fork() == 0:
        os._exit(0)


def spawned():
    os.posix_spawn("/bin/true", ["true"], {})


def shell():
    subprocess.run(["/bin/sh", "-c", "true"], check=True)


def raw(number, *flags):
    def call():
        child = libc.syscall(number, *flags)
        if child == 0:
            libc._exit(0)
        if child < 0:
            raise OSError

    return call


X32 = 0x40000000
for act in (forked, spawned, shell, raw(57), raw(56, 17, 0, 0, 0, 0), raw(X32 | 57), raw(X32 | 56, 17, 0, 0, 0, 0)):
    try:
        act()
        print("LEAK", act.__name__, flush=True)
    except (OSError, subprocess.SubprocessError):
        pass


def answer(*args, **kwargs):
    return "wrong"
