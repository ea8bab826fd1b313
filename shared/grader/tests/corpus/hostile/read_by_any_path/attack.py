import glob
import os

PATHS = [
    "{{COURSE}}/modules/01_sum_as_string/tests/test_divide.py",
    "{{COURSE}}/solutions/01_sum_as_string/src/divide.rs",
    "{{COURSE}}/target/corpora/hidden/01_sum_as_string/test_divide_hidden.py",
    "{{WORK}}/secret",
    "{{WORK}}/tree/modules/01_sum_as_string/src/divide.rs",
    "{{WORK}}/manifests",
    "/etc/passwd",
    "/etc/shadow",
    "/root/.cargo/credentials.toml",
    "/proc/1/environ",
    "/proc/self/root/etc/passwd",
    "/proc/self/cwd/Cargo.toml",
    "/proc/thread-self/root/etc/passwd",
    "/dev/../etc/passwd",
]
for path in PATHS + glob.glob("/proc/[0-9]*/root/etc/passwd") + glob.glob("{{COURSE}}/modules/*/tests/__pycache__/*"):
    try:
        text = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(100)
        if text:
            print("LEAK", path, text[:20], flush=True)
    except OSError:
        pass


def answer(*args, **kwargs):
    return "wrong"
