"""Holds module 13's solution against its goals: ratios to the peers, share of the bandwidth, peak memory.

    python benchmarks/mulliken.py

Use a Python that has numpy and numba, after `python benchmarks/peers/build_fortran.py` with the same one.
Builds the solution, runs the module's benchmark, and prints one line per goal. A peer that is not there is
said to be missing. The figures mean something on a machine that does nothing else; the exit status is 0
whatever they are.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OURS = "solution, mulliken"
GOALS = (
    # case, peer, how many times as fast we shall be
    ("n = 4000, C order", "numba, parallel", 1.3),
    ("n = 4000, C order", "Fortran, OpenMP", 1.0),
    ("n = 24, counts in an array", "Fortran, loops", 1.0),
    ("n = 24, counts in an array", "Fortran, loops, C order", 1.0),
    ("n = 24, counts in an array", "Fortran, OpenMP", 1.0),
    ("n = 24, counts in a list", "Fortran, loops, C order", 1.0),
)
LIMIT = "limit: memory, all cores"
SHARE_OF_BANDWIDTH = 0.85

PEAK = """
import sys
from pathlib import Path
import numpy as np
from coursekit.bench.versions import load_extension
mulliken = load_extension("mulliken", Path(sys.argv[1])).mulliken
n = 4000
matrices = [np.ones((n, n)) for _ in range(3)]
if sys.argv[2] == "F":
    matrices = [np.asfortranarray(matrix) for matrix in matrices]
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


def run(extension: Path, limits: Path, rounds: int) -> dict[str, Any]:
    """The benchmark's record. Its tables appear meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "run.json"
        script = ROOT / "modules" / "13_mulliken" / "bench.py"
        command = [sys.executable, str(script), "--solution", str(extension), "--limits", str(limits)]
        subprocess.run(
            [*command, "--rounds", str(rounds), "--json", str(record)], env=environment(), check=True
        )
        document: dict[str, Any] = json.loads(record.read_text("utf-8"))
    return document


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "shared" / "python")}


def report(document: dict[str, Any], extension: Path) -> None:
    seconds = {
        case["title"]: {each["peer"]: each["median"] for each in case["measurements"] if each["median"]}
        for case in document["cases"]
    }
    print("\nGoals")
    for title, peer, goal in GOALS:
        ours, theirs = (seconds.get(title, {}).get(who) for who in (OURS, peer))
        if ours and theirs:
            show(f"{title}: speed of {peer}", theirs / ours, goal, "x")
        else:
            print(f"  missing  {title}: {peer}")
    for case in document["cases"]:
        ours, limit = (seconds[case["title"]].get(who) for who in (OURS, LIMIT))
        if ours and limit:
            show(f"{case['title']}: share of the bandwidth", limit / ours, SHARE_OF_BANDWIDTH, "")
            moved = case["bytes"]
            print(f"           {moved / ours / 1e9:.1f} GB/s of {moved / limit / 1e9:.1f} GB/s")
    for order in ("C", "F"):
        print(f"  {peak(extension, order)} beyond the arguments at the peak, n = 4000, order {order}")


def show(what: str, value: float, goal: float, unit: str) -> None:
    print(
        f"  {'reached' if value >= goal else 'MISSED ':7}  {what}: {value:.2f}{unit}, goal {goal:.2f}{unit}"
    )


def peak(extension: Path, order: str) -> str:
    if not Path("/proc/self/clear_refs").exists():
        return "unknown (needs Linux's /proc)"
    command = [sys.executable, "-c", PEAK, str(extension), order]
    done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, check=True, text=True)
    return f"{int(done.stdout):,} KiB (one matrix: 125,000 KiB)"


def main() -> None:
    parser = argparse.ArgumentParser(description="Holds the Mulliken kernel against its goals.")
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    if shutil.which("cargo") is None:
        sys.exit("cargo is missing: install Rust from rustup.rs")
    extension = build("mulliken_solution")
    report(run(extension, build("machine_limits"), options.rounds), extension)


if __name__ == "__main__":
    main()
