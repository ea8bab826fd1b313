import os

written = 0
for folder in (os.environ.get("TMPDIR", "/tmp"), "/dev/shm", "/var/tmp", "."):
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
