"""Tries in the jail what is forbidden there. The last line of its output is a JSON list of what it could do.

    python -I probe.py SECRET PID processes|threads

SECRET is a file of the grader's that nobody in the jail may read, PID the grader's process.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import socket
import sys
from collections.abc import Callable


def read_secret(path: str) -> None:
    """A file of the grader's."""
    with open(path, encoding="utf-8") as file:
        file.read()


def read_passwords() -> None:
    """A file of the machine's."""
    with open("/etc/passwd", encoding="utf-8") as file:
        file.read()


def write_beside(path: str) -> None:
    """A file beside the secret."""
    with open(path + ".written", "w", encoding="utf-8"):
        pass
    os.unlink(path + ".written")


def see_grader(pid: int) -> None:
    """The grader's process."""
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        if b"grade" not in file.read():
            raise OSError("another process")


def signal_grader(pid: int) -> None:
    """A signal to it."""
    os.kill(pid, 0)
    see_grader(pid)


def connect() -> None:
    """A connection to this machine, where something listens or refuses."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as link:
        link.settimeout(1.0)
        error = link.connect_ex(("127.0.0.1", 9))
        with open("/proc/net/dev", encoding="utf-8") as file:
            others = [line for line in file.read().splitlines()[2:] if not line.strip().startswith("lo:")]
        if error not in (0, 111) or not others:
            raise OSError("a network of its own, with nobody in it")


def start_process() -> None:
    """Another process."""
    if os.fork() == 0:
        os._exit(0)
    os.wait()


def many_processes() -> None:
    """More processes than any build needs."""
    children = []
    try:
        for _ in range(1100):
            child = os.fork()
            if child == 0:
                signal.pause()
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def much_memory() -> None:
    """More memory than is granted."""
    # Mapped, never touched: it costs nothing where it is not refused.
    held = [mmap.mmap(-1, 256 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for _ in range(40)]
    del held


def look_into_parent() -> None:
    """Memory of another process."""
    PTRACE_SEIZE = 0x4206  # Not ATTACH: that would stop the grader, and nobody would wake it.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(PTRACE_SEIZE, os.getppid(), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def new_namespace() -> None:
    """A namespace of its own, with all rights in it."""
    CLONE_NEWUSER = 0x10000000
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def gain_privileges() -> None:
    """Programs with the set-user-id bit."""
    with open("/proc/self/status", encoding="utf-8") as file:
        if "NoNewPrivs:\t1" in file.read():
            raise OSError("no new privileges")


def environment() -> None:
    """Variables of the grader's own."""
    if not any(name in os.environ for name in ("HOME", "USER", "PATH", "GITHUB_TOKEN", "CI")):
        raise OSError("an empty environment")


def large_file() -> None:
    """A file larger than is granted."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path = "/tmp/probe-large-file"
    try:
        with open(path, "wb") as file:
            for _ in range(512):
                file.write(bytes(1 << 20))
    finally:
        if os.path.exists(path):
            os.unlink(path)


def main() -> None:
    """Tries each; what raises was held."""
    secret, pid, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    acts: list[tuple[str, Callable[[], None]]] = [
        ("the grader's files can be read", lambda: read_secret(secret)),
        ("files of the machine can be read", read_passwords),
        ("files outside the jail can be written", lambda: write_beside(secret)),
        ("the grader's process can be seen", lambda: see_grader(pid)),
        ("signals can be sent to the grader", lambda: signal_grader(pid)),
        ("the network can be reached", connect),
        ("the memory of other processes can be read", look_into_parent),
        ("namespaces can be made", new_namespace),
        ("programs with more rights can be started", gain_privileges),
        ("the grader's environment can be read", environment),
        ("memory is not limited", much_memory),
        ("the size of files is not limited", large_file),
    ]
    if kind == "threads":
        acts.append(("other processes can be started", start_process))
    else:
        acts.append(("the number of processes is not limited", many_processes))
    escaped = []
    for sentence, act in acts:
        try:
            act()
        except (OSError, MemoryError, PermissionError):
            continue
        escaped.append(sentence)
    print(json.dumps(escaped))


if __name__ == "__main__":
    main()
