import ctypes
import fcntl
import os
import stat

AT_FDCWD = -100
LIBC = ctypes.CDLL(None, use_errno=True)


def permissions(path, about):
    os.chmod(path, stat.S_IMODE(about.st_mode))


def owner(path, about):
    os.chown(path, about.st_uid, about.st_gid)


def times(path, about):
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def attributes(path, about):
    os.setxattr(path, "user.course", b"x")
    os.removexattr(path, "user.course")


def attributes_at(path, about):
    value = ctypes.create_string_buffer(16)
    name = b"user.course"
    LIBC.syscall(463, AT_FDCWD, path.encode(), 0, name, value, ctypes.c_size_t(16))  # setxattrat
    LIBC.syscall(466, AT_FDCWD, path.encode(), 0, name)  # removexattrat


def flags_at(path, about):
    kept = ctypes.create_string_buffer(24)
    for number in (468, 469):  # file_getattr, file_setattr
        if LIBC.syscall(number, AT_FDCWD, path.encode(), kept, ctypes.c_size_t(24), 0) != 0:
            return


def flags(path, about):
    descriptor = os.open(path, os.O_RDONLY)
    for get, put, size in ((0x80086601, 0x40086602, 8), (0x801C581F, 0x401C5820, 28)):
        fcntl.ioctl(descriptor, put, fcntl.ioctl(descriptor, get, bytes(size)))
    os.close(descriptor)


# All of it sets what is there already: only the time of the last change tells that it happened.
for path in ("{{COURSE}}/Cargo.toml", "{{COURSE}}/shared/python/run.py", os.__file__, "/usr", "/dev/null"):
    for act in (permissions, owner, times, attributes, attributes_at, flags_at, flags):
        try:
            before = os.stat(path)
            act(path, before)
            if os.stat(path).st_ctime_ns != before.st_ctime_ns:
                print("LEAK", act.__name__, path, flush=True)
        except OSError:
            pass
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger"):
    try:
        os.close(os.open(path, os.O_WRONLY))
        print("LEAK", path, flush=True)
    except OSError:
        pass


def answer(*args, **kwargs):
    return "wrong"
