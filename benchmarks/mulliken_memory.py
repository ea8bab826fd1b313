"""The memory that a call of module 13's solution takes beyond its arguments, at n = 4000. Linux only.

    python benchmarks/mulliken_memory.py

Use a Python that has numpy; the solution is built. `compare.py 13` says how fast it is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PEAK = """
import sys
from pathlib import Path
import numpy as np
from coursekit.bench.versions import load_extension
mulliken = load_extension("mulliken", Path(sys.argv[1])).mulliken
n = 4000
matrices = [np.ones((n, n), order=sys.argv[2]) for _ in range(3)]
mulliken(*np.ones((3, 200, 200)), [200])  # the threads and their stacks
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
Path("/proc/self/clear_refs").write_text("5")
before = peak()
mulliken(*matrices, np.full(n // 4, 4))
print(peak() - before)
"""


def build(package: str) -> Path:
    """An extension, as a wheel would hold it."""
    command = ["cargo", "build", "--release", "--package", package, "--message-format", "json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    files = [
        name
        for line in done.stdout.splitlines()
        for name in json.loads(line).get("filenames", ())
        if Path(name).suffix in (".so", ".dylib", ".dll") and package in Path(name).name
    ]
    return Path(files[-1])


def peak(extension: Path, order: str) -> int:
    """KiB, for matrices in this order."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "shared" / "python")}
    command = [sys.executable, "-c", PEAK, str(extension), order]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return int(done.stdout)


def main() -> None:
    """Both orders of memory."""
    if not Path("/proc/self/clear_refs").exists():
        sys.exit("This system does not tell how much memory a call took: Linux's /proc does.")
    extension = build("mulliken_solution")
    for order in ("C", "F"):
        print(f"order {order}: {peak(extension, order):,} KiB beyond the arguments (one matrix: 125,000 KiB)")


if __name__ == "__main__":
    main()
