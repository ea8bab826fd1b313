"""Grades a solved and an unsolved exercise with parts of the jail switched off, and tables what is open then.

    python3 shared/grader/tests/fallbacks.py [ID]

Run it once as root and once as another user: the jail has other means as root. In each fallback the solution
must have all its points and the stub none of them, and the grader must name what is open (NOT ENFORCED). The
table is Markdown, and the last line is `N passed, N failed`.

Needs a course that is set up, and Linux.
"""

from __future__ import annotations

import argparse
import getpass
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import binary
from binary import COURSE, GRADER

WORK = COURSE / "target/fallbacks-grader"

FALLBACKS: tuple[tuple[str, ...], ...] = (
    (),
    ("namespaces",),
    ("cgroups",),
    ("namespaces", "cgroups"),
    ("user",),
    ("landlock",),
    ("seccomp",),
    ("limits",),
    ("namespaces", "landlock"),
    ("namespaces", "user", "landlock", "seccomp", "limits", "cgroups"),
)
"""Parts of the jail that a machine may lack, alone and together."""


def exercise(wanted: str) -> tuple[str, list[str]]:
    """The module of an exercise, and its files."""
    number, name = wanted.split(".")
    (folder,) = COURSE.glob(f"modules/{number}_*")
    listed = tomllib.loads((folder / "course.toml").read_text("utf-8"))["exercise"]
    (found,) = [each for each in listed if each["id"] == name]
    return folder.name, found["files"]


def hand_in(submission: Path, module: str, files: list[str], *, solved: bool) -> None:
    """One student's folder."""
    for file in files:
        copy = submission / "modules" / module / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(COURSE / "solutions" / module / file if solved else binary.stub(module, file), copy)


def grade(
    submission: Path, wanted: str, off: tuple[str, ...], report: Path
) -> tuple[float, float, list[str]]:
    """The points, the most points, and what the grader says is open."""
    words = [word for each in off for word in ("--without", each)]
    command = [
        GRADER,
        "--work",
        WORK,
        "--submission",
        submission,
        "--report",
        f"json={report}",
        wanted,
        *words,
    ]
    done = subprocess.run(
        command, check=False, cwd=COURSE, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise SystemExit(f"exit {done.returncode} with {off}:\n{done.stderr}")
    said = [
        line.removeprefix("NOT ENFORCED: ") for line in done.stderr.splitlines() if "NOT ENFORCED" in line
    ]
    found = json.loads(report.read_text("utf-8"))
    return found["score"], found["max_score"], said


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("id", nargs="?", default="01.divide", help="the exercise (01.divide)")
    wanted = parser.parse_args().id
    binary.build()
    module, files = exercise(wanted)
    passed = failed = 0
    print(f"{wanted} as {getpass.getuser()}, {platform.platform()}, Python {platform.python_version()}\n")
    print("| without | solution | stub | not enforced |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="fallbacks-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # As root, the jail's user is another one.
        for solved in (True, False):
            hand_in(folder / str(solved), module, files, solved=solved)
        for off in FALLBACKS:
            points, most, _ = grade(folder / "True", wanted, off, folder / "grade.json")
            unearned, _, said = grade(folder / "False", wanted, off, folder / "grade.json")
            holds = points == most > 0 and unearned == 0
            passed, failed = passed + holds, failed + (not holds)
            mark = "" if holds else " **wrong**"
            named = "; ".join(said) or "nothing"
            print(
                f"| {', '.join(off) or 'nothing'} | {points:g} of {most:g}{mark} | {unearned:g} | {named} |",
                flush=True,
            )
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
