import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
parent = os.getppid()

if parent > 0 and os.path.exists(f"/proc/{parent}/stat"):
    comm = open(f"/proc/{parent}/comm").read().strip()
    if comm not in ("course-jail", "bwrap"):
        for kind in ("mem", "environ", "maps"):
            try:
                with open(f"/proc/{parent}/{kind}", "rb") as file:
                    if kind == "mem" or file.read(1):
                        print("LEAK", kind, comm, flush=True)
            except OSError:
                pass
        if libc.ptrace(0x4206, parent, 0, 0) == 0:  # PTRACE_SEIZE: attached, and not stopped
            print("LEAK ptrace", flush=True)
for number in (434, 438, 310, 312):
    if libc.syscall(number, parent or 1, 0, 0, 0, 0, 0) >= 0 and parent > 1:
        print("LEAK syscall", number, flush=True)


def answer(*args, **kwargs):
    return "wrong"
