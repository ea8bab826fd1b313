import os

written = 0
folders = {os.stat(f).st_dev: f for f in (os.environ.get("TMPDIR", "/tmp"), "/tmp", "/dev/shm", "/var/tmp") if os.path.isdir(f)}
for folder in folders.values():
    for number in range(12):
        path = os.path.join(folder, f"full{number}")
        try:
            with open(path, "wb") as file:
                for _ in range(60):
                    written += file.write(bytes(1 << 20))
        except OSError:
            break
if written > 600 << 20:
    print("LEAK", written, flush=True)


def answer(*args, **kwargs):
    return "wrong"
