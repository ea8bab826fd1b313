import os
import stat


def permissions(path, about):
    os.chmod(path, stat.S_IMODE(about.st_mode))


def owner(path, about):
    os.chown(path, about.st_uid, about.st_gid)


def times(path, about):
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def attributes(path, about):
    os.setxattr(path, "user.course", b"x")
    os.removexattr(path, "user.course")


# All of it sets what is there already: only the time of the last change tells that it happened.
for path in ("{{COURSE}}/Cargo.toml", "{{COURSE}}/shared/python/run.py", os.__file__, "/usr", "/dev/null"):
    for act in (permissions, owner, times, attributes):
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
