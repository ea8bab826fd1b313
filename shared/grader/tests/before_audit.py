"""A second control of the hostile corpus: this course's own grader as it was before an audit.

    python3 before_audit.py        makes it, and prints where it is

The trusting grader (trusting_grader.py) has no wire between a submission and the tests, so it cannot show
that an attack on that wire works. This one can: it had the wire, and believed too much of what came over it.
Its sources are in the course's history, so it is made from there, with its own exercises and its own Python
environment.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from binary import COURSE

COMMIT = "8214a10964ecce4491e4f7a750a0a623de45c886"
"""The last commit before the audit's findings were mended."""

FOLDER = Path("/var/tmp/course-before-audit")
"""Outside of the course: cargo would add the settings of a folder above it to its own."""

GRADER = FOLDER / "target/runner/course-grader"
TESTS_SECONDS = 600


def is_in_history() -> bool:
    """Tells whether the history has the commit; a shallow clone has not."""
    command = ["git", "cat-file", "-e", f"{COMMIT}^{{commit}}"]
    return subprocess.run(command, check=False, cwd=COURSE, capture_output=True).returncode == 0


def make() -> None:
    """Builds the grader and its Python environment. Whatever is there already stays."""
    if FOLDER.exists() and FOLDER.stat().st_uid != os.getuid():
        raise SystemExit(f"{FOLDER} belongs to somebody else: have it removed, then try again.")
    if not (FOLDER / "Cargo.toml").is_file():
        partial = FOLDER.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        sources = subprocess.run(["git", "archive", COMMIT], check=True, cwd=COURSE, capture_output=True)
        subprocess.run(["tar", "-x"], check=True, cwd=partial, input=sources.stdout)
        partial.rename(FOLDER)
    build = ["cargo", "build", "--quiet", "--locked", "--profile", "runner"]
    for command in (
        [*build, "--package", "course-grader", "--package", "course-jail", "--package", "course"],
        ["target/runner/course", "setup"],
    ):
        subprocess.run(command, check=True, cwd=FOLDER, stdin=subprocess.DEVNULL)


def grade(submission: Path, exercise: str, hidden: Path, report: Path) -> dict[str, Any]:
    """Grades a submission there. Gives the report, which is empty if there is none."""
    report.unlink(missing_ok=True)
    words = ["--submission", str(submission), "--hidden", str(hidden), "--report", f"json={report}", exercise]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    subprocess.run(
        [GRADER, *words],
        check=False,
        cwd=FOLDER,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TESTS_SECONDS,
    )
    return json.loads(report.read_text("utf-8")) if report.is_file() else {}


if __name__ == "__main__":
    make()
    print(GRADER)
