"""Tries in the jail what is forbidden there. The last line of its output is a JSON list of what it could do.

    python -I probe.py SECRET PID processes|threads

SECRET is a file of the grader's that nobody in the jail may read, PID the grader's process. What is tried
changes nothing where it succeeds: settings are set to what they are, signals have the number zero.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import mmap
import os
import resource
import signal
import socket
import stat
import sys
from collections.abc import Callable, Iterable
from functools import partial

LIBC = ctypes.CDLL(None, use_errno=True)

REFUSED = (OSError, MemoryError, AttributeError)
"""What a held act raises. The last: this Python, or this C library, does not know the call."""


def call(name: str, *arguments: object) -> int:
    """A function of the C library, whose errors are exceptions."""
    result = getattr(LIBC, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return int(result)


def any_of(acts: Iterable[Callable[[], object]]) -> None:
    """Succeeds as soon as one of them does."""
    for act in acts:
        with contextlib.suppress(*REFUSED):
            act()
            return
    raise OSError("all of them were held")


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


def change_files(secret: str) -> None:
    """Permissions, owner, times and attributes of files outside.

    What really happens changes the time of the last change; a jail without namespaces pretends to some
    programs that it has happened.
    """

    def permissions(path: str) -> None:
        os.chmod(path, stat.S_IMODE(os.stat(path).st_mode))

    def owner(path: str) -> None:
        about = os.stat(path)
        os.chown(path, about.st_uid, about.st_gid)

    def times(path: str) -> None:
        about = os.stat(path)
        os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))

    def attributes(path: str) -> None:
        os.setxattr(path, "user.probe", b"")
        os.removexattr(path, "user.probe")

    def really(act: Callable[[str], None], path: str) -> None:
        before = os.stat(path).st_ctime_ns
        act(path)
        if os.stat(path).st_ctime_ns == before:
            raise OSError("it was only pretended")

    beside = os.path.dirname(secret)
    paths = (secret, beside, __file__, sys.executable, "/usr", "/dev/null", "/proc/version")
    any_of(partial(really, act, path) for path in paths for act in (permissions, owner, times, attributes))


def open_and_close(path: str, flags: int) -> None:
    """Only asks whether it is allowed."""
    os.close(os.open(path, flags))


def open_settings() -> None:
    """Settings of the whole machine. They are opened, and nothing is written."""
    paths = [
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/hostname",
        "/proc/sys/kernel/sysrq",
        "/proc/sys/vm/drop_caches",
        "/proc/sys/vm/overcommit_memory",
        "/proc/sys/fs/file-max",
        "/proc/sys/net/ipv4/ip_forward",
        "/proc/sysrq-trigger",
        "/proc/irq/default_smp_affinity",
        "/sys/kernel/mm/transparent_hugepage/enabled",
        "/sys/power/state",
        "/sys/fs/cgroup/cgroup.procs",
        "/sys/fs/cgroup/memory/cgroup.procs",
    ]
    any_of(partial(open_and_close, path, os.O_WRONLY) for path in paths)


def be_root() -> None:
    """Root's number outside. A namespace of users hides it; but what is root's outside is then one's own."""
    if os.getuid() == 0:
        return
    about = os.stat("/dev/null")
    os.chmod("/dev/null", stat.S_IMODE(about.st_mode))
    if os.stat("/dev/null").st_ctime_ns == about.st_ctime_ns:
        raise OSError("it was only pretended")


def have_rights() -> None:
    """Root's rights, by whatever number."""
    with open("/proc/self/status", encoding="utf-8") as file:
        values = [line.split()[1] for line in file if line.startswith(("CapEff:", "CapPrm:", "CapAmb:"))]
    if not any(int(value, 16) for value in values):
        raise OSError("none")


def see_grader(pid: int) -> None:
    """The grader's process."""
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        if b"grade" not in file.read():
            raise OSError("another process")


def signal_grader(pid: int) -> None:
    """A signal to it, or to everybody."""

    def by_descriptor() -> None:
        descriptor = os.pidfd_open(pid)
        see_grader(pid)
        signal.pidfd_send_signal(descriptor, 0)

    def by_number(send: Callable[[], object]) -> None:
        send()
        see_grader(pid)

    SYS_TGKILL, SYS_TKILL = (234, 200) if os.uname().machine == "x86_64" else (131, 130)
    any_of(
        (
            lambda: by_number(lambda: os.kill(pid, 0)),
            lambda: by_number(lambda: call("syscall", SYS_TGKILL, pid, pid, 0)),
            lambda: by_number(lambda: call("syscall", SYS_TKILL, pid, 0)),
            by_descriptor,
            lambda: os.kill(-1, 0),
        )
    )


def change_processes(pid: int) -> None:
    """Limits, processors and priorities of the parent and of the grader."""

    def limits(process: int) -> None:
        resource.prlimit(process, resource.RLIMIT_CORE)

    def processors(process: int) -> None:
        os.sched_setaffinity(process, os.sched_getaffinity(process))

    def scheduler(process: int) -> None:
        os.sched_setscheduler(process, os.SCHED_OTHER, os.sched_param(0))

    def priority(process: int) -> None:
        os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, process))

    # A parent outside has no number in here; zero would be this process.
    others = [process for process in (os.getppid(), pid) if process != 0]
    any_of(partial(act, process) for process in others for act in (limits, processors, scheduler, priority))


def connect() -> None:
    """A connection to this machine, where something listens or refuses."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as link:
        link.settimeout(1.0)
        error = link.connect_ex(("127.0.0.1", 9))
        with open("/proc/net/dev", encoding="utf-8") as file:
            others = [line for line in file.read().splitlines()[2:] if not line.strip().startswith("lo:")]
        if error not in (0, 111) or not others:
            raise OSError("a network of its own, with nobody in it")


def other_sockets() -> None:
    """Sockets of families that no exercise uses: netlink, packet, vsock and some forty more."""
    used = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET)

    def make(family: int, kind: int) -> None:
        socket.socket(family, kind).close()

    families = [family for family in range(1, 46) if family not in used]
    any_of(partial(make, family, kind) for family in families for kind in kinds)


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


def shared_memory() -> None:
    """Memory that the limits of a process do not count, where no control group counts it."""

    def in_a_folder() -> None:
        with open("/dev/shm/probe", "wb"):
            pass
        os.unlink("/dev/shm/probe")
        about = os.statvfs("/dev/shm")
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            own = [line for line in file if "course-grade-" in line]
        counted = any("memory" in line or line.startswith("0:") for line in own)
        if counted or about.f_blocks * about.f_frsize <= 256 << 20:
            raise OSError("it is counted")

    def of_zeros() -> None:
        descriptor = os.open("/dev/zero", os.O_RDWR)
        mmap.mmap(descriptor, 1 << 20)

    any_of(
        (
            lambda: os.memfd_create("probe"),
            lambda: mmap.mmap(-1, 1 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS),
            lambda: call("shmctl", call("shmget", 0, 1 << 20, 0o1600), 0, None),
            of_zeros,
            in_a_folder,
        )
    )


def look_into_parent() -> None:
    """Memory of another process."""
    PTRACE_SEIZE = 0x4206  # Not ATTACH: that would stop the grader, and nobody would wake it.
    parent = os.getppid()
    buffer = ctypes.create_string_buffer(8)

    class Part(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    def part(address: int) -> object:
        return ctypes.byref(Part(address, 8))

    # The parent may have nothing at this address; that is another error than a refusal.
    address = ctypes.addressof(buffer)

    def read() -> None:
        try:
            call("process_vm_readv", parent, part(address), 1, part(address), 1, 0)
        except OSError as error:
            if error.errno != 14:  # EFAULT
                raise

    any_of(
        (
            lambda: call("ptrace", PTRACE_SEIZE, parent, 0, 0),
            read,
            lambda: open_and_close(f"/proc/{parent}/mem", os.O_RDONLY),
        )
    )


def new_namespace() -> None:
    """A namespace of its own, with all rights in it."""
    CLONE_NEWUSER = 0x10000000
    call("unshare", CLONE_NEWUSER)


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
        ("permissions and times of files outside the jail can be changed", lambda: change_files(secret)),
        ("settings of the machine can be opened for writing", open_settings),
        ("the jail's user is root on the machine", be_root),
        ("the jail's user has rights of root", have_rights),
        ("the grader's process can be seen", lambda: see_grader(pid)),
        ("signals can be sent to the grader", lambda: signal_grader(pid)),
        ("limits and priorities of other processes can be changed", lambda: change_processes(pid)),
        ("the network can be reached", connect),
        ("sockets of unusual families can be made", other_sockets),
        ("the memory of other processes can be read", look_into_parent),
        ("namespaces can be made", new_namespace),
        ("programs with more rights can be started", gain_privileges),
        ("the grader's environment can be read", environment),
        ("memory is not limited", much_memory),
        ("shared memory is not limited", shared_memory),
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
        except REFUSED:
            continue
        escaped.append(sentence)
    print(json.dumps(escaped))


if __name__ == "__main__":
    main()
