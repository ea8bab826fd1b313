import os

for path in (
    "/tmp/course-corpus/write_everywhere",
    "{{TARGET}}/debug/deps/poison",
    "{{WORK}}/target/debug/deps/poison",
    "{{WORK}}/deps/poison",
    "{{WORK}}/scratch/poison",
    "{{COURSE}}/shared/python/poison.py",
    "{{COURSE}}/.venv/lib/python3.11/site-packages/poison.pth",
    "/root/.cargo/registry/poison",
    "/usr/lib/poison",
    "/var/tmp/poison",
):
    try:
        with open(path, "w") as file:
            file.write("# poison")
        # That it could is enough: with the defences off, this is somebody's machine.
        if "course-corpus" not in path:
            os.unlink(path)
    except OSError:
        pass


def answer(*args, **kwargs):
    return "wrong"
