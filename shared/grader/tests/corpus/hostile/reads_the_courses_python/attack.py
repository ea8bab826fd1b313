import os
import sys

# A teacher may once have installed a solution here, with `maturin develop`.
for folder in ("{{COURSE}}/.venv", "{{COURSE}}/.venv/lib"):
    try:
        print("LEAK", folder, len(os.listdir(folder)), flush=True)
    except OSError:
        pass
if sys.prefix == "{{COURSE}}/.venv":
    print("LEAK", sys.prefix, flush=True)


def answer(*args, **kwargs):
    return "wrong"
