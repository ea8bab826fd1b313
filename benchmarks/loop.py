"""Measures what a learner waits for, in a fresh clone: python3 benchmarks/loop.py [--cold] [--runs N]

Prints a Markdown table of seconds. Everything happens in a temporary folder, with the commands a learner
types. `--cold` also empties the caches of cargo, uv and pip, so that every package is fetched anew. Needs
git, cargo and Python 3.11.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
EXERCISES = ["01.sum_as_string", "01.join_sums", "02.parallel_sum", "02.sum_array"]
"""Whose save-to-verdict time is measured: light and heavy dependencies, with Rust tests and without."""


def timed(
    command: list[str], folder: Path, environment: dict[str, str], expected: tuple[int, ...] = (0,)
) -> float:
    """Seconds that a command takes, without a terminal. An unexpected exit status ends it all."""
    started = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode not in expected:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return seconds


def spread(samples: list[float]) -> str:
    """Median, and the range around it."""
    return f"{statistics.median(samples):.2f} ({min(samples):.2f} to {max(samples):.2f})"


def save_to_verdict(identifier: str, clone: Path, environment: dict[str, str], runs: int) -> list[float]:
    """Times `check` after each of several small edits of a solved exercise, then unsolves it."""
    number, exercise = identifier.split(".")
    module = next((clone / "modules").glob(f"{number}_*"))
    source = module / "src" / f"{exercise}.rs"
    solution = (clone / "solutions" / module.name / "src" / f"{exercise}.rs").read_text(encoding="utf-8")
    stub = source.read_text(encoding="utf-8")
    check = ["cargo", "course", "check", identifier]
    samples = []
    for run in range(runs + 1):
        # A new function each time: the extension differs, so that nothing can be taken from a cache.
        edit = f"\n/// Edited.\npub fn edit_{run}() -> usize {{\n    {run}\n}}\n"
        source.write_text(solution + edit, encoding="utf-8")
        seconds = timed(check, clone, environment)
        if run > 0:  # The first run builds what the tests stand on.
            samples.append(seconds)
    source.write_text(stub, encoding="utf-8")
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cold", action="store_true", help="empty package caches")
    parser.add_argument("--runs", type=int, default=10, help="edits of each exercise")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="course-loop-") as name:
        clone = Path(name) / "course"
        environment = {**os.environ, "CARGO_TERM_PROGRESS_WHEN": "never"}
        environment.pop("CARGO_TARGET_DIR", None)
        if options.cold:
            for variable in ("CARGO_HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR"):
                environment[variable] = str(Path(name) / variable.lower())
        rows: list[tuple[str, str, str]] = []
        cloned = timed(["git", "clone", "--quiet", str(COURSE), str(clone)], Path(name), environment)
        runner = timed(["cargo", "build", "--profile", "runner", "--package", "course"], clone, environment)
        first = timed(["cargo", "course"], clone, environment)
        rows.append(("clone to first verdict", f"{cloned + runner + first:.1f}", "git clone …; cargo course"))
        rows.append(
            ("  of it the runner's own build", f"{runner:.1f}", "cargo build --profile runner -p course")
        )
        for identifier in EXERCISES:
            samples = save_to_verdict(identifier, clone, environment, options.runs)
            rows.append(
                (f"save to verdict, {identifier}", spread(samples), f"cargo course check {identifier}")
            )
        for command in ("list", "hint"):
            samples = [timed(["cargo", "course", command], clone, environment) for _ in range(options.runs)]
            rows.append((command, spread(samples), f"cargo course {command}"))
        nothing = [timed(["cargo", "course", "--version"], clone, environment) for _ in range(options.runs)]
        rows.append(("  of these cargo's own check", spread(nothing), "cargo course --version"))
    caches = "caches empty" if options.cold else "caches warm"
    cores, python = os.cpu_count(), f"Python {platform.python_version()}"
    print(f"{platform.system()} {platform.machine()}, {cores} cores, {python}, {caches};")
    print(f"seconds, the median of {options.runs} where a range follows\n")
    print("| what | seconds | command |\n| --- | --- | --- |")
    for what, seconds, command in rows:
        print(f"| {what} | {seconds} | `{command}` |")


if __name__ == "__main__":
    main()
