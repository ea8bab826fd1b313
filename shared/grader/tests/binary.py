"""The grader as these scripts run it: the program itself, not by way of cargo, so that it can be killed."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

COURSE = Path(__file__).resolve().parents[3]
GRADER = COURSE / "target/runner/course-grader"


def build() -> None:
    """Sets all modules up and builds the grader, as `cargo course grade` does: no stale one is tried."""
    setup = ["cargo", "course", "setup"]
    build = ["cargo", "build", "--quiet", "--locked", "--profile", "runner", "--package", "course-grader"]
    for command in (setup, build):
        if subprocess.run(command, check=False, cwd=COURSE, stdin=subprocess.DEVNULL).returncode != 0:
            raise SystemExit(f"`{' '.join(command)}` failed; it says why above.")


def stub(module: str, file: str) -> Path:
    """The path of a file's stub: below `stubs` as the file is below `src`, or below the module."""
    return COURSE / "modules" / module / "stubs" / file.removeprefix("src/")


@functools.cache
def wrong_versions() -> Path:
    """A folder with all wrong versions of exercises whole, as MODULE/EXERCISE.NAME.rs."""
    folder = COURSE / "target/wrong-versions"
    shutil.rmtree(folder, ignore_errors=True)
    command = ["cargo", "xtask", "wrong", "write", str(folder)]
    if subprocess.run(command, check=False, cwd=COURSE, stdin=subprocess.DEVNULL).returncode != 0:
        raise SystemExit("The wrong versions cannot be written; the reason is above.")
    return folder
