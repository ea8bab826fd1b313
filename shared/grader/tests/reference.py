"""Runs the reference solutions, and an honest submission, again and again on a busy machine.

    python3 shared/grader/tests/reference.py [--count 20] [--busy 2] [--keep] [ID…]

If a reference solution fails a test, the grader grades nobody, so a test that fails once in fifty runs stops
a class. Each turn forgets the earlier ones, runs the solutions and the stubs, and grades the solutions as a
submission, with inputs drawn anew. With `--keep`, a turn only grades the solutions, by the same
tests. `--busy` adds so many computing processes for each processor. If a test of the reference
fails, the turn counts as failed, even if the grader's second run of it passes. Exit 1 if a turn did not end
with all points.

Needs a course that is set up, and Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import binary
from binary import COURSE, GRADER

WORK = COURSE / "target/reference-grader"
KEEPS_BUSY = "import os; parent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"
"""Until nobody waits for it any more, even if that one was killed."""


def hand_in(submission: Path) -> None:
    """The solutions of all modules, as one student's folder: every file that an exercise names."""
    for catalogue in sorted((COURSE / "modules").glob("*/course.toml")):
        name = catalogue.parent.name
        for exercise in tomllib.loads(catalogue.read_text("utf-8"))["exercise"]:
            for file in exercise["files"]:
                copy = submission / "modules" / name / file
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(COURSE / "solutions" / name / file, copy)


def forget_earlier_turns() -> None:
    """Has the next grade run the solutions and the stubs first."""
    shutil.rmtree(WORK / "manifests", ignore_errors=True)


def turn(submission: Path, ids: list[str], report: Path) -> list[str]:
    """Grades the solutions; what went wrong in it."""
    report.unlink(missing_ok=True)
    command = [GRADER, "--work", WORK, "--submission", submission, "--report", f"json={report}", *ids]
    done = subprocess.run(
        command, check=False, cwd=COURSE, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    again = [line for line in done.stderr.splitlines() if "once more" in line]
    if done.returncode != 0 or again:
        return [f"exit {done.returncode}: {done.stderr[-2000:]}"]
    grade = json.loads(report.read_text("utf-8"))
    return [
        f"{test['id']}: {test['status']}: {test['message'][:1000]} (seed {grade['seed']})"
        for exercise in grade["exercises"]
        for test in exercise["tests"]
        if test["status"] != "passed" and test["max_score"] > 0
    ]


def keep_busy(count: int) -> list[subprocess.Popen[bytes]]:
    """Starts `count` processes that compute until they, or this one, are killed."""
    return [subprocess.Popen([sys.executable, "-c", KEEPS_BUSY]) for _ in range(count)]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="modules or exercises (all)")
    parser.add_argument("--count", type=int, default=20, help="turns")
    parser.add_argument("--busy", type=int, default=2, help="computing processes for each processor")
    parser.add_argument(
        "--keep", action="store_true", help="run the solutions and the stubs only where no run is kept"
    )
    options = parser.parse_args()
    binary.build()
    failed, busy = 0, []
    try:
        with tempfile.TemporaryDirectory() as folder:
            submission = Path(folder) / "solutions"
            hand_in(submission)
            for number in range(options.count + 1):
                started = time.monotonic()
                if not options.keep:
                    forget_earlier_turns()
                wrong = turn(submission, options.ids, Path(folder) / "grade.json")
                verdict = f"{len(wrong)} faults" if wrong else "all points"
                name = f"turn {number}" if number else "to begin with, on a quiet machine"
                seconds, load = time.monotonic() - started, os.getloadavg()[0]
                print(f"{name}: {verdict}, {seconds:.0f} s, load {load:.1f}", flush=True)
                for each in wrong:
                    print(f"  {each}", flush=True)
                if number == 0:  # It also built what all need.
                    busy = keep_busy(options.busy * len(os.sched_getaffinity(0)))
                else:
                    failed += bool(wrong)
    finally:
        for process in busy:
            process.kill()
    print(f"\n{options.count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
