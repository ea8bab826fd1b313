"""Tries forbidden acts in the jail. The last line of its output is a JSON list of those that it could do.

    python -I probe.py SECRET PID processes|threads

SECRET is a file of the grader's that nobody in the jail may read, PID the grader's process. An act changes
nothing if it succeeds: settings are set to what they are, signals have the number zero.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import glob
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
"""The errors of a held act. The last: this Python, or this C library, does not know the call."""


def call(name: str, *arguments: object) -> int:
    """A function of the C library, whose errors are exceptions."""
    result = getattr(LIBC, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return int(result)


def system_call(number: int, *arguments: object) -> int:
    """A system call by its number on Linux. Elsewhere the number means another call."""
    if sys.platform != "linux":
        raise OSError("another system")
    return call("syscall", number, *arguments)


X32_BIT = 0x40000000
"""Marks the calls of the x32 ABI, which some kernels for x86-64 know beside the usual calls."""


def x32_call(number: int, *arguments: object) -> int:
    """A call of the x32 ABI. Before Linux 5.4, its own numbers from 512 on also work without the bit."""
    if os.uname().machine != "x86_64":
        raise OSError("no x32 on this machine")
    return system_call(number, *arguments)


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


def read_installed_packages() -> None:
    """A file of a package that somebody has installed into the Python that the jail's own was made from."""
    prefixes = (sys.base_prefix, os.path.realpath(sys.base_prefix), "/usr", "/usr/local")
    patterns = (
        f"{prefix}/lib*/python3*/{part}-packages/*" for prefix in prefixes for part in ("site", "dist")
    )
    entries = [entry for pattern in patterns for entry in glob.glob(pattern)]
    files = [
        file for entry in entries for file in (glob.glob(f"{entry}/*") if os.path.isdir(entry) else [entry])
    ]
    any_of(partial(open_and_close, file, os.O_RDONLY) for file in files if os.path.isfile(file))


def write_beside(path: str) -> None:
    """A file beside the secret, or the secret cut to the length that it has."""

    def make() -> None:
        with open(path + ".written", "w", encoding="utf-8"):
            pass
        os.unlink(path + ".written")

    any_of((make, lambda: os.truncate(path, os.stat(path).st_size)))


def by_descriptor(act: Callable[[int], None], path: str) -> None:
    """A change through a descriptor that is open for reading."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        act(descriptor)
    finally:
        os.close(descriptor)


def set_permissions(file: str | int) -> None:
    """Sets the permissions that the file has."""
    os.chmod(file, stat.S_IMODE(os.stat(file).st_mode))


def set_permissions_at(path: str) -> None:
    """The same, with `fchmodat2`."""
    SYS_FCHMODAT2 = 452
    system_call(SYS_FCHMODAT2, AT_FDCWD, path.encode(), stat.S_IMODE(os.stat(path).st_mode), 0)


def set_owner(file: str | int) -> None:
    """Sets the owner that the file has."""
    about = os.stat(file)
    os.chown(file, about.st_uid, about.st_gid)


def set_times(file: str | int) -> None:
    """Sets the times that the file has."""
    about = os.stat(file)
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))


def set_attribute(file: str | int) -> None:
    """Gives the file an extended attribute and takes it away again."""
    os.setxattr(file, ATTRIBUTE, b"")
    os.removexattr(file, ATTRIBUTE)


def set_attribute_at(path: str) -> None:
    """The same, with `setxattrat` and `removexattrat`."""
    SYS_SETXATTRAT, SYS_REMOVEXATTRAT = 463, 466
    value = ctypes.create_string_buffer(16)  # `struct xattr_args`: no value, no flags.
    name = ATTRIBUTE.encode()
    system_call(SYS_SETXATTRAT, AT_FDCWD, path.encode(), 0, name, value, ctypes.c_size_t(16))
    system_call(SYS_REMOVEXATTRAT, AT_FDCWD, path.encode(), 0, name)


def set_inode_flags_at(path: str) -> None:
    """Sets the flags that the file system keeps for the file (`chattr`), with `file_setattr`."""
    SYS_FILE_GETATTR, SYS_FILE_SETATTR = 468, 469
    flags = ctypes.create_string_buffer(24)  # `struct file_attr`
    for number in (SYS_FILE_GETATTR, SYS_FILE_SETATTR):
        system_call(number, AT_FDCWD, path.encode(), flags, ctypes.c_size_t(24), 0)


def set_inode_flags(descriptor: int) -> None:
    """The same, with `ioctl`."""
    FS_IOC_GETFLAGS, FS_IOC_SETFLAGS = 0x80086601, 0x40086602
    fcntl.ioctl(descriptor, FS_IOC_SETFLAGS, fcntl.ioctl(descriptor, FS_IOC_GETFLAGS, bytes(8)))


def set_more_inode_flags(descriptor: int) -> None:
    """The same, with the newer `ioctl`, which also knows flags that `FS_IOC_SETFLAGS` does not."""
    FS_IOC_FSGETXATTR, FS_IOC_FSSETXATTR = 0x801C581F, 0x401C5820
    fcntl.ioctl(descriptor, FS_IOC_FSSETXATTR, fcntl.ioctl(descriptor, FS_IOC_FSGETXATTR, bytes(28)))


AT_FDCWD = -100

ATTRIBUTE = "user.probe"

CHANGES_TO_FILES: dict[str, Callable[[str], None]] = {
    "chmod": set_permissions,
    "fchmod": partial(by_descriptor, set_permissions),
    "fchmodat2": set_permissions_at,
    "chown": set_owner,
    "fchown": partial(by_descriptor, set_owner),
    "utimensat": set_times,
    "utimensat with a descriptor": partial(by_descriptor, set_times),
    "setxattr": set_attribute,
    "fsetxattr": partial(by_descriptor, set_attribute),
    "setxattrat": set_attribute_at,
    "file_setattr": set_inode_flags_at,
    "FS_IOC_SETFLAGS": partial(by_descriptor, set_inode_flags),
    "FS_IOC_FSSETXATTR": partial(by_descriptor, set_more_inode_flags),
}
"""By the names of the system calls and of the commands of `ioctl`."""


def really(act: Callable[[str], None], path: str) -> None:
    """Raises OSError if the change was only pretended: a real one sets the time of the file's last change."""
    before = os.stat(path).st_ctime_ns
    act(path)
    if os.stat(path).st_ctime_ns == before:
        raise OSError("it was only pretended")


def change_files(secret: str) -> None:
    """Permissions, owner, times, attributes and flags of files outside."""
    beside = os.path.dirname(secret)
    paths = (secret, beside, __file__, sys.executable, "/usr", "/dev/null", "/proc/version")
    any_of(partial(really, act, path) for path in paths for act in CHANGES_TO_FILES.values())


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
    """Root's number outside. A namespace of users hides it; but root's files outside are then one's own."""
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
            lambda: by_number(lambda: system_call(SYS_TGKILL, pid, pid, 0)),
            lambda: by_number(lambda: system_call(SYS_TKILL, pid, 0)),
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
    """Reaches this machine's network: by TCP, or by one of the ways that need no `connect` of TCP."""
    MPTCP, MSG_FASTOPEN = 262, 0x20000000
    here = ("127.0.0.1", 9)

    def by(family: int, kind: int, protocol: int, use: Callable[[socket.socket], object]) -> None:
        with socket.socket(family, kind, protocol) as link:
            link.settimeout(1.0)
            try:
                use(link)
            except (ConnectionRefusedError, FileNotFoundError):
                return  # It would have been let through.

    any_of(
        (
            lambda: by(socket.AF_INET, socket.SOCK_STREAM, 0, lambda link: link.connect(here)),
            lambda: by(socket.AF_INET6, socket.SOCK_STREAM, 0, lambda link: link.connect(("::1", 9))),
            lambda: by(socket.AF_INET, socket.SOCK_STREAM, MPTCP, lambda link: link.connect(here)),
            lambda: by(
                socket.AF_INET, socket.SOCK_STREAM, 0, lambda link: link.sendto(b"", MSG_FASTOPEN, here)
            ),
            lambda: by(socket.AF_INET, socket.SOCK_DGRAM, 0, lambda link: link.connect(here)),
            lambda: by(
                socket.AF_UNIX, socket.SOCK_STREAM, 0, lambda link: link.connect("/no server of this name")
            ),
        )
    )
    with open("/proc/net/dev", encoding="utf-8") as file:
        others = [line for line in file.read().splitlines()[2:] if not line.strip().startswith("lo:")]
    if not others:
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

    def read(make: Callable[..., int]) -> None:
        try:
            make(parent, part(address), 1, part(address), 1, 0)
        except OSError as error:
            if error.errno != 14:  # EFAULT
                raise

    X32_PTRACE, X32_READ = 521, 539
    any_of(
        (
            lambda: call("ptrace", PTRACE_SEIZE, parent, 0, 0),
            lambda: read(partial(call, "process_vm_readv")),
            lambda: x32_call(X32_PTRACE, PTRACE_SEIZE, parent, 0, 0),
            lambda: x32_call(X32_BIT | X32_PTRACE, PTRACE_SEIZE, parent, 0, 0),
            lambda: read(partial(x32_call, X32_READ)),
            lambda: read(partial(x32_call, X32_BIT | X32_READ)),
            lambda: open_and_close(f"/proc/{parent}/mem", os.O_RDONLY),
        )
    )


def calls_of_x32() -> None:
    """Harmless calls of the x32 ABI. A filter that knows only the usual numbers lets all of them through."""
    SYS_GETPID, X32_SIGPENDING = 39, 522
    pending, size = ctypes.create_string_buffer(8), ctypes.c_size_t(8)
    any_of(
        (
            lambda: x32_call(X32_BIT | SYS_GETPID),
            lambda: x32_call(X32_BIT | X32_SIGPENDING, pending, size),
            lambda: x32_call(X32_SIGPENDING, pending, size),
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
    """Tries each; an act that raises was held."""
    secret, pid, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    acts: list[tuple[str, Callable[[], None]]] = [
        ("the grader's files can be read", lambda: read_secret(secret)),
        ("files of the machine can be read", read_passwords),
        ("packages of the machine's Python can be read", read_installed_packages),
        ("files outside the jail can be written", lambda: write_beside(secret)),
        (
            "permissions, times and attributes of files outside the jail can be changed",
            lambda: change_files(secret),
        ),
        ("settings of the machine can be opened for writing", open_settings),
        ("the jail's user is root on the machine", be_root),
        ("the jail's user has rights of root", have_rights),
        ("the grader's process can be seen", lambda: see_grader(pid)),
        ("signals can be sent to the grader", lambda: signal_grader(pid)),
        ("limits and priorities of other processes can be changed", lambda: change_processes(pid)),
        ("the network can be reached", connect),
        ("sockets of unusual families can be made", other_sockets),
        ("the memory of other processes can be read", look_into_parent),
        ("calls of the x32 ABI can be made", calls_of_x32),
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
